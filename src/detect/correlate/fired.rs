//! When a correlation fired, and the findings that this makes.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::occurrences::{Cause, Happened};
use super::sliding::moments;
use crate::detect::finding::{self, EVENT_IDS_MAX, Finding, Stamp};
use crate::detect::findings::Hit;
use crate::detect::rule::Rule;
use crate::detect::scan::{Fed, Id, Texts};
use crate::detect::sigma::{Asks, Correlation, Statistic};

/// What a correlation fired at.
#[derive(Debug)]
pub(super) struct Fired<'a> {
    correlation: Arc<Correlation>,
    happened: Happened<'a>,
    /// By group, then by time.
    pub(super) all: Vec<One>,
}

/// Once, in one window of one group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct One {
    /// The group, by its number.
    pub(super) group: u32,
    /// Start of the window.
    pub(super) window: i64,
    /// When it fired first.
    pub(super) first: i64,
    /// Each time it fired.
    pub(super) moments: Vec<i64>,
    /// What of [`Happened::all`] it is about.
    parts: Vec<Range<usize>>,
    /// What was compared when it fired first.
    measured: f64,
}

impl<'a> Fired<'a> {
    /// What `correlation` fires at, given what happened.
    pub(super) fn new(correlation: Arc<Correlation>, happened: Happened<'a>) -> Self {
        let span = i64::try_from(correlation.timespan.as_micros()).unwrap_or(i64::MAX).max(1);
        let (asks, rules) = (&correlation.asks, correlation.bases.len());
        let mut all: Vec<One> = Vec::new();
        for (group, range) in happened.of_groups() {
            let start = range.start;
            moments(&happened.all[range], &happened.values, asks, span, rules, &mut |moment| {
                let window = moment.time.saturating_sub(moment.time.rem_euclid(span));
                let part = start + moment.from..start + moment.until;
                match all.last_mut().filter(|last| (last.group, last.window) == (group, window)) {
                    Some(last) => {
                        last.moments.push(moment.time);
                        match last.parts.last_mut().filter(|last| last.end >= part.start) {
                            Some(last) => last.end = part.end,
                            None => last.parts.push(part),
                        }
                    }
                    None => all.push(One {
                        group,
                        window,
                        first: moment.time,
                        moments: vec![moment.time],
                        parts: std::iter::once(part).collect(),
                        measured: moment.measured,
                    }),
                }
            });
        }
        Self { correlation, happened, all }
    }

    /// The values of a group, as numbers of texts.
    pub(super) fn group(&self, one: &One) -> &[u32] {
        &self.happened.groups[one.group as usize]
    }

    /// The values of the group of one of them.
    pub(super) fn named_group(&self, index: usize) -> Vec<&str> {
        self.named(&self.all[index]).map(|(_, value)| value).collect()
    }

