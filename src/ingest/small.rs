//! Small objects, many at a time.
//!
//! A trail writes an object every few minutes for each account and region, most of a few records. Each as a
//! task, a buffer for each column and a row group's input would cost several times what is in it, so those
//! that are listed one after another are fetched and decoded together (`decode::small`). What is not a whole,
//! small log goes the way of every other object.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::future::join_all;
use tokio::sync::{Semaphore, oneshot};

use super::decoder::{memory, with_decoder};
use super::weight::{Bounds, Share};
use crate::decode::{Chunk, SmallObject, SmallObjects};
use crate::source::{Body, ObjectRef, Source, SourceError};

/// Objects that are decoded together: enough that what is done once for all of them is little for each.
pub(super) const OBJECTS: usize = 32;

/// The largest object that is small, in bytes as it is stored: a hundred records or so.
pub(super) const MAX_BYTES: u64 = 16 << 10;

/// Small objects that were decoded together.
pub(super) struct Small {
    /// Each with its own rows of the chunk.
    pub(super) objects: Vec<(ObjectRef, SmallObject)>,
    pub(super) chunk: Option<Chunk>,
    /// Of the memory.
    pub(super) share: Share,
}

/// Some of them, with their part of the chunk.
pub(super) struct Part {
    pub(super) objects: Vec<(ObjectRef, SmallObject)>,
    pub(super) chunk: Option<Chunk>,
}

impl Small {
    /// Takes off the first objects, up to the one with which there are so many rows.
    pub(super) fn next(&mut self, rows: usize) -> Option<Part> {
        let mut taken = 0;
        let is_taken = |(_, object): &&(ObjectRef, SmallObject)| {
            let has_room = taken < rows.max(1);
            taken += object.rows.len();
            has_room
        };
        let count = self.objects.iter().take_while(is_taken).count();
        let mut objects: Vec<_> = self.objects.drain(..count).collect();
        let first = objects.first()?.1.rows.start;
        let last = objects.last()?.1.rows.end;
        for (_, object) in &mut objects {
            object.rows = object.rows.start - first..object.rows.end - first;
        }
        let chunk = self.chunk.as_ref().filter(|_| first < last);
        Some(Part { objects, chunk: chunk.map(|chunk| chunk.slice(first..last)) })
    }
}

/// An object that has to go its way by itself, with its bytes.
pub(super) type Other = (ObjectRef, Result<Body, SourceError>);

/// Fetches objects; those of a bucket all at once, each as one of `jobs`.
pub(super) async fn fetch(
    source: &dyn Source,
    objects: &[ObjectRef],
    jobs: &Semaphore,
) -> Vec<Result<Body, SourceError>> {
    if !source.is_remote() {
        // The semaphore is never closed, so waiting for it can't fail.
        let _job = jobs.acquire().await;
        return source.get_all(objects).await;
    }
    let get = async |object| {
        let _job = jobs.acquire().await;
        source.get(object).await
    };
    join_all(objects.iter().map(get)).await
}

/// Decodes objects that were fetched, as far as they are small and whole; `digest`: with their digests.
pub(super) async fn decode(
    objects: Vec<ObjectRef>,
    bodies: Vec<Result<Body, SourceError>>,
    bounds: &Bounds,
    digest: bool,
) -> (Option<Small>, Vec<Other>) {
    assert_eq!(objects.len(), bodies.len(), "a source answers for each object");
    let mut others = Vec::new();
    let mut fetched = Vec::with_capacity(objects.len());
    for (object, body) in objects.into_iter().zip(bodies) {
        match body {
            Ok(Body::Bytes(bytes)) => fetched.push((object, bytes)),
            body => others.push((object, body)),
        }
    }
    if fetched.is_empty() {
        return (None, others);
    }
    let mut share = bounds.to_decode_all(fetched.iter().map(|(_, bytes)| &bytes[..])).await;
    let fetched = Arc::new(fetched);
    let (send, done) = oneshot::channel();
    let texts = fetched.clone();
    rayon::spawn(move || {
        let texts = texts.iter().map(|(_, bytes)| &bytes[..]);
        // A panic on rayon would end the process; here each object then shows whether it is the cause.
        let decoded = std::panic::catch_unwind(AssertUnwindSafe(|| {
            with_decoder(digest, |decoder, _| Ok(decoder.decode_small(texts)?))
        }));
        drop(send.send(decoded));
    });
    let SmallObjects { chunk, objects: decoded } = match done.await {
        Ok(Ok(Ok(decoded))) => decoded,
        _ => SmallObjects { chunk: None, objects: fetched.iter().map(|_| None).collect() },
    };
    share.shrink(chunk.as_ref().map_or(0, memory));
    let mut small = Vec::with_capacity(decoded.len());
    let fetched = Arc::unwrap_or_clone(fetched);
    for ((object, bytes), decoded) in fetched.into_iter().zip(decoded) {
        match decoded {
            Some(decoded) => small.push((object, decoded)),
            None => others.push((object, Ok(Body::Bytes(bytes)))),
        }
    }
    (Some(Small { objects: small, chunk, share }), others)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(number: usize) -> ObjectRef {
        let key = format!("{number}.json");
        ObjectRef {
            uri: format!("s3://logs/{key}"),
            key,
            parts: None,
            size: 0,
            etag: None,
            last_modified: None,
        }
    }

    fn log(ids: std::ops::Range<usize>) -> Result<Body, SourceError> {
        let record =
            |id| format!(r#"{{"eventVersion":"1.08","eventID":"{id}","eventTime":"2026-01-01T00:00:00Z"}}"#);
        let records: Vec<_> = ids.map(record).collect();
        Ok(Body::Bytes(format!(r#"{{"Records":[{}]}}"#, records.join(",")).into()))
    }

    #[tokio::test]
    async fn objects_are_taken_whole_until_there_are_so_many_rows() {
        let objects = (0..5).map(object).collect();
        let bodies = vec![log(0..2), log(2..5), log(5..5), log(5..7), log(7..8)];
        let (small, others) = decode(objects, bodies, &Bounds::new(), true).await;
        let mut small = small.expect("small objects");
        assert!(others.is_empty());
        let mut next = |rows| {
            let Part { objects, chunk } = small.next(rows)?;
            let ranges: Vec<_> =
                objects.into_iter().map(|(_, object)| (object.rows.start, object.rows.end)).collect();
            Some((ranges, chunk.map_or(0, |chunk| chunk.keys.len())))
        };
        assert_eq!(next(3), Some((vec![(0, 2), (2, 5)], 5)));
        assert_eq!(next(0), Some((vec![(0, 0), (0, 2)], 2)));
        assert_eq!(next(9), Some((vec![(0, 1)], 1)));
        assert_eq!(next(1), None);
    }
}
