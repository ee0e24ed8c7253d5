//! The table by itself: every line says something, every slot is known, every record is one, and rules are told apart.
//!
//! Whether rules pass over them is asked of the executable, in `tests/it/benign.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;
use serde_json::Value;

use super::super::options::{Options, Stories};
use super::super::plan::Span;
use super::super::shape::{Part, Template, catalogue};
use super::super::stint::Pen;
use super::super::world::World;
use super::occasion::{Occasion, occasions};
use super::table::{Home, Step, table};
use crate::detect::{Rule, RuleSet, Severity};

/// The slots that look-alikes use: any other name would silently be that of a thing of an account.
const SLOTS: [&str; 38] = [
    "account",
    "ami",
    "b32",
    "b64",
    "bucket",
    "cluster",
    "colleague",
    "db",
    "func",
    "hex",
    "inst",
    "kms",
    "lasting",
    "locale",
    "management",
    "n",
    "now",
    "other",
    "person",
    "personid",
    "queue",
    "region",
    "repo",
    "robot",
    "robotid",
    "robotkey",
    "role",
    "secret",
    "security",
    "service",
    "sg",
    "snap",
    "subnet",
    "table",
    "user",
    "uuid",
    "vol",
    "word",
];

fn options(events: u64, seed: u64) -> anyhow::Result<Options> {
    Ok(Options { stories: Stories::none(), ..Options::new(events, seed, "2026-11-24T15:00:00Z".parse()?) })
}

fn all(options: &Options) -> (World, Vec<Occasion>) {
    let world = World::new(options);
    let occasions = occasions(&world, options, Span::of(options));
    (world, occasions)
}

fn steps() -> impl Iterator<Item = &'static Step> {
    table().look_alikes.iter().flat_map(|look_alike| look_alike.ways.iter().flatten())
}

fn templates(step: &Step) -> [&Template; 4] {
    [&step.request, &step.response, &step.resources, &step.additional]
}

#[test]
fn every_line_of_the_table_is_read() {
    let text = include_str!("table.txt");
    let lines = |fits: &dyn Fn(&str) -> bool| text.lines().filter(|line| fits(line)).count();
    assert_eq!(table().somebodies.len(), lines(&|line| line.starts_with('@')));
    assert_eq!(table().look_alikes.len(), lines(&|line| line.starts_with("= ")));
    let ways: usize = table().look_alikes.iter().map(|look_alike| look_alike.ways.len()).sum();
    assert_eq!(ways, table().look_alikes.len() + lines(&|line| line == "|"));
    let own = steps().filter(|step| step.after >= 0).count();
    assert_eq!(own, lines(&|line| !line.is_empty() && !line.starts_with(['@', '^', '=', '|', '#'])));
    for look_alike in &table().look_alikes {
        assert!(look_alike.about.ends_with('.'), "{}", look_alike.rule);
        assert!(look_alike.ways.iter().all(|way| !way.is_empty()), "{}", look_alike.rule);
    }
}

#[test]
fn no_rule_has_two_look_alikes_and_no_slot_is_unknown() {
    let rules: BTreeSet<&str> = table().look_alikes.iter().map(|look_alike| look_alike.rule).collect();
    assert_eq!(rules.len(), table().look_alikes.len());
    let identities = table().somebodies.iter().map(|somebody| &somebody.identity);
    for template in steps().flat_map(templates).chain(identities) {
        for part in &template.0 {
            match part {
                Part::Slot(name, ..) => assert!(SLOTS.contains(name), "`{name}`"),
                Part::Text(text) => assert!(!text.contains(['<', '>']), "{text}"),
            }
        }
    }
}

/// The names that a rule's statement compares `event_name` with.
fn named(sql: &str) -> anyhow::Result<BTreeSet<String>> {
    let comparison = Regex::new(r"\bevent_name\s*(?:=\s*|IN\s*\()((?:\s*'[^']+',?)+)")?;
    let text = Regex::new("'([^']+)'")?;
    let texts = comparison.captures_iter(sql).flat_map(|found| {
        let list = found.get(1).map_or("", |list| list.as_str());
        text.captures_iter(list).map(|one| one[1].to_owned()).collect::<Vec<_>>()
    });
    Ok(texts.collect())
}

