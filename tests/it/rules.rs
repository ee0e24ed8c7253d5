//! The shipped rules: that each is sound, does what its cases say, and keeps the law of time.
//!
//! The law (`detect::window`): one run over two weeks finds what fourteen runs over its days find, in the same
//! words. It is tried on each rule's own hits, copied over five weeks so that midnight falls before, into
//! and after them; and once more with cuts that fit no window.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trailhound::decode::{Chunk, Decoder, Members, Options as Decoding, Printer};
use trailhound::detect::test::{Case, CaseOutcome, cases, mutate, only, session, test};
use trailhound::detect::{self, Finding, Kind, Options, Practice, Rule, RuleSet, Selection, Severity, State};
use trailhound::query::{GeoDatabases, Session};
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
    assert!(files.len() >= 250, "{} rules", files.len());
    let mistakes = detect::check(&empty(), &files, &detect::Placeholders::new());
    let texts: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert!(texts.is_empty(), "{}", texts.join("\n"));
    assert_eq!(RuleSet::shipped().unwrap().len(), files.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_rule_hits_and_misses_as_its_cases_say() {
    let rules = RuleSet::shipped().unwrap();
    // A hit and a miss each.
    assert_none_failed(&test(&rules, &folder()).await, 2 * rules.len());
}

/// That there are so many outcomes, and no failure among them.
#[track_caller]
pub(crate) fn assert_none_failed(outcomes: &[CaseOutcome], least: usize) {
    let failures = outcomes.iter().filter_map(|outcome| {
        let failure = outcome.failure.as_ref()?;
        Some(format!("{} {}: {failure}", outcome.rule_id, outcome.case))
    });
    let failures: Vec<_> = failures.collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), outcomes.len(), failures.join("\n"));
    assert!(outcomes.len() >= least, "only {} outcomes", outcomes.len());
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

/// The log of a case, begun anew at each of [`COPIES`], with ids, which begin with `tag`, and keys of its own each time.
fn copies(records: &[Value], tag: &str) -> String {
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
                record["eventID"] = Value::from(format!("{tag}{id}-{copy}"));
            }
            shifted.push(own_keys(&record.to_string(), copy));
        }
    }
    format!("{{\"Records\":[{}]}}", shifted.join(","))
}

/// A session over a log, in which addresses are where the case says.
fn session_of(case: &Case, log: &str) -> Session {
    let session = session([("case.json".to_owned(), log.as_bytes())]).unwrap();
    session.with_geoip(&Arc::new(GeoDatabases::of_networks(case.networks().unwrap())))
}

