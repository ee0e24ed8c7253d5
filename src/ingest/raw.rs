//! Raw logs as rows, without a lake: what `--from` queries.
//!
//! The same pipeline and the same key for duplicates; the keys are kept up to [`MAX_KEYS`], beyond
//! which a duplicate may show twice, with a warning.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray, new_null_array};
use arrow::compute::filter_record_batch;
use futures::stream::{BoxStream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Options;
use super::incoming::{self, Again, Content, Incoming, Pipeline};
use super::small::Small;
use crate::decode::{Chunk, EventKey, Verdict};
use crate::event::table_schema;
use crate::source::{KeyParts, ObjectRef, Source, chain_text};

/// Keys kept to tell duplicates: 16 million take about 500 MB.
const MAX_KEYS: usize = 16 << 20;

/// The rows of everything that `sources` have, as batches of [`table_schema`].
///
/// Objects that can't be read are warned about and passed by; see `ingest` for one that keeps count.
pub fn raw_rows(sources: &[Arc<dyn Source>], options: &Options) -> BoxStream<'static, Result<RecordBatch>> {
    let pipeline = Pipeline::start(sources, options, None);
    let (seen, waiting) = (HashSet::new(), Vec::new());
    let state = Raw { pipeline, seen, full: false, waiting, large: None, listed: 0 };
    futures::stream::try_unfold(state, |mut state| async move {
        Ok(state.next().await?.map(|batch| (batch, state)))
    })
    .boxed()
}

struct Raw {
    pipeline: Pipeline,
    seen: HashSet<EventKey>,
    full: bool,
    waiting: Vec<RecordBatch>,
    /// An object that hands out its rows a few at a time.
    large: Option<Large>,
    listed: u64,
}

struct Large {
    object: ObjectRef,
    sha256: Option<[u8; 32]>,
    chunks: mpsc::Receiver<Chunk>,
    again: JoinHandle<Result<Again>>,
}

impl Raw {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.waiting.pop() {
                return Ok(Some(batch));
            }
            if self.large.is_some() {
                self.next_of_large().await?;
                continue;
            }
            let (object, content) = match self.pipeline.next().await.transpose()? {
                None => return Ok(None),
                Some(Incoming::Already) => continue,
                Some(Incoming::ListingFailed(error)) if self.listed == 0 => return Err(error.into()),
                Some(Incoming::ListingFailed(error)) => {
                    tracing::warn!("{}", chain_text(&error));
                    continue;
                }
                Some(Incoming::Object { object, content, .. }) => (*object, content),
                Some(Incoming::Small(small)) => {
                    self.take_small(*small)?;
                    continue;
                }
            };
            self.listed += 1;
            self.take(object, content)?;
        }
    }

    async fn next_of_large(&mut self) -> Result<()> {
        let Some(mut large) = self.large.take() else { return Ok(()) };
        match large.chunks.recv().await {
            Some(chunk) => {
                self.take_chunk(&large.object, chunk)?;
                self.large = Some(large);
                Ok(())
            }
            None => large.again.await.context("a decoder has stopped")??.ensure_same(large.sha256),
        }
    }

    fn take(&mut self, object: ObjectRef, content: Content) -> Result<()> {
        let uri = object.uri.clone();
        match content {
            Content::Passed(reason) => tracing::debug!(uri, "skipped: {reason}"),
            Content::Failed(error) => tracing::warn!(uri, "failed: {}", chain_text(&error)),
            Content::Decoded { decoded, chunks } => match decoded.verdict {
                Verdict::Log => {
                    if !decoded.dead_letters.is_empty() {
                        let count = decoded.dead_letters.len();
                        tracing::warn!(uri, count, "records that can't be read were left out");
                    }
                    for chunk in chunks {
                        self.take_chunk(&object, chunk)?;
                    }
                }
                Verdict::Skipped(what) => tracing::debug!(uri, "skipped: {what}"),
                Verdict::Quarantined(bad) => tracing::warn!(uri, "left out: {bad}"),
            },
            Content::Large { decoded, body } => {
                let (chunks, again) = incoming::decode_again(object.clone(), body);
                self.large = Some(Large { object, sha256: decoded.sha256, chunks, again });
            }
        }
        Ok(())
    }

    fn take_small(&mut self, small: Small) -> Result<()> {
        self.listed += small.objects.len() as u64;
        let Some(chunk) = small.chunk else { return Ok(()) };
        for (object, decoded) in small.objects {
            self.take_chunk(&object, chunk.slice(decoded.rows))?;
        }
        Ok(())
    }

    fn take_chunk(&mut self, object: &ObjectRef, chunk: Chunk) -> Result<()> {
        let fresh: BooleanArray = chunk.keys.iter().map(|key| Some(self.is_new(*key))).collect();
        let rows = table_rows(&chunk.batch, &object.uri, object.parts.as_ref())?;
        let rows = filter_record_batch(&rows, &fresh)?;
        if rows.num_rows() > 0 {
            self.waiting.push(rows);
        }
        Ok(())
    }

    fn is_new(&mut self, key: EventKey) -> bool {
        if self.seen.len() < MAX_KEYS {
            return self.seen.insert(key);
        }
        if !self.full {
            self.full = true;
            tracing::warn!(
                "more than {MAX_KEYS} events: duplicates beyond may show twice; `ingest` has no such bound"
            );
        }
        !self.seen.contains(&key)
    }
}

/// Decoded rows as rows of the table `cloudtrail`: those of the object `uri`, which no batch has.
///
/// # Errors
/// When the rows are not the decoder's.
pub fn table_rows(rows: &RecordBatch, uri: &str, parts: Option<&KeyParts>) -> Result<RecordBatch> {
    let schema = table_schema();
    let count = rows.num_rows();
    let text = |value: Option<&str>| -> ArrayRef {
        Arc::new(std::iter::repeat_n(value, count).collect::<StringArray>())
    };
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let name = field.name().as_str();
        columns.push(match name {
            "source_object" => text(Some(uri)),
            "source_account_id" => text(parts.map(|parts| parts.account_id.as_str())),
            "source_region" => text(parts.map(|parts| parts.region.as_str())),
            "ingest_batch" | "ingested_at" => new_null_array(field.data_type(), count),
            _ => rows.column_by_name(name).with_context(|| format!("no column `{name}`"))?.clone(),
        });
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}
