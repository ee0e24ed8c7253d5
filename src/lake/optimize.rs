//! `lake optimize`: many small files of a date become one large, sorted one.
//!
//! Rows are sorted by event source, event name and user, as when they come in (`rows.rs`), and by time among
//! those: a rule that asks for one event name reads few row groups. The swap is one commit that changes no
//! data: rows keep their `ingest_batch`, and the new file's keys are those of the old ones together.
//!
//! Memory: a sort of at most [`SORT_MEMORY`] that spills to disk, two pieces of 16 MiB, one row
//! group made of at most [`GROUP_BYTES`], and one encoded file.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::array::RecordBatch;
use arrow::compute::cast;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::data_file::DataFile;
use super::format::{Format, GROUP_ROWS, ParquetFile, file_schema};
use super::group::PiecewiseGroup;
use super::layout::{self, Table};
use super::log::{Committed, Entry, TableLog};
use super::{Lake, MAX_LOSSES, files, hashes};

/// Files of this size are large enough; several are merged up to it.
const TARGET_BYTES: u64 = 128 << 20;

/// What sorting may hold in memory before it spills.
const SORT_MEMORY: usize = 256 << 20;

/// A row group is done when this much went into it, however few rows that are.
const GROUP_BYTES: usize = 64 << 20;

/// How rows are put in order.
#[derive(Debug, Clone, Copy)]
struct Sort {
    memory: usize,
    /// Rows a batch: a sort needs memory for several batches at least.
    batch_rows: usize,
    /// Otherwise rows stay in the order of their files, which takes no memory.
    ordered: bool,
}

/// Tried in turn until the memory suffices for the width of the rows: measured, the first does for
/// rows of 150 kB each and the second for rows of 3 MB; the last does for any.
const SORTS: [Sort; 3] = [
    Sort { memory: SORT_MEMORY, batch_rows: 1_024, ordered: true },
    Sort { memory: SORT_MEMORY, batch_rows: 32, ordered: true },
    Sort { memory: SORT_MEMORY, batch_rows: 32, ordered: false },
];

/// What optimizing came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Optimized {
    /// Files that were taken out.
    pub removed: u64,
    /// Files that took their place.
    pub added: u64,
    /// Size of the files taken out.
    pub bytes_before: u64,
    /// Size of the files that took their place.
    pub bytes_after: u64,
    /// Groups of files that another optimize was faster with.
    pub lost: u64,
}

impl Lake {
    /// Merges the small files of every partition that has at least `min_files` of them.
    ///
    /// # Errors
    /// When the lake can't be read or written; partitions that are done stay done.
    pub async fn optimize(&self, min_files: usize) -> Result<Optimized> {
        let mut done = Optimized::default();
        for table in Table::ALL {
            let mut log = self.log(table).await?;
            let snapshot = log.snapshot().clone();
            let mut partitions: BTreeMap<&Option<String>, Vec<&Arc<DataFile>>> = BTreeMap::new();
            for file in snapshot.files.values().filter(|file| is_small(file)) {
                partitions.entry(&file.partition).or_default().push(file);
            }
            for files in partitions.into_values().filter(|files| files.len() >= min_files) {
                for group in groups(&files) {
                    self.swap(&mut log, table, &group, &mut done).await?;
                }
            }
            if log.snapshot().version > snapshot.version {
                // Swaps leave many dead entries behind: the next reader should not replay them.
                log.checkpoint().await.context("writing a checkpoint")?;
            }
        }
        Ok(done)
    }

    /// Puts one file in the place of several.
    async fn swap(
        &self,
        log: &mut TableLog,
        table: Table,
        old: &[Arc<DataFile>],
        done: &mut Optimized,
    ) -> Result<()> {
        let new = self.merge(table, old, log.snapshot().batch).await?;
        for _ in 0..MAX_LOSSES {
            if !old.iter().all(|file| log.snapshot().files.contains_key(&file.path)) {
                done.lost += 1;
                return Ok(());
            }
            match log.commit(&swap_entry(table, old, &new)).await? {
                Committed::Won(_) => {
                    done.removed += old.len() as u64;
                    done.added += 1;
                    done.bytes_before += old.iter().map(|file| file.size).sum::<u64>();
                    done.bytes_after += new.size;
                    return Ok(());
                }
                Committed::Lost => log.refresh().await?,
            }
        }
        anyhow::bail!("lost {MAX_LOSSES} commits in a row to other writers of {self}")
    }

