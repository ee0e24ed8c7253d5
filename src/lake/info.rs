//! What a lake holds, for `lake info`: read from the logs and their statistics alone, but for the
//! states of the objects, which are read from the `objects` table.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::layout::Table;
use super::{Lake, files};
use crate::event::SCHEMA_VERSION;

/// A lake in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct Info {
    /// Where it is.
    pub location: String,
    /// Version of its columns.
    pub schema_version: u32,
    /// The number of the last ingest batch.
    pub batches: i64,
    /// Earliest and latest event time, as text.
    pub first_event_time: Option<String>,
    /// See `first_event_time`.
    pub last_event_time: Option<String>,
    /// Dates that have events.
    pub dates: usize,
    /// Source objects by state; an object that was tried again counts by its last row of any state.
    pub objects: BTreeMap<String, u64>,
    /// By table.
    pub tables: Vec<TableInfo>,
}

/// One table in numbers.
#[derive(Debug, Clone, Serialize)]
pub struct TableInfo {
    /// Its name in SQL.
    pub table: &'static str,
    /// Rows in its active files.
    pub rows: u64,
    /// Active files.
    pub files: usize,
    /// Their size together.
    pub bytes: u64,
    /// The version of its log.
    pub version: u64,
}

impl Lake {
    /// The lake in numbers.
    ///
    /// # Errors
    /// When it is not there or can't be read.
    pub async fn info(&self) -> Result<Info> {
        let mut tables = Vec::new();
        let mut times: (Option<String>, Option<String>) = (None, None);
        let mut dates = 0;
        let mut batches = 0;
        for table in Table::ALL {
            let snapshot = self.snapshot(table).await?;
            let files = snapshot.files.values();
            tables.push(TableInfo {
                table: table.name(),
                rows: files.clone().filter_map(|file| file.rows()).sum(),
                files: snapshot.files.len(),
                bytes: files.clone().map(|file| file.size).sum(),
                version: snapshot.version,
            });
            if table == Table::Cloudtrail {
                batches = snapshot.batch;
                let partitions: std::collections::BTreeSet<_> =
                    files.clone().map(|file| &file.partition).collect();
                dates = partitions.len();
                for file in files {
                    let stats = file.statistics();
                    let text = |bound: &str| stats[bound]["event_time"].as_str().map(str::to_owned);
                    times.0 = [times.0.take(), text("minValues")].into_iter().flatten().min();
                    times.1 = [times.1.take(), text("maxValues")].into_iter().flatten().max();
                }
            }
        }
        Ok(Info {
            location: self.to_string(),
            schema_version: SCHEMA_VERSION,
            batches,
            first_event_time: times.0.map(whole_seconds),
            last_event_time: times.1.map(whole_seconds),
            dates,
            objects: self.object_states().await?,
            tables,
        })
    }

    async fn object_states(&self) -> Result<BTreeMap<String, u64>> {
        // Files are named by their batch: in path order within a month, later rows come later.
        let mut newest: BTreeMap<u128, String> = BTreeMap::new();
        let snapshot = self.snapshot(Table::Objects).await?;
        for path in snapshot.files.keys() {
            for batch in files::read(self, Table::Objects, path, Some(&["uri", "state"])).await? {
                let uris = files::text_column(&batch, "uri")?;
                let states = files::text_column(&batch, "state")?;
                for (uri, state) in uris.iter().zip(&states) {
                    if let (Some(uri), Some(state)) = (uri, state) {
                        newest.insert(xxhash_rust::xxh3::xxh3_128(uri.as_bytes()), state.to_owned());
                    }
                }
            }
        }
        let mut counts = BTreeMap::new();
        for state in newest.into_values() {
            *counts.entry(state).or_default() += 1;
        }
        Ok(counts)
    }
}

/// Statistics spell fractions out; nobody wants to read `.000000`.
fn whole_seconds(time: String) -> String {
    time.replace(".000000Z", "Z")
}
