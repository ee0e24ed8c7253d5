//! The events a lake has, by date: what de-duplication asks.
//!
//! A date's keys are loaded from the hash sidecars of its files when a row of that date first turns
//! up, and kept sorted in a few segments; the keys this writer has accepted join them at once, so an
//! event met twice in one run is a duplicate too. A row without a date is looked for under its time's
//! date as well, and every row among those without one: a clock may have decided differently before.
//!
//! Limits: 16 bytes an event of the dates in use; dates unused for longest go first beyond
//! [`MAX_KEYS`], but one day always fits whole (10 million events a day: 160 MB).

use std::collections::{HashMap, HashSet};

use crate::decode::EventKey;

/// Keys kept in memory before the dates unused for longest are let go: 256 MiB.
const MAX_KEYS: usize = 16 << 20;

/// What a record is to the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Novelty {
    /// Not there yet.
    New,
    /// There, with the same content.
    Duplicate,
    /// Its id is there with other content: a sign of tampering. It is kept as well.
    Conflicting,
}

/// A date in days since 1970, or none.
pub(crate) type DateKey = Option<i32>;

/// The keys of the dates in use.
#[derive(Debug, Default)]
pub(crate) struct Known {
    dates: HashMap<DateKey, DateKeys>,
    clock: u64,
}

#[derive(Debug, Default)]
struct DateKeys {
    /// Each sorted; sizes fall by half or more from one to the next.
    segments: Vec<Vec<EventKey>>,
    /// Data files whose keys are in here. A batch asks for those of its own snapshot, so that a date
    /// which another batch has loaded is not taken for complete.
    files: HashSet<String>,
    last_used: u64,
}

impl Known {
    /// Whether the keys of a data file of this date are known.
    pub(crate) fn has_file(&self, date: DateKey, path: &str) -> bool {
        self.dates.get(&date).is_some_and(|keys| keys.files.contains(path))
    }

    /// Takes in the keys of a data file, sorted.
    pub(crate) fn take_file(&mut self, date: DateKey, path: &str, sorted: Vec<EventKey>) {
        let keys = self.dates.entry(date).or_default();
        if keys.files.insert(path.to_owned()) {
            keys.push(sorted);
        }
    }

    /// Notes that a data file holds keys that are known already: this writer has made it of them.
    pub(crate) fn note_file(&mut self, date: DateKey, path: &str) {
        if let Some(keys) = self.dates.get_mut(&date) {
            keys.files.insert(path.to_owned());
        }
    }

    /// Whether rows are new, in their order, and remembers the new ones. The dates of all rows must
    /// be loaded; `time_dates` are those of rows without a date.
    pub(crate) fn check(
        &mut self,
        date: DateKey,
        keys: &[EventKey],
        time_dates: impl Fn(usize) -> DateKey,
    ) -> Vec<Novelty> {
        self.clock += 1;
        // In the order of keys those of the same event stand together, in the order of rows.
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_unstable_by_key(|row| (keys[*row].identity(), *row));
        let of_date = self.dates.get(&date);
        let undated = self.dates.get(&None).filter(|_| date.is_some());
        let in_lake = |row: usize| {
            let of_time = if date.is_some() { undated } else { self.dates.get(&time_dates(row)) };
            let found = [of_date, of_time].into_iter().flatten().map(|known| known.find(keys[row]));
            found.fold(Novelty::New, stronger)
        };
        let mut verdicts = vec![Novelty::New; keys.len()];
        let mut accepted = Vec::with_capacity(keys.len());
        for rows in order.chunk_by(|one, other| keys[*one].identity() == keys[*other].identity()) {
            let first = accepted.len();
            for &row in rows {
                let same: &[EventKey] = &accepted[first..];
                let of_run = match same.contains(&keys[row]) {
                    true => Novelty::Duplicate,
                    false if same.is_empty() => Novelty::New,
                    false => Novelty::Conflicting,
                };
                verdicts[row] = stronger(of_run, in_lake(row));
                if verdicts[row] != Novelty::Duplicate {
                    accepted.push(keys[row]);
                }
            }
            accepted[first..].sort_unstable();
        }
        let known = self.dates.entry(date).or_default();
        known.last_used = self.clock;
        known.push(accepted);
        verdicts
    }

    /// Lets go of the dates unused for longest, but not of `in_use`: their keys may not be in any
    /// sidecar yet. Nor of the rows without a date, which every check looks at.
    pub(crate) fn make_room(&mut self, in_use: &HashSet<DateKey>) {
        let mut total: usize = self.dates.values().map(DateKeys::len).sum();
        while total > MAX_KEYS {
            let oldest = self
                .dates
                .iter()
                .filter(|(date, _)| date.is_some() && !in_use.contains(date))
                .min_by_key(|(_, keys)| keys.last_used);
            let Some(date) = oldest.map(|(date, _)| *date) else { return };
            total -= self.dates.remove(&date).map_or(0, |keys| keys.len());
        }
    }
}

