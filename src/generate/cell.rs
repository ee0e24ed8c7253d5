//! One day of one account in one region: its events in the order of time, dealt into objects.
//!
//! Delivery is as untidy as in life: many small objects and a few large ones, records that come late or lie under the
//! neighbouring day or another region, events and whole objects that are delivered twice. An event is a function of
//! its place, so a duplicate is simply written again.

use super::dice::{Dice, mix};
use super::layout::{Folder, Label, Shelf};
use super::plan::{Cell, CellKey, DAY, Plan, Span};
use super::stint::{self, Pen};
use super::world::{ORDINARY_REGIONS, REGIONS, World};
use crate::progress::Progress;

pub(super) const LARGEST: usize = 20_000;
const FIVE_MINUTES: i64 = 300;

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) objects: u64,
    pub(super) events: u64,
    pub(super) duplicates: u64,
    pub(super) bytes_gz: u64,
    pub(super) bytes_json: u64,
}

impl std::iter::Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, tally| Self {
            objects: sum.objects + tally.objects,
            events: sum.events + tally.events,
            duplicates: sum.duplicates + tally.duplicates,
            bytes_gz: sum.bytes_gz + tally.bytes_gz,
            bytes_json: sum.bytes_json + tally.bytes_json,
        })
    }
}

/// An event's place: which stint and which number, or which event of a story or a look-alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    time: i64,
    owner: u32,
    index: u32,
}

/// The owner of what stories tell.
const STORIES: u32 = u32::MAX;
/// The owner of what look-alikes do.
const LOOK_ALIKES: u32 = u32::MAX - 1;

#[derive(Debug)]
struct Batch {
    stamp: i64,
    region: usize,
    slots: Vec<Slot>,
    /// How many of the slots are in other objects too
    copies: u64,
}

/// What a worker needs to write a cell.
pub(super) struct Writer<'a> {
    pub(super) world: &'a World,
    pub(super) plan: &'a Plan,
    pub(super) shelf: &'a Shelf,
    pub(super) progress: &'a Progress,
    pub(super) mean_per_object: f64,
    /// The cell that shows every untidiness, however small the trail
    pub(super) showcase: CellKey,
}

impl Writer<'_> {
    pub(super) fn write(&self, key: CellKey, cell: &Cell) -> anyhow::Result<Tally> {
        let (day, account, region) = key;
        let seed = mix(mix(mix(self.world.seed, day.unsigned_abs()), account as u64), region as u64);
        let slots = self.slots(cell);
        let mut dealer = Dealer {
            dice: Dice::new(seed),
            span: self.plan.span,
            day: day * DAY,
            region,
            showcase: key == self.showcase,
            batches: Vec::new(),
        };
        dealer.deal(slots, self.mean_per_object);
        let mut pen = Pen::new(self.world);
        let mut tally = Tally::default();
        for (index, batch) in dealer.batches.iter().enumerate() {
            self.object(&mut pen, batch);
            let label = Label {
                account: &self.world.accounts[account].id,
                folder: Folder::CloudTrail,
                region: REGIONS[batch.region],
                stamp: batch.stamp,
                unique: mix(seed, index as u64),
            };
            let fresh = batch.slots.len() as u64 - batch.copies;
            tally.bytes_gz += self.shelf.put(&label, pen.out.as_bytes())?;
            tally.bytes_json += pen.out.len() as u64;
            tally.objects += 1;
            tally.events += fresh;
            tally.duplicates += batch.copies;
            self.progress.add(fresh);
        }
        Ok(tally)
    }

    fn slots(&self, cell: &Cell) -> Vec<Slot> {
        let mut slots = Vec::with_capacity(cell.events as usize);
        for &owner in &cell.stints {
            let stint = &self.plan.stints[owner];
            slots.extend((0..stint.events).map(|index| Slot {
                time: stint::time(stint, index),
                owner: owner as u32,
                index: index as u32,
            }));
        }
        slots.extend(cell.told.iter().map(|told| Slot {
            time: self.plan.told[*told].time,
            owner: STORIES,
            index: *told as u32,
        }));
        slots.extend(cell.occasions.iter().map(|occasion| Slot {
            time: self.plan.occasions[*occasion].time,
            owner: LOOK_ALIKES,
            index: *occasion as u32,
        }));
        slots.sort_unstable();
        slots
    }

    fn object(&self, pen: &mut Pen<'_>, batch: &Batch) {
        pen.out.clear();
        pen.out.push_str("{\"Records\":[");
        for (index, slot) in batch.slots.iter().enumerate() {
            if index > 0 {
                pen.out.push(',');
            }
            match slot.owner {
                STORIES => pen.out.push_str(&self.plan.told[slot.index as usize].json),
                LOOK_ALIKES => pen.look_alike(&self.plan.occasions[slot.index as usize]),
                owner => pen.event(&self.plan.stints[owner as usize], u64::from(slot.index), slot.time),
            }
        }
        pen.out.push_str("]}");
    }
}

