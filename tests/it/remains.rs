//! What is left of a lake when whoever wrote it was killed, read from its files alone.
//!
//! Nothing of the code under test is used: logs are read as the JSON that they are, and a file counts
//! as loose when no entry of its table and no commit that still has to be finished names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::lossless::files_under;

const TABLES: [&str; 4] = ["cloudtrail", "dead_letters", "objects", "findings"];

/// Made from the others, and no loss when it is not there.
const DERIVED: &str = "baseline";

/// What a killed run has left, as far as it differs from what was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Tables are missing.
    HalfMade,
    /// Nothing new.
    Nothing,
    /// A file that has no name yet.
    Temporary,
    /// Files that no log names.
    Staged,
    /// Rows are visible; what could not be read and the objects are not.
    Rows,
    /// Rows and what could not be read are visible; the objects are not.
    RowsAndLetters,
    /// Batches, whole.
    Closed,
    /// One file in the place of several.
    Swapped,
    /// A checkpoint that the log's pointer does not name.
    BareCheckpoint,
    /// A checkpoint and the pointer to it.
    Checkpointed,
    /// Findings.
    Findings,
    /// The baseline has followed.
    Counted,
    /// The run had ended before it was killed.
    Complete,
}

/// The log of one table.
#[derive(Debug, Default)]
struct Log {
    entries: BTreeMap<u64, Vec<Value>>,
    checkpoints: BTreeSet<u64>,
    pointer: Option<u64>,
}

/// All that is there.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    logs: BTreeMap<&'static str, Log>,
    temporary: BTreeSet<String>,
    data: BTreeSet<String>,
}

impl Remains {
    /// Of a lake in a folder, or in the folder of a bucket.
    pub(crate) fn of(lake: &Path) -> Self {
        let mut remains = Self::default();
        for table in TABLES.into_iter().chain([DERIVED]) {
            let root = lake.join(table);
            if !root.is_dir() {
                continue;
            }
            let log = remains.logs.entry(table).or_default();
            for path in files_under(&root) {
                let name = path.file_name().unwrap().to_string_lossy();
                let within = path.strip_prefix(lake).unwrap().to_string_lossy().into_owned();
                if name.starts_with('.') {
                    remains.temporary.insert(within);
                } else if within.contains("/_delta_log/") {
                    log.take(&name, &path);
                } else if !within.contains("/_seals/") {
                    remains.data.insert(within);
                }
            }
        }
        remains
    }

    /// The number of the last batch in a table.
    fn batch(&self, table: &str) -> u64 {
        let actions = self.logs.get(table).into_iter().flat_map(Log::actions);
        actions.filter_map(|action| action["txn"]["version"].as_u64()).max().unwrap_or(0)
    }

    /// Whether the commit of a batch names files of `dead_letters`.
    fn has_letters(&self, batch: u64) -> bool {
        let entries = self.logs["cloudtrail"].entries.values();
        let mut of_batch =
            entries.filter(|entry| entry.iter().any(|action| action["txn"]["version"] == batch));
        let is_named = |action: &Value| {
            action["commitInfo"]["trailhoundDeadLetters"].as_array().is_some_and(|files| !files.is_empty())
        };
        of_batch.next_back().is_some_and(|entry| entry.iter().any(is_named))
    }

    /// Data files and their sidecars that a log names or has named, or a commit that is to be finished.
    pub(crate) fn named(&self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        let mut name = |table: &str, add: &Value| {
            if let Some(path) = add["path"].as_str() {
                let stem = path.rsplit('/').next().unwrap().trim_end_matches(".parquet");
                named.insert(format!("cloudtrail/_hashes/{stem}.hashes"));
                named.insert(format!("{table}/{path}"));
            }
        };
        for (table, log) in &self.logs {
            for action in log.actions() {
                name(table, &action["add"]);
                for (member, table) in
                    [("trailhoundObjects", "objects"), ("trailhoundDeadLetters", "dead_letters")]
                {
                    let adds = action["commitInfo"][member].as_array();
                    adds.into_iter().flatten().for_each(|add| name(table, add));
                }
            }
        }
        named
    }

