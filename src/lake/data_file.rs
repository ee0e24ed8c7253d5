//! A file of a table's rows, as the table's log describes it.

use std::collections::HashMap;

use deltalake::kernel::{Add, Remove};
use serde_json::Value;

use super::layout::Table;

/// An active file of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Its path, relative to the table.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// The value of the partition column, if the table has one and it is not NULL.
    pub partition: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub modified: i64,
    /// Delta's statistics, as JSON: `numRecords`, `minValues`, `maxValues`, `nullCount`.
    pub stats: Option<String>,
}

impl DataFile {
    /// The statistics, parsed; `Null` when there are none.
    pub fn statistics(&self) -> Value {
        let parsed = self.stats.as_deref().and_then(|stats| serde_json::from_str(stats).ok());
        parsed.unwrap_or(Value::Null)
    }

    /// Rows in it, by its statistics.
    pub fn rows(&self) -> Option<u64> {
        self.statistics()["numRecords"].as_u64()
    }

    /// The action that adds it to `table`.
    pub(crate) fn add(&self, table: Table, data_change: bool) -> Add {
        Add {
            path: self.path.clone(),
            partition_values: self.partition_values(table),
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            modification_time: self.modified,
            data_change,
            stats: self.stats.clone(),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        }
    }

    /// The action that takes it out of `table`, its rows being in other files now.
    pub(crate) fn remove(&self, table: Table, now: i64) -> Remove {
        Remove {
            path: self.path.clone(),
            data_change: false,
            deletion_timestamp: Some(now),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition_values(table)),
            size: i64::try_from(self.size).ok(),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
        }
    }

    fn partition_values(&self, table: Table) -> HashMap<String, Option<String>> {
        let column = table.partition_column().into_iter();
        column.map(|column| (column.to_owned(), self.partition.clone())).collect()
    }

    /// The file that an action adds.
    pub(crate) fn of_add(add: Add) -> Self {
        Self {
            path: add.path,
            size: u64::try_from(add.size).unwrap_or(0),
            partition: add.partition_values.into_values().next().flatten(),
            modified: add.modification_time,
            stats: add.stats,
        }
    }
}
