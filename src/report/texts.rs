//! The texts of findings one after the other, made on all cores and written in order.
//!
//! A run can have 200,000 findings, and one core makes some hundred thousand texts a second. A bounded number of them
//! is made at once, so that memory does not grow with the findings.

use std::io::{self, Write};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// Findings that one core makes at once: about 256 KiB of JSON.
const CHUNK: usize = 256;

/// Chunks for each core, so that none waits for the slowest.
const CHUNKS_OF_CORE: usize = 4;

/// Writes what `text` appends for each of `count` findings, of which it is told the place.
pub(super) fn write(
    count: usize,
    out: &mut dyn Write,
    text: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let of_chunk = |start: usize| {
        let mut texts = Vec::new();
        (start..count.min(start + CHUNK)).try_for_each(|place| text(place, &mut texts))?;
        Ok(texts)
    };
    let at_once = CHUNK * CHUNKS_OF_CORE * rayon::current_num_threads();
    for first in (0..count).step_by(at_once) {
        let last = count.min(first + at_once);
        let starts: Vec<_> = (first..last).step_by(CHUNK).collect();
        let texts: Vec<io::Result<Vec<u8>>> = starts.into_par_iter().map(of_chunk).collect();
        texts.into_iter().try_for_each(|texts| out.write_all(&texts?))?;
    }
    Ok(())
}
