//! Events counted by day, account, principal, attribute and value.
//!
//! Files of a lake are sorted by event source, event name and user, so that the value of a row is mostly that of the row
//! before: equal views are compared and nothing is looked up then. Texts are numbered, and what is counted has three
//! numbers. A counter is bounded: who fills it asks whether it is full, takes the rows and begins anew; rows of one
//! key may be several then, which add up.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{
    Array, ArrayRef, AsArray, Date32Builder, Int64Builder, RecordBatch, StringBuilder, StringViewArray,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};
use foldhash::{HashMap, HashMapExt as _};

use super::{Attribute, MONTH_LEN, client, file_schema};
use crate::decode::DAY;
use crate::event::{EVENT_DATE, timestamp_type};
use crate::lake::layout;

/// Keys that a counter holds: some 100 MB of them.
const FULL: usize = 1 << 20;

/// Values of one attribute of a principal and day that are told apart; what comes after them counts under no value.
/// Programs that make up names, and attackers, have no end of values.
const VALUES_MAX: u32 = 1_000;

/// Bytes of a value or a principal; ARNs have up to 2,048, mostly fewer than a hundred.
const TEXT_MAX: usize = 2_048;

/// The columns of `cloudtrail` that are looked at.
pub(super) const COLUMNS: [&str; 12] = [
    "event_time",
    "event_source",
    "event_name",
    "aws_region",
    "user_agent",
    "error_code",
    "event_id",
    "recipient_account_id",
    "user_account_id",
    "access_key_id",
    "user_invoked_by",
    "principal",
];

/// Beside [`COLUMNS`]; apart because it is derived.
pub(super) const SOURCE_IP: &str = "source_ip";

/// Counts rows of `cloudtrail`, and rows that were counted.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    texts: Texts,
    /// Day, account, principal.
    who: HashMap<(i32, u32, u32), u32>,
    whose: Vec<(i32, u32, u32)>,
    /// Whose the row before was.
    last_who: Option<((i32, u32, u32), u32)>,
    seen: HashMap<Key, Seen>,
    /// How many values there are of an attribute.
    values: HashMap<(u32, Attribute), u32>,
}

/// Whose, what, and its value; 0 is none.
type Key = (u32, Attribute, u32);

#[derive(Debug)]
struct Seen {
    count: i64,
    first: i64,
    last: i64,
    first_event: Box<str>,
}

/// Texts by number, from 1 on; 0 is none.
#[derive(Debug)]
struct Texts {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { numbers: HashMap::new(), texts: vec!["".into()] }
    }
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        let text = &text[..text.floor_char_boundary(TEXT_MAX)];
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let (text, number): (Arc<str>, _) = (text.into(), self.texts.len() as u32);
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    fn text(&self, number: u32) -> Option<&str> {
        Some(self.texts.get(number as usize)?.as_ref()).filter(|_| number > 0)
    }
}

/// A column of text, with the number of the value that was looked up last.
struct Numbered {
    column: StringViewArray,
    /// The row whose value has the number.
    last: Option<usize>,
    number: u32,
}

impl Numbered {
    fn of(rows: &RecordBatch, name: &str) -> Result<Self> {
        Ok(Self { column: texts(rows, name)?, last: None, number: 0 })
    }

    fn value(&self, row: usize) -> Option<&str> {
        self.column.is_valid(row).then(|| self.column.value(row)).filter(|text| !text.is_empty())
    }

    /// The number that `make` gives to the value of a row, and 0 for none.
    fn number(&mut self, row: usize, make: impl FnOnce(&str) -> u32) -> u32 {
        // Of repeated values the reader makes equal views: the same bytes at the same place.
        let is_same = self.last.is_some_and(|last| {
            self.column.is_valid(row) == self.column.is_valid(last)
                && self.column.views()[row] == self.column.views()[last]
        });
        if !is_same {
            self.number = self.value(row).map_or(0, make);
            self.last = Some(row);
        }
        self.number
    }
}

fn texts(rows: &RecordBatch, name: &str) -> Result<StringViewArray> {
    let column = rows.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
    let column = match column.data_type() {
        DataType::Utf8View => column.clone(),
        _ => cast(column, &DataType::Utf8View)?,
    };
    Ok(column.as_string_view().clone())
}

fn times(rows: &RecordBatch, name: &str) -> Result<TimestampMicrosecondArray> {
    let column = rows.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
    Ok(cast(column, &timestamp_type())?.as_primitive::<TimestampMicrosecondType>().clone())
}

impl Seen {
    fn add(&mut self, count: i64, first: i64, last: i64, event: &str) {
        self.count += count;
        self.last = self.last.max(last);
        // Of several events at the first time the least id, so that the order of rows says nothing.
        if (first, event) < (self.first, &*self.first_event) {
            self.first = first;
            if *self.first_event != *event {
                self.first_event = event.into();
            }
        }
    }
}

impl Counter {
    /// Whether it should be taken before more comes.
    pub(crate) fn is_full(&self) -> bool {
        self.seen.len() >= FULL
    }

