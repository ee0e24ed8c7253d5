//! JSON as `serde_json` reads it, a level at a time: nothing here shares code with the decoder.
//!
//! `serde_json` says where a value ends (it passes over one without recursion, so at any depth), and the
//! text up to there is the value: numbers keep their spelling, and every value has a place. Strings are
//! read as bytes, in which it keeps half a surrogate pair as WTF-8 does.
//!
//! That takes its default features only. `arbitrary_precision`, `raw_value` and `unbounded_depth` would
//! give the same, but a feature of a dependency is one for all who use it: the first changes what numbers
//! are in all tests, and any of them compiles the query engine once more.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, Visitor};

/// A JSON value; equal to another if a program that reads JSON can't tell them apart, but for the
/// spelling of numbers. Of members with the same name the last one is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// A number, `true`, `false` or `null`, as written.
    Word(String),
    /// A string, unescaped.
    Text(Vec<u8>),
    /// An array.
    List(Vec<Self>),
    /// An object.
    Object(BTreeMap<Vec<u8>, Self>),
}

impl Tree {
    /// Of one value.
    ///
    /// # Panics
    /// When the text is not one value of JSON.
    pub fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'"') => Self::Text(unescape(text)),
            Some(b'[') => Self::List(items(text).into_iter().map(Self::of).collect()),
            Some(b'{') => {
                let members = members(text).into_iter();
                Self::Object(members.map(|(key, value)| (unescape(key), Self::of(value))).collect())
            }
            _ => Self::Word(text.to_owned()),
        }
    }
}

/// The value that `text` begins with, without white space around it.
pub fn value(text: &str) -> Option<&str> {
    let text = trim(text);
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(&text[..values.byte_offset()])
}

/// The items of an array, which is JSON.
pub fn items(list: &str) -> Vec<&str> {
    let mut rest = &list[1..];
    let mut items = Vec::new();
    while let Some(item) = next(&mut rest, ',') {
        items.push(item);
    }
    items
}

/// The members of an object, which is JSON; keys as written, with their quotes.
pub fn members(object: &str) -> Vec<(&str, &str)> {
    let mut rest = &object[1..];
    let mut members = Vec::new();
    while let Some(key) = next(&mut rest, ',') {
        members.push((key, next(&mut rest, ':').expect("a value behind a key")));
    }
    members
}

/// Takes a separator, if one comes, and the value behind it; `None` where the list or object ends.
fn next<'t>(rest: &mut &'t str, separator: char) -> Option<&'t str> {
    let start = trim(rest);
    let found = value(start.strip_prefix(separator).unwrap_or(start))?;
    *rest = &start[offset(start, found) + found.len()..];
    Some(found)
}

/// Where `part`, which is a slice of `text`, starts in it.
pub fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr() - text.as_ptr().addr()
}

/// Without the white space of JSON at the start.
pub fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

/// What a string stands for, as WTF-8.
pub fn unescape(string: &str) -> Vec<u8> {
    serde_json::from_str::<Bytes>(string).expect("a string of JSON").0
}

/// How deep the arrays and objects of a value lie in each other.
pub fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    outside_strings(text, |byte| match byte {
        b'[' | b'{' => {
            depth += 1;
            deepest = deepest.max(depth);
        }
        b']' | b'}' => depth = depth.saturating_sub(1),
        _ => {}
    });
    deepest
}

/// How many members all the objects of a text have.
pub fn count_members(text: &str) -> usize {
    let mut count = 0;
    outside_strings(text, |byte| count += usize::from(byte == b':'));
    count
}

fn outside_strings(text: &str, mut visit: impl FnMut(u8)) {
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, byte) => visit(byte),
        }
    }
}

/// The bytes of a string.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Self(Vec::new()))
    }
}

impl Visitor<'_> for Bytes {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self, E> {
        Ok(Self(bytes.to_vec()))
    }
}
