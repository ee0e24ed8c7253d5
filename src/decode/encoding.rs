//! Telling by the first bytes what an object's text is, when it is not the UTF-8 that CloudTrail writes.
//!
//! Such an object may well hold records: a shell's redirection writes UTF-16, archives are packed anew
//! by something else than gzip, or twice. None of it is decoded, and none of it passes for a file that
//! is no log.
//!
//! Limits: text in another encoding is known only if it begins as JSON does.

use super::Bad;

/// How files that were packed begin, and what they are.
const PACKED: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "gzip in gzip"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
];

/// Byte order marks, longest first: that of UTF-16 begins one of UTF-32.
const MARKS: [(&[u8], Form); 4] = [
    (b"\x00\x00\xfe\xff", UTF_32_BE),
    (b"\xff\xfe\x00\x00", UTF_32_LE),
    (b"\xfe\xff", UTF_16_BE),
    (b"\xff\xfe", UTF_16_LE),
];

/// An encoding of more than one byte a letter.
#[derive(Debug, Clone, Copy)]
struct Form {
    name: &'static str,
    /// Bytes a letter.
    width: usize,
    /// Which of them says which letter of ASCII it is.
    at: usize,
}

const UTF_32_BE: Form = Form { name: "UTF-32", width: 4, at: 3 };
const UTF_32_LE: Form = Form { name: "UTF-32", width: 4, at: 0 };
const UTF_16_BE: Form = Form { name: "UTF-16", width: 2, at: 1 };
const UTF_16_LE: Form = Form { name: "UTF-16", width: 2, at: 0 };

/// What an object that begins with `start` is instead of a text in UTF-8, if that can be told.
pub(super) fn foreign(start: &[u8]) -> Option<Bad> {
    if let Some((_, what)) = PACKED.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(Bad::Packed(what));
    }
    let marked = MARKS.iter().find(|(mark, _)| start.starts_with(mark));
    let found = match marked {
        Some((mark, form)) => form.begins_json(&start[mark.len()..]).then_some(form),
        None => MARKS.iter().map(|(_, form)| form).find(|form| form.begins_json(start)),
    };
    found.map(|form| Bad::Encoding(form.name))
}

impl Form {
    /// Whether the first letter that is not white space opens an object or a list.
    fn begins_json(self, text: &[u8]) -> bool {
        let letters = text.chunks_exact(self.width).map(|letter| {
            let is_ascii = letter.iter().enumerate().all(|(at, byte)| at == self.at || *byte == 0);
            is_ascii.then_some(letter[self.at])
        });
        let mut text = letters.skip_while(|letter| matches!(letter, Some(b' ' | b'\n' | b'\r' | b'\t')));
        matches!(text.next(), Some(Some(b'{' | b'[')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn json_in_another_encoding_is_told_with_and_without_a_mark() {
        for text in ["{\"Records\":[]}", "\u{feff}{\"Records\":[]}", "\r\n [1]", "\u{feff}\t{"] {
            for encoded in [utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes)] {
                assert_eq!(foreign(&encoded), Some(Bad::Encoding("UTF-16")), "{text:?}");
            }
            for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
                let encoded: Vec<u8> = text.chars().flat_map(|letter| bytes(letter.into())).collect();
                assert_eq!(foreign(&encoded), Some(Bad::Encoding("UTF-32")), "{text:?}");
            }
        }
    }

    #[test]
    fn text_in_utf8_and_other_text_is_left_alone() {
        let notes = utf16("\u{feff}notes", u16::to_le_bytes);
        for start in [b"{\"Records\":[]}".as_slice(), b"\xef\xbb\xbf{", b"", b"{", b"\0", b"no log", &notes] {
            assert_eq!(foreign(start), None, "{start:?}");
        }
    }

    #[test]
    fn what_was_packed_otherwise_is_named() {
        assert_eq!(foreign(b"\x1f\x8b\x08\x00"), Some(Bad::Packed("gzip in gzip")));
        assert_eq!(foreign(b"PK\x03\x04\x14"), Some(Bad::Packed("a zip archive")));
    }
}
