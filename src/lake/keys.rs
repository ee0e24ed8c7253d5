//! Many keys of events in little room, to be looked up as they lie.
//!
//! Keys stand in buckets by the leading bits of their identity. All entries of a set are equally wide and leave
//! out the leading bytes that their bucket tells: 9 bytes of a key's 11, and half a byte for the buckets. A
//! bucket holds 8 to 16 of many keys, so a lookup is a jump and a short scan; one that holds more, as when
//! somebody writes an id over and over, is sorted and searched by halves.
//!
//! Limits: 2³² keys a set, which never changes: more of them are joined into another.

use bytes::Bytes;
use rayon::prelude::*;

use crate::decode::EventKey;

/// What an entry holds of a key's content.
const CONTENT: usize = 4;

/// Entries of a bucket that are looked at one by one; where there are more they are sorted.
const SCAN: usize = 32;

/// What a bucket is to hold at least on average.
const BUCKET: usize = 8;

/// Keys that are looked up together: their buckets come into the cache beside each other, not one by one, which
/// takes several times as long among 100 MB.
const TOGETHER: usize = 128;

/// Parts that sets are joined by: one of 4 million keys is written within the cache of a core.
const PARTS: usize = 256;

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

impl Novelty {
    /// What a record is that is one thing here and another there.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Duplicate, _) | (_, Self::Duplicate) => Self::Duplicate,
            (Self::Conflicting, _) | (_, Self::Conflicting) => Self::Conflicting,
            _ => Self::New,
        }
    }
}

/// A set of keys; one that is there twice is kept twice.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    shape: Shape,
    /// Where each bucket begins among the entries, and where the last one ends.
    starts: Vec<u32>,
    /// The trailing bytes of each key.
    entries: Bytes,
}

/// How a number of keys is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Leading bytes of the identity that entries leave out.
    lead: u32,
    /// Leading bits of the identity that tell the bucket; up to 8 more than are left out.
    bits: u32,
}

impl Shape {
    /// An index costs a byte or so for each bucket of a sidecar and saves a byte for each key.
    pub(super) fn of(count: usize) -> Self {
        let lead = match count {
            0..0x100 => 0,
            0x100..0x1_0000 => 1,
            _ => 2,
        };
        let bits = (count / BUCKET).checked_ilog2().unwrap_or(0);
        Self { lead, bits: bits.clamp(8 * lead, 8 * lead + 8) }
    }

    /// Bytes of an entry.
    pub(super) fn width(self) -> usize {
        EventKey::BYTES - self.lead as usize
    }

    /// How many runs of keys agree in the bytes that are left out.
    pub(super) fn runs(self) -> usize {
        1 << (8 * self.lead)
    }

    /// The run that a key belongs to.
    pub(super) fn run_of(self, key: EventKey) -> usize {
        (key.identity() >> (EventKey::IDENTITY_BITS - 8 * self.lead)) as usize
    }

    fn bucket_of(self, key: EventKey) -> usize {
        (key.identity() >> (EventKey::IDENTITY_BITS - self.bits)) as usize
    }
}

/// Runs code with the width of entries known when it is compiled.
macro_rules! by_width {
    ($shape:expr, $self:ident.$method:ident($($argument:expr),*)) => {
        match $shape.lead {
            0 => $self.$method::<11>($($argument),*),
            1 => $self.$method::<10>($($argument),*),
            _ => $self.$method::<9>($($argument),*),
        }
    };
}

/// The bytes of a key that an entry has.
pub(super) fn entry<const W: usize>(key: EventKey) -> [u8; W] {
    let mut entry = [0; W];
    let rest = 8 * (W as u32 - 8);
    entry[..8].copy_from_slice(&((key.to_bits() >> rest) as u64).to_be_bytes());
    entry[8..].copy_from_slice(&(key.to_bits() as u32).to_be_bytes()[12 - W..]);
    entry
}

/// What [`entry`] has of a key. In two words, since one that is put together of bytes has to wait for them.
fn bits_of<const W: usize>(entry: &[u8; W]) -> u128 {
    let first = entry.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    let rest = entry[8..].iter().fold(0, |rest: u32, byte| rest << 8 | u32::from(*byte));
    u128::from(first) << (8 * (W - 8)) | u128::from(rest)
}