    /// Writes the rows of several files as one; nobody sees it until it is committed.
    async fn merge(&self, table: Table, old: &[Arc<DataFile>], batch: i64) -> Result<DataFile> {
        // DataFusion reads past a file that is not there.
        for file in old {
            if let Some(damage) = self.damage(table, file).await? {
                anyhow::bail!("{damage}; `trailhound lake doctor` says what can be done");
            }
        }
        let file = self.rewrite(table, old, &SORTS).await?;
        let expected: u64 = old.iter().filter_map(|file| file.rows()).sum();
        ensure!(file.rows as u64 == expected, "merging {expected} rows came to {}", file.rows);
        let partition = old.first().and_then(|file| file.partition.clone());
        let path = table.new_optimized_file(partition.as_deref(), batch);
        if table == Table::Cloudtrail {
            let mut keys = Vec::with_capacity(file.rows);
            for file in old {
                keys.extend(files::keys_of(self, file).await?.to_sorted());
            }
            ensure!(keys.len() == file.rows, "{} keys for {} rows", keys.len(), file.rows);
            files::put(self, &layout::hashes_of(&path), hashes::write(keys)).await?;
        }
        files::put(self, &table.path(&path), file.bytes.clone()).await?;
        Ok(DataFile {
            path,
            size: file.bytes.len() as u64,
            partition,
            modified: Timestamp::now().as_millisecond(),
            stats: Some(file.stats),
        })
    }

    /// The rows of several files as one, by the first of `sorts` that has the memory for it.
    async fn rewrite(&self, table: Table, old: &[Arc<DataFile>], sorts: &[Sort]) -> Result<ParquetFile> {
        let mut sorts = sorts.iter().peekable();
        while let Some(sort) = sorts.next() {
            match self.rewrite_by(table, old, *sort).await {
                Err(error) if sorts.peek().is_some() && is_exhausted(&error) => {
                    tracing::info!(table = table.name(), ?sort, "rows are too wide for this sort");
                }
                ended => {
                    return ended.with_context(|| {
                        format!(
                            "merging files of table `{}`; `trailhound lake doctor` says whether one is damaged",
                            table.name()
                        )
                    });
                }
            }
        }
        anyhow::bail!("no way to sort was given")
    }

    async fn rewrite_by(&self, table: Table, old: &[Arc<DataFile>], sort: Sort) -> Result<ParquetFile> {
        let format = if table == Table::Cloudtrail { Format::optimized() } else { Format::of(table) };
        let mut rows = self.rows_by(table, old, sort).await?.execute_stream().await?;
        // Room for all of it at once: a file that grows is there twice.
        let mut bytes = Vec::with_capacity(old.iter().map(|file| file.size as usize).sum());
        let mut file = format.file(&mut bytes)?;
        let mut group = PiecewiseGroup::new(format)?;
        while let Some(batch) = rows.next().await {
            group.push(conform(&batch?, format)?).await?;
            if group.rows >= GROUP_ROWS || group.bytes >= GROUP_BYTES {
                file.append(std::mem::replace(&mut group, PiecewiseGroup::new(format)?).finish().await?)?;
            }
        }
        if group.rows > 0 {
            file.append(group.finish().await?)?;
        }
        let (stats, rows) = file.finish()?;
        Ok(ParquetFile { bytes: bytes.into(), stats, rows })
    }

    async fn rows_by(&self, table: Table, old: &[Arc<DataFile>], sort: Sort) -> Result<DataFrame> {
        let mut config = SessionConfig::new()
            .with_information_schema(false)
            // Several sorts, and the merge of what they have sorted, would take the memory from each other.
            .with_target_partitions(1)
            .with_batch_size(sort.batch_rows);
        config.options_mut().execution.parquet.schema_force_view_types = false;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(sort.memory)))
            .build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        let root = Url::parse("lake://optimize/")?;
        context.register_object_store(&root, self.store().clone());
        let paths: Vec<String> = old.iter().map(|file| format!("{root}{}", table.path(&file.path))).collect();
        let schema = file_schema(table);
        let options = ParquetReadOptions::default().schema(&schema).skip_metadata(true);
        let input = context.read_parquet(paths, options).await?;
        if !sort.ordered {
            return Ok(input);
        }
        context.register_table("input", input.into_view())?;
        let sql = format!("SELECT * FROM input ORDER BY {}", order(table));
        Ok(context.sql(&sql).await?)
    }
}

/// Whether memory, or the disk to spill to, was the matter.
fn is_exhausted(error: &anyhow::Error) -> bool {
    let root = error.downcast_ref::<DataFusionError>().map(DataFusionError::find_root);
    matches!(root, Some(DataFusionError::ResourcesExhausted(_)))
}

/// What the rows of a table are sorted by.
const fn order(table: Table) -> &'static str {
    match table {
        Table::Cloudtrail => "event_source, event_name, user_arn, event_time, event_id",
        Table::Objects => "uri, ingest_batch",
        Table::DeadLetters => "source_object, byte_offset",
        Table::Findings => "\"time\", finding_id, revision",
        Table::Baseline => "attribute, principal, value, account_id, day",
    }
}

fn is_small(file: &DataFile) -> bool {
    let enough = if layout::is_optimized(&file.path) { TARGET_BYTES / 2 } else { TARGET_BYTES };
    file.size < enough
}

/// Files that are merged into one each, oldest first; a file by itself only if it is not sorted yet.
fn groups(files: &[&Arc<DataFile>]) -> Vec<Vec<Arc<DataFile>>> {
    let mut groups = vec![Vec::new()];
    let mut bytes = 0;
    for file in files {
        if bytes + file.size > TARGET_BYTES && bytes > 0 {
            groups.push(Vec::new());
            bytes = 0;
        }
        bytes += file.size;
        if let Some(group) = groups.last_mut() {
            group.push((*file).clone());
        }
    }
    let is_worth_it = |group: &Vec<Arc<DataFile>>| match &group[..] {
        [] => false,
        [file] => !layout::is_optimized(&file.path),
        _ => true,
    };
    groups.retain(is_worth_it);
    groups
}

