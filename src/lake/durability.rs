//! The order in which a lake in a folder reaches the disk: `durable.rs` notes each of its steps, and
//! here a disk that forgets whatever was not synced is asked, at every log entry, what a loss of power
//! would leave.
//!
//! The worst is assumed on both sides: a name may last from the moment it appears, and lasts for sure
//! only once its folder was synced, its bytes once they were. Whether `fsync` keeps its word is the
//! disk's business.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;

use super::tests::{chunks_of, object};
use super::{Lake, Table};
use crate::decode::DeadLetter;

/// What was done to the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A file's bytes are on disk.
    Synced(PathBuf),
    /// What was written under one name has another.
    Named { from: PathBuf, to: PathBuf },
    /// A folder was made.
    Made(PathBuf),
    /// The names in a folder are on disk.
    FolderSynced(PathBuf),
}

static STEPS: Mutex<Vec<Step>> = Mutex::new(Vec::new());

/// Notes a step that was done.
pub(super) fn note(step: Step) {
    STEPS.lock().unwrap().push(step);
}

/// What was done in and below a folder.
fn steps_below(root: &Path) -> Vec<Step> {
    let is_below = |step: &&Step| match step {
        Step::Synced(path) | Step::Named { to: path, .. } | Step::Made(path) | Step::FolderSynced(path) => {
            path.starts_with(root)
        }
    };
    STEPS.lock().unwrap().iter().filter(is_below).cloned().collect()
}

/// What would be left.
struct Disk {
    lake: PathBuf,
    /// Files whose bytes last.
    bytes: HashSet<PathBuf>,
    /// Names that last, of files and folders.
    names: HashSet<PathBuf>,
    /// Names that may be forgotten, by folder.
    forgettable: HashMap<PathBuf, Vec<PathBuf>>,
    /// The `cloudtrail` entry of each batch.
    batches: HashMap<i64, PathBuf>,
    entries: usize,
}

/// Goes through the steps; returns how many log entries were found to be in order.
fn check(lake: &Path, steps: &[Step]) -> Result<usize, String> {
    let mut disk = Disk {
        lake: lake.to_owned(),
        bytes: HashSet::new(),
        names: HashSet::new(),
        forgettable: HashMap::new(),
        batches: HashMap::new(),
        entries: 0,
    };
    let mut named = BTreeSet::new();
    for step in steps {
        match step {
            Step::Synced(file) => drop(disk.bytes.insert(file.clone())),
            Step::Made(path) => disk.name(path),
            Step::Named { from, to } => {
                let is_on_disk = disk.bytes.contains(from);
                if is_on_disk {
                    disk.bytes.insert(to.clone());
                }
                if to.to_string_lossy().contains("/_delta_log/") {
                    ensure(is_on_disk, || format!("{} appears before its bytes", to.display()))?;
                    disk.check_log_file(to)?;
                    named.insert(to);
                }
                disk.name(to);
            }
            Step::FolderSynced(folder) => {
                let names = disk.forgettable.remove(folder).unwrap_or_default();
                disk.names.extend(names);
            }
        }
    }
    named.into_iter().try_for_each(|entry| disk.must_last(entry, "the end"))?;
    Ok(disk.entries)
}

fn ensure(is: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(otherwise()) }
}

impl Disk {
    fn name(&mut self, path: &Path) {
        let folder = path.parent().unwrap().to_owned();
        self.forgettable.entry(folder).or_default().push(path.to_owned());
    }

    fn must_last(&self, file: &Path, of: &str) -> Result<(), String> {
        let missing = |what: &str| format!("{what} of {} is not on disk at {of}", file.display());
        ensure(self.bytes.contains(file), || missing("the content"))?;
        for path in file.ancestors().take_while(|path| path.starts_with(&self.lake)) {
            ensure(self.names.contains(path), || missing(&format!("the name {}", path.display())))?;
        }
        Ok(())
    }

