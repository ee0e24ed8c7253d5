//! Honest administration sets off no alarm: a trail without attacks, in which each high and critical rule has its
//! look-alike, has hardly a finding of these severities.
//!
//! The trail is made by `generate --stories none`; the configuration says what its organisation approves of, so that
//! every rule runs. What fires at all, and what events of rules do not occur, is printed: `--nocapture` shows it.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

use crate::harness::TestDir;
use crate::mmdb;

/// Four occasions of each look-alike, so that those with several ways show most of them.
const EVENTS: u64 = 200_000;
/// A trail has each look-alike once in so many events.
const EVENTS_EACH: u64 = 50_000;
/// Findings of high severity and above that a million benign events may have.
const HIGH_MAX: u64 = 20;

/// What the organisation of generated trails approves of, for all rules that have to be told.
const CONFIG: &str = r#"
[params]
approved_regions = ["us-east-1", "eu-west-1"]
approved_networks = ["198.51.100.0/24", "203.0.113.0/25", "2001:db8:100::/48"]
instance_networks = ["203.0.113.0/27"]
cluster_networks = ["203.0.113.0/27"]
watched_addresses = ["192.0.2.0/24"]
trusted_accounts = [
  "111111111111", "222222222222", "333333333333", "444444444444", "555555555555", "666666666666", "777777777777",
  "888888888888", "999999999999", "101010101010", "121212121212", "131313131313", "141414141414", "151515151515",
  "161616161616", "171717171717", "181818181818", "191919191919", "202020202020", "212121212121",
]
break_glass_principals = [ACCOUNTS:user/break-glass, ACCOUNTS:role/break-glass-admin]
mfa_roles = [ACCOUNTS:role/emergency-operator]
watched_roles = [ACCOUNTS:role/landing-zone-admin]
bad_images = ["ami-0bad0bad0bad0bad0"]
github_owners = ["demo"]
work_time_zone = "Europe/Berlin"
[geoip]
country = "country.mmdb"
asn = "asn.mmdb"
"#;

/// A rule as `rules list` tells it: its id, and the events that its statement names, with their sources.
#[derive(Debug)]
struct Rule {
    id: String,
    sources: BTreeSet<String>,
    names: BTreeSet<String>,
}

/// The configuration, with an ARN for each account of the first eight.
fn config() -> String {
    let arns = |rest: &str| {
        let arn = |digit: u8| format!("\"arn:aws:iam::{}:{rest}\"", digit.to_string().repeat(12));
        (1..=8).map(arn).collect::<Vec<_>>().join(", ")
    };
    let each = Regex::new("ACCOUNTS:([a-z/-]+)").unwrap();
    each.replace_all(CONFIG, |found: &regex::Captures<'_>| arns(&found[1])).into_owned()
}

/// The texts that a statement compares a column with.
fn compared(sql: &str, column: &str) -> BTreeSet<String> {
    let comparison = Regex::new(&format!(r"\b{column}\s*(?:=\s*'([^']+)'|IN\s*\(([^()]*)\))")).unwrap();
    let text = Regex::new("'([^']+)'").unwrap();
    let mut texts = BTreeSet::new();
    for found in comparison.captures_iter(sql) {
        texts.extend(found.get(1).map(|one| one.as_str().to_owned()));
        let list = found.get(2).map_or("", |list| list.as_str());
        texts.extend(text.captures_iter(list).map(|one| one[1].to_owned()));
    }
    texts
}

fn is_high(severity: &str) -> bool {
    ["high", "critical"].contains(&severity)
}

fn high_rules(dir: &TestDir) -> Vec<Rule> {
    let all = dir.run(["rules", "list", "--format", "json"]).expect_exit(0).json();
    // What a story is made of has its own look-alikes.
    let of_events = all.as_array().unwrap().iter().filter(|rule| rule["kind"] != "story");
    let high = of_events.filter(|rule| rule["severity"].as_str().is_some_and(is_high));
    let rule = |rule: &Value| {
        let sql = rule["sql"].as_str().unwrap();
        Rule {
            id: rule["id"].as_str().unwrap().to_owned(),
            sources: compared(sql, "event_source"),
            names: compared(sql, "event_name"),
        }
    };
    high.map(rule).collect()
}

/// How often each event occurs: source, name.
fn events(dir: &TestDir) -> BTreeMap<(String, String), u64> {
    let sql = "SELECT event_source, event_name, count(*) AS n FROM cloudtrail GROUP BY 1, 2";
    let rows = dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson();
    let text = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| ((text(row, "event_source"), text(row, "event_name")), row["n"].as_u64().unwrap()))
        .collect()
}

