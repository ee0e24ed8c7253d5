//! Records into Arrow columns, one row a record.
//!
//! What a column can't hold goes to `extra`, so a row always reproduces its record (`decode::print`
//! is the inverse). A chunk comes from at most one window of an object, so 32-bit offsets suffice.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, RecordBatch, TimestampMicrosecondBuilder,
};
use arrow::error::ArrowError;

use super::derived::{self, Identity};
use super::extra::{self, Extra};
use super::fields::Fields;
use super::hash;
use super::json::{Type, Value};
use super::record::Record;
use super::text_column::{Nulls, TextColumn};
use super::time::{self, DAY};
use super::{Chunk, EventKey};
use crate::event::{self, FIELDS, Kind, Object};

/// Events before CloudTrail existed (2013) have a wrong clock; days since 1970.
const FIRST_DATE: i32 = 15_706;

/// How far ahead of the ingesting machine's date an event may be: clocks and time zones differ.
const DATES_AHEAD: i32 = 2;

/// What is kept of the buffer of `extra`: a record of somebody's may have megabytes of it.
const KEPT_EXTRA: usize = 64 << 10;

/// Indexes into [`FIELDS`] of the columns that others are derived from.
struct Known {
    event_time: usize,
    event_id: usize,
    recipient_account_id: usize,
    source_ip_address: usize,
    user_type: usize,
    user_arn: usize,
    user_principal_id: usize,
    user_invoked_by: usize,
    user_account_id: usize,
    issuer_arn: usize,
    on_behalf_of_user_id: usize,
    identity_store_arn: usize,
}

const KNOWN: Known = Known {
    event_time: index_of("event_time"),
    event_id: index_of("event_id"),
    recipient_account_id: index_of("recipient_account_id"),
    source_ip_address: index_of("source_ip_address"),
    user_type: index_of("user_type"),
    user_arn: index_of("user_arn"),
    user_principal_id: index_of("user_principal_id"),
    user_invoked_by: index_of("user_invoked_by"),
    user_account_id: index_of("user_account_id"),
    issuer_arn: index_of("session_issuer_arn"),
    on_behalf_of_user_id: index_of("on_behalf_of_user_id"),
    identity_store_arn: index_of("on_behalf_of_identity_store_arn"),
};