struct Dealer {
    dice: Dice,
    span: Span,
    /// Midnight at the day's start
    day: i64,
    region: usize,
    showcase: bool,
    batches: Vec<Batch>,
}

impl Dealer {
    fn deal(&mut self, mut slots: Vec<Slot>, mean: f64) {
        if self.happens(0.13) {
            self.neighbouring_day(&mut slots);
        }
        if self.happens(0.05) {
            let other = (self.region + 1) % ORDINARY_REGIONS;
            let astray = self.take(&mut slots, 0.02);
            self.push(astray, other, 0);
        }
        if self.happens(0.12) {
            self.late(&mut slots);
        }
        let first = self.batches.len();
        let mut left = slots.as_slice();
        while !left.is_empty() {
            let size = (self.dice.lognormal(1.2) * mean / 2.05) as usize;
            let (now, rest) = left.split_at(size.clamp(1, LARGEST).min(left.len()));
            self.push(now.to_vec(), self.region, 0);
            left = rest;
        }
        if self.happens(0.15) {
            self.events_twice(first);
        }
        if self.happens(0.02) {
            self.object_twice(first);
        }
    }

    fn happens(&mut self, probability: f64) -> bool {
        self.dice.chance(probability) || self.showcase
    }

    /// Puts an object where its last event's delivery says, `delay` seconds later than usual.
    fn push(&mut self, slots: Vec<Slot>, region: usize, delay: i64) {
        let Some(last) = slots.last() else { return };
        let wait = 150 + self.dice.below(240) as i64;
        let delivered = last.time + wait + delay;
        let stamp = (delivered + FIVE_MINUTES - 1).div_euclid(FIVE_MINUTES) * FIVE_MINUTES;
        self.batches.push(Batch { stamp, region, slots, copies: 0 });
    }

    /// Takes a part out of the slots, one run of them, and at least one if two are there.
    fn take(&mut self, slots: &mut Vec<Slot>, part: f64) -> Vec<Slot> {
        if slots.len() < 2 {
            return Vec::new();
        }
        let count = ((slots.len() as f64 * part) as usize).max(1);
        let start = self.dice.below((slots.len() - count + 1) as u64) as usize;
        slots.drain(start..start + count).collect()
    }

    /// The day's last records lie under tomorrow, or its first under yesterday.
    fn neighbouring_day(&mut self, slots: &mut Vec<Slot>) {
        if slots.len() < 2 {
            return;
        }
        let count = (slots.len() / 20).max(1);
        let tomorrow = self.day + DAY + FIVE_MINUTES;
        let (stamp, slots) = if tomorrow < self.span.end && self.dice.chance(0.7) {
            (tomorrow, slots.split_off(slots.len() - count))
        } else {
            (self.day - FIVE_MINUTES, slots.drain(..count).collect())
        };
        self.batches.push(Batch { stamp, region: self.region, slots, copies: 0 });
    }

    /// Some records come hours to days later.
    fn late(&mut self, slots: &mut Vec<Slot>) {
        let delay = 3 * 3_600 + self.dice.below(60 * 3_600) as i64;
        if self.day + DAY + delay < self.span.end {
            let late = self.take(slots, 0.03);
            self.push(late, self.region, delay);
        }
    }

    /// Some events of one object are in the next one too.
    fn events_twice(&mut self, first: usize) {
        let Some(source) = self.batches.get(first) else { return };
        let count = 1 + source.slots.len() / 60;
        let copies: Vec<Slot> = source.slots.iter().copied().take(count).collect();
        match self.batches.get_mut(first + 1) {
            Some(next) => {
                next.copies += copies.len() as u64;
                next.slots.extend(copies);
            }
            None => {
                self.push(copies, self.region, FIVE_MINUTES);
                if let Some(last) = self.batches.last_mut() {
                    last.copies = last.slots.len() as u64;
                }
            }
        }
    }

    /// One object is delivered again under another name.
    fn object_twice(&mut self, first: usize) {
        let smallest = (first..self.batches.len()).min_by_key(|index| self.batches[*index].slots.len());
        if let Some(batch) = smallest.map(|index| &self.batches[index]) {
            let slots = batch.slots.clone();
            let copies = slots.len() as u64;
            self.batches.push(Batch { stamp: batch.stamp, region: batch.region, slots, copies });
        }
    }
}
