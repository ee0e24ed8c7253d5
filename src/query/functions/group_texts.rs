//! The distinct texts of many groups: each text is kept once, and a pair of numbers for each group it is in.
//!
//! A pair is 8 bytes in one hash set. What is handed on between two steps of an aggregation is a list of texts
//! for each group, the same as DataFusion's own accumulators hand on. Groups are numbered in 32 bits, and so are
//! texts; the pool of memory is told of all that is held, and ends a statement long before.

use std::collections::HashSet;
use std::mem;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, StringViewArray, UInt32Array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{and, cast, filter, is_not_null, prep_null_mask_filter, take};
use arrow::datatypes::{DataType, Field};
use datafusion::common::exec_datafusion_err;
use datafusion::error::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};
use datafusion::physical_expr_common::binary_map::OutputType;
use datafusion::physical_expr_common::binary_view_map::ArrowBytesViewMap;

#[cfg(test)]
mod tests;

/// What is made of the texts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// How many there are; NULL is none.
    Counts,
    /// The texts in any order; no list at all for a group without any.
    Lists {
        /// Whether NULL is one of them.
        nulls: bool,
    },
}

/// The texts of all groups.
pub(super) struct GroupTexts {
    gives: Gives,
    /// The type of the texts that come and go.
    kind: DataType,
    /// Each text with its number: which one it was to be new.
    texts: ArrowBytesViewMap<u32>,
    /// The number of a group and that of a text.
    pairs: HashSet<u64, foldhash::fast::RandomState>,
    groups: usize,
}

fn pair(group: u32, text: u32) -> u64 {
    u64::from(group) << 32 | u64::from(text)
}

#[allow(clippy::cast_possible_truncation, reason = "half of a pair")]
fn group_of(pair: u64) -> u32 {
    (pair >> 32) as u32
}

#[allow(clippy::cast_possible_truncation, reason = "half of a pair")]
fn text_of(pair: u64) -> u32 {
    pair as u32
}

impl GroupTexts {
    /// Texts of type `kind`: one of the three of strings.
    pub(super) fn new(gives: Gives, kind: DataType) -> Self {
        let texts = ArrowBytesViewMap::new(OutputType::Utf8View);
        Self { gives, kind, texts, pairs: HashSet::default(), groups: 0 }
    }

    /// Which rows count; all if none is said.
    fn counted(&self, values: &ArrayRef, asked: Option<&BooleanArray>) -> Result<Option<BooleanArray>> {
        let asked = asked.map(|asked| match asked.null_count() {
            0 => asked.clone(),
            _ => prep_null_mask_filter(asked),
        });
        if self.gives == (Gives::Lists { nulls: true }) || values.null_count() == 0 {
            return Ok(asked);
        }
        let there = is_not_null(values)?;
        Ok(Some(match asked {
            Some(asked) => and(&asked, &there)?,
            None => there,
        }))
    }

    /// Adds `values`, each to the group that stands at its place.
    fn add(&mut self, values: &ArrayRef, mut groups: Vec<u32>) -> Result<()> {
        let mut views = cast(values, &DataType::Utf8View)?;
        if let Some(first) = first_of_runs(views.as_string_view(), &groups) {
            views = filter(&views, &first)?;
            groups = first.values().set_indices().map(|row| groups[row]).collect();
        }
        let mut next = self.texts.len();
        u32::try_from(next + views.len())
            .map_err(|_| exec_datafusion_err!("over 4,294,967,295 distinct texts"))?;
        let number = |_: Option<&[u8]>| {
            next += 1;
            #[allow(clippy::cast_possible_truncation, reason = "it was looked at above")]
            let number = (next - 1) as u32;
            number
        };
        let (pairs, mut groups) = (&mut self.pairs, groups.into_iter());
        self.texts.insert_if_new(&views, number, |text| {
            if let Some(group) = groups.next() {
                pairs.insert(pair(group, text));
            }
        });
        Ok(())
    }

    fn grow(&mut self, groups: usize) -> Result<()> {
        u32::try_from(groups).map_err(|_| exec_datafusion_err!("over 4,294,967,295 groups"))?;
        self.groups = self.groups.max(groups);
        Ok(())
    }

