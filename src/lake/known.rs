//! The events a lake has, by date: what de-duplication asks.
//!
//! A date's keys are loaded from the hash sidecars of its files when a row of that date first turns
//! up, and stay as they lie there, small ones joined, so that a row is looked up in few of them; the keys this
//! writer has accepted join them at once, so an event met twice in one run is a duplicate too. A row without a
//! date is looked for under its time's date as well, and every row among those without one: a clock may have
//! decided differently before.
//!
//! Limits: 9.5 bytes an event of the dates in use; beyond [`MAX_BYTES`] the dates unused for longest are let go
//! and loaded again when a row needs them, and so are, beyond [`MAX_IDLE`], those that were not used for a whole batch:
//! trails are listed day by day. One day always fits whole (10 million events: 95 MB).

use std::collections::{BTreeSet, HashMap, HashSet};

use super::keys::Keys;
pub(crate) use super::keys::Novelty;
use crate::decode::EventKey;

/// What keys may take before the dates unused for longest are let go: 28 million events.
const MAX_BYTES: usize = 256 << 20;

/// The same for dates that were not used while the last batch was gathered: three million events. With all of them
/// a history of many dates would take ever more.
const MAX_IDLE: usize = 32 << 20;

/// Keys that are kept one by one before they are packed.
const LOOSE: usize = 128 << 10;

/// What a loose key takes, at the load that a hash table has on average.
const LOOSE_BYTES: usize = 26;

/// Sets are joined up to this many keys, a large day's, since both are there meanwhile: 120 MB. To look keys up in
/// three sets instead takes four times as long.
const JOINED: usize = 12 << 20;

/// How much larger a set must be than all smaller ones together to be left as it is.
const LARGER: usize = 4;

/// A date in days since 1970, or none.
pub(crate) type DateKey = Option<i32>;

/// The keys of the dates in use.
#[derive(Debug, Default)]
pub(crate) struct Known {
    dates: HashMap<DateKey, DateKeys>,
    clock: u64,
    /// When room was made last.
    made_room: u64,
    /// How often keys were let go: who has loaded a date before has to look again.
    losses: u64,
}

#[derive(Debug, Default)]
struct DateKeys {
    /// Of data files, from their sidecars. A batch asks for those of its own snapshot, so that a date
    /// which another batch has loaded is not taken for complete.
    loaded: Sets,
    files: HashSet<String>,
    /// What this writer has accepted, and files that it has made of it: no sidecar may have it yet.
    own: Sets,
    loose: Loose,
    own_files: HashSet<String>,
    last_used: u64,
}

impl Known {
    /// Whether the keys of a data file of this date are known.
    pub(crate) fn has_file(&self, date: DateKey, path: &str) -> bool {
        let has = |keys: &DateKeys| keys.files.contains(path) || keys.own_files.contains(path);
        self.dates.get(&date).is_some_and(has)
    }

    /// How often keys that were known were let go.
    pub(crate) fn losses(&self) -> u64 {
        self.losses
    }

    /// Takes in the keys of data files of one date.
    pub(crate) fn take_files(&mut self, date: DateKey, files: Vec<(String, Keys)>) {
        self.clock += 1;
        let known = self.dates.entry(date).or_default();
        known.last_used = self.clock;
        let mut sets = Vec::with_capacity(files.len());
        for (path, keys) in files {
            // Another batch may have read it at the same time.
            if !known.own_files.contains(&path) && known.files.insert(path) {
                sets.push(keys);
            }
        }
        known.loaded.take(sets);
    }

