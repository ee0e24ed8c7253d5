//! A thread with a large stack, for what recurses over a user's statement.
//!
//! The bounds in `statement` allow 10,000 levels while parsing and 500 while planning; in a debug
//! build a level of the planner takes some kilobytes. The pages of a stack that are never touched
//! cost nothing.

use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;

use datafusion::error::{DataFusionError, Result};
use tokio::runtime::{Builder, Runtime};

/// Bytes of address space.
const STACK: usize = 256 << 20;

/// Threads that are kept for a while when they are done, since a statement asks for several, one after the other, and a new
/// one takes as long as a small plan.
static THREADS: LazyLock<Runtime> = LazyLock::new(|| {
    let mut threads = Builder::new_current_thread();
    threads.thread_name("plan").thread_stack_size(STACK).build().expect("a runtime without anything")
});

/// Runs `work` on such a thread, a new one, and waits for it.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("plan".to_owned()).stack_size(STACK);
        let thread = builder.spawn_scoped(scope, work).expect("the system can start a thread");
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Runs `work` on such a thread. Whoever stops waiting for it leaves it behind: it can't be stopped.
pub(crate) async fn off_on_large_stack<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let done = THREADS.spawn_blocking(work).await;
    done.map_err(|_| DataFusionError::Internal("the planner's thread ended early".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(level: usize) -> usize {
        let padding = std::hint::black_box([0_u8; 4096]);
        if level == 0 { usize::from(padding[0]) } else { 1 + depth(level - 1) }
    }

    #[tokio::test]
    async fn recursion_that_no_ordinary_stack_takes_succeeds() {
        assert_eq!(on_large_stack(|| depth(10_000)), 10_000);
        assert_eq!(off_on_large_stack(|| depth(10_000)).await.unwrap(), 10_000);
    }
}
