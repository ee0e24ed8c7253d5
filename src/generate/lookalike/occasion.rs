//! When and where look-alikes happen: evenly over the trail, on working days, in one account after another.
//!
//! Evenly, since a rule that counts would be right about ten of them within an hour. Working hours are those of Europe:
//! people do these things, and who signs in as root at night is no look-alike. A trail without a working day has them at
//! any time.

use super::super::dice::{Dice, mix};
use super::super::options::Options;
use super::super::plan::{DAY, Span};
use super::super::world::{HOME, MANAGEMENT, ORDINARY_REGIONS, World};
use super::PlantedLookAlike;
use super::table::{BEGAN, Home, Step, Table, table};

/// A trail has each look-alike once in so many events.
const EVENTS_EACH: u64 = 50_000;

/// One event of a look-alike, before it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Occasion {
    pub(in super::super) time: i64,
    pub(in super::super) account: usize,
    pub(in super::super) region: usize,
    /// When the look-alike begins that it is of: all its events know.
    pub(super) begins: i64,
    pub(super) seed: u64,
    pub(super) look_alike: u16,
    pub(super) number: u32,
    pub(super) step: u16,
}

/// All events of look-alikes of a trail.
pub(in super::super) fn occasions(world: &World, options: &Options, span: Span) -> Vec<Occasion> {
    let table = table();
    let seed = mix(world.seed, 0x100c);
    let count = options.events / EVENTS_EACH;
    let mut drawing = Drawing { world, table, span, found: Vec::new() };
    for (index, rule) in chosen(table, options.events, seed) {
        let seed = mix(seed, rule_seed(rule));
        for number in 0..count.max(1) {
            drawing.occasion(index, number, count.max(1), mix(seed, number));
        }
    }
    drawing.found
}

/// Which look-alikes a trail has: of a small one a part, in no order.
fn chosen(table: &'static Table, events: u64, seed: u64) -> Vec<(usize, &'static str)> {
    let mut all: Vec<_> = table.look_alikes.iter().map(|one| one.rule).enumerate().collect();
    let part = all.len() as u64 * events.min(EVENTS_EACH) / EVENTS_EACH;
    all.sort_by_key(|(_, rule)| mix(seed, rule_seed(rule)));
    all.truncate(part as usize);
    all.sort_unstable();
    all
}

/// By name, so that a new look-alike leaves the others where they are.
fn rule_seed(rule: &str) -> u64 {
    rule.bytes().fold(7, |seed, byte| mix(seed, u64::from(byte)))
}

/// What the occasions of a trail come to, in the order of the table.
pub(in super::super) fn planted(occasions: &[Occasion]) -> Vec<PlantedLookAlike> {
    let mut planted: Vec<PlantedLookAlike> = Vec::new();
    let look_alikes = &table().look_alikes;
    for together in occasions.chunk_by(|one, next| one.look_alike == next.look_alike) {
        let look_alike = &look_alikes[usize::from(together[0].look_alike)];
        planted.push(PlantedLookAlike {
            rule: look_alike.rule,
            description: look_alike.about,
            occasions: together.chunk_by(|one, next| one.number == next.number).count() as u64,
            events: together.len() as u64,
        });
    }
    planted
}

struct Drawing<'a> {
    world: &'a World,
    table: &'static Table,
    span: Span,
    found: Vec<Occasion>,
}

impl Drawing<'_> {
    /// The one of that number out of `count`, each of which has a part of the trail for itself.
    fn occasion(&mut self, look_alike: usize, number: u64, count: u64, seed: u64) {
        let mut dice = Dice::new(seed);
        let way = self.table.look_alikes[look_alike].way(number as usize);
        let longest = way.iter().map(|step| step.after).max().unwrap_or_default();
        let room = (self.span.end - self.span.start) as f64 / count as f64;
        let wanted = self.span.start + ((number as f64 + dice.unit()) * room) as i64;
        let begins = self.at_work(wanted, longest, &mut dice);
        let turn = rule_seed(self.table.look_alikes[look_alike].rule).wrapping_add(number);
        let account = self.account(way, turn, seed);
        let region = dice.below(ORDINARY_REGIONS as u64) as usize;
        for (step, what) in way.iter().enumerate() {
            let region = match (what.is_global(), what.in_other_region) {
                (true, _) => HOME,
                (false, true) => (region + 1) % ORDINARY_REGIONS,
                (false, false) => region,
            };
            self.found.push(Occasion {
                time: begins + what.after,
                account,
                region,
                begins,
                seed,
                look_alike: look_alike as u16,
                number: number as u32,
                step: step as u16,
            });
        }
    }

    fn account(&self, way: &[Step], turn: u64, seed: u64) -> usize {
        match self.table.home(way) {
            Home::Any => (turn % self.world.accounts.len() as u64) as usize,
            Home::Management => MANAGEMENT,
            Home::Robot => self.world.robot(seed).account,
            Home::Person => self.world.person(seed).account,
        }
    }

    /// A working hour near `wanted`, with what went before and comes after within the trail.
    fn at_work(&self, wanted: i64, longest: i64, dice: &mut Dice) -> i64 {
        const OPENS: i64 = 7 * 3_600 + 1_800;
        const HOURS: u64 = 9 * 3_600;
        let (first, last) = (self.span.start + BEGAN, self.span.end - 1 - longest);
        let second = OPENS + dice.below(HOURS) as i64;
        let day = wanted.div_euclid(DAY);
        // The same day, then those before and after it, ever farther.
        let days = (0..=4).flat_map(|away| [day - away, day + away]);
        let mut times = days.filter(|day| is_workday(*day)).map(|day| day * DAY + second);
        times.find(|time| (first..=last).contains(time)).unwrap_or(wanted.min(last).max(first))
    }
}

/// 1970-01-01 was a Thursday: Saturday and Sunday are 2 and 3 days on.
fn is_workday(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}