    /// Notes that a data file holds keys that are known already: this writer has made it of them.
    pub(crate) fn note_file(&mut self, date: DateKey, path: &str) {
        if let Some(keys) = self.dates.get_mut(&date) {
            keys.own_files.insert(path.to_owned());
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
        let mut verdicts = vec![Novelty::New; keys.len()];
        if let Some(known) = self.dates.get(&date) {
            known.find_packed(keys, &mut verdicts);
        }
        match (date, self.dates.get(&None)) {
            (Some(_), Some(undated)) => undated.find(keys, &mut verdicts),
            (Some(_), None) => {}
            (None, _) => {
                for (row, key) in keys.iter().enumerate() {
                    if let Some(known) = time_dates(row).and_then(|day| self.dates.get(&Some(day))) {
                        known.find(&[*key], &mut verdicts[row..=row]);
                    }
                }
            }
        }
        // Among the loose ones are those of the rows before.
        let known = self.dates.entry(date).or_default();
        known.last_used = self.clock;
        for (verdict, key) in verdicts.iter_mut().zip(keys) {
            if *verdict != Novelty::Duplicate {
                *verdict = verdict.or(known.loose.take(*key));
            }
        }
        if known.loose.len() >= LOOSE {
            known.pack();
        }
        verdicts
    }

    /// Lets go of the dates unused for longest, but not of `in_use`: their keys may not be in any
    /// sidecar yet. Nor of the rows without a date, which every check looks at. To be called once a batch.
    pub(crate) fn make_room(&mut self, in_use: &HashSet<DateKey>) {
        let idle = |keys: &DateKeys| keys.last_used <= self.made_room;
        let idle = self.dates.iter().filter(|(_, keys)| idle(keys)).map(|(date, _)| *date);
        let idle: HashSet<DateKey> = idle.filter(|date| !in_use.contains(date)).collect();
        let forget = |dates: &mut HashMap<DateKey, DateKeys>, date| drop(dates.remove(&date));
        self.let_go(MAX_IDLE, |date| idle.contains(date), forget);
        self.let_go(MAX_BYTES, |date| !in_use.contains(date), forget);
        for (_, keys) in self.dates.iter_mut().filter(|(date, _)| !in_use.contains(date)) {
            keys.pack();
        }
        self.made_room = self.clock;
    }

    /// Lets go of what can be loaded again of the dates unused for longest, but not of those of `now`: what a
    /// chunk has of two large dates must not let one go for the other and back.
    pub(crate) fn make_room_within(&mut self, now: &BTreeSet<DateKey>) {
        self.let_go(MAX_BYTES, |date| !now.contains(date), DateKeys::forget_files_of);
    }

    fn let_go(
        &mut self,
        most: usize,
        may_go: impl Fn(&DateKey) -> bool,
        forget: impl Fn(&mut HashMap<DateKey, DateKeys>, DateKey),
    ) {
        let mut total: usize = self.dates.values().map(DateKeys::bytes).sum();
        if total <= most {
            return;
        }
        let old = self.dates.iter().filter(|(date, _)| date.is_some() && may_go(date));
        let mut old: Vec<_> = old.map(|(date, keys)| (keys.last_used, *date)).collect();
        old.sort_unstable();
        for (_, date) in old {
            if total <= most {
                break;
            }
            let bytes = |dates: &HashMap<DateKey, DateKeys>| dates.get(&date).map_or(0, DateKeys::bytes);
            let before = bytes(&self.dates);
            forget(&mut self.dates, date);
            let freed = before - bytes(&self.dates);
            total -= freed;
            self.losses += u64::from(freed > 0);
        }
    }
}

impl DateKeys {
    fn bytes(&self) -> usize {
        self.loaded.bytes() + self.own.bytes() + self.loose.len() * LOOSE_BYTES
    }

    /// Packs the keys that are kept one by one.
    fn pack(&mut self) {
        if self.loose.len() > 0 {
            let loose = std::mem::take(&mut self.loose).into_keys();
            self.own.take(vec![Keys::of(&loose)]);
        }
    }

    fn find_packed(&self, keys: &[EventKey], found: &mut [Novelty]) {
        self.loaded.0.iter().chain(&self.own.0).for_each(|set| set.find_all(keys, found));
    }

    fn find(&self, keys: &[EventKey], found: &mut [Novelty]) {
        self.find_packed(keys, found);
        for (key, found) in keys.iter().zip(found) {
            *found = found.or(self.loose.find(*key));
        }
    }

