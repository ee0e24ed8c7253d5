//! How much memory objects take on their way in, and what bounds it.
//!
//! Four semaphores, always taken in this order: bytes that are fetched and wait, GETs at a time, objects
//! that are decoded and wait, and the memory of decoding. A decoder's memory is reserved by what gzip says
//! at the end of a stream: how much it inflates to. That may be wrong, by several members or by malice, so
//! it is only where a decoder starts: what it keeps beyond it is reserved as it comes, and rows for which
//! there is no room are not kept but decoded again later.
//!
//! Limits: the listed size is believed for what is fetched; a source checks it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::decode::{self, DeadLetter};
use crate::source::Body;

/// Bytes that are fetched and not yet decoded: several of the largest logs (50 MB).
const FETCHED: u64 = 96 << 20;

/// What the smallest object takes of it: a task, a body, and a handle on a disk, of which a process has
/// often no more than a thousand.
const LEAST_FETCHED: u64 = 256 << 10;

/// Memory of what is being decoded or waits to be taken into a batch: windows, rows, dead letters.
const DECODED: u64 = 224 << 20;

/// What the smallest object takes of it: a buffer for each column.
const LEAST_DECODED: u64 = 64 << 10;

/// Objects that are decoded and wait to be taken into a batch, and a few a thread that are being decoded:
/// each may have ten thousand dead letters, which no estimate foresees.
const READY: usize = 32;

/// Rows of an object are kept until its end shows that it is whole. Beyond this an object is decoded
/// twice instead: to see that it is whole, then for its rows.
const MAX_KEPT: u64 = 128 << 20;

/// Logs inflate 10 to 20 times. It counts only where gzip's own word can't be right.
const USUAL_RATIO: u64 = 16;

/// What bounds the objects in flight.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    fetched: Arc<Semaphore>,
    ready: Arc<Semaphore>,
    decoded: Arc<Semaphore>,
}

/// An object's share of [`Bounds`], given back when it is dropped.
#[derive(Debug)]
pub(super) struct Share {
    decoded: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    /// Of it, what the rows and dead letters may take.
    room: u64,
    _ready: Option<OwnedSemaphorePermit>,
    /// For bytes that are wanted once more.
    fetched: Option<OwnedSemaphorePermit>,
}

impl Bounds {
    pub(super) fn new() -> Self {
        let ready = READY + 2 * rayon::current_num_threads();
        Self {
            fetched: Arc::new(Semaphore::new(kib(FETCHED) as usize)),
            ready: Arc::new(Semaphore::new(ready)),
            decoded: Arc::new(Semaphore::new(kib(DECODED) as usize)),
        }
    }

    /// Waits until an object of this size may be fetched. One that is larger than all there is waits for
    /// all of it.
    pub(super) async fn to_fetch(&self, size: u64) -> Option<OwnedSemaphorePermit> {
        let share = kib(size.clamp(LEAST_FETCHED, FETCHED));
        // None of these is ever closed, so waiting can't fail.
        self.fetched.clone().acquire_many_owned(share).await.ok()
    }

    /// Waits until an object may be decoded.
    pub(super) async fn to_decode(&self, body: &Body) -> Share {
        self.share(Weight::of(body)).await
    }

    /// Waits until small objects may be decoded together, whose texts are all that is read at a time.
    pub(super) async fn to_decode_all(&self, objects: impl Iterator<Item = &[u8]>) -> Share {
        let json = objects.map(|object| decode::length_of_small(object) as u64).sum();
        self.share(Weight::of_json(json)).await
    }

    async fn share(&self, weight: Weight) -> Share {
        let ready = self.ready.clone().acquire_owned().await.ok();
        let share = kib((weight.reading + weight.kept + LEAST_DECODED).min(DECODED));
        let held = self.decoded.clone().acquire_many_owned(share).await.ok();
        Share {
            decoded: self.decoded.clone(),
            held,
            room: weight.kept + LEAST_DECODED,
            _ready: ready,
            fetched: None,
        }
    }
}

