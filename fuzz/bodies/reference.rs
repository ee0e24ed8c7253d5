//! Which records a text has, by the plainest reading: `serde_json` takes it apart, and the rules of
//! containers (`decode::container`, `decode::envelope`) stand here once more, as they read in prose.
//!
//! A text is read as a whole or refused as a whole. What the decoder leaves out on purpose is left out
//! here too where that is one item's business, and noted as a [`Difference`]; the rest is for
//! `differential` to explain.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::differential::Difference;
use super::values::{items, members, offset, trim, unescape, value};
use crate::event::{FIELDS, Object};

/// The bound of a record, as ARCHITECTURE.md has it.
const RECORD_MAX: usize = 4 << 20;

/// The records of an envelope.
const ENVELOPE_MAX: usize = 1 << 16;

/// Two of these make a record.
const TYPICAL: [&str; 12] = [
    "eventVersion",
    "eventTime",
    "eventSource",
    "eventName",
    "eventType",
    "eventCategory",
    "eventID",
    "awsRegion",
    "sourceIPAddress",
    "recipientAccountId",
    "insightDetails",
    "userIdentity",
];

/// What one text holds.
#[derive(Debug, Default)]
pub struct Reading<'t> {
    /// The records, in the order in which they are found.
    pub records: Vec<Cow<'t, str>>,
    /// Where the things lie that should be records and are none.
    pub refused: Vec<Range<usize>>,
    /// What was refused for a reason that `serde_json` does not have.
    pub differences: BTreeSet<Difference>,
    /// Whether a number, a string or a word stands by itself.
    pub has_scalars: bool,
}

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    BareList,
    Records,
}

/// Reads a text whose bytes from `is_bad` on stand for others; `None` when it is not JSON.
pub fn read<'t>(text: &'t str, is_bad: &dyn Fn(Range<usize>) -> bool) -> Option<Reading<'t>> {
    let mut reader = Reader { text, is_bad, reading: Reading::default() };
    let mut rest = trim(text);
    while !rest.is_empty() {
        let document = value(rest)?;
        reader.document(document);
        rest = trim(&rest[document.len()..]);
    }
    Some(reader.reading)
}

struct Reader<'t, 'b> {
    text: &'t str,
    is_bad: &'b dyn Fn(Range<usize>) -> bool,
    reading: Reading<'t>,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self, document: &'t str) {
        match kind(document) {
            b'[' => self.list(document, Place::BareList),
            b'{' => {
                let members = members(document);
                match members.first() {
                    Some((key, list)) if is(key, "Records") && kind(list) == b'[' => self.log(&members),
                    _ => self.object(document, Place::Alone),
                }
            }
            _ => {
                self.reading.has_scalars = true;
                self.refuse(document);
            }
        }
    }

    /// `{"Records":[…],…}`
    fn log(&mut self, members: &[(&'t str, &'t str)]) {
        for (key, value) in members {
            if is(key, "Records") && kind(value) == b'[' {
                self.list(value, Place::Records);
            } else if can_hold_records(key, value) {
                self.refuse(value);
            }
        }
    }

    fn list(&mut self, list: &'t str, place: Place) {
        for item in items(list) {
            match kind(item) {
                b'{' => self.object(item, place),
                _ => self.refuse(item),
            }
        }
    }

    fn object(&mut self, object: &'t str, place: Place) {
        let members = members(object);
        if is_record(&members) {
            return self.accept(object);
        }
        if let Some((contents, beside)) = envelope(&members) {
            if contents.len() > ENVELOPE_MAX {
                return self.differ(object, Difference::LongEnvelope);
            }
            contents.into_iter().for_each(|content| self.content(content));
            return beside.into_iter().for_each(|value| self.refuse(value));
        }
        let is_listed = match place {
            Place::Alone => false,
            Place::BareList => has_known_member(&members) && !is_notification(&members),
            Place::Records => !is_notification(&members),
        };
        let is_digest = place == Place::Alone
            && members.iter().any(|(key, _)| {
                ["digestS3Object", "digestPublicKeyFingerprint"].iter().any(|name| is(key, name))
            });
        match is_listed {
            true => self.accept(object),
            false if is_digest => {}
            false => self.refuse(object),
        }
    }

    /// A record in an envelope, or a string that holds one.
    fn content(&mut self, content: &'t str) {
        let text = match kind(content) {
            b'"' => match String::from_utf8(unescape(content)) {
                Ok(text) => Cow::Owned(text),
                Err(_) => return self.differ(content, Difference::LoneSurrogate),
            },
            _ => Cow::Borrowed(content),
        };
        if self.is_bad_at(content) {
            return self.differ(content, Difference::NotUtf8);
        }
        let whole = value(&text).filter(|found| trim(&text[offset(&text, found) + found.len()..]).is_empty());
        match whole {
            Some(object) if kind(object) == b'{' && is_record(&members(object)) => {}
            _ => return self.refuse(content),
        }
        match text.len() > RECORD_MAX {
            true => self.differ(content, Difference::LargeRecord),
            false => self.reading.records.push(text),
        }
    }

    fn accept(&mut self, object: &'t str) {
        if object.len() > RECORD_MAX {
            return self.differ(object, Difference::LargeRecord);
        }
        if self.is_bad_at(object) {
            return self.differ(object, Difference::NotUtf8);
        }
        self.reading.records.push(Cow::Borrowed(object));
    }

    fn is_bad_at(&self, part: &str) -> bool {
        let start = offset(self.text, part);
        (self.is_bad)(start..start + part.len())
    }

    fn refuse(&mut self, part: &str) {
        let start = offset(self.text, part);
        self.reading.refused.push(start..start + part.len());
    }

    fn differ(&mut self, part: &str, difference: Difference) {
        self.reading.differences.insert(difference);
        self.refuse(part);
    }
}

