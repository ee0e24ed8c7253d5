//! Whom the events that rules match are about: how many findings, how severe and when, by principal, account and address.
//!
//! Neighbouring rows are mostly of one principal and nearly always of one account, since files are sorted, so a name is
//! looked up where it changes; and short names, as account ids are, change exactly where their views do.

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use foldhash::HashMap;
use jiff::Timestamp;

use super::judge::Hit;
use crate::detect::Severity;

/// Names of one kind that are told apart. Whoever assumes a role chooses a part of the name; beyond these nobody new is
/// counted, which a list of the most affected can bear.
const NAMES_MAX: usize = 1 << 20;

/// Text of at most so many bytes lies in its view.
const INLINE_MAX: u32 = 12;

/// How many findings of each severity, and from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affected {
    /// In the order of [`Severity::ALL`].
    pub counts: [u64; 5],
    /// When the first of them was.
    pub first: Timestamp,
    /// When the last of them was, or ended.
    pub last: Timestamp,
}

impl Affected {
    /// By one finding.
    pub fn once(severity: Severity, first: Timestamp, last: Timestamp) -> Self {
        let mut counts = [0; 5];
        counts[severity as usize] = 1;
        Self { counts, first, last }
    }

    /// Findings of any severity.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The severity of the worst of them.
    pub fn worst(&self) -> Severity {
        let found = Severity::ALL.into_iter().rev().find(|severity| self.counts[*severity as usize] > 0);
        found.unwrap_or(Severity::Info)
    }

    /// With those of `more`, too.
    pub fn add(&mut self, more: &Self) {
        self.counts.iter_mut().zip(more.counts).for_each(|(count, more)| *count += more);
        self.first = self.first.min(more.first);
        self.last = self.last.max(more.last);
    }
}

/// Whom findings are about that are only counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counted {
    /// All of them.
    pub all: Option<Affected>,
    /// By who did it.
    pub principals: HashMap<String, Affected>,
    /// By account.
    pub accounts: HashMap<String, Affected>,
    /// By where it came from.
    pub addresses: HashMap<String, Affected>,
}

impl Counted {
    /// With what `more` has, too.
    pub(super) fn add(&mut self, more: Self) {
        add_to(&mut self.all, more.all.as_ref());
        let kinds = [
            (&mut self.principals, more.principals),
            (&mut self.accounts, more.accounts),
            (&mut self.addresses, more.addresses),
        ];
        for (all, more) in kinds {
            more.iter().for_each(|(name, affected)| add(all, name, affected));
        }
    }
}

/// What a partition has counted so far.
#[derive(Debug, Default)]
pub(super) struct Counting {
    counted: Counted,
    /// Of each row of a batch, how many rules of each severity match it; kept for the next one.
    rows: Vec<[u32; 5]>,
}

/// The columns that are counted by, in order: of each list the first that says something.
const PRINCIPAL: [&str; 1] = ["principal"];
const ACCOUNT: [&str; 3] = ["recipient_account_id", "user_account_id", "source_account_id"];
const ADDRESS: [&str; 2] = ["source_ip", "source_ip_address"];

/// The columns of `cloudtrail` that it takes to count.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    ["event_time"].into_iter().chain(PRINCIPAL).chain(ACCOUNT).chain(ADDRESS)
}

impl Counting {
    /// Takes in what rules, of which the severities are given, have matched in a batch.
    pub(super) fn take(&mut self, batch: &RecordBatch, hits: &[Hit], severities: &[Severity]) -> Result<()> {
        if hits.is_empty() {
            return Ok(());
        }
        self.rows.clear();
        self.rows.resize(batch.num_rows(), [0; 5]);
        for hit in hits {
            let severity = severities[hit.rule as usize] as usize;
            let rows = &mut self.rows[hit.rows.start as usize..hit.rows.end as usize];
            rows.iter_mut().for_each(|row| row[severity] += 1);
        }
        let times = batch.column_by_name("event_time").context("no `event_time`")?;
        let times =
            times.as_primitive_opt::<TimestampMicrosecondType>().context("`event_time` is no time")?;
        let rows = self.rows.iter().enumerate().filter(|(_, counts)| **counts != [0; 5]);
        let rows: Vec<_> = rows.map(|(row, counts)| (row, *counts, times.value(row))).collect();
        let Counted { all, principals, accounts, addresses } = &mut self.counted;
        add_to(all, Run::of(&rows).affected().as_ref());
        for (columns, all) in
            [(&PRINCIPAL[..], principals), (&ACCOUNT[..], accounts), (&ADDRESS[..], addresses)]
        {
            let names = Names::of(batch, columns)?;
            for same in rows.chunk_by(|a, b| names.are_same(a.0, b.0)) {
                let affected = Run::of(same).affected();
                if let Some((name, affected)) = names.text(same[0].0).zip(affected) {
                    add(all, name, &affected);
                }
            }
        }
        Ok(())
    }

