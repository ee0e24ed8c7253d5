//! Is the baseline whole? It is made from `cloudtrail`: what is damaged is not mended but forgotten, and counted anew.

use anyhow::Result;
use futures::TryStreamExt;
use object_store::ObjectStore;

use super::super::Lake;
use super::super::layout::{LogFile, Table};
use super::super::log_folder::LogFolder;
use super::{Diagnosis, Health};

impl Lake {
    /// Whether the log and the files of `baseline` are there and whole. A lake without the table lacks nothing.
    pub(super) async fn check_baseline(&self, repair: bool, deep: bool, found: &mut Diagnosis) -> Result<()> {
        if LogFolder::read(self.store(), Table::Baseline).await?.last().is_none() {
            return Ok(());
        }
        let before = found.checks.len();
        if !self.check_log(Table::Baseline, false, found).await? {
            let follows = "the next ingest counts anew";
            let Some(check) = found.checks.get_mut(before) else { return Ok(()) };
            if repair {
                self.set_log_aside(Table::Baseline).await?;
                check.health = Health::Mended;
                check.message = format!("{}; it was set aside in `_doctor/`: {follows}", check.message);
            } else {
                check.message = format!("{}; --repair sets it aside, and {follows}", check.message);
            }
            return Ok(());
        }
        self.check_files(Table::Baseline, repair, deep, found).await?;
        if found.checks[before..].iter().any(|check| check.health == Health::Mended) {
            // Of what is left nobody knows which events are missing from it.
            self.reset_baseline().await?;
        }
        Ok(())
    }

    async fn set_log_aside(&self, table: Table) -> Result<()> {
        let log = table.path("_delta_log");
        let files: Vec<_> = self.store().list(Some(&log)).try_collect().await?;
        for file in files.iter().filter(|file| LogFile::of(&file.location).is_some()) {
            self.set_aside(&file.location).await?;
        }
        Ok(())
    }
}
