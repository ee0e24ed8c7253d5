//! An actor's way to the store: each request waits until the schedule lets it through.
//!
//! Not at the gate: reading a file that is there. Nothing overwrites a file that is read in full but a
//! checkpoint, by one that says the same, so its answer is the same whenever it comes; the seals of one that
//! is there, which were put before it; and `_last_checkpoint`, which is but a hint.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use super::request::{Answer, Request, gone, is_entry};
use super::store::{Actor, Mode, SEED, World};

/// One actor's way to the store.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) world: Arc<World>,
    pub(super) actor: Actor,
}

impl fmt::Display for Gate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "gate of {}", self.actor)
    }
}

impl Gate {
    /// A point at which others may come in between.
    pub(super) async fn pause(&self, what: &'static str) -> Result<()> {
        self.ask(Request::Pause(what)).await.map(drop)
    }

    async fn ask(&self, request: Request) -> Result<Answer> {
        let mode = match self.actor {
            SEED => Mode::Free,
            actor => self.world.mode(actor),
        };
        let waits = match mode {
            Mode::Crashed | Mode::Ended => return Err(gone()),
            Mode::Free => matches!(request, Request::Pause(_)),
            Mode::Gated => self.waits(&request),
        };
        if !waits {
            return self.world.perform(self.actor, &request).await;
        }
        let Some(answered) = self.world.queue(self.actor, request) else { return Err(gone()) };
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    fn listing(self, prefix: Option<&Path>, replays: bool) -> BoxStream<'static, Result<ObjectMeta>> {
        let prefix = prefix.cloned().unwrap_or_default();
        let listed = async move {
            match self.ask(Request::List { prefix, replays }).await? {
                Answer::Listed(listed) => Ok::<_, Error>(futures::stream::iter(listed.into_iter().map(Ok))),
                other => unreachable!("{other:?}"),
            }
        };
        futures::stream::once(listed).try_flatten().boxed()
    }

    fn waits(&self, request: &Request) -> bool {
        let at = match request {
            Request::List { prefix, .. } if prefix.as_ref().contains("/_seals/") => return false,
            Request::List { prefix, .. } => prefix,
            Request::Get { at, .. } => {
                return is_entry(at) && !self.world.has(at);
            }
            Request::Put { at, .. } | Request::Delete { at } => at,
            Request::Pause(_) => return true,
        };
        // No actor writes findings: whatever is asked of them has one answer.
        !at.as_ref().starts_with("findings")
    }
}

#[async_trait]
impl ObjectStore for Gate {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let create = match options.mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            PutMode::Update(_) => unreachable!("nothing is updated"),
        };
        match self.ask(Request::Put { at: at.clone(), payload, create }).await? {
            Answer::Put(done) => Ok(done),
            other => unreachable!("{other:?}"),
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Upload { gate: self.clone(), at: at.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        match self.ask(Request::Get { at: at.clone(), options }).await? {
            Answer::Got(got) => Ok(got),
            other => unreachable!("{other:?}"),
        }
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let gate = self.clone();
        at.then(move |at| {
            let gate = gate.clone();
            async move {
                let at = at?;
                gate.ask(Request::Delete { at: at.clone() }).await?;
                Ok(at)
            }
        })
        .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.clone().listing(prefix, false)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let offset = offset.clone();
        let comes_after = move |meta: &ObjectMeta| futures::future::ready(meta.location > offset);
        self.clone().listing(prefix, true).try_filter(comes_after).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        unreachable!("a lake is not listed by folder")
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        unreachable!("only a repair copies files")
    }
}

/// An upload in parts is one write: that is when S3 shows it.
#[derive(Debug)]
struct Upload {
    gate: Gate,
    at: Path,
    parts: Vec<Bytes>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.parts.extend(part);
        Box::pin(futures::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload: PutPayload = self.parts.drain(..).collect();
        self.gate.put_opts(&self.at, payload, PutMode::Overwrite.into()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}
