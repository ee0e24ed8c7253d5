//! Do the tables hold what was written? Their files, the hash sidecars, and every row if that is asked.

use std::sync::Arc;

use anyhow::Result;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt};

use super::super::data_file::DataFile;
use super::super::layout::{self, Table};
use super::super::repair::{Lost, encode};
use super::super::{Lake, files, hashes};
use super::{Diagnosis, Health};

/// Files that are asked for at a time; hash sidecars are read whole, so fewer of them.
const HEADS: usize = 32;
const SIDECARS: usize = 8;

/// A file of findings that no log names is no longer being committed when it is this old.
const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(1);

impl Lake {
    /// Whether the files of a table are there, and as long as its log says; `deep`, whether they can be
    /// read from end to end. Whether they are now.
    pub(super) async fn check_files(
        &self,
        table: Table,
        repair: bool,
        deep: bool,
        found: &mut Diagnosis,
    ) -> Result<bool> {
        let name = format!("table {}", table.name());
        let log = self.log(table).await?;
        let data_files: Vec<_> = log.snapshot().files.values().cloned().collect();
        let count = data_files.len();
        let looks = stream::iter(data_files).map(|file| async move {
            let damage = match self.damage(table, &file).await? {
                None if deep => self.unreadable(table, &file).await?,
                damage => damage,
            };
            anyhow::Ok(damage.map(|damage| (file, damage)))
        });
        let looks: Vec<_> = looks.buffered(if deep { 1 } else { HEADS }).try_collect().await?;
        let (damaged, damages): (Vec<Arc<DataFile>>, Vec<String>) = looks.into_iter().flatten().unzip();
        let Some(first) = damages.first() else {
            found.add(name, Health::Good, format!("{count} files, all there"));
            return Ok(true);
        };
        let what = format!("{} of {count} files are damaged, first: {first}", damaged.len());
        let follows = match table {
            Table::Cloudtrail | Table::DeadLetters => "the next ingest reads their objects again",
            Table::Objects => "the next ingest looks at their objects again",
            Table::Findings => "`trailhound detect` finds again what it finds in the events",
            Table::Baseline => "the next ingest counts anew",
        };
        let (health, message) = match repair {
            true => {
                self.take_out(table, &damaged, &[]).await?;
                (Health::Mended, format!("{what}; they were taken out of the table: {follows}"))
            }
            false => {
                let ways = "restore them from a backup, or --repair takes them out of the table";
                (Health::Bad, format!("{what}; {ways}: {follows}"))
            }
        };
        found.add(name, health, message);
        Ok(repair)
    }

    /// Takes damaged files out of a table, others in, and has their objects read again: these first, so
    /// that nothing is forgotten if this is where it ends.
    async fn take_out(&self, table: Table, damaged: &[Arc<DataFile>], new: &[DataFile]) -> Result<u64> {
        let lost: Vec<_> = damaged.iter().map(|file| Lost::file(table, file)).collect();
        let again = match table {
            Table::Cloudtrail | Table::DeadLetters => self.relist(&lost, new, true).await?,
            Table::Objects | Table::Findings | Table::Baseline => 0,
        };
        for file in damaged {
            self.keep_aside(&table.path(&file.path)).await?;
        }
        self.exchange(table, damaged, new).await?;
        Ok(again)
    }

    /// What is wrong with a data file that is read from end to end.
    async fn unreadable(&self, table: Table, file: &DataFile) -> Result<Option<String>> {
        let read =
            async || files::each(self, table, &file.path, None).await?.try_for_each(|rows| rows.map(drop));
        match read().await {
            Ok(()) => Ok(None),
            Err(error) if files::is_of_store(&error) => Err(error),
            Err(error) => Ok(Some(format!("{error:#}"))),
        }
    }

