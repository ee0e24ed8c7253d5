//! The attack stories: what an intruder does in the demo organisation, each found by rules that ship.
//!
//! A story is a handful of records at a time of its own. Ordinary life knows none of these behaviours, and
//! look-alikes are told apart from them, so a trail without stories is quiet.

mod keys;
mod mfa;
mod network;
mod password;
mod region;
mod root;
mod trail;

use jiff::Timestamp;

use super::dice::mix;
use super::identity::Session;
use super::options::Options;
use super::plan::{DAY, Span};
use super::record::{Kind, Record};
use super::text;
use super::world::{Account, Person, REGIONS, User, World, prefixed};

/// The names of all stories, in the order they are told in a summary.
pub const NAMES: [&str; 8] =
    ["root", "password-guess", "mfa-fail", "mfa-removed", "region", "network", "stale-key", "trail-stopped"];

/// One event of a story, written out.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) time: i64,
    pub(super) account: usize,
    pub(super) region: usize,
    pub(super) json: String,
}

/// A story as it was planted: what a detection run should find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedStory {
    /// One of [`STORY_NAMES`](super::STORY_NAMES).
    pub name: &'static str,
    /// What happens, in a line.
    pub description: &'static str,
    /// Whose deeds these are: an ARN, as the engine names principals.
    pub principal: String,
    /// When the first event of it happens.
    pub first: Timestamp,
    /// When the last one does; the same when there is but one.
    pub last: Timestamp,
    /// How many events tell it, duplicates not counted.
    pub events: u64,
}

/// The intruder's ways in.
const INTRUDER: &str = "192.0.2.66";
const INTRUDER_V6: &str = "2001:db8:bad::66";
const INTRUDERS_AGENT: &str =
    "aws-cli/2.15.30 Python/3.11.8 Linux/6.6.15-amd64 exe/x86_64.kali.2024 prompt/off";
const INTRUDERS_BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

struct Teller<'a> {
    world: &'a World,
    span: Span,
    seed: u64,
    told: Vec<Told>,
    principal: String,
}

/// Tells the stories that were asked for and fit into the trail, in the order of `NAMES`.
pub(super) fn tell(world: &World, options: &Options, span: Span) -> (Vec<Told>, Vec<PlantedStory>) {
    let mut told = Vec::new();
    let mut planted = Vec::new();
    for (index, name) in NAMES.into_iter().enumerate().filter(|(_, name)| options.stories.contains(name)) {
        let seed = mix(mix(world.seed, 0x5709), index as u64);
        let mut teller = Teller { world, span, seed, told: Vec::new(), principal: String::new() };
        let description = match name {
            "root" => teller.root(),
            "password-guess" => teller.password_guess(),
            "mfa-fail" => teller.mfa_fail(),
            "mfa-removed" => teller.mfa_removed(),
            "region" => teller.region(),
            "network" => teller.network(),
            "stale-key" => teller.stale_key(),
            _ => teller.trail_stopped(),
        };
        let times = || teller.told.iter().map(|told| told.time);
        let (Some(first), Some(last)) = (times().min().and_then(at), times().max().and_then(at)) else {
            continue;
        };
        let events = teller.told.len() as u64;
        planted.push(PlantedStory { name, description, principal: teller.principal, first, last, events });
        told.append(&mut teller.told);
    }
    (told, planted)
}

fn at(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(second).ok()
}

impl<'a> Teller<'a> {
    /// A night some way into the trail, with two hours to its end.
    fn night(&self, part: f64) -> i64 {
        let wanted = self.span.start + (part * (self.span.end - self.span.start) as f64) as i64;
        let night = wanted.div_euclid(DAY) * DAY + 2 * 3_600 + (self.seed % 3_600) as i64;
        night.clamp(self.span.start + 60, (self.span.end - 7_500).max(self.span.start + 60))
    }

    fn account(&self, account: usize) -> &'a Account {
        &self.world.accounts[account]
    }

    /// A record with what all records of stories share; the rest is the story's.
    fn record(&self, time: i64, account: usize, region: usize) -> Record<'a> {
        Record {
            time,
            region: REGIONS[region],
            recipient: &self.account(account).id,
            id: mix(self.seed, 0x1_0000 + self.told.len() as u64),
            ip: INTRUDER,
            agent: INTRUDERS_AGENT,
            read_only: Some(false),
            ..Record::default()
        }
    }

    fn add(&mut self, account: usize, region: usize, record: Record<'_>) {
        let mut json = String::new();
        let mut request_id = String::new();
        text::uuid(&mut request_id, mix(record.id, 1));
        let called = record.kind != Kind::SignIn;
        Record { request_id: if called { &request_id } else { "" }, ..record }.write(&mut json);
        self.told.push(Told { time: record.time, account, region, json });
    }

    /// An IAM user with administrator's rights that only the stories know.
    fn admin(&self) -> Person {
        Person {
            account: 0,
            name: "ops.admin".to_owned(),
            id: prefixed("AIDA", mix(self.world.seed, 0xad314), 17),
            seed: mix(self.world.seed, 0xad314),
        }
    }

    fn session(&self, created: i64) -> Session {
        Session { seed: mix(self.seed, 0x5e55), name: String::new(), created }
    }

    /// The robot whose key was stolen: in an account of some choice if it has one.
    fn stolen(&self, account: usize) -> &'a User {
        let users = &self.world.users;
        let robot = |user: &&User| !user.person && user.account == account;
        users.iter().find(robot).unwrap_or(&users[users.len().min(2) - 1])
    }
}

/// An IAM user's session at the console without MFA.
fn console_without_mfa(out: &mut String, person: &Person, account: &str, session: &Session) {
    super::identity::console(out, person, account, session);
    *out = out.replace("\"mfaAuthenticated\":\"true\"", "\"mfaAuthenticated\":\"false\"");
}
