//! The three logs of a writer: read in one order, refreshed in one order, and a batch that somebody has left
//! in the middle finished. ARCHITECTURE.md, "The commit protocol", has the steps by their numbers.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use deltalake::kernel::Add;
use serde_json::Value;

use super::batch::Base;
use super::layout::Table;
use super::log::{Committed, Entry, TableLog};
use super::{Lake, MAX_LOSSES, standing};

/// Members of the `cloudtrail` commit info that name what has to follow it.
pub(super) const OBJECTS_FILES: &str = "trailhoundObjects";
pub(super) const DEAD_LETTERS_FILES: &str = "trailhoundDeadLetters";

/// The logs of the three tables that a batch goes to.
#[derive(Debug)]
pub(super) struct Logs {
    pub(super) cloudtrail: TableLog,
    pub(super) objects: TableLog,
    pub(super) dead_letters: TableLog,
    /// Data files that this writer has committed: their keys it knows.
    pub(super) own: HashSet<String>,
}

impl Logs {
    /// Reads them to their ends.
    pub(super) async fn open(lake: &Lake) -> Result<Self> {
        // In this order, as in `refresh`.
        let (objects, dead_letters) = (lake.log(Table::Objects).await?, lake.log(Table::DeadLetters).await?);
        let cloudtrail = lake.log(Table::Cloudtrail).await?;
        Ok(Self { cloudtrail, objects, dead_letters, own: HashSet::new() })
    }

    /// The logs of a copy of the lake, which may have gone on since.
    #[cfg(test)]
    pub(super) async fn of_copy(&self, lake: &Lake) -> Result<Self> {
        let of_copy = |log: &TableLog| log.over(lake.store().clone());
        let mut logs = Self {
            cloudtrail: of_copy(&self.cloudtrail),
            objects: of_copy(&self.objects),
            dead_letters: of_copy(&self.dead_letters),
            own: HashSet::new(),
        };
        logs.refresh().await?;
        Ok(logs)
    }

    pub(super) fn base(&self) -> Base {
        Base { cloudtrail: self.cloudtrail.snapshot().clone(), objects: self.objects.snapshot().clone() }
    }

    /// Step 1.
    pub(super) async fn refresh(&mut self) -> Result<()> {
        // In this order a batch that is closed in `objects` is always seen in `cloudtrail` too.
        self.objects.refresh().await?;
        self.dead_letters.refresh().await?;
        self.cloudtrail.refresh().await
    }

    /// Finishes the batch that a crash has left between steps 4 and 6, if there is one.
    pub(super) async fn finish_pending(&mut self) -> Result<()> {
        // Others may commit several batches while the logs are read one after the other. Where `cloudtrail`
        // is at n, `objects` has reached n - 1; and what `objects` has come to, `cloudtrail` has too.
        for _ in 0..MAX_LOSSES {
            let (number, closed) = (self.cloudtrail.snapshot().batch, self.objects.snapshot().batch);
            if closed < number - 1 {
                self.objects.refresh().await?;
                self.dead_letters.refresh().await?;
                ensure!(
                    self.objects.snapshot().batch >= number - 1,
                    standing::apart(&self.cloudtrail, &self.objects)
                );
            } else if closed > number {
                self.cloudtrail.refresh().await?;
                ensure!(
                    self.cloudtrail.snapshot().batch >= closed,
                    standing::apart(&self.cloudtrail, &self.objects)
                );
            } else {
                break;
            }
        }
        let (number, closed) = (self.cloudtrail.snapshot().batch, self.objects.snapshot().batch);
        ensure!(closed == number || closed == number - 1, standing::apart(&self.cloudtrail, &self.objects));
        if closed == number {
            return standing::ensure_letters(&self.cloudtrail, &self.objects, &mut self.dead_letters).await;
        }
        let info = self.cloudtrail.batch_info(number).await?;
        let adds = |name| named_files(&info, name).with_context(|| format!("the commit of batch {number}"));
        let (objects, dead_letters) = (adds(OBJECTS_FILES)?, adds(DEAD_LETTERS_FILES)?);
        tracing::info!(batch = number, "finishing a batch that was interrupted");
        self.finish(number, &objects, &dead_letters).await
    }

    /// Steps 5 and 6. Losing means that somebody else has done it.
    pub(super) async fn finish(&mut self, number: i64, objects: &[Add], dead_letters: &[Add]) -> Result<()> {
        if !dead_letters.is_empty() {
            finish_table(&mut self.dead_letters, number, dead_letters).await?;
        }
        finish_table(&mut self.objects, number, objects).await
    }
}

/// The files that a commit of `cloudtrail` names for another table.
pub(super) fn named_files(info: &HashMap<String, Value>, name: &str) -> Result<Vec<Add>> {
    let named = info.get(name).cloned().unwrap_or(Value::Array(Vec::new()));
    serde_json::from_value(named).with_context(|| format!("`{name}` is no list of files"))
}

async fn finish_table(log: &mut TableLog, number: i64, files: &[Add]) -> Result<()> {
    let entry = Entry { add: files.to_vec(), batch: Some(number), ..Entry::default() };
    for _ in 0..MAX_LOSSES {
        if log.snapshot().batch >= number {
            return Ok(());
        }
        match log.commit(&entry).await? {
            Committed::Won(_) => return Ok(()),
            Committed::Lost => log.refresh().await?,
        }
    }
    bail!("lost {MAX_LOSSES} commits in a row while finishing batch {number}")
}
