//! A stretch of an object's text that is being read: all of a small object, part of a large one.
//!
//! The scanner wants UTF-8. Bytes that are not are replaced one for one by `?`, so that positions
//! keep their meaning: a record in which text and bytes differ is not decoded but kept as bytes.

use std::borrow::Cow;

/// A window onto an object's inflated bytes.
#[derive(Debug)]
pub(crate) struct Window<'a> {
    bytes: &'a [u8],
    text: Cow<'a, str>,
    /// Where the window starts in the object.
    pub(crate) offset: u64,
    /// Whether the object ends with it.
    pub(crate) last: bool,
}

impl<'a> Window<'a> {
    pub(crate) fn new(bytes: &'a [u8], offset: u64, last: bool) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(replace_bad(bytes)),
        };
        Self { bytes, text, offset, last }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// All its original bytes.
    pub(crate) fn whole(&self) -> &'a [u8] {
        self.bytes
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
        match &self.text {
            Cow::Borrowed(_) => false,
            // No byte that is not UTF-8 is a `?`. A list of such bytes would take more than noise itself.
            Cow::Owned(text) => text.as_bytes()[start..end] != self.bytes[start..end],
        }
    }
}

fn replace_bad(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_bytes_are_replaced_in_place_and_found_again() {
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
