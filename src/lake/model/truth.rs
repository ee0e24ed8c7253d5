//! What must be so at every moment, by a reader of logs that shares no code with the lake's own.
//!
//! It replays the entries of the three tables from the first on, reads the files they name, and knows
//! from an object's URI what is in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::Result;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStoreExt};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::store::World;
use crate::lake::{files, hashes, layout};

/// Under which name a commit tells its batch.
const INGEST_APP: &str = "trailhound-ingest";

/// The ways in which the lake can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An event is visible twice, or an object listed twice.
    Doubled,
    /// An object is listed, and not all of it is visible.
    Lost,
    /// Part of an object is visible.
    Torn,
    /// Counters say something else than the tables.
    Miscounted,
    /// A file is gone that somebody may ask for.
    Deleted,
    /// Batches are not numbered one after the other.
    Misnumbered,
    /// Somebody could not do what it came for.
    Failed,
}

/// Something that must not be.
#[derive(Debug, thiserror::Error)]
#[error("{kind:?}: {text}")]
pub(super) struct Violation {
    pub(super) kind: Kind,
    text: String,
}

impl Violation {
    pub(super) fn new(kind: Kind, text: impl fmt::Display) -> Self {
        Self { kind, text: text.to_string() }
    }

    /// As an actor's error tells of it.
    pub(super) fn of_actor(actor: usize, error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(found) => found,
            Err(error) => {
                let text = format!("actor {actor}: {error:#}");
                let is_gone = text.contains("not found") || text.contains("No data in memory");
                Self::new(if is_gone { Kind::Deleted } else { Kind::Failed }, text)
            }
        }
    }
}

type Checked<T = ()> = std::result::Result<T, Violation>;

macro_rules! must {
    ($is:expr, $kind:ident, $($text:tt)*) => {
        if !$is {
            return Err(Violation::new(Kind::$kind, format!($($text)*)));
        }
    };
}

/// The events of an object.
pub(super) fn events_of(uri: &str) -> Vec<char> {
    uri.chars().take_while(|character| *character != '.').filter(char::is_ascii_uppercase).collect()
}

/// Whether part of an object can't be decoded.
pub(super) fn has_letter(uri: &str) -> bool {
    uri.contains('!')
}

/// A visible event.
#[derive(Debug, Clone)]
pub(super) struct Row {
    event: char,
    object: String,
    batch: i64,
}

#[derive(Debug, Clone)]
struct Listed {
    uri: String,
    state: String,
    counters: [i64; 3],
    batch: i64,
}

