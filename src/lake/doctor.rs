//! `lake doctor`: is the lake whole, and can its place keep the promise that commits rest on?
//!
//! It reads; with `repair` it also mends what can be: an interrupted batch is finished, a missing
//! hash sidecar is made anew from its data file. What can't be mended is named, with the way out.

use anyhow::Result;
use futures::future::join_all;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode};
use serde::Serialize;
use uuid::Uuid;

use super::layout::{self, Table};
use super::log::TableLog;
use super::{Lake, files};

/// Races of conditional PUTs, and the writers in each: a store that loses one in twenty shows it.
const RACES: usize = 8;
const RACERS: usize = 6;

/// How one thing that was looked at is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// It was not, and is now.
    Mended,
    /// It works, but something should be done.
    Poor,
    /// It does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// What was found, and the way out.
    pub message: String,
}

/// All that was looked at.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Diagnosis {
    /// In the order in which it was looked at.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    /// The worst of it.
    pub fn health(&self) -> Health {
        self.checks.iter().map(|check| check.health).max().unwrap_or(Health::Good)
    }

    fn add(&mut self, name: impl Into<String>, health: Health, message: impl Into<String>) {
        self.checks.push(Check { name: name.into(), health, message: message.into() });
    }
}

impl Lake {
    /// Looks at everything.
    ///
    /// # Errors
    /// Only when the place itself can't be reached; what is wrong with the lake is in the answer.
    pub async fn doctor(&self, repair: bool) -> Result<Diagnosis> {
        let mut found = Diagnosis::default();
        self.check_races(&mut found).await;
        let mut batches = Vec::new();
        for table in Table::ALL {
            if let Some(batch) = self.check_table(table, &mut found).await {
                batches.push((table, batch));
            }
        }
        self.check_batches(&batches, repair, &mut found).await;
        if found.health() < Health::Bad {
            self.check_hashes(repair, &mut found).await?;
        }
        Ok(found)
    }

    /// Whether of several writers of one new name exactly one wins, each time.
    async fn check_races(&self, found: &mut Diagnosis) {
        let mut wrong = None;
        for _ in 0..RACES {
            let at = Path::from(format!("_doctor/{}", Uuid::new_v4().simple()));
            let put = |racer: usize| {
                let at = at.clone();
                async move { self.store().put_opts(&at, format!("{racer}").into(), PutMode::Create.into()).await }
            };
            let ended = join_all((0..RACERS).map(put)).await;
            let won = ended.iter().filter(|ended| ended.is_ok()).count();
            let failed = ended.into_iter().filter_map(Result::err).find(|error| {
                !matches!(error, StoreError::AlreadyExists { .. } | StoreError::Precondition { .. })
            });
            // It is garbage now; `vacuum` does not look outside the tables.
            drop(self.store().delete(&at).await);
            if let Some(error) = failed {
                wrong = Some(format!("a file can't be created: {error}"));
            } else if won != 1 {
                wrong = Some(format!(
                    "{won} of {RACERS} writers created the same file: this store loses commits without a word; \
                     use one writer at a time, or another store"
                ));
            }
        }
        match wrong {
            Some(message) => found.add("conditional writes", Health::Bad, message),
            None => found.add("conditional writes", Health::Good, "of several writers one wins"),
        }
    }

    /// Whether a table's log can be read and its files are there; returns its batch number.
    async fn check_table(&self, table: Table, found: &mut Diagnosis) -> Option<i64> {
        let name = format!("table {}", table.name());
        let log = match TableLog::open(self.store().clone(), table).await {
            Ok(Some(log)) => log,
            Ok(None) => {
                found.add(name, Health::Bad, "it is missing; `trailhound ingest` makes it");
                return None;
            }
            Err(error) => {
                found.add(name, Health::Bad, format!("{error:#}; restore the log from a backup"));
                return None;
            }
        };
        if let Err(error) = log.check_version() {
            found.add(name, Health::Bad, format!("{error:#}"));
            return None;
        }
        let mut missing = Vec::new();
        for file in log.snapshot().files.values() {
            match self.store().head(&table.path(&file.path)).await {
                Ok(meta) if meta.size == file.size => {}
                Ok(meta) => missing.push(format!("{} has {} bytes, not {}", file.path, meta.size, file.size)),
                Err(StoreError::NotFound { .. }) => missing.push(format!("{} is missing", file.path)),
                Err(error) => missing.push(format!("{}: {error}", file.path)),
            }
        }
        let files = log.snapshot().files.len();
        match missing.first() {
            None => found.add(name, Health::Good, format!("{files} files, all there")),
            Some(first) => found.add(
                name,
                Health::Bad,
                format!(
                    "{} of {files} files are damaged, first: {first}; restore them from a backup",
                    missing.len()
                ),
            ),
        }
        Some(log.snapshot().batch)
    }

    /// Whether a batch was left half committed.
    async fn check_batches(&self, batches: &[(Table, i64)], repair: bool, found: &mut Diagnosis) {
        let of = |table| batches.iter().find(|(other, _)| *other == table).map(|(_, batch)| *batch);
        let (Some(rows), Some(objects)) = (of(Table::Cloudtrail), of(Table::Objects)) else { return };
        if rows == objects {
            return found.add("batches", Health::Good, format!("{rows}, all closed"));
        }
        if rows != objects + 1 {
            let message = format!(
                "`cloudtrail` stands at {rows} and `objects` at {objects}: something else has changed the lake; \
                 restore both tables from one backup"
            );
            return found.add("batches", Health::Bad, message);
        }
        match repair {
            false => {
                let message =
                    format!("batch {rows} was interrupted; the next ingest or --repair finishes it");
                found.add("batches", Health::Poor, message);
            }
            true => match self.writer().await {
                Ok(_) => found.add("batches", Health::Mended, format!("batch {rows} was finished")),
                Err(error) => found.add("batches", Health::Bad, format!("batch {rows}: {error:#}")),
            },
        }
    }

    /// Whether every data file has its hash sidecar.
    async fn check_hashes(&self, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let snapshot = self.snapshot(Table::Cloudtrail).await?;
        let mut bad = 0;
        for file in snapshot.files.values() {
            if files::has_keys(self, file).await? {
                continue;
            }
            bad += 1;
            if repair {
                files::keys_of(self, file).await?;
            }
        }
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
}
