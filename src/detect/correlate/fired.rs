//! When a correlation fired, and the findings that this makes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::occurrences::{Cause, Events, Happened};
use super::sliding::moments;
use crate::detect::finding::{self, EVENT_IDS_MAX, Finding, Stamp};
use crate::detect::findings::Hit;
use crate::detect::rule::Rule;
use crate::detect::sigma::{Asks, Correlation, Statistic};

/// What a correlation fired at.
#[derive(Debug)]
pub(super) struct Fired {
    correlation: Arc<Correlation>,
    happened: Happened,
    /// By group, then by time.
    pub(super) all: Vec<One>,
}

/// Once, in one window of one group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct One {
    /// The group, by its number.
    pub(super) group: usize,
    /// Start of the window.
    pub(super) window: i64,
    /// When it fired first.
    pub(super) first: i64,
    /// Each time it fired.
    pub(super) moments: Vec<i64>,
    /// What of the group it is about.
    parts: Vec<Range<usize>>,
    /// What was compared when it fired first.
    measured: f64,
}

impl Fired {
    /// What `correlation` fires at, given what happened.
    pub(super) fn new(correlation: Arc<Correlation>, happened: Happened) -> Self {
        let span = i64::try_from(correlation.timespan.as_micros()).unwrap_or(i64::MAX).max(1);
        let mut all: Vec<One> = Vec::new();
        for (group, of_group) in happened.of_group.iter().enumerate() {
            let rules = correlation.bases.len();
            for moment in moments(of_group, &happened.values, &correlation.asks, span, rules) {
                let window = moment.time.saturating_sub(moment.time.rem_euclid(span));
                match all.last_mut().filter(|last| (last.group, last.window) == (group, window)) {
                    Some(last) => {
                        last.moments.push(moment.time);
                        match last.parts.last_mut().filter(|part| part.end >= moment.from) {
                            Some(part) => part.end = moment.until,
                            None => last.parts.push(moment.from..moment.until),
                        }
                    }
                    None => all.push(One {
                        group,
                        window,
                        first: moment.time,
                        moments: vec![moment.time],
                        parts: std::iter::once(moment.from..moment.until).collect(),
                        measured: moment.measured,
                    }),
                }
            }
        }
        Self { correlation, happened, all }
    }

    /// The values of a group.
    pub(super) fn group(&self, one: &One) -> &[String] {
        &self.happened.groups[one.group]
    }

    /// One of them as a finding of `rule`.
    pub(super) fn finding(&self, index: usize, rule: &Rule, events: &Events<'_>, stamp: &Stamp) -> Finding {
        let one = &self.all[index];
        let group = self.group(one);
        let at = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let start = at(one.window);
        let name = start.to_string();
        let parts = group.iter().map(|text| Some(text.as_str())).chain([Some(name.as_str())]);
        let count: usize = one.parts.iter().map(ExactSizeIterator::len).sum();
        let mut evidence = Evidence::default();
        self.tell(one, i64::MAX, events, &mut evidence);
        let [account_id, region, principal, source_ip] = evidence.common.map(|common| match common {
            Common::Always(text) => Some(text.to_owned()),
            Common::Unseen | Common::Differs => None,
        });
        Finding {
            last_time: at(one.moments.last().copied().unwrap_or(one.first)),
            window_start: Some(start),
            window_end: start.checked_add(self.correlation.timespan).ok(),
            count: i64::try_from(count).unwrap_or(i64::MAX),
            account_id,
            region,
            principal,
            source_ip,
            event_names: evidence.names.into_iter().take(EVENT_IDS_MAX).map(str::to_owned).collect(),
            message: self.message(one, count),
            event_ids: evidence.ids.into_iter().take(EVENT_IDS_MAX).map(str::to_owned).collect(),
            details: self.details(one),
            ..Finding::of_rule(rule, stamp, finding::id(&rule.id, parts), at(one.first))
        }
    }