/// The index of a column in [`FIELDS`]; a name that is not there does not compile.
pub(super) const fn index_of(column: &str) -> usize {
    let mut index = 0;
    while !same(FIELDS[index].column, column) {
        index += 1;
    }
    index
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[derive(Debug)]
enum Builder {
    Text(TextColumn),
    Bool(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
}

/// Rows that are being put together.
///
/// A column is told of rows without a value only before the next one that has one, all at once: most
/// columns have none in most rows.
#[derive(Debug)]
pub(crate) struct Columns {
    fields: Vec<Builder>,
    aggregation: TextColumn,
    extra: TextColumn,
    principal: TextColumn,
    source_ip: TextColumn,
    dates: Date32Builder,
    nulls: Nulls,
    keys: Vec<EventKey>,
    undated: u64,
    last_date: i32,
    /// Where a row's `extra` is written before it is appended.
    extra_text: String,
    /// The bytes of JSON that are being read, and those that the rows handed out last came from.
    bytes: usize,
    last_bytes: usize,
}

impl Columns {
    /// `today`: the ingesting machine's UTC date, in days since 1970.
    pub(crate) fn new(today: i32) -> Self {
        let builder = |kind| match kind {
            Kind::Text | Kind::Json => Builder::Text(TextColumn::new()),
            Kind::Bool | Kind::TextBool => Builder::Bool(BooleanBuilder::new()),
            Kind::Time => Builder::Time(TimestampMicrosecondBuilder::new()),
        };
        Self {
            fields: FIELDS.iter().map(|field| builder(field.kind)).collect(),
            aggregation: TextColumn::new(),
            extra: TextColumn::new(),
            principal: TextColumn::new(),
            source_ip: TextColumn::new(),
            dates: Date32Builder::new(),
            nulls: Nulls::new(),
            keys: Vec::new(),
            undated: 0,
            last_date: today.saturating_add(DATES_AHEAD),
            extra_text: String::new(),
            bytes: 0,
            last_bytes: 0,
        }
    }

    /// Makes room for the rows of so many bytes of JSON, if they are like those before.
    pub(crate) fn expect(&mut self, bytes: usize) {
        self.bytes = bytes;
        if self.rows() > 0 {
            return;
        }
        for builder in &mut self.fields {
            if let Builder::Text(column) = builder {
                column.expect(bytes, self.last_bytes);
            }
        }
        for column in [&mut self.extra, &mut self.principal, &mut self.source_ip] {
            column.expect(bytes, self.last_bytes);
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.keys.len()
    }

    /// Appends one record as a row.
    pub(crate) fn append(&mut self, record: &Record<'_>) {
        let mut extra = Extra::of_objects(record);
        let aggregated = Aggregated::find(record);
        let ordinary;
        let fields = match &aggregated {
            Some(_) => {
                ordinary = Aggregated::as_ordinary(record, &mut extra);
                &ordinary
            }
            None => {
                record.others.iter().for_each(|other| extra.add(*other));
                &record.fields
            }
        };
        for (index, value) in fields.iter() {
            match value.of {
                Type::Null => extra.note_null(index),
                _ => self.append_value(index, value, &mut extra),
            }
        }
        let window_start = aggregated.as_ref().and_then(|aggregated| aggregated.window_start);
        self.append_time(fields.get(KNOWN.event_time), window_start, &mut extra);
        if let Some(aggregated) = &aggregated {
            self.aggregation.append(self.keys.len(), &aggregated.text);
        }
        self.append_derived(fields);
        if extra.write(&mut self.extra_text) {
            self.extra.append(self.keys.len(), &self.extra_text);
        }
        self.append_key(fields, record);
    }

    /// Appends a value that is not `null` to the row that is being put together; one that does not fit its
    /// column goes to `extra`.
    fn append_value<'a>(&mut self, index: usize, value: Value<'a>, extra: &mut Extra<'a>) {
        let kind = FIELDS[index].kind;
        let row = self.keys.len();
        match &mut self.fields[index] {
            Builder::Text(column) if kind == Kind::Json => column.append(row, value.text),
            Builder::Text(column) => {
                let Some(text) = value.as_text() else { return extra.add_field(index, value) };
                let (plain, exact) = text.unescape();
                column.append(row, &plain);
                if !exact {
                    extra.keep_text(index, value.text);
                }
            }
            Builder::Bool(column) => {
                let Some((bool, spelled_as)) = as_bool(&value) else { return extra.add_field(index, value) };
                column.append_nulls(row - column.len());
                column.append_value(bool);
                if spelled_as != kind {
                    extra.keep_text(index, value.text);
                }
            }
            // It needs the aggregation window as well: see `append_time`.
            Builder::Time(_) if index == KNOWN.event_time => {}
            Builder::Time(column) => {
                column.append_nulls(row - column.len());
                column.append_option(read_time(index, value, extra));
            }
        }
    }

    fn append_time<'a>(
        &mut self,
        value: Option<Value<'a>>,
        window_start: Option<i64>,
        extra: &mut Extra<'a>,
    ) {
        let value = value.filter(|value| value.of != Type::Null);
        let own = value.and_then(|value| read_time(KNOWN.event_time, value, extra));
        let micros = own.or(window_start);
        if let Builder::Time(column) = &mut self.fields[KNOWN.event_time] {
            column.append_option(micros);
        }
        let date = micros
            .and_then(|micros| i32::try_from(micros.div_euclid(DAY)).ok())
            .filter(|date| (FIRST_DATE..=self.last_date).contains(date));
        self.undated += u64::from(date.is_none());
        self.dates.append_option(date);
    }

    fn append_derived(&mut self, fields: &Fields<'_>) {
        let identity = Identity {
            user_type: fields.plain(KNOWN.user_type),
            issuer_arn: fields.plain(KNOWN.issuer_arn),
            arn: fields.plain(KNOWN.user_arn),
            identity_store_arn: fields.plain(KNOWN.identity_store_arn),
            user_id: fields.plain(KNOWN.on_behalf_of_user_id),
            principal_id: fields.plain(KNOWN.user_principal_id),
            invoked_by: fields.plain(KNOWN.user_invoked_by),
            account_id: fields.plain(KNOWN.user_account_id),
        };
        let row = self.keys.len();
        if let Some(principal) = identity.principal() {
            self.principal.append(row, &principal);
        }
        let address = fields.plain(KNOWN.source_ip_address);
        if let Some(ip) = address.as_deref().and_then(derived::source_ip) {
            self.source_ip.append(row, &ip);
        }
    }

    /// The key of a record, with which its row is there.
    fn append_key(&mut self, fields: &Fields<'_>, record: &Record<'_>) {
        let identity = match fields.plain(KNOWN.event_id) {
            Some(id) if !id.is_empty() => {
                let recipient = fields.plain(KNOWN.recipient_account_id);
                hash::identity(&id, recipient.as_deref().unwrap_or_default())
            }
            // Without an id the content alone is the key, so all of it is from there.
            _ => hash::again(record.text),
        };
        self.keys.push(EventKey::new(identity, record.hash));
    }

    /// The rows as a batch of [`event::record_schema`]; the columns are empty afterwards.
    pub(crate) fn finish(&mut self) -> Result<Chunk, ArrowError> {
        let rows = self.keys.len();
        let nulls = self.nulls.rows(rows);
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(FIELDS.len() + 5);
        for builder in &mut self.fields {
            arrays.push(match builder {
                Builder::Text(column) => column.finish(&nulls),
                Builder::Bool(column) => {
                    column.append_nulls(rows - column.len());
                    Arc::new(column.finish())
                }
                Builder::Time(column) => {
                    column.append_nulls(rows - column.len());
                    Arc::new(column.finish().with_timezone("UTC"))
                }
            });
        }
        let derived = [&mut self.aggregation, &mut self.extra, &mut self.principal, &mut self.source_ip];
        arrays.extend(derived.map(|column| column.finish(&nulls)));
        arrays.push(Arc::new(self.dates.finish()));
        self.last_bytes = self.bytes;
        self.extra_text.clear();
        self.extra_text.shrink_to(KEPT_EXTRA);
        Ok(Chunk {
            batch: RecordBatch::try_new(event::record_schema(), arrays)?,
            keys: std::mem::take(&mut self.keys),
            undated: std::mem::take(&mut self.undated),
        })
    }
}

/// A boolean, and the kind of column that spells it this way.
fn as_bool(value: &Value<'_>) -> Option<(bool, Kind)> {
    match value.of {
        Type::Bool(bool) => Some((bool, Kind::Bool)),
        Type::Text { escaped: false } => match value.text {
            "\"true\"" => Some((true, Kind::TextBool)),
            "\"false\"" => Some((false, Kind::TextBool)),
            _ => None,
        },
        _ => None,
    }
}

/// The time in `value`; what does not print back as it was goes to `extra`.
fn read_time<'a>(index: usize, value: Value<'a>, extra: &mut Extra<'a>) -> Option<i64> {
    let text = value.as_text();
    match text.and_then(|text| time::parse(&text.unescape().0)) {
        Some(time) => {
            if !time.usual || text.is_some_and(|text| text.escaped) {
                extra.keep_text(index, value.text);
            }
            Some(time.micros)
        }
        None => {
            extra.add_field(index, value);
            None
        }
    }
}

