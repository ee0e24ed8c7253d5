//! A pull scanner over JSON text that never builds a tree.
//!
//! It checks the grammar of RFC 8259 in full, hands back every value as a slice of the text it came
//! from, and hashes values on the way (see `decode::hash`), so one pass serves validation, column
//! building and de-duplication. Strings are scanned eight bytes at a time.
//!
//! Limits: nesting up to [`MAX_DEPTH`]; the text must be UTF-8, which the caller has checked.
//! A lone surrogate escape (`\ud800`) is grammatical and kept; it only can't become a Rust string.

use std::borrow::Cow;

use super::hash::{self, Hash, Literal, Members};

/// Deepest nesting of arrays and objects. CloudTrail's own records stay below 20; the scanner
/// recurses once a level, and 128 is what `serde_json` allows too.
pub(crate) const MAX_DEPTH: usize = 128;

/// Members of the objects that are open together; each takes 32 bytes while five are enough to write
/// one. The largest record that CloudTrail writes has room for 50,000.
pub(crate) const MAX_MEMBERS: usize = 1 << 17;

/// Why a text is not the JSON that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Problem {
    #[error("the text ends inside a value")]
    End,
    #[error("`{}` where {wanted} was expected", char::from(*found).escape_default())]
    Unexpected { found: u8, wanted: &'static str },
    #[error("a bad escape in a string")]
    BadEscape,
    #[error("a control character in a string")]
    ControlCharacter,
    #[error("a number that is not JSON")]
    BadNumber,
    #[error("nesting deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("the same objects given again and again")]
    Repeated,
    #[error("more than {MAX_MEMBERS} members")]
    TooMany,
}

/// A [`Problem`] and the byte of the text at which it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (byte {at})")]
pub(crate) struct JsonError {
    pub(crate) problem: Problem,
    pub(crate) at: usize,
}

type Result<T> = std::result::Result<T, JsonError>;

/// What kind of value a slice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Bool(bool),
    Number,
    Text { escaped: bool },
    Array,
    Object,
}

/// One value: its verbatim text, without surrounding white space.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    pub(crate) text: &'a str,
    pub(crate) of: Type,
    pub(crate) hash: Hash,
}

impl<'a> Value<'a> {
    /// Of no text; what stands where nothing is.
    pub(crate) const NULL: Self = Self { text: "", of: Type::Null, hash: 0 };

    /// The content of a string value; `None` for every other type.
    pub(crate) fn as_text(&self) -> Option<Text<'a>> {
        match self.of {
            Type::Text { escaped } => Some(Text { raw: &self.text[1..self.text.len() - 1], escaped }),
            _ => None,
        }
    }
}

/// The inside of a JSON string, still escaped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) raw: &'a str,
    pub(crate) escaped: bool,
}

impl<'a> Text<'a> {
    /// The string it stands for, and whether that is exact: a lone surrogate becomes U+FFFD.
    #[inline]
    pub(crate) fn unescape(self) -> (Cow<'a, str>, bool) {
        match self.escaped {
            false => (Cow::Borrowed(self.raw), true),
            true => self.unescape_escaped(),
        }
    }

    fn unescape_escaped(self) -> (Cow<'a, str>, bool) {
        match String::from_utf8(unescape(self.raw)) {
            Ok(text) => (Cow::Owned(text), true),
            Err(error) => (Cow::Owned(replace_surrogates(&error.into_bytes())), false),
        }
    }
}

/// A key as CloudTrail writes it behind another member, `,"key":`, so that it can be compared sixteen bytes at a
/// time: every record has some twenty, and to call for a comparison takes longer than to make it.
#[derive(Debug)]
pub(crate) struct Spelling {
    text: String,
    /// Its first bytes, at most sixteen; those behind a shorter one do not count.
    head: u128,
    counts: u128,
    /// Its last sixteen bytes, if it is longer than that.
    tail: Option<u128>,
}

impl Spelling {
    pub(crate) fn of(key: &str) -> Self {
        let text = format!(",\"{key}\":");
        let mut head = [0; 16];
        let length = text.len().min(head.len());
        head[..length].copy_from_slice(&text.as_bytes()[..length]);
        Self {
            head: u128::from_le_bytes(head),
            counts: u128::MAX >> (128 - 8 * length),
            tail: text
                .as_bytes()
                .last_chunk()
                .filter(|_| text.len() > head.len())
                .map(|last| u128::from_le_bytes(*last)),
            text,
        }
    }

