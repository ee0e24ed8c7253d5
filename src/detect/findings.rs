//! The findings of a run, in the order of every report.
//!
//! Hundreds of rules find hundreds of thousands of things, most of them in the same events, and a [`Finding`] takes
//! kilobytes. So what event rules found stays a rule and a row of events that are kept once; a finding is made of it
//! when somebody looks, and is gone after that. Findings of query rules, and stored ones, are kept as they are.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::events::Events;
use super::finding::Stamp;
use super::finding_ref::FindingRef;
use super::rule::Rule;
use super::{Finding, Severity};

/// Findings, the most severe first, then by time.
#[derive(Clone, Default)]
pub struct Findings {
    /// Those that are whole.
    made: Vec<Arc<Finding>>,
    /// Those of events.
    rules: Vec<Arc<Rule>>,
    events: Vec<Arc<Events>>,
    stamp: Option<Arc<Stamp>>,
    order: Vec<Place>,
}

/// Where a finding is.
#[derive(Debug, Clone, Copy)]
struct Place {
    time: i64,
    severity: Severity,
    revision: u32,
    of: Of,
}

#[derive(Debug, Clone, Copy)]
enum Of {
    Made(u32),
    Event { rule: u32, hit: Hit },
}

/// A row of a batch of events that a rule matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Hit {
    pub batch: u32,
    pub row: u32,
}

/// What can be told of a finding without making it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// The rule that found it.
    pub rule_id: &'a str,
    /// The rule's title.
    pub title: &'a str,
    /// The rule's severity.
    pub severity: Severity,
    /// ATT&CK techniques.
    pub attack: &'a [String],
    /// When it happened, or began to.
    pub time: Timestamp,
    /// When it last happened.
    pub last_time: Timestamp,
    /// The account it happened in.
    pub account_id: Option<&'a str>,
    /// Who did it.
    pub principal: Option<&'a str>,
    /// From where.
    pub source_ip: Option<&'a str>,
}

impl Findings {
    /// Of event rules over `events`; of each of them what [`Self::add_events`] adds.
    pub(super) fn over(events: Vec<Arc<Events>>, stamp: Stamp) -> Self {
        Self { events, stamp: Some(Arc::new(stamp)), ..Self::default() }
    }

    /// Adds the first `max` of the events that `rule` matched, each once, and says how many there are then. Two rows with
    /// one key are two copies of an event that differ (both lie in the lake then): the first stands for it.
    pub(super) fn add_events(&mut self, rule: &Arc<Rule>, mut hits: Vec<Hit>, max: usize) -> usize {
        let event = |hit: &Hit| (&self.events[hit.batch as usize], hit.row as usize);
        let time = |hit: &Hit| {
            let (events, row) = event(hit);
            events.time(row)
        };
        let key = |hit: &Hit| {
            let (events, row) = event(hit);
            events.key(row)
        };
        let content = |hit: &Hit| {
            let (events, row) = event(hit);
            events.content(row)
        };
        hits.sort_unstable_by(|a, b| {
            let by_key = time(a).cmp(&time(b)).then_with(|| key(a).cmp(&key(b)));
            by_key.then_with(|| content(a).cmp(&content(b)))
        });
        let mut seen = HashSet::with_capacity(hits.len());
        hits.retain(|hit| seen.insert(key(hit)));
        hits.truncate(max);
        let number = self.rules.len() as u32;
        self.order.extend(hits.iter().map(|hit| Place {
            time: time(hit),
            severity: rule.severity,
            revision: 1,
            of: Of::Event { rule: number, hit: *hit },
        }));
        self.rules.push(rule.clone());
        hits.len()
    }