/// A table as its log says.
#[derive(Debug, Default)]
struct Log {
    files: BTreeSet<String>,
    /// What was taken out of it within the last day: somebody may still read it.
    removed: Vec<String>,
    batch: i64,
    /// What the last batch's commit names of other tables: path, and the member that names it.
    named: Vec<(String, &'static str)>,
}

/// The lake at one moment.
#[derive(Debug)]
struct View {
    cloudtrail: Log,
    objects: Log,
    rows: Vec<Row>,
    listed: Vec<Listed>,
    /// Objects of the dead letters.
    letters: Vec<String>,
}

/// What has to hold at every moment, whoever is in the middle of something.
pub(super) async fn check(world: &World) -> Checked {
    check_view(&View::of(world).await?)
}

/// What has to hold in the end: every one of `objects` is in the lake, whole and once.
pub(super) async fn check_end(world: &World, objects: &BTreeSet<&str>) -> Checked {
    let view = View::of(world).await?;
    check_view(&view)?;
    must!(
        view.objects.batch == view.cloudtrail.batch,
        Lost,
        "batch {} was never closed",
        view.cloudtrail.batch
    );
    let listed: BTreeSet<&str> = view.listed.iter().map(|listed| listed.uri.as_str()).collect();
    must!(listed == *objects, Lost, "objects {objects:?}, listed {listed:?}");
    let expected: BTreeSet<char> = objects.iter().flat_map(|uri| events_of(uri)).collect();
    let visible: BTreeSet<char> = view.rows.iter().map(|row| row.event).collect();
    must!(visible == expected, Lost, "events {expected:?}, visible {visible:?}");
    Ok(())
}

/// Which of `objects` are listed.
pub(super) async fn check_listed(world: &World, objects: &BTreeSet<&str>) -> Checked {
    let view = View::of(world).await?;
    for uri in objects {
        must!(
            view.listed.iter().any(|listed| listed.uri == *uri),
            Lost,
            "`{uri}` was committed and is not listed"
        );
    }
    Ok(())
}

fn check_view(view: &View) -> Checked {
    check_rows(&view.rows)?;
    let (committed, closed) = (view.cloudtrail.batch, view.objects.batch);
    must!(
        closed == committed || closed == committed - 1,
        Misnumbered,
        "`cloudtrail` is at batch {committed}, `objects` at {closed}"
    );
    let mut records: HashMap<&str, (i64, BTreeSet<i64>)> = HashMap::new();
    for row in &view.rows {
        let (count, batches) = records.entry(&row.object).or_default();
        *count += 1;
        batches.insert(row.batch);
    }
    let visible: BTreeSet<char> = view.rows.iter().map(|row| row.event).collect();
    let mut met = BTreeSet::new();
    for Listed { uri, state, counters: [counted, duplicates, dead], batch } in &view.listed {
        must!(state == "ingested", Failed, "`{uri}` is {state}");
        must!(met.insert(uri.as_str()), Doubled, "`{uri}` is listed twice");
        let events = events_of(uri);
        must!(
            events.iter().all(|event| visible.contains(event)),
            Lost,
            "of `{uri}` only {visible:?} is visible"
        );
        let (count, batches) = records.remove(uri.as_str()).unwrap_or_default();
        must!(count == *counted, Miscounted, "`{uri}` has {count} rows and says {counted}");
        must!(
            counted + duplicates == events.len() as i64,
            Miscounted,
            "of `{uri}` {counted} + {duplicates} were counted, it has {}",
            events.len()
        );
        must!(
            batches.iter().all(|of| of == batch),
            Misnumbered,
            "`{uri}` of batch {batch} has rows of {batches:?}"
        );
        let letters = view.letters.iter().filter(|of| *of == uri).count() as i64;
        must!(letters == *dead, Miscounted, "`{uri}` has {letters} dead letters and says {dead}");
        must!(letters == i64::from(has_letter(uri)), Lost, "`{uri}` has {letters} dead letters");
    }
    for (uri, (_, batches)) in records {
        let is_open = closed < committed && batches.iter().all(|batch| *batch == committed);
        must!(is_open, Lost, "rows of `{uri}` are visible, and it is not listed");
    }
    Ok(())
}

/// No event twice, and of each object all or nothing.
pub(super) fn check_rows(rows: &[Row]) -> Checked {
    let mut visible = BTreeMap::new();
    for row in rows {
        let other = visible.insert(row.event, row);
        must!(other.is_none(), Doubled, "{row:?} and {other:?}");
    }
    for row in rows {
        let is_whole = events_of(&row.object).iter().all(|event| visible.contains_key(event));
        must!(is_whole, Torn, "of `{}` only part is visible", row.object);
    }
    Ok(())
}

impl View {
    async fn of(world: &World) -> Checked<Self> {
        // Nothing moves meanwhile: the order does not matter.
        let cloudtrail = Log::of(world, "cloudtrail").await?;
        let objects = Log::of(world, "objects").await?;
        let dead_letters = Log::of(world, "dead_letters").await?;
        let mut rows = Vec::new();
        for path in &cloudtrail.files {
            let of_file = rows_of(&batches(world, &format!("cloudtrail/{path}")).await?).unwrap();
            let hashes = hashes::read(get(world, layout::hashes_of(path).as_ref()).await?).unwrap();
            must!(
                hashes.len() == of_file.len(),
                Miscounted,
                "{path}: {} keys, {} rows",
                hashes.len(),
                of_file.len()
            );
            rows.extend(of_file);
        }
        let mut listed = Vec::new();
        for path in &objects.files {
            for batch in batches(world, &format!("objects/{path}")).await?.iter() {
                listed.extend(listed_of(batch));
            }
        }
        let mut letters = Vec::new();
        for path in &dead_letters.files {
            for batch in batches(world, &format!("dead_letters/{path}")).await?.iter() {
                letters.extend(texts(batch, "source_object"));
            }
        }
        for (log, table) in
            [(&cloudtrail, "cloudtrail"), (&objects, "objects"), (&dead_letters, "dead_letters")]
        {
            for path in &log.removed {
                get(world, &format!("{table}/{path}")).await?;
            }
        }
        for path in &cloudtrail.removed {
            get(world, layout::hashes_of(path).as_ref()).await?;
        }
        if objects.batch < cloudtrail.batch {
            for (path, table) in &cloudtrail.named {
                get(world, &format!("{table}/{path}")).await?;
            }
        }
        Ok(Self { cloudtrail, objects, rows, listed, letters })
    }
}

impl Log {
    async fn of(world: &World, table: &str) -> Checked<Self> {
        let mut log = Self::default();
        for version in 0_u64.. {
            let at = Path::from(format!("{table}/_delta_log/{version:020}.json"));
            let entry = match world.files.get(&at).await {
                Ok(entry) => entry.bytes().await.unwrap(),
                Err(StoreError::NotFound { .. }) => break,
                Err(error) => return Err(Violation::new(Kind::Failed, error)),
            };
            for line in std::str::from_utf8(&entry).unwrap().lines() {
                log.apply(table, &serde_json::from_str(line).unwrap(), world.is_old(&at))?;
            }
        }
        Ok(log)
    }