/// How a value begins.
fn kind(value: &str) -> u8 {
    value.as_bytes()[0]
}

/// Whether a key is a name, however it is spelled.
fn is(key: &str, name: &str) -> bool {
    unescape(key) == name.as_bytes()
}

/// Of the members of a name the last one, as of all who read JSON.
fn last<'t>(members: &[(&'t str, &'t str)], name: &str) -> Option<&'t str> {
    members.iter().rev().find(|(key, _)| is(key, name)).map(|(_, value)| *value)
}

fn is_record(members: &[(&str, &str)]) -> bool {
    let typical = TYPICAL.iter().filter(|name| last(members, name).is_some()).count();
    typical >= 2 && !is_notification(members)
}

fn is_notification(members: &[(&str, &str)]) -> bool {
    let source = last(members, "eventSource").filter(|source| kind(source) == b'"');
    source.is_some_and(|source| unescape(source).starts_with(b"aws:"))
        || last(members, "s3").is_some_and(|value| kind(value) == b'{')
}

fn has_known_member(members: &[(&str, &str)]) -> bool {
    let of_record = FIELDS.iter().filter(|field| field.object == Object::Record).map(|field| field.key);
    of_record.chain(["userIdentity"]).any(|name| last(members, name).is_some())
}

/// Whether something beside `Records` could hold records.
fn can_hold_records(key: &str, value: &str) -> bool {
    match kind(value) {
        b'[' => !items(value).is_empty(),
        b'{' => !members(value).is_empty(),
        _ => is(key, "Records") && value != "null",
    }
}

/// What an envelope holds, and what stands beside its `Records`; `None` when it is none.
fn envelope<'t>(members: &[(&'t str, &'t str)]) -> Option<(Vec<&'t str>, Vec<&'t str>)> {
    let (mut contents, mut beside) = (Vec::new(), Vec::new());
    let (mut found, mut has_records) = (false, false);
    for (key, value) in members {
        let name = unescape(key);
        let mut opened = true;
        match (&name[..], kind(value)) {
            (b"detail", b'{') => contents.push(*value),
            (b"Events", b'[') => contents.extend(strings(value, "CloudTrailEvent")),
            (b"logEvents" | b"events", b'[') => contents.extend(strings(value, "message")),
            (b"Records", b'[') => contents.extend(items(value)),
            (b"CloudTrailEvent", b'"') => contents.push(*value),
            _ => opened = false,
        }
        found |= opened || (name == b"Records" && *value == "null");
        has_records |= name == b"Records" && (kind(value) == b'[' || *value == "null");
        if !opened && can_hold_records(key, value) {
            beside.push(*value);
        }
    }
    if !has_records {
        beside.clear();
    }
    found.then_some((contents, beside))
}

/// Of the objects of a list the member of a name; an item that has none as it is.
fn strings<'t>(list: &'t str, name: &str) -> Vec<&'t str> {
    let held = |item: &'t str| match kind(item) {
        b'{' => last(&members(item), name).unwrap_or(item),
        _ => item,
    };
    items(list).into_iter().map(held).collect()
}
