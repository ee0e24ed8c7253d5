//! The lake: Delta tables of Parquet files in a folder or on S3.
//!
//! Delta is the format, so that Spark, Trino, DuckDB, Polars and Databricks read a lake as it lies
//! there; `deltalake` replays and checkpoints the logs. Writing Parquet, the commits and the scan are
//! our own: see [`Writer`] for the one way in, and ARCHITECTURE.md for the commit protocol.
//!
//! Limits: below 20,000 active files a table (`optimize` keeps it there).

mod batch;
mod create;
mod dead_letters;
mod doctor;
mod durable;
mod files;
mod findings;
mod format;
mod hashes;
mod info;
mod known;
mod layout;
mod log;
mod objects;
mod optimize;
mod rooted;
mod s3;
mod store;
mod vacuum;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use anyhow::{Result, bail};
use object_store::ObjectStore;

use self::log::TableLog;

pub use self::batch::{Batch, MAX_ROWS};
pub use self::doctor::{Check, Diagnosis, Health};
pub use self::findings::file_schema as findings_schema;
pub use self::format::table_schema;
pub use self::info::{Info, TableInfo};
pub use self::layout::Table;
pub use self::log::{DataFile, Snapshot};
pub use self::objects::{Ledger, ObjectKey, ObjectRow, State};
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
        Self { location, store }
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
    /// When there is no such table, or its log can't be read.
    pub async fn snapshot(&self, table: Table) -> Result<Arc<Snapshot>> {
        Ok(self.log(table).await?.snapshot().clone())
    }

    /// The objects that need not be read again.
    ///
    /// # Errors
    /// When the table `objects` can't be read.
    pub async fn ledger(&self) -> Result<Ledger> {
        let mut ledger = Ledger::default();
        writer::take_objects(self, self.snapshot(Table::Objects).await?.as_ref(), &mut ledger).await?;
        Ok(ledger)
    }

    /// Whether there is a lake at this place.
    ///
    /// # Errors
    /// When the place can't be read.
    pub async fn exists(&self) -> Result<bool> {
        Ok(self.find_log(Table::Cloudtrail).await?.is_some())
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
        let Some(log) = self.find_log(table).await? else {
            let name = table.name();
            bail!(
                "there is no table `{name}` at {self}; `trailhound ingest` makes a lake, --lake names another"
            );
        };
        log.check_version()?;
        Ok(log)
    }
}