impl Keys {
    /// Sorted keys as a sidecar has them: how many each run has, and the entries.
    ///
    /// The sum of `runs` must be the number of entries.
    pub(super) fn sorted(shape: Shape, runs: &[u32], entries: Bytes) -> Self {
        let mut keys = Self { shape, starts: vec![0; (1 << shape.bits) + 1], entries };
        let finer = shape.bits - 8 * shape.lead;
        let mut entries = keys.entries.chunks_exact(shape.width());
        for (run, count) in runs.iter().enumerate() {
            for entry in entries.by_ref().take(*count as usize) {
                let bucket = run << finer | usize::from(entry[0]) >> (8 - finer);
                keys.starts[bucket + 1] += 1;
            }
        }
        keys.sum_up();
        keys
    }

    /// Some keys.
    pub(crate) fn of(list: &[EventKey]) -> Self {
        let shape = Shape::of(list.len());
        let mut keys = Self { shape, starts: vec![0; (1 << shape.bits) + 1], entries: Bytes::new() };
        list.iter().for_each(|key| keys.starts[shape.bucket_of(*key) + 1] += 1);
        keys.sum_up();
        by_width!(shape, keys.fill(list));
        keys
    }

    /// All keys of some sets, on all of rayon's threads.
    pub(crate) fn joined(sets: &[Self]) -> Self {
        let (small, large): (Vec<_>, Vec<_>) = sets.iter().partition(|set| set.starts.len() <= PARTS);
        let mut loose = Vec::new();
        small.iter().for_each(|set| by_width!(set.shape, set.each(0, &mut |key| loose.push(key))));
        if large.is_empty() {
            return Self::of(&loose);
        }
        loose.sort_unstable();
        let shape = Shape::of(sets.iter().map(Self::len).sum());
        let mut keys = Self { shape, starts: vec![0; (1 << shape.bits) + 1], entries: Bytes::new() };
        // One of the sets has as many buckets as there are parts, and all together have no fewer.
        let of_part = (1 << shape.bits) / PARTS;
        let parts = keys.starts[1..].par_chunks_mut(of_part).enumerate();
        parts.for_each(|(part, counts)| {
            each_of(&large, &loose, part, |key| counts[shape.bucket_of(key) % of_part] += 1);
        });
        keys.sum_up();
        by_width!(shape, keys.fill_by_part(&large, &loose));
        keys
    }

    /// Makes numbers of entries, each one place further on, the places where buckets begin.
    fn sum_up(&mut self) {
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
    }

    /// Puts each key into its bucket; the beginnings are known.
    fn fill<const W: usize>(&mut self, list: &[EventKey]) {
        let mut bytes = vec![0; W * list.len()];
        let mut filling = Filling::<W>::new(&self.starts, bytes.as_chunks_mut().0);
        list.iter().for_each(|key| filling.put(self.shape.bucket_of(*key), *key));
        filling.finish();
        self.entries = bytes.into();
    }

    /// The same for keys of sets, and for sorted ones, on all threads.
    fn fill_by_part<const W: usize>(&mut self, sets: &[&Self], loose: &[EventKey]) {
        let mut bytes = vec![0; W * self.starts.last().map_or(0, |end| *end as usize)];
        let of_part = (self.starts.len() - 1) / PARTS;
        let mut rest: &mut [[u8; W]] = bytes.as_chunks_mut().0;
        let mut parts = Vec::with_capacity(PARTS);
        for part in 0..PARTS {
            let starts = &self.starts[part * of_part..=(part + 1) * of_part];
            let entries = rest.split_off_mut(..(starts[of_part] - starts[0]) as usize).unwrap_or_default();
            parts.push(Filling::new(starts, entries));
        }
        parts.into_par_iter().enumerate().for_each(|(part, mut filling)| {
            each_of(sets, loose, part, |key| filling.put(self.shape.bucket_of(key) % of_part, key));
            filling.finish();
        });
        self.entries = bytes.into();
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len() / self.shape.width()
    }

