//! The events that correlations are about, in little: when, which one, by whom, from where, and the values asked for.
//!
//! A correlation's rules may match most events, of which it fires at few, so an event takes some hundred bytes here: each
//! text is held once and an event has its number. Neighbours mostly have the same texts, which are looked up where they
//! change.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use datafusion::execution::memory_pool::MemoryReservation;

use super::judge::Hit;
use super::row;
use crate::detect::sigma::{Held, Place, Record};

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

/// Events that some rules match.
#[derive(Debug)]
pub(crate) struct Feed {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    text_bytes: usize,
    times: Vec<i64>,
    /// Ids one after the other, and where each ends; an event without one has none of the text.
    ids: String,
    id_ends: Vec<usize>,
    /// Account, region, principal, address, name: numbers of texts, from 1.
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
            texts: Vec::new(),
            numbers: HashMap::new(),
            text_bytes: 0,
            times: Vec::new(),
            ids: String::new(),
            id_ends: Vec::new(),
            places: Vec::new(),
            fields: std::iter::repeat_with(Values::default).take(fields).collect(),
            hits: Vec::new(),
        }
    }

    /// Takes in what rules from `from` on have matched in `batch`; `fields`: the places of values.
    ///
    /// # Errors
    /// When it gets too much.
    pub(super) fn take(
        &mut self,
        batch: &RecordBatch,
        hits: &[Hit],
        from: u32,
        fields: &[Place],
        reservation: &mut MemoryReservation,
    ) -> Result<()> {
        if hits.is_empty() {
            return Ok(());
        }
        let mut places = vec![u32::MAX; batch.num_rows()];
        for hit in hits {
            places[hit.rows.start as usize..hit.rows.end as usize].fill(0);
        }
        self.events(batch, fields, &mut places)?;
        for hit in hits {
            self.hits.extend(hit.rows.clone().map(|row| (hit.rule - from, places[row as usize])));
        }
        let bytes = self.bytes();
        anyhow::ensure!(
            bytes <= BYTES_MAX,
            "the rules of correlations match too many events; choose a shorter time (--since)"
        );
        reservation.try_resize(bytes).context("what the rules of correlations match does not fit the memory")
    }

    /// Appends the rows that have a place of 0, and sets their places.
    fn events(&mut self, batch: &RecordBatch, fields: &[Place], places: &mut [u32]) -> Result<()> {
        let text = |name: &str| -> Result<StringViewArray> {
            let column = batch.column_by_name(name).with_context(|| format!("no `{name}`"))?;
            Ok(cast(column, &DataType::Utf8View)?.as_string_view().clone())
        };
        let times = batch.column_by_name("event_time").context("no `event_time`")?;
        let times =
            times.as_primitive_opt::<TimestampMicrosecondType>().context("`event_time` is no time")?;
        let ids = text("event_id")?;
        let columns = COLUMNS.iter().map(|name| text(name)).collect::<Result<Vec<_>>>()?;
        let records = row::Columns::new(batch, fields.iter().any(|place| place.held == Held::Record))?;
        for (row, place) in places.iter_mut().enumerate().filter(|(_, place)| **place == 0) {
            *place = u32::try_from(self.times.len())?;
            self.times.push(times.value(row));
            if ids.is_valid(row) {
                self.ids.push_str(ids.value(row));
            }
            self.id_ends.push(self.ids.len());
            let at = |column: usize| columns[column].is_valid(row).then(|| columns[column].value(row));
            let [account, address] =
                [[0, 1, 2].as_slice(), &[5, 6]].map(|of| of.iter().find_map(|column| at(*column)));
            let before = self.places.last().copied().unwrap_or_default();
            let mut own = [0; 5];
            for (index, text) in [account, at(3), at(4), address, at(7)].into_iter().enumerate() {
                own[index] = text.map_or(0, |text| self.number(text, before[index]));
            }
            self.places.push(own);
            let mut record = records.row(row);
            for (number, place) in fields.iter().enumerate() {
                record.any(place, &mut |item| {
                    if let Some(text) = item.text() {
                        let before = self.fields[number].numbers.last().copied().unwrap_or_default();
                        let value = self.number(&text, before);
                        self.fields[number].numbers.push(value);
                    }
                    false
                });
                let values = &mut self.fields[number];
                values.ends.push(u32::try_from(values.numbers.len())?);
            }
        }
        Ok(())
    }

    /// The number of a text, which may be that of the one before.
    fn number(&mut self, text: &str, before: u32) -> u32 {
        if before > 0 && *self.texts[before as usize - 1] == *text {
            return before;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        // Texts take a multiple of the bytes that are allowed before there are four billion of them.
        let number = self.texts.len() as u32 + 1;
        self.text_bytes += text.len() + 2 * size_of::<Arc<str>>() + 2 * size_of::<usize>() + size_of::<u64>();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    fn bytes(&self) -> usize {
        let fields = self.fields.iter().map(|field| (field.numbers.capacity() + field.ends.capacity()) * 4);
        self.text_bytes
            + self.ids.capacity()
            + (self.times.capacity() + self.id_ends.capacity() + self.hits.capacity()) * 8
            + self.places.capacity() * size_of::<[u32; 5]>()
            + fields.sum::<usize>()
    }

    /// Rules, counted from the first that feeds, and rows.
    pub(in crate::detect) fn hits(&self) -> &[(u32, u32)] {
        &self.hits
    }

    /// When it was, in microseconds.
    pub(in crate::detect) fn time(&self, row: usize) -> i64 {
        self.times[row]
    }

    /// Its id, if it has one.
    pub(in crate::detect) fn id(&self, row: usize) -> Option<&str> {
        let start = row.checked_sub(1).map_or(0, |before| self.id_ends[before]);
        Some(&self.ids[start..self.id_ends[row]]).filter(|id| !id.is_empty())
    }

    /// Where it was: account, region, principal, address; and what it is called.
    pub(in crate::detect) fn place(&self, row: usize) -> [Option<&str>; 5] {
        self.places[row].map(|number| self.text(number))
    }

    /// The values of the field with this number.
    pub(in crate::detect) fn values(&self, field: usize, row: usize) -> impl Iterator<Item = &str> {
        let values = &self.fields[field];
        let start = row.checked_sub(1).map_or(0, |before| values.ends[before]);
        values.numbers[start as usize..values.ends[row] as usize]
            .iter()
            .filter_map(|number| self.text(*number))
    }

    fn text(&self, number: u32) -> Option<&str> {
        self.texts.get((number as usize).checked_sub(1)?).map(AsRef::as_ref)
    }
}
