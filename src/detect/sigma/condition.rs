//! What a rule asks of a record: tests of single fields, joined by and, or and not.
//!
//! A test of a field that the record lacks is false, so that its negation is true; there is no third value.
//! Of a field with several values, as lists have them, one that passes is enough.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use regex::Regex;

use super::place::{Held, Place};
use super::record::{Item, Record};
use crate::query::pattern::{Part, Pattern, folded};

/// A condition over one record. Its parts are shared: a search may stand in it many times.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// Whatever the record.
    Constant(bool),
    /// All of them; true of none.
    All(Vec<Arc<Self>>),
    /// One of them at least; false of none.
    Any(Vec<Arc<Self>>),
    /// Not this one.
    Not(Arc<Self>),
    /// A test of one field.
    Test(Test),
}

/// A test of the values at one place.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Where.
    pub place: Place,
    /// What is asked of each value, until one passes.
    pub check: Check,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub(crate) enum Check {
    /// One of several texts.
    Text(Texts),
    /// A regular expression that is found in it.
    Regex(Regex),
    /// Networks of which one holds the address.
    Networks(Vec<IpNet>),
    /// A number.
    Number(Order, f64),
    /// There is a value that is not `null`.
    Exists,
    /// There is no value but `null`.
    Null,
    /// Another field has a value that is this one, or its beginning, end or part.
    Field(Other),
    /// A part of a time, in UTC.
    TimePart(TimePart, Order, f64),
}

/// Texts of which one has to be equal, or to be a pattern that fits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    exact: HashSet<Box<str>>,
    patterns: Vec<Pattern>,
    cased: bool,
}

/// Another field that a value is compared with.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub place: Place,
    pub starts: bool,
    pub ends: bool,
    pub cased: bool,
}

/// How numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
}

/// A part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimePart {
    Minute,
    Hour,
    Day,
    /// Of the year, by ISO 8601.
    Week,
    Month,
    Year,
}

impl Condition {
    /// Whether it holds for `record`.
    pub(crate) fn holds(&self, record: &mut dyn Record) -> bool {
        match self {
            Self::Constant(answer) => *answer,
            Self::All(parts) => parts.iter().all(|part| part.holds(record)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(record)),
            Self::Not(part) => !part.holds(record),
            Self::Test(test) => test.holds(record),
        }
    }

    /// All of `parts`, of which the cheapest are asked first.
    pub(crate) fn all(mut parts: Vec<Arc<Self>>) -> Arc<Self> {
        parts.sort_by_cached_key(|part| part.cost());
        match parts.as_slice() {
            [part] => part.clone(),
            _ => Arc::new(Self::All(parts)),
        }
    }

    /// One of `parts`, of which the cheapest are asked first.
    pub(crate) fn any(mut parts: Vec<Arc<Self>>) -> Arc<Self> {
        parts.sort_by_cached_key(|part| part.cost());
        match parts.as_slice() {
            [part] => part.clone(),
            _ => Arc::new(Self::Any(parts)),
        }
    }

    /// About what it takes, in comparisons of two short texts.
    fn cost(&self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(|part| part.cost()).sum(),
            Self::Not(part) => part.cost(),
            Self::Test(test) => {
                let place = |place: &Place| match place.held {
                    Held::Column { .. } if place.column().is_some() => 1,
                    Held::Column { .. } | Held::Beside => 20,
                    Held::Record => 200,
                };
                let check = match &test.check {
                    Check::Text(texts) => 1 + 4 * texts.patterns.len(),
                    Check::Regex(_) | Check::TimePart(..) => 20,
                    Check::Networks(networks) => 4 + networks.len(),
                    Check::Field(other) => 4 + place(&other.place),
                    Check::Number(..) | Check::Exists | Check::Null => 1,
                };
                place(&test.place) + check
            }
        }
    }

    /// Calls `each` with every field that it reads.
    pub(crate) fn places<'c>(&'c self, each: &mut dyn FnMut(&'c Place)) {
        self.tests(&mut |test| {
            each(&test.place);
            if let Check::Field(other) = &test.check {
                each(&other.place);
            }
        });
    }

    /// Calls `each` with every test in it.
    pub(crate) fn tests<'c>(&'c self, each: &mut dyn FnMut(&'c Test)) {
        match self {
            Self::Constant(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.tests(each)),
            Self::Not(part) => part.tests(each),
            Self::Test(test) => each(test),
        }
    }
}

impl Test {
    /// Whether a value of `record` passes.
    pub(crate) fn holds(&self, record: &mut dyn Record) -> bool {
        match &self.check {
            Check::Null => !record.any(&self.place, &mut |item| *item != Item::Null),
            Check::Field(other) => {
                let mut wanted = Vec::new();
                record.any(&other.place, &mut |item| {
                    wanted.extend(item.text().map(|text| other.folded(&text)));
                    false
                });
                !wanted.is_empty() && record.any(&self.place, &mut |item| other.is_passed(item, &wanted))
            }
            check if self.is_dear() => {
                let test = std::ptr::from_ref(self) as usize;
                record.any_known(&self.place, test, &mut |item| check.is_passed(item))
            }
            check => record.any(&self.place, &mut |item| check.is_passed(item)),
        }
    }

