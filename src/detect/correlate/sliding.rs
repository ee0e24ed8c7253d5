//! A window that slides over what happened in a group, and whether it holds what a correlation asks for.
//!
//! Everything is exact: no sum drifts with what has left the window, so that an answer depends on the window alone.

use foldhash::{HashMap, HashMapExt as _};

use super::occurrences::{Occurrence, Values};
use crate::detect::sigma::{Asks, Bounds, Statistic};

/// Sums are of millionths, so that they are exact and do not depend on the order of their parts.
const UNIT: f64 = 1e6;

/// No value adds more than this to a sum: not even 10¹¹ of them are too much for its integer.
const VALUE_MAX: f64 = 1e20;

/// Neighbours in a group of which a correlation holds, from the first in the window to the last.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    pub time: i64,
    pub from: usize,
    pub until: usize,
    /// What was compared.
    pub measured: f64,
}

/// Hands each moment at which what happened within `span` before it is what is asked for to `each`.
pub(super) fn moments(
    happened: &[Occurrence],
    values: &Values<'_>,
    asks: &Asks,
    span: i64,
    rules: usize,
    each: &mut dyn FnMut(Moment),
) {
    let mut window = Window::new(asks, rules, values);
    let (mut from, mut until) = (0, 0);
    while until < happened.len() {
        let time = happened[until].time;
        let start = until;
        while until < happened.len() && happened[until].time == time {
            window.add(&happened[until]);
            until += 1;
        }
        let earliest = time.saturating_sub(span);
        while happened[from].time < earliest {
            window.remove(&happened[from]);
            from += 1;
        }
        if let Some(measured) = window.holds(&happened[start..until], earliest) {
            each(Moment { time, from, until, measured });
        }
    }
}

/// What is in the window.
struct Window<'a> {
    asks: &'a Asks,
    count: u64,
    /// How often each value occurs.
    values: HashMap<u32, u32>,
    /// How often each rule has matched.
    rules: Vec<u32>,
    /// Of each rule, when the latest chain of all rules up to it began.
    chains: Vec<Option<i64>>,
    /// In order, where that matters: taking one in or out moves those after it.
    ranked: Vec<f64>,
    /// How many there are, and what they come to.
    numbers: u64,
    sum: i128,
    listed: &'a Values<'a>,
}

impl<'a> Window<'a> {
    fn new(asks: &'a Asks, rules: usize, listed: &'a Values<'a>) -> Self {
        Self {
            asks,
            count: 0,
            values: HashMap::new(),
            rules: vec![0; rules],
            chains: vec![None; rules],
            ranked: Vec::new(),
            numbers: 0,
            sum: 0,
            listed,
        }
    }

    fn add(&mut self, occurrence: &Occurrence) {
        self.count += 1;
        match self.asks {
            Asks::Events(_) | Asks::Ordered => {}
            Asks::Values(_) => {
                let values = self.listed.of(occurrence);
                values.iter().for_each(|value| *self.values.entry(*value).or_insert(0) += 1);
            }
            Asks::Temporal(_) | Asks::Rules(_) => each_rule(occurrence.rules, |rule| self.rules[rule] += 1),
            Asks::Number(statistic, _) => {
                for number in self.numbers_of(occurrence) {
                    if statistic.is_ranked() {
                        let place = self.ranked.partition_point(|other| other.total_cmp(&number).is_lt());
                        self.ranked.insert(place, number);
                    }
                    self.numbers += 1;
                    self.sum += units(number);
                }
            }
        }
    }

    fn remove(&mut self, occurrence: &Occurrence) {
        self.count -= 1;
        match self.asks {
            Asks::Events(_) | Asks::Ordered => {}
            Asks::Values(_) => {
                for value in self.listed.of(occurrence) {
                    if let Some(count) = self.values.get_mut(value) {
                        *count -= 1;
                        if *count == 0 {
                            self.values.remove(value);
                        }
                    }
                }
            }
            Asks::Temporal(_) | Asks::Rules(_) => each_rule(occurrence.rules, |rule| self.rules[rule] -= 1),
            Asks::Number(statistic, _) => {
                for number in self.numbers_of(occurrence) {
                    if statistic.is_ranked() {
                        let place = self.ranked.partition_point(|other| other.total_cmp(&number).is_lt());
                        self.ranked.remove(place);
                    }
                    self.numbers -= 1;
                    self.sum -= units(number);
                }
            }
        }
    }

    /// What was compared, if it holds; `now` has just happened, and what was before `earliest` is not in the window.
    fn holds(&mut self, now: &[Occurrence], earliest: i64) -> Option<f64> {
        let within = |measured: f64, bounds: &Bounds| bounds.hold(measured).then_some(measured);
        match self.asks {
            Asks::Events(bounds) => within(self.count as f64, bounds),
            Asks::Values(bounds) => within(self.values.len() as f64, bounds),
            Asks::Temporal(bounds) => {
                within(self.rules.iter().filter(|count| **count > 0).count() as f64, bounds)
            }
            Asks::Rules(needed) => {
                let matched = (0_u64..).zip(&self.rules).filter(|(_, count)| **count > 0);
                let rules = matched.fold(0, |rules, (rule, _)| rules | 1 << rule);
                needed.hold(rules).then(|| f64::from(rules.count_ones()))
            }
            Asks::Ordered => self.chain(now, earliest).then_some(self.rules.len() as f64),
            Asks::Number(statistic, bounds) => within(self.measure(*statistic)?, bounds),
        }
    }

    /// Lengthens chains by what has just happened; whether one is whole now. What happens at one moment may have happened
    /// in any order.
    fn chain(&mut self, now: &[Occurrence], earliest: i64) -> bool {
        let rules = now.iter().fold(0, |rules, occurrence| rules | occurrence.rules);
        let time = now.first().map(|occurrence| occurrence.time);
        for rule in (0..self.chains.len()).filter(|rule| rules & (1 << rule) != 0) {
            let begun = if rule == 0 { time } else { self.chains[rule - 1] };
            self.chains[rule] = self.chains[rule].max(begun);
        }
        let last = self.chains.len() - 1;
        rules & (1 << last) != 0 && self.chains[last].is_some_and(|begun| begun >= earliest)
    }

    fn measure(&self, statistic: Statistic) -> Option<f64> {
        if self.numbers == 0 {
            return None;
        }
        let count = self.ranked.len();
        match statistic {
            Statistic::Sum => Some(self.sum as f64 / UNIT),
            Statistic::Average => Some(self.sum as f64 / UNIT / self.numbers as f64),
            Statistic::Least => self.ranked.first().copied(),
            Statistic::Greatest => self.ranked.last().copied(),
            Statistic::Median => Some(f64::midpoint(self.ranked[(count - 1) / 2], self.ranked[count / 2])),
            Statistic::Percentile(percent) => {
                let rank = (percent / 100.0 * count as f64).ceil().max(1.0);
                Some(self.ranked[(rank as usize).min(count) - 1])
            }
        }
    }

    fn numbers_of(&self, occurrence: &Occurrence) -> Vec<f64> {
        self.listed.of(occurrence).iter().filter_map(|value| self.listed.number(*value)).collect()
    }
}

fn units(number: f64) -> i128 {
    (number.clamp(-VALUE_MAX, VALUE_MAX) * UNIT).round() as i128
}

fn each_rule(rules: u64, mut each: impl FnMut(usize)) {
    let mut rest = rules;
    while rest != 0 {
        each(rest.trailing_zeros() as usize);
        rest &= rest - 1;
    }
}
