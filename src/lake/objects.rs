//! The `objects` table: which source objects were met, and what became of each.
//!
//! It is append-only: an object that is tried again gets another row, and the newest counts. An
//! object is known by URI, ETag and size; CloudTrail never overwrites one, so another ETag under the
//! same URI is another object. `failed` and `gone` objects are never known: they are tried again.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use anyhow::Result;
use arrow::array::{
    ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
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

    fn parse(name: &str) -> Option<Self> {
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
}

impl ObjectRow {
    /// What it is known by.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(&self.uri, self.etag.as_deref(), self.size)
    }
}

/// The objects that need not be read again. 24 bytes or so each: 10 million take 400 MB.
#[derive(Debug, Default)]
pub struct Ledger {
    states: HashMap<ObjectKey, State>,
    /// Files of the table that were taken in.
    files: HashSet<String>,
}

impl Ledger {
    /// What became of an object, if it is known.
    pub fn get(&self, key: ObjectKey) -> Option<State> {
        self.states.get(&key).copied()
    }

    pub(crate) fn insert(&mut self, key: ObjectKey, state: State) {
        match state {
            State::Failed | State::Gone => {}
            // A later row with a verdict replaces an earlier one; what was once ingested stays so.
            _ if self.get(key) == Some(State::Ingested) => {}
            _ => drop(self.states.insert(key, state)),
        }
    }

    /// Whether a row about to be written would say nothing new: the object's records are in the lake, or
    /// it is known to be no log. An object that was quarantined may have been read at last.
    pub(crate) fn settles(&self, row: &ObjectRow) -> bool {
        match self.get(row.key()) {
            Some(State::Ingested) => true,
            Some(State::Skipped) => row.state == State::Skipped,
            Some(State::Quarantined | State::Gone | State::Failed) | None => false,
        }
    }

    /// Whether the rows of a file of the table were taken in.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Notes that the rows of a file are known.
    pub(crate) fn note_file(&mut self, path: &str) {
        self.files.insert(path.to_owned());
    }

    /// Takes in rows of the table.
    pub(crate) fn load(&mut self, batch: &RecordBatch) -> Result<()> {
        let column = |name: &str| -> Result<StringArray> {
            let column = batch.column_by_name(name).ok_or_else(|| anyhow::anyhow!("no column `{name}`"))?;
            Ok(arrow::compute::cast(column, &DataType::Utf8)?.as_string().clone())
        };
        let (uris, etags, states) = (column("uri")?, column("etag")?, column("state")?);
        let sizes = batch.column_by_name("size").and_then(|sizes| sizes.as_primitive_opt::<Int64Type>());
        let sizes = sizes.ok_or_else(|| anyhow::anyhow!("no column `size`"))?;
        for (((uri, etag), state), size) in uris.iter().zip(&etags).zip(&states).zip(sizes) {
            let size = size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
            if let (Some(uri), Some(state)) = (uri, state.and_then(State::parse)) {
                self.insert(ObjectKey::new(uri, etag, size), state);
            }
        }
        Ok(())
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
mod tests {
    use super::*;

    fn row(uri: &str, state: State) -> ObjectRow {
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
    fn what_failed_is_never_known_and_what_is_ingested_stays_known() {
        let rows = [
            row("b", State::Failed),
            row("a", State::Ingested),
            row("c", State::Quarantined),
            row("a", State::Quarantined),
            row("d", State::Gone),
        ];
        let batch = to_batch(&rows.iter().collect::<Vec<_>>(), 1, 0).unwrap();
        let mut ledger = Ledger::default();
        ledger.load(&batch).unwrap();
        let state = |uri: &str| ledger.get(ObjectKey::new(uri, Some("e"), 7));
        assert_eq!(state("a"), Some(State::Ingested));
        assert_eq!(state("c"), Some(State::Quarantined));
        assert_eq!((state("b"), state("d")), (None, None));
        assert_eq!(ledger.get(ObjectKey::new("a", Some("other"), 7)), None);
        assert_eq!(ledger.get(ObjectKey::new("a", Some("e"), 8)), None);
    }

    #[test]
    fn rows_are_sorted_by_uri() {
        let rows = [row("b", State::Ingested), row("a", State::Ingested)];
        let batch = to_batch(&rows.iter().collect::<Vec<_>>(), 1, 0).unwrap();
        let uris: Vec<_> = batch.column(0).as_string::<i32>().iter().flatten().collect();
        assert_eq!(uris, ["a", "b"]);
    }
}