    /// What they take in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.len() + size_of_val(&self.starts[..])
    }

    /// What a record with this key is beside them.
    pub(crate) fn find(&self, key: EventKey) -> Novelty {
        by_width!(self.shape, self.find_wide(key))
    }

    /// Whether this very key is among them.
    pub(crate) fn has(&self, key: EventKey) -> bool {
        self.find(key) == Novelty::Duplicate
    }

    /// Adds what records with these keys are beside them to what they are elsewhere.
    pub(crate) fn find_all(&self, keys: &[EventKey], found: &mut [Novelty]) {
        for (keys, found) in keys.chunks(TOGETHER).zip(found.chunks_mut(TOGETHER)) {
            by_width!(self.shape, self.find_together(keys, found));
        }
    }

    fn find_together<const W: usize>(&self, keys: &[EventKey], found: &mut [Novelty]) {
        let mut buckets = [(0, 0); TOGETHER];
        for (bucket, key) in buckets.iter_mut().zip(keys) {
            *bucket = self.bucket(*key);
        }
        let entries: &[[u8; W]] = self.entries.as_chunks().0;
        // Neither byte depends on another one, so the processor asks for many at a time.
        let touch = |at: usize| entries.get(at).map_or(0, |entry| entry[0]);
        let touched = buckets[..keys.len()]
            .iter()
            .fold(0, |sum, (start, end)| sum ^ touch(*start) ^ touch(end.wrapping_sub(1)));
        std::hint::black_box(touched);
        for ((bucket, key), found) in buckets.into_iter().zip(keys).zip(found) {
            *found = found.or(self.find_within::<W>(bucket, *key));
        }
    }

    /// Where a key's bucket begins and ends.
    fn bucket(&self, key: EventKey) -> (usize, usize) {
        let bucket = self.shape.bucket_of(key);
        (self.starts[bucket] as usize, self.starts[bucket + 1] as usize)
    }

    fn find_wide<const W: usize>(&self, key: EventKey) -> Novelty {
        self.find_within::<W>(self.bucket(key), key)
    }

    fn find_within<const W: usize>(&self, (start, end): (usize, usize), key: EventKey) -> Novelty {
        let entries: &[[u8; W]] = &self.entries.as_chunks().0[start..end];
        let wanted = entry::<W>(key);
        let is_same_id = |entry: &[u8; W]| entry[..W - CONTENT] == wanted[..W - CONTENT];
        if entries.len() <= SCAN {
            let mut found = Novelty::New;
            for entry in entries.iter().filter(|entry| is_same_id(entry)) {
                if *entry == wanted {
                    return Novelty::Duplicate;
                }
                found = Novelty::Conflicting;
            }
            return found;
        }
        match entries.binary_search(&wanted) {
            Ok(_) => Novelty::Duplicate,
            Err(at) if entries[at..].first().is_some_and(is_same_id) => Novelty::Conflicting,
            Err(at) if entries[..at].last().is_some_and(is_same_id) => Novelty::Conflicting,
            Err(_) => Novelty::New,
        }
    }

    /// All of them, sorted.
    pub(crate) fn to_sorted(&self) -> Vec<EventKey> {
        let mut keys = Vec::with_capacity(self.len());
        (0..PARTS).for_each(|part| by_width!(self.shape, self.each(part, &mut |key| keys.push(key))));
        keys.sort_unstable();
        keys
    }

    /// Hands out one of [`PARTS`] parts; a small set is whole in the first.
    fn each<const W: usize>(&self, part: usize, take: &mut impl FnMut(EventKey)) {
        let entries: &[[u8; W]] = self.entries.as_chunks().0;
        let finer = self.shape.bits - 8 * self.shape.lead;
        let buckets = self.starts.len() - 1;
        let buckets = match (buckets / PARTS, part) {
            (0, 0) => 0..buckets,
            (of_part, part) => part * of_part..(part + 1) * of_part,
        };
        for bucket in buckets {
            let lead = (bucket as u128 >> finer) << (8 * W);
            let range = [self.starts[bucket], self.starts[bucket + 1]];
            for entry in &entries[range[0] as usize..range[1] as usize] {
                take(EventKey::from_bits(lead | bits_of(entry)));
            }
        }
    }
}

/// Some buckets that are being filled.
struct Filling<'k, const W: usize> {
    /// Where they begin among all entries, and where the last one ends.
    starts: &'k [u32],
    /// Where the next key of each goes among their own entries.
    next: Vec<u32>,
    entries: &'k mut [[u8; W]],
}

impl<'k, const W: usize> Filling<'k, W> {
    fn new(starts: &'k [u32], entries: &'k mut [[u8; W]]) -> Self {
        let next = starts[..starts.len() - 1].iter().map(|start| start - starts[0]).collect();
        Self { starts, next, entries }
    }

    fn put(&mut self, bucket: usize, key: EventKey) {
        let next = &mut self.next[bucket];
        self.entries[*next as usize] = entry(key);
        *next += 1;
    }

    /// Sorts the buckets that are too full to be scanned.
    fn finish(self) {
        let first = self.starts[0];
        for bucket in self.starts.windows(2).filter(|bucket| (bucket[1] - bucket[0]) as usize > SCAN) {
            self.entries[(bucket[0] - first) as usize..(bucket[1] - first) as usize].sort_unstable();
        }
    }
}

