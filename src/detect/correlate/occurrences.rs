//! What happened, as a correlation sees it: when, in which group, by which of its rules, with which values.

use std::collections::HashMap;
use std::sync::Arc;

use super::Questions;
use super::fired::Fired;
use crate::detect::findings::Hit;
use crate::detect::scan::{Fed, Feed};
use crate::detect::sigma::{Asks, Base, Correlation, Field, Source};

/// What correlations fired at, by their addresses.
pub(super) type Known = HashMap<usize, Arc<Fired>>;

/// The events that the rules of all correlations match.
#[derive(Debug)]
pub(super) struct Events<'a> {
    fed: &'a Fed,
    asked: &'a Questions,
}

impl<'a> Events<'a> {
    pub(super) fn new(fed: &'a Fed, asked: &'a Questions) -> Self {
        Self { fed, asked }
    }

    /// Where an event is, and its row.
    pub(super) fn at(&self, hit: Hit) -> (&'a Feed, usize) {
        (&self.fed.feeds[hit.batch as usize], hit.row as usize)
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Cause {
    /// An event matched.
    Event(Hit),
    /// A correlation fired: which of the rules it is, and its place in [`Fired::all`].
    Fired(u32, u32),
}

/// Something that happened in a group.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub time: i64,
    pub cause: Cause,
    /// A bit for each rule that matched.
    pub rules: u64,
    /// Of what is counted or computed with: places in [`Happened::values`].
    pub values: Vec<u32>,
}

/// All that happened.
#[derive(Debug, Default)]
pub(super) struct Happened {
    /// The values of `group-by`, of each group.
    pub groups: Vec<Vec<String>>,
    /// What happened in each group, in order.
    pub of_group: Vec<Vec<Occurrence>>,
    /// Values that are counted or computed with.
    pub values: Vec<String>,
    /// The correlations among the rules.
    pub inner: Vec<Option<Arc<Fired>>>,
}

/// What happened for a correlation; the correlations below it are known.
pub(super) fn occurrences<'a>(correlation: &Correlation, events: &Events<'a>, known: &'a Known) -> Happened {
    let mut collecting =
        Collecting { happened: Happened::default(), groups: HashMap::new(), values: HashMap::new() };
    for (rule, base) in (0_u32..).zip(&correlation.bases) {
        match &base.source {
            Source::Events(condition) => {
                collecting.happened.inner.push(None);
                let place = events.asked.places.get(&(Arc::as_ptr(condition) as usize));
                let matched = place.and_then(|place| events.fed.hits.get(*place));
                let (groups, values) = (events.fields(&base.groups), events.fields(&base.values));
                for hit in matched.into_iter().flatten() {
                    collecting.event(&groups, &values, rule, *hit, events);
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
    happened.of_group.iter_mut().for_each(|of_group| in_order(of_group, events));
    happened
}

/// Sorts what happened in a group; an event that several rules match, or of which there are two copies, is one.
fn in_order(of_group: &mut Vec<Occurrence>, events: &Events<'_>) {
    let key = |occurrence: &Occurrence| match occurrence.cause {
        Cause::Event(hit) => {
            let (feed, row) = events.at(hit);
            match feed.id(row) {
                // An event without an id is no copy of another: a log would have been read twice.
                None => ((None, None), Cause::Event(hit)),
                Some(id) => ((Some(id), feed.place(row)[0]), Cause::Event(Hit { batch: 0, row: 0 })),
            }
        }
        fired @ Cause::Fired(..) => ((None, None), fired),
    };
    of_group.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| key(a).cmp(&key(b))));
    of_group.dedup_by(|next, kept| {
        let same = next.time == kept.time && key(next) == key(kept);
        if same {
            kept.rules |= next.rules;
            // Rules may have other values of the same event, by aliases.
            kept.values.extend(next.values.iter().copied());
            kept.values.sort_unstable();
            kept.values.dedup();
        }
        same
    });
}

struct Collecting<'a> {
    happened: Happened,
    groups: HashMap<Vec<&'a str>, usize>,
    values: HashMap<String, u32>,
}

impl<'a> Collecting<'a> {
    /// An event; `groups` and `values`: numbers of fields.
    fn event(&mut self, groups: &[usize], values: &[usize], rule: u32, hit: Hit, events: &Events<'a>) {
        let (feed, row) = events.at(hit);
        let group = groups.iter().map(|field| feed.values(*field, row).next());
        let Some(group) = group.collect::<Option<Vec<_>>>() else { return };
        let found = match values {
            [] => Vec::new(),
            [field] => {
                let mut values: Vec<_> = feed.values(*field, row).map(|value| self.value(value)).collect();
                values.sort_unstable();
                values.dedup();
                values
            }
            fields => {
                let values = fields.iter().map(|field| feed.values(*field, row).next());
                let values: Option<Vec<_>> = values.collect();
                values.map(|values| self.value(&values.join("\u{1f}"))).into_iter().collect()
            }
        };
        if !values.is_empty() && found.is_empty() {
            return;
        }
        let time = feed.time(row);
        self.add(group, Occurrence { time, cause: Cause::Event(hit), rules: 1 << rule, values: found });
    }

    fn correlation(&mut self, correlation: &Correlation, base: &Base, rule: u32, fired: &'a Fired) {
        // What lasts is near to whatever comes while it lasts; but it is one when it is counted.
        let whenever = matches!(correlation.asks, Asks::Temporal(_) | Asks::Rules(_) | Asks::Ordered);
        for (place, one) in (0_u32..).zip(&fired.all) {
            let own = fired.group(one);
            let text = |field: &Field| match field {
                Field::Group(index) => own.get(*index).map(String::as_str),
                Field::Of(_) => None,
            };
            let Some(group) = base.groups.iter().map(text).collect::<Option<Vec<_>>>() else { continue };
            let values: Option<Vec<_>> = base.values.iter().map(text).collect();
            let Some(values) = values else { continue };
            let values = match values.is_empty() {
                true => Vec::new(),
                false => vec![self.value(&values.join("\u{1f}"))],
            };
            let times = if whenever { one.moments.as_slice() } else { &one.moments[..1] };
            for time in times {
                let cause = Cause::Fired(rule, place);
                self.add(
                    group.clone(),
                    Occurrence { time: *time, cause, rules: 1 << rule, values: values.clone() },
                );
            }
        }
    }

    fn value(&mut self, text: &str) -> u32 {
        if let Some(known) = self.values.get(text) {
            return *known;
        }
        let number = self.happened.values.len() as u32;
        self.values.insert(text.to_owned(), number);
        self.happened.values.push(text.to_owned());
        number
    }

    fn add(&mut self, group: Vec<&'a str>, occurrence: Occurrence) {
        let number = match self.groups.get(&group) {
            Some(number) => *number,
            None => {
                let number = self.happened.groups.len();
                self.happened.groups.push(group.iter().map(|text| (*text).to_owned()).collect());
                self.happened.of_group.push(Vec::new());
                self.groups.insert(group, number);
                number
            }
        };
        self.happened.of_group[number].push(occurrence);
    }
}
