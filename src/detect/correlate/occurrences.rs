//! What happened, as a correlation sees it: when, in which group, by which of its rules, with which values.
//!
//! Rules of a correlation may match millions of events, so nothing here has memory of its own for each: texts are the
//! numbers that [`Fed`] gives them, and what happened is one list, sorted by group and time.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use rayon::slice::ParallelSliceMut;

use super::Questions;
use super::fired::Fired;
use crate::detect::findings::Hit;
use crate::detect::scan::{Fed, Id, Texts};
use crate::detect::sigma::{Asks, Base, Correlation, Field, Source};

/// What correlations fired at, by their addresses.
pub(super) type Known<'a> = HashMap<usize, Arc<Fired<'a>>>;

/// The events that the rules of all correlations match.
#[derive(Debug)]
pub(super) struct Events<'a> {
    pub fed: &'a Fed,
    asked: &'a Questions,
}

impl<'a> Events<'a> {
    pub(super) fn new(fed: &'a Fed, asked: &'a Questions) -> Self {
        Self { fed, asked }
    }

    /// The places of fields among those that were asked for.
    fn fields(&self, fields: &[Field]) -> Vec<usize> {
        let place = |field: &Field| match field {
            Field::Of(place) => self.asked.fields.iter().position(|other| other == place),
            Field::Group(_) => None,
        };
        fields.iter().filter_map(place).collect()
    }
}

/// Why something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// An event matched.
    Event(Hit),
    /// A correlation fired: which of the rules it is, and its place in [`Fired::all`].
    Fired(u32, u32),
}

/// Something that happened in a group.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub group: u32,
    pub time: i64,
    pub cause: Cause,
    /// A bit for each rule that matched.
    pub rules: u64,
    /// Of what is counted or computed with, see [`Values`].
    pub values: (u32, u32),
}

/// The values of everything that happened.
#[derive(Debug)]
pub(super) struct Values<'a> {
    /// One after the other: numbers of texts, and beyond these of several texts together.
    pub all: Vec<u32>,
    pub texts: &'a Texts,
}

impl Values<'_> {
    /// Those of one occurrence, each once.
    pub(super) fn of(&self, occurrence: &Occurrence) -> &[u32] {
        &self.all[occurrence.values.0 as usize..occurrence.values.1 as usize]
    }

    /// What is computed with, if it is a number.
    pub(super) fn number(&self, value: u32) -> Option<f64> {
        let number = self.texts.text(value)?.parse::<f64>().ok();
        number.filter(|number| number.is_finite())
    }

    /// Appends values, each once.
    fn add(&mut self, values: impl IntoIterator<Item = u32>) -> (u32, u32) {
        let start = self.all.len();
        self.all.extend(values);
        if self.all.len() > start + 1 {
            let mut values = self.all.split_off(start);
            values.sort_unstable();
            values.dedup();
            self.all.append(&mut values);
        }
        // Four billion values would be 16 GB.
        (start as u32, self.all.len() as u32)
    }
}

/// All that happened.
#[derive(Debug)]
pub(super) struct Happened<'a> {
    /// The values of `group-by`, of each group: numbers of texts.
    pub groups: Vec<Box<[u32]>>,
    /// What happened, by group and time.
    pub all: Vec<Occurrence>,
    pub values: Values<'a>,
    /// The correlations among the rules.
    pub inner: Vec<Option<Arc<Fired<'a>>>>,
}

impl Happened<'_> {
    /// Groups, and where what happened in them is.
    pub(super) fn of_groups(&self) -> impl Iterator<Item = (u32, Range<usize>)> {
        let mut start = 0;
        self.all.chunk_by(|a, b| a.group == b.group).map(move |of_group| {
            let range = start..start + of_group.len();
            start = range.end;
            (of_group[0].group, range)
        })
    }
}

/// What happened for a correlation; the correlations below it are known.
pub(super) fn occurrences<'a>(
    correlation: &Correlation,
    events: &Events<'a>,
    known: &Known<'a>,
) -> Happened<'a> {
    let texts = events.fed.texts();
    let mut collecting = Collecting {
        happened: Happened {
            groups: Vec::new(),
            all: Vec::new(),
            values: Values { all: Vec::new(), texts },
            inner: Vec::new(),
        },
        groups: HashMap::new(),
        together: HashMap::new(),
        key: Vec::new(),
        last: None,
    };
    for (rule, base) in (0_u32..).zip(&correlation.bases) {
        match &base.source {
            Source::Events(condition) => {
                collecting.happened.inner.push(None);
                let place = events.asked.places.get(&(Arc::as_ptr(condition) as usize));
                let matched =
                    place.and_then(|place| events.fed.hits.get(*place)).map_or(&[][..], Vec::as_slice);
                let (groups, values) = (events.fields(&base.groups), events.fields(&base.values));
                collecting.happened.all.reserve(matched.len());
                for hit in matched {
                    collecting.event(&groups, &values, rule, *hit, events.fed);
                }
            }
            Source::Correlation(inner) => {
                let fired = known.get(&(Arc::as_ptr(inner) as usize));
                if let Some(fired) = fired {
                    collecting.correlation(correlation, base, rule, fired);
                }
                collecting.happened.inner.push(fired.cloned());
            }
        }
    }
    let mut happened = collecting.happened;
    in_order(&mut happened, events.fed);
    happened
}