    fn forget_files_of(dates: &mut HashMap<DateKey, Self>, date: DateKey) {
        if let Some(keys) = dates.get_mut(&date) {
            keys.loaded = Sets::default();
            keys.files.clear();
        }
    }
}

/// Sets of keys, the largest first. Each is several times larger than all that follow, but for those that are
/// too large to be joined.
#[derive(Debug, Default)]
struct Sets(Vec<Keys>);

impl Sets {
    fn take(&mut self, new: Vec<Keys>) {
        self.0.extend(new.into_iter().filter(|keys| keys.len() > 0));
        loop {
            self.0.sort_by_key(|keys| std::cmp::Reverse(keys.len()));
            let from = self.smaller();
            if self.0.len() - from < 2 {
                return;
            }
            let joined = Keys::joined(&self.0[from..]);
            self.0.truncate(from);
            self.0.push(joined);
        }
    }

    /// From where on sets are to be joined.
    fn smaller(&self) -> usize {
        let mut sum = 0;
        let mut from = self.0.len();
        for (index, keys) in self.0.iter().enumerate().rev() {
            if sum > 0 && (keys.len() >= LARGER * sum || sum + keys.len() > JOINED) {
                break;
            }
            sum += keys.len();
            from = index;
        }
        from
    }

    fn bytes(&self) -> usize {
        self.0.iter().map(Keys::bytes).sum()
    }
}

/// Keys that were accepted lately.
#[derive(Debug, Default)]
struct Loose {
    /// The content that an identity was first met with.
    first: foldhash::HashMap<u64, u32>,
    /// Keys whose identity is there with other content.
    others: HashSet<EventKey>,
}

impl Loose {
    fn len(&self) -> usize {
        self.first.len() + self.others.len()
    }

    fn find(&self, key: EventKey) -> Novelty {
        match self.first.get(&key.identity()) {
            None => Novelty::New,
            Some(content) if *content == key.content() || self.others.contains(&key) => Novelty::Duplicate,
            Some(_) => Novelty::Conflicting,
        }
    }

    /// What a key is beside those that are there, and puts it to them.
    fn take(&mut self, key: EventKey) -> Novelty {
        let found = self.find(key);
        match found {
            Novelty::New => drop(self.first.insert(key.identity(), key.content())),
            Novelty::Conflicting => drop(self.others.insert(key)),
            Novelty::Duplicate => {}
        }
        found
    }

