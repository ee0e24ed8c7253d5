//! The shipped rules: that each is sound, does what its cases say, and keeps the law of time.
//!
//! The law (`detect::window`): one run over two weeks finds what fourteen runs over its days find, in the same
//! words. It is tried on each rule's own hits, copied over five weeks so that midnight falls before, into
//! and after them; and once more with cuts that fit no window.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use trailhound::decode::{Chunk, Decoder, Members, Options as Decoding, Printer};
use trailhound::detect::test::{Case, cases, only, session, test};
use trailhound::detect::{self, Finding, Kind, RuleSet, State};
use trailhound::query::Session;
use trailhound::timespan::Timespan;

use crate::harness::TestDir;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/detections")
}

fn empty() -> Session {
    session([("empty.json".to_owned(), "{\"Records\":[]}".as_bytes())]).unwrap()
}

#[test]
fn no_shipped_rule_has_a_mistake() {
    let files = detect::shipped_files();
    assert!(files.len() >= 16, "{} rules", files.len());
    let mistakes = detect::check(&empty(), &files, &detect::Placeholders::new());
    let texts: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));
    assert_eq!(RuleSet::shipped().unwrap().len(), files.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_rule_hits_and_misses_as_its_cases_say() {
    let rules = RuleSet::shipped().unwrap();
    let outcomes = test(&rules, &folder()).await;
    let failures = outcomes.iter().filter_map(|outcome| {
        let failure = outcome.failure.as_ref()?;
        Some(format!("{} {}: {failure}", outcome.rule_id, outcome.case))
    });
    let failures: Vec<_> = failures.collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), outcomes.len(), failures.join("\n"));
}

#[test]
fn every_folder_of_cases_belongs_to_a_shipped_rule() {
    let rules = RuleSet::shipped().unwrap();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(rules.get(&name).is_some(), "testdata/detections/{name}");
    }
}

#[test]
fn operations_that_a_sql_rule_asks_for_in_vain_are_told_with_their_line() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/cloudtrail/cloudtrail_stopped.sql");
    let text = std::fs::read_to_string(shipped).unwrap();
    let line = 1 + text.lines().position(|line| line.contains("event_name = 'StopLogging'")).unwrap();
    for (name, exit, wanted) in [
        ("StopLogging", 0, "1 files: 0 errors, 0 warnings".to_owned()),
        ("StopLoging", 0, format!(":{line}: warning: CloudTrail has no event `StopLoging`")),
        ("stoplogging", 0, format!(":{line}: warning: `stoplogging` is written `StopLogging`")),
        ("ConsoleLogin", 1, format!(":{line}: error: `ConsoleLogin` is an event of `signin.amazonaws.com`")),
    ] {
        let dir = TestDir::new();
        let changed = text.replace("event_name = 'StopLogging'", &format!("event_name = '{name}'"));
        let path = dir.file("cloudtrail_stopped.sql", changed).display().to_string();
        dir.run(["rules", "check", &path]).expect_exit(exit).expect_out(&wanted);
    }
}

/// The file of Sigma rules for trying out, and the folder of their cases.
fn sigma() -> (PathBuf, PathBuf) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sigma");
    (folder.join("access_key_for_another.yml"), folder.join("cases"))
}

/// `rules test` with these rules and cases, as JSON.
fn tested(rules: &Path, cases: &Path, exit: i32) -> Vec<Value> {
    let (rules, cases) = (rules.display().to_string(), cases.display().to_string());
    let run = TestDir::new().run(["rules", "test", &rules, "--cases", &cases, "--format", "json"]);
    run.expect_exit(exit).json().as_array().unwrap().clone()
}

#[test]
fn sigma_rules_hit_and_miss_as_their_cases_say() {
    let (rules, cases) = sigma();
    let outcomes = tested(&rules, &cases, 0);
    assert!(
        outcomes.len() == 5 && outcomes.iter().all(|outcome| outcome["failure"].is_null()),
        "{outcomes:?}"
    );
}