    /// A file of a log is about to appear: what it names, and what came before it, must last.
    fn check_log_file(&mut self, file: &Path) -> Result<(), String> {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let log = file.parent().unwrap();
        let table = log.parent().unwrap();
        let of = &*file.to_string_lossy();
        if name == "_last_checkpoint" {
            let pointer: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
            let checkpoint = format!("{:020}.checkpoint.parquet", pointer["version"].as_u64().unwrap());
            return self.must_last(&log.join(checkpoint), of);
        }
        if let Some(version) = name.strip_suffix(".checkpoint.parquet") {
            let seals = table.join("_seals").join(version);
            let seal = self.names.iter().find(|path| path.parent() == Some(&seals)).cloned();
            return self.must_last(&seal.ok_or_else(|| format!("{of} appears before its seal"))?, of);
        }
        let Some(version) = name.strip_suffix(".json").and_then(|version| version.parse::<u64>().ok()) else {
            return Ok(());
        };
        if version > 0 {
            self.must_last(&log.join(format!("{:020}.json", version - 1)), of)?;
        }
        for line in fs::read_to_string(file).unwrap().lines() {
            let action: Value = serde_json::from_str(line).unwrap();
            if let Some(add) = action["add"]["path"].as_str() {
                self.must_last(&table.join(add), of)?;
                if table.ends_with("cloudtrail") {
                    let sidecar = self.lake.join(super::layout::hashes_of(add).as_ref());
                    self.must_last(&sidecar, of)?;
                }
            }
            for (member, other) in
                [("trailhoundObjects", "objects"), ("trailhoundDeadLetters", "dead_letters")]
            {
                for add in action["commitInfo"][member].as_array().into_iter().flatten() {
                    self.must_last(&self.lake.join(other).join(add["path"].as_str().unwrap()), of)?;
                }
            }
            let of_ingest = Some(&action["txn"]).filter(|txn| txn["appId"] == "trailhound-ingest");
            if let Some(batch) = of_ingest.and_then(|txn| txn["version"].as_i64()) {
                match self.batches.get(&batch).cloned() {
                    None => drop(self.batches.insert(batch, file.to_owned())),
                    Some(commit) => self.must_last(&commit, of)?,
                }
            }
        }
        self.entries += 1;
        Ok(())
    }
}

/// A lake in a folder with three batches, dead letters in them, and its small files merged.
async fn steps_of_a_life() -> (tempfile::TempDir, PathBuf, Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let path = root.join("a/lake");
    let lake = Lake::in_folder(&path, true).unwrap();
    let writer = lake.writer().await.unwrap();
    for (uri, date) in [("one", "2026-01-15"), ("two", "2026-01-15"), ("three", "2026-01-16")] {
        let mut batch = writer.begin();
        let letter = DeadLetter { offset: 0, raw: b"?".to_vec(), reason: "no JSON".to_owned() };
        writer.add(&mut batch, object(uri), chunks_of(date, &[uri]), vec![letter]).await.unwrap();
        writer.commit(batch).await.unwrap();
    }
    assert_eq!(lake.optimize(2).await.unwrap().added, 3);
    assert!(lake.snapshot(Table::Cloudtrail).await.unwrap().version > 3);
    let steps = steps_below(&root);
    (folder, path, steps)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_log_entry_names_is_on_disk_before_it() {
    let (_folder, lake, steps) = steps_of_a_life().await;
    // The first of four tables, three batches in three tables, three swaps.
    assert_eq!(check(&lake, &steps), Ok(4 + 9 + 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_left_out_or_done_late_is_noticed() {
    let (_folder, lake, steps) = steps_of_a_life().await;
    let without = |is_left_out: &dyn Fn(&Path) -> bool| -> Vec<Step> {
        let stays =
            |step: &&Step| !matches!(step, Step::Synced(at) | Step::FolderSynced(at) if is_left_out(at));
        steps.iter().filter(stays).cloned().collect()
    };
    let is_bytes_in = |folder: &'static str| {
        move |at: &Path| at.extension().is_some() && at.parent().unwrap().ends_with(folder)
    };
    type IsLeftOut<'f> = &'f dyn Fn(&Path) -> bool;
    let left_out: [(&str, IsLeftOut<'_>); 11] = [
        ("the bytes of rows", &is_bytes_in("event_date=2026-01-16")),
        ("the bytes of keys", &is_bytes_in("cloudtrail/_hashes")),
        ("the bytes of objects", &is_bytes_in("objects/object_month=2026-01")),
        ("the bytes of dead letters", &is_bytes_in("dead_letters")),
        ("the bytes of entries", &is_bytes_in("cloudtrail/_delta_log")),
        ("the names of rows", &|at| at.ends_with("event_date=2026-01-16")),
        ("the names of days", &|at| at.ends_with("cloudtrail")),
        ("the names of seals", &|at| at.parent().is_some_and(|folder| folder.ends_with("cloudtrail/_seals"))),
        ("the names of objects", &|at| at.ends_with("object_month=2026-01")),
        ("the names of entries", &|at| at.ends_with("objects/_delta_log")),
        ("the names of tables", &|at| at == lake),
    ];
    for (what, is_left_out) in left_out {
        let rest = without(is_left_out);
        assert!(rest.len() < steps.len(), "{what}");
        check(&lake, &rest).expect_err(what);
    }
    let mut late = steps.clone();
    let named = |step: &Step| matches!(step, Step::Named { to, .. } if to.ends_with("cloudtrail/_delta_log/00000000000000000001.json"));
    let at = late.iter().position(named).unwrap();
    late.swap(at - 1, at);
    check(&lake, &late).expect_err("an entry that appears before its bytes");
}
