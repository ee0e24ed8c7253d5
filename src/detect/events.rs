//! The events that an event rule matched, as findings.
//!
//! One event, one finding. Its id is that of the event; an event without one (CloudTrail wrote none before
//! version 1.01, Insights and aggregates may lack it) is told from others by its whole content. Events stay in
//! columns, shared by all rules that match them; a finding is made of one when somebody looks at it.

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::finding::{self, Stamp};
use super::finding_ref::{Detail, Details, FindingRef, Texts};
use super::rule::{Rule, hex};
use crate::event::{EVENT_DATE, PROVENANCE, timestamp_type};

/// Besides `event_time`, what a finding is made from.
const TEXTS: [&str; 19] = [
    "event_id",
    "recipient_account_id",
    "user_account_id",
    "source_account_id",
    "aws_region",
    "principal",
    "source_ip",
    "source_ip_address",
    "user_agent",
    "event_source",
    "event_name",
    "read_only",
    "error_code",
    "error_message",
    "user_type",
    "user_arn",
    "user_name",
    "access_key_id",
    "source_object",
];

/// What was asked for and answered, as JSON: kept where stories are told of it.
pub(super) const PARAMETERS: [&str; 2] = ["request_parameters", "response_elements"];

const EVENT_ID: usize = 0;
const RECIPIENT: usize = 1;
const ACCOUNTS: [usize; 3] = [RECIPIENT, 2, 3];
const PRINCIPAL: usize = 5;
const ADDRESSES: [usize; 2] = [6, 7];

/// The columns of `cloudtrail` that a finding is made from.
pub(super) fn columns() -> impl Iterator<Item = &'static str> {
    std::iter::once("event_time").chain(TEXTS)
}

/// A column beside those: the [`content`] of an event without an id.
pub(super) const CONTENT: &str = "$content";

/// Events in columns.
#[derive(Debug)]
pub(super) struct Events {
    times: TimestampMicrosecondArray,
    /// By place in [`TEXTS`].
    texts: Vec<StringViewArray>,
    content: StringViewArray,
    /// By place in [`PARAMETERS`], if they were kept.
    parameters: [Option<StringViewArray>; 2],
}

impl Events {
    /// The events of a batch with the [`columns`] and [`CONTENT`], all but the time as text.
    pub(super) fn new(batch: &RecordBatch) -> Result<Self> {
        let column =
            |name: &str| batch.column_by_name(name).with_context(|| format!("no column `{name}` of events"));
        let text = |name: &str| -> Result<StringViewArray> {
            let text = column(name)?.as_string_view_opt();
            Ok(text.with_context(|| format!("column `{name}` of events is no text"))?.clone())
        };
        let times = column("event_time")?.as_primitive_opt::<TimestampMicrosecondType>();
        let times = times.context("`event_time` is no time")?.clone();
        let texts = TEXTS.into_iter().map(text).collect::<Result<Vec<_>>>()?;
        let parameters = PARAMETERS.map(|name| batch.column_by_name(name)?.as_string_view_opt().cloned());
        Ok(Self { times, texts, content: text(CONTENT)?, parameters })
    }

    /// When it was, in microseconds.
    pub(super) fn time(&self, row: usize) -> i64 {
        self.times.value(row)
    }

    /// Who did it.
    pub(super) fn principal(&self, row: usize) -> Option<&str> {
        self.text(PRINCIPAL, row)
    }

    /// The account it happened in.
    pub(super) fn account(&self, row: usize) -> Option<&str> {
        ACCOUNTS.into_iter().find_map(|column| self.text(column, row))
    }

    /// From where: an address, or what stands for one.
    pub(super) fn address(&self, row: usize) -> Option<&str> {
        ADDRESSES.into_iter().find_map(|column| self.text(column, row))
    }

    /// The [`PARAMETERS`], as far as they were kept.
    pub(super) fn parameters(&self, row: usize) -> [Option<&str>; 2] {
        [0, 1].map(|place| {
            let column = self.parameters[place].as_ref()?;
            column.is_valid(row).then(|| column.value(row))
        })
    }