    /// Whether `bytes` begin with it; `first`: without its comma.
    fn begins(&self, bytes: &[u8], first: bool) -> bool {
        let chunk = |at: usize| Some(u128::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let Some(head) = chunk(0).filter(|_| !first) else {
            return bytes.starts_with(&self.text.as_bytes()[usize::from(first)..]);
        };
        let (length, chunks) = (self.text.len(), size_of::<u128>());
        (head ^ self.head) & self.counts == 0
            && (length <= chunks || self.tail == chunk(length - chunks))
            && (length <= 2 * chunks || bytes.starts_with(self.text.as_bytes()))
    }
}

/// A cursor over one JSON text.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
    max_depth: usize,
    members: Members,
    /// Of the hashes.
    seed: u64,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, position: 0, depth: 0, max_depth: MAX_DEPTH, members: Members::default(), seed: 0 }
    }

    /// For the column `extra`, in which a record's members lie one level deeper than in the record.
    pub(crate) fn of_extra(text: &'a str) -> Self {
        Self { max_depth: MAX_DEPTH + 1, ..Self::new(text) }
    }

    /// One whose hashes say nothing of those of others.
    pub(crate) fn seeded(text: &'a str, seed: u64) -> Self {
        Self { seed, ..Self::new(text) }
    }

    /// The hash of a key or a string.
    pub(crate) fn hash_of(&self, text: Text<'_>) -> Hash {
        hash::text(text, self.seed)
    }

    /// The text from `start` up to where the scanner stands.
    pub(crate) fn text_since(&self, start: usize) -> &'a str {
        &self.text[start..self.position]
    }

    /// The byte the scanner stands on.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    /// Goes to `position`, out of whatever it was in.
    pub(crate) fn jump(&mut self, position: usize) {
        self.position = position;
        self.depth = 0;
        self.members.clear();
    }

    /// Members of the objects that are being read, for [`crate::decode::record`], which walks the
    /// known ones by itself.
    pub(crate) fn members(&mut self) -> &mut Members {
        &mut self.members
    }

    /// The next byte that is not white space, without taking it.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.position) {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.position += 1;
        }
        None
    }

    /// Takes `byte` if it comes next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    /// Takes `byte` or fails.
    pub(crate) fn expect(&mut self, byte: u8, wanted: &'static str) -> Result<()> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(self.unexpected(wanted)),
        }
    }

    /// The error for what stands here instead of `wanted`.
    pub(crate) fn unexpected(&mut self, wanted: &'static str) -> JsonError {
        match self.peek() {
            Some(found) => self.error(Problem::Unexpected { found, wanted }),
            None => self.error(Problem::End),
        }
    }

    pub(crate) fn error(&self, problem: Problem) -> JsonError {
        JsonError { problem, at: self.position }
    }

    /// Enters the object or array that opens here.
    pub(crate) fn enter(&mut self, opening: u8, wanted: &'static str) -> Result<()> {
        self.expect(opening, wanted)?;
        self.depth += 1;
        if self.depth > self.max_depth {
            return Err(self.error(Problem::TooDeep));
        }
        Ok(())
    }

    /// The key of the next member of the object that was entered last, with the scanner behind its
    /// colon; `None` when the object ends here. `first` says that no member was read yet.
    pub(crate) fn next_key(&mut self, first: bool) -> Result<Option<Text<'a>>> {
        if self.take(b'}') {
            self.depth -= 1;
            return Ok(None);
        }
        if !first {
            self.expect(b',', "`,` or `}`")?;
        }
        if self.members.len() >= MAX_MEMBERS {
            return Err(self.error(Problem::TooMany));
        }
        self.key().map(Some)
    }

    /// Takes the key that is expected next, in the way that it is written nearly always: `,"key":` without
    /// white space. If it does not come, nothing is taken.
    pub(crate) fn take_member(&mut self, spelling: &Spelling, first: bool) -> bool {
        let rest = &self.text.as_bytes()[self.position..];
        let taken = spelling.begins(rest, first) && self.members.len() < MAX_MEMBERS;
        if taken {
            self.position += spelling.text.len() - usize::from(first);
        }
        taken
    }

    /// A key and its colon.
    pub(crate) fn key(&mut self) -> Result<Text<'a>> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = self.string()?;
        self.expect(b':', "`:`")?;
        Ok(key)
    }

    /// Whether the array that was entered last has another item; the scanner then stands before it.
    pub(crate) fn next_item(&mut self, first: bool) -> Result<bool> {
        if self.take(b']') {
            self.depth -= 1;
            return Ok(false);
        }
        if !first {
            self.expect(b',', "`,` or `]`")?;
        }
        Ok(true)
    }

    /// The next value, whatever it is.
    pub(crate) fn value(&mut self) -> Result<Value<'a>> {
        let Some(byte) = self.peek() else { return Err(self.error(Problem::End)) };
        let start = self.position;
        let (of, hash) = match byte {
            b'"' => {
                let text = self.string()?;
                (Type::Text { escaped: text.escaped }, self.hash_of(text))
            }
            b'{' => (Type::Object, self.object()?),
            b'[' => (Type::Array, self.array()?),
            b'-' | b'0'..=b'9' => {
                let number = self.number()?;
                (Type::Number, hash::number(number, self.seed))
            }
            b'n' => (Type::Null, self.literal(Literal::Null)?),
            b't' => (Type::Bool(true), self.literal(Literal::True)?),
            b'f' => (Type::Bool(false), self.literal(Literal::False)?),
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Value { text: &self.text[start..self.position], of, hash })
    }

    fn object(&mut self) -> Result<Hash> {
        self.enter(b'{', "`{`")?;
        let start = self.members.begin();
        let mut first = true;
        while let Some(key) = self.next_key(first)? {
            first = false;
            let value = self.value()?;
            self.members.add(self.hash_of(key), value.hash);
        }
        Ok(self.members.end(start))
    }

    fn array(&mut self) -> Result<Hash> {
        self.enter(b'[', "`[`")?;
        let mut items = hash::Items::default();
        let mut first = true;
        while self.next_item(first)? {
            first = false;
            items.add(self.value()?.hash);
        }
        Ok(items.finish())
    }

    /// The string that opens here; the scanner stands on its opening quote.
    fn string(&mut self) -> Result<Text<'a>> {
        let bytes = self.text.as_bytes();
        let start = self.position + 1;
        let mut escaped = false;
        let mut at = start;
        loop {
            at = skip_plain(bytes, at);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = match bytes.get(at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at + 2,
                        Some(b'u') => self.hex_escape(at)?,
                        Some(_) => return Err(JsonError { problem: Problem::BadEscape, at }),
                        None => return Err(JsonError { problem: Problem::End, at: bytes.len() }),
                    };
                }
                Some(_) => return Err(JsonError { problem: Problem::ControlCharacter, at }),
                None => return Err(JsonError { problem: Problem::End, at }),
            }
        }
        self.position = at + 1;
        Ok(Text { raw: &self.text[start..at], escaped })
    }

    /// The position behind the `\uXXXX` at `at`.
    fn hex_escape(&self, at: usize) -> Result<usize> {
        let bytes = self.text.as_bytes();
        for offset in 2..6 {
            match bytes.get(at + offset) {
                Some(byte) if byte.is_ascii_hexdigit() => {}
                Some(_) => return Err(JsonError { problem: Problem::BadEscape, at }),
                None => return Err(JsonError { problem: Problem::End, at: bytes.len() }),
            }
        }
        Ok(at + 6)
    }

    fn number(&mut self) -> Result<&'a str> {
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut at = start + usize::from(bytes[start] == b'-');
        match bytes.get(at) {
            Some(b'0') => at += 1,
            Some(b'1'..=b'9') => at = skip_digits(bytes, at),
            Some(_) => return Err(JsonError { problem: Problem::BadNumber, at }),
            None => return Err(JsonError { problem: Problem::End, at }),
        }
        if bytes.get(at) == Some(&b'.') {
            at = required_digits(bytes, at + 1)?;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            at = required_digits(bytes, at)?;
        }
        self.position = at;
        Ok(&self.text[start..at])
    }

    fn literal(&mut self, literal: Literal) -> Result<Hash> {
        let word = literal.word();
        let rest = &self.text.as_bytes()[self.position..];
        if rest.starts_with(word.as_bytes()) {
            self.position += word.len();
            return Ok(hash::literal(literal, self.seed));
        }
        // A word cut short by the end of the text is an end, not a mistake.
        if word.as_bytes().starts_with(rest) {
            return Err(JsonError { problem: Problem::End, at: self.text.len() });
        }
        Err(self.unexpected("a value"))
    }
}

