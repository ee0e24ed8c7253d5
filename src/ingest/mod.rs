//! From sources into the lake: every record once, none lost.
//!
//! ```text
//! list ──▶ known? ──▶ get (tokio) ──▶ decode (rayon) ──▶ batch ──▶ commit (beside the next batch)
//! ```
//!
//! Memory is bounded by what is in flight: an object has a share of it from before it is fetched until its
//! rows are in a batch (`weight.rs`). One bad object never ends a run and is never silent: it has a row in
//! `objects` and a place in the [`Summary`].
//!
//! Not here: what makes it exactly once (`lake::Writer`), what a record is (`decode`).

mod decoder;
mod incoming;
mod raw;
mod small;
mod summary;
mod verdict;
mod weight;

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use futures::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::task::JoinHandle;

use self::incoming::{Content, Incoming, Pipeline};
use self::small::{Part, Small};
use crate::decode;
use crate::lake::{Batch, Lake, MAX_ROWS, Report, State, Table, Writer};
use crate::progress::Progress;
use crate::source::{self, Filter, ObjectRef, Source, chain_text};

pub use self::raw::{raw_rows, table_rows};
pub use self::summary::{Bytes, Objects, Summary};

/// A date with this many small files is optimized after an ingest.
const OPTIMIZE_AT: usize = 64;

/// GETs at a time: S3 answers one in 20 to 100 ms, and all keys of a trail share one prefix's rate.
pub const DEFAULT_JOBS: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not 0");

/// What to ingest and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which objects, by their keys.
    pub filter: Filter,
    /// GETs at a time.
    pub jobs: NonZeroUsize,
    /// Try quarantined objects again.
    pub retry_quarantined: bool,
    /// A batch is committed once it holds this many new records; its last object goes in whole.
    pub commit_every: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            jobs: DEFAULT_JOBS,
            retry_quarantined: false,
            commit_every: MAX_ROWS,
        }
    }
}

/// Ingests everything that `sources` have and the lake has not.
///
/// When `stop` is done, what was read until then is committed and the run ends early; the next one
/// goes on there.
///
/// # Errors
/// When the lake can't be written, or a source can't be listed at all. What was committed stays.
pub async fn run(
    lake: &Lake,
    sources: &[Arc<dyn Source>],
    options: &Options,
    progress: &Progress,
    stop: impl Future<Output = ()> + Send,
) -> Result<Summary> {
    let (started, retries) = (Instant::now(), source::retries());
    let mut summary = Summary::default();
    let writer = Arc::new(lake.writer().await?);
    let mut run = Run { writer, summary: &mut summary, open: None, committing: None, progress };
    run.all(sources, options, stop).await?;
    if !summary.interrupted
        && let Err(error) = lake.follow_baseline().await
    {
        tracing::warn!("the events are in, but the baseline could not be counted: {error:#}");
    }
    if !summary.interrupted
        && let Err(error) = lake.optimize(OPTIMIZE_AT).await
    {
        tracing::warn!("the events are in, but small files could not be merged: {error:#}");
    }
    summary.retries = source::retries() - retries;
    summary.seconds = started.elapsed().as_secs_f64();
    Ok(summary)
}

/// Lists, and looks up what is known; without a lake nothing is.
///
/// # Errors
/// When the lake can't be read, or part of a source can't be listed.
pub async fn dry_run(lake: Option<&Lake>, sources: &[Arc<dyn Source>], options: &Options) -> Result<Summary> {
    let (started, retries) = (Instant::now(), source::retries());
    let mut summary = Summary::default();
    summary.dry_run = true;
    let mut known = match lake {
        Some(lake) if lake.exists().await? => Some((lake.ledger(), lake.snapshot(Table::Objects).await?)),
        _ => None,
    };
    for source in sources {
        let mut listing = source.list(&options.filter);
        while let Some(object) = listing.next().await {
            let object = object?;
            let state = match &mut known {
                Some((ledger, objects)) => {
                    ledger
                        .state_of(objects, verdict::key(&object), verdict::month(&object).as_deref())
                        .await?
                }
                None => None,
            };
            summary.objects.listed += 1;
            match verdict::is_known(state, options.retry_quarantined) {
                true => summary.objects.already += 1,
                false => {
                    summary.objects.to_ingest += 1;
                    summary.bytes.fetched += object.size;
                }
            }
        }
    }
    summary.retries = source::retries() - retries;
    summary.seconds = started.elapsed().as_secs_f64();
    Ok(summary)
}

/// One run: the batch that is being gathered, and the one before, which is being committed.
struct Run<'r> {
    writer: Arc<Writer>,
    summary: &'r mut Summary,
    open: Option<Batch>,
    committing: Option<JoinHandle<Result<Report>>>,
    progress: &'r Progress,
}

