//! Public Sigma rules over real records: what we match beside what an independent implementation matches.
//!
//! The other one is the crate `sigma-rust`, which reads rules and records as trees. Each rule of `../shared/sigma`
//! is asked of every record of `../shared/data`, and of records made up from what the rules themselves ask for, so
//! that most rules match something. A difference fails unless `testdata/sigma/differences.toml` explains it, and so
//! does an explanation of a difference that is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use trailhound::detect::test::session;
use trailhound::detect::{self, Body, Options, Placeholders, Rule, RuleSet};

use crate::harness::shared;

/// Why one rule differs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    rule: String,
    /// Records that only we match.
    ours: usize,
    /// Records that only the other one matches.
    theirs: usize,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    difference: Vec<Difference>,
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().ends_with(extension) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

/// The real records, as objects.
fn real_records(folder: &Path) -> Vec<Map<String, Value>> {
    let mut records = Vec::new();
    for path in files(&folder.join("events"), ".jsonl.gz") {
        let mut text = String::new();
        MultiGzDecoder::new(fs::File::open(&path).unwrap()).read_to_string(&mut text).unwrap();
        records.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    for path in files(&folder.join("stratus"), ".json") {
        let value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        match value {
            Value::Array(items) => records.extend(items),
            Value::Object(mut map) => match map.remove("Records") {
                Some(Value::Array(items)) => records.extend(items),
                _ => records.push(Value::Object(map)),
            },
            _ => {}
        }
    }
    let is_record =
        |record: &Map<String, Value>| record.contains_key("eventName") || record.contains_key("eventSource");
    records.into_iter().filter_map(|record| record.as_object().cloned()).filter(is_record).collect()
}

/// Records that have what the searches of a rule ask for: the first value of each field, and the last.
fn made_up(rule: &Value) -> Vec<Map<String, Value>> {
    let mut records = Vec::new();
    let Some(detection) = rule.get("detection").and_then(Value::as_object) else { return records };
    let searches: Vec<&Map<String, Value>> = detection
        .values()
        .flat_map(|search| match search {
            Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
            other => other.as_object().into_iter().collect::<Vec<_>>(),
        })
        .collect();
    for chosen in [first as fn(&[Value]) -> &Value, last] {
        let mut all = Map::new();
        for search in &searches {
            let mut alone = Map::new();
            for (key, value) in *search {
                let mut words = key.split('|');
                let path: Vec<_> = words.next().unwrap_or_default().split('.').collect();
                let value = match value {
                    Value::Array(values) if !values.is_empty() => chosen(values),
                    other => other,
                };
                let value = match (value, words.next()) {
                    (_, Some("exists")) => json!("something"),
                    (Value::String(text), _) => json!(text.replace('*', "star")),
                    (other, _) => other.clone(),
                };
                put(&mut alone, &path, &value);
                put(&mut all, &path, &value);
            }
            records.push(alone);
        }
        records.push(all);
    }
    records
}

fn first(values: &[Value]) -> &Value {
    &values[0]
}

fn last(values: &[Value]) -> &Value {
    &values[values.len() - 1]
}

fn put(record: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [key] => drop(record.insert((*key).to_owned(), value.clone())),
        [key, rest @ ..] => {
            let inner = record.entry((*key).to_owned()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// The rules by id, as both implementations read them.
fn rules(folder: &Path) -> (RuleSet, BTreeMap<String, sigma_rust::Rule>, Vec<Value>) {
    let paths = files(folder, ".yml");
    let ours = RuleSet::load(&paths, &Placeholders::new()).unwrap();
    let (mut theirs, mut trees) = (BTreeMap::new(), Vec::new());
    for rule in ours.iter() {
        let Body::Sigma { text, .. } = &rule.body else { continue };
        let read = sigma_rust::rule_from_yaml(text);
        match read {
            Ok(read) => drop(theirs.insert(rule.id.clone(), read)),
            Err(error) => println!("{}: the other implementation can't read it: {error}", rule.file),
        }
        trees.push(serde_saphyr::from_str(text).unwrap());
    }
    (ours, theirs, trees)
}

#[tokio::test(flavor = "multi_thread")]
async fn public_rules_match_what_an_independent_implementation_matches() {
    let (Some(sigma), Some(data)) = (shared("sigma"), shared("data")) else { return };
    let (ours, theirs, trees) = rules(&sigma);
    let mut records = real_records(&data);
    let real = records.len();
    records.extend(trees.iter().flat_map(made_up));
    for (number, record) in records.iter_mut().enumerate() {
        record.insert("eventID".to_owned(), json!(format!("record-{number:05}")));
        record.insert("eventTime".to_owned(), json!("2026-01-15T10:00:00Z"));
        record.entry("eventVersion").or_insert(json!("1.08"));
    }
    let texts: Vec<_> = records.iter().map(|record| Value::Object(record.clone()).to_string()).collect();
    let log = format!("{{\"Records\":[{}]}}", texts.join(","));
    let session = session([("records.json".to_owned(), log.as_bytes())]).unwrap();
    let mut options = Options::new("records", Timestamp::UNIX_EPOCH, "test");
    options.findings_max = records.len();
    let report = detect::run(&session, &ours, &options).await.unwrap();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let findings: Vec<_> = report.findings.iter().collect();
    for finding in &findings {
        found.entry(&finding.rule_id).or_default().extend(finding.event_ids.iter().map(String::as_str));
    }
    let events: Vec<_> = texts.iter().map(|text| sigma_rust::event_from_json(text).unwrap()).collect();

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sigma/differences.toml");
    let explained: Differences = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let mut explained: BTreeMap<_, _> =
        explained.difference.into_iter().map(|difference| (difference.rule.clone(), difference)).collect();
    let (mut wrong, mut compared, mut matching, mut hits) = (Vec::new(), 0, 0, 0);
    let rule_of = |id: &str| -> &Rule { ours.get(id).unwrap() };
    for (id, rule) in &theirs {
        let matched = events.iter().enumerate().filter(|(_, event)| sigma_rust::check_rule(rule, event));
        let matched: BTreeSet<_> = matched.map(|(number, _)| format!("record-{number:05}")).collect();
        let matched: BTreeSet<&str> = matched.iter().map(String::as_str).collect();
        let empty = BTreeSet::new();
        let found = found.get(id.as_str()).unwrap_or(&empty);
        compared += 1;
        matching += usize::from(!found.is_empty());
        hits += found.len();
        let (more, less): (Vec<_>, Vec<_>) =
            (found.difference(&matched).collect(), matched.difference(found).collect());
        let is_explained = explained.remove(id).is_some_and(|difference| {
            assert!(!difference.reason.is_empty());
            (difference.ours, difference.theirs) == (more.len(), less.len())
        });
        let differs = !more.is_empty() || !less.is_empty();
        if differs && !is_explained {
            let example = more.first().or(less.first()).unwrap();
            let number: usize = example.trim_start_matches("record-").parse().unwrap();
            let file = &rule_of(id).file;
            wrong.push(format!(
                "{id} ({file}): only ours {}, only theirs {}, as {}",
                more.len(),
                less.len(),
                &texts[number][..texts[number].len().min(600)]
            ));
        }
    }
    println!(
        "{compared} rules, {real} real records and {} made up, {matching} rules match, {hits} hits",
        records.len() - real
    );
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(explained.is_empty(), "explained, but not there: {:?}", explained.keys());
    assert!(compared > 700 && matching > 600, "{compared} rules, {matching} of them match");
}
