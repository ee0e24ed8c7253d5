//! Ctrl-C and SIGTERM for the commands that only read: what runs ends, and lets go of what it holds.
//!
//! A thread of its own listens, with a runtime of its own: the other one hears nothing while a query
//! computes on all of its threads. A signal that finds nothing to stop ends the process at once, and so
//! does the second one, or two seconds without an end: a pipe that nobody reads holds up for ever.
//!
//! `ingest` has its own way, since it commits what it has read.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::query::remove_all_spilled;

/// What shells say of a process that a signal has ended: 128 and its number.
const BY_SIGINT: i32 = 130;
const BY_SIGTERM: i32 = 143;

/// How long what was told to stop may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// A signal so soon after one that was heard is the same.
const SAME_TAP: Duration = Duration::from_millis(300);

static LISTENER: Once = Once::new();

/// Who waits for a signal now.
static WAITING: Mutex<Option<oneshot::Sender<()>>> = Mutex::new(None);

/// Whether it was told, and has not ended yet.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Runs `work` unless a signal comes first; what it holds (memory, spilled files) is let go either way.
pub(super) async fn until_interrupted<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    LISTENER.call_once(|| {
        let listener = || {
            if let Err(error) = listen() {
                // The system then does what it does by itself: it ends the process.
                tracing::debug!(%error, "signals are not heard");
            }
        };
        thread::Builder::new()
            .name("signals".to_owned())
            .spawn(listener)
            .expect("the system can start a thread");
    });
    let (sender, came) = oneshot::channel();
    waiting().replace(sender);
    let done = tokio::select! {
        done = work => done,
        Ok(()) = came => bail!("interrupted"),
    };
    waiting().take();
    STOPPING.store(false, Ordering::SeqCst);
    done
}

fn waiting() -> std::sync::MutexGuard<'static, Option<oneshot::Sender<()>>> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process, and takes along what it has spilled.
fn end(code: i32) -> ! {
    remove_all_spilled();
    std::process::exit(code)
}

fn listen() -> std::io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut code = BY_SIGINT;
        let mut told = None;
        loop {
            tokio::select! {
                _ = interrupt.recv() => code = BY_SIGINT,
                _ = terminate.recv() => code = BY_SIGTERM,
                () = sleep(PATIENCE), if STOPPING.load(Ordering::SeqCst) => {
                    if STOPPING.load(Ordering::SeqCst) {
                        end(code);
                    }
                    continue;
                }
            }
            match waiting().take() {
                Some(waiting) => {
                    STOPPING.store(true, Ordering::SeqCst);
                    told = Some(Instant::now());
                    // Who waited may have ended by itself at the same moment.
                    let _ = waiting.send(());
                }
                // A second tap of the same finger is no other wish.
                None if told.is_some_and(|told| told.elapsed() < SAME_TAP) => {}
                None => end(code),
            }
        }
    })
}