    /// What tells an event from all others: its id, or its content, and the account that got it.
    pub(super) fn key(&self, row: usize) -> (Option<&str>, Option<&str>) {
        let content = || self.content.is_valid(row).then(|| self.content.value(row));
        (self.text(EVENT_ID, row).or_else(content), self.text(RECIPIENT, row))
    }

    /// Everything that is kept of it, by which copies with one key are put in order.
    pub(super) fn content(&self, row: usize) -> impl Ord {
        self.texts(row)
    }

    /// The event as a finding of `rule`.
    pub(super) fn finding<'a>(&'a self, row: usize, rule: &'a Rule, stamp: &'a Stamp) -> FindingRef<'a> {
        let [
            event_id,
            recipient,
            _user_account,
            _source_account,
            region,
            principal,
            _source_ip,
            _source_ip_address,
            user_agent,
            event_source,
            event_name,
            read_only,
            error_code,
            error_message,
            user_type,
            user_arn,
            user_name,
            access_key_id,
            source_object,
        ] = self.texts(row);
        let (key, _) = self.key(row);
        let source_ip = self.address(row);
        let text = |name, text: Option<&'a str>| (name, text.map(Detail::Text));
        let read_only = read_only.map(|read_only| Detail::Flag(read_only == "true"));
        // In the order of their names, as those of all findings.
        let details = [
            text("access_key_id", access_key_id),
            text("error_code", error_code),
            text("error_message", error_message),
            text("event_source", event_source),
            ("read_only", read_only),
            text("source_object", source_object),
            text("user_arn", user_arn),
            text("user_name", user_name),
            text("user_type", user_type),
        ];
        // A time passed the filter on times, so it can be shown.
        let time = Timestamp::from_microsecond(self.time(row)).unwrap_or_default();
        FindingRef {
            account_id: self.account(row),
            region,
            principal,
            source_ip,
            user_agent,
            event_names: Texts::Any(event_name),
            message: message(event_source, event_name, principal, source_ip, error_code).into(),
            event_ids: Texts::Any(event_id),
            details: Details::OfEvent(details),
            ..FindingRef::of_rule(rule, stamp, finding::id(&rule.id, [key, recipient]), time)
        }
    }

    fn text(&self, column: usize, row: usize) -> Option<&str> {
        let column = &self.texts[column];
        column.is_valid(row).then(|| column.value(row))
    }

    /// In the order of [`TEXTS`].
    fn texts(&self, row: usize) -> [Option<&str>; TEXTS.len()] {
        std::array::from_fn(|column| self.text(column, row))
    }
}

/// `iam:DeleteUser by arn:aws:iam::…:user/alice from 203.0.113.7 failed with AccessDenied`
fn message(
    source: Option<&str>,
    name: Option<&str>,
    principal: Option<&str>,
    source_ip: Option<&str>,
    error: Option<&str>,
) -> String {
    let mut message = String::with_capacity(128);
    if let Some(source) = source {
        message.push_str(source.trim_end_matches(".amazonaws.com"));
        message.push(':');
    }
    message.push_str(name.unwrap_or("an event"));
    for (words, value) in [(" by ", principal), (" from ", source_ip), (" failed with ", error)] {
        if let Some(value) = value {
            message.push_str(words);
            message.push_str(value);
        }
    }
    message
}

/// The type of a column of kept events: the time is a time, all else is text.
pub(super) fn kept_type(name: &str) -> DataType {
    if name == "event_time" { timestamp_type() } else { DataType::Utf8View }
}

/// Hash of everything that the record in a row of `batch`, which has all columns, says; not of where it was read or
/// into which date it was filed.
pub(super) fn content(batch: &RecordBatch, row: usize) -> Result<String> {
    let options = FormatOptions::default();
    let mut hash = Sha256::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let name = field.name().as_str();
        if PROVENANCE.contains(&name) || name == EVENT_DATE || column.is_null(row) {
            continue;
        }
        let value = ArrayFormatter::try_new(column, &options)?.value(row).try_to_string()?;
        for part in [name, value.as_str()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    Ok(hex(&hash.finalize()[..16]))
}
