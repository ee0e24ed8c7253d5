//! `lake vacuum`: the only thing that deletes files.
//!
//! A file goes when it is one that trailhound names, no snapshot of the last [`KEEP`] has it, it was
//! written before that, and the log proves that it is not needed: its table has taken it out, or has
//! the batch by whose number the file is named and does without it. So a query that began yesterday
//! still finds its files, a writer has that long from writing a file to committing it, and a file whose
//! log entry was lost is still there when it is missed. Findings are of no batch: their files are named
//! by the version of the log that is to name them.
//!
//! Limits: what was taken out when is read from the log, whose entries go after [`KEEP_MOST`].

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, ensure};
use deltalake::DeltaTable;
use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::protocol::checkpoints::cleanup_metadata;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::Serialize;

use super::layout::{self, LogFile, Table};
use super::log::log_store;
use super::log_folder::LogFolder;
use super::{Lake, Snapshot};

/// The least that a file stays after it was written and after it was taken out of its table.
pub(super) const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// The most that can be asked for: `delta.logRetentionDuration` of our tables, and Delta's own least
/// for its deleted files.
const KEEP_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Log entries that are read at a time.
const GETS: usize = 32;

/// What was deleted, or would be.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Vacuumed {
    /// Files.
    pub files: u64,
    /// Their size together.
    pub bytes: u64,
    /// Log entries that a checkpoint has replaced.
    pub log_entries: u64,
    /// Nothing was deleted: it was only asked.
    pub dry_run: bool,
}

impl Lake {
    /// Deletes the files that no snapshot of the last `keep` (24 hours to 7 days) names.
    ///
    /// # Errors
    /// When `keep` is longer, the lake can't be read or a file can't be deleted; what was deleted until then is gone.
    pub async fn vacuum(&self, keep: SignedDuration, dry_run: bool, now: Timestamp) -> Result<Vacuumed> {
        ensure!(
            keep <= KEEP_MOST,
            "`{keep:#}` is more than `7d`: the log remembers no longer what was taken out of a table, so such \
             files can't be kept; choose `7d` or less"
        );
        let before = now - keep.max(KEEP);
        drop(self.log(Table::Cloudtrail).await?);
        if !dry_run {
            // What a crash has left named but not committed becomes named first.
            drop(self.writer().await?);
        }
        let mut done = Vacuumed { dry_run, ..Vacuumed::default() };
        let mut promised = HashMap::new();
        let batch = self.snapshot(Table::Cloudtrail).await?.batch;
        let derived = self.find_log(Table::Baseline).await?.map(|_| Table::Baseline);
        for table in Table::ALL.into_iter().chain(derived) {
            // Listed before the snapshot is read: what is committed meanwhile is in the snapshot.
            let listed: Vec<ObjectMeta> = self
                .store()
                .list(Some(&table.root()))
                .try_collect()
                .await
                .with_context(|| format!("listing the files of table `{}`", table.name()))?;
            for file in self.garbage(table, &listed, before, batch, &mut promised).await? {
                if !dry_run {
                    let deleted = self.store().delete(&file.location).await;
                    deleted.with_context(|| format!("deleting {}", file.location))?;
                }
                done.files += 1;
                done.bytes += file.size;
            }
            if !dry_run {
                done.log_entries += self.clean_log(table).await?;
                self.clean_seals(table, &listed, before).await?;
            }
        }
        Ok(done)
    }

