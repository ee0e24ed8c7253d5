//! The lake: Delta tables of Parquet files in a folder or on S3.
//!
//! Delta is the format, so that Spark, Trino, DuckDB, Polars and Databricks read a lake as it lies
//! there; `deltalake` replays and checkpoints the logs. Writing Parquet, the commits and the scan are
//! our own: see [`Writer`] for the one way in, and ARCHITECTURE.md for the commit protocol.
//!
//! Limits: below 20,000 active files a table (`optimize` keeps it there).

mod baseline;
mod batch;
mod create;
mod data_file;
mod dead_letters;
mod doctor;
mod durable;
mod files;
mod findings;
mod format;
mod group;
mod hashes;
mod info;
mod keys;
mod known;
mod layout;
mod ledger;
mod log;
mod log_folder;
mod logs;
mod objects;
mod optimize;
mod repair;
mod rooted;
mod rows;
mod s3;
mod s3_client;
mod seal;
mod standing;
mod store;
mod vacuum;
mod writer;

#[cfg(test)]
mod durability;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use object_store::ObjectStore;

use self::log::TableLog;
use self::log_folder::LogFolder;
use self::seal::Sealed;

pub(crate) use self::baseline::BaselineCounter;
pub use self::baseline::{Attribute, Followed};
pub use self::batch::{Batch, MAX_ROWS};
pub use self::data_file::DataFile;
pub use self::doctor::{Check, Diagnosis, Health};
pub use self::findings::file_schema as findings_schema;
pub use self::format::table_schema;
pub(crate) use self::format::with_views;
pub use self::info::{Info, TableInfo};
pub use self::layout::Table;
pub use self::ledger::Ledger;
pub use self::log::Snapshot;
pub use self::objects::{ObjectKey, ObjectRow, State};
pub use self::optimize::Optimized;
pub use self::store::{Location, LocationError};
pub use self::vacuum::Vacuumed;
pub use self::writer::{Report, Writer};

/// How often a commit that loses a race is tried again. Each loss means that somebody else has won, so
/// this many in a row is a sign of something else.
const MAX_LOSSES: u32 = 100;

/// One lake. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lake {
    location: Location,
    store: Arc<dyn ObjectStore>,
}

impl fmt::Display for Lake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.location.fmt(out)
    }
}

impl Lake {
    /// Over any store whose root is the lake.
    pub fn over(location: Location, store: Arc<dyn ObjectStore>) -> Self {
        Self { location, store: Arc::new(Sealed::new(store)) }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Its files; paths are relative to the lake.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    pub(crate) fn is_local(&self) -> bool {
        matches!(self.location, Location::Folder(_))
    }

    /// What a table holds now.
    ///
    /// # Errors
    /// When there is no such table, its log can't be read, or one of the tables that ingests write was
    /// put back to an older state.
    pub async fn snapshot(&self, table: Table) -> Result<Arc<Snapshot>> {
        match table {
            Table::Findings => return Ok(self.log(table).await?.snapshot().clone()),
            // It is no loss when it is not there, as in a lake that is older than this table.
            Table::Baseline => {
                let log = self.find_log(table).await?;
                log.iter().try_for_each(TableLog::check_version)?;
                return Ok(log.map(|log| log.snapshot().clone()).unwrap_or_default());
            }
            _ => {}
        }
        let (rows, objects, letters) =
            tokio::join!(self.log(Table::Cloudtrail), self.log(Table::Objects), async {
                match table {
                    Table::DeadLetters => self.log(table).await.map(Some),
                    _ => Ok(None),
                }
            });
        // A table by itself is whole: who asks for events need not wait until `objects` is mended.
        match table {
            Table::Cloudtrail => {
                let mut rows = rows?;
                if let Ok(mut objects) = objects {
                    standing::ensure_level(&mut rows, &mut objects).await?;
                }
                Ok(rows.snapshot().clone())
            }
            Table::Objects => {
                let mut objects = objects?;
                if let Ok(mut rows) = rows {
                    standing::ensure_level(&mut rows, &mut objects).await?;
                }
                Ok(objects.snapshot().clone())
            }
            Table::DeadLetters | Table::Findings | Table::Baseline => {
                let mut letters = letters?.context("this table was asked for")?;
                if let (Ok(rows), Ok(objects)) = (rows, objects) {
                    standing::ensure_letters(&rows, &objects, &mut letters).await?;
                }
                Ok(letters.snapshot().clone())
            }
        }
    }

    /// The objects that need not be read again; it reads the table `objects` as it is asked.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(self.clone())
    }

    /// Whether there is a lake at this place.
    ///
    /// # Errors
    /// When the place can't be read.
    pub async fn exists(&self) -> Result<bool> {
        // A lake that has lost this table is still one, and whoever opens it is told.
        Ok(self.find_log(Table::Cloudtrail).await?.is_some() || self.is_in_use().await?)
    }

    /// Opens the lake for writing; tables that are missing are made.
    ///
    /// # Errors
    /// When the lake is of a newer version, or can't be read or written.
    pub async fn writer(&self) -> Result<Writer> {
        create::create(self).await?;
        Writer::open(self.clone()).await
    }

    /// The log of a table, if the lake has it.
    async fn find_log(&self, table: Table) -> Result<Option<TableLog>> {
        match TableLog::open(self.store.clone(), table).await {
            // S3's own word, wherever in the chain of causes it stands.
            Err(error) if format!("{error:?}").contains("NoSuchBucket") => {
                bail!(
                    "there is no bucket for the lake {self}; check --lake, or --endpoint-url if it is elsewhere"
                )
            }
            found => found,
        }
    }

    async fn log(&self, table: Table) -> Result<TableLog> {
        if let Some(log) = self.find_log(table).await? {
            log.check_version()?;
            return Ok(log);
        }
        let name = table.name();
        ensure!(
            !self.is_in_use().await?,
            "table `{name}` is missing from {self}; restore the folder `{name}` from a backup, or let \
             `trailhound lake doctor --repair` make it anew"
        );
        bail!("there is no table `{name}` at {self}; `trailhound ingest` makes a lake, --lake names another")
    }

    /// Whether tables were made here, all of them: `cloudtrail` is the last.
    async fn is_in_use(&self) -> Result<bool> {
        for table in Table::ALL {
            let least = if table == Table::Cloudtrail { 0 } else { 1 };
            if LogFolder::read(&self.store, table).await?.last().is_some_and(|last| last >= least) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
