//! From an object's bytes to its text: gzip by its magic bytes, anything else as it is.
//!
//! CloudTrail writes one gzip member and nothing behind it, so bytes there are a sign of tampering;
//! archives that other tools made may have several members. Limits keep a bomb from filling memory
//! or time. The SHA-256 of the inflated bytes is taken on the way. What is small and in order goes by
//! `whole`, and is read here only by those who stream.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::rc::Rc;

use flate2::bufread::{GzDecoder, MultiGzDecoder};
use sha2::{Digest, Sha256};

use super::Bad;

/// More than any log: CloudTrail's own files stay below 1 GB of JSON.
pub(crate) const MAX_INFLATED: u64 = 2 << 30;

/// Logs inflate 10 to 20 times, very repetitive ones 100 times.
pub const MAX_RATIO: u64 = 200;

/// Below this a high ratio harms nobody.
pub const RATIO_COUNTS_FROM: u64 = 10 << 20;

pub(crate) const MAGIC: &[u8] = b"\x1f\x8b";

/// How much is inflated between two looks at the limits.
const STEP: usize = 1 << 20;

/// How many gzip members an object may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// One and nothing behind it, as CloudTrail writes.
    One,
    /// Any number, as archives have.
    Any,
}

/// Why inflating stopped.
#[derive(Debug)]
pub(crate) enum Trouble {
    Bad(Bad),
    Io(io::Error),
}

/// Inflates one object.
pub(crate) struct Inflater<R: Read> {
    form: Form<BufReader<Counted<R>>>,
    compressed: Rc<Cell<u64>>,
    inflated: u64,
    sha256: Sha256,
}

enum Form<R: BufRead> {
    Plain(R),
    One(Box<GzDecoder<R>>),
    Any(Box<MultiGzDecoder<R>>),
}

/// Counts the bytes that pass.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

impl<R: Read> Inflater<R> {
    pub(crate) fn open(reader: R, members: Members) -> io::Result<Self> {
        let compressed = Rc::new(Cell::new(0));
        let counted = Counted { inner: reader, count: compressed.clone() };
        let mut reader = BufReader::with_capacity(64 << 10, counted);
        let start = reader.fill_buf()?;
        // The first byte alone is gzip too: cut as early as can be.
        let form = match (start.starts_with(MAGIC) || start == &MAGIC[..1], members) {
            (false, _) => Form::Plain(reader),
            (true, Members::One) => Form::One(Box::new(GzDecoder::new(reader))),
            (true, Members::Any) => Form::Any(Box::new(MultiGzDecoder::new(reader))),
        };
        Ok(Self { form, compressed, inflated: 0, sha256: Sha256::new() })
    }

    /// Appends to `buffer` until it holds `limit` bytes; `true` when the object ended before.
    pub(crate) fn fill(&mut self, buffer: &mut Vec<u8>, limit: usize) -> Result<bool, Trouble> {
        loop {
            let start = buffer.len();
            let wanted = limit.saturating_sub(start).min(STEP);
            if wanted == 0 {
                return Ok(false);
            }
            grow(buffer, start + wanted, limit);
            let read = self.form.read_some(wanted, buffer).map_err(classify)?;
            self.sha256.update(&buffer[start..]);
            self.inflated += read as u64;
            self.check_limits()?;
            if read < wanted {
                self.check_end()?;
                return Ok(true);
            }
        }
    }

    /// How many bytes it inflated to, and their SHA-256.
    pub(crate) fn finish(&self) -> (u64, [u8; 32]) {
        (self.inflated, self.sha256.clone().finalize().into())
    }

    fn check_limits(&self) -> Result<(), Trouble> {
        if self.inflated > MAX_INFLATED {
            return Err(Trouble::Bad(Bad::TooLarge));
        }
        let plain = matches!(self.form, Form::Plain(_));
        let ratio_counts = !plain && self.inflated > RATIO_COUNTS_FROM;
        if ratio_counts && self.inflated / self.compressed.get().max(1) > MAX_RATIO {
            return Err(Trouble::Bad(Bad::Ratio));
        }
        Ok(())
    }

