//! Objects on their way in: listed, fetched, decoded, in whatever order they get ready.
//!
//! One task lists and looks up what is known; each other object is a task of its own that waits for
//! the budget, fetches, and decodes on rayon. Dropping the pipeline stops all of it.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use arrow::error::ArrowError;
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use super::{Options, decode_options, verdict};
use crate::decode::{Chunk, Decoded, Decoder, Members, Verdict};
use crate::lake::Writer;
use crate::source::{Body, ObjectRef, Source, SourceError};

/// Budget for what is in flight, in KiB of estimated JSON: 256 MiB.
const BUDGET_KIB: usize = 256 << 10;

/// Logs inflate 10 to 20 times; the columns made of them take about as much as their JSON.
const USUAL_RATIO: u64 = 12;

/// What the smallest object takes: a task, and a buffer for each column.
const LEAST_SHARE_KIB: u64 = 64;

/// Objects that are decoded and wait to be taken into a batch; the budget bounds their bytes.
const READY: usize = 32;

/// Rows of an object are kept until its end shows that it is whole. Beyond this an object is decoded
/// twice instead: to see that it is whole, then for its rows.
const MAX_KEPT_BYTES: usize = 192 << 20;

/// What comes out of the pipeline.
pub(super) enum Incoming {
    /// An object that the lake knows.
    Already,
    /// Part of a source could not be listed.
    ListingFailed(SourceError),
    /// An object, and its share of the budget.
    Object { object: Box<ObjectRef>, content: Content, permit: Option<OwnedSemaphorePermit> },
}

/// What an object came to.
pub(super) enum Content {
    /// It was decoded; the rows count only if the verdict says so.
    Decoded { decoded: Box<Decoded>, chunks: Vec<Chunk> },
    /// It was decoded and is a log too large to keep: [`decode_again`] hands out its rows.
    Large { decoded: Box<Decoded>, body: Body },
    /// It was not read, for the reason given.
    Passed(&'static str),
    /// It could not be read.
    Failed(SourceError),
}

/// The running pipeline.
pub(super) struct Pipeline {
    ready: mpsc::Receiver<Incoming>,
    /// Aborts what still runs when it is dropped.
    tasks: JoinSet<()>,
}

impl Pipeline {
    /// Starts listing, fetching and decoding; with a `writer`, what it knows is passed by.
    pub(super) fn start(sources: &[Arc<dyn Source>], options: &Options, writer: Option<Arc<Writer>>) -> Self {
        let (send, ready) = mpsc::channel(READY);
        let mut tasks = JoinSet::new();
        let lister = Lister {
            sources: sources.to_vec(),
            options: options.clone(),
            writer,
            jobs: Arc::new(Semaphore::new(options.jobs.get())),
            budget: Arc::new(Semaphore::new(BUDGET_KIB)),
            send,
        };
        tasks.spawn(lister.run());
        Self { ready, tasks }
    }

    /// What is ready next; `None` when all is done.
    ///
    /// # Errors
    /// When a task has panicked: objects are missing then, which must not pass for the end.
    pub(super) async fn next(&mut self) -> Option<Result<Incoming>> {
        if let Some(incoming) = self.ready.recv().await {
            return Some(Ok(incoming));
        }
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                return Some(Err(error).context("a task that lists or fetches has stopped"));
            }
        }
        None
    }
}

struct Lister {
    sources: Vec<Arc<dyn Source>>,
    options: Options,
    writer: Option<Arc<Writer>>,
    jobs: Arc<Semaphore>,
    budget: Arc<Semaphore>,
    send: mpsc::Sender<Incoming>,
}

impl Lister {
    async fn run(self) {
        let mut fetches = JoinSet::new();
        // Sources may overlap; what was met in this run is known as what the lake has.
        let mut met = HashSet::new();
        for source in &self.sources {
            let mut listing = source.list(&self.options.filter);
            while let Some(listed) = listing.next().await {
                let sent = match listed {
                    Err(error) => self.send.send(Incoming::ListingFailed(error)).await,
                    Ok(object) if !met.insert(verdict::key(&object)) => {
                        self.send.send(Incoming::Already).await
                    }
                    Ok(object) => self.object(source, object, &mut fetches).await,
                };
                // Nobody takes what comes out any more.
                if sent.is_err() {
                    return;
                }
                while let Some(ended) = fetches.try_join_next() {
                    pass_on_panic(ended);
                }
            }
        }
        while let Some(ended) = fetches.join_next().await {
            pass_on_panic(ended);
        }
    }

    async fn object(
        &self,
        source: &Arc<dyn Source>,
        object: ObjectRef,
        fetches: &mut JoinSet<()>,
    ) -> Result<(), mpsc::error::SendError<Incoming>> {
        if let Some(writer) = &self.writer
            && verdict::is_known(writer.state_of(verdict::key(&object)).await, self.options.retry_quarantined)
        {
            return self.send.send(Incoming::Already).await;
        }
        if let Some(reason) = verdict::passed_by(&object) {
            let content = Content::Passed(reason);
            return self
                .send
                .send(Incoming::Object { object: Box::new(object), content, permit: None })
                .await;
        }
        // Both are never closed, so waiting for them can't fail.
        let permit = self.budget.clone().acquire_many_owned(budget_of(&object)).await.ok();
        let job = self.jobs.clone().acquire_owned().await.ok();
        let (source, send) = (source.clone(), self.send.clone());
        fetches.spawn(async move {
            let content = match source.get(&object).await {
                Ok(body) => {
                    drop(job);
                    decode(object.clone(), body).await
                }
                Err(error) => Content::Failed(error),
            };
            // Whoever has stopped listening wants it no more.
            drop(send.send(Incoming::Object { object: Box::new(object), content, permit }).await);
        });
        Ok(())
    }
}