    /// Counts rows of `cloudtrail`: [`COLUMNS`] and [`SOURCE_IP`]; of those with `ingest_batch` only what came after
    /// batch `after`. Rows without a date, where there is that column, are in no day.
    pub(crate) fn count(&mut self, rows: &RecordBatch, after: Option<i64>) -> Result<()> {
        let event_times = times(rows, "event_time")?;
        let dates = rows.column_by_name(EVENT_DATE);
        let batches = match after {
            Some(_) => {
                let column = rows.column_by_name("ingest_batch").context("no column `ingest_batch`")?;
                Some(column.as_primitive::<Int64Type>().clone())
            }
            None => None,
        };
        let of = |name| Numbered::of(rows, name);
        let (mut principals, mut recipients, mut accounts) =
            (of("principal")?, of("recipient_account_id")?, of("user_account_id")?);
        let (mut regions, mut sources, mut names) =
            (of("aws_region")?, of("event_source")?, of("event_name")?);
        let (mut errors, mut keys) = (of("error_code")?, of("access_key_id")?);
        let (mut agents, mut addresses) = (of("user_agent")?, of(SOURCE_IP)?);
        let (ids, invokers) = (texts(rows, "event_id")?, of("user_invoked_by")?);
        let mut event = ((0, 0), 0);
        let mut made = String::new();
        for row in 0..rows.num_rows() {
            if event_times.is_null(row)
                || dates.is_some_and(|dates| dates.is_null(row))
                || batches.as_ref().is_some_and(|batches| Some(batches.value(row)) <= after)
            {
                continue;
            }
            let time = event_times.value(row);
            let principal = principals.number(row, |text| self.texts.number(text));
            let Ok(day) = i32::try_from(time.div_euclid(DAY)) else { continue };
            if principal == 0 {
                continue;
            }
            let account = match recipients.number(row, |text| self.texts.number(text)) {
                0 => accounts.number(row, |text| self.texts.number(text)),
                account => account,
            };
            let whose = self.whose(day, account, principal);
            let id = if ids.is_valid(row) { ids.value(row) } else { "" };
            let see = |counter: &mut Self, attribute: Attribute, value: u32| {
                if value > 0 {
                    counter.see((whose, attribute, value), 1, time, time, id);
                }
            };
            let region = regions.number(row, |text| self.texts.number(text));
            see(self, Attribute::Region, region);
            let error = errors.number(row, |text| self.texts.number(text));
            see(self, Attribute::Error, error);
            let is_long_term = |key: &str| key.starts_with("AKIA");
            let key = keys.number(row, |key| if is_long_term(key) { self.texts.number(key) } else { 0 });
            see(self, Attribute::AccessKey, key);
            // What a service does on behalf of a principal is no habit of his.
            if invokers.value(row).is_some() {
                continue;
            }
            let parts = (
                sources.number(row, |text| self.texts.number(text)),
                names.number(row, |text| self.texts.number(text)),
            );
            if event.0 != parts {
                made.clear();
                let source = self.texts.text(parts.0).unwrap_or_default();
                made.push_str(source.strip_suffix(".amazonaws.com").unwrap_or(source));
                made.push(':');
                made.push_str(self.texts.text(parts.1).unwrap_or_default());
                event = (parts, if parts.1 == 0 { 0 } else { self.texts.number(&made) });
            }
            see(self, Attribute::Event, event.1);
            let client = agents.number(row, |agent| {
                made.clear();
                client::append(agent, &mut made);
                if made.is_empty() { 0 } else { self.texts.number(&made) }
            });
            see(self, Attribute::Client, client);
            let network = addresses
                .number(row, |address| network(address).map_or(0, |network| self.texts.number(&network)));
            see(self, Attribute::Network, network);
        }
        Ok(())
    }

    /// Adds rows that were counted before.
    pub(crate) fn add(&mut self, rows: &RecordBatch) -> Result<()> {
        let days =
            rows.column_by_name("day").context("no column `day`")?.as_primitive::<Date32Type>().clone();
        let counts = rows.column_by_name("count").context("no column `count`")?;
        let counts = counts.as_primitive::<Int64Type>().clone();
        let (firsts, lasts) = (times(rows, "first_time")?, times(rows, "last_time")?);
        let of = |name| Numbered::of(rows, name);
        let (mut accounts, mut principals, mut values) = (of("account_id")?, of("principal")?, of("value")?);
        let (attributes, ids) = (of("attribute")?, texts(rows, "first_event_id")?);
        for row in 0..rows.num_rows() {
            let Some(attribute) = attributes.value(row).and_then(Attribute::parse) else { continue };
            let account = accounts.number(row, |text| self.texts.number(text));
            let principal = principals.number(row, |text| self.texts.number(text));
            let whose = self.whose(days.value(row), account, principal);
            let value = values.number(row, |text| self.texts.number(text));
            let id = if ids.is_valid(row) { ids.value(row) } else { "" };
            self.see((whose, attribute, value), counts.value(row), firsts.value(row), lasts.value(row), id);
        }
        Ok(())
    }

