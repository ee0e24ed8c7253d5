//! Says when a statement has met its limit of time or of memory, whatever it is doing.
//!
//! The pool knows only what operators ask it for, not what functions make; and a runtime whose threads
//! all compute fires no timers. So a thread of its own looks at the clock and at the memory of the
//! process, and whoever waits for the statement waits for this too.
//!
//! Limits: who computes goes on until it yields or the process ends; memory is read from `/proc`, so
//! elsewhere than on Linux only time is watched.

use std::thread::{Builder, sleep};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::error::LimitMet;

/// Between two looks; in so long a thread can fill some 40 MiB with something.
const PAUSE: Duration = Duration::from_millis(10);

/// What a query may use beside twice what its pool gives: decoded pages, batches on their way, results.
const BESIDE_POOL: u64 = 256 << 20;

/// Memory that the process may come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ceiling {
    bytes: u64,
    pool: u64,
}

impl Ceiling {
    /// For a pool of so many bytes and so many `beside` it, above what the process uses now.
    pub(crate) fn above_present(pool: u64, beside: u64) -> Self {
        let most = pool.saturating_mul(2).saturating_add(BESIDE_POOL).saturating_add(beside);
        Self { bytes: resident().unwrap_or(0).saturating_add(most), pool }
    }
}

/// A look-out, which ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Watchdog {
    met: oneshot::Receiver<LimitMet>,
}

impl Watchdog {
    /// Watches from now on. What is said when `time` is over has it in place of `{}`.
    pub(crate) fn start(ceiling: Ceiling, time: Option<(Duration, &'static str)>) -> Self {
        let started = Instant::now();
        let (met, receiver): (oneshot::Sender<LimitMet>, _) = oneshot::channel();
        let watch = move || {
            while !met.is_closed() {
                if let Some(message) = limit(ceiling, started.elapsed(), time) {
                    // Nobody waits any more: the statement has ended at the same moment.
                    drop(met.send(LimitMet(message)));
                    return;
                }
                sleep(PAUSE);
            }
        };
        Builder::new().name("watchdog".to_owned()).spawn(watch).expect("the system can start a thread");
        Self { met: receiver }
    }

    /// Comes back when a limit is met.
    pub(crate) async fn met(&mut self) -> LimitMet {
        match (&mut self.met).await {
            Ok(limit) => limit,
            Err(_) => std::future::pending().await,
        }
    }
}

fn limit(ceiling: Ceiling, elapsed: Duration, time: Option<(Duration, &str)>) -> Option<String> {
    if let Some((time, message)) = time.filter(|(time, _)| elapsed >= *time) {
        return Some(message.replace("{}", &format!("{time:?}")));
    }
    if resident().is_some_and(|bytes| bytes > ceiling.bytes) {
        return Some(format!(
            "the query uses far more memory than the {} MiB it may; raise [limits] memory, or make less of \
             what it makes (long texts, lists, wide rows)",
            ceiling.pool >> 20
        ));
    }
    None
}

/// Bytes of memory that the process has touched.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn time_and_memory_are_told_from_a_thread_that_nothing_blocks() {
        let roomy = Ceiling { bytes: u64::MAX, pool: 0 };
        let time = Some((Duration::from_millis(20), "longer than {}"));
        assert_eq!(Watchdog::start(roomy, time).met().await.0, "longer than 20ms");
        if resident().is_some() {
            let full = Ceiling { bytes: 1, pool: 1 << 20 };
            assert!(Watchdog::start(full, None).met().await.0.contains("the 1 MiB it may"));
        }
    }
}