fn swap_entry(table: Table, old: &[Arc<DataFile>], new: &DataFile) -> Entry {
    let now = Timestamp::now().as_millisecond();
    Entry {
        add: vec![new.add(table, false)],
        remove: old.iter().map(|file| file.remove(table, now)).collect(),
        ..Entry::default()
    }
}

/// A batch as the table's files are written.
pub(crate) fn conform(batch: &RecordBatch, format: &Format) -> Result<RecordBatch> {
    let schema = format.schema();
    let mut columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let column = batch.column_by_name(field.name()).with_context(|| format!("no column {field}"))?;
        columns.push(cast(column, field.data_type())?);
    }
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, AsArray, StringArray, TimestampMicrosecondArray, new_null_array};
    use arrow::datatypes::TimestampMicrosecondType;
    use object_store::memory::InMemory;
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::lake::Location;

    fn file(path: &str, size: u64) -> Arc<DataFile> {
        Arc::new(DataFile { path: path.to_owned(), size, partition: None, modified: 0, stats: None })
    }

    #[test]
    fn small_files_are_merged_up_to_the_target_and_a_merged_one_is_left_alone() {
        let (a, b, c) = (file("a", TARGET_BYTES / 2), file("b", TARGET_BYTES / 2), file("c", 10));
        let grouped = groups(&[&a, &b, &c]);
        assert_eq!(grouped.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let merged = file("event_date=2026-01-01/optimized-x.parquet", 10);
        assert!(groups(&[&merged]).is_empty());
        assert!(is_small(&merged) && !is_small(&file("optimized-y", TARGET_BYTES / 2)));
    }

    /// A lake with two files of `rows` rows each, all `width` bytes wide, latest first.
    async fn lake_of_wide_rows(rows: usize, width: usize) -> (Lake, Vec<Arc<DataFile>>) {
        let lake = Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new()));
        let format = Format::of(Table::Cloudtrail);
        let mut files = Vec::new();
        for path in ["a.parquet", "b.parquet"] {
            let mut groups = Vec::new();
            for first in (0..rows).rev().step_by(500) {
                let rows = first.saturating_sub(499)..=first;
                let columns = format.schema().fields().iter().map(|field| -> ArrayRef {
                    match field.name().as_str() {
                        "request_parameters" => Arc::new(StringArray::from_iter_values(
                            rows.clone().map(|row| "0".repeat(width) + &row.to_string()),
                        )),
                        "event_time" => Arc::new(
                            rows.clone()
                                .rev()
                                .map(|row| Some(row as i64 * 3_600_000_000))
                                .collect::<TimestampMicrosecondArray>()
                                .with_timezone("UTC"),
                        ),
                        _ => new_null_array(field.data_type(), rows.clone().count()),
                    }
                });
                let batch = RecordBatch::try_new(format.schema().clone(), columns.collect()).unwrap();
                groups.push(format.encode(&[batch]).unwrap());
            }
            let file = format.assemble(groups).unwrap();
            files::put(&lake, &Table::Cloudtrail.path(path), file.bytes).await.unwrap();
            files.push(self::file(path, 1));
        }
        (lake, files)
    }

    fn times(file: ParquetFile) -> Vec<i64> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(file.bytes).unwrap();
        let mask = ProjectionMask::columns(reader.parquet_schema(), ["event_time"]);
        let batches = reader.with_projection(mask).build().unwrap();
        let times = batches.flat_map(|batch| {
            batch.unwrap().column(0).as_primitive::<TimestampMicrosecondType>().values().to_vec()
        });
        times.collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn wide_rows_are_sorted_within_the_memory() {
        let (lake, files) = lake_of_wide_rows(10_000, 30_000).await;
        let file = lake.rewrite(Table::Cloudtrail, &files, &SORTS[..1]).await.unwrap();
        let times = times(file);
        assert!(times.len() == 20_000 && times.is_sorted());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn rows_too_wide_for_one_sort_are_left_to_the_next_and_in_the_end_unsorted() {
        let (lake, files) = lake_of_wide_rows(500, 30_000).await;
        let little = |ordered| Sort { memory: 1 << 20, batch_rows: 1_024, ordered };
        let enough = Sort { memory: 64 << 20, batch_rows: 32, ordered: true };
        let error = lake.rewrite(Table::Cloudtrail, &files, &[little(true)]).await.unwrap_err();
        assert!(is_exhausted(&error), "{error:#}");
        let sorted = lake.rewrite(Table::Cloudtrail, &files, &[little(true), enough]).await.unwrap();
        assert!(times(sorted).is_sorted());
        let as_it_was =
            lake.rewrite(Table::Cloudtrail, &files, &[little(true), little(false)]).await.unwrap();
        let times = times(as_it_was);
        assert!(times.len() == 1_000 && !times.is_sorted());
    }
}