    /// Which of the `listed` files of a table nobody needs; `promised` gets what its log promises to others.
    async fn garbage<'l>(
        &self,
        table: Table,
        listed: &'l [ObjectMeta],
        before: Timestamp,
        batch: i64,
        promised: &mut HashMap<String, Add>,
    ) -> Result<Vec<&'l ObjectMeta>> {
        let snapshot = self.snapshot(table).await?;
        self.ensure_whole(table, &snapshot, listed).await?;
        let mut history = self.history(table, before).await?;
        promised.extend(std::mem::take(&mut history.promised));
        let last = match table {
            Table::Findings | Table::Baseline => i64::try_from(snapshot.version)?,
            _ => batch,
        };
        let kept = Kept::new(&snapshot, &history, promised, last);
        Ok(listed.iter().filter(|file| kept.is_garbage(table, file, before)).collect())
    }

    /// Refuses a table with a file missing: its rows may be in one that seems to be garbage.
    async fn ensure_whole(&self, table: Table, snapshot: &Snapshot, listed: &[ObjectMeta]) -> Result<()> {
        let there: HashSet<&Path> = listed.iter().map(|file| &file.location).collect();
        for file in snapshot.files.keys().map(|file| table.path(file)) {
            // What was committed since the listing is asked for by itself.
            if !there.contains(&file) {
                self.store().head(&file).await.with_context(|| {
                    format!(
                        "{self}/{file} is missing, so nothing is deleted from table `{}`; see `trailhound lake doctor`",
                        table.name()
                    )
                })?;
            }
        }
        Ok(())
    }

    /// What the entries of a log say of files that its snapshot does not have, those that are taken out since
    /// `from` apart.
    ///
    /// To be asked after the snapshot was read, so that a file is named by it or taken out by an entry that
    /// is looked at here: `optimize` may commit at any time.
    pub(super) async fn history(&self, table: Table, from: Timestamp) -> Result<History> {
        let log = table.path("_delta_log");
        let listed: Vec<ObjectMeta> = self
            .store()
            .list(Some(&log))
            .try_collect()
            .await
            .with_context(|| format!("listing the log of table `{}`", table.name()))?;
        ensure!(
            listed.iter().any(|file| LogFile::of(&file.location).is_some()),
            "table `{}` has no log; nothing is deleted",
            table.name()
        );
        // Owned: of a closure's borrows the compiler can't tell that they may move to a thread.
        let mut entries = Vec::new();
        for file in listed {
            if let Some(LogFile::Entry(version)) = LogFile::of(&file.location) {
                entries.push((version, file));
            }
        }
        let reads = stream::iter(entries).map(|(version, file)| async move {
            let entry = self.store().get(&file.location).await?.bytes().await?;
            anyhow::Ok((file.last_modified, get_actions(version, &entry)?))
        });
        let mut reads = reads.buffer_unordered(GETS);
        let mut history = History::default();
        while let Some((written, actions)) = reads.try_next().await? {
            for action in actions {
                match action {
                    Action::Remove(remove) => {
                        let is_recent = written.timestamp_millis() >= from.as_millisecond();
                        *history.removed.entry(remove.path).or_default() |= is_recent;
                    }
                    Action::CommitInfo(info) => {
                        let files = info.info.into_values();
                        let files = files.filter_map(|value| serde_json::from_value::<Vec<Add>>(value).ok());
                        history.promised.extend(files.flatten().map(|add| (add.path.clone(), add)));
                    }
                    _ => {}
                }
            }
        }
        Ok(history)
    }

    async fn clean_log(&self, table: Table) -> Result<u64> {
        let mut delta = DeltaTable::new(log_store(self.store(), table)?);
        delta.load().await?;
        let cleaned = cleanup_metadata(&delta, None).await?;
        Ok(u64::try_from(cleaned).unwrap_or(0))
    }

    /// Deletes the seals of checkpoints that are gone; a young one's may still be on its way.
    async fn clean_seals(&self, table: Table, listed: &[ObjectMeta], before: Timestamp) -> Result<()> {
        let checkpoints = LogFolder::read(self.store(), table).await?.checkpoints;
        let is_needless = |file: &ObjectMeta| {
            let is_old = file.last_modified.timestamp_millis() < before.as_millisecond();
            let version = within(table, &file.location).and_then(layout::sealed_version);
            is_old && version.is_some_and(|version| !checkpoints.contains(&version))
        };
        for file in listed.iter().filter(|file| is_needless(file)) {
            let deleted = self.store().delete(&file.location).await;
            deleted.with_context(|| format!("deleting {}", file.location))?;
        }
        Ok(())
    }
}

/// What the entries of a log say beside what its table has now.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Files that were taken out, and whether that was of late.
    pub(super) removed: HashMap<String, bool>,
    /// Files that commits of `cloudtrail` name for other tables.
    pub(super) promised: HashMap<String, Add>,
}

/// What must stay in a table's folder.
struct Kept<'k> {
    named: HashSet<&'k str>,
    removed: HashMap<&'k str, bool>,
    promised: HashSet<&'k str>,
    /// The last batch of the lake; of findings, the version by whose number their files are named.
    last: i64,
}

