//! The text of an object that is in memory as a whole: gunzip at once is twice as fast as by streaming.
//!
//! Only where everything is as it should be: one gzip member that ends where the object does, or plain
//! text, of no more than one window. Whatever is not is left to `inflate`, which says what is wrong with it.
//!
//! libdeflate does not say where in its input a member ended, only that a checksum and the length of the
//! text stood behind it. Where the length stands nowhere but at the end of the object, it ended there.

use std::fmt;

use libdeflater::Decompressor;
use memchr::memmem;

use super::inflate::{MAGIC, MAX_RATIO, RATIO_COUNTS_FROM};

/// A gzip member of no text: header, two bytes, checksum and length.
const LEAST: usize = 20;

/// Buffers for one object after another.
pub(crate) struct Whole {
    decompressor: Decompressor,
    /// As long as the longest text so far, which spares filling it with zeros each time.
    text: Vec<u8>,
}

impl fmt::Debug for Whole {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Whole").field("text", &self.text.len()).finish_non_exhaustive()
    }
}

impl Whole {
    pub(crate) fn new() -> Self {
        Self { decompressor: Decompressor::new(), text: Vec::new() }
    }

    /// The text of an object, if it is at most `most` bytes and nothing is unusual.
    pub(crate) fn text<'t>(&'t mut self, object: &'t [u8], most: usize) -> Option<&'t [u8]> {
        if object.first() != Some(&MAGIC[0]) {
            return (object.len() <= most).then_some(object);
        }
        let length = length(object)?;
        let is_bomb = length as u64 > RATIO_COUNTS_FROM && length / object.len() > MAX_RATIO as usize;
        if object.len() < LEAST || length > most || is_bomb || !ends_once(object) {
            return None;
        }
        if self.text.len() < length {
            // What it holds is not wanted any more, so it is not made longer, which would copy that.
            drop(std::mem::take(&mut self.text));
            self.text = vec![0; length];
        }
        let text = &mut self.text[..length];
        let inflated = self.decompressor.gzip_decompress(object, text).ok()?;
        (inflated == length).then_some(text)
    }

    /// Lets go of what is more than `most` bytes.
    pub(crate) fn shrink(&mut self, most: usize) {
        self.text.truncate(most);
        self.text.shrink_to(most);
    }
}

/// How long the text of an object is, by its own word.
pub(super) fn length(object: &[u8]) -> Option<usize> {
    match object.first() {
        Some(first) if *first == MAGIC[0] => usize::try_from(u32::from_le_bytes(*object.last_chunk()?)).ok(),
        _ => Some(object.len()),
    }
}

/// Whether the length at the end of a gzip object stands nowhere before.
fn ends_once(object: &[u8]) -> bool {
    let end = object.len() - size_of::<u32>();
    memmem::find(object, &object[end..]) == Some(end)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const MOST: usize = 1 << 20;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn text(object: &[u8]) -> Option<Vec<u8>> {
        Whole::new().text(object, MOST).map(<[u8]>::to_vec)
    }

    #[test]
    fn one_member_and_plain_text_are_read() {
        let long = b"the quick brown fox ".repeat(100);
        assert_eq!(text(&gzip(&long)).as_ref(), Some(&long));
        assert_eq!(text(b"[1]").unwrap(), b"[1]");
        assert_eq!(text(b"").unwrap(), b"");
    }

    #[test]
    fn a_longer_text_than_before_and_a_shorter_one_are_read() {
        let mut whole = Whole::new();
        for length in [10, 1_000, 3] {
            assert_eq!(whole.text(&gzip(&vec![b'a'; length]), MOST).unwrap(), vec![b'a'; length]);
        }
        whole.shrink(0);
        assert_eq!(whole.text(&gzip(b"abc"), MOST).unwrap(), b"abc");
    }

    #[test]
    fn what_is_unusual_is_left_to_the_other() {
        let member = gzip(b"[1]");
        assert_eq!(text(&[&member[..], b"x"].concat()), None);
        assert_eq!(text(&[&member[..], &member[..]].concat()), None);
        assert_eq!(text(&[&member[..], &gzip(b"[2]")[..]].concat()), None);
        // Appended bytes that end as the object would without them.
        assert_eq!(text(&[&member[..], b"anything", &member[member.len() - 8..]].concat()), None);
        assert_eq!(Whole::new().text(&gzip(&[b' '; 100]), 99), None);
        assert_eq!(Whole::new().text(&gzip(&vec![b' '; 64 << 20]), usize::MAX), None);
        for cut in 1..member.len() {
            assert_eq!(text(&member[..cut]), None, "{cut}");
        }
    }

    #[test]
    fn a_flipped_bit_never_changes_the_text() {
        let original = b"the quick brown fox jumps over the lazy dog";
        let whole = gzip(original);
        // Without its first byte it is plain text; a few bits of a header and the last of a stream say nothing.
        for at in 1..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let read = text(&damaged);
                assert!(
                    read.is_none() || read.as_deref() == Some(original),
                    "byte {at}, bit {bit}: {read:?}"
                );
            }
        }
    }
}