    /// What was counted.
    pub(super) fn finish(self) -> Counted {
        self.counted
    }
}

/// Findings of some rows.
struct Run {
    counts: [u64; 5],
    first: i64,
    last: i64,
}

impl Run {
    fn of(rows: &[(usize, [u32; 5], i64)]) -> Self {
        let mut run = Self { counts: [0; 5], first: i64::MAX, last: i64::MIN };
        for (_, counts, time) in rows {
            run.counts.iter_mut().zip(counts).for_each(|(all, count)| *all += u64::from(*count));
            run.first = run.first.min(*time);
            run.last = run.last.max(*time);
        }
        run
    }

    fn affected(&self) -> Option<Affected> {
        let (first, last) = (Timestamp::from_microsecond(self.first), Timestamp::from_microsecond(self.last));
        Some(Affected { counts: self.counts, first: first.ok()?, last: last.ok()? })
    }
}

/// Columns of texts, of which the first that says something counts.
struct Names(Vec<StringViewArray>);

impl Names {
    fn of(batch: &RecordBatch, columns: &[&str]) -> Result<Self> {
        let views = columns.iter().map(|name| {
            let column = batch.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
            Ok(cast(column, &DataType::Utf8View)?.as_string_view().clone())
        });
        Ok(Self(views.collect::<Result<_>>()?))
    }

    fn column(&self, row: usize) -> Option<&StringViewArray> {
        self.0.iter().find(|column| column.is_valid(row))
    }

    fn text(&self, row: usize) -> Option<&str> {
        self.column(row).map(|column| column.value(row))
    }

    fn are_same(&self, a: usize, b: usize) -> bool {
        let (of_a, of_b) = match (self.column(a), self.column(b)) {
            (Some(of_a), Some(of_b)) => (of_a, of_b),
            (None, None) => return true,
            _ => return false,
        };
        let (view_a, view_b) = (of_a.views()[a], of_b.views()[b]);
        // The first four bytes of a view are the text's length.
        if view_a as u32 != view_b as u32 {
            return false;
        }
        // Views into buffers are only alike within one column.
        let is_inline = view_a as u32 <= INLINE_MAX;
        if is_inline || (view_a == view_b && std::ptr::eq(of_a, of_b)) {
            return view_a == view_b;
        }
        of_a.value(a) == of_b.value(b)
    }
}

fn add_to(all: &mut Option<Affected>, more: Option<&Affected>) {
    match (all, more) {
        (Some(all), Some(more)) => all.add(more),
        (all @ None, more) => *all = more.copied(),
        (Some(_), None) => {}
    }
}

/// Adds to what a name has.
fn add(all: &mut HashMap<String, Affected>, name: &str, affected: &Affected) {
    if let Some(own) = all.get_mut(name) {
        own.add(affected);
    } else if all.len() < NAMES_MAX {
        all.insert(name.to_owned(), *affected);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::*;

    fn names(columns: &[(&str, Vec<Option<&str>>)]) -> Names {
        let columns = columns.iter().map(|(name, texts)| {
            let texts: ArrayRef = Arc::new(texts.iter().copied().collect::<StringArray>());
            (*name, texts)
        });
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, texts)| (name, texts, true)));
        Names::of(&batch.unwrap(), &["a", "b"]).unwrap()
    }

    #[test]
    fn names_are_the_same_where_their_texts_are_whatever_column_and_buffer_they_lie_in() {
        let long = "arn:aws:iam::111122223333:user/alice";
        let other = "arn:aws:iam::111122223333:user/mally";
        let first = vec![Some("111122223333"), None, Some(long), None, None, Some(""), Some(long)];
        let second = vec![None, Some("111122223333"), None, Some(long), None, None, Some(other)];
        let names = names(&[("a", first), ("b", second)]);
        let texts: Vec<_> = (0..7).map(|row| names.text(row)).collect();
        assert_eq!(texts[1..5], [Some("111122223333"), Some(long), Some(long), None]);
        for a in 0..7 {
            for b in 0..7 {
                assert_eq!(names.are_same(a, b), texts[a] == texts[b], "{:?} {:?}", texts[a], texts[b]);
            }
        }
    }

    #[test]
    fn the_worst_of_what_was_counted_has_its_severity_and_times_reach_from_the_first_to_the_last() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut affected = Affected::once(Severity::Low, at(10), at(20));
        affected.add(&Affected::once(Severity::High, at(5), at(6)));
        assert_eq!((affected.count(), affected.worst()), (2, Severity::High));
        assert_eq!((affected.first, affected.last), (at(5), at(20)));
    }
}
