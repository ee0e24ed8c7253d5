//! Stories over small logs: what they see of their rules, and what their findings say.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::test::tests::session_over;
use super::super::*;
use crate::config::Suppress;
use crate::timespan::Timespan;

fn rule(id: &str, keys: &str, sql: &str) -> RuleFile {
    let text = format!("/*---\nid: {id}\ntitle: t\nseverity: low\ndescription: d\n{keys}---*/\n{sql}");
    RuleFile { path: format!("{id}.sql"), text }
}

const KEYS: &str = "rules: [made, used]\nentity: [key]\nwindow: 1d\nlookback: 25h\n";

/// A key that is made and used, linked by what the answer says.
const STORY: &str = "WITH m AS (SELECT *, response_elements ->> 'key' AS key FROM findings WHERE rule_id = 'made')
    SELECT min(u.time) AS time, date_bin($window, u.time) AS window_start, key, min(u.principal) AS principal,
      array_concat(array_agg(DISTINCT m.finding_id), array_agg(DISTINCT u.finding_id)) AS steps, 'taken' AS message
    FROM m JOIN findings u ON u.rule_id = 'used' AND u.access_key_id = m.key AND u.time >= m.time
      AND u.time <= m.time + INTERVAL '1 day'
    GROUP BY key, date_bin($window, u.time)";

const MADE: &str = "SELECT * FROM cloudtrail WHERE event_name = 'Make'";
const USED: &str = "SELECT min(event_time) AS time, max(event_time) AS last_time,
    date_bin($window, event_time) AS window_start, count(*) AS count, array_agg(event_id) AS event_ids,
    'used' AS message, access_key_id, min(principal) AS principal
    FROM cloudtrail WHERE event_name = 'Use' GROUP BY access_key_id, date_bin($window, event_time)";

fn parts() -> [RuleFile; 2] {
    [rule("made", "", MADE), rule("used", "entity: [access_key_id]\nwindow: 1h\n", USED)]
}

fn set(files: impl IntoIterator<Item = RuleFile>) -> RuleSet {
    let rules = RuleSet::parse(&files.into_iter().collect::<Vec<_>>(), &Placeholders::new());
    assert!(rules.refused().is_empty(), "{:?}", rules.refused());
    rules
}

/// The story with its parts, or alone.
fn story(alone: bool) -> RuleSet {
    let all = set(parts().into_iter().chain([rule("story", KEYS, STORY)]));
    let only = if alone { vec!["story".to_owned()] } else { Vec::new() };
    all.select(&Selection { only, min_severity: None }).unwrap()
}

fn event(id: &str, time: &str, name: &str, more: &str) -> String {
    format!(
        "{{\"eventVersion\":\"1.08\",\"eventID\":\"{id}\",\"eventTime\":\"2026-01-{time}Z\",\"eventName\":\"{name}\",\
         \"eventSource\":\"iam.amazonaws.com\",\"recipientAccountId\":\"111122223333\",\"sourceIPAddress\":\"203.0.113.7\",{more}}}"
    )
}

fn made(id: &str, time: &str, key: &str) -> String {
    event(id, time, "Make", &format!("\"responseElements\":{{\"key\":\"{key}\"}}"))
}

fn used(id: &str, time: &str, key: &str) -> String {
    event(id, time, "Use", &format!("\"userIdentity\":{{\"type\":\"IAMUser\",\"accessKeyId\":\"{key}\"}}"))
}

fn options() -> Options {
    Options::new("./lake", "2026-02-01T00:00:00Z".parse().unwrap(), "run")
}

fn day(day: u32) -> Options {
    let since: Timestamp = format!("2026-01-{day}T00:00:00Z").parse().unwrap();
    let span = Timespan { since: Some(since), until: Some(since + SignedDuration::from_hours(24)) };
    Options { span, ..options() }
}

fn log() -> [String; 4] {
    [
        made("1", "15T22:00:00", "k"),
        used("3", "16T09:30:00", "k"),
        used("2", "16T09:10:00", "k"),
        used("4", "16T09:00:00", "other"),
    ]
}

#[tokio::test]
async fn a_finding_of_a_story_says_which_findings_it_is_made_of() {
    let report = run(&session_over(&log()), &story(false), &options()).await.unwrap();
    let told: Vec<_> = report.findings.iter().filter(|finding| finding.rule_id == "story").collect();
    let [finding] = told.as_slice() else { panic!("{:?}", report.findings) };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!((finding.time, finding.last_time), (at("2026-01-16T09:10:00Z"), at("2026-01-16T09:30:00Z")));
    assert_eq!((finding.count, finding.event_ids.join(" ").as_str()), (3, "1 2 3"));
    assert_eq!(finding.event_names, ["Make"]);
    let steps = finding.details["steps"].as_array().unwrap();
    let of: Vec<_> = steps.iter().map(|step| step["rule_id"].as_str().unwrap()).collect();
    assert_eq!(of, ["made", "used"]);
    assert_eq!(steps[0]["time"], json!("2026-01-15T22:00:00Z"));
    assert!(report.findings.iter().any(|other| json!(other.finding_id) == steps[1]["finding_id"]));
}

