//! What a lake holds, for `lake info`: read from the logs and their statistics alone, but for the
//! states of the objects, which are read from the `objects` table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{Context, Result};
use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use serde::Serialize;

use super::layout::Table;
use super::{Lake, State, files};
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
    /// Source objects by state; an object that was tried again counts by its last row.
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
        for table in Table::ALL.into_iter().chain([Table::Baseline]) {
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
                let partitions = files.clone().filter_map(|file| file.partition.as_deref());
                dates = partitions.collect::<BTreeSet<_>>().len();
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
        // The batch tells which row of an object is the newest: the names of files do not, once
        // `optimize` has been there. Of two rows of one batch the one that brought the object in counts.
        let mut newest: HashMap<u128, (i64, bool, String)> = HashMap::new();
        let snapshot = self.snapshot(Table::Objects).await?;
        for path in snapshot.files.keys() {
            let columns = ["uri", "state", "ingest_batch"];
            for batch in files::read(self, Table::Objects, path, Some(&columns)).await? {
                let uris = files::text_column(&batch, "uri")?;
                let states = files::text_column(&batch, "state")?;
                let numbers = batch.column_by_name("ingest_batch");
                let numbers = numbers.and_then(|numbers| numbers.as_primitive_opt::<Int64Type>());
                let numbers = numbers.context("no column `ingest_batch`")?;
                for ((uri, state), number) in uris.iter().zip(&states).zip(numbers) {
                    let (Some(uri), Some(state)) = (uri, state) else { continue };
                    let row = (number.unwrap_or(0), state == State::Ingested.name(), state.to_owned());
                    let slot = newest.entry(xxhash_rust::xxh3::xxh3_128(uri.as_bytes())).or_default();
                    *slot = std::mem::take(slot).max(row);
                }
            }
        }
        let mut counts = BTreeMap::new();
        for (.., state) in newest.into_values() {
            *counts.entry(state).or_default() += 1;
        }
        Ok(counts)
    }
}

/// Statistics spell fractions out; nobody wants to read `.000000`.
fn whole_seconds(time: String) -> String {
    time.replace(".000000Z", "Z")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};
    use object_store::memory::InMemory;

    use super::super::format::Format;
    use super::super::log::Entry;
    use super::super::{DataFile, Location};
    use super::*;

    async fn commit(lake: &Lake, table: Table, path: &str, partition: Option<&str>) {
        let partition = partition.map(str::to_owned);
        let file = DataFile { path: path.to_owned(), size: 1, partition, modified: 0, stats: None };
        let entry = Entry { add: vec![file.add(table, true)], ..Entry::default() };
        lake.log(table).await.unwrap().commit(&entry).await.unwrap();
    }

    async fn add_objects(lake: &Lake, path: &str, rows: &[(&str, State, i64)]) {
        let format = Format::of(Table::Objects);
        let columns = format.schema().fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                "uri" => Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.0))),
                "state" => Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1.name()))),
                "ingest_batch" => Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2))),
                _ => new_null_array(field.data_type(), rows.len()),
            }
        });
        let batch = RecordBatch::try_new(format.schema().clone(), columns.collect()).unwrap();
        let bytes = format.write(&[batch]).unwrap().bytes;
        files::put(lake, &Table::Objects.path(path), bytes).await.unwrap();
        commit(lake, Table::Objects, path, Some("2026-01")).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_object_counts_by_its_newest_row_whatever_the_files_are_called() {
        let lake = Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new()));
        lake.writer().await.unwrap();
        add_objects(&lake, "0000000003-a.parquet", &[("one", State::Ingested, 3), ("two", State::Gone, 3)])
            .await;
        let old = [("one", State::Failed, 1), ("two", State::Failed, 2), ("two", State::Ingested, 1)];
        add_objects(&lake, "optimized-b.parquet", &old).await;
        add_objects(&lake, "0000000004-c.parquet", &[("three", State::Skipped, 4)]).await;
        add_objects(&lake, "0000000004-d.parquet", &[("three", State::Ingested, 4)]).await;
        add_objects(&lake, "0000000004-e.parquet", &[("three", State::Skipped, 4)]).await;
        for (path, date) in [("a", Some("2026-01-01")), ("b", Some("2026-01-01")), ("c", None)] {
            commit(&lake, Table::Cloudtrail, path, date).await;
        }
        let info = lake.info().await.unwrap();
        let counted = BTreeMap::from([("gone".to_owned(), 1), ("ingested".to_owned(), 2)]);
        assert_eq!((info.objects, info.dates), (counted, 1));
    }
}