    /// Adds what another has counted.
    pub(crate) fn merge(&mut self, mut other: Self) {
        if self.seen.is_empty() {
            *self = other;
            return;
        }
        let mut numbers = vec![0];
        numbers.extend(other.texts.texts[1..].iter().map(|text| self.texts.number(text)));
        let number = |number: u32| numbers.get(number as usize).copied().unwrap_or(0);
        let whose: Vec<_> = other
            .whose
            .iter()
            .map(|(day, account, principal)| self.whose(*day, number(*account), number(*principal)))
            .collect();
        for ((who, attribute, value), seen) in other.seen.drain() {
            let key = (whose[who as usize], attribute, number(value));
            self.see(key, seen.count, seen.first, seen.last, &seen.first_event);
        }
    }

    fn whose(&mut self, day: i32, account: u32, principal: u32) -> u32 {
        let key = (day, account, principal);
        if let Some((last, number)) = self.last_who
            && last == key
        {
            return number;
        }
        let number = *self.who.entry(key).or_insert_with(|| {
            self.whose.push(key);
            self.whose.len() as u32 - 1
        });
        self.last_who = Some((key, number));
        number
    }

    fn see(&mut self, key: Key, count: i64, first: i64, last: i64, event: &str) {
        if let Some(seen) = self.seen.get_mut(&key) {
            seen.add(count, first, last, event);
            return;
        }
        let (who, attribute, _) = key;
        let values = self.values.entry((who, attribute)).or_default();
        let key = if *values < VALUES_MAX { key } else { (who, attribute, 0) };
        *values = values.saturating_add(1);
        match self.seen.get_mut(&key) {
            Some(seen) => seen.add(count, first, last, event),
            None => drop(self.seen.insert(key, Seen { count, first, last, first_event: event.into() })),
        }
    }

    /// What was counted, in the order of the table's files, by month.
    pub(crate) fn into_months(self) -> Result<BTreeMap<String, RecordBatch>> {
        let mut months: BTreeMap<String, Vec<(Key, Seen)>> = BTreeMap::new();
        for (key, seen) in self.seen {
            let (day, ..) = self.whose[key.0 as usize];
            let month = &layout::date_text(day)[..MONTH_LEN];
            match months.get_mut(month) {
                Some(rows) => rows.push((key, seen)),
                None => drop(months.insert(month.to_owned(), vec![(key, seen)])),
            }
        }
        let (texts, whose) = (&self.texts, &self.whose);
        let rows = |(month, rows)| Ok((month, to_batch(texts, whose, rows)?));
        months.into_iter().map(rows).collect()
    }
}

fn to_batch(texts: &Texts, whose: &[(i32, u32, u32)], mut rows: Vec<(Key, Seen)>) -> Result<RecordBatch> {
    // Numbers are compared as their texts would be, which are looked at once.
    let mut order: Vec<u32> = (0..texts.texts.len() as u32).collect();
    order.sort_unstable_by(|a, b| texts.texts[*a as usize].cmp(&texts.texts[*b as usize]));
    let mut place = vec![0_u32; order.len()];
    order.iter().enumerate().for_each(|(rank, number)| place[*number as usize] = rank as u32);
    let rank = |number: u32| place[number as usize];
    rows.sort_unstable_by_key(|((who, attribute, value), _)| {
        let (day, account, principal) = whose[*who as usize];
        (attribute.name(), rank(principal), rank(*value), rank(account), day)
    });
    let mut days = Date32Builder::with_capacity(rows.len());
    let [mut accounts, mut principals, mut attributes, mut values, mut events] =
        std::array::from_fn(|_| StringBuilder::new());
    let mut counts = Int64Builder::with_capacity(rows.len());
    let times = || TimestampMicrosecondBuilder::with_capacity(rows.len()).with_timezone("UTC");
    let (mut firsts, mut lasts) = (times(), times());
    for ((who, attribute, value), seen) in &rows {
        let (day, account, principal) = whose[*who as usize];
        days.append_value(day);
        accounts.append_option(texts.text(account));
        principals.append_option(texts.text(principal));
        attributes.append_value(attribute.name());
        values.append_option(texts.text(*value));
        counts.append_value(seen.count);
        firsts.append_value(seen.first);
        lasts.append_value(seen.last);
        events.append_option(Some(&*seen.first_event).filter(|id| !id.is_empty()));
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(days.finish()),
        Arc::new(accounts.finish()),
        Arc::new(principals.finish()),
        Arc::new(attributes.finish()),
        Arc::new(values.finish()),
        Arc::new(counts.finish()),
        Arc::new(firsts.finish()),
        Arc::new(lasts.finish()),
        Arc::new(events.finish()),
    ];
    Ok(RecordBatch::try_new(file_schema(), columns)?)
}

/// The network of an address, as text: `/24`, or `/48` of IPv6.
fn network(address: &str) -> Option<String> {
    match address.parse().ok()? {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(v6) => {
            let bits = v6.to_bits() & (u128::MAX << 80);
            Some(format!("{}/48", Ipv6Addr::from_bits(bits)))
        }
    }
}