impl Share {
    /// Whether `bytes` may be kept, all in all; takes what there is more, without waiting: others may be
    /// waiting for this object to go on.
    pub(super) fn has_room(&mut self, bytes: u64) -> bool {
        if bytes > MAX_KEPT {
            return false;
        }
        if bytes > self.room {
            let more = kib(bytes - self.room);
            let Ok(permit) = self.decoded.clone().try_acquire_many_owned(more) else { return false };
            match &mut self.held {
                Some(held) => held.merge(permit),
                None => self.held = Some(permit),
            }
            self.room = bytes;
        }
        true
    }

    /// Keeps the share of the object's bytes too: they are wanted once more.
    pub(super) fn keep_fetched(&mut self, fetched: Option<OwnedSemaphorePermit>) {
        self.fetched = fetched;
    }

    /// Gives back what is not needed once the object is decoded and `bytes` of it are kept.
    pub(super) fn shrink(&mut self, bytes: u64) {
        if let Some(held) = &mut self.held {
            let kept = kib(bytes + LEAST_DECODED) as usize;
            drop(held.split(held.num_permits().saturating_sub(kept)));
        }
        self.room = bytes;
    }
}

/// What decoding an object takes, judged by its first and last bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weight {
    /// The window and the columns of a chunk.
    reading: u64,
    /// The rows, if they can be kept.
    kept: u64,
}

impl Weight {
    fn of(body: &Body) -> Self {
        Self::of_json(body.ends().map_or(DECODED, |ends| inflated(ends.first, ends.last, ends.size)))
    }

    fn of_json(json: u64) -> Self {
        let window = json.min(decode::WINDOW as u64);
        // Columns take as much as their JSON, or up to twice that while they have grown for more.
        match 2 * json > MAX_KEPT {
            // A window's columns are handed out at once.
            true => Self { reading: 3 * window, kept: 0 },
            false => Self { reading: window, kept: 2 * json },
        }
    }
}

/// How much JSON an object holds, as gzip says: RFC 1952 ends a member with its length modulo 2³².
fn inflated(first: [u8; 2], last: [u8; 4], size: u64) -> u64 {
    if first != [0x1f, 0x8b] {
        return size;
    }
    let said = u64::from(u32::from_le_bytes(last));
    // Shorter than it was before, or longer than is read: several members, more than 4 GB, or a lie.
    match (size..=size.saturating_mul(decode::MAX_RATIO) + decode::RATIO_COUNTS_FROM).contains(&said) {
        true => said,
        false => size.saturating_mul(USUAL_RATIO),
    }
}

/// What dead letters take in memory.
pub(super) fn of_letters(letters: &[DeadLetter]) -> u64 {
    letters.iter().map(|letter| letter.memory() as u64).sum()
}

fn kib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_believed_where_it_can_be_right() {
        let gzip = [0x1f, 0x8b];
        assert_eq!(inflated(gzip, 5_000_u32.to_le_bytes(), 400), 5_000);
        assert_eq!(inflated(gzip, 100_u32.to_le_bytes(), 400), 400 * USUAL_RATIO);
        assert_eq!(inflated(gzip, u32::MAX.to_le_bytes(), 400), 400 * USUAL_RATIO);
        assert_eq!(inflated(*b"{\"", *b"[]}\n", 400), 400);
    }

    #[test]
    fn an_object_too_large_to_keep_takes_no_more_than_its_windows() {
        let window = decode::WINDOW as u64;
        assert_eq!(Weight::of_json(1 << 30), Weight { reading: 3 * window, kept: 0 });
        assert_eq!(Weight::of_json(1_000), Weight { reading: 1_000, kept: 2_000 });
    }

    #[tokio::test]
    async fn an_object_that_grows_beyond_what_there_is_has_no_room() {
        let bounds = Bounds::new();
        let mut one = bounds.to_decode(&Body::Bytes((&b"{}"[..]).into())).await;
        assert!(one.has_room(MAX_KEPT) && !one.has_room(MAX_KEPT + 1));
        let mut other = bounds.to_decode(&Body::Bytes((&b"{}"[..]).into())).await;
        assert!(!other.has_room(MAX_KEPT));
        one.shrink(1_000);
        assert!(other.has_room(MAX_KEPT));
        drop((one, other));
        assert_eq!(bounds.decoded.available_permits(), kib(DECODED) as usize);
    }
}
