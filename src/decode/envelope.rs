//! Telling a CloudTrail record from its look-alikes, and from the envelopes that others put it in.
//!
//! EventBridge, CloudWatch Logs and LookupEvents wrap records; event notifications (of S3, SQS,
//! Kinesis, …) have members of the same names, but name their source `aws:s3`, not
//! `s3.amazonaws.com`.
//!
//! Limits: records are known by the names of their members, whatever these hold.

use std::sync::LazyLock;

use super::columns::index_of;
use super::extra::is_object;
use super::fields::bits;
use super::json::{Scanner, Type, Value};
use super::record::{Given, Record, name_of};
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
    static BITS: LazyLock<u64> =
        LazyLock::new(|| bits(|field| field.object == Object::Record && TYPICAL.contains(&field.key)));
    let fields = (record.fields.present() & *BITS).count_ones();
    let identity = record.given[Object::UserIdentity as usize] != Given::Absent;
    fields + u32::from(identity) >= 2 && !is_notification(record)
}

/// Whether a member of an object is one that CloudTrail's records have, and it is no event
/// notification: enough for an item of a bare list, as tests of rules have them.
pub(crate) fn has_known_member(record: &Record<'_>) -> bool {
    let field = record.fields.iter().any(|(index, _)| FIELDS[index].object == Object::Record);
    let identity = record.given[Object::UserIdentity as usize] != Given::Absent;
    (field || identity) && !is_notification(record)
}

/// S3 and what speaks like it (MinIO, Ceph) put the bucket and the key under `s3`.
pub(crate) fn is_notification(record: &Record<'_>) -> bool {
    const EVENT_SOURCE: usize = index_of("event_source");
    let source = record.fields.get(EVENT_SOURCE).and_then(|source| source.as_text());
    let of_aws = source.is_some_and(|source| source.unescape().0.starts_with("aws:"));
    of_aws || record.other("s3").is_some_and(|value| is_object(&value))
}

/// Whether a value beside `Records` could hold records that a reader of `Records` alone would lose: a list
/// or an object with anything in it, or whatever else is called `Records`. CloudTrail writes no such thing;
/// the words and numbers that others add (`NextToken`) hold none.
pub(crate) fn can_hold_records(key: &str, value: &Value<'_>) -> bool {
    match value.of {
        Type::Array | Type::Object => !value.text[1..value.text.len() - 1].trim_ascii().is_empty(),
        of => key == RECORDS && of != Type::Null,
    }
}

const RECORDS: &str = "Records";

/// What other services put around records, opened.
///
/// EventBridge has one under `detail`; CloudWatch Logs and LookupEvents have lists of objects that hold a
/// record as an escaped string; and `Records` need not stand first, nor only once.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    /// What should be records, or strings that hold one.
    pub(crate) contents: Vec<Value<'a>>,
    /// What stands beside `Records` and could hold some too.
    pub(crate) beside: Vec<Value<'a>>,
}

impl<'a> Envelope<'a> {
    /// Opens the object `text`, which `record` was read from; `None` when it is no envelope. Of the
    /// contents at most `limit` are given.
    pub(crate) fn open(record: &Record<'a>, text: &'a str, limit: usize) -> Option<Self> {
        let mut envelope = Self::default();
        let (mut found, mut has_records) = (false, false);
        for other in record.others.iter().filter(|other| other.object == Object::Record) {
            let contents = &mut envelope.contents;
            let room = limit - contents.len();
            match (other.key, other.value.of) {
                ("detail", Type::Object) | ("CloudTrailEvent", Type::Text { .. }) => {
                    contents.extend(Some(other.value).filter(|_| room > 0));
                }
                ("Events", Type::Array) => {
                    contents.extend(strings(other.value, "CloudTrailEvent").take(room));
                }
                ("logEvents" | "events", Type::Array) => {
                    contents.extend(strings(other.value, "message").take(room));
                }
                (RECORDS, Type::Array) => contents.extend(items(other.value).take(room)),
                (RECORDS, Type::Null) => {}
                _ => continue,
            }
            found = true;
            has_records |= other.key == RECORDS;
        }
        if has_records {
            envelope.beside = beside(text);
        }
        found.then_some(envelope)
    }
}

/// What stands beside `Records` and the other lists of records in the object `text`.
fn beside(text: &str) -> Vec<Value<'_>> {
    let is_opened = |key: &str, of: Type| match key {
        "detail" => of == Type::Object,
        "Events" | "logEvents" | "events" | RECORDS => of == Type::Array,
        _ => false,
    };
    let others =
        members(text).filter(|(key, value)| !is_opened(key, value.of) && can_hold_records(key, value));
    others.map(|(_, value)| value).collect()
}

/// The strings under `key` in the objects of a list; an item that has none as it is.
fn strings<'a>(list: Value<'a>, key: &'static str) -> impl Iterator<Item = Value<'a>> {
    items(list).map(move |item| {
        let found =
            if is_object(&item) { members(item.text).filter(|(name, _)| *name == key).last() } else { None };
        found.map_or(item, |(_, value)| value)
    })
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

/// The members of an object that was scanned before, by [`name_of`].
fn members(object: &str) -> impl Iterator<Item = (&str, Value<'_>)> {
    let mut scanner = Scanner::new(object);
    let mut more = scanner.enter(b'{', "an object").is_ok();
    let mut first = true;
    std::iter::from_fn(move || {
        let key = if more { scanner.next_key(std::mem::take(&mut first)).ok().flatten() } else { None };
        let member = key.and_then(|key| Some((name_of(key), scanner.value().ok()?)));
        more = member.is_some();
        member
    })
}
