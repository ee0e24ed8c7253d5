//! Telling a CloudTrail record from its look-alikes, and from the envelopes that others put it in.
//!
//! EventBridge, CloudWatch Logs and LookupEvents wrap records; event notifications (of S3, SQS,
//! Kinesis, …) have members of the same names, but name their source `aws:s3`, not
//! `s3.amazonaws.com`.
//!
//! Limits: records are known by the names of their members, whatever these hold.

use super::columns::index_of;
use super::extra::is_object;
use super::json::{Scanner, Type, Value};
use super::record::{Given, Record};
use crate::event::{FIELDS, Object};

/// Members of which every kind of CloudTrail record has several.
const TYPICAL: [&str; 11] = [
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
];

/// Whether an object is a CloudTrail record: it has at least two typical members, counting
/// `userIdentity`, and is no event notification.
pub(crate) fn looks_like_cloudtrail(record: &Record<'_>) -> bool {
    let fields = FIELDS.iter().zip(&record.fields).filter(|(field, value)| {
        value.is_some() && field.object == Object::Record && TYPICAL.contains(&field.key)
    });
    let identity = record.given[Object::UserIdentity as usize] != Given::Absent;
    fields.count() + usize::from(identity) >= 2 && !is_notification(record)
}

/// Whether a member of an object is one that CloudTrail's records have, and it is no event
/// notification: enough for an item of a bare list, as tests of rules have them.
pub(crate) fn has_known_member(record: &Record<'_>) -> bool {
    let of_record = |index: usize| FIELDS[index].object == Object::Record;
    let field = record.fields.iter().enumerate().any(|(index, value)| value.is_some() && of_record(index));
    let identity = record.given[Object::UserIdentity as usize] != Given::Absent;
    (field || identity) && !is_notification(record)
}

/// S3 and what speaks like it (MinIO, Ceph) put the bucket and the key under `s3`.
pub(crate) fn is_notification(record: &Record<'_>) -> bool {
    const EVENT_SOURCE: usize = index_of("event_source");
    let of_aws = record.fields[EVENT_SOURCE].is_some_and(|source| source.text.starts_with("\"aws:"));
    of_aws || record.other("s3").is_some_and(|value| is_object(&value))
}

/// An envelope that other services put around records.
pub(crate) enum Envelope<'a> {
    /// EventBridge: one record.
    Detail(Value<'a>),
    /// CloudWatch Logs and LookupEvents: objects that hold a record as an escaped string under a key.
    Strings { list: Value<'a>, key: &'static str },
    /// One such object by itself.
    Single(Value<'a>),
    /// `Records` that does not stand first.
    Items(Value<'a>),
    /// `{"Records":null}`.
    Nothing,
}

impl<'a> Envelope<'a> {
    pub(crate) fn find(record: &Record<'a>) -> Option<Self> {
        let of_type = |key, of| record.other(key).filter(|value| value.of == of);
        if let Some(detail) = of_type("detail", Type::Object) {
            return Some(Self::Detail(detail));
        }
        for (list, key) in [("Events", "CloudTrailEvent"), ("logEvents", "message"), ("events", "message")] {
            if let Some(list) = of_type(list, Type::Array) {
                return Some(Self::Strings { list, key });
            }
        }
        if let Some(text) = record.other("CloudTrailEvent").filter(|text| text.as_text().is_some()) {
            return Some(Self::Single(text));
        }
        match record.other("Records")? {
            list @ Value { of: Type::Array, .. } => Some(Self::Items(list)),
            Value { of: Type::Null, .. } => Some(Self::Nothing),
            _ => None,
        }
    }

    /// The values that should be records, or strings that hold one; the first `limit` of them.
    pub(crate) fn contents(&self, limit: usize) -> Vec<Value<'a>> {
        match *self {
            Self::Detail(value) | Self::Single(value) => vec![value],
            Self::Items(list) => items(list).take(limit).collect(),
            Self::Strings { list, key } => {
                items(list).take(limit).map(|item| member(item, key).unwrap_or(item)).collect()
            }
            Self::Nothing => Vec::new(),
        }
    }
}

/// The items of an array that was scanned before.
fn items(list: Value<'_>) -> impl Iterator<Item = Value<'_>> {
    let mut scanner = Scanner::new(list.text);
    let mut more = scanner.enter(b'[', "a list").is_ok();
    let mut first = true;
    std::iter::from_fn(move || {
        more = more && scanner.next_item(std::mem::take(&mut first)).unwrap_or(false);
        let item = if more { scanner.value().ok() } else { None };
        more = item.is_some();
        item
    })
}

/// The member of an object that was scanned before.
fn member<'a>(object: Value<'a>, key: &str) -> Option<Value<'a>> {
    let mut scanner = Scanner::new(object.text);
    scanner.enter(b'{', "an object").ok()?;
    let mut first = true;
    let mut found = None;
    while let Ok(Some(name)) = scanner.next_key(first) {
        first = false;
        let value = scanner.value().ok()?;
        if name.raw == key {
            found = Some(value);
        }
    }
    found
}
