//! A stretch of an object's text that is being read: all of a small object, part of a large one.
//!
//! The scanner wants UTF-8. Bytes that are not are replaced one for one by `?`, so that positions
//! keep their meaning, and remembered: a record that holds one is not decoded but kept as bytes.

use std::borrow::Cow;

/// A window onto an object's inflated bytes.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    bytes: &'a [u8],
    text: Cow<'a, str>,
    /// Positions of bytes that are not UTF-8, ascending.
    bad: Vec<usize>,
    /// Where the window starts in the object.
    pub(crate) offset: u64,
    /// Whether the object ends with it.
    pub(crate) last: bool,
}

impl<'a> Window<'a> {
    pub(crate) fn new(bytes: &'a [u8], offset: u64, last: bool) -> Self {
        let (text, bad) = match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), Vec::new()),
            Err(_) => replace_bad(bytes),
        };
        Self { bytes, text, bad, offset, last }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The original bytes from `start` to `end`.
    pub(crate) fn bytes(&self, start: usize, end: usize) -> &'a [u8] {
        &self.bytes[start..end]
    }

    /// Where `part`, which is a slice of the text, starts in it.
    pub(crate) fn position_of(&self, part: &str) -> usize {
        part.as_ptr().addr() - self.text.as_ptr().addr()
    }

    /// Whether any byte from `start` to `end` is not UTF-8.
    pub(crate) fn is_bad(&self, start: usize, end: usize) -> bool {
        let first = self.bad.partition_point(|&position| position < start);
        self.bad.get(first).is_some_and(|&position| position < end)
    }
}

fn replace_bad<'a>(bytes: &[u8]) -> (Cow<'a, str>, Vec<usize>) {
    let mut text = String::with_capacity(bytes.len());
    let mut bad = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            bad.push(text.len());
            text.push('?');
        }
    }
    (Cow::Owned(text), bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_are_replaced_in_place_and_remembered() {
        let bytes = b"ab\xffc\xe2\x82d\xc3\xa4";
        let window = Window::new(bytes, 0, true);
        assert_eq!(window.text(), "ab?c??dä");
        assert_eq!(window.text().len(), bytes.len());
        assert!(window.is_bad(0, 3) && window.is_bad(5, 6) && window.is_bad(2, 9));
        assert!(!window.is_bad(0, 2) && !window.is_bad(3, 4) && !window.is_bad(6, 9));
        assert_eq!(window.bytes(2, 4), b"\xffc");
        assert_eq!(window.position_of(&window.text()[3..5]), 3);
    }
}