#[test]
fn every_high_rule_has_a_look_alike_and_every_event_that_it_names_is_honest_somewhere() -> anyhow::Result<()>
{
    let ours: BTreeSet<&str> = table().look_alikes.iter().map(|look_alike| look_alike.rule).collect();
    let mut occurring: BTreeSet<&str> = steps().map(|step| step.name).collect();
    occurring.extend(catalogue().shapes.iter().map(|shape| shape.name));
    // What a story is made of has its own look-alikes.
    let is_story = |rule: &Rule| rule.file.starts_with("queries/stories/");
    let high = |rule: &&Arc<Rule>| rule.severity >= Severity::High && !is_story(rule);
    for rule in RuleSet::shipped()?.iter().filter(high) {
        assert!(ours.contains(&*rule.id), "`{}` has no look-alike", rule.id);
        for name in named(rule.sql())? {
            assert!(occurring.contains(&*name), "`{name}` of `{}` never occurs", rule.id);
        }
    }
    Ok(())
}

#[test]
fn whoever_has_an_account_acts_in_it() {
    let table = table();
    for look_alike in &table.look_alikes {
        for way in &look_alike.ways {
            let homes = |home: Home| way.iter().any(|step| table.home(std::slice::from_ref(step)) == home);
            let several =
                [Home::Robot, Home::Person, Home::Management].into_iter().filter(|home| homes(*home));
            assert!(several.count() <= 1, "{}", look_alike.rule);
        }
    }
}

/// Of every look-alike every way, as a record.
#[test]
fn each_occasion_makes_whole_records_in_the_trail_and_in_working_hours() -> anyhow::Result<()> {
    let options = options(1_000_000, 7)?;
    let span = Span::of(&options);
    let (world, occasions) = all(&options);
    let mut pen = Pen::new(&world);
    let mut ids = BTreeSet::new();
    for occasion in &occasions {
        pen.out.clear();
        pen.look_alike(occasion);
        let record: Value =
            serde_json::from_str(&pen.out).map_err(|error| anyhow::anyhow!("{error}: {}", pen.out))?;
        assert!((span.start..span.end).contains(&occasion.time), "{record}");
        let hour = occasion.time.rem_euclid(86_400) / 3_600;
        assert!((7..19).contains(&hour), "{record}");
        assert!(ids.insert(record["eventID"].to_string()), "{record}");
        for field in
            ["eventName", "eventSource", "awsRegion", "sourceIPAddress", "userAgent", "recipientAccountId"]
        {
            assert!(record[field].is_string(), "{field} {record}");
        }
        let own = record["userIdentity"]["accountId"].as_str();
        let outside = record["userIdentity"]["type"] == "AWSAccount";
        assert!(outside || own.is_none_or(|own| record["recipientAccountId"] == own), "{record}");
    }
    Ok(())
}

#[test]
fn each_look_alike_happens_once_in_50_000_events_and_a_small_trail_has_a_part_of_them() -> anyhow::Result<()>
{
    for (events, wanted) in [(50_000, 1), (99_999, 1), (100_000, 2), (1_000_000, 20)] {
        let planted = super::planted(&all(&options(events, 3)?).1);
        assert_eq!(planted.len(), table().look_alikes.len());
        for look_alike in planted {
            assert_eq!(look_alike.occasions, wanted, "{events} {}", look_alike.rule);
        }
    }
    let few = super::planted(&all(&options(10_000, 3)?).1);
    assert_eq!(few.len(), table().look_alikes.len() / 5);
    Ok(())
}

#[test]
fn occasions_of_a_look_alike_lie_evenly() -> anyhow::Result<()> {
    let (_, occasions) = all(&options(2_000_000, 5)?);
    let mut begins: BTreeMap<u16, BTreeSet<i64>> = BTreeMap::new();
    for occasion in &occasions {
        begins.entry(occasion.look_alike).or_default().insert(occasion.begins);
    }
    for (look_alike, begins) in begins {
        let begins: Vec<i64> = begins.into_iter().collect();
        // Of ten one after another the last is a working day or more behind the first.
        assert!(begins.windows(10).all(|ten| ten[9] - ten[0] > 43_200), "{look_alike}");
    }
    Ok(())
}

#[test]
fn a_trail_of_a_weekend_has_them_at_any_time_within_it() -> anyhow::Result<()> {
    let options = Options { days: 1, end: "2026-11-22T20:00:00Z".parse()?, ..options(60_000, 1)? };
    let span = Span::of(&options);
    let (_, occasions) = all(&options);
    assert!(!occasions.is_empty());
    assert!(occasions.iter().all(|occasion| (span.start..span.end).contains(&occasion.time)));
    Ok(())
}
