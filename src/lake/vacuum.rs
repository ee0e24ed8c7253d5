//! `lake vacuum`: the only thing that deletes files.
//!
//! A file goes when no snapshot of the last [`KEEP`] names it: it is in no log now, it was not taken
//! out of one within that time, and it was written before it. So a query that began yesterday still
//! finds its files, and a writer has that long from writing a file to committing it.

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use deltalake::DeltaTable;
use deltalake::kernel::Action;
use deltalake::logstore::get_actions;
use deltalake::protocol::checkpoints::cleanup_metadata;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::Serialize;

use super::layout::{self, Table};
use super::log::log_store;
use super::{Lake, Snapshot};

/// The least that a file stays after it was written and after it was taken out of its table.
pub(super) const KEEP: SignedDuration = SignedDuration::from_hours(24);

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
    /// Deletes the files that no snapshot of the last `keep` (at least 24 hours) names.
    ///
    /// # Errors
    /// When the lake can't be read or a file can't be deleted; what was deleted until then is gone.
    pub async fn vacuum(&self, keep: SignedDuration, dry_run: bool, now: Timestamp) -> Result<Vacuumed> {
        let before = now - keep.max(KEEP);
        ensure!(
            self.exists().await?,
            "there is no lake at {self}; `trailhound ingest SOURCE` makes one, --lake names another"
        );
        // What a crash has left named but not committed becomes named first.
        drop(self.writer().await?);
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
            let named = Named::new(&snapshot, &removed);
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
    fn new(snapshot: &'n Snapshot, removed: &'n HashSet<String>) -> Self {
        let files: HashSet<&str> = snapshot.files.keys().chain(removed).map(String::as_str).collect();
        let hashes = files.iter().map(|file| layout::hashes_of(file)).collect();
        Self { files, hashes }
    }

    fn is_garbage(&self, table: Table, file: &ObjectMeta, before: Timestamp) -> bool {
        let is_old = file.last_modified.timestamp_millis() < before.as_millisecond();
        let Some(path) = within(table, &file.location) else { return false };
        if !is_old || path.starts_with("_delta_log") {
            return false;
        }
        match path.starts_with(layout::HASHES) {
            true => !self.hashes.contains(&file.location),
            false => !self.files.contains(path),
        }
    }
}

/// A path within its table's folder.
fn within(table: Table, path: &Path) -> Option<&str> {
    path.as_ref().strip_prefix(table.name())?.strip_prefix('/')
}