/// Sorts what happened; an event that several rules match, or of which there are two copies, is one.
fn in_order(happened: &mut Happened<'_>, fed: &Fed) {
    happened.all.par_sort_unstable_by(|a, b| {
        (a.group, a.time).cmp(&(b.group, b.time)).then_with(|| order_of_causes(a.cause, b.cause, fed))
    });
    let values = &mut happened.values;
    happened.all.dedup_by(|next, kept| {
        let same =
            (next.group, next.time) == (kept.group, kept.time) && is_same_event(next.cause, kept.cause, fed);
        if same {
            kept.rules |= next.rules;
            // Rules may have other values of the same event, by aliases.
            if values.of(next) != values.of(kept) {
                let both = [values.of(kept), values.of(next)].concat();
                kept.values = values.add(both);
            }
        }
        same
    });
}

fn is_same_event(a: Cause, b: Cause, fed: &Fed) -> bool {
    match (a, b) {
        // An event without an id is no copy of another: a log would have been read twice.
        (Cause::Event(a), Cause::Event(b)) if fed.id(a) != Id::NONE => {
            fed.id(a) == fed.id(b) && fed.place(a)[0] == fed.place(b)[0]
        }
        (a, b) => a == b,
    }
}

/// Events by ids and accounts; of what has none, as it was read.
fn order_of_causes(a: Cause, b: Cause, fed: &Fed) -> Ordering {
    let (Cause::Event(one), Cause::Event(other)) = (a, b) else { return a.cmp(&b) };
    let texts = fed.texts();
    let accounts = || {
        let [one, other] = [one, other].map(|hit| fed.place(hit)[0]);
        if one == other { Ordering::Equal } else { texts.text(one).cmp(&texts.text(other)) }
    };
    texts.order_of_ids(fed.id(one), fed.id(other)).then_with(accounts).then_with(|| one.cmp(&other))
}

struct Collecting<'a> {
    happened: Happened<'a>,
    groups: HashMap<Box<[u32]>, u32>,
    /// Numbers of several values together.
    together: HashMap<Box<[u32]>, u32>,
    key: Vec<u32>,
    /// The group of what was added last.
    last: Option<u32>,
}

impl<'a> Collecting<'a> {
    /// An event; `groups` and `values`: numbers of fields.
    fn event(&mut self, groups: &[usize], values: &[usize], rule: u32, hit: Hit, fed: &Fed) {
        self.key.clear();
        for field in groups {
            let Some(value) = fed.values(hit, *field).first() else { return };
            self.key.push(*value);
        }
        let group = self.group();
        let found = match values {
            [] => (0, 0),
            [field] => self.happened.values.add(fed.values(hit, *field).iter().copied()),
            fields => {
                self.key.clear();
                for field in fields {
                    let Some(value) = fed.values(hit, *field).first() else { return };
                    self.key.push(*value);
                }
                let value = self.together();
                self.happened.values.add([value])
            }
        };
        if values.is_empty() || found.0 < found.1 {
            let (time, cause) = (fed.time(hit), Cause::Event(hit));
            self.happened.all.push(Occurrence { group, time, cause, rules: 1 << rule, values: found });
        }
    }

    fn correlation(&mut self, correlation: &Correlation, base: &Base, rule: u32, fired: &Fired<'a>) {
        // What lasts is near to whatever comes while it lasts; but it is one when it is counted.
        let whenever = matches!(correlation.asks, Asks::Temporal(_) | Asks::Rules(_) | Asks::Ordered);
        for (place, one) in (0_u32..).zip(&fired.all) {
            let own = fired.group(one);
            let number = |field: &Field| match field {
                Field::Group(index) => own.get(*index).copied(),
                Field::Of(_) => None,
            };
            let Some(group) = base.groups.iter().map(number).collect::<Option<Vec<_>>>() else { continue };
            let Some(values) = base.values.iter().map(number).collect::<Option<Vec<_>>>() else { continue };
            self.key = group;
            let group = self.group();
            let values = match values.as_slice() {
                [] => (0, 0),
                [value] => self.happened.values.add([*value]),
                _ => {
                    self.key = values;
                    let value = self.together();
                    self.happened.values.add([value])
                }
            };
            let times = if whenever { one.moments.as_slice() } else { &one.moments[..1] };
            let cause = Cause::Fired(rule, place);
            let all =
                times.iter().map(|time| Occurrence { group, time: *time, cause, rules: 1 << rule, values });
            self.happened.all.extend(all);
        }
    }

    /// The group that the key says. Neighbours are mostly of one.
    fn group(&mut self) -> u32 {
        let groups = &mut self.happened.groups;
        if let Some(last) = self.last
            && *groups[last as usize] == *self.key
        {
            return last;
        }
        let number = match self.groups.get(self.key.as_slice()) {
            Some(number) => *number,
            None => {
                let number = groups.len() as u32;
                groups.push(self.key.as_slice().into());
                self.groups.insert(self.key.as_slice().into(), number);
                number
            }
        };
        self.last = Some(number);
        number
    }

    /// The number of the values that the key says.
    fn together(&mut self) -> u32 {
        let next = self.happened.values.texts.count() + 1 + self.together.len() as u32;
        match self.together.get(self.key.as_slice()) {
            Some(number) => *number,
            None => {
                self.together.insert(self.key.as_slice().into(), next);
                next
            }
        }
    }
}