/// An aggregated event: the five-minute summary of data events, in a shape of its own.
///
/// It has `eventId` and `accountId` for `eventID` and `recipientAccountId`, no `eventTime` but a
/// `timeWindow`, and a `summary`. A row with an `aggregation` is printed back in that shape.
struct Aggregated {
    /// `{"timeWindow":…,"summary":…}`, of what was there.
    text: String,
    window_start: Option<i64>,
}

impl Aggregated {
    fn find(record: &Record<'_>) -> Option<Self> {
        let is_object = |key| record.other(key).filter(extra::is_object);
        let window = is_object(TIME_WINDOW);
        let summary = is_object(SUMMARY);
        if window.is_none() && summary.is_none() {
            return None;
        }
        let parts = [(TIME_WINDOW, window), (SUMMARY, summary)];
        let parts: Vec<_> = parts
            .iter()
            .filter_map(|(key, value)| value.map(|value| format!("\"{key}\":{}", value.text)))
            .collect();
        let text = format!("{{{}}}", parts.join(","));
        Some(Self { text, window_start: window.and_then(|window| window_start(window.text)) })
    }

    /// The record's fields as an ordinary record would have them; the rest goes to `extra`.
    fn as_ordinary<'a>(record: &Record<'a>, extra: &mut Extra<'a>) -> Fields<'a> {
        let mut row = record.fields.clone();
        for (index, spelled) in [
            (KNOWN.event_id, Some(EVENT_ID)),
            (KNOWN.recipient_account_id, Some(ACCOUNT_ID)),
            (KNOWN.event_time, None),
        ] {
            match row.remove(index) {
                Some(Value { of: Type::Null, .. }) => extra.note_null(index),
                Some(value) => extra.add_field(index, value),
                None => {}
            }
            let value = spelled.and_then(|key| record.other(key));
            if let Some(value) = value.filter(|value| value.as_text().is_some()) {
                row.set(index, value);
            }
        }
        for other in &record.others {
            let held = other.object == Object::Record
                && match other.key {
                    TIME_WINDOW | SUMMARY => extra::is_object(&other.value),
                    EVENT_ID => row.get(KNOWN.event_id).is_some(),
                    ACCOUNT_ID => row.get(KNOWN.recipient_account_id).is_some(),
                    _ => false,
                };
            if !held {
                extra.add(*other);
            }
        }
        row
    }
}

pub(super) const TIME_WINDOW: &str = "timeWindow";
pub(super) const SUMMARY: &str = "summary";
pub(super) const EVENT_ID: &str = "eventId";
pub(super) const ACCOUNT_ID: &str = "accountId";

fn window_start(window: &str) -> Option<i64> {
    let mut scanner = super::json::Scanner::new(window);
    scanner.enter(b'{', "a time window").ok()?;
    let mut first = true;
    let mut start = None;
    while let Ok(Some(key)) = scanner.next_key(first) {
        first = false;
        let value = scanner.value().ok()?;
        if key.unescape().0 == "windowStart" {
            start = value.as_text().and_then(|text| time::parse(&text.unescape().0));
        }
    }
    start.map(|time| time.micros)
}