impl Rule {
    /// How often the event of that name occurs, from one of the rule's sources.
    fn count(&self, events: &BTreeMap<(String, String), u64>, name: &str) -> u64 {
        let of_mine = |source: &String| self.sources.is_empty() || self.sources.contains(source);
        let mine = events.iter().filter(|((source, other), _)| other == name && of_mine(source));
        mine.map(|(_, count)| count).sum()
    }
}

#[test]
fn honest_administration_has_each_high_rules_look_alike_and_hardly_sets_one_off() {
    let dir = TestDir::new();
    dir.file("country.mmdb", mmdb::countries_of_generated());
    dir.file("asn.mmdb", mmdb::systems());
    dir.file("trailhound.toml", config());
    let count = EVENTS.to_string();
    let generate = ["generate", "logs", "--events", &count, "--seed", "1", "--end", "2026-11-24"];
    let made = dir.run(generate.into_iter().chain(["--stories", "none", "--format", "json"])).expect_exit(0);
    let planted: BTreeMap<String, u64> = made.json()["look_alikes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["rule"].as_str().unwrap().to_owned(), one["occasions"].as_u64().unwrap()))
        .collect();
    dir.run(["ingest", "logs"]).expect_exit(0);
    let rules = high_rules(&dir);
    let events = events(&dir);
    let rate = EVENTS / EVENTS_EACH;
    assert!(rules.len() > 100, "{}", rules.len());
    let mut absent = Vec::new();
    for rule in &rules {
        assert_eq!(planted.get(&rule.id), Some(&rate), "look-alikes of `{}`", rule.id);
        let occurring: u64 = rule.names.iter().map(|name| rule.count(&events, name)).sum();
        assert!(
            rule.names.is_empty() || occurring >= rate,
            "the events of `{}` occur {occurring} times in {EVENTS} benign ones: {:?}",
            rule.id,
            rule.names
        );
        let missing = rule.names.iter().filter(|name| rule.count(&events, name) == 0);
        absent.extend(missing.map(|name| format!("{}: {name}", rule.id)));
    }
    eprintln!("{} events of high rules come only in longer trails: {}", absent.len(), absent.join(", "));

    let told = detect(&dir, "trailhound.toml");
    for rule in told["rules"].as_array().unwrap() {
        let id = &rule["rule_id"];
        assert!(rule["state"] == "ran" || !rules.iter().any(|high| *id == *high.id), "{rule}");
    }
    expect_few_high(&told, "configured");
    // Who has told nothing has fewer rules, and those may not make up for it.
    dir.file("empty.toml", "");
    expect_few_high(&detect(&dir, "empty.toml"), "not configured");
}

/// All shipped rules over the lake.
fn detect(dir: &TestDir, config: &str) -> Value {
    dir.run(["detect", "--config", config, "--format", "json", "--no-save"]).expect_exit(0).json()
}

/// Prints what fires.
fn expect_few_high(report: &Value, which: &str) {
    let mut fired: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let text = |key: &str| finding[key].as_str().unwrap();
        *fired.entry((text("severity"), text("rule_id"))).or_default() += 1;
    }
    eprintln!("{which}, of {EVENTS} benign events:");
    for ((severity, rule), count) in &fired {
        eprintln!("{severity:<9}{rule:<48}{count:>7}");
    }
    let high: u64 = fired.iter().filter(|((severity, _), _)| is_high(severity)).map(|(_, count)| count).sum();
    let allowed = HIGH_MAX * EVENTS / 1_000_000;
    assert!(
        high <= allowed,
        "{high} findings of high severity, {which}, in {EVENTS} benign events: {fired:#?}"
    );
}
