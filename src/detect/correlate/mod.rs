//! Correlations: what other rules match, within a span of time, group by group.
//!
//! **When one fires.** At each moment t at which a group has an event, the events of [t − timespan, t] are looked at, both
//! ends included; events at one moment count together, in whatever order they were read. Time is tiled into windows of
//! one timespan from 1970 on; what fires in one window is one finding, dated at the first moment in it.
//!
//! What happens at t thus follows from events no older than the timespan, and a finding from those of its window and the
//! one before: the law of `window` holds. A correlation over correlations reaches back further ([`back`]).
//!
//! A group has all fields of `group-by`: an event that lacks one belongs to none. The scan of event rules hands back
//! every event that rules of correlations match, in few columns.

mod fired;
mod occurrences;
mod sliding;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use self::fired::Fired;
use self::occurrences::{Events, Known, occurrences};
use super::finding::{Finding, Stamp};
use super::rule::Rule;
use super::scan::{Fed, Feeds, wanted_bit};
use super::sigma::{Base, Condition, Correlation, Field, Place, Source};
use super::window::{Frame, Span};
use crate::timespan::Timespan;

/// Correlations and what they ask of events.
#[derive(Debug, Default)]
pub(super) struct Correlations<'a> {
    rules: Vec<(&'a Rule, &'a Arc<Correlation>)>,
    asked: Questions,
}

impl<'a> Correlations<'a> {
    pub(super) fn new(rules: Vec<(&'a Rule, &'a Arc<Correlation>)>) -> Self {
        let mut asked = Questions::default();
        rules.iter().for_each(|(_, correlation)| asked.add(correlation));
        Self { rules, asked }
    }

    /// The rules.
    pub(super) fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().map(|(rule, _)| *rule)
    }

    /// What a scan has to hand back for a run over `span`, if anything. Where no end was `asked` for there is nothing to be
    /// read beyond it.
    pub(super) fn feeds(&self, span: Span, asked: Timespan) -> Option<Feeds> {
        let mut read = span;
        for (_, correlation) in &self.rules {
            let frame = Frame::new(span, Some(correlation.timespan), Some(back(correlation)));
            if asked.since.is_some() {
                read.since = read.since.min(frame.read.since);
            }
            if asked.until.is_some() {
                read.until = read.until.max(frame.read.until);
            }
        }
        let Questions { conditions, fields, wanted, .. } = &self.asked;
        let feeds = || Feeds {
            conditions: conditions.clone(),
            fields: fields.iter().cloned().collect(),
            wanted: wanted.iter().copied().collect(),
            read,
        };
        (!self.rules.is_empty()).then(feeds)
    }

    /// What was found by each of them in `span`: the first `max` findings, and how many there are in all.
    pub(super) fn findings(
        &self,
        fed: &Fed,
        span: Span,
        stamp: &Stamp,
        max: usize,
    ) -> Vec<(Vec<Finding>, u64)> {
        let events = Events::new(fed, &self.asked);
        let mut known = Known::default();
        let mut below = HashSet::new();
        self.rules.iter().for_each(|(_, correlation)| each_below(correlation, &mut below));
        let mut found = Vec::with_capacity(self.rules.len());
        for (rule, correlation) in &self.rules {
            let fired = fire(correlation, &events, &mut known);
            // What no other is about is let go: it may hold millions of events.
            known.retain(|correlation, _| below.contains(correlation));
            let mut own: Vec<_> =
                (0..fired.all.len()).filter(|index| keeps(span, fired.all[*index].first)).collect();
            own.sort_by(|a, b| {
                let of_time = fired.all[*a].first.cmp(&fired.all[*b].first);
                of_time.then_with(|| fired.named_group(*a).cmp(&fired.named_group(*b)))
            });
            let total = own.len() as u64;
            own.truncate(max);
            let findings = own.into_iter().map(|index| fired.finding(index, rule, fed, stamp));
            found.push((findings.collect(), total));
        }
        found
    }
}

fn keeps(span: Span, micros: i64) -> bool {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    span.since <= time && time < span.until
}

/// What a correlation fires at; known once for all that are about it.
fn fire<'a>(correlation: &Arc<Correlation>, events: &Events<'a>, known: &mut Known<'a>) -> Arc<Fired<'a>> {
    let key = Arc::as_ptr(correlation) as usize;
    if let Some(fired) = known.get(&key) {
        return fired.clone();
    }
    for base in &correlation.bases {
        if let Source::Correlation(inner) = &base.source {
            fire(inner, events, known);
        }
    }
    let happened = occurrences(correlation, events, known);
    let fired = Arc::new(Fired::new(correlation.clone(), happened));
    known.insert(key, fired.clone());
    fired
}

/// The correlations that one is about, down to events.
fn each_below(correlation: &Correlation, below: &mut HashSet<usize>) {
    for base in &correlation.bases {
        if let Source::Correlation(inner) = &base.source
            && below.insert(Arc::as_ptr(inner) as usize)
        {
            each_below(inner, below);
        }
    }
}

/// How far before a window events matter: the timespan; of correlations below, their window and how far they reach back.
fn back(correlation: &Correlation) -> SignedDuration {
    let inner = correlation.bases.iter().filter_map(|base| match &base.source {
        Source::Events(_) => None,
        Source::Correlation(inner) => Some(inner.timespan.saturating_add(back(inner))),
    });
    correlation.timespan.saturating_add(inner.max().unwrap_or_default())
}

/// What all correlations ask of events: conditions and fields, each once.
#[derive(Debug, Default)]
struct Questions {
    conditions: Vec<Arc<Condition>>,
    fields: Vec<Place>,
    /// Of each condition, which of the fields; see [`wanted_bit`].
    wanted: Vec<u64>,
    /// Places of conditions, by their addresses.
    places: HashMap<usize, usize>,
}

impl Questions {
    fn add(&mut self, correlation: &Correlation) {
        for base in &correlation.bases {
            match &base.source {
                Source::Events(condition) => self.add_base(base, condition),
                Source::Correlation(inner) => self.add(inner),
            }
        }
    }

    fn add_base(&mut self, base: &Base, condition: &Arc<Condition>) {
        let next = self.conditions.len();
        let asked = *self.places.entry(Arc::as_ptr(condition) as usize).or_insert(next);
        if asked == next {
            self.conditions.push(condition.clone());
            self.wanted.push(0);
        }
        for field in base.groups.iter().chain(&base.values) {
            let Field::Of(place) = field else { continue };
            let known = self.fields.iter().position(|other| other == place);
            let number = known.unwrap_or_else(|| {
                self.fields.push(place.clone());
                self.fields.len() - 1
            });
            self.wanted[asked] |= wanted_bit(number);
        }
    }
}
