//! A thread with a large stack, for what recurses over a user's statement.
//!
//! The bounds in `statement` allow 10,000 levels while parsing and 500 while planning; in a debug
//! build a level of the planner takes some kilobytes. The pages of a stack that are never touched
//! cost nothing.

use std::panic::resume_unwind;
use std::thread::Builder;

use datafusion::error::{DataFusionError, Result};
use tokio::sync::oneshot;

/// Bytes of address space.
const STACK: usize = 256 << 20;

/// Runs `work` on such a thread and waits for it.
pub(crate) fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = Builder::new().name("plan".to_owned()).stack_size(STACK);
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
    let (done, result) = oneshot::channel();
    let thread = move || {
        // The receiver is gone only if the caller has stopped waiting.
        let _ = done.send(work());
    };
    Builder::new().name("plan".to_owned()).stack_size(STACK).spawn(thread)?;
    result.await.map_err(|_| DataFusionError::Internal("the planner's thread ended early".to_owned()))
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
