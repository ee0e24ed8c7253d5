//! The events that correlations are about, in little: when, which one, by whom, from where, and the values asked for.
//!
//! A correlation's rules may match most events, of which it fires at few, so an event takes some hundred bytes here: each
//! text is held once and an event has its number. Neighbours mostly have the same texts, which are looked up where they
//! change. Each thread numbers the texts that it meets; after the scan all have the numbers of [`Fed`].

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::execution::memory_pool::MemoryReservation;
use foldhash::HashMap;
use uuid::Uuid;

use super::judge;
use super::row::Columns;
use super::wanted_bit;
use crate::detect::findings::Hit;
use crate::detect::sigma::{Place, Record};

/// What one partition takes at most, in bytes: several million events.
const BYTES_MAX: usize = 384 << 20;

/// What holds of an event's place, in this order; of the accounts and of the addresses the first there is.
const COLUMNS: [&str; 8] = [
    "recipient_account_id",
    "user_account_id",
    "source_account_id",
    "aws_region",
    "principal",
    "source_ip",
    "source_ip_address",
    "event_name",
];

/// The columns that events are taken from, besides those of fields.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    ["event_time", "event_id"].into_iter().chain(COLUMNS)
}

/// Rules of the program that feed correlations: of what they match every event is kept. It has columns of its own, so it is
/// handed on beside the output of the scan.
#[derive(Debug, Clone)]
pub(super) struct Feeds {
    /// The first of these rules; as many after it are as are `wanted`.
    pub from: u32,
    /// Fields whose values are kept.
    pub fields: Arc<[Place]>,
    /// Of which of them, by rule; see [`super::wanted_bit`].
    pub wanted: Arc<[u64]>,
}

/// The events that [`super::Feeds`] asked for.
#[derive(Debug, Default)]
pub(in crate::detect) struct Fed {
    /// By condition.
    pub hits: Vec<Vec<Hit>>,
    /// What hits are rows of.
    feeds: Vec<Feed>,
    texts: Texts,
    /// Why it is not all, if so.
    pub failed: Option<String>,
}

/// Texts, each once; their numbers begin with 1.
#[derive(Debug, Default)]
pub(in crate::detect) struct Texts {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    bytes: usize,
}

/// What tells an event from others: 0 is none, below 2³² it is the number of a text, and most are UUIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::detect) struct Id(u128);

/// Events that some rules match, as one thread has seen them.
#[derive(Debug)]
pub(super) struct Feed {
    texts: Texts,
    times: Vec<i64>,
    ids: Vec<Id>,
    /// Account, region, principal, address, name: numbers of texts, 0 where there is none.
    places: Vec<[u32; 5]>,
    /// By field.
    fields: Vec<Values>,
    /// Rules, counted from the first that feeds, and rows.
    hits: Vec<(u32, u32)>,
}

/// The values of one field: numbers of texts, and where those of each event end.
#[derive(Debug, Default)]
struct Values {
    numbers: Vec<u32>,
    ends: Vec<u32>,
}

impl Feed {
    pub(super) fn new(fields: usize) -> Self {
        Self {
            texts: Texts::default(),
            times: Vec::new(),
            ids: Vec::new(),
            places: Vec::new(),
            fields: std::iter::repeat_with(Values::default).take(fields).collect(),
            hits: Vec::new(),
        }
    }

    /// Takes in what the rules that feed have matched in `batch`.
    ///
    /// # Errors
    /// When it gets too much.
    pub(super) fn take(
        &mut self,
        batch: &RecordBatch,
        records: &Columns,
        hits: &[judge::Hit],
        feeds: &Feeds,
        reservation: &mut MemoryReservation,
    ) -> Result<()> {
        if hits.is_empty() {
            return Ok(());
        }
        let rows = |hit: &judge::Hit| hit.rows.start as usize..hit.rows.end as usize;
        let mut wanted = vec![None; batch.num_rows()];
        for hit in hits {
            let own = feeds.wanted.get((hit.rule - feeds.from) as usize).copied().unwrap_or_default();
            wanted[rows(hit)].iter_mut().for_each(|wanted| *wanted = Some(wanted.unwrap_or(0) | own));
        }
        let places = self.events(batch, records, &feeds.fields, &wanted)?;
        for hit in hits {
            self.hits.extend(places[rows(hit)].iter().map(|place| (hit.rule - feeds.from, *place)));
        }
        let bytes = self.bytes();
        anyhow::ensure!(
            bytes <= BYTES_MAX,
            "the rules of correlations match too many events; choose a shorter time (--since)"
        );
        reservation.try_resize(bytes).context("what the rules of correlations match does not fit the memory")
    }