#[test]
fn a_sigma_rule_that_means_something_else_fails_its_cases() {
    let (rules, cases) = sigma();
    let text = std::fs::read_to_string(rules).unwrap();
    for (from, to, case, wanted) in [
        ("and not own", "and own", "miss-own.json", "1 findings instead of none"),
        ("eventName: CreateAccessKey", "eventName: DeleteAccessKey", "hit.json", "0 findings instead of 1"),
        ("level: high", "level: low", "hit.json", "not of severity `high`"),
        (
            "made and not own and not refused",
            "made and not own",
            "miss-refused.json",
            "1 findings instead of none",
        ),
        ("id: access_key_for_another", "id: without_cases", "hit", "no case; add"),
    ] {
        let changed = TestDir::new();
        let outcomes = tested(&changed.file("rules.yml", text.replace(from, to)), &cases, 1);
        let fails = |outcome: &Value| {
            outcome["case"] == case && outcome["failure"].as_str().is_some_and(|why| why.contains(wanted))
        };
        assert!(outcomes.iter().any(fails), "{to}: {outcomes:?}");
    }
}

#[test]
fn a_part_of_a_rule_that_no_case_needs_is_told_unless_the_header_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("queries/cloudtrail/cloudtrail_stopped.sql")).unwrap();
    let widened = text.replace("error_code IS NULL", "error_code IS NULL AND event_version IS NOT NULL");
    let excused =
        widened.replace("status: stable", "status: stable\nuntested: {event_version IS NOT NULL: a reason}");
    let needless = text.replace("status: stable", "status: stable\nuntested: {error_code IS NULL: a reason}");
    let wrong = text.replace("'StopLogging'", "'StartLogging'");
    for (text, exit, wanted) in [
        (&widened, 1, "without `event_version IS NOT NULL`: no case notices that it is missing"),
        (&excused, 0, " 0 failed"),
        (
            &needless,
            1,
            "`error_code IS NULL`: `untested` names it, and it is no part of the rule, or a case notices",
        ),
        (&wrong, 1, "its mutants: "),
    ] {
        let dir = TestDir::new();
        let path = dir.file("cloudtrail_stopped.sql", text.clone()).display().to_string();
        let cases = folder().display().to_string();
        dir.run(["rules", "test", "--mutate", &path, "--cases", &cases]).expect_exit(exit).expect_out(wanted);
    }
}

#[test]
fn a_sigma_rule_that_cannot_be_used_fails_and_the_others_are_tested() {
    let (rules, cases) = sigma();
    let text = std::fs::read_to_string(rules).unwrap().replace("userAgent|contains", "userAgent|contians");
    let dir = TestDir::new();
    let path = dir.file("rules.yml", text).display().to_string();
    dir.run(["rules", "test", &path, "--cases", &cases.display().to_string()])
        .expect_exit(1)
        .expect_err("rules.yml:29")
        .expect_err("did you mean `contains`?")
        .expect_out("1 rules, 3 cases, 0 failed");
}

/// The first day of the two weeks.
const START: &str = "2026-03-02T00:00:00Z";
const DAYS: i64 = 14;

/// Where copies of a case begin, as hours and seconds from [`START`]: early enough for silences of two weeks to
/// end in time, and some so that midnight or a full hour falls into the case.
const COPIES: [(i64, i64); 8] =
    [(-480, 0), (-313, 3590), (-145, 3598), (-24, 0), (25, 1800), (95, 3570), (191, 3595), (334, 3540)];

/// The records of a case, as JSON.
fn records(case: &Case) -> Vec<Value> {
    let mut records = Vec::new();
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        let printer = Printer::new(&chunk.batch)?;
        for row in 0..chunk.batch.num_rows() {
            let mut text = String::new();
            printer.write(row, &mut text)?;
            records.push(serde_json::from_str(&text)?);
        }
        Ok(())
    };
    let mut decoder = Decoder::new(Decoding { today: 200_000 });
    decoder.decode(case.open().unwrap(), Members::Any, &mut emit).unwrap();
    records
}

fn time(record: &Value) -> Option<Timestamp> {
    record["eventTime"].as_str()?.parse().ok()
}

