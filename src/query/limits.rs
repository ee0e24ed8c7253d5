//! What a query may use: memory, rows, time.
//!
//! Memory is a pool that sorts, joins and groupings share fairly; what does not fit is spilled to the
//! system's temporary folder. Rows and time are watched at the result: a query that passes either
//! ends with an error, never with fewer rows than it has. Dropping the stream cancels the query.

use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream};
use futures::{FutureExt, Stream, StreamExt};
use tokio::time::{Sleep, sleep};

use super::error::LimitMet;
use crate::config::Limits;

/// Consumers that an error about memory names.
const CONSUMERS_NAMED: NonZeroUsize = NonZeroUsize::new(3).expect("3 is not 0");

/// Memory and disk of a session.
pub(crate) fn runtime(limits: &Limits) -> Result<Arc<RuntimeEnv>> {
    let bytes = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let pool = TrackConsumersPool::new(FairSpillPool::new(bytes), CONSUMERS_NAMED);
    RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()
}

/// Watches a result.
pub(crate) fn watch(limits: &Limits, stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    if limits.rows.is_none() && limits.time.is_none() {
        return stream;
    }
    let deadline = limits.time.map(|time| (time, Box::pin(sleep(time))));
    Box::pin(Watched { stream, rows: 0, rows_max: limits.rows, deadline, ended: false })
}

struct Watched {
    stream: SendableRecordBatchStream,
    rows: u64,
    rows_max: Option<u64>,
    deadline: Option<(Duration, Pin<Box<Sleep>>)>,
    ended: bool,
}

fn met(message: String) -> DataFusionError {
    DataFusionError::External(Box::new(LimitMet(message)))
}

impl Stream for Watched {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Some((time, sleep)) = &mut self.deadline
            && sleep.poll_unpin(context).is_ready()
        {
            let message = format!("the query takes longer than {time:?} ([limits] time)");
            self.ended = true;
            return Poll::Ready(Some(Err(met(message))));
        }
        let next = std::task::ready!(self.stream.poll_next_unpin(context));
        if let Some(Ok(batch)) = &next {
            self.rows += batch.num_rows() as u64;
            if let Some(max) = self.rows_max.filter(|max| self.rows > *max) {
                self.ended = true;
                return Poll::Ready(Some(Err(met(format!(
                    "the result has more than {max} rows ([limits] rows); add a LIMIT, or raise it"
                )))));
            }
        }
        Poll::Ready(next)
    }
}

impl RecordBatchStream for Watched {
    fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }
}
