//! The decoder of a thread, and what it hands out.
//!
//! Each thread has one, which keeps its buffers from object to object. After an error it is not kept: it may
//! hold half an object. A decoder that waits for others to read parts of its object takes up other work meanwhile,
//! which may be to decode: for that there is another decoder.

use std::cell::RefCell;
use std::io;

use arrow::error::ArrowError;

use super::decode_options;
use crate::decode::{self, Chunk, Decoder};

/// What rows take in memory, with their keys.
pub(super) fn memory(chunk: &Chunk) -> u64 {
    (decode::memory(&chunk.batch) + size_of_val(&chunk.keys[..])) as u64
}

/// Runs with this thread's decoder, which keeps its buffers from object to object, and a buffer for an
/// object's bytes; `digest`: whether it is to tell the digests of objects.
pub(super) fn with_decoder<T>(
    digest: bool,
    run: impl FnOnce(&mut Decoder, &mut Vec<u8>) -> Result<T, DecodeError>,
) -> io::Result<T> {
    thread_local! {
        static DECODER: RefCell<Option<(Decoder, Vec<u8>)>> = const { RefCell::new(None) };
    }
    let mut own = DECODER.take().unwrap_or_else(|| (Decoder::new(decode_options()), Vec::new()));
    own.0.digest(digest);
    let done = run(&mut own.0, &mut own.1);
    // After an error the decoder is not kept: it may hold half an object.
    if done.is_ok() {
        DECODER.set(Some(own));
    }
    done.map_err(io::Error::from)
}

/// What the decoder can fail with here, as an I/O error.
pub(super) struct DecodeError(io::Error);

impl From<io::Error> for DecodeError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        error.0
    }
}

impl From<ArrowError> for DecodeError {
    fn from(error: ArrowError) -> Self {
        Self(io::Error::other(error))
    }
}
