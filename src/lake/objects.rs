//! The `objects` table: which source objects were met, and what became of each.
//!
//! It is append-only: an object that is tried again gets another row, and the newest counts. An
//! object is known by URI, ETag and size; CloudTrail never overwrites one, so another ETag under the
//! same URI is another object. Which of them need not be read again, `ledger.rs` tells.

use std::fmt;
use std::sync::{Arc, LazyLock};

use anyhow::Result;
use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use xxhash_rust::xxh3::xxh3_128;

use crate::event::timestamp_type;

/// What became of a source object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Its records are in the lake.
    Ingested,
    /// Its bytes are bad; nothing of it is in the lake.
    Quarantined,
    /// It is no CloudTrail log.
    Skipped,
    /// It was listed, and then not there.
    Gone,
    /// It could not be read; the next run tries again.
    Failed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ingested, Self::Quarantined, Self::Skipped, Self::Gone, Self::Failed];

    /// As the `state` column says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingested => "ingested",
            Self::Quarantined => "quarantined",
            Self::Skipped => "skipped",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One row of the table, but for the batch and the time, which all rows of a batch share.
#[derive(Debug, Clone)]
pub struct ObjectRow {
    /// `s3://bucket/key` or `file:///path`.
    pub uri: String,
    /// As listed.
    pub etag: Option<String>,
    /// In bytes, as listed.
    pub size: u64,
    /// What became of it.
    pub state: State,
    /// Why, unless it was ingested.
    pub reason: Option<String>,
    /// Records of it that are in the lake through it.
    pub records: u64,
    /// Records of it that were there before.
    pub duplicates: u64,
    /// Records whose id was there with other content; they are among `records`.
    pub conflicting: u64,
    /// Stretches of it that could not be decoded.
    pub dead_letters: u64,
    /// Earliest and latest event time, in microseconds since 1970 UTC.
    pub event_times: Option<(i64, i64)>,
    /// From its key.
    pub account_id: Option<String>,
    /// From its key.
    pub region: Option<String>,
    /// Of its inflated bytes.
    pub sha256: Option<[u8; 32]>,
    /// `YYYY-MM`, by its key's date or else by when it was last modified.
    pub month: Option<String>,
}

/// What an object is known by: a hash of URI, ETag and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectKey(u128);

impl ObjectKey {
    /// The key of an object as listed.
    pub fn new(uri: &str, etag: Option<&str>, size: u64) -> Self {
        let mut text = Vec::with_capacity(uri.len() + 64);
        text.extend_from_slice(uri.as_bytes());
        text.push(0xff);
        text.extend_from_slice(etag.unwrap_or_default().as_bytes());
        text.push(0xff);
        text.extend_from_slice(&size.to_le_bytes());
        Self(xxh3_128(&text))
    }

    pub(super) fn to_bits(self) -> u128 {
        self.0
    }
}

impl ObjectRow {
    /// What it is known by.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(&self.uri, self.etag.as_deref(), self.size)
    }
}

/// The columns of the table's files.
pub(crate) fn file_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let number = |name: &str| Field::new(name, DataType::Int64, true);
        let time = |name: &str| Field::new(name, timestamp_type(), true);
        Arc::new(Schema::new(vec![
            text("uri"),
            text("etag"),
            number("size"),
            text("state"),
            text("reason"),
            number("records"),
            number("duplicates"),
            number("conflicting"),
            number("dead_letters"),
            time("first_event_time"),
            time("last_event_time"),
            text("account_id"),
            text("region"),
            text("sha256"),
            number("ingest_batch"),
            time("ingested_at"),
        ]))
    });
    SCHEMA.clone()
}

/// Rows as a batch of [`file_schema`], sorted by URI.
pub(crate) fn to_batch(rows: &[&ObjectRow], batch: i64, now: i64) -> Result<RecordBatch> {
    let text = |of: &dyn Fn(&ObjectRow) -> Option<String>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| of(row)).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(&ObjectRow) -> u64| -> ArrayRef {
        Arc::new(rows.iter().map(|row| i64::try_from(of(row)).ok()).collect::<Int64Array>())
    };
    let time = |of: &dyn Fn(&ObjectRow) -> Option<i64>| -> ArrayRef {
        let times: TimestampMicrosecondArray = rows.iter().map(|row| of(row)).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let columns = vec![
        text(&|row| Some(row.uri.clone())),
        text(&|row| row.etag.clone()),
        number(&|row| row.size),
        text(&|row| Some(row.state.name().to_owned())),
        text(&|row| row.reason.clone()),
        number(&|row| row.records),
        number(&|row| row.duplicates),
        number(&|row| row.conflicting),
        number(&|row| row.dead_letters),
        time(&|row| row.event_times.map(|(first, _)| first)),
        time(&|row| row.event_times.map(|(_, last)| last)),
        text(&|row| row.account_id.clone()),
        text(&|row| row.region.clone()),
        text(&|row| row.sha256.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())),
        Arc::new(Int64Array::from(vec![batch; rows.len()])),
        time(&|_| Some(now)),
    ];
    let mut order: Vec<u32> = (0..u32::try_from(rows.len())?).collect();
    order.sort_by_key(|row| &rows[*row as usize].uri);
    let batch = RecordBatch::try_new(file_schema(), columns)?;
    Ok(arrow::compute::take_record_batch(&batch, &UInt32Array::from(order))?)
}

#[cfg(test)]
pub(super) mod tests {
    use arrow::array::AsArray;

    use super::*;

    pub(in super::super) fn row(uri: &str, state: State) -> ObjectRow {
        ObjectRow {
            uri: uri.to_owned(),
            etag: Some("e".to_owned()),
            size: 7,
            state,
            reason: None,
            records: 1,
            duplicates: 0,
            conflicting: 0,
            dead_letters: 0,
            event_times: None,
            account_id: None,
            region: None,
            sha256: Some([7; 32]),
            month: None,
        }
    }

    #[test]
    fn rows_are_sorted_by_uri() {
        let rows = [row("b", State::Ingested), row("a", State::Ingested)];
        let batch = to_batch(&rows.iter().collect::<Vec<_>>(), 1, 0).unwrap();
        let uris: Vec<_> = batch.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!(uris, ["a", "b"]);
    }
}