/// The log of a case, moved so that what is found in it falls into the two weeks.
async fn moved(case: &Case, rule: &RuleSet) -> String {
    let records = records(case);
    let log = json!({ "Records": records }).to_string();
    let session = session_of(case, &log);
    let options = case.options(rule.iter().next().unwrap()).unwrap();
    let report = detect::run(&session, rule, &options).await.unwrap();
    let at = report.findings.iter().next().expect("a hit has a finding").time;
    let to = START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(95);
    let moved = records.into_iter().map(|mut record| {
        if let Some(time) = time(&record) {
            record["eventTime"] = Value::from(format!("{:.0}", time + to.duration_since(at)));
        }
        record
    });
    json!({ "Records": moved.collect::<Vec<_>>() }).to_string()
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
    options: &Options,
    span: (Timestamp, Timestamp),
) -> Vec<Finding> {
    let mut options = options.clone();
    options.span = Timespan { since: Some(span.0), until: Some(span.1) };
    let report = detect::run(session, rules, &options).await.unwrap();
    for outcome in &report.rules {
        assert_eq!(outcome.state, State::Ran, "{} over {span:?}", outcome.rule_id);
    }
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

/// Finds the same in one run over the two weeks as in the runs over its days, however they are cut.
async fn keeps_the_law(session: &Session, rules: &RuleSet, options: &Options, what: &str) -> Vec<Finding> {
    let days = cuts(false);
    let whole = found(session, rules, options, (days[0], days[days.len() - 1])).await;
    let in_order = |findings: &mut Vec<Finding>| {
        findings
            .sort_by(|a, b| (a.time, &a.rule_id, &a.finding_id).cmp(&(b.time, &b.rule_id, &b.finding_id)));
    };
    let mut expected = whole.clone();
    in_order(&mut expected);
    for odd in [false, true] {
        let mut union = Vec::new();
        for run in cuts(odd).windows(2) {
            union.extend(found(session, rules, options, (run[0], run[1])).await);
        }
        in_order(&mut union);
        for (daily, once) in union.iter().zip(&expected) {
            assert_eq!(daily, once, "{what}, odd cuts: {odd}");
        }
        assert_eq!(union.len(), expected.len(), "{what}, odd cuts: {odd}");
    }
    whole
}

/// The law's plainest case: all event rules at once, over one hit of each.
#[tokio::test(flavor = "multi_thread")]
async fn event_rules_find_in_two_weeks_what_they_find_in_fourteen_days() {
    let shipped = RuleSet::shipped().unwrap();
    let of_events: Vec<_> = shipped.iter().filter(|rule| rule.kind == Kind::Event).collect();
    let only = of_events.iter().map(|rule| rule.id.clone()).collect();
    let rules = shipped.select(&Selection { only, min_severity: None }).unwrap();
    let mut options = Options::new("law", Timestamp::UNIX_EPOCH, "law");
    let (mut logs, mut networks) = (Vec::new(), Vec::new());
    for rule in &of_events {
        let case = cases(&rule.id, &folder()).unwrap().into_iter().find(|case| case.hit).unwrap();
        let of_case = case.options(rule).unwrap();
        options.params.by_rule.extend(of_case.params.by_rule);
        options.available.extend(of_case.available);
        networks.extend(case.networks().unwrap());
        logs.push((format!("{}.json", rule.id), copies(&records(&case), &rule.id)));
    }
    let session = session(logs.iter().map(|(name, log)| (name.clone(), log.as_bytes()))).unwrap();
    let session = session.with_geoip(&Arc::new(GeoDatabases::of_networks(networks)));
    let found = keeps_the_law(&session, &rules, &options, "event rules").await;
    let seen: BTreeSet<_> = found.iter().map(|finding| finding.rule_id.as_str()).collect();
    let unseen: Vec<_> = of_events.iter().filter(|rule| !seen.contains(rule.id.as_str())).collect();
    assert!(
        unseen.is_empty(),
        "the law was tried on nothing: no copy of a hit falls into the two weeks: {unseen:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_rule_and_a_story_find_in_two_weeks_what_they_find_in_fourteen_days() {
    let shipped = RuleSet::shipped().unwrap();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let computes = |rule: &&Arc<Rule>| matches!(rule.kind, Kind::Query | Kind::Story);
    let queries: Vec<_> = shipped.iter().filter(computes).cloned().collect();
    let tried = queries.into_iter().map(|rule| {
        let alone = only(&shipped, &rule.id).unwrap();
        let tried = tokio::spawn(async move {
            let mut seen = 0;
            for case in cases(&rule.id, &folder()).unwrap().into_iter().filter(|case| case.hit) {
                let log = copies(&records(&case), "");
                let copies = session_of(&case, &log);
                let what = format!("{} {:?}", rule.id, case.path);
                let options = case.options(&rule).unwrap();
                seen += keeps_the_law(&copies, &alone, &options, &what).await.len();
                if seen == 0 {
                    // Silence, which copies break, or a case that is longer than the time between them.
                    let log = moved(&case, &alone).await;
                    let moved = session_of(&case, &log);
                    seen += keeps_the_law(&moved, &alone, &options, &what).await.len();
                }
            }
            assert!(
                seen > 0,
                "the law was tried on nothing: no copy of a hit of {} falls into the two weeks",
                rule.id
            );
        });
        async { tried.await.map_err(|error| error.to_string()) }
    });
    let failed: Vec<_> =
        stream::iter(tried).buffer_unordered(threads).filter_map(async |tried| tried.err()).collect().await;
    assert!(failed.is_empty(), "{} rules break the law, see above: {failed:?}", failed.len());
}

/// Every part of every rule is there for something.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_notices_whatever_is_left_out_of_a_shipped_rule() {
    let rules = RuleSet::shipped().unwrap();
    assert_none_failed(&mutate(&rules, &folder()).await, rules.len());
}

const LIST_BEGIN: &str = "<!-- The list is made of the rules' headers; TRAILHOUND_WRITE_LIST=1 cargo test --test it list_of_detections -->";

/// The stories, and all detections by practice and by tactic, as Markdown.
fn list_of_detections(rules: &RuleSet) -> String {
    let mut out = format!("{LIST_BEGIN}\n\n{} detections: ", rules.len());
    let count = |severity: Severity| rules.iter().filter(|rule| rule.severity == severity).count();
    let severities = Severity::ALL.into_iter().rev();
    let counts = severities.map(|severity| format!("{} {}", count(severity), severity.name()));
    out += &counts.collect::<Vec<_>>().join(", ");
    out += ".\n\n### Stories\n\n| severity | story | | of what these find |\n|---|---|---|---|\n";
    for story in rules.iter().filter(|rule| rule.kind == Kind::Story) {
        let file = story.file.strip_prefix("queries/").unwrap_or(&story.file);
        let parts = story.rules.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let severity = story.severity.name();
        out += &format!("| {severity} | [{}]({file}) | {} | {parts} |\n", story.id, story.title);
    }
    for practice in Practice::ALL {
        out += &format!("\n### Practice: {}\n\n| severity | detection | |\n|---|---|---|\n", practice.name());
        let mut of_practice: Vec<_> = rules.iter().filter(|rule| rule.practice == Some(practice)).collect();
        of_practice.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
        for rule in of_practice {
            let file = rule.file.strip_prefix("queries/").unwrap_or(&rule.file);
            out += &format!("| {} | [{}]({file}) | {} |\n", rule.severity.name(), rule.id, rule.title);
        }
    }
    let mut by_tactic: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for rule in rules.iter() {
        for tactic in rule.attack.iter().flat_map(|technique| detect::tactics(technique)) {
            by_tactic.entry(tactic).or_default().insert(&rule.id);
        }
    }
    for (tactic, ids) in by_tactic {
        let ids = ids.into_iter().map(|id| format!("`{id}`")).collect::<Vec<_>>();
        out += &format!("\n### Tactic: {tactic}\n\n{} detections: {}.\n", ids.len(), ids.join(", "));
    }
    out
}

#[test]
fn the_list_of_detections_is_that_of_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, list) = text.split_at(text.find(LIST_BEGIN).expect("queries/README.md has its list"));
    let wanted = list_of_detections(&RuleSet::shipped().unwrap());
    if std::env::var_os("TRAILHOUND_WRITE_LIST").is_some() {
        std::fs::write(path, format!("{before}{wanted}")).unwrap();
        return;
    }
    assert!(list == wanted, "make queries/README.md anew: the line above its list says how");
}