/// A fetch that panicked makes its lister panic, which [`Pipeline::next`] tells.
fn pass_on_panic(ended: Result<(), JoinError>) {
    if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
        std::panic::resume_unwind(panic);
    }
}

/// An object's share of the budget, in KiB. One that is larger than all of it waits for all of it.
fn budget_of(object: &ObjectRef) -> u32 {
    let inflated = object.size.saturating_mul(if looks_plain(object) { 1 } else { USUAL_RATIO });
    let share = (inflated >> 10) + LEAST_SHARE_KIB;
    u32::try_from(share.min(BUDGET_KIB as u64)).unwrap_or(u32::MAX)
}

/// Whether the name promises JSON that is not compressed; the content decides later.
fn looks_plain(object: &ObjectRef) -> bool {
    [".json", ".jsonl", ".ndjson", ".txt"].iter().any(|end| object.key.ends_with(end))
}

/// CloudTrail writes one gzip member; archives that others made of its logs may have several.
fn members(object: &ObjectRef) -> Members {
    if object.parts.is_some() { Members::One } else { Members::Any }
}

/// Decodes an object on rayon.
async fn decode(object: ObjectRef, body: Body) -> Content {
    let (send, done) = oneshot::channel();
    let uri = object.uri.clone();
    rayon::spawn(move || {
        // A panic on rayon would end the process; here it costs one object.
        let decoded = std::panic::catch_unwind(AssertUnwindSafe(|| decode_here(&object, body)));
        let stopped = |_| Err(io::Error::other("the decoder panicked; please report this object"));
        drop(send.send(decoded.unwrap_or_else(stopped)));
    });
    match done.await {
        Ok(Ok(content)) => content,
        Ok(Err(error)) => Content::Failed(SourceError::Local { path: uri.into(), source: error }),
        Err(_) => Content::Failed(SourceError::Local {
            path: uri.into(),
            source: io::Error::other("the decoder has stopped"),
        }),
    }
}

fn decode_here(object: &ObjectRef, body: Body) -> io::Result<Content> {
    let mut chunks = Vec::new();
    let (mut kept, mut overflowed) = (0, false);
    let mut emit = |chunk: Chunk| -> Result<(), DecodeError> {
        kept += chunk.batch.get_array_memory_size();
        overflowed |= kept > MAX_KEPT_BYTES;
        match overflowed {
            true => chunks.clear(),
            false => chunks.push(chunk),
        }
        Ok(())
    };
    let decoded = with_decoder(|decoder| decoder.decode(body.reader()?, members(object), &mut emit))?;
    let decoded = Box::new(decoded);
    if decoded.verdict != Verdict::Log {
        chunks.clear();
    } else if overflowed {
        return Ok(Content::Large { decoded, body });
    }
    Ok(Content::Decoded { decoded, chunks })
}

/// Hands out the rows of a [`Content::Large`] object, a few at a time.
pub(super) fn decode_again(
    object: ObjectRef,
    body: Body,
) -> (mpsc::Receiver<Chunk>, JoinHandle<Result<Again>>) {
    let (send, chunks) = mpsc::channel(1);
    let task = tokio::task::spawn_blocking(move || {
        let mut emit = |chunk: Chunk| -> Result<(), DecodeError> {
            send.blocking_send(chunk).map_err(|_| DecodeError(io::ErrorKind::BrokenPipe.into()))
        };
        let reader = body.reader().with_context(|| format!("reading {}", object.uri))?;
        let decoded = with_decoder(|decoder| decoder.decode(reader, members(&object), &mut emit));
        let decoded = decoded.with_context(|| format!("reading {}", object.uri))?;
        Ok(Again { uri: object.uri, sha256: decoded.sha256 })
    });
    (chunks, task)
}

/// What an object was when it was decoded again.
pub(super) struct Again {
    uri: String,
    sha256: [u8; 32],
}

impl Again {
    /// Its rows are in the batch already, so a change ends the run; nothing of the batch is committed.
    pub(super) fn ensure_same(self, sha256: [u8; 32]) -> Result<()> {
        ensure!(self.sha256 == sha256, "{} changed while it was read; run again", self.uri);
        Ok(())
    }
}

/// Runs with this thread's decoder, which keeps its buffers from object to object.
fn with_decoder<T>(run: impl FnOnce(&mut Decoder) -> Result<T, DecodeError>) -> io::Result<T> {
    thread_local! {
        static DECODER: RefCell<Option<Decoder>> = const { RefCell::new(None) };
    }
    DECODER.with_borrow_mut(|decoder| {
        let mut own = decoder.take().unwrap_or_else(|| Decoder::new(decode_options()));
        let done = run(&mut own);
        // After an error the decoder is not kept: it may hold half an object.
        if done.is_ok() {
            *decoder = Some(own);
        }
        done.map_err(|error| error.0)
    })
}

/// What the decoder can fail with here, as an I/O error.
struct DecodeError(io::Error);

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl From<ArrowError> for DecodeError {
    fn from(error: ArrowError) -> Self {
        Self(io::Error::other(error))
    }
}