    /// Appends the rows that are wanted, with these of their fields, and says where each is now.
    fn events(
        &mut self,
        batch: &RecordBatch,
        records: &Columns,
        fields: &[Place],
        wanted: &[Option<u64>],
    ) -> Result<Vec<u32>> {
        let text = |name: &str| -> Result<StringViewArray> {
            let column = batch.column_by_name(name).with_context(|| format!("no `{name}`"))?;
            Ok(cast(column, &DataType::Utf8View)?.as_string_view().clone())
        };
        let times = batch.column_by_name("event_time").context("no `event_time`")?;
        let times =
            times.as_primitive_opt::<TimestampMicrosecondType>().context("`event_time` is no time")?;
        let ids = text("event_id")?;
        let columns = COLUMNS.iter().map(|name| text(name)).collect::<Result<Vec<_>>>()?;
        let mut places = vec![u32::MAX; wanted.len()];
        for (row, wanted) in wanted.iter().enumerate().filter_map(|(row, wanted)| Some((row, (*wanted)?))) {
            places[row] = u32::try_from(self.times.len())?;
            self.times.push(times.value(row));
            let id = ids.is_valid(row).then(|| ids.value(row)).filter(|id| !id.is_empty());
            self.ids.push(id.map_or(Id::NONE, |id| self.texts.id(id)));
            let at = |column: usize| columns[column].is_valid(row).then(|| columns[column].value(row));
            let [account, address] =
                [[0, 1, 2].as_slice(), &[5, 6]].map(|of| of.iter().find_map(|column| at(*column)));
            let before = self.places.last().copied().unwrap_or_default();
            let mut own = [0; 5];
            for (index, text) in [account, at(3), at(4), address, at(7)].into_iter().enumerate() {
                own[index] = text.map_or(0, |text| self.texts.number_after(text, before[index]));
            }
            self.places.push(own);
            let mut record = records.row(row);
            for (number, (place, values)) in fields.iter().zip(&mut self.fields).enumerate() {
                if wanted & wanted_bit(number) != 0 {
                    record.any(place, &mut |item| {
                        if let Some(text) = item.text() {
                            let before = values.numbers.last().copied().unwrap_or_default();
                            values.numbers.push(self.texts.number_after(&text, before));
                        }
                        false
                    });
                }
                values.ends.push(u32::try_from(values.numbers.len())?);
            }
        }
        Ok(places)
    }

    fn bytes(&self) -> usize {
        let fields = self.fields.iter().map(|field| (field.numbers.capacity() + field.ends.capacity()) * 4);
        self.texts.bytes
            + self.ids.capacity() * size_of::<Id>()
            + (self.times.capacity() + self.hits.capacity()) * 8
            + self.places.capacity() * size_of::<[u32; 5]>()
            + fields.sum::<usize>()
    }

    /// Gives its texts the numbers that they have among `all`.
    fn renumber(&mut self, all: &mut Texts) {
        let texts = std::mem::take(&mut self.texts).texts;
        let numbers: Vec<_> = std::iter::once(0).chain(texts.iter().map(|text| all.number(text))).collect();
        let new = |number: &mut u32| *number = numbers[*number as usize];
        self.places.iter_mut().flatten().for_each(new);
        self.fields.iter_mut().flat_map(|field| &mut field.numbers).for_each(new);
        for id in &mut self.ids {
            if let Some(number) = id.number() {
                *id = Id(numbers[number as usize].into());
            }
        }
    }
}

impl Fed {
    /// For so many conditions.
    pub(super) fn new(conditions: usize) -> Self {
        Self { hits: vec![Vec::new(); conditions], ..Self::default() }
    }

    /// Takes in what one thread has seen.
    pub(super) fn add(&mut self, mut feed: Feed) -> Result<()> {
        let batch = u32::try_from(self.feeds.len())?;
        for (condition, row) in std::mem::take(&mut feed.hits) {
            let hits = self.hits.get_mut(condition as usize).context("a condition that was asked")?;
            hits.push(Hit { batch, row });
        }
        feed.renumber(&mut self.texts);
        self.feeds.push(feed);
        Ok(())
    }