    /// What is wrong with a data file, by its size.
    pub(crate) async fn damage(&self, table: Table, file: &DataFile) -> Result<Option<String>> {
        let at = table.path(&file.path);
        match self.store().head(&at).await {
            Ok(meta) if meta.size == file.size => Ok(None),
            Ok(meta) => Ok(Some(format!("{at} has {} bytes, not {}", meta.size, file.size))),
            Err(StoreError::NotFound { .. }) => Ok(Some(format!("{at} is missing"))),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there are files of findings whose log entry was lost.
    pub(super) async fn check_findings(&self, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let table = Table::Findings;
        let before = (Timestamp::now() - ABANDONED_AFTER).as_millisecond();
        let listed: Vec<_> = self.store().list(Some(&table.root())).try_collect().await?;
        // In this order: a file that is swapped out meanwhile is in the one or the other.
        let log = self.log(table).await?;
        let removed = self.history(table, Timestamp::MAX).await?.removed;
        let version = i64::try_from(log.snapshot().version)?;
        let mut lost = Vec::new();
        for file in listed.iter().filter(|file| file.last_modified.timestamp_millis() < before) {
            let Some(path) = file.location.as_ref().strip_prefix("findings/") else { continue };
            let is_known = log.snapshot().files.contains_key(path) || removed.contains_key(path);
            // Of versions that the log has it would be known: whoever wrote it did not come so far.
            let is_later = layout::batch_of(path).is_some_and(|number| number > version);
            if is_later && !layout::is_optimized(path) && !is_known {
                lost.push((path.to_owned(), file.size));
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        let what = format!("{} files of findings are not in the table, first: {}", lost.len(), lost[0].0);
        if !repair {
            found.add("findings", Health::Poor, format!("{what}; --repair takes them in"));
            return Ok(());
        }
        let mut new = Vec::new();
        for (path, size) in &lost {
            let partition = path.split('/').next().and_then(|folder| folder.split_once('='));
            let rows = files::read(self, table, path, None).await?;
            new.push(DataFile {
                path: path.clone(),
                size: *size,
                partition: partition.map(|(_, date)| date.to_owned()),
                modified: Timestamp::now().as_millisecond(),
                stats: Some(encode(table, &rows)?.stats),
            });
        }
        self.exchange(table, &[], &new).await?;
        found.add("findings", Health::Mended, format!("{what}; they were taken in"));
        Ok(())
    }

    /// Whether every data file has its hash sidecar.
    pub(super) async fn check_hashes(&self, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let log = self.log(Table::Cloudtrail).await?;
        let data_files: Vec<_> = log.snapshot().files.values().cloned().collect();
        let looks = stream::iter(data_files).map(|file| async move {
            let is_good = files::has_keys(self, &file).await?;
            if !is_good && repair {
                files::keys_of(self, &file).await?;
            }
            anyhow::Ok(is_good)
        });
        let looks: Vec<bool> = looks.buffered(SIDECARS).try_collect().await?;
        let bad = looks.into_iter().filter(|is_good| !is_good).count();
        let at = Table::Cloudtrail.path(layout::HASHES);
        match (bad, repair) {
            (0, _) => found.add("hash sidecars", Health::Good, "all there"),
            (_, true) => found.add("hash sidecars", Health::Mended, format!("{bad} in {at} were made anew")),
            (_, false) => found.add(
                "hash sidecars",
                Health::Poor,
                format!("{bad} in {at} are missing or damaged; --repair makes them anew"),
            ),
        }
        Ok(())
    }

    /// Whether the rows of every data file are those whose hashes were written beside it.
    pub(super) async fn check_rows(&self, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let snapshot = self.log(Table::Cloudtrail).await?.snapshot().clone();
        let mut damaged = Vec::new();
        let mut count = 0;
        for file in snapshot.files.values() {
            let sidecar = match self.store().get(&layout::hashes_of(&file.path)).await {
                Ok(found) => found.bytes().await?,
                Err(StoreError::NotFound { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let Ok(written) = hashes::read(sidecar) else { continue };
            count += 1;
            match files::rebuild(self, file).await {
                Ok(keys) if keys == written.to_sorted() => {}
                Err(error) if files::is_of_store(&error) => return Err(error),
                _ => damaged.push(file.clone()),
            }
        }
        if damaged.is_empty() {
            found.add("rows", Health::Good, format!("{count} files hold the records that were written"));
            return Ok(());
        }
        let names: Vec<_> =
            damaged.iter().map(|file| Table::Cloudtrail.path(&file.path).to_string()).collect();
        let what = format!(
            "{} of {count} files do not hold the records that were written: {}",
            names.len(),
            names.join(", ")
        );
        if !repair {
            let message = format!(
                "{what}; restore them from a backup, or --repair takes the records out that are wrong, and the \
                 next ingest reads their objects again"
            );
            found.add("rows", Health::Bad, message);
            return Ok(());
        }
        let mut new = Vec::new();
        for file in &damaged {
            new.extend(self.good_rows(file, snapshot.batch).await?);
        }
        let again = self.take_out(Table::Cloudtrail, &damaged, &new).await?;
        let message =
            format!("{what}; the wrong ones were taken out, and the next ingest reads {again} objects again");
        found.add("rows", Health::Mended, message);
        Ok(())
    }
}
