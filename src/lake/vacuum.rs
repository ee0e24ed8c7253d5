//! `lake vacuum`: the only thing that deletes files.
//!
//! A file goes when no snapshot of the last [`KEEP`] names it: it is in no log now, it was not taken
//! out of one within that time, and it was written before it. So a query that began yesterday still
//! finds its files, and a writer has that long from writing a file to committing it.
//!
//! Limits: what was taken out when is read from the log, whose entries go after [`KEEP_MOST`].

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use deltalake::DeltaTable;
use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::protocol::checkpoints::cleanup_metadata;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::Serialize;

use super::durable;
use super::layout::{self, Table};
use super::log::log_store;
use super::{Lake, Snapshot};

/// The least that a file stays after it was written and after it was taken out of its table.
pub(super) const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// The most that can be asked for: `delta.logRetentionDuration` of our tables, and Delta's own least
/// for its deleted files.
const KEEP_MOST: SignedDuration = SignedDuration::from_hours(7 * 24);

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
        ensure!(
            self.exists().await?,
            "there is no lake at {self}; `trailhound ingest SOURCE` makes one, --lake names another"
        );
        let pending = match dry_run {
            true => self.pending_files().await?,
            // What a crash has left named but not committed becomes named first.
            false => {
                drop(self.writer().await?);
                HashSet::new()
            }
        };
        let mut done = Vacuumed { dry_run, ..Vacuumed::default() };
        for table in Table::ALL {
            // Listed before the snapshot is read: what is committed meanwhile is in the snapshot.
            let listed: Vec<ObjectMeta> = self
                .store()
                .list(Some(&table.root()))
                .try_collect()
                .await
                .with_context(|| format!("listing the files of table `{}`", table.name()))?;
            let snapshot = self.snapshot(table).await?;
            let removed = self.removed_since(table, before, &listed).await?;
            let named = Named::new(&snapshot, removed.union(&pending));
            for file in listed.iter().filter(|file| named.is_garbage(table, file, before)) {
                if !dry_run {
                    let deleted = self.store().delete(&file.location).await;
                    deleted.with_context(|| format!("deleting {}", file.location))?;
                }
                done.files += 1;
                done.bytes += file.size;
            }
            if !dry_run {
                done.log_entries += self.clean_log(table).await?;
            }
        }
        Ok(done)
    }

    /// The files of other tables that the last batch still has to bring in.
    async fn pending_files(&self) -> Result<HashSet<String>> {
        let objects = self.snapshot(Table::Objects).await?.batch;
        let log = self.log(Table::Cloudtrail).await?;
        if log.snapshot().batch <= objects {
            return Ok(HashSet::new());
        }
        let info = log.batch_info(log.snapshot().batch).await?;
        let files = info.into_values().filter_map(|value| serde_json::from_value::<Vec<Add>>(value).ok());
        Ok(files.flatten().map(|add| add.path).collect())
    }

    /// The files that were taken out of a table since `from`.
    async fn removed_since(
        &self,
        table: Table,
        from: Timestamp,
        listed: &[ObjectMeta],
    ) -> Result<HashSet<String>> {
        let mut removed = HashSet::new();
        let from = from.as_millisecond();
        for file in listed {
            let name = file.location.filename().unwrap_or_default();
            let Some(version) = name.strip_suffix(".json").and_then(|name| name.parse::<u64>().ok()) else {
                continue;
            };
            if file.last_modified.timestamp_millis() < from {
                continue;
            }
            let entry = self.store().get(&file.location).await?.bytes().await?;
            for action in get_actions(version, &entry)? {
                if let Action::Remove(remove) = action {
                    removed.insert(remove.path);
                }
            }
        }
        ensure!(
            listed.iter().any(|file| file.location.as_ref().contains("/_delta_log/")),
            "table `{}` has no log; nothing is deleted",
            table.name()
        );
        Ok(removed)
    }

    async fn clean_log(&self, table: Table) -> Result<u64> {
        let mut delta = DeltaTable::new(log_store(self.store(), table)?);
        delta.load().await?;
        let cleaned = cleanup_metadata(&delta, None).await?;
        Ok(u64::try_from(cleaned).unwrap_or(0))
    }
}

/// What snapshots of the time that counts name.
struct Named<'n> {
    files: HashSet<&'n str>,
    hashes: HashSet<Path>,
}

impl<'n> Named<'n> {
    fn new(snapshot: &'n Snapshot, others: impl Iterator<Item = &'n String>) -> Self {
        let files: HashSet<&str> = snapshot.files.keys().chain(others).map(String::as_str).collect();
        let hashes = files.iter().map(|file| layout::hashes_of(file)).collect();
        Self { files, hashes }
    }

    fn is_garbage(&self, table: Table, file: &ObjectMeta, before: Timestamp) -> bool {
        let is_old = file.last_modified.timestamp_millis() < before.as_millisecond();
        let Some(path) = within(table, &file.location) else { return false };
        match () {
            () if !is_old => false,
            // Entries and checkpoints are no garbage; one that was never finished is.
            () if path.starts_with("_delta_log") => durable::is_temporary(path),
            () if path.starts_with(layout::HASHES) => !self.hashes.contains(&file.location),
            () => !self.files.contains(path),
        }
    }
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
            path: format!("object_month=2026-01/{name}.parquet"),
            size: 1,
            partition: Some("2026-01".to_owned()),
            modified: 0,
            stats: None,
        };
        let named = file("named");
        for path in [&named.path, &file("garbage").path] {
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
        for name in [".0123.tmp", "1.crc"] {
            lake.store().put(&log.clone().join(name), "{}".into()).await.unwrap();
        }
        let tomorrow = Timestamp::now() + SignedDuration::from_hours(25);
        assert_eq!(lake.vacuum(KEEP, false, Timestamp::now()).await.unwrap().files, 0);
        assert_eq!(lake.vacuum(KEEP, false, tomorrow).await.unwrap().files, 1);
        let after = lake.store().list(Some(&log)).try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(after.len(), before.len() + 1);
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