impl Run<'_> {
    async fn all(
        &mut self,
        sources: &[Arc<dyn Source>],
        options: &Options,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<()> {
        let mut pipeline = Pipeline::start(sources, options, Some(self.writer.clone()));
        let mut stop = pin!(stop);
        loop {
            let incoming = tokio::select! {
                incoming = pipeline.next() => incoming,
                () = &mut stop => {
                    self.summary.interrupted = true;
                    None
                }
            };
            let Some(incoming) = incoming else { break };
            self.take(incoming?, options.commit_every).await?;
            self.commit_if_full(options.commit_every).await?;
        }
        self.commit_beside().await?;
        self.finish_commit().await?;
        self.summary.check_listing()
    }

    async fn take(&mut self, incoming: Incoming, commit_every: usize) -> Result<()> {
        match incoming {
            Incoming::Already => {
                self.summary.objects.listed += 1;
                self.summary.objects.already += 1;
                Ok(())
            }
            Incoming::ListingFailed(error) => {
                let text = chain_text(&error);
                tracing::warn!("{text}");
                self.summary.note_listing_error(text);
                Ok(())
            }
            Incoming::Object { object, content, share } => {
                self.summary.objects.listed += 1;
                let taken = self.take_object(*object, content).await;
                // Given back when the rows are in the batch.
                drop(share);
                taken
            }
            Incoming::Small(small) => self.take_small(*small, commit_every).await,
        }
    }

    async fn take_small(&mut self, mut small: Small, commit_every: usize) -> Result<()> {
        let writer = self.writer.clone();
        loop {
            let room = self.open.as_ref().map_or(commit_every, |batch| batch.room(commit_every));
            let Some(Part { objects, chunk }) = small.next(room) else {
                // Given back when the rows are in the batch.
                drop(small.share);
                return Ok(());
            };
            let count = objects.len() as u64;
            self.progress.add(count);
            self.summary.objects.listed += count;
            let mut rows = Vec::with_capacity(objects.len());
            for (object, decoded) in objects {
                self.summary.count(&object, &decoded.decoded);
                rows.push((verdict::log_row(&object, &decoded.decoded), decoded.rows));
            }
            let batch = self.open.get_or_insert_with(|| writer.begin());
            self.summary.objects.already += writer.add_together(batch, rows, chunk).await?;
            self.commit_if_full(commit_every).await?;
        }
    }

    async fn take_object(&mut self, object: ObjectRef, content: Content) -> Result<()> {
        self.progress.add(1);
        let writer = self.writer.clone();
        let row = verdict::object_row(&object, &content);
        if let Some(reason) = &row.reason {
            match row.state {
                State::Skipped => tracing::debug!(uri = %row.uri, "skipped: {reason}"),
                state => tracing::warn!(uri = %row.uri, "{state}: {reason}"),
            }
        }
        if self.open.is_none() {
            self.open = Some(writer.begin());
        }
        let Some(batch) = &mut self.open else { return Ok(()) };
        match content {
            Content::Decoded { decoded, chunks } => {
                self.summary.count(&object, &decoded);
                let letters = verdict::letters(*decoded);
                let added = writer.add(batch, row, chunks, letters).await?;
                self.summary.objects.already += u64::from(!added);
                Ok(())
            }
            Content::Large { decoded, body } => {
                self.summary.count(&object, &decoded);
                let sha256 = decoded.sha256;
                let Some(index) = writer.add_object(batch, row, verdict::letters(*decoded)).await? else {
                    self.summary.objects.already += 1;
                    return Ok(());
                };
                let (mut chunks, again) = incoming::decode_again(object, body);
                while let Some(chunk) = chunks.recv().await {
                    writer.add_chunk(batch, index, chunk).await?;
                }
                again.await.context("a decoder has stopped")??.ensure_same(sha256)
            }
            Content::Passed(_) | Content::Failed(_) => {
                let added = writer.add(batch, row, Vec::new(), Vec::new()).await?;
                self.summary.objects.already += u64::from(!added);
                Ok(())
            }
        }
    }

    async fn commit_if_full(&mut self, commit_every: usize) -> Result<()> {
        match &self.open {
            Some(batch) if batch.is_full(commit_every) => self.commit_beside().await,
            _ => Ok(()),
        }
    }

    /// Commits the open batch while the next one is gathered, but not before the one before it is in.
    async fn commit_beside(&mut self) -> Result<()> {
        self.finish_commit().await?;
        if let Some(batch) = self.open.take() {
            self.writer.make_room(&batch).await;
            let writer = self.writer.clone();
            self.committing = Some(tokio::spawn(async move { writer.commit(batch).await }));
        }
        Ok(())
    }

    async fn finish_commit(&mut self) -> Result<()> {
        if let Some(commit) = self.committing.take() {
            self.summary.add(commit.await.context("a commit has stopped")??);
        }
        Ok(())
    }
}

/// What the decoder has to know of today.
fn decode_options() -> decode::Options {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let since = today - jiff::civil::date(1970, 1, 1);
    decode::Options { today: since.get_days() }
}
