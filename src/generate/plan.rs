//! Who is active when: the whole trail as stints, and the stints by cell.
//!
//! A stint is one actor's activity of a part of one day in one account and region, under one session. The plan of a
//! trail is a list of stints with the number of events of each: small even for 10⁸ events, and the only thing that is
//! made in sequence. A cell is a day of an account in a region; cells are written independently.

use std::collections::BTreeMap;

use anyhow::ensure;

use super::dice::{Dice, mix};
use super::lookalike::{Occasion, occasions};
use super::options::Options;
use super::story::{self, Told};
use super::world::{self, HOME, MANAGEMENT, ORDINARY_REGIONS, REGIONS, Trust, World};

pub(super) const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    /// An IAM user with his access key
    User(usize),
    /// A session of a role, opened by its first event
    Role(usize),
    /// The caller's side of a cross-account AssumeRole: a user, a role
    Hop(usize, usize),
    /// An IAM user at the console: MFA, sign-in, then work
    Console(usize),
    /// A sign-in at the access portal
    Portal(usize),
    /// A console sign-in that failed once
    Failed(usize),
    /// An administrator at the console makes a user's access key
    NewKey(usize, usize),
    /// A user's federation token and its use
    Federated(usize),
    /// A principal of another account
    Outsider(usize),
    /// AWS's own services
    Service,
}

#[derive(Debug, Clone)]
pub(super) struct Stint {
    pub(super) actor: Actor,
    pub(super) account: usize,
    pub(super) region: usize,
    pub(super) start: i64,
    pub(super) end: i64,
    /// Seed of the session; stints with the same one share its credentials.
    pub(super) session: u64,
    pub(super) events: u64,
    /// Part of the events that are spread over all stints
    share: f64,
}

/// The span of the trail in seconds since 1970: [start, end).
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
}

#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) stints: Vec<usize>,
    pub(super) told: Vec<usize>,
    pub(super) occasions: Vec<usize>,
    pub(super) events: u64,
}

/// The day (since 1970), the account's place, the region's place.
pub(super) type CellKey = (i64, usize, usize);

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) span: Span,
    pub(super) stints: Vec<Stint>,
    pub(super) told: Vec<Told>,
    pub(super) occasions: Vec<Occasion>,
    pub(super) planted: Vec<story::PlantedStory>,
    pub(super) cells: Vec<(CellKey, Cell)>,
}

impl Actor {
    /// How many events open the stint, in their order.
    pub(super) fn opening(self) -> u64 {
        match self {
            Self::User(_) | Self::Outsider(_) | Self::Service => 0,
            Self::Role(_) | Self::Hop(..) | Self::Failed(_) | Self::NewKey(..) | Self::Federated(_) => 1,
            Self::Console(_) => 2,
            Self::Portal(_) => 5,
        }
    }
}

impl Span {
    pub(super) fn of(options: &Options) -> Self {
        let end = options.end.as_second();
        Self { start: end - i64::from(options.days) * DAY, end }
    }

    /// A stretch of at least a minute near `start`, within the trail and one day.
    pub(super) fn fit(self, start: i64, length: i64) -> (i64, i64) {
        let start = start.clamp(self.start, self.end - 90);
        let midnight = (start.div_euclid(DAY) + 1) * DAY;
        // What would go on past midnight begins earlier, lest the evenings be crowded.
        let over = (start + length - midnight).max(0) * 3 / 4;
        let start = (start - over).max(midnight - DAY).max(self.start);
        let start = start.min(midnight.min(self.end) - 90).max(self.start.min(midnight - 90));
        (start, (start + length.max(90)).min(midnight).min(self.end))
    }

    fn days(self) -> i64 {
        (self.end - self.start) / DAY
    }
}

impl Plan {
    pub(super) fn new(world: &World, options: &Options, others: u64) -> anyhow::Result<Self> {
        let span = Span::of(options);
        let (told, planted) = story::tell(world, options, span);
        let occasions = occasions(world, options, span);
        let mut stints = Drawing { world, span, dice: Dice::new(mix(world.seed, 0x91a)), stints: Vec::new() };
        stints.all(options.events);
        let mut stints = stints.stints;
        let planted_events = (told.len() + occasions.len()) as u64;
        let fixed = planted_events + others + stints.iter().map(|stint| stint.events).sum::<u64>();
        ensure!(
            fixed <= options.events,
            "`{}` events are too few for a trail of {} days: this world needs {fixed}",
            options.events,
            options.days
        );
        spread(&mut stints, options.events - fixed);
        let cells = cells(&stints, &told, &occasions);
        Ok(Self { span, stints, told, occasions, planted, cells })
    }
}

/// Gives out exactly `events` by the stints' shares: each gets what the running sum, rounded, grows by.
fn spread(stints: &mut [Stint], events: u64) {
    let whole: f64 = stints.iter().map(|stint| stint.share).sum();
    let (mut sum, mut given) = (0.0, 0);
    let last = stints.iter().rposition(|stint| stint.share > 0.0).unwrap_or(0);
    for (index, stint) in stints.iter_mut().enumerate() {
        sum += stint.share;
        let due = if index >= last { events } else { ((sum / whole) * events as f64) as u64 };
        let more = due.min(events).saturating_sub(given);
        stint.events += more;
        given += more;
    }
}