fn skip_digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

fn required_digits(bytes: &[u8], at: usize) -> Result<usize> {
    let end = skip_digits(bytes, at);
    if end > at {
        return Ok(end);
    }
    let problem = if at < bytes.len() { Problem::BadNumber } else { Problem::End };
    Err(JsonError { problem, at })
}

/// The first byte at or after `at` that is a quote, a backslash or a control character.
fn skip_plain(bytes: &[u8], mut at: usize) -> usize {
    // Half of all keys and strings are longer than eight bytes, few longer than sixteen.
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let chunk = u128::from_le_bytes(*chunk);
        let (low, high) = (special(chunk as u64), special((chunk >> 64) as u64));
        if low != 0 {
            return at + first(low);
        }
        if high != 0 {
            return at + 8 + first(high);
        }
        at += 16;
    }
    while bytes.get(at).is_some_and(|&byte| !is_special(byte)) {
        at += 1;
    }
    at
}

fn is_special(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// Of eight bytes the highest bit of the first one that is special, and perhaps bits of later ones: subtracting
/// borrows from bytes behind, so that what is found behind the first may not be there. Comparing sixteen bytes with
/// SSE2 takes a third longer than this twice, as compilers do it.
fn special(bytes: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    let (quote, backslash) = (bytes ^ (ONES * 0x22), bytes ^ (ONES * 0x5c));
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let is_control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
    (is_zero(quote) | is_zero(backslash) | is_control) & (ONES << 7)
}

/// Which byte the lowest bit is of.
fn first(bits: u64) -> usize {
    (bits.trailing_zeros() / 8) as usize
}

/// Unescapes the inside of a JSON string that was scanned before, as WTF-8: UTF-8 in which a lone
/// surrogate keeps its three-byte form, so that different strings stay different.
pub(crate) fn unescape(raw: &str) -> Vec<u8> {
    let bytes = raw.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let plain = memchr::memchr(b'\\', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        out.extend_from_slice(&bytes[at..plain]);
        let Some(&escape) = bytes.get(plain + 1) else { break };
        at = plain + 2;
        match escape {
            b'b' => out.push(0x08),
            b'f' => out.push(0x0c),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => at = unescape_hex(bytes, plain, &mut out),
            other => out.push(other),
        }
    }
    out
}

/// Appends what the `\uXXXX` at `at` (with its partner, if it is half of a pair) stands for, and
/// returns the position behind it.
fn unescape_hex(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    let unit = hex_unit(bytes, at).unwrap_or(0xfffd);
    let (code, end) = match unit {
        0xd800..=0xdbff => match hex_unit(bytes, at + 6) {
            Some(low @ 0xdc00..=0xdfff) => (0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00), at + 12),
            _ => (unit, at + 6),
        },
        _ => (unit, at + 6),
    };
    match char::from_u32(code) {
        Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            let low = |shift: u32| 0x80 | ((code >> shift) & 0x3f) as u8;
            out.extend_from_slice(&[0xe0 | (code >> 12) as u8, low(6), low(0)]);
        }
    }
    end
}

