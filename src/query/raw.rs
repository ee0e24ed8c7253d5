//! `cloudtrail` over raw logs: a table whose rows are decoded while a query reads them.
//!
//! Each scan asks the factory for a new stream, so that a statement which names the table twice reads the logs twice.
//! Who knows that there will be several scans asks for the rows of the first to be kept, which is done if there are few
//! enough of them ([`KEPT_MAX`]). Nothing is known of the rows beforehand, so nothing is pruned here; which objects are
//! read at all is the factory's choice.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::event;

/// Makes a stream of all rows, as batches of [`event::table_schema`], de-duplicated.
pub type RawBatches = Arc<dyn Fn() -> BoxStream<'static, anyhow::Result<RecordBatch>> + Send + Sync>;

/// Bytes of rows that are kept for later scans, as arrays count them.
const KEPT_MAX: usize = 384 << 20;

/// A `cloudtrail` table of what `batches` makes.
#[derive(Clone)]
pub struct RawTable {
    schema: SchemaRef,
    batches: RawBatches,
    /// Whether rows are to be kept. It costs memory, which has to be cleared first: a third of a single scan.
    keep: Arc<AtomicBool>,
    /// All rows, once a scan has come to its end and they are few enough.
    kept: Arc<OnceLock<Vec<RecordBatch>>>,
}

impl fmt::Debug for RawTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RawTable").finish_non_exhaustive()
    }
}

impl RawTable {
    /// A table of what the factory makes.
    pub fn new(batches: RawBatches) -> Self {
        Self { schema: event::table_schema(), batches, keep: Arc::default(), kept: Arc::default() }
    }

    /// Keeps the rows of the next scan for later ones, if they are few enough.
    pub(super) fn keep(&self) {
        self.keep.store(true, Ordering::Relaxed);
    }

    /// As DataFusion scans it.
    pub fn into_provider(self) -> Result<Arc<dyn TableProvider>> {
        let schema = self.schema.clone();
        Ok(Arc::new(Provider(StreamingTable::try_new(schema, vec![Arc::new(self)])?)))
    }
}

/// A streaming table that is told of filters, though it drops no rows by them: plans then show what a scan wants.
#[derive(Debug)]
struct Provider(StreamingTable);

#[async_trait]
impl TableProvider for Provider {
    fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    fn table_type(&self) -> TableType {
        self.0.table_type()
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.0.scan(state, projection, filters, limit).await
    }
}

impl PartitionStream for RawTable {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = self.schema.clone();
        let rows = match self.kept.get() {
            Some(kept) => futures::stream::iter(kept.clone()).map(Ok).boxed(),
            None => {
                let rows = self.keep.load(Ordering::Relaxed).then(Vec::new);
                let keeping = Keeping { kept: self.kept.clone(), rows, bytes: 0 };
                (self.batches)()
                    .map(Some)
                    .chain(futures::stream::once(async { None }))
                    .scan(keeping, |keeping, batch| futures::future::ready(keeping.see(batch)))
                    .boxed()
            }
        };
        let stream = rows.map(move |batch| {
            let batch = batch.map_err(|error| DataFusionError::External(error.into()))?;
            // Cheap, and a factory that forgets a column must not shift the others.
            Ok(RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?)
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), stream))
    }
}

/// Rows of one scan, as long as they may be kept.
struct Keeping {
    kept: Arc<OnceLock<Vec<RecordBatch>>>,
    rows: Option<Vec<RecordBatch>>,
    bytes: usize,
}

impl Keeping {
    /// Sees a batch pass, or the end.
    fn see(&mut self, batch: Option<anyhow::Result<RecordBatch>>) -> Option<anyhow::Result<RecordBatch>> {
        let Some(batch) = batch else {
            // Another scan may have come first, with the same rows.
            self.rows.take().map(|rows| self.kept.set(rows));
            return None;
        };
        if let Some(rows) = &mut self.rows {
            match &batch {
                Ok(batch) => {
                    self.bytes += batch.get_array_memory_size();
                    rows.push(batch.clone());
                }
                Err(_) => self.bytes = usize::MAX,
            }
            if self.bytes > KEPT_MAX {
                self.rows = None;
            }
        }
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures::TryStreamExt;

    use super::*;

    async fn rows(table: &RawTable) -> Result<usize> {
        let stream = PartitionStream::execute(table, Arc::new(TaskContext::default()));
        Ok(stream.try_collect::<Vec<_>>().await?.iter().map(RecordBatch::num_rows).sum())
    }

    /// A table of so many batches, and how often they are made.
    fn table(
        batches: impl Fn() -> Vec<anyhow::Result<RecordBatch>> + Send + Sync + 'static,
    ) -> (RawTable, Arc<AtomicUsize>) {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = made.clone();
        let factory = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            futures::stream::iter(batches()).boxed()
        };
        (RawTable::new(Arc::new(factory)), made)
    }

    fn batch(rows: usize) -> RecordBatch {
        let schema = event::table_schema();
        let columns =
            schema.fields().iter().map(|field| arrow::array::new_null_array(field.data_type(), rows));
        RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
    }

    #[tokio::test]
    async fn few_rows_are_decoded_once_if_they_are_to_be_kept() {
        let (table, made) = table(|| vec![Ok(batch(10)), Ok(batch(5))]);
        for _ in 0..2 {
            assert_eq!(rows(&table).await.unwrap(), 15);
        }
        assert_eq!(made.swap(0, Ordering::Relaxed), 2);
        table.keep();
        for _ in 0..3 {
            assert_eq!(rows(&table).await.unwrap(), 15);
        }
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn many_rows_and_those_before_an_error_are_decoded_each_time() {
        let (large, made) = table(|| vec![Ok(batch(1_000_000)), Ok(batch(1_000_000))]);
        assert!(2 * batch(1_000_000).get_array_memory_size() > KEPT_MAX);
        let (broken, tried) = table(|| vec![Ok(batch(1)), Err(anyhow::anyhow!("no"))]);
        large.keep();
        broken.keep();
        for _ in 0..2 {
            assert_eq!(rows(&large).await.unwrap(), 2_000_000);
            assert!(rows(&broken).await.is_err());
        }
        assert_eq!((made.load(Ordering::Relaxed), tried.load(Ordering::Relaxed)), (2, 2));
    }

    #[tokio::test]
    async fn a_scan_that_is_given_up_keeps_nothing() {
        let (table, made) = table(|| vec![Ok(batch(10)), Ok(batch(5))]);
        table.keep();
        let mut stream = PartitionStream::execute(&table, Arc::new(TaskContext::default()));
        assert_eq!(stream.next().await.unwrap().unwrap().num_rows(), 10);
        drop(stream);
        assert_eq!(rows(&table).await.unwrap(), 15);
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }
}