/// The log of a case, begun anew at each of [`COPIES`], with ids and keys of its own each time.
fn copies(records: &[Value]) -> String {
    let start: Timestamp = START.parse().unwrap();
    let first = records.iter().filter_map(time).min().expect("a hit has an event with a time");
    let mut shifted = Vec::new();
    for (copy, (hours, seconds)) in COPIES.into_iter().enumerate() {
        let begin = start + SignedDuration::from_hours(hours) + SignedDuration::from_secs(seconds);
        for record in records {
            let mut record = record.clone();
            if let Some(time) = time(&record) {
                record["eventTime"] = Value::from(format!("{:.0}", begin + time.duration_since(first)));
            }
            if let Some(id) = record["eventID"].as_str() {
                record["eventID"] = Value::from(format!("{id}-{copy}"));
            }
            shifted.push(own_keys(&record.to_string(), copy));
        }
    }
    format!("{{\"Records\":[{}]}}", shifted.join(","))
}

/// Appends the copy's number to every long-term access key id: a key that was used again is not unused.
fn own_keys(text: &str, copy: usize) -> String {
    let mut parts = text.split("\"AKIA");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find('"').unwrap_or(part.len());
        out.push_str(&format!("\"AKIA{}{copy}{}", &part[..end], &part[end..]));
    }
    out
}

async fn found(
    session: &Session,
    rules: &RuleSet,
    case: &Case,
    span: (Timestamp, Timestamp),
) -> Vec<Finding> {
    let rule = rules.iter().next().unwrap();
    let mut options = case.options(rule).unwrap();
    options.span = Timespan { since: Some(span.0), until: Some(span.1) };
    let report = detect::run(session, rules, &options).await.unwrap();
    assert_eq!(report.rules[0].state, State::Ran, "{} over {span:?}", rule.id);
    report.findings.iter().map(std::borrow::Cow::into_owned).collect()
}

/// The ends of consecutive runs over the two weeks: at each midnight, or where nothing expects them.
fn cuts(odd: bool) -> Vec<Timestamp> {
    let start: Timestamp = START.parse().unwrap();
    let day = SignedDuration::from_hours(24);
    let mut cuts: Vec<_> =
        (0..=DAYS).map(|index| start + SignedDuration::from_secs(day.as_secs() * index)).collect();
    if odd {
        let shift = SignedDuration::new(3 * 3600 + 17 * 60 + 23, 456_789_000);
        let last = cuts.len() - 1;
        cuts[1..last].iter_mut().for_each(|cut| *cut += shift);
    }
    cuts
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_over_two_weeks_is_the_union_of_its_fourteen_days() {
    let rules = RuleSet::shipped().unwrap();
    for rule in rules.iter() {
        let alone = only(&rules, &rule.id).unwrap();
        let mut seen = 0;
        let hits = cases(&rule.id, &folder()).unwrap().into_iter().filter(|case| case.hit);
        // An event rule is the law's plainest case; one hit of it is enough.
        let tried = if rule.kind == Kind::Event { 1 } else { usize::MAX };
        for case in hits.take(tried) {
            let log = copies(&records(&case));
            let session = session([("copies.json".to_owned(), log.as_bytes())]).unwrap();
            let days = cuts(false);
            let whole = found(&session, &alone, &case, (days[0], days[days.len() - 1])).await;
            seen += whole.len();
            for odd in [false, true] {
                let mut union = Vec::new();
                for run in cuts(odd).windows(2) {
                    union.extend(found(&session, &alone, &case, (run[0], run[1])).await);
                }
                union.sort_by(|a, b| (a.time, &a.finding_id).cmp(&(b.time, &b.finding_id)));
                let mut expected = whole.clone();
                expected.sort_by(|a, b| (a.time, &a.finding_id).cmp(&(b.time, &b.finding_id)));
                assert_eq!(union.len(), expected.len(), "{} {:?}, odd cuts: {odd}", rule.id, case.path);
                for (daily, once) in union.iter().zip(&expected) {
                    assert_eq!(daily, once, "{} {:?}, odd cuts: {odd}", rule.id, case.path);
                }
            }
        }
        assert!(
            seen > 0,
            "the law was tried on nothing: no copy of a hit of {} falls into the two weeks",
            rule.id
        );
    }
}