    /// Takes the first groups away: how many, their pairs in order, and the texts by number.
    fn take(&mut self, emit_to: EmitTo) -> Result<(usize, Vec<u64>, ArrayRef)> {
        let count = match emit_to {
            EmitTo::All => self.groups,
            EmitTo::First(count) => count.min(self.groups),
        };
        let mut pairs: Vec<u64> = mem::take(&mut self.pairs).into_iter().collect();
        pairs.sort_unstable();
        let texts = self.texts.take().into_state();
        let kept = pairs.split_off(pairs.partition_point(|&pair| (group_of(pair) as usize) < count));
        self.groups -= count;
        if !kept.is_empty() {
            let values = take(&texts, &numbers(&kept), None)?;
            // It is below the number of groups, which are numbered in 32 bits.
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            self.add(&values, kept.iter().map(|&pair| group_of(pair) - count).collect())?;
        }
        Ok((count, pairs, texts))
    }

    /// A list of texts for each group.
    fn lists(&mut self, emit_to: EmitTo) -> Result<ListArray> {
        let (count, pairs, texts) = self.take(emit_to)?;
        let values = cast(&take(&texts, &numbers(&pairs), None)?, &self.kind)?;
        Ok(self.list(values, counts(count, &pairs)))
    }

    /// `values` in lists of these lengths.
    fn list(&self, values: ArrayRef, lengths: Vec<usize>) -> ListArray {
        let nulls = match self.gives {
            Gives::Counts => None,
            Gives::Lists { .. } => Some(lengths.iter().map(|&length| length > 0).collect::<NullBuffer>()),
        };
        let item = Arc::new(Field::new_list_field(self.kind.clone(), true));
        ListArray::new(item, OffsetBuffer::from_lengths(lengths), values, nulls)
    }
}

/// The rows that differ from those before them, if they are less than half: rows of a lake are sorted, and a text that is
/// repeated in a page is the same place of the same buffer.
fn first_of_runs(texts: &StringViewArray, groups: &[u32]) -> Option<BooleanArray> {
    let views = texts.views();
    let is_same = |row: usize| {
        groups[row] == groups[row - 1]
            && views[row] == views[row - 1]
            && texts.is_valid(row) == texts.is_valid(row - 1)
    };
    let first: BooleanArray = (0..texts.len()).map(|row| Some(row == 0 || !is_same(row))).collect();
    (first.true_count() * 2 < texts.len()).then_some(first)
}

/// The numbers of the texts.
fn numbers(pairs: &[u64]) -> UInt32Array {
    pairs.iter().map(|&pair| text_of(pair)).collect()
}

/// How many texts each of `groups` groups has.
fn counts(groups: usize, pairs: &[u64]) -> Vec<usize> {
    let mut counts = vec![0; groups];
    for &pair in pairs {
        counts[group_of(pair) as usize] += 1;
    }
    counts
}

fn number(group: &usize) -> u32 {
    // `grow` has looked at the highest of them.
    u32::try_from(*group).unwrap_or(u32::MAX)
}

impl GroupsAccumulator for GroupTexts {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups)?;
        let values = &values[0];
        match self.counted(values, opt_filter)? {
            None => self.add(values, group_indices.iter().map(number).collect()),
            Some(counted) => {
                let groups = counted.values().set_indices().map(|row| number(&group_indices[row]));
                self.add(&filter(values, &counted)?, groups.collect())
            }
        }
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups)?;
        let lists = values[0].as_list::<i32>();
        let (mut rows, mut groups) = (Vec::new(), Vec::new());
        for (row, group) in group_indices.iter().enumerate().filter(|(row, _)| lists.is_valid(*row)) {
            let ends = &lists.value_offsets()[row..row + 2];
            rows.extend(ends[0]..ends[1]);
            groups.resize(rows.len(), number(group));
        }
        let rows = arrow::array::Int32Array::from(rows);
        self.add(&take(lists.values(), &rows, None)?, groups)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        if let Gives::Lists { .. } = self.gives {
            return Ok(Arc::new(self.lists(emit_to)?));
        }
        let (count, pairs, _) = self.take(emit_to)?;
        let counts = counts(count, &pairs).into_iter();
        Ok(Arc::new(Int64Array::from_iter_values(
            counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX)),
        )))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![Arc::new(self.lists(emit_to)?)])
    }

    /// A list of one text for each row that counts.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = &values[0];
        let list = match self.counted(values, opt_filter)? {
            None => self.list(Arc::clone(values), vec![1; values.len()]),
            Some(counted) => {
                let lengths = counted.values().iter().map(usize::from).collect();
                self.list(filter(values, &counted)?, lengths)
            }
        };
        Ok(vec![Arc::new(list)])
    }

    fn size(&self) -> usize {
        // A place of the set takes its pair and a byte, and an eighth of the places stays free.
        let pairs = self.pairs.capacity() * (size_of::<u64>() + 1) * 8 / 7;
        size_of::<Self>() + self.texts.size() + pairs
    }
}