fn cells(stints: &[Stint], told: &[Told], occasions: &[Occasion]) -> Vec<(CellKey, Cell)> {
    let mut cells: BTreeMap<CellKey, Cell> = BTreeMap::new();
    for (index, stint) in stints.iter().enumerate().filter(|(_, stint)| stint.events > 0) {
        let cell = cells.entry((stint.start.div_euclid(DAY), stint.account, stint.region)).or_default();
        cell.stints.push(index);
        cell.events += stint.events;
    }
    for (index, told) in told.iter().enumerate() {
        let cell = cells.entry((told.time.div_euclid(DAY), told.account, told.region)).or_default();
        cell.told.push(index);
        cell.events += 1;
    }
    for (index, occasion) in occasions.iter().enumerate() {
        let key = (occasion.time.div_euclid(DAY), occasion.account, occasion.region);
        let cell = cells.entry(key).or_default();
        cell.occasions.push(index);
        cell.events += 1;
    }
    cells.into_iter().collect()
}

struct Drawing<'a> {
    world: &'a World,
    span: Span,
    dice: Dice,
    stints: Vec<Stint>,
}

impl Drawing<'_> {
    fn all(&mut self, events: u64) {
        self.users(events);
        let users = self.stints.len();
        self.normalise(0, 0.36);
        self.sessions();
        self.normalise(users, 0.43);
        let sessions = self.stints.len();
        self.outsiders();
        self.normalise(sessions, 0.06);
        let outsiders = self.stints.len();
        self.services(events);
        self.normalise(outsiders, 0.13);
        let services = self.stints.len();
        self.consoles();
        self.normalise(services, 0.02);
        self.sign_ins();
    }

    /// Makes the shares since `from` add up to `part`.
    fn normalise(&mut self, from: usize, part: f64) {
        let sum: f64 = self.stints[from..].iter().map(|stint| stint.share).sum();
        for stint in &mut self.stints[from..] {
            stint.share *= part / sum.max(f64::MIN_POSITIVE);
        }
    }

    fn push(&mut self, actor: Actor, account: usize, region: usize, at: (i64, i64), least: u64, share: f64) {
        let (start, end) = self.span.fit(at.0, at.1);
        let session = self.dice.next();
        self.stints.push(Stint { actor, account, region, start, end, session, events: least, share });
    }

    /// Every few days each user works, so that no ordinary key ever looks unused.
    fn users(&mut self, events: u64) {
        let gap = match events {
            0..6_000 => 5.0,
            6_000..60_000 => 3.0,
            _ => 1.4,
        };
        for (index, user) in self.world.users.iter().enumerate() {
            let mut at = self.span.start as f64;
            // The last user is new: his key is made in the middle of the trail and used within the hour.
            if index + 1 == self.world.users.len() && self.span.days() >= 4 {
                at = self.new_user(index);
            } else {
                at += self.dice.unit() * gap * DAY as f64;
            }
            loop {
                let start = if user.person { self.at_work(at as i64) } else { at as i64 };
                let region = self.region(0.62);
                let length = if user.person { 3 * HOUR } else { 9 * HOUR };
                let share = self.dice.lognormal(0.9) * if user.person { 0.6 } else { 1.2 };
                self.push(Actor::User(index), user.account, region, (start, length), 1, share);
                at += gap * DAY as f64 * (0.6 + 0.4 * self.dice.unit());
                if at >= self.span.end as f64 {
                    break;
                }
            }
        }
    }

    fn new_user(&mut self, user: usize) -> f64 {
        let middle = self.span.start + self.span.days() / 2 * DAY;
        let start = self.at_work(middle).min(self.span.end - DAY);
        let start = start.div_euclid(DAY) * DAY + 9 * HOUR;
        let account = self.world.users[user].account;
        let admin = self.dice.below(self.world.console.len() as u64) as usize;
        self.push(Actor::NewKey(admin, user), account, HOME, (start, 120), 1, 0.0);
        (start + 1_500) as f64
    }

    fn sessions(&mut self) {
        let roles = self.world.roles.len();
        for session in 0..self.world.scale.sessions {
            let role = if session < roles { session } else { self.dice.skewed(roles) };
            let trust = self.world.roles[role].trust;
            let account = self.world.roles[role].account;
            let any = self.any_day();
            let (start, hours, volume) = match trust {
                Trust::Ec2 => (any, 6 * HOUR, 1.0),
                Trust::Lambda => (any, 8 * HOUR, 1.3),
                Trust::Ecs => (any, 6 * HOUR, 1.1),
                Trust::Ci => (self.at_work(any), HOUR / 2, 0.8),
                Trust::Cross => (any, HOUR, 0.6),
                Trust::Portal => (self.at_work(any), 5 * HOUR, 0.7),
                Trust::Linked(_) => (any, 12 * HOUR, 0.8),
            };
            let region = self.region(0.64);
            let share = volume * self.dice.lognormal(0.8);
            if trust == Trust::Cross {
                self.hop(role, account, region, start);
            }
            // Not by the last user, whose key may not be made yet.
            let actor = if session % 37 == 36 {
                Actor::Federated(session % (self.world.users.len() - 1))
            } else {
                Actor::Role(role)
            };
            let account = match actor {
                Actor::Federated(user) => self.world.users[user].account,
                _ => account,
            };
            self.push(actor, account, region, (start, hours), 2, share);
            self.pair(trust, actor);
        }
    }

    /// The caller's record of a cross-account AssumeRole, in the caller's account at the same moment.
    fn hop(&mut self, role: usize, account: usize, region: usize, start: i64) {
        if let Some(user) = self.world.foreign_user(account) {
            self.push(Actor::Hop(user, role), self.world.users[user].account, region, (start, HOUR), 1, 0.0);
        }
    }

    /// Ties a role's session to the stint that opened it elsewhere.
    fn pair(&mut self, trust: Trust, actor: Actor) {
        let Some(last) = self.stints.last().cloned() else { return };
        let before = self.stints.len().saturating_sub(2);
        if trust == Trust::Cross
            && let (Actor::Role(role), Some(hop)) = (actor, self.stints.get_mut(before))
            && matches!(hop.actor, Actor::Hop(_, other) if other == role)
        {
            hop.session = last.session;
            hop.start = last.start;
        }
        if trust == Trust::Portal && matches!(actor, Actor::Role(_)) {
            let person = super::stint::portal_person(self.world, last.session);
            self.push(Actor::Portal(person), MANAGEMENT, HOME, (last.start - 600, 120), 5, 0.0);
        }
    }

    fn outsiders(&mut self) {
        for (index, outsider) in self.world.outsiders.iter().enumerate() {
            let (start, region) = (self.any_day(), self.region(0.7));
            let share = self.dice.lognormal(0.9);
            self.push(Actor::Outsider(index), outsider.account, region, (start, 8 * HOUR), 1, share);
        }
    }

    fn services(&mut self, events: u64) {
        let days = self.span.days().max(1) as u64;
        let most = days * (self.world.accounts.len() * ORDINARY_REGIONS) as u64;
        for _ in 0..(events / 250).clamp(8, most) {
            let day = self.span.start + self.dice.below(days) as i64 * DAY;
            let account = self.world.some_account(&mut self.dice);
            let region = self.region(0.64);
            let start = day.div_euclid(DAY) * DAY;
            let share = self.dice.lognormal(0.5);
            self.push(Actor::Service, account, region, (start, DAY), 1, share);
        }
    }

    fn consoles(&mut self) {
        for (index, person) in self.world.console.iter().enumerate() {
            // Most only look in: sign in and leave.
            let any = self.any_day();
            let start = self.at_work(any);
            let share = if index % 5 > 0 { 0.0 } else { self.dice.lognormal(0.6) };
            self.push(Actor::Console(index), person.account, HOME, (start, 2 * HOUR), 2, share);
        }
    }

    /// Sign-ins that lead nowhere, and the one wrong password a week that every office has.
    fn sign_ins(&mut self) {
        for person in 0..self.world.portal.len() {
            let any = self.any_day();
            let start = self.at_work(any);
            self.push(Actor::Portal(person), MANAGEMENT, HOME, (start, 120), 5, 0.0);
        }
        for week in 0..self.span.days() / 7 {
            let person = self.dice.below(self.world.console.len() as u64) as usize;
            let start = self.at_work(self.span.start + (7 * week + 1) * DAY);
            let account = self.world.console[person].account;
            self.push(Actor::Failed(person), account, HOME, (start, 120), 1, 0.0);
        }
    }

    fn region(&mut self, home: f64) -> usize {
        usize::from(!self.dice.chance(home)).min(ORDINARY_REGIONS - 1).min(REGIONS.len() - 1)
    }

    /// Any moment of the trail, daytime more often.
    fn any_day(&mut self) -> i64 {
        let at = self.span.start + self.dice.below((self.span.end - self.span.start).unsigned_abs()) as i64;
        let hour = at.rem_euclid(DAY) / HOUR;
        let night = !(6..20).contains(&hour);
        if night && self.dice.chance(0.45) { (at + 12 * HOUR).min(self.span.end - 90) } else { at }
    }

    /// The same day at working hours; from a weekend mostly the Friday before.
    fn at_work(&mut self, at: i64) -> i64 {
        let day = at.div_euclid(DAY);
        // 1970-01-01 was a Thursday: Saturday and Sunday are 2 and 3 days on.
        let weekday = (day + 3).rem_euclid(7);
        let back = if weekday >= 5 && self.dice.chance(0.88) { weekday - 4 } else { 0 };
        let hour = 7.0 + 10.5 * (self.dice.unit() + self.dice.unit()) / 2.0;
        let start = (day - back) * DAY + (hour * HOUR as f64) as i64;
        if start < self.span.start { at } else { start }
    }
}

/// The name of an account's log bucket.
pub(super) fn log_bucket(world: &World) -> String {
    format!("demo-org-trail-{}", world.accounts[world::SECURITY].id)
}
