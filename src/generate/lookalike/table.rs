//! The table of look-alikes, parsed once: who does what, in the place of which rule's attack.
//!
//! A line `@who address "agent" identity` is somebody: `office`, `nat` or an address (or the name of a service); `cli`,
//! `browser`, `program` or the user agent itself in quotes; `userIdentity` as JSON. `^ …` below it is how the session
//! began, which comes before whatever that somebody does.
//!
//! `= rule Sentence.` opens a look-alike, `|` another way to do it: ways take turns. A line of it is
//! `who service.Name flags [+seconds] request => response ## resources ++ additional !! code message`, all JSON but the
//! error, and all that follows the flags may be left out. Flags: `r` or `w` (management, read or write), `d` or `D`
//! (data); then `m` (in the management account), `2` (in the other region), `s` (a sign-in), `e` (an event of a service,
//! whose details stand for the request). An error without a message is a denial in AWS's own words, `-` one
//! without a code, as sign-ins have it. Slots are those of `shape.rs`.

use std::sync::LazyLock;

use super::super::record::Kind;
use super::super::shape::{Part, Template};

const TEXT: &str = include_str!("table.txt");

/// How long before its first call somebody's session began, in seconds.
pub(super) const BEGAN: i64 = 900;

/// Services that write their events in the home region alone.
const GLOBAL: [&str; 8] =
    ["iam", "organizations", "route53", "route53domains", "account", "cloudfront", "fms", "signin"];

#[derive(Debug)]
pub(super) struct Table {
    pub(super) somebodies: Vec<Somebody>,
    pub(super) look_alikes: Vec<LookAlike>,
}

#[derive(Debug)]
pub(super) struct Somebody {
    name: &'static str,
    pub(super) address: &'static str,
    pub(super) agent: Agent,
    pub(super) identity: Template,
    opening: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agent {
    CommandLine,
    Browser,
    Program,
    As(&'static str),
}

#[derive(Debug)]
pub(super) struct LookAlike {
    /// The id of the rule that it is like.
    pub(super) rule: &'static str,
    /// What honest people do, in a line.
    pub(super) about: &'static str,
    pub(super) ways: Vec<Vec<Step>>,
}

/// One event.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) who: usize,
    /// As in `iam` of `iam.amazonaws.com`
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) read_only: bool,
    pub(super) data: bool,
    pub(super) kind: Kind,
    pub(super) in_management: bool,
    pub(super) in_other_region: bool,
    /// Seconds after the occasion begins; before it for what opens a session.
    pub(super) after: i64,
    pub(super) request: Template,
    pub(super) response: Template,
    pub(super) resources: Template,
    pub(super) additional: Template,
    /// Code and message
    pub(super) error: Option<(&'static str, &'static str)>,
}

/// Whose account an occasion is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Any,
    Management,
    /// That of the IAM user with a key who does it
    Robot,
    /// That of the IAM user at the console who does it
    Person,
}

pub(super) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| Table::parse(TEXT));
    &TABLE
}

impl Table {
    /// Lines that say nothing are passed over: the tests of the table see to it that there is none.
    fn parse(text: &'static str) -> Self {
        let mut table = Self { somebodies: Vec::new(), look_alikes: Vec::new() };
        for line in text.lines() {
            if let Some(line) = line.strip_prefix('@') {
                table.somebodies.extend(somebody(line));
            } else if let Some(line) = line.strip_prefix("^ ") {
                let opening = table.step(line).map(|step| Step { after: -BEGAN, ..step });
                if let Some(last) = table.somebodies.last_mut() {
                    last.opening.extend(opening);
                }
            } else if let Some(line) = line.strip_prefix("= ") {
                let (rule, about) = line.split_once(' ').unwrap_or((line, ""));
                table.look_alikes.push(LookAlike { rule, about, ways: vec![Vec::new()] });
            } else if line == "|" {
                table.look_alikes.last_mut().into_iter().for_each(|last| last.ways.push(Vec::new()));
            } else if let Some(step) = table.step(line) {
                table.add(step);
            }
        }
        table
    }

    /// A step of the last look-alike, and before it what opens the session of whoever appears for the first time.
    fn add(&mut self, step: Step) {
        let opening = &self.somebodies[step.who].opening;
        let Some(way) = self.look_alikes.last_mut().and_then(|last| last.ways.last_mut()) else { return };
        if !way.iter().any(|earlier| earlier.who == step.who) {
            way.extend(opening.iter().cloned());
        }
        way.push(step);
    }

    fn step(&self, line: &'static str) -> Option<Step> {
        let (line, error) = halves(line, " !! ");
        let (line, additional) = halves(line, " ++ ");
        let (line, resources) = halves(line, " ## ");
        let (line, response) = halves(line, " => ");
        let mut words = line.splitn(4, ' ');
        let who = words.next()?;
        let (service, name) = words.next()?.split_once('.')?;
        let flags = words.next()?;
        let rest = words.next().unwrap_or_default();
        let (after, request) = match rest.strip_prefix('+') {
            Some(rest) => rest.split_once(' ').unwrap_or((rest, "")),
            None => ("0", rest),
        };
        let has = |flag| flags.contains(flag);
        Some(Step {
            who: self.somebodies.iter().position(|somebody| somebody.name == who)?,
            service,
            name,
            read_only: has('r') || has('d'),
            data: has('d') || has('D'),
            kind: if has('s') {
                Kind::SignIn
            } else if has('e') {
                Kind::ServiceEvent
            } else {
                Kind::Call
            },
            in_management: has('m'),
            in_other_region: has('2'),
            after: after.parse().ok()?,
            request: Template::parse(request),
            response: Template::parse(response),
            resources: Template::parse(resources),
            additional: Template::parse(additional),
            error: (!error.is_empty()).then(|| error.split_once(' ').unwrap_or((error, ""))),
        })
    }

    /// Whose account an occasion of these steps is in.
    pub(super) fn home(&self, way: &[Step]) -> Home {
        let names = |step: &Step, slot| self.somebodies[step.who].identity.has(slot);
        if way.iter().any(|step| step.in_management) {
            Home::Management
        } else if way.iter().any(|step| names(step, "robot")) {
            Home::Robot
        } else if way.iter().any(|step| names(step, "person")) {
            Home::Person
        } else {
            Home::Any
        }
    }
}

impl LookAlike {
    /// The steps of the occasion of that number.
    pub(super) fn way(&self, number: usize) -> &[Step] {
        self.ways.get(number % self.ways.len().max(1)).map_or(&[], Vec::as_slice)
    }
}

impl Step {
    pub(super) fn is_global(&self) -> bool {
        GLOBAL.contains(&self.service)
    }
}

impl Template {
    fn has(&self, slot: &str) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Slot(name, ..) if *name == slot))
    }
}

fn somebody(line: &'static str) -> Option<Somebody> {
    let (line, identity) = line.split_at(line.find(" {")?);
    let mut words = line.splitn(3, ' ');
    let (name, address, agent) = (words.next()?, words.next()?, words.next()?);
    let agent = match agent {
        "cli" => Agent::CommandLine,
        "browser" => Agent::Browser,
        "program" => Agent::Program,
        quoted => Agent::As(quoted.trim_matches('"')),
    };
    Some(Somebody {
        name,
        address,
        agent,
        identity: Template::parse(identity.trim_start()),
        opening: Vec::new(),
    })
}

/// What stands before and after a mark; after it nothing if it isn't there.
fn halves(line: &'static str, mark: &str) -> (&'static str, &'static str) {
    line.split_once(mark).unwrap_or((line, ""))
}
