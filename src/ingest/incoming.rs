//! Objects on their way in: listed, fetched, decoded, in whatever order they get ready.
//!
//! One task lists and looks up what is known; each other object is a task of its own that waits for
//! its share of what there is (`weight.rs`), fetches, and decodes on rayon; small ones share a task
//! (`small.rs`). Dropping the pipeline stops all of it.

use std::collections::HashSet;
use std::io::{self, Read};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};

use super::decoder::{DecodeError, memory, with_decoder};
use super::small::{self, Small};
use super::weight::{Bounds, Share, of_letters};
use super::{Options, decode_options, verdict};
use crate::decode::{Chunk, Decoded, Decoder, Members, Verdict, WINDOW};
use crate::lake::{ObjectKey, Writer};
use crate::source::{self, Body, ObjectRef, Source, SourceError};

/// What a thread keeps of the bytes of files that it has read: most are smaller.
const KEPT_BUFFER: usize = 4 << 20;

/// Objects that wait to be taken; their shares bound what they take.
const READY: usize = 32;

/// What comes out of the pipeline.
pub(super) enum Incoming {
    /// An object that the lake knows.
    Already,
    /// Part of a source could not be listed.
    ListingFailed(SourceError),
    /// An object, and its share of the memory.
    Object { object: Box<ObjectRef>, content: Content, share: Option<Share> },
    /// Several small logs.
    Small(Box<Small>),
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
    ready: mpsc::Receiver<Result<Incoming>>,
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
            bounds: Bounds::new(),
            send,
        };
        tasks.spawn(lister.run());
        Self { ready, tasks }
    }

    /// What is ready next; `None` when all is done.
    ///
    /// # Errors
    /// When the lake can't be read, or a task has panicked: objects are missing then, which must not pass for
    /// the end.
    pub(super) async fn next(&mut self) -> Option<Result<Incoming>> {
        if let Some(incoming) = self.ready.recv().await {
            return Some(incoming);
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
    bounds: Bounds,
    send: mpsc::Sender<Result<Incoming>>,
}

impl Lister {
    async fn run(self) {
        let mut fetches = JoinSet::new();
        // Sources may overlap; what was met in this run is known as what the lake has, and need not be in both.
        let mut met = HashSet::new();
        for source in &self.sources {
            let mut listing = source.list(&self.options.filter);
            let mut small = Vec::new();
            while let Some(listed) = listing.next().await {
                let sent = match listed {
                    Err(error) => self.send.send(Ok(Incoming::ListingFailed(error))).await,
                    Ok(object) => self.object(source, object, &mut met, &mut small, &mut fetches).await,
                };
                // Nobody takes what comes out any more.
                if sent.is_err() {
                    return;
                }
                while let Some(ended) = fetches.try_join_next() {
                    pass_on_panic(ended);
                }
            }
            self.fetch_small(source, small, &mut fetches).await;
        }
        while let Some(ended) = fetches.join_next().await {
            pass_on_panic(ended);
        }
    }

    async fn object(
        &self,
        source: &Arc<dyn Source>,
        object: ObjectRef,
        met: &mut HashSet<ObjectKey>,
        small: &mut Vec<ObjectRef>,
        fetches: &mut JoinSet<()>,
    ) -> Result<(), mpsc::error::SendError<Result<Incoming>>> {
        let key = verdict::key(&object);
        if let Some(writer) = &self.writer {
            match writer.state_of(key, verdict::month(&object).as_deref()).await {
                Ok(state) if verdict::is_known(state, self.options.retry_quarantined) => {
                    return self.send.send(Ok(Incoming::Already)).await;
                }
                Ok(_) => {}
                Err(error) => return self.send.send(Err(error)).await,
            }
        }
        if !met.insert(key) {
            return self.send.send(Ok(Incoming::Already)).await;
        }
        if let Some(reason) = verdict::passed_by(&object) {
            let content = Content::Passed(reason);
            let passed = Incoming::Object { object: Box::new(object), content, share: None };
            return self.send.send(Ok(passed)).await;
        }
        if object.size > small::MAX_BYTES {
            self.fetch(source, object, fetches).await;
            return Ok(());
        }
        small.push(object);
        if small.len() >= small::OBJECTS {
            self.fetch_small(source, std::mem::take(small), fetches).await;
        }
        Ok(())
    }

    /// Begins to fetch an object, and then to decode it.
    async fn fetch(&self, source: &Arc<dyn Source>, object: ObjectRef, fetches: &mut JoinSet<()>) {
        let fetched = self.bounds.to_fetch(object.size).await;
        // It is never closed, so waiting for it can't fail.
        let job = self.jobs.clone().acquire_owned().await.ok();
        let (source, way) = (source.clone(), self.way());
        fetches.spawn(async move {
            let body = source.get(&object).await;
            drop(job);
            way.send(source.as_ref(), object, body, fetched).await;
        });
    }

    /// Begins to fetch small objects, and then to decode them together.
    async fn fetch_small(
        &self,
        source: &Arc<dyn Source>,
        objects: Vec<ObjectRef>,
        fetches: &mut JoinSet<()>,
    ) {
        if objects.is_empty() {
            return;
        }
        let fetched = self.bounds.to_fetch(objects.iter().map(|object| object.size).sum()).await;
        let (source, way) = (source.clone(), self.way());
        fetches.spawn(async move {
            let bodies = small::fetch(source.as_ref(), &objects, &way.jobs).await;
            let (small, others) = small::decode(objects, bodies, &way.bounds, way.digest).await;
            if let Some(small) = small {
                // Whoever has stopped listening wants it no more.
                drop(way.send.send(Ok(Incoming::Small(Box::new(small)))).await);
            }
            for (object, body) in others {
                way.send(source.as_ref(), object, body, None).await;
            }
            drop(fetched);
        });
    }

    fn way(&self) -> Way {
        Way {
            bounds: self.bounds.clone(),
            jobs: self.jobs.clone(),
            // Only a lake remembers what an object was.
            digest: self.writer.is_some(),
            send: self.send.clone(),
        }
    }
}

/// What an object meets after it was fetched.
struct Way {
    bounds: Bounds,
    jobs: Arc<Semaphore>,
    /// Whether digests of objects are wanted.
    digest: bool,
    send: mpsc::Sender<Result<Incoming>>,
}

impl Way {
    /// Decodes an object and sends what it came to.
    async fn send(
        &self,
        source: &dyn Source,
        object: ObjectRef,
        body: Result<Body, SourceError>,
        fetched: Option<OwnedSemaphorePermit>,
    ) {
        let (content, share) = match body {
            Ok(body) => self.decode_doubting(source, &object, body).await,
            Err(error) => (Content::Failed(error), None),
        };
        let share = share.map(|mut share: Share| {
            share.keep_fetched(fetched.filter(|_| matches!(content, Content::Large { .. })));
            share
        });
        // Whoever has stopped listening wants it no more.
        drop(self.send.send(Ok(Incoming::Object { object: Box::new(object), content, share })).await);
    }

    /// Decodes an object, and one that comes out bad over a network again: a second read shows whether it
    /// is the object that is bad, or what came of it.
    async fn decode_doubting(
        &self,
        source: &dyn Source,
        object: &ObjectRef,
        body: Body,
    ) -> (Content, Option<Share>) {
        // Of the bytes only what tells them from others: they may be half a gigabyte, for minutes.
        let first = match &body {
            Body::Bytes(bytes) if source.is_remote() => source::md5(bytes),
            _ => return self.decode(object.clone(), body).await,
        };
        let (content, share) = self.decode(object.clone(), body).await;
        if !verdict::is_doubtful(object, &content) {
            return (content, share);
        }
        tracing::info!(uri = %object.uri, "its content is bad: reading it once more");
        source::count_retry();
        // Before the second is waited for, since others wait for this room.
        drop((content, share));
        let job = self.jobs.acquire().await;
        let second = source.get(object).await;
        drop(job);
        let second = match second {
            Ok(second) => second,
            Err(error) => return (Content::Failed(error), None),
        };
        let is_same = matches!(&second, Body::Bytes(second) if source::md5(second) == first);
        match self.decode(object.clone(), second).await {
            (again, _) if !is_same && verdict::is_doubtful(object, &again) => {
                (Content::Failed(SourceError::Garbled { uri: object.uri.clone() }), None)
            }
            again => again,
        }
    }

    /// Decodes an object on rayon, once there is room for it.
    async fn decode(&self, object: ObjectRef, body: Body) -> (Content, Option<Share>) {
        let mut share = self.bounds.to_decode(&body).await;
        let (send, done) = oneshot::channel();
        let digest = self.digest;
        let uri = object.uri.clone();
        rayon::spawn(move || {
            // A panic on rayon would end the process; here it costs one object.
            let decoded =
                std::panic::catch_unwind(AssertUnwindSafe(|| decode_here(&object, body, &mut share, digest)));
            let stopped = |_| Err(io::Error::other("the decoder panicked; please report this object"));
            drop(send.send((decoded.unwrap_or_else(stopped), share)));
        });
        match done.await {
            Ok((Ok(content), share)) => (content, Some(share)),
            Ok((Err(error), _)) => (Content::Failed(SourceError::unreadable(uri, error)), None),
            Err(_) => {
                let error = io::Error::other("the decoder has stopped");
                (Content::Failed(SourceError::unreadable(uri, error)), None)
            }
        }
    }
}

/// A fetch that panicked makes its lister panic, which [`Pipeline::next`] tells.
fn pass_on_panic(ended: Result<(), JoinError>) {
    if let Some(panic) = ended.err().and_then(|error| error.try_into_panic().ok()) {
        std::panic::resume_unwind(panic);
    }
}

/// CloudTrail writes one gzip member; archives that others made of its logs may have several.
fn members(object: &ObjectRef) -> Members {
    if object.parts.is_some() { Members::One } else { Members::Any }
}

fn decode_here(object: &ObjectRef, body: Body, share: &mut Share, digest: bool) -> io::Result<Content> {
    let mut chunks = Vec::new();
    let (mut kept, mut overflowed) = (0, false);
    let mut emit = |chunk: Chunk| -> Result<(), DecodeError> {
        kept += memory(&chunk);
        overflowed |= !share.has_room(kept);
        match overflowed {
            true => chunks.clear(),
            false => chunks.push(chunk),
        }
        Ok(())
    };
    let size = usize::try_from(object.size).unwrap_or(usize::MAX);
    let decoded = with_decoder(digest, |decoder, buffer| {
        if size > WINDOW {
            return decoder.decode(reader(object, &body)?, members(object), &mut emit);
        }
        let decoded = decoder.decode_bytes(body.bytes(size, buffer)?, members(object), &mut emit);
        buffer.clear();
        buffer.shrink_to(KEPT_BUFFER);
        decoded
    })?;
    let decoded = Box::new(decoded);
    if decoded.verdict != Verdict::Log {
        chunks.clear();
    }
    let rows = chunks.iter().map(memory).sum::<u64>();
    share.shrink(rows + of_letters(&decoded.dead_letters));
    if decoded.verdict == Verdict::Log && overflowed {
        return Ok(Content::Large { decoded, body });
    }
    Ok(Content::Decoded { decoded, chunks })
}

/// An object's bytes, as many as were listed: a file that is being written to is longer each time it is read.
fn reader(object: &ObjectRef, body: &Body) -> io::Result<impl Read + use<>> {
    Ok(body.reader()?.take(object.size))
}

/// Hands out the rows of a [`Content::Large`] object, a few at a time.
pub(super) fn decode_again(
    object: ObjectRef,
    body: Body,
) -> (mpsc::Receiver<Chunk>, JoinHandle<Result<Again>>) {
    let (send, chunks) = mpsc::channel(1);
    let task = tokio::task::spawn_blocking(move || {
        let mut emit = |chunk: Chunk| -> Result<(), DecodeError> {
            send.blocking_send(chunk)
                .map_err(|_| DecodeError::from(io::Error::from(io::ErrorKind::BrokenPipe)))
        };
        let reader = reader(&object, &body).with_context(|| format!("reading {}", object.uri))?;
        // Not one that is kept: these threads are many and seldom have to decode.
        let decoded = Decoder::new(decode_options()).decode(reader, members(&object), &mut emit);
        let decoded = decoded.map_err(io::Error::from);
        let decoded = decoded.with_context(|| format!("reading {}", object.uri))?;
        Ok(Again { uri: object.uri, sha256: decoded.sha256 })
    });
    (chunks, task)
}

/// What an object was when it was decoded again.
pub(super) struct Again {
    uri: String,
    sha256: Option<[u8; 32]>,
}

impl Again {
    /// Its rows are in the batch already, so a change ends the run; nothing of the batch is committed.
    pub(super) fn ensure_same(self, sha256: Option<[u8; 32]>) -> Result<()> {
        ensure!(self.sha256 == sha256, "{} changed while it was read; run again", self.uri);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_is_read_as_far_as_it_was_listed() {
        let (listed, appended) = (r#"{"eventName":"A","awsRegion":"x"}"#, "\n{\"eventName\":\"B\",\"awsR");
        let object = ObjectRef {
            uri: "file:///x.json".to_owned(),
            key: "x.json".to_owned(),
            size: listed.len() as u64,
            etag: None,
            last_modified: None,
            parts: None,
        };
        let mut text = String::new();
        let body = Body::Bytes([listed, appended].concat().into());
        reader(&object, &body).expect("a reader").read_to_string(&mut text).expect("text");
        assert_eq!(text, listed);
    }
}
