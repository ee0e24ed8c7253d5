//! Are the logs of the tables whole? A damaged file that others can replace is set aside.

use anyhow::{Result, anyhow};
use deltalake::logstore::get_actions;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{Error as StoreError, ObjectStoreExt};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::super::layout::{LogFile, Table};
use super::super::log::TableLog;
use super::super::log_folder::LogFolder;
use super::super::repair::Lost;
use super::super::{Lake, create, seal};
use super::{Diagnosis, Health};

/// Log entries that are read at a time.
const GETS: usize = 32;

/// What is wrong with the files of a log.
#[derive(Debug, Default)]
struct LogDamage {
    /// Files that it is better without.
    aside: Vec<LogFile>,
    message: String,
    /// Whether the log can't be read as it is.
    is_bad: bool,
    can_be_mended: bool,
}

impl LogDamage {
    fn hopeless(table: Table, file: LogFile, why: &str) -> Self {
        let message = format!("{} is damaged, {why}", file.path(table));
        Self { message, is_bad: true, ..Self::default() }
    }

    fn note(&mut self, table: Table, file: LogFile, what: &str, is_bad: bool) {
        if !self.message.is_empty() {
            self.message.push_str("; ");
        }
        self.message.push_str(&format!("{} is damaged: {what}", file.path(table)));
        self.aside.push(file);
        self.is_bad |= is_bad;
    }
}

impl Lake {
    /// Whether a table's log can be read, now.
    pub(super) async fn check_log(&self, table: Table, repair: bool, found: &mut Diagnosis) -> Result<bool> {
        let name = format!("log of {}", table.name());
        let folder = LogFolder::read(self.store(), table).await?;
        if folder.last().is_none() {
            return self.check_missing(table, repair, found).await;
        }
        let damage = self.log_damage(table, folder).await?;
        let mends = repair && damage.can_be_mended && !damage.aside.is_empty();
        if mends {
            for file in &damage.aside {
                self.set_aside(&file.path(table)).await?;
            }
        }
        if damage.is_bad && !mends {
            found.add(name, Health::Bad, damage.message);
            return Ok(false);
        }
        let opened = match TableLog::open(self.store().clone(), table).await {
            Ok(Some(log)) => log.check_version(),
            Ok(None) => Err(anyhow!("it is gone")),
            Err(error) => Err(error),
        };
        if let Err(error) = opened {
            found.add(name, Health::Bad, format!("{error:#}"));
            return Ok(false);
        }
        match (damage.aside.is_empty(), mends) {
            (true, _) => found.add(name, Health::Good, "every entry is there and whole"),
            (false, false) => found.add(name, Health::Poor, damage.message),
            (false, true) => {
                let files: Vec<_> = damage.aside.iter().map(|file| file.path(table).to_string()).collect();
                found.add(
                    name,
                    Health::Mended,
                    format!("damaged, and set aside in `_doctor/`: {}", files.join(", ")),
                );
            }
        }
        Ok(true)
    }

    /// A table that is not there. On request it is made anew, and what it held comes in again.
    async fn check_missing(&self, table: Table, repair: bool, found: &mut Diagnosis) -> Result<bool> {
        let name = format!("log of {}", table.name());
        if !self.is_in_use().await? {
            found.add(name, Health::Bad, "it is missing; `trailhound ingest` makes it");
            return Ok(false);
        }
        let follows = match table {
            Table::Cloudtrail => "the next ingest reads all objects again",
            Table::Objects => {
                "the next ingest looks at all objects again, and leaves out the events that are there"
            }
            Table::DeadLetters => "the next ingest reads the objects again that had some",
            Table::Findings => "`trailhound detect` finds again what it finds in the events",
            Table::Baseline => "the next ingest counts anew",
        };
        if !repair {
            let message = format!(
                "it is missing; restore the folder `{}` from a backup, or --repair makes it anew and {follows}",
                table.name()
            );
            found.add(name, Health::Bad, message);
            return Ok(false);
        }
        if table == Table::DeadLetters {
            // First, so that nothing is forgotten if this is where it ends.
            self.relist(&[Lost::batches(table, 0..=i64::MAX)], &[], true).await?;
        }
        if table == Table::Cloudtrail {
            self.reset_baseline().await?;
        }
        create::create_table(self, table).await?;
        found.add(name, Health::Mended, format!("it was missing and was made anew, empty: {follows}"));
        Ok(true)
    }

    /// What is wrong with the files of a log.
    async fn log_damage(&self, table: Table, mut folder: LogFolder) -> Result<LogDamage> {
        let mut damage = LogDamage { can_be_mended: true, ..LogDamage::default() };
        while let Some(version) = folder.checkpoints.last().copied() {
            let file = LogFile::Checkpoint(version);
            if !self.is_damaged(table, file).await? {
                break;
            }
            if !folder.can_do_without_checkpoint() {
                let why = "and the entries that it replaced are gone; restore it from a backup";
                return Ok(LogDamage::hopeless(table, file, why));
            }
            damage.note(table, file, "--repair sets it aside, since the entries say the same", true);
            folder.checkpoints.pop_last();
        }
        if folder.gap().is_some() {
            // Which entry is missing is said by whoever opens the log.
            return Ok(LogDamage::default());
        }
        let looks = stream::iter(folder.entries.clone()).map(|version| async move {
            let is_damaged = self.is_damaged(table, LogFile::Entry(version)).await?;
            anyhow::Ok(is_damaged.then_some(version))
        });
        let damaged: Vec<Option<u64>> = looks.buffered(GETS).try_collect().await?;
        for version in damaged.into_iter().flatten() {
            let file = LogFile::Entry(version);
            if version < folder.first_needed() {
                damage.note(table, file, "--repair sets it aside, since a checkpoint replaces it", false);
            } else if Some(version) == folder.last() && version > 0 {
                let what =
                    "restore it from a backup, or --repair sets it aside, as if it had never been committed";
                damage.note(table, file, what, true);
            } else {
                return Ok(LogDamage::hopeless(
                    table,
                    file,
                    "and others follow it; restore it from a backup",
                ));
            }
        }
        // A hint at a checkpoint that goes leads nowhere then.
        let hint = self.store().head(&LogFile::Hint.path(table)).await;
        if hint.is_ok() && !damage.aside.is_empty() || self.is_damaged(table, LogFile::Hint).await? {
            let what = "it does not name a checkpoint that is there; --repair sets it aside";
            damage.note(table, LogFile::Hint, what, false);
        }
        Ok(damage)
    }

    /// Whether a file of a log does not say what it should.
    async fn is_damaged(&self, table: Table, file: LogFile) -> Result<bool> {
        let at = file.path(table);
        let bytes = match self.store().get(&at).await {
            Ok(found) => found.bytes().await?,
            Err(error) if seal::is_damage(&error) => return Ok(true),
            // Where there is no hint that leads anywhere, there may be one that does not.
            Err(StoreError::NotFound { .. }) if file == LogFile::Hint => {
                return Ok(self.store().head(&at).await.is_ok());
            }
            // Vacuum may have taken it since the listing; a gap that matters is seen by the names.
            Err(StoreError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        Ok(match file {
            LogFile::Entry(version) => get_actions(version, &bytes).is_err(),
            LogFile::Checkpoint(_) => {
                let rows = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|reader| reader.build());
                rows.map_or(true, |mut rows| rows.any(|rows| rows.is_err()))
            }
            LogFile::Hint => {
                let hint: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
                hint.is_none_or(|hint| !hint["version"].is_u64())
            }
        })
    }
}