    /// Adds findings that are made.
    pub(super) fn add(&mut self, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.order.push(Place {
                time: finding.time.as_microsecond(),
                severity: finding.severity,
                revision: u32::try_from(finding.revision).unwrap_or(u32::MAX),
                of: Of::Made(self.made.len() as u32),
            });
            self.made.push(Arc::new(finding));
        }
    }

    /// Puts them in order.
    pub(super) fn sort(&mut self) {
        let mut order = std::mem::take(&mut self.order);
        order.sort_by(|a, b| {
            let of_all = b.severity.cmp(&a.severity).then(a.time.cmp(&b.time));
            let of_rule = || self.rule_id(a).cmp(self.rule_id(b));
            of_all.then_with(of_rule).then_with(|| self.within_rule(a, b))
        });
        self.order = order;
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The one at this place; one of an event is made now.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn get(&self, place: usize) -> Cow<'_, Finding> {
        self.finding(&self.order[place])
    }

    /// The one at this place, without making it.
    ///
    /// # Panics
    /// When there are not so many.
    pub fn get_ref(&self, place: usize) -> FindingRef<'_> {
        self.borrowed(&self.order[place])
    }

    /// Each of them; those of events are made now.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Cow<'_, Finding>> {
        self.order.iter().map(|place| self.finding(place))
    }

    /// What was asked for and answered in the event of the one at this place, where that was kept.
    ///
    /// # Panics
    /// When there are not so many.
    pub(super) fn parameters(&self, place: usize) -> [Option<&str>; 2] {
        match self.order[place].of {
            Of::Made(_) => [None, None],
            Of::Event { hit, .. } => self.events[hit.batch as usize].parameters(hit.row as usize),
        }
    }

    /// Copies of all of them.
    #[cfg(test)]
    pub(crate) fn to_vec(&self) -> Vec<Finding> {
        self.iter().map(Cow::into_owned).collect()
    }

    /// What can be told of each of them at once.
    pub fn heads(&self) -> impl ExactSizeIterator<Item = Head<'_>> {
        self.order.iter().map(|place| self.head(place))
    }

    /// Those that `concerns` says; no others are made.
    pub(super) fn among(
        &self,
        concerns: impl Fn(Head<'_>) -> bool,
    ) -> impl Iterator<Item = Cow<'_, Finding>> {
        self.order.iter().filter(move |place| concerns(self.head(place))).map(|place| self.finding(place))
    }

    /// Those of the rules that `is_of` says by their ids.
    pub(super) fn of_rules(&self, is_of: impl Fn(&str) -> bool) -> Self {
        let mut some = self.clone();
        some.order.retain(|place| is_of(self.rule_id(place)));
        some
    }

    /// Leaves, of those that `concerns` says, those that `keep` says, and all others.
    pub(super) fn retain(
        &mut self,
        concerns: impl Fn(Head<'_>) -> bool,
        mut keep: impl FnMut(&Finding) -> bool,
    ) {
        let mut order = std::mem::take(&mut self.order);
        order.retain(|place| !concerns(self.head(place)) || keep(&self.finding(place)));
        self.order = order;
    }

    /// Gives each of them the revision that `revision` says.
    pub(super) fn revise(&mut self, mut revision: impl FnMut(&Finding) -> i64) {
        let mut order = std::mem::take(&mut self.order);
        for place in &mut order {
            place.revision = u32::try_from(revision(&self.finding(place))).unwrap_or(u32::MAX);
        }
        self.order = order;
    }

    fn finding(&self, place: &Place) -> Cow<'_, Finding> {
        match place.of {
            Of::Made(number) if self.made[number as usize].revision == i64::from(place.revision) => {
                Cow::Borrowed(&self.made[number as usize])
            }
            Of::Made(_) | Of::Event { .. } => Cow::Owned(self.borrowed(place).into_owned()),
        }
    }

    fn borrowed(&self, place: &Place) -> FindingRef<'_> {
        let finding = match place.of {
            Of::Made(number) => FindingRef::from(self.made[number as usize].as_ref()),
            Of::Event { rule, hit } => {
                let stamp = self.stamp.as_deref().expect("findings of events come with a stamp");
                self.events[hit.batch as usize].finding(hit.row as usize, &self.rules[rule as usize], stamp)
            }
        };
        FindingRef { revision: i64::from(place.revision), ..finding }
    }

    fn head(&self, place: &Place) -> Head<'_> {
        let time = Timestamp::from_microsecond(place.time).unwrap_or_default();
        match place.of {
            Of::Made(number) => {
                let made = self.made[number as usize].as_ref();
                Head {
                    rule_id: &made.rule_id,
                    title: &made.title,
                    severity: made.severity,
                    attack: &made.attack,
                    time,
                    last_time: made.last_time,
                    account_id: made.account_id.as_deref(),
                    principal: made.principal.as_deref(),
                    source_ip: made.source_ip.as_deref(),
                }
            }
            Of::Event { rule, hit } => {
                let Rule { id, title, severity, attack, .. } = self.rules[rule as usize].as_ref();
                let (events, row) = (&self.events[hit.batch as usize], hit.row as usize);
                Head {
                    rule_id: id,
                    title,
                    severity: *severity,
                    attack,
                    time,
                    last_time: time,
                    account_id: events.account(row),
                    principal: events.principal(row),
                    source_ip: events.address(row),
                }
            }
        }
    }

    fn rule_id(&self, place: &Place) -> &str {
        match place.of {
            Of::Made(number) => &self.made[number as usize].rule_id,
            Of::Event { rule, .. } => &self.rules[rule as usize].id,
        }
    }

    /// The order of two findings of one rule at one time; a rule is of events or is not.
    fn within_rule(&self, a: &Place, b: &Place) -> Ordering {
        let key = |hit: Hit| self.events[hit.batch as usize].key(hit.row as usize);
        match (a.of, b.of) {
            (Of::Made(a), Of::Made(b)) => {
                self.made[a as usize].finding_id.cmp(&self.made[b as usize].finding_id)
            }
            (Of::Event { hit: a, .. }, Of::Event { hit: b, .. }) => key(a).cmp(&key(b)),
            (Of::Made(_), Of::Event { .. }) => Ordering::Less,
            (Of::Event { .. }, Of::Made(_)) => Ordering::Greater,
        }
    }
}

impl From<Vec<Finding>> for Findings {
    fn from(made: Vec<Finding>) -> Self {
        let mut findings = Self::default();
        findings.add(made);
        findings.sort();
        findings
    }
}

impl PartialEq for Findings {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Findings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}