    fn apply(&mut self, table: &str, action: &Value, is_old: bool) -> Checked {
        // Paths are URL-encoded in a log; ours have nothing that this changes but a `%` or a blank.
        let path = |action: &Value| action["path"].as_str().unwrap().to_owned();
        if let Some(add) = action.get("add") {
            must!(self.files.insert(path(add)), Doubled, "`{table}` gets {} twice", path(add));
        }
        if let Some(remove) = action.get("remove") {
            must!(self.files.remove(&path(remove)), Lost, "`{table}` has no {} to remove", path(remove));
            self.removed.extend((!is_old).then(|| path(remove)));
        }
        let of_ingest = action.get("txn").filter(|txn| txn["appId"] == INGEST_APP);
        if let Some(number) = of_ingest.and_then(|txn| txn["version"].as_i64()) {
            // Of dead letters there are none in most batches.
            let follows = number == self.batch + 1 || table == "dead_letters" && number > self.batch;
            must!(follows, Misnumbered, "batch {number} of `{table}` follows {}", self.batch);
            self.batch = number;
        }
        if let Some(info) = action.get("commitInfo") {
            for (member, table) in
                [("trailhoundObjects", "objects"), ("trailhoundDeadLetters", "dead_letters")]
            {
                if let Some(named) = info.get(member).and_then(Value::as_array) {
                    self.named.retain(|(_, other)| *other != table);
                    self.named.extend(named.iter().map(|add| (path(add), table)));
                }
            }
        }
        Ok(())
    }
}

async fn get(world: &World, at: &str) -> Checked<Bytes> {
    match world.files.get(&Path::from(at)).await {
        Ok(found) => Ok(found.bytes().await.unwrap()),
        Err(_) => Err(Violation::new(Kind::Deleted, format!("{at} is named and not there"))),
    }
}

/// What is in a data file. Its name is its own for ever, so it is read once for all runs.
async fn batches(world: &World, at: &str) -> Checked<Arc<Vec<RecordBatch>>> {
    static READ: LazyLock<Mutex<HashMap<String, Arc<Vec<RecordBatch>>>>> = LazyLock::new(Mutex::default);
    let bytes = get(world, at).await?;
    if let Some(batches) = READ.lock().unwrap().get(at) {
        return Ok(batches.clone());
    }
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    let batches = Arc::new(reader.collect::<Result<Vec<_>, _>>().unwrap());
    READ.lock().unwrap().insert(at.to_owned(), batches.clone());
    Ok(batches)
}

/// The rows of a file of `cloudtrail`.
pub(super) fn rows_of(batches: &[RecordBatch]) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for batch in batches {
        let (events, objects) = (texts(batch, "event_name"), texts(batch, "source_object"));
        for ((event, object), batch) in events.into_iter().zip(objects).zip(numbers(batch, "ingest_batch")) {
            rows.push(Row { event: event.chars().next().unwrap(), object, batch });
        }
    }
    Ok(rows)
}

fn listed_of(batch: &RecordBatch) -> Vec<Listed> {
    let (uris, states) = (texts(batch, "uri"), texts(batch, "state"));
    let counters = ["records", "duplicates", "dead_letters"].map(|name| numbers(batch, name));
    let batches = numbers(batch, "ingest_batch");
    let row = |row: usize| Listed {
        uri: uris[row].clone(),
        state: states[row].clone(),
        counters: [counters[0][row], counters[1][row], counters[2][row]],
        batch: batches[row],
    };
    (0..batch.num_rows()).map(row).collect()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<String> {
    files::text_column(batch, name).unwrap().iter().map(|text| text.unwrap().to_owned()).collect()
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec()
}