#[tokio::test]
async fn a_story_reaches_back_to_what_was_before_the_run_and_does_not_report_it() {
    let session = session_over(&log());
    let whole = run(&session, &story(true), &options()).await.unwrap();
    let first = run(&session, &story(true), &day(15)).await.unwrap();
    let second = run(&session, &story(true), &day(16)).await.unwrap();
    assert!(first.findings.is_empty());
    assert_eq!((second.findings.to_vec(), second.rules.len()), (whole.findings.to_vec(), 1));
    assert_eq!(whole.findings.len(), 1);
    // What is further back than its lookback is not there, though its own condition would take it in.
    let early = session_over(&[made("1", "14T22:30:00", "k"), used("2", "16T09:10:00", "k")]);
    let patient = STORY.replace("INTERVAL '1 day'", "INTERVAL '9 days'");
    let patient = set(parts().into_iter().chain([rule("story", KEYS, &patient)]));
    let report = run(
        &early,
        &patient.select(&Selection { only: vec!["story".to_owned()], min_severity: None }).unwrap(),
        &day(16),
    )
    .await;
    assert!(report.unwrap().findings.is_empty());
}

#[tokio::test]
async fn a_story_sees_nothing_but_its_own_rules() {
    let others = rule(
        "story",
        &KEYS.replace("made, used", "used"),
        "SELECT time, date_bin($window, time) AS window_start, \
        rule_id AS key, make_array(finding_id) AS steps, 'm' AS message FROM findings",
    );
    let report =
        run(&session_over(&log()), &set(parts().into_iter().chain([others])), &options()).await.unwrap();
    let keys: BTreeSet<_> = report
        .findings
        .iter()
        .filter(|finding| finding.rule_id == "story")
        .map(|finding| finding.text("key"))
        .collect();
    assert_eq!(keys, BTreeSet::from([Some("used".to_owned())]));
}

#[tokio::test]
async fn what_the_operator_expects_is_no_step() {
    let suppress = |rule: &str| Suppress {
        rule: rule.to_owned(),
        condition: None,
        reason: "expected".to_owned(),
        expires: None,
    };
    for (name, left) in [("made", 0), ("used", 0), ("other", 1)] {
        let options = Options { suppress: vec![suppress(name)], ..options() };
        for alone in [false, true] {
            let report = run(&session_over(&log()), &story(alone), &options).await.unwrap();
            let told = report.findings.iter().filter(|finding| finding.rule_id == "story").count();
            assert_eq!(told, left, "{name} {alone}");
        }
    }
}

#[tokio::test]
async fn a_story_about_a_rule_that_lacks_something_is_silent_and_about_one_that_fails_it_fails() {
    let told = async |made: RuleFile| {
        let [_, used] = parts();
        let rules = set([made, used, rule("story", KEYS, STORY)]);
        let report = run(&session_over(&log()), &rules, &options()).await.unwrap();
        let story = report.rules.iter().find(|outcome| outcome.rule_id == "story").unwrap().clone();
        (story.state, story.findings)
    };
    let asks =
        rule("made", "params: {name: {type: text, required: true}}\n", &MADE.replace("'Make'", "$name"));
    assert_eq!(told(asks).await, (State::Ran, 0));
    let (state, found) = told(rule("made", "", &MADE.replace("event_name", "event_nam"))).await;
    assert!(
        matches!(&state, State::Failed(reason) if reason.contains("its rule `made` failed")),
        "{state:?}"
    );
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_story_that_names_what_is_no_finding_fails() {
    for (steps, reason) in [
        ("make_array('no such id')", "the id of no finding"),
        ("array_agg(DISTINCT CASE WHEN false THEN u.finding_id END)", "`steps`"),
    ] {
        let wrong = STORY.replace(
            "array_concat(array_agg(DISTINCT m.finding_id), array_agg(DISTINCT u.finding_id))",
            steps,
        );
        let rules = set(parts().into_iter().chain([rule("story", KEYS, &wrong)]));
        let report = run(&session_over(&log()), &rules, &options()).await.unwrap();
        let story = report.rules.iter().find(|outcome| outcome.rule_id == "story").unwrap();
        assert!(matches!(&story.state, State::Failed(text) if text.contains(reason)), "{:?}", story.state);
    }
}