impl<'k> Kept<'k> {
    fn new(
        snapshot: &'k Snapshot,
        history: &'k History,
        promised: &'k HashMap<String, Add>,
        last: i64,
    ) -> Self {
        Self {
            named: snapshot.files.keys().map(|file| stem(file)).collect(),
            removed: history.removed.iter().map(|(file, is_recent)| (stem(file), *is_recent)).collect(),
            promised: promised.keys().map(|file| stem(file)).collect(),
            last,
        }
    }

    fn is_garbage(&self, table: Table, file: &ObjectMeta, before: Timestamp) -> bool {
        let Some(path) = within(table, &file.location) else { return false };
        let stem = stem(path);
        let is_old = file.last_modified.timestamp_millis() < before.as_millisecond();
        if is_old && layout::is_temporary(path) {
            return true;
        }
        if !is_old || path.starts_with('_') && !path.starts_with(layout::HASHES) || self.named.contains(stem)
        {
            return false;
        }
        match (self.removed.get(stem), layout::batch_of(path)) {
            (Some(is_recent), _) => !is_recent,
            (None, Some(batch)) => !self.promised.contains(stem) && batch <= self.last,
            (None, None) => false,
        }
    }
}

/// What a data file and its hash sidecar have in common.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// A path within its table's folder.
fn within(table: Table, path: &Path) -> Option<&str> {
    path.as_ref().strip_prefix(table.name())?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Arc;

    use arrow::array::RecordBatch;
    use object_store::memory::InMemory;

    use super::*;
    use crate::lake::format::{Format, file_schema};
    use crate::lake::log::Entry;
    use crate::lake::{DataFile, Location};

    async fn new_lake() -> Lake {
        let lake = Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new()));
        lake.writer().await.unwrap();
        lake
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_dry_run_writes_nothing_and_keeps_what_an_interrupted_batch_names() {
        let lake = new_lake().await;
        let file = |name: &str| DataFile {
            path: format!("object_month=2026-01/0000000001-{}.parquet", name.repeat(32)),
            size: 1,
            partition: Some("2026-01".to_owned()),
            modified: 0,
            stats: None,
        };
        let named = file("a");
        for path in [&named.path, &file("b").path] {
            let rows = RecordBatch::new_empty(file_schema(Table::Objects));
            let bytes = Format::of(Table::Objects).write(&[rows]).unwrap().bytes;
            lake.store().put(&Table::Objects.path(path), bytes.into()).await.unwrap();
        }
        let files = serde_json::to_value([named.add(Table::Objects, true)]).unwrap();
        let info = HashMap::from([("trailhoundObjects".to_owned(), files)]);
        let entry = Entry { batch: Some(1), info, ..Entry::default() };
        lake.log(Table::Cloudtrail).await.unwrap().commit(&entry).await.unwrap();

        let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
        assert_eq!(lake.vacuum(KEEP, true, tomorrow).await.unwrap().files, 1);
        assert_eq!(lake.snapshot(Table::Objects).await.unwrap().version, 0);
        assert_eq!(lake.vacuum(KEEP, false, tomorrow).await.unwrap().files, 1);
        assert!(lake.snapshot(Table::Objects).await.unwrap().files.contains_key(&named.path));
        lake.store().head(&Table::Objects.path(&named.path)).await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_entry_that_was_never_finished_goes_too_and_the_log_stays() {
        let lake = new_lake().await;
        let log = Table::Cloudtrail.path("_delta_log");
        let before = lake.store().list(Some(&log)).try_collect::<Vec<_>>().await.unwrap();
        for name in [".0123456789abcdef0123456789abcdef.tmp", "1.crc"] {
            lake.store().put(&log.clone().join(name), "{}".into()).await.unwrap();
        }
        let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
        assert_eq!(lake.vacuum(KEEP, false, Timestamp::now()).await.unwrap().files, 0);
        assert_eq!(lake.vacuum(KEEP, false, tomorrow).await.unwrap().files, 1);
        let after = lake.store().list(Some(&log)).try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(after.len(), before.len() + 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn only_what_the_log_proves_to_be_needless_is_deleted() {
        let lake = new_lake().await;
        let entry = Entry { batch: Some(7), ..Entry::default() };
        for table in [Table::Cloudtrail, Table::Objects] {
            lake.log(table).await.unwrap().commit(&entry).await.unwrap();
        }
        let (one, other) = ("1".repeat(32), "a".repeat(32));
        for (path, goes) in [
            (format!("cloudtrail/event_date=2026-01-15/0000000007-{one}.parquet"), true),
            (format!("cloudtrail/_hashes/0000000007-{one}.hashes"), true),
            (format!("cloudtrail/event_date=2026-01-15/optimized-0000000003-{one}.parquet"), true),
            (format!("cloudtrail/event_date=2026-01-15/.{one}.tmp"), true),
            (format!("cloudtrail/_delta_log/.{one}.tmp"), true),
            // Of a batch that the log does not have: its entry may be lost.
            (format!("cloudtrail/event_date=2026-01-15/0000000008-{other}.parquet"), false),
            (format!("cloudtrail/_hashes/0000000008-{other}.hashes"), false),
            (format!("cloudtrail/event_date=2026-01-15/optimized-0000000008-{other}.parquet"), false),
            // Of findings it is the version of their own log that counts.
            (format!("findings/found_date=2026-01-15/0000000001-{other}.parquet"), false),
            (format!("findings/found_date=2026-01-15/0000000000-{one}.parquet"), true),
            // Of other tools.
            ("cloudtrail/event_date=2026-01-15/part-00000-c000.snappy.parquet".to_owned(), false),
            ("cloudtrail/0000000001-copy.parquet".to_owned(), false),
            ("objects/README.txt".to_owned(), false),
            ("objects/.DS_Store".to_owned(), false),
            ("objects/notes/00000000000000000001.json".to_owned(), false),
        ] {
            let path = Path::from(path);
            lake.store().put(&path, "x".into()).await.unwrap();
            let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
            let deleted = lake.vacuum(KEEP, false, tomorrow).await.unwrap().files;
            assert_eq!(deleted, u64::from(goes), "{path}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_taken_out_after_the_files_were_listed_stays_a_day() {
        let lake = new_lake().await;
        let table = Table::Cloudtrail;
        let file = DataFile {
            path: format!("event_date=2026-01-15/0000000001-{}.parquet", "a".repeat(32)),
            size: 1,
            partition: Some("2026-01-15".to_owned()),
            modified: 0,
            stats: None,
        };
        lake.store().put(&table.path(&file.path), "x".into()).await.unwrap();
        let add = Entry { add: vec![file.add(table, true)], batch: Some(1), ..Entry::default() };
        lake.log(table).await.unwrap().commit(&add).await.unwrap();
        let listed: Vec<_> = lake.store().list(Some(&table.root())).try_collect().await.unwrap();

        // `optimize` commits here.
        let remove = Entry { remove: vec![file.remove(table, 0)], ..Entry::default() };
        lake.log(table).await.unwrap().commit(&remove).await.unwrap();
        let garbage = async |before| {
            let files = lake.garbage(table, &listed, before, 1, &mut HashMap::new()).await.unwrap();
            files.iter().map(|file| file.location.clone()).collect::<Vec<_>>()
        };
        // As if the file, but not the commit, were old.
        let commit = lake.store().head(&layout::log_entry(table, 2)).await.unwrap().last_modified;
        let before = Timestamp::from_millisecond(commit.timestamp_millis()).unwrap();
        let listed_old: Vec<_> = listed
            .iter()
            .map(|file| ObjectMeta {
                last_modified: file.last_modified - std::time::Duration::from_secs(86_400),
                ..file.clone()
            })
            .collect();
        let of_old = lake.garbage(table, &listed_old, before, 1, &mut HashMap::new()).await.unwrap();
        assert!(of_old.is_empty(), "{of_old:?}");
        assert_eq!(
            garbage(Timestamp::now() + SignedDuration::from_hours(25)).await,
            [table.path(&file.path)]
        );
    }

    #[tokio::test]
    async fn no_more_can_be_asked_for_than_the_log_remembers() {
        let lake = new_lake().await;
        let now = Timestamp::now();
        lake.vacuum(KEEP_MOST, true, now).await.unwrap();
        let error = lake.vacuum(KEEP_MOST + SignedDuration::from_secs(1), true, now).await.unwrap_err();
        assert!(error.to_string().contains("choose `7d` or less"), "{error}");
    }
}