fn stronger(one: Novelty, other: Novelty) -> Novelty {
    match (one, other) {
        (Novelty::Duplicate, _) | (_, Novelty::Duplicate) => Novelty::Duplicate,
        (Novelty::Conflicting, _) | (_, Novelty::Conflicting) => Novelty::Conflicting,
        _ => Novelty::New,
    }
}

impl DateKeys {
    fn len(&self) -> usize {
        self.segments.iter().map(Vec::len).sum()
    }

    fn push(&mut self, sorted: Vec<EventKey>) {
        if sorted.is_empty() {
            return;
        }
        self.segments.push(sorted);
        while let [.., larger, smaller] = &self.segments[..]
            && larger.len() < 2 * smaller.len()
        {
            let smaller = self.segments.pop().unwrap_or_default();
            let larger = self.segments.pop().unwrap_or_default();
            self.segments.push(merge(larger, smaller));
        }
    }

    fn find(&self, key: EventKey) -> Novelty {
        self.segments.iter().fold(Novelty::New, |found, segment| {
            let at = segment.partition_point(|other| *other < key);
            let exact = segment.get(at) == Some(&key);
            let same_id =
                |other: Option<&EventKey>| other.is_some_and(|other| other.identity() == key.identity());
            let near =
                same_id(segment.get(at)) || same_id(at.checked_sub(1).and_then(|before| segment.get(before)));
            stronger(
                found,
                match (exact, near) {
                    (true, _) => Novelty::Duplicate,
                    (false, true) => Novelty::Conflicting,
                    (false, false) => Novelty::New,
                },
            )
        })
    }
}

/// Two sorted lists as one; the smaller is the only memory it takes beside the larger.
fn merge(mut larger: Vec<EventKey>, smaller: Vec<EventKey>) -> Vec<EventKey> {
    let (mut left, mut right) = (larger.len(), smaller.len());
    larger.reserve_exact(right);
    larger.extend_from_slice(&smaller);
    // From the back, where there is room: nothing is overwritten before it was moved.
    while right > 0 {
        let takes_left = left > 0 && larger[left - 1] > smaller[right - 1];
        let source = if takes_left { larger[left - 1] } else { smaller[right - 1] };
        larger[left + right - 1] = source;
        if takes_left { left -= 1 } else { right -= 1 }
    }
    larger
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Novelty::{Conflicting, Duplicate, New};
    use super::*;

    fn key(identity: u64, content: u64) -> EventKey {
        EventKey(u128::from(identity) << 64 | u128::from(content))
    }

    #[test]
    fn an_event_is_new_once_and_conflicting_with_other_content() {
        let mut known = Known::default();
        known.take_file(Some(1), "a", vec![key(1, 1), key(5, 5)]);
        let keys = [key(1, 1), key(1, 2), key(2, 1), key(2, 1), key(2, 2), key(5, 4), key(5, 6)];
        let expected = [Duplicate, Conflicting, New, Duplicate, Conflicting, Conflicting, Conflicting];
        assert_eq!(known.check(Some(1), &keys, |_| None), expected);
        assert_eq!(known.check(Some(1), &keys, |_| None), [Duplicate; 7]);
    }

    #[test]
    fn a_row_without_a_date_is_looked_for_under_its_time_and_the_other_way_round() {
        let mut known = Known::default();
        known.take_file(Some(7), "a", vec![key(1, 1)]);
        known.take_file(None, "b", vec![key(2, 2)]);
        assert_eq!(known.check(None, &[key(1, 1), key(3, 3)], |_| Some(7)), [Duplicate, New]);
        assert_eq!(known.check(Some(7), &[key(2, 2), key(3, 3)], |_| None), [Duplicate, Duplicate]);
    }

    proptest! {
        #[test]
        fn segments_answer_as_a_plain_list_would(checks in proptest::collection::vec(
            proptest::collection::vec((0..6_u64, 0..3_u64), 0..20), 0..12,
        )) {
            let mut known = Known::default();
            let mut list: Vec<EventKey> = Vec::new();
            for check in checks {
                let keys: Vec<_> = check.into_iter().map(|(identity, content)| key(identity, content)).collect();
                let expected: Vec<_> = keys.iter().map(|key| {
                    let novelty = match list.contains(key) {
                        true => Duplicate,
                        false if list.iter().any(|other| other.identity() == key.identity()) => Conflicting,
                        false => New,
                    };
                    if novelty != Duplicate {
                        list.push(*key);
                    }
                    novelty
                }).collect();
                prop_assert_eq!(known.check(Some(1), &keys, |_| None), expected);
            }
        }
    }
}