/// Hands out one part of the keys of sets, and of sorted ones.
fn each_of(sets: &[&Keys], sorted: &[EventKey], part: usize, mut take: impl FnMut(EventKey)) {
    sets.iter().for_each(|set| by_width!(set.shape, set.each(part, &mut take)));
    let part_of = |key: &EventKey| (key.identity() >> (EventKey::IDENTITY_BITS - PARTS.ilog2())) as usize;
    let first = sorted.partition_point(|key| part_of(key) < part);
    sorted[first..].iter().take_while(|key| part_of(key) == part).for_each(|key| take(*key));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Novelty::{Conflicting, Duplicate, New};
    use super::*;

    /// Spread over all of the identities, or as alike as somebody can make them.
    fn keys(seeds: &[(u64, u64)], spread: bool) -> Vec<EventKey> {
        let of = |(identity, content): &(u64, u64)| {
            let factor = if spread { 0x9e37_79b9_7f4a_7c15 } else { 1 << 8 };
            EventKey::new(identity.wrapping_mul(factor), content << 32)
        };
        seeds.iter().map(of).collect()
    }

    fn novelty(list: &[EventKey], key: EventKey) -> Novelty {
        match list.contains(&key) {
            true => Duplicate,
            false if list.iter().any(|other| other.identity() == key.identity()) => Conflicting,
            false => New,
        }
    }

    #[test]
    fn large_and_small_sets_are_joined_into_one_that_has_all_their_keys() {
        let list = |count: u64, step: u64| {
            let seeds: Vec<_> = (0..count).map(|number| (number * step, number % 3)).collect();
            keys(&seeds, true)
        };
        let often = vec![EventKey::new(u64::MAX, 5 << 32); 100];
        let lists = [list(70_000, 7), list(5_000, 11), often, list(300, 13), Vec::new(), list(2_100, 1)];
        let joined = Keys::joined(&lists.each_ref().map(|list| Keys::of(list)));
        let mut all = lists.concat();
        all.sort_unstable();
        assert_eq!(joined.to_sorted(), all);
        for key in all {
            assert_eq!(joined.find(key), Duplicate);
            assert_eq!(joined.find(EventKey::of(key.identity(), 9)), Conflicting);
        }
        assert_eq!(joined.find(EventKey::new(1 << 40, 0)), New);
    }

    proptest! {
        #[test]
        fn a_set_answers_as_a_plain_list_would(
            sets in proptest::collection::vec(proptest::collection::vec((0..400_u64, 0..3_u64), 0..500), 1..4),
            asked in proptest::collection::vec((0..500_u64, 0..4_u64), 0..300),
            spread: bool,
        ) {
            let lists: Vec<_> = sets.iter().map(|set| keys(set, spread)).collect();
            let parts: Vec<_> = lists.iter().map(|list| Keys::of(list)).collect();
            let joined = Keys::joined(&parts);
            let mut list = lists.concat();
            let asked = keys(&asked, spread);
            let expected: Vec<_> = asked.iter().map(|key| novelty(&list, *key)).collect();
            let mut found = vec![New; asked.len()];
            joined.find_all(&asked, &mut found);
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(asked.iter().map(|key| joined.find(*key)).collect::<Vec<_>>(), expected);
            list.sort_unstable();
            prop_assert_eq!(joined.len(), list.len());
            prop_assert_eq!(joined.to_sorted(), list);
        }
    }

    #[test]
    fn sets_of_any_size_find_what_they_hold() {
        for count in [0, 1, 255, 256, 5_000, 0xffff, 0x1_0000, 300_000] {
            let seeds: Vec<_> = (0..count).map(|number| (number, 7)).collect();
            let (all, set) = (keys(&seeds, true), Keys::of(&keys(&seeds, true)));
            assert!(all.iter().all(|key| set.has(*key)), "{count}");
            let other = |key: &EventKey| EventKey::from_bits(key.to_bits() ^ 1);
            assert!(all.iter().all(|key| set.find(other(key)) == Conflicting), "{count}");
            let missing: Vec<_> = (count..count + 100).map(|number| (number, 7)).collect();
            assert!(keys(&missing, true).iter().all(|key| set.find(*key) == New), "{count}");
            assert!(set.bytes() <= all.len() * 15 + 16, "{count}: {}", set.bytes());
        }
    }
}
