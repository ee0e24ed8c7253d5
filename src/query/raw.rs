//! `cloudtrail` over raw logs: a table whose rows are decoded while a query reads them.
//!
//! Nothing is kept: each scan asks the factory for a new stream, so a statement that names the table
//! twice reads the logs twice. Nothing is known of the rows beforehand, so nothing is pruned here;
//! which objects are read at all is the factory's choice.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::event;

/// Makes a stream of all rows, as batches of [`event::table_schema`], de-duplicated.
pub type RawBatches = Arc<dyn Fn() -> BoxStream<'static, anyhow::Result<RecordBatch>> + Send + Sync>;

/// A `cloudtrail` table that is read from `batches` whenever it is scanned.
#[derive(Clone)]
pub struct RawTable {
    schema: SchemaRef,
    batches: RawBatches,
}

impl fmt::Debug for RawTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RawTable").finish_non_exhaustive()
    }
}

impl RawTable {
    /// A table of what the factory makes.
    pub fn new(batches: RawBatches) -> Self {
        Self { schema: event::table_schema(), batches }
    }

    /// As DataFusion scans it.
    pub fn into_provider(self) -> Result<Arc<dyn TableProvider>> {
        let schema = self.schema.clone();
        Ok(Arc::new(StreamingTable::try_new(schema, vec![Arc::new(self)])?))
    }
}

impl PartitionStream for RawTable {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = self.schema.clone();
        let stream = (self.batches)().map(move |batch| {
            let batch = batch.map_err(|error| DataFusionError::External(error.into()))?;
            // Cheap, and a factory that forgets a column must not shift the others.
            Ok(RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?)
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), stream))
    }
}