    /// At the end of the text: whether it is the end of the object too.
    fn check_end(&mut self) -> Result<(), Trouble> {
        if let Form::One(gzip) = &mut self.form
            && !gzip.get_mut().fill_buf().map_err(Trouble::Io)?.is_empty()
        {
            return Err(Trouble::Bad(Bad::Appended));
        }
        Ok(())
    }
}

/// Makes room for `wanted` bytes in all: twice what there was, but nothing beyond `limit`.
fn grow(buffer: &mut Vec<u8>, wanted: usize, limit: usize) {
    if buffer.capacity() < wanted {
        let target = (2 * buffer.capacity()).clamp(wanted, limit);
        buffer.reserve_exact(target - buffer.len());
    }
}

impl<R: BufRead> Form<R> {
    fn read_some(&mut self, wanted: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
        let limit = wanted as u64;
        match self {
            Self::Plain(reader) => reader.take(limit).read_to_end(buffer),
            Self::One(gzip) => gzip.take(limit).read_to_end(buffer),
            Self::Any(gzip) => gzip.take(limit).read_to_end(buffer),
        }
    }
}

/// flate2 reports bad bytes by these kinds; every other kind comes from the reader below it.
fn classify(error: io::Error) -> Trouble {
    match error.kind() {
        ErrorKind::UnexpectedEof => Trouble::Bad(Bad::Truncated),
        ErrorKind::InvalidInput | ErrorKind::InvalidData => Trouble::Bad(Bad::Corrupt(error.to_string())),
        _ => Trouble::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn inflate(bytes: &[u8], members: Members) -> Result<Vec<u8>, Bad> {
        let mut inflater = Inflater::open(bytes, members).unwrap();
        let mut buffer = Vec::new();
        match inflater.fill(&mut buffer, usize::MAX) {
            Ok(ended) => assert!(ended),
            Err(Trouble::Bad(bad)) => return Err(bad),
            Err(Trouble::Io(error)) => panic!("{error}"),
        }
        let expected: [u8; 32] = Sha256::digest(&buffer).into();
        assert_eq!(inflater.finish(), (buffer.len() as u64, expected));
        Ok(buffer)
    }

    #[test]
    fn gzip_is_known_by_its_magic_and_anything_else_is_plain() {
        assert_eq!(inflate(&gzip(b"[1]"), Members::One), Ok(b"[1]".to_vec()));
        assert_eq!(inflate(b"[1]", Members::One), Ok(b"[1]".to_vec()));
        assert_eq!(inflate(b"", Members::One), Ok(Vec::new()));
    }

    #[test]
    fn a_cut_stream_is_truncated_wherever_it_is_cut() {
        let whole = gzip(&b"the quick brown fox ".repeat(100));
        for cut in 1..whole.len() {
            assert_eq!(inflate(&whole[..cut], Members::One), Err(Bad::Truncated), "{cut}");
        }
    }

    #[test]
    fn a_flipped_byte_is_corrupt() {
        let mut bytes = gzip(&b"the quick brown fox ".repeat(100));
        let middle = bytes.len() - 12;
        bytes[middle] ^= 0x40;
        assert!(matches!(inflate(&bytes, Members::One), Err(Bad::Corrupt(_) | Bad::Truncated)));
    }

    #[test]
    fn bytes_behind_the_only_member_are_tampering_and_a_second_member_elsewhere_is_read() {
        let two = [gzip(b"[1]\n"), gzip(b"[2]")].concat();
        assert_eq!(inflate(&two, Members::One), Err(Bad::Appended));
        assert_eq!(inflate(&two, Members::Any), Ok(b"[1]\n[2]".to_vec()));
        let padded = [gzip(b"[1]"), vec![0; 8]].concat();
        assert_eq!(inflate(&padded, Members::One), Err(Bad::Appended));
    }

    #[test]
    fn a_bomb_is_stopped_by_its_ratio() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        assert_eq!(inflate(&bomb, Members::One), Err(Bad::Ratio));
        assert!(inflate(&gzip(&vec![b' '; 4 << 20]), Members::One).is_ok());
    }
}