    /// Whether asking takes many times what looking for an answer does that was given before.
    fn is_dear(&self) -> bool {
        match &self.check {
            Check::Text(texts) => !texts.patterns.is_empty(),
            Check::Regex(_) | Check::Networks(_) => true,
            Check::Number(..) | Check::Exists | Check::Null | Check::Field(_) | Check::TimePart(..) => false,
        }
    }
}

impl Check {
    /// Whether a value passes; of the checks that look at one value alone.
    pub(crate) fn is_passed(&self, item: &Item<'_>) -> bool {
        match self {
            Self::Exists => *item != Item::Null,
            Self::Text(texts) => item.text().is_some_and(|text| texts.hold(&text)),
            Self::Regex(regex) => item.text().is_some_and(|text| regex.is_match(&text)),
            Self::Networks(networks) => match item {
                Item::Text(text) => {
                    let address = text.trim().parse::<IpAddr>();
                    address.is_ok_and(|address| networks.iter().any(|network| network.contains(&address)))
                }
                _ => false,
            },
            Self::Number(order, wanted) => number(item).is_some_and(|number| order.holds(number, *wanted)),
            Self::TimePart(part, order, wanted) => {
                time(item).is_some_and(|time| order.holds(part.of(&time), *wanted))
            }
            Self::Null | Self::Field(_) => false,
        }
    }
}

fn number(item: &Item<'_>) -> Option<f64> {
    match item {
        Item::Number(text) => text.parse().ok(),
        Item::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn time(item: &Item<'_>) -> Option<Zoned> {
    let time = match item {
        Item::Time(micros) => Timestamp::from_microsecond(*micros).ok()?,
        Item::Text(text) => text.parse().ok()?,
        _ => return None,
    };
    Some(time.to_zoned(TimeZone::UTC))
}

impl Order {
    fn holds(self, number: f64, wanted: f64) -> bool {
        match self {
            Self::Less => number < wanted,
            Self::LessOrEqual => number <= wanted,
            Self::Greater => number > wanted,
            Self::GreaterOrEqual => number >= wanted,
            Self::Equal => number == wanted,
        }
    }
}

impl TimePart {
    fn of(self, time: &Zoned) -> f64 {
        f64::from(match self {
            Self::Minute => time.minute().into(),
            Self::Hour => time.hour().into(),
            Self::Day => time.day().into(),
            Self::Week => time.date().iso_week_date().week().into(),
            Self::Month => time.month().into(),
            Self::Year => time.year(),
        })
    }
}

impl Texts {
    /// No text yet; `cased`: whether case counts.
    pub(crate) fn new(cased: bool) -> Self {
        Self { cased, ..Self::default() }
    }

    /// One more that may be met.
    pub(crate) fn add(&mut self, pieces: Vec<Part>) {
        let chars = pieces.iter().map(|part| match part {
            Part::Char(char) => Some(*char),
            Part::Any | Part::One => None,
        });
        match chars.collect::<Option<String>>() {
            Some(text) if self.cased => drop(self.exact.insert(text.into())),
            Some(text) => drop(self.exact.insert(folded(&text).into())),
            None => self.patterns.push(Pattern::of(pieces, self.cased)),
        }
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    /// Whether `text` is one of them.
    pub(crate) fn hold(&self, text: &str) -> bool {
        self.is_exact(text) || self.patterns.iter().any(|pattern| pattern.matches(text))
    }

    fn is_exact(&self, text: &str) -> bool {
        match self.exact.len() {
            0 => false,
            _ if self.cased => self.exact.contains(text),
            // Most rules ask for one name or two, and a comparison is cheaper than a copy.
            1..=4 if text.is_ascii() => self.exact.iter().any(|exact| exact.eq_ignore_ascii_case(text)),
            _ => self.exact.contains(folded(text).as_str()),
        }
    }

    /// ASCII texts of which one is, whatever its case, in every text that is one of these; `None` where that can't be said.
    pub(crate) fn parts(&self) -> Option<Vec<String>> {
        let exact =
            self.exact.iter().map(|text| (text.is_ascii() && !text.is_empty()).then(|| text.to_string()));
        exact.chain(self.patterns.iter().map(|pattern| pattern.part().map(str::to_owned))).collect()
    }

    /// The texts, without case, that a value must be one of; `None` when patterns let others pass too.
    pub(crate) fn exact(&self) -> Option<impl Iterator<Item = String>> {
        self.patterns.is_empty().then(|| self.exact.iter().map(|text| folded(text)))
    }
}

impl Other {
    fn folded(&self, text: &str) -> String {
        if self.cased { text.to_owned() } else { folded(text) }
    }

    fn is_passed(&self, item: &Item<'_>, wanted: &[String]) -> bool {
        let Some(text) = item.text().map(|text| self.folded(&text)) else { return false };
        wanted.iter().any(|wanted| match (self.starts, self.ends) {
            (false, false) => text == *wanted,
            (true, false) => text.starts_with(wanted.as_str()),
            (false, true) => text.ends_with(wanted.as_str()),
            (true, true) => text.contains(wanted.as_str()),
        })
    }
}