    fn into_keys(self) -> Vec<EventKey> {
        let first = self.first.into_iter().map(|(identity, content)| EventKey::of(identity, content));
        first.chain(self.others).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Novelty::{Conflicting, Duplicate, New};
    use super::*;

    fn key(identity: u64, content: u32) -> EventKey {
        EventKey::of(identity, content)
    }

    fn set(keys: &[EventKey]) -> Keys {
        Keys::of(keys)
    }

    fn many(from: u64, count: usize) -> Vec<EventKey> {
        let spread = |number: u64| EventKey::new(number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number << 32);
        (from..from + count as u64).map(spread).collect()
    }

    #[test]
    fn an_event_is_new_once_and_conflicting_with_other_content() {
        let mut known = Known::default();
        known.take_files(Some(1), vec![("a".to_owned(), set(&[key(1, 1), key(5, 5)]))]);
        let keys = [key(1, 1), key(1, 2), key(2, 1), key(2, 1), key(2, 2), key(5, 4), key(5, 6)];
        let expected = [Duplicate, Conflicting, New, Duplicate, Conflicting, Conflicting, Conflicting];
        assert_eq!(known.check(Some(1), &keys, |_| None), expected);
        assert_eq!(known.check(Some(1), &keys, |_| None), [Duplicate; 7]);
    }

    #[test]
    fn a_row_without_a_date_is_looked_for_under_its_time_and_the_other_way_round() {
        let mut known = Known::default();
        known.take_files(Some(7), vec![("a".to_owned(), set(&[key(1, 1)]))]);
        known.take_files(None, vec![("b".to_owned(), set(&[key(2, 2)]))]);
        assert_eq!(known.check(None, &[key(1, 1), key(3, 3)], |_| Some(7)), [Duplicate, New]);
        assert_eq!(known.check(Some(7), &[key(2, 2), key(3, 3)], |_| None), [Duplicate, Duplicate]);
        assert_eq!(
            known.check(None, &[key(4, 4), key(4, 4), key(4, 5)], |_| None),
            [New, Duplicate, Conflicting]
        );
    }

    #[test]
    fn few_sets_remain_of_many_files_and_of_many_checks() {
        let mut known = Known::default();
        let files = (0..60).map(|file| (file.to_string(), set(&many(file * 1_000, 1_000)))).collect();
        known.take_files(Some(1), files);
        let batch = many(60_000, 2 * LOOSE);
        for (index, some) in batch.chunks(LOOSE / 3).enumerate() {
            known.check(Some(1), some, |_| None);
            known.take_files(Some(1), vec![(format!("more {index}"), set(&many(1 << 40, 10)))]);
        }
        let date = &known.dates[&Some(1)];
        assert!(
            date.loaded.0.len() <= 3 && date.own.0.len() <= 2,
            "{:?}",
            (date.loaded.0.len(), date.own.0.len())
        );
        assert_eq!(known.check(Some(1), &batch, |_| None), vec![Duplicate; batch.len()]);
        assert_eq!(known.check(Some(1), &many(0, 60_000), |_| None), vec![Duplicate; 60_000]);
        assert_eq!(known.check(Some(1), &many(1 << 50, 100), |_| None), [New; 100]);
    }

    #[test]
    fn a_date_that_a_whole_batch_does_without_is_packed_and_goes_when_there_are_too_many() {
        let (mut known, per_date) = (Known::default(), LOOSE - 1);
        let dates = i32::try_from(MAX_IDLE / 9 / per_date).unwrap() + 4;
        let mut most = 0;
        for date in 0..dates {
            known.check(Some(date), &many((date as u64) << 20, per_date), |_| None);
            known.make_room(&HashSet::from([Some(date)]));
            let loose = known.dates.values().filter(|keys| keys.loose.len() > 0).count();
            assert_eq!(loose, 1, "only those of the date in use");
            most = most.max(known.dates.values().map(DateKeys::bytes).sum());
        }
        let own = 2 * per_date * LOOSE_BYTES;
        assert!((MAX_IDLE - own..MAX_IDLE + own).contains(&most), "{most}");
        let kept = |date: i32| known.dates.contains_key(&Some(date));
        assert!(!kept(0) && kept(dates - 3) && kept(dates - 2) && kept(dates - 1));
    }

    #[test]
    fn what_is_let_go_is_what_was_unused_for_longest_and_never_what_no_sidecar_has() {
        let mut known = Known::default();
        for date in 1..=3 {
            known.take_files(Some(date), vec![("file".to_owned(), set(&[key(1, 1)]))]);
            known.check(Some(date), &[key(2, 2)], |_| None);
            known.note_file(Some(date), "own");
        }
        known.check(Some(1), &[], |_| None);
        let bytes = |known: &Known| known.dates.values().map(DateKeys::bytes).sum::<usize>();
        let least = bytes(&known) - 1;
        known.let_go(least, |_| true, DateKeys::forget_files_of);
        let has = |known: &Known| [1, 2, 3].map(|date| known.has_file(Some(date), "file"));
        assert_eq!((has(&known), known.losses()), ([true, false, true], 1));
        assert!(known.has_file(Some(2), "own"));
        assert_eq!(known.check(Some(2), &[key(2, 2)], |_| None), [Duplicate]);
        let least = bytes(&known) - 1;
        known.let_go(least, |date| *date != Some(3), |dates, date| drop(dates.remove(&date)));
        assert_eq!((has(&known), known.losses()), ([false, false, true], 2));
        assert!(!known.dates.contains_key(&Some(1)) && known.dates.contains_key(&Some(2)));
    }

    proptest! {
        #[test]
        fn keys_are_known_as_in_a_plain_list(checks in proptest::collection::vec(
            (proptest::collection::vec((0..6_u64, 0..3_u32), 0..20), any::<bool>()), 0..12,
        )) {
            let mut known = Known::default();
            let mut list: Vec<EventKey> = Vec::new();
            for (index, (check, is_file)) in checks.into_iter().enumerate() {
                let keys: Vec<_> = check.into_iter().map(|(identity, content)| key(identity, content)).collect();
                if is_file {
                    known.take_files(Some(1), vec![(index.to_string(), set(&keys))]);
                    list.extend(keys);
                    continue;
                }
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
