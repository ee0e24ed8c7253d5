//! What a query may use: memory, rows, time.
//!
//! Memory is a pool that sorts, joins and groupings share fairly; what does not fit is spilled to the
//! system's temporary folder. Rows are counted at the result, time and what no pool knows of are seen by
//! the [`Watchdog`]: a query that meets a limit ends with an error, never with fewer rows than it has.
//! Dropping the stream cancels the query.

use std::future::Future;
use std::io;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::TrackConsumersPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{RecordBatchStream, SendableRecordBatchStream};
use datafusion::physical_plan::EmptyRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use futures::{FutureExt, Stream, StreamExt};

use super::error::LimitMet;
use super::pool::Pool;
use super::watchdog::Watchdog;
use crate::config::Limits;

/// Time that planning may take, whatever the limits say: statements within the bounds of `statement`
/// take a hundredth of it.
pub(crate) const PLANNING_MAX: Duration = Duration::from_secs(10);

/// Batches that are computed ahead of whoever reads them.
const BATCHES_AHEAD: usize = 2;

/// What is said of a panic, which was written to stderr.
const PANICKED: &str = "the engine stopped at something that it takes for impossible, most likely a column of \
                        more than 2 GiB in one piece: make shorter texts or lists; if there are none, please \
                        report the statement";

/// Consumers that an error about memory names.
const CONSUMERS_NAMED: NonZeroUsize = NonZeroUsize::new(3).expect("3 is not 0");

/// Memory and disk of a session.
pub(crate) fn runtime(limits: &Limits) -> Result<Arc<RuntimeEnv>> {
    let bytes = usize::try_from(limits.memory).unwrap_or(usize::MAX);
    let pool = TrackConsumersPool::new(Pool::new(bytes), CONSUMERS_NAMED);
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc()?;
    let mut runtimes = RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner);
    runtimes.retain(|other| other.strong_count() > 0);
    runtimes.push(Arc::downgrade(&runtime));
    Ok(runtime)
}

/// Those whose spilled files have to go when the process ends from one moment to the next.
static RUNTIMES: Mutex<Vec<Weak<RuntimeEnv>>> = Mutex::new(Vec::new());

/// Tries to take away what was spilled, since a task that still computes may spill meanwhile.
const REMOVALS: usize = 20;

/// Takes all away that sessions have spilled, for a process that ends at once.
pub(crate) fn remove_all_spilled() {
    let runtimes = RUNTIMES.lock().unwrap_or_else(PoisonError::into_inner);
    runtimes.iter().filter_map(Weak::upgrade).for_each(|runtime| remove_spilled(&runtime));
}

/// Takes away what was spilled.
pub(crate) fn remove_spilled(runtime: &RuntimeEnv) {
    for folder in runtime.disk_manager.temp_dir_paths() {
        let is_gone = (0..REMOVALS).any(|_| match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                std::thread::sleep(Duration::from_millis(5));
                false
            }
            _ => true,
        });
        if !is_gone {
            tracing::warn!(folder = %folder.display(), "spilled files stay");
        }
    }
}

/// Ends a result where it meets a limit.
///
/// It is computed in a task of its own: whoever reads it sees limits, and signals, even while that task
/// computes without a pause.
pub(crate) fn watched(
    limits: &Limits,
    watchdog: Watchdog,
    stream: SendableRecordBatchStream,
) -> SendableRecordBatchStream {
    let rows_max = limits.rows;
    Box::pin(Watched {
        stream: apart(stream),
        rows: 0,
        rows_max,
        limit: Box::pin(first(watchdog)),
        ended: false,
    })
}

async fn first(mut watchdog: Watchdog) -> LimitMet {
    watchdog.met().await
}

/// Computes a stream in a task, which ends when nobody reads it any more.
fn apart(mut stream: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStream::builder(stream.schema(), BATCHES_AHEAD);
    let sender = builder.tx();
    builder.spawn(async move {
        loop {
            // DataFusion and Arrow panic where a column outgrows its offsets. What is left of the stream
            // is not asked again.
            let next = AssertUnwindSafe(stream.next()).catch_unwind().await;
            let is_last = next.is_err();
            let batch = match next {
                Ok(Some(batch)) => batch,
                Ok(None) => break,
                Err(_) => Err(DataFusionError::External(Box::new(LimitMet(PANICKED.to_owned())))),
            };
            if sender.send(batch).await.is_err() || is_last {
                break;
            }
        }
        Ok(())
    });
    builder.build()
}

struct Watched {
    stream: SendableRecordBatchStream,
    rows: u64,
    rows_max: Option<u64>,
    limit: Pin<Box<dyn Future<Output = LimitMet> + Send>>,
    ended: bool,
}

impl Watched {
    fn end(&mut self, limit: LimitMet) -> Poll<Option<Result<RecordBatch>>> {
        self.ended = true;
        // Nothing more is computed, though whoever holds the stream may hold it for long.
        self.stream = Box::pin(EmptyRecordBatchStream::new(self.stream.schema()));
        Poll::Ready(Some(Err(DataFusionError::External(Box::new(limit)))))
    }
}

impl Stream for Watched {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(limit) = self.limit.poll_unpin(context) {
            return self.end(limit);
        }
        let next = std::task::ready!(self.stream.poll_next_unpin(context));
        match &next {
            Some(Ok(batch)) => {
                self.rows += batch.num_rows() as u64;
                if let Some(max) = self.rows_max.filter(|max| self.rows > *max) {
                    return self.end(LimitMet(format!(
                        "the result has more than {max} rows ([limits] rows); add a LIMIT, or raise it"
                    )));
                }
            }
            Some(Err(_)) | None => self.ended = true,
        }
        Poll::Ready(next)
    }
}

impl RecordBatchStream for Watched {
    fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }
}
