//! The shipped rules over labelled records of others: attacks that were staged, events that another rule set is tested
//! with, and operations that were seen in incidents.
//!
//! The records are in `../shared/data` (or `$TRAILHOUND_SHARED/data`) and no part of the project; without them these
//! tests say so and pass. What stands for what is in `testdata/labels`: a rule of ours for a technique, at most one for a
//! rule of theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use trailhound::detect::{self, Severity};

use crate::harness::{TestDir, gunzip, shared};

/// The lines of a table in `testdata/labels`, without its remarks.
fn table(name: &str) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/labels").join(name);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// What all rules find in these records, with these values of parameters.
fn findings(records: &[Value], config: &str) -> Vec<Value> {
    let dir = TestDir::new();
    dir.file("trailhound.toml", config);
    dir.file("logs/records.json", json!({ "Records": records }).to_string());
    dir.run(["detect", "--from", "logs", "--format", "ndjson", "--quiet"]).expect_exit(0).ndjson()
}

fn texts<'a>(finding: &'a Value, member: &str) -> Vec<&'a str> {
    finding[member].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn severity(finding: &Value) -> Severity {
    let name = finding["severity"].as_str().unwrap();
    Severity::ALL.into_iter().find(|severity| severity.name() == name).unwrap()
}

#[test]
fn every_technique_of_the_staged_attacks_is_found_by_its_rule() {
    let Some(data) = shared("data") else { return };
    let mut failed = Vec::new();
    let mut seen = BTreeSet::new();
    for line in table("stratus.tsv") {
        let [file, tactic, rule, decisive] = line.as_slice() else { panic!("{line:?}") };
        seen.insert(file.clone());
        let log: Value = serde_json::from_slice(&fs::read(data.join("stratus").join(file)).unwrap()).unwrap();
        let records = log["Records"].as_array().cloned().unwrap_or_else(|| log.as_array().unwrap().clone());
        let found = findings(&records, "");
        let decides = |finding: &&Value| {
            finding["rule_id"] == *rule
                && severity(finding) >= Severity::Medium
                && texts(finding, "attack").iter().any(|id| detect::tactics(id).contains(&tactic.as_str()))
                && texts(finding, "event_ids").contains(&decisive.as_str())
        };
        if !found.iter().any(|finding| decides(&finding)) {
            let others: BTreeSet<_> =
                found.iter().map(|finding| finding["rule_id"].as_str().unwrap()).collect();
            failed.push(format!("{file}: `{rule}` does not find {decisive}; found by {others:?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let files: BTreeSet<_> = fs::read_dir(data.join("stratus"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(seen, files);
}

/// Parts in a hundred of the events that the other rules flag, and of those they leave alone.
const FLAGGED_MIN: usize = 95;
const SILENT_MIN: usize = 97;

/// One event that another rule is tested with.
struct Labelled {
    rule: String,
    name: String,
    expected: bool,
    record: Value,
}

/// Those that need no more than the one event. Their times are often no times.
fn labelled(data: &Path) -> Vec<Labelled> {
    let text = gunzip(&fs::read(data.join("labels/panther.jsonl.gz")).unwrap());
    let tests = String::from_utf8(text).unwrap();
    let tests = tests.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let single = tests.filter(|test| test["has_mocks"] == false && test["threshold"].as_u64() <= Some(1));
    let of = |(number, test): (usize, Value)| {
        let mut record = test["event"].clone();
        let time = record["eventTime"].as_str().unwrap_or_default().replace(' ', "T");
        let is_time =
            time.parse::<jiff::civil::DateTime>().is_ok() || time.parse::<jiff::Timestamp>().is_ok();
        let time = if is_time { format!("{}Z", &time[..19]) } else { "2025-01-01T00:00:00Z".to_owned() };
        record["eventTime"] = Value::from(time);
        record["eventID"] = Value::from(format!("test-{number}"));
        let text = |member: &str| test[member].as_str().unwrap().to_owned();
        Labelled {
            rule: text("rule_id"),
            name: text("test_name"),
            expected: test["expected"] == true,
            record,
        }
    };
    single.enumerate().map(of).collect()
}

#[test]
fn events_that_other_rules_flag_or_leave_alone_are_judged_alike() {
    let Some(data) = shared("data") else { return };
    let tests = labelled(&data);
    let rules: BTreeMap<_, _> =
        table("panther.tsv").into_iter().map(|line| (line[0].clone(), line[1].clone())).collect();
    let records: Vec<_> = tests.iter().map(|test| test.record.clone()).collect();
    // What those rules have written into themselves.
    let config = "[params]\nwatched_roles = [\"arn:aws:iam::123456789012:role/FullAdminRole\"]\n";
    let mut fired: BTreeSet<(String, String)> = BTreeSet::new();
    for finding in findings(&records, config) {
        let rule = finding["rule_id"].as_str().unwrap();
        fired.extend(texts(&finding, "event_ids").into_iter().map(|id| (rule.to_owned(), id.to_owned())));
    }
    let (mut all, mut right, mut wrong) = ([0, 0], [0, 0], Vec::new());
    for (number, test) in tests.iter().enumerate() {
        let ours = rules.get(&test.rule);
        let fires = ours.is_some_and(|rule| fired.contains(&(rule.clone(), format!("test-{number}"))));
        let kind = usize::from(test.expected);
        all[kind] += 1;
        if fires == test.expected {
            right[kind] += 1;
        } else {
            wrong.push(format!("{} `{}`: {ours:?}", test.rule, test.name));
        }
    }
    let wrong = wrong.join("\n");
    eprintln!("flagged {} of {}, silent on {} of {}; not:\n{wrong}", right[1], all[1], right[0], all[0]);
    assert!(right[1] * 100 >= all[1] * FLAGGED_MIN, "{} of {} flagged; not:\n{wrong}", right[1], all[1]);
    assert!(right[0] * 100 >= all[0] * SILENT_MIN, "silent on {} of {}; not:\n{wrong}", right[0], all[0]);
    assert!(all[0] > 100 && all[1] > 80, "{all:?}");
}

/// Parts in a hundred of the operations seen in incidents that come to a finding.
const SEEN_MIN: usize = 90;

/// A call of an operation, by a user of its own with a long-term key, that succeeds.
fn call(number: usize, source: &str, name: &str, parameters: &Value) -> Value {
    const READS: [&str; 8] = ["Get", "List", "Describe", "Head", "Search", "Lookup", "Batch", "Simulate"];
    const DATA: [&str; 7] = [
        "s3:GetObject",
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:HeadObject",
        "s3:ListObjects",
        "lambda:Invoke",
        "sns:Publish",
    ];
    let service = source.split('.').next().unwrap_or_default();
    let user = format!("u{number:03}");
    let time = jiff::Timestamp::UNIX_EPOCH
        + jiff::SignedDuration::from_hours(24 * 365 * 56 + 3 * i64::try_from(number).unwrap());
    let is_data = DATA.contains(&format!("{service}:{name}").as_str());
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "principalId": format!("AIDAEXAMPLE{number:04}"), "accountId": "111111111111",
            "arn": format!("arn:aws:iam::111111111111:user/{user}"), "userName": user,
            "accessKeyId": format!("AKIAEXAMPLE{number:09}"),
        },
        "eventTime": format!("{time:.0}"), "eventSource": source, "eventName": name, "awsRegion": "eu-central-1",
        "sourceIPAddress": format!("198.51.100.{}", number % 250 + 1), "userAgent": "aws-cli/2.27.1",
        "requestParameters": parameters, "responseElements": null, "eventID": format!("call-{number}"),
        "readOnly": READS.iter().any(|read| name.starts_with(read)), "eventType": "AwsApiCall",
        "managementEvent": !is_data, "eventCategory": if is_data { "Data" } else { "Management" },
        "recipientAccountId": "111111111111",
    });
    if service == "signin" {
        record["eventType"] = Value::from("AwsConsoleSignIn");
        record["userAgent"] = Value::from("Mozilla/5.0");
        record["responseElements"] = json!({ name: "Success" });
        record["additionalEventData"] = json!({ "MFAUsed": "No", "MobileVersion": "No" });
        record["userIdentity"].as_object_mut().unwrap().remove("accessKeyId");
        if name == "PasswordRecoveryRequested" {
            record["userIdentity"] = json!({
                "type": "Root", "principalId": "111111111111", "arn": "arn:aws:iam::111111111111:root",
                "accountId": "111111111111",
            });
        }
    }
    if name.starts_with("SharedSnapshot") {
        record["eventType"] = Value::from("AwsServiceEvent");
        record["userIdentity"] = json!({ "accountId": "999999999999", "invokedBy": "ec2.amazonaws.com" });
        record["serviceEventDetails"] = json!({
            "sourceSnapshotId": "snap-0123456789abcdef0", "sourceAccountId": "111111111111",
            "targetAccountId": "999999999999",
        });
    }
    record
}

#[test]
fn operations_that_were_seen_in_incidents_come_to_findings() {
    let Some(data) = shared("data") else { return };
    let read = |path: &Path| serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap();
    let all = read(&data.join("labels/traildiscover.json"));
    let parameters =
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/labels/request_parameters.json"));
    let seen = all.as_array().unwrap().iter().filter(|operation| operation["usedInWild"] == true);
    let operations: BTreeSet<(&str, &str)> =
        seen.map(|of| (of["eventSource"].as_str().unwrap(), of["eventName"].as_str().unwrap())).collect();
    let records: Vec<_> = operations
        .iter()
        .enumerate()
        .map(|(number, (source, name))| {
            let service = source.split('.').next().unwrap_or_default();
            call(number, source, name, &parameters[format!("{service}:{name}")])
        })
        .collect();
    let found: BTreeSet<String> = findings(&records, "")
        .iter()
        .filter(|finding| severity(finding) >= Severity::Low)
        .flat_map(|finding| texts(finding, "event_ids").into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let missed: Vec<_> = (0..)
        .zip(&operations)
        .filter(|(number, _): &(usize, _)| !found.contains(&format!("call-{number}")))
        .map(|(_, (source, name))| format!("{source} {name}"))
        .collect();
    let flagged = operations.len() - missed.len();
    eprintln!("{flagged} of {} operations come to a finding; not:\n{}", operations.len(), missed.join("\n"));
    assert!(flagged * 100 >= operations.len() * SEEN_MIN, "{flagged} of {}: {missed:?}", operations.len());
}
