//! Counting what came into `cloudtrail` after a batch, file by file.
//!
//! Row groups are read and counted on all cores, a few at a time; between them it is looked whether so much was counted
//! that it has to be handed on. In memory are one file as it is stored, the row groups that are being read, and what was
//! counted.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use bytes::Bytes;
use object_store::ObjectStoreExt;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use rayon::prelude::*;

use super::counter::{COLUMNS, Counter, SOURCE_IP};
use crate::lake::Lake;
use crate::lake::data_file::DataFile;
use crate::lake::format::with_views;
use crate::lake::layout::Table;
use crate::lake::log::Snapshot;
use crate::lake::writer::busy;

/// Rows that are read at a time.
const BATCH_ROWS: usize = 8 << 10;

/// Counts the events of a snapshot that came in after a batch.
pub(super) struct Counting {
    lake: Lake,
    files: VecDeque<Arc<DataFile>>,
    after: i64,
    open: Option<OpenFile>,
    counter: Counter,
}

/// A file that is being counted.
struct OpenFile {
    path: String,
    bytes: Bytes,
    metadata: ArrowReaderMetadata,
    /// The row groups that are not counted yet.
    left: Range<usize>,
}

impl Counting {
    /// Nothing is read yet. Files whose rows have no date are in no day.
    pub(super) fn new(lake: &Lake, events: &Snapshot, after: i64) -> Self {
        let is_later = |file: &&Arc<DataFile>| {
            let last = file.statistics()["maxValues"]["ingest_batch"].as_i64();
            file.partition.is_some() && last.is_none_or(|last| last > after)
        };
        let files = events.files.values().filter(is_later).cloned().collect();
        Self { lake: lake.clone(), files, after, open: None, counter: Counter::default() }
    }

    /// What was counted, by month; nothing when all of it was handed out.
    pub(super) async fn next(&mut self) -> Result<Option<BTreeMap<String, RecordBatch>>> {
        while !self.counter.is_full() {
            if self.open.is_none() {
                let Some(file) = self.files.pop_front() else { break };
                self.open = Some(OpenFile::of(&self.lake, &file).await?);
            }
            if let Some(file) = &mut self.open {
                let counter = &mut self.counter;
                busy(|| file.count_some(counter, self.after))?;
                if file.left.is_empty() {
                    self.open = None;
                }
            }
        }
        let counter = std::mem::take(&mut self.counter);
        let months = busy(|| counter.into_months())?;
        Ok(Some(months).filter(|months| !months.is_empty()))
    }
}

impl OpenFile {
    async fn of(lake: &Lake, file: &DataFile) -> Result<Self> {
        let at = Table::Cloudtrail.path(&file.path);
        let context = || format!("reading {lake}/{at}; `trailhound lake doctor` says what is missing");
        let bytes = lake.store().get(&at).await.with_context(context)?.bytes().await.with_context(context)?;
        let as_stored = ArrowReaderMetadata::load(&bytes, ArrowReaderOptions::new()).with_context(context)?;
        let options = ArrowReaderOptions::new().with_schema(Arc::new(with_views(as_stored.schema())));
        let metadata =
            ArrowReaderMetadata::try_new(as_stored.metadata().clone(), options).with_context(context)?;
        let left = 0..metadata.metadata().num_row_groups();
        Ok(Self { path: file.path.clone(), bytes, metadata, left })
    }

    /// Counts the next row groups, one a thread.
    fn count_some(&mut self, counter: &mut Counter, after: i64) -> Result<()> {
        let end = self.left.end.min(self.left.start + rayon::current_num_threads());
        let groups: Vec<usize> = (self.left.start..end).collect();
        self.left.start = end;
        let counted: Vec<Result<Counter>> =
            groups.into_par_iter().map(|group| self.count_group(group, after)).collect();
        for counted in counted {
            counter.merge(counted.with_context(|| format!("counting the events of {}", self.path))?);
        }
        Ok(())
    }

    fn count_group(&self, group: usize, after: i64) -> Result<Counter> {
        let columns = COLUMNS.into_iter().chain([SOURCE_IP, "ingest_batch"]);
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), columns);
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()?;
        let mut counter = Counter::default();
        for rows in reader {
            counter.count(&rows?, Some(after))?;
        }
        Ok(counter)
    }
}