    /// Everything that one is about, down to events, as far as it had happened at `until`: a run over a part of the time
    /// may not see what came later.
    fn tell<'a>(&'a self, one: &One, until: i64, events: &Events<'a>, evidence: &mut Evidence<'a>) {
        let of_group = &self.happened.of_group[one.group];
        let parts = one.parts.iter().flat_map(|part| &of_group[part.clone()]);
        // What lasted occurs at each moment that it did; it is told once, as it was at the last of them.
        let mut lasted = BTreeMap::new();
        for occurrence in parts.take_while(|occurrence| occurrence.time <= until) {
            match occurrence.cause {
                Cause::Event(hit) => evidence.add(hit, events),
                Cause::Fired(rule, place) => drop(lasted.insert((rule, place), occurrence.time)),
            }
        }
        for ((rule, place), until) in lasted {
            let inner = self.happened.inner.get(rule as usize).and_then(Option::as_deref);
            if let Some((inner, one)) = inner.and_then(|inner| Some((inner, inner.all.get(place as usize)?)))
            {
                inner.tell(one, until, events, evidence);
            }
        }
    }

    /// `12 events within 10m: sourceIPAddress=203.0.113.7`
    fn message(&self, one: &One, count: usize) -> String {
        let titles: Vec<_> = self.correlation.bases.iter().map(|base| base.title.as_str()).collect();
        let within = format!("within {:#}", self.correlation.timespan);
        let what = match &self.correlation.asks {
            Asks::Events(_) => format!("{count} events {within}"),
            Asks::Values(_) => format!("{} different values in {count} events {within}", one.measured),
            Asks::Number(statistic, _) => {
                let name = match statistic {
                    Statistic::Sum => "a sum of",
                    Statistic::Average => "an average of",
                    Statistic::Median => "a median of",
                    Statistic::Percentile(_) => "a percentile of",
                    Statistic::Least => "a least value of",
                    Statistic::Greatest => "a greatest value of",
                };
                format!("{name} {} in {count} events {within}", one.measured)
            }
            Asks::Ordered => format!("{}, {within}", titles.join(", then ")),
            Asks::Temporal(_) | Asks::Rules(_) => {
                format!("{} of: {}, {within}", one.measured, titles.join(", "))
            }
        };
        let group = self.correlation.group_by.iter().zip(self.group(one));
        let group: Vec<_> = group.map(|(name, value)| format!("{name}={value}")).collect();
        if group.is_empty() { what } else { format!("{what}: {}", group.join(", ")) }
    }

    fn details(&self, one: &One) -> Map<String, Value> {
        let rules = self.correlation.bases.iter().map(|base| Value::from(base.rule_id.as_str()));
        let mut details = Map::from_iter([
            ("rules".to_owned(), rules.collect()),
            ("measured".to_owned(), Value::from(one.measured)),
        ]);
        let group = self.correlation.group_by.iter().zip(self.group(one));
        details.extend(group.map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        details
    }
}

/// What events have to say together.
#[derive(Debug, Default)]
struct Evidence<'a> {
    ids: BTreeSet<&'a str>,
    names: BTreeSet<&'a str>,
    /// Account, region, principal, address.
    common: [Common<'a>; 4],
}

impl<'a> Evidence<'a> {
    fn add(&mut self, hit: Hit, events: &Events<'a>) {
        let (feed, row) = events.at(hit);
        let [account, region, principal, address, name] = feed.place(row);
        self.ids.extend(feed.id(row));
        self.names.extend(name);
        for (common, text) in self.common.iter_mut().zip([account, region, principal, address]) {
            common.see(text);
        }
    }
}

/// A text that all of several events have.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Common<'a> {
    #[default]
    Unseen,
    Always(&'a str),
    Differs,
}

impl<'a> Common<'a> {
    fn see(&mut self, text: Option<&'a str>) {
        *self = match (*self, text) {
            (Self::Unseen, Some(text)) => Self::Always(text),
            (Self::Always(common), Some(text)) if common == text => Self::Always(common),
            _ => Self::Differs,
        };
    }
}