    /// What numbers stand for.
    pub(in crate::detect) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// When it was, in microseconds.
    pub(in crate::detect) fn time(&self, hit: Hit) -> i64 {
        self.feeds[hit.batch as usize].times[hit.row as usize]
    }

    /// Its id.
    pub(in crate::detect) fn id(&self, hit: Hit) -> Id {
        self.feeds[hit.batch as usize].ids[hit.row as usize]
    }

    /// Numbers of where it was, that is account, region, principal and address, and of what it is called.
    pub(in crate::detect) fn place(&self, hit: Hit) -> [u32; 5] {
        self.feeds[hit.batch as usize].places[hit.row as usize]
    }

    /// Numbers of the values of the field with this number.
    pub(in crate::detect) fn values(&self, hit: Hit, field: usize) -> &[u32] {
        let (values, row) = (&self.feeds[hit.batch as usize].fields[field], hit.row as usize);
        let start = row.checked_sub(1).map_or(0, |before| values.ends[before]);
        &values.numbers[start as usize..values.ends[row] as usize]
    }
}

impl Texts {
    /// The number of a text.
    pub(in crate::detect) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        // Texts take a multiple of the bytes that are allowed before there are four billion of them.
        let number = self.texts.len() as u32 + 1;
        self.bytes += text.len() + 2 * size_of::<Arc<str>>() + 2 * size_of::<usize>() + size_of::<u64>();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// The number of a text, which may be that of the one before.
    fn number_after(&mut self, text: &str, before: u32) -> u32 {
        if self.text(before) == Some(text) { before } else { self.number(text) }
    }

    /// The text with this number.
    pub(in crate::detect) fn text(&self, number: u32) -> Option<&str> {
        self.texts.get((number as usize).checked_sub(1)?).map(AsRef::as_ref)
    }

    /// How many there are: the last number.
    pub(in crate::detect) fn count(&self) -> u32 {
        self.texts.len() as u32
    }

    fn id(&mut self, text: &str) -> Id {
        // Only those that are printed as they were.
        let is_usual = text.len() == 36 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let uuid = is_usual.then(|| Uuid::try_parse(text).ok()).flatten().map(|uuid| Id(uuid.as_u128()));
        uuid.filter(|id| id.number().is_none()).unwrap_or_else(|| Id(self.number(text).into()))
    }

    /// An id as it is written, if there is one.
    pub(in crate::detect) fn of_id(&self, id: Id) -> Option<Cow<'_, str>> {
        match id.number() {
            Some(number) => self.text(number).map(Cow::Borrowed),
            None => Some(Cow::Owned(Uuid::from_u128(id.0).to_string())),
        }
    }

    /// In the order of the texts that they are.
    pub(in crate::detect) fn order_of_ids(&self, a: Id, b: Id) -> Ordering {
        match (a.number(), b.number()) {
            (None, None) => a.0.cmp(&b.0),
            _ => self.of_id(a).cmp(&self.of_id(b)),
        }
    }
}

impl Id {
    /// Of an event without one.
    pub(in crate::detect) const NONE: Self = Self(0);

    /// The number of its text, if it is no UUID.
    fn number(self) -> Option<u32> {
        u32::try_from(self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_what_they_are_and_in_the_order_of_their_texts() {
        let mut texts = Texts::default();
        let written = [
            "00000000-0000-0000-0000-000000000001",
            "0a1b2c3d-0000-4000-8000-00000000000A",
            "0a1b2c3d-0000-4000-8000-00000000000a",
            "0a1b2c3d0000400080000000000000ff",
            "id-1",
            "urn:uuid:0a1b2c3d-0000-4000-8000-00000000000a",
            "{0a1b2c3d-0000-4000-8000-0000000000}",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        ];
        let ids: Vec<_> = written.iter().map(|text| texts.id(text)).collect();
        for (id, text) in ids.iter().zip(written) {
            assert_eq!(texts.of_id(*id).as_deref(), Some(text));
        }
        for (a, one) in ids.iter().zip(written) {
            for (b, other) in ids.iter().zip(written) {
                assert_eq!(texts.order_of_ids(*a, *b), one.cmp(other), "{one} and {other}");
            }
        }
        assert_eq!(texts.of_id(Id::NONE), None);
    }
}