    /// Names and values of a group.
    fn named<'s>(&'s self, one: &One) -> impl Iterator<Item = (&'s String, &'s str)> {
        let texts = self.happened.values.texts;
        let values = self.group(one).iter().map(|number| texts.text(*number).unwrap_or_default());
        self.correlation.group_by.iter().zip(values)
    }

    /// One of them as a finding of `rule`.
    pub(super) fn finding(&self, index: usize, rule: &Rule, fed: &Fed, stamp: &Stamp) -> Finding {
        let one = &self.all[index];
        let at = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let start = at(one.window);
        let name = start.to_string();
        let parts = self.named(one).map(|(_, value)| Some(value)).chain([Some(name.as_str())]);
        let count: usize = one.parts.iter().map(ExactSizeIterator::len).sum();
        let mut evidence = Evidence::default();
        self.tell(one, i64::MAX, fed, &mut evidence);
        let [account_id, region, principal, source_ip] = evidence.common(fed.texts());
        Finding {
            last_time: at(one.moments.last().copied().unwrap_or(one.first)),
            window_start: Some(start),
            window_end: start.checked_add(self.correlation.timespan).ok(),
            count: i64::try_from(count).unwrap_or(i64::MAX),
            account_id,
            region,
            principal,
            source_ip,
            event_names: evidence.names(fed.texts()),
            message: self.message(one, count),
            event_ids: evidence.ids(fed.texts()),
            details: self.details(one),
            ..Finding::of_rule(rule, stamp, finding::id(&rule.id, parts), at(one.first))
        }
    }

    /// Everything that one is about, down to events, as far as it had happened at `until`: a run over a part of the time
    /// may not see what came later.
    fn tell(&self, one: &One, until: i64, fed: &Fed, evidence: &mut Evidence) {
        let parts = one.parts.iter().flat_map(|part| &self.happened.all[part.clone()]);
        // What lasted occurs at each moment that it did; it is told once, as it was at the last of them.
        let mut lasted = BTreeMap::new();
        for occurrence in parts.take_while(|occurrence| occurrence.time <= until) {
            match occurrence.cause {
                Cause::Event(hit) => evidence.add(hit, fed),
                Cause::Fired(rule, place) => drop(lasted.insert((rule, place), occurrence.time)),
            }
        }
        for ((rule, place), until) in lasted {
            let inner = self.happened.inner.get(rule as usize).and_then(Option::as_deref);
            if let Some((inner, one)) = inner.and_then(|inner| Some((inner, inner.all.get(place as usize)?)))
            {
                inner.tell(one, until, fed, evidence);
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
        let group: Vec<_> = self.named(one).map(|(name, value)| format!("{name}={value}")).collect();
        if group.is_empty() { what } else { format!("{what}: {}", group.join(", ")) }
    }

    fn details(&self, one: &One) -> Map<String, Value> {
        let rules = self.correlation.bases.iter().map(|base| Value::from(base.rule_id.as_str()));
        let mut details = Map::from_iter([
            ("rules".to_owned(), rules.collect()),
            ("measured".to_owned(), Value::from(one.measured)),
        ]);
        details.extend(self.named(one).map(|(name, value)| (name.clone(), Value::from(value))));
        details
    }
}

/// What events have to say together.
#[derive(Debug, Default)]
struct Evidence {
    /// The first [`EVENT_IDS_MAX`], in order.
    first: Vec<(i64, Id)>,
    /// Numbers of texts.
    names: BTreeSet<u32>,
    /// Account, region, principal, address: the number of the text that all have, 0 if they differ.
    common: Option<[u32; 4]>,
}

impl Evidence {
    fn add(&mut self, hit: Hit, fed: &Fed) {
        let [common @ .., name] = fed.place(hit);
        let id = fed.id(hit);
        if id != Id::NONE {
            self.add_id(fed.time(hit), id, fed.texts());
        }
        self.names.insert(name);
        let before = self.common.get_or_insert(common);
        before.iter_mut().zip(common).filter(|(one, other)| **one != *other).for_each(|(one, _)| *one = 0);
    }

    fn add_id(&mut self, time: i64, id: Id, texts: &Texts) {
        let order = |other: &(i64, Id)| -> Ordering {
            other.0.cmp(&time).then_with(|| texts.order_of_ids(other.1, id))
        };
        if self.first.len() == EVENT_IDS_MAX && self.first.last().is_some_and(|last| order(last).is_le()) {
            return;
        }
        if let Err(place) = self.first.binary_search_by(order) {
            self.first.insert(place, (time, id));
            self.first.truncate(EVENT_IDS_MAX);
        }
    }

    fn ids(&self, texts: &Texts) -> Vec<String> {
        self.first.iter().filter_map(|(_, id)| texts.of_id(*id)).map(Into::into).collect()
    }

    fn names(&self, texts: &Texts) -> Vec<String> {
        let mut names: Vec<_> = self.names.iter().filter_map(|name| texts.text(*name)).collect();
        names.sort_unstable();
        names.into_iter().take(EVENT_IDS_MAX).map(str::to_owned).collect()
    }

    fn common(&self, texts: &Texts) -> [Option<String>; 4] {
        self.common.unwrap_or_default().map(|number| texts.text(number).map(str::to_owned))
    }
}