    /// Data files and sidecars that nothing names.
    pub(crate) fn loose(&self) -> BTreeSet<&String> {
        let named = self.named();
        self.data.iter().filter(|path| !named.contains(*path)).collect()
    }

    /// Files that no reader of the lake has a use for.
    pub(crate) fn garbage(&self) -> BTreeSet<&String> {
        &self.loose() | &self.temporary.iter().collect()
    }

    fn versions(&self, table: &str) -> usize {
        self.logs.get(table).map_or(0, |log| log.entries.len())
    }

    /// Batches that `cloudtrail` has.
    pub(crate) fn commits(&self) -> usize {
        self.logs.get("cloudtrail").map_or(0, |log| {
            log.actions().filter(|action| action["txn"]["appId"] == "trailhound-ingest").count()
        })
    }

    /// What is left, where `before` was there when the run began. Of several things the one that asks
    /// most of the next run.
    pub(crate) fn state(&self, before: &Self) -> State {
        let is_more = |table: &str| self.versions(table) > before.versions(table);
        let bare = |remains: &Self| remains.logs.values().filter(|log| log.is_bare()).count();
        let checkpoints =
            |remains: &Self| remains.logs.values().map(|log| log.checkpoints.len()).sum::<usize>();
        let removes = |remains: &Self| {
            let logs = remains.logs.iter().filter(|(table, _)| **table != DERIVED);
            let actions = logs.flat_map(|(_, log)| log.actions());
            actions.filter(|action| action["remove"].is_object()).count()
        };
        let (rows, objects) = (self.batch("cloudtrail"), self.batch("objects"));
        match () {
            () if TABLES.iter().any(|table| self.versions(table) == 0) => State::HalfMade,
            () if rows > objects && self.has_letters(rows) && self.batch("dead_letters") == rows => {
                State::RowsAndLetters
            }
            () if rows > objects => State::Rows,
            () if bare(self) > bare(before) => State::BareCheckpoint,
            () if !self.temporary.is_subset(&before.temporary) => State::Temporary,
            () if !self.loose().is_subset(&before.loose()) => State::Staged,
            () if self.versions(DERIVED) > before.versions(DERIVED).max(1) => State::Counted,
            () if checkpoints(self) > checkpoints(before) => State::Checkpointed,
            // Its first entry makes it: one killed while it makes a lake leaves that to the next.
            () if self.versions("findings") > before.versions("findings").max(1) => State::Findings,
            () if removes(self) > removes(before) => State::Swapped,
            () if is_more("cloudtrail") || is_more("objects") => State::Closed,
            () => State::Nothing,
        }
    }
}

/// Makes files of a lake look as if they were written days ago; those that are gone are passed by.
pub(crate) fn age(lake: &Path, files: impl IntoIterator<Item = impl AsRef<Path>>) {
    let days_ago = SystemTime::now() - Duration::from_secs(8 * 24 * 3_600);
    for file in files {
        if let Ok(file) = File::options().write(true).open(lake.join(file)) {
            file.set_modified(days_ago).unwrap();
        }
    }
}

impl Log {
    fn take(&mut self, name: &str, path: &Path) {
        let version = || name.split('.').next().unwrap().parse::<u64>().unwrap();
        if name == "_last_checkpoint" {
            let pointer: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            self.pointer = pointer["version"].as_u64();
        } else if name.contains(".checkpoint.") {
            self.checkpoints.insert(version());
        } else if name.ends_with(".json") {
            let text = fs::read_to_string(path).unwrap();
            self.entries
                .insert(version(), text.lines().map(|line| serde_json::from_str(line).unwrap()).collect());
        }
    }

    fn actions(&self) -> impl Iterator<Item = &Value> {
        self.entries.values().flatten()
    }

    fn is_bare(&self) -> bool {
        self.checkpoints.last().is_some_and(|last| self.pointer.is_none_or(|pointer| pointer < *last))
    }
}