/// The code unit of the `\uXXXX` at `at`, if one is there.
fn hex_unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
}

/// WTF-8 as UTF-8, one U+FFFD for each lone surrogate.
fn replace_surrogates(wtf8: &[u8]) -> String {
    let mut out = String::with_capacity(wtf8.len());
    for chunk in wtf8.utf8_chunks() {
        out.push_str(chunk.valid());
        // std reports the three bytes of a surrogate as three invalid chunks; the first one, 0xED,
        // stands for all.
        if chunk.invalid().first() == Some(&0xed) {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scan(text: &str) -> Result<Value<'_>> {
        let mut scanner = Scanner::new(text);
        let value = scanner.value()?;
        match scanner.peek() {
            None => Ok(value),
            Some(_) => Err(scanner.unexpected("the end")),
        }
    }

    #[test]
    fn values_come_back_verbatim() {
        for text in ["null", "true", "-0.5e+7", r#""a\"b""#, r#"{"a":[1,{"b":null}]}"#, "[]", "{}"] {
            let padded = format!(" \t\r\n{text} ");
            assert_eq!(scan(&padded).unwrap().text, text);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "nul",
            "truth",
            "01",
            "1.",
            "-",
            "1e",
            "+1",
            ".5",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "[1 2]",
            "1 2",
            "\u{b}1",
            "'a'",
            "NaN",
            "Infinity",
            "[1}",
        ] {
            assert!(scan(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nest = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(scan(&nest(MAX_DEPTH)).is_ok());
        assert_eq!(scan(&nest(MAX_DEPTH + 1)).unwrap_err().problem, Problem::TooDeep);
        assert_eq!(scan(&"[".repeat(100_000)).unwrap_err().problem, Problem::TooDeep);
    }

    #[test]
    fn a_cut_text_is_an_end_wherever_it_is_cut() {
        let text = r#"{"a":["b\u00e4\n",-1.5e3,true,false,null,{"c":{}}]}"#;
        for cut in (1..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
            assert_eq!(scan(&text[..cut]).unwrap_err().problem, Problem::End, "{}", &text[..cut]);
        }
    }

    #[test]
    fn escapes_are_undone_and_lone_surrogates_replaced() {
        let unescape = |text: &'static str| {
            let (plain, exact) = scan(text).unwrap().as_text().unwrap().unescape();
            (plain.into_owned(), exact)
        };
        assert_eq!(unescape(r#""a\/\b\f\n\r\t\"\\z""#), ("a/\u{8}\u{c}\n\r\t\"\\z".into(), true));
        assert_eq!(unescape(r#""\u00e4\u20ac\ud83d\ude00\u0000""#), ("ä€😀\0".into(), true));
        assert_eq!(unescape(r#""x\ud800y""#), ("x\u{fffd}y".into(), false));
        assert_eq!(unescape(r#""\udc00\ud800""#), ("\u{fffd}\u{fffd}".into(), false));
        assert_eq!(unescape(r#""\ud800\u0041""#), ("\u{fffd}A".into(), false));
    }

    #[test]
    fn a_spelling_is_known_by_all_its_bytes_and_where_little_follows() {
        for key in
            ["", "a", "errorMessag", "errorMessage", "errorMessages", "recipientAccountId", &"k".repeat(40)]
        {
            let spelling = Spelling::of(key);
            let written = format!(",\"{key}\":");
            for behind in ["", "1", "\"0123456789abcdef\""] {
                let text = format!("{written}{behind}");
                assert!(
                    spelling.begins(text.as_bytes(), false) && spelling.begins(&text.as_bytes()[1..], true)
                );
                for at in 0..written.len() {
                    let mut other = text.clone().into_bytes();
                    other[at] ^= 1;
                    assert!(!spelling.begins(&other, false), "{text} {at}");
                    assert!(at == 0 || !spelling.begins(&other[1..], true), "{text} {at}");
                    assert!(!spelling.begins(&text.as_bytes()[..at], false), "{text} {at}");
                }
            }
        }
    }

    proptest! {
        /// `serde_json` is the yardstick: both accept the same texts.
        #[test]
        fn any_text_is_judged_as_serde_json_judges_it(text in r#"[\[\]{}:,"\\a0-9eE+.\- tnu\n]{0,24}"#) {
            let ours = scan(&text).is_ok();
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(ours, theirs, "{}", text);
        }

        #[test]
        fn any_value_is_accepted_and_its_strings_unescape_alike(value in crate::decode::tests::any_json()) {
            let text = value.to_string();
            prop_assert_eq!(scan(&text).unwrap().text, text.as_str());
            if let serde_json::Value::String(string) = &value {
                let (plain, exact) = scan(&text).unwrap().as_text().unwrap().unescape();
                prop_assert!(exact);
                prop_assert_eq!(plain.as_ref(), string.as_str());
            }
        }

        #[test]
        fn plain_bytes_are_skipped_to_the_first_special_one(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let expected = bytes.iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\').unwrap_or(bytes.len());
            prop_assert_eq!(skip_plain(&bytes, 0), expected);
        }
    }
}
