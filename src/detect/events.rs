//! The events that an event rule matched, as findings.
//!
//! One event, one finding. Its id is that of the event; an event without one (CloudTrail wrote none before
//! version 1.01, Insights and aggregates may lack it) is told from others by its whole content.

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::finding::{self, Finding};
use super::rule::{Rule, hex};
use super::run::Stamp;
use crate::event::{EVENT_DATE, PROVENANCE, timestamp_type};

/// What a finding is made from, of an event that has an id.
pub(super) const COLUMNS: [&str; 20] = [
    "event_time",
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

/// Columns that go into a finding's details under their own name.
const DETAILS: [&str; 8] = [
    "event_source",
    "error_code",
    "error_message",
    "user_type",
    "user_arn",
    "user_name",
    "access_key_id",
    "source_object",
];

/// The findings that the rows of `batch` are; it has at least the [`COLUMNS`], and all columns when events
/// without an id are among them.
pub(super) fn findings(batch: &RecordBatch, rule: &Rule, stamp: &Stamp) -> Result<Vec<Finding>> {
    let rows = Rows::new(batch)?;
    (0..batch.num_rows()).map(|row| one(&rows, row, rule, stamp)).collect()
}

fn one(rows: &Rows<'_>, row: usize, rule: &Rule, stamp: &Stamp) -> Result<Finding> {
    let text = |name: &str| rows.text(name, row);
    let time = rows.time(row).context("an event without a time passed the time filter")?;
    let event_id = text("event_id");
    let recipient = text("recipient_account_id");
    let content = if event_id.is_none() { Some(rows.content(row)?) } else { None };
    let key = event_id.as_deref().or(content.as_deref());
    let finding_id = finding::id(&rule.id, [key, recipient.as_deref()]);
    let details = DETAILS.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(text(name)?))));
    let mut details: Map<String, Value> = details.collect();
    if let Some(read_only) = text("read_only") {
        details.insert("read_only".to_owned(), Value::from(read_only == "true"));
    }
    let source_ip = text("source_ip").or_else(|| text("source_ip_address"));
    Ok(Finding {
        finding_id,
        revision: 1,
        rule_id: rule.id.clone(),
        rule_version: rule.version.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        practice: rule.practice.map(|practice| practice.name().to_owned()),
        attack: rule.attack.clone(),
        time,
        last_time: time,
        window_start: None,
        window_end: None,
        count: 1,
        account_id: recipient.or_else(|| text("user_account_id")).or_else(|| text("source_account_id")),
        region: text("aws_region"),
        message: message(rows, row, source_ip.as_deref()),
        principal: text("principal"),
        source_ip,
        user_agent: text("user_agent"),
        event_names: text("event_name").into_iter().collect(),
        event_ids: event_id.into_iter().collect(),
        details,
        source: stamp.source.clone(),
        found_at: stamp.found_at,
        run_id: stamp.run_id.clone(),
    })
}

/// `iam:DeleteUser by arn:aws:iam::…:user/alice from 203.0.113.7 failed with AccessDenied`
fn message(rows: &Rows<'_>, row: usize, source_ip: Option<&str>) -> String {
    let text = |name: &str| rows.text(name, row);
    let name = text("event_name").unwrap_or_else(|| "an event".to_owned());
    let mut message = match text("event_source") {
        Some(source) => format!("{}:{name}", source.trim_end_matches(".amazonaws.com")),
        None => name,
    };
    for (word, value) in [("by", text("principal").as_deref()), ("from", source_ip)] {
        if let Some(value) = value {
            message.push_str(&format!(" {word} {value}"));
        }
    }
    if let Some(error) = text("error_code") {
        message.push_str(&format!(" failed with {error}"));
    }
    message
}

struct Rows<'a> {
    batch: &'a RecordBatch,
    times: ArrayRef,
    texts: Vec<(&'static str, ArrayRef)>,
}

impl<'a> Rows<'a> {
    fn new(batch: &'a RecordBatch) -> Result<Self> {
        let column = |name: &str, data_type: &DataType| -> Result<ArrayRef> {
            let column =
                batch.column_by_name(name).with_context(|| format!("no column `{name}` in `cloudtrail`"))?;
            Ok(cast(column, data_type)?)
        };
        let times = column("event_time", &timestamp_type())?;
        let texts: Result<Vec<_>> =
            COLUMNS[1..].iter().map(|name| Ok((*name, column(name, &DataType::Utf8)?))).collect();
        Ok(Self { batch, times, texts: texts? })
    }

    fn time(&self, row: usize) -> Option<Timestamp> {
        let valid = self.times.is_valid(row);
        let micros = valid.then(|| self.times.as_primitive::<TimestampMicrosecondType>().value(row))?;
        Timestamp::from_microsecond(micros).ok()
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        let (_, column) = self.texts.iter().find(|(column, _)| *column == name)?;
        column.is_valid(row).then(|| column.as_string::<i32>().value(row).to_owned())
    }

    /// Hash of everything the record says; not of where it was read or into which date it was filed.
    fn content(&self, row: usize) -> Result<String> {
        let options = FormatOptions::default();
        let mut hash = Sha256::new();
        for (field, column) in self.batch.schema_ref().fields().iter().zip(self.batch.columns()) {
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
}
