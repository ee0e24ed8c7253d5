//! Whole runs over small logs: what is found, what is not run, what is left out and counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::test::tests::session_over;
use super::*;
use crate::config::Suppress;
use crate::query::Session;
use crate::timespan::Timespan;

const COLUMNS: &str = "min(event_time) AS time, max(event_time) AS last_time,
    date_bin($window, event_time) AS window_start, count(*) AS count, array_agg(event_id) AS event_ids,
    'much' AS message";

fn rule(id: &str, keys: &str, sql: &str) -> Arc<Rule> {
    let text = format!("/*---\nid: {id}\ntitle: t\nseverity: low\ndescription: d\n{keys}---*/\n{sql}");
    Arc::new(Rule::parse(&format!("{id}.sql"), &text).unwrap())
}

fn rules(rules: Vec<Arc<Rule>>) -> RuleSet {
    RuleSet::from_rules(rules)
}

fn event(id: Option<&str>, time: &str, name: &str) -> String {
    let id = id.map_or_else(String::new, |id| format!("\"eventID\":\"{id}\","));
    format!(
        "{{\"eventVersion\":\"1.08\",{id}\"eventTime\":\"{time}\",\"eventName\":\"{name}\",\
         \"eventSource\":\"iam.amazonaws.com\",\"recipientAccountId\":\"111122223333\",\"sourceIPAddress\":\"203.0.113.7\",\
         \"userIdentity\":{{\"type\":\"IAMUser\",\"arn\":\"arn:aws:iam::111122223333:user/alice\"}}}}"
    )
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn options() -> Options {
    Options::new("./lake", at("2026-02-01T00:00:00Z"), "run")
}

async fn between(session: &Session, rules: &RuleSet, since: &str, until: &str) -> Vec<Finding> {
    let span = Timespan { since: Some(at(since)), until: Some(at(until)) };
    let report = run(session, rules, &Options { span, ..options() }).await.unwrap();
    assert_eq!(report.rules[0].state, State::Ran);
    report.findings.to_vec()
}

#[tokio::test]
async fn an_event_rule_makes_a_finding_of_each_event_with_what_a_reader_asks_for() {
    let session = session_over(&[
        event(Some("1"), "2026-01-15T10:00:00Z", "Go"),
        event(Some("2"), "2026-01-15T10:00:01Z", "No"),
    ]);
    let go = rules(vec![rule("go", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'")]);
    let report = run(&session, &go, &options()).await.unwrap();
    let findings = report.findings.to_vec();
    let [finding] = findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(finding.message, "iam:Go by arn:aws:iam::111122223333:user/alice from 203.0.113.7");
    assert_eq!((finding.time, finding.count), (at("2026-01-15T10:00:00Z"), 1));
    assert_eq!(
        (finding.event_ids.clone(), finding.event_names.clone()),
        (vec!["1".to_owned()], vec!["Go".to_owned()])
    );
    assert_eq!(finding.account_id.as_deref(), Some("111122223333"));
    assert_eq!(finding.text("user_type").as_deref(), Some("IAMUser"));
    let span = report.run.span.unwrap();
    assert_eq!((span.since, span.until), (at("2026-01-15T10:00:00Z"), at("2026-01-15T10:00:01.000001Z")));
}

#[tokio::test]
async fn events_without_an_id_are_told_apart_by_their_content() {
    let twice = event(None, "2026-01-15T10:00:00Z", "Go");
    let other = twice.replace("alice", "bob");
    let session =
        session_over(&[twice.clone(), twice, other, event(Some("1"), "2026-01-15T10:00:00Z", "Go")]);
    let go = rules(vec![rule("go", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'")]);
    let first = run(&session, &go, &options()).await.unwrap().findings.to_vec();
    assert_eq!(first.len(), 3);
    let ids = |findings: &[Finding]| {
        findings.iter().map(|finding| finding.finding_id.clone()).collect::<BTreeSet<_>>()
    };
    assert_eq!(ids(&first).len(), 3);
    let again = run(&session, &go, &options()).await.unwrap().findings.to_vec();
    assert_eq!(ids(&first), ids(&again));
}

#[tokio::test]
async fn a_window_that_a_run_cuts_is_counted_whole_and_by_one_run_only() {
    let times = ["09:59:59", "10:05:00", "10:29:00", "10:31:00", "10:59:59", "11:00:00"];
    let events: Vec<_> =
        times.iter().map(|time| event(Some(time), &format!("2026-01-15T{time}Z"), "Go")).collect();
    let session = session_over(&events);
    let sql =
        format!("SELECT {COLUMNS}, principal FROM cloudtrail GROUP BY 3, principal HAVING count(*) >= 2");
    let much = rules(vec![rule("much", "entity: principal\nwindow: 1h\n", &sql)]);
    let before = between(&session, &much, "2026-01-15T10:00:00Z", "2026-01-15T10:30:00Z").await;
    let after = between(&session, &much, "2026-01-15T10:30:00Z", "2026-01-15T11:00:00Z").await;
    let whole = between(&session, &much, "2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z").await;
    assert_eq!((before.len(), after.len()), (1, 0));
    assert_eq!(before, whole);
    assert_eq!((before[0].count, before[0].last_time), (4, at("2026-01-15T10:59:59Z")));
    assert_eq!(before[0].event_ids, ["10:05:00", "10:29:00", "10:31:00", "10:59:59"]);
    assert_eq!(before[0].window_end, Some(at("2026-01-15T11:00:00Z")));
}

#[tokio::test]
async fn a_rule_reads_back_as_far_as_its_lookback_and_nothing_else_exists_for_it() {
    let events =
        ["09", "10", "11", "12"].map(|hour| event(Some(hour), &format!("2026-01-15T{hour}:30:00Z"), "Go"));
    let session = session_over(&events);
    // It counts every row there is, and says so for the last one.
    let sql = "SELECT max(event_time) AS time, max(event_time) AS last_time, date_bin($window, max(event_time)) AS window_start,
        count(*) AS count, array_agg(event_id) AS event_ids, 'm' AS message, max(principal) AS principal FROM cloudtrail";
    for (keys, ids) in [
        ("entity: principal\nwindow: 1h\n", vec!["11"]),
        ("entity: principal\nwindow: 1h\nlookback: 1h\n", vec!["10", "11"]),
        ("entity: principal\nwindow: 1h\nlookback: 1d\n", vec!["09", "10", "11"]),
        ("entity: principal\nwindow: 1d\n", vec!["09", "10", "11", "12"]),
    ] {
        let all = rules(vec![rule("all", keys, sql)]);
        let mut found = between(&session, &all, "2026-01-15T11:10:00Z", "2026-01-15T12:00:00Z").await;
        if keys.contains("1d\n") && !keys.contains("lookback") {
            // The last event of the day lies after the run.
            assert!(found.is_empty());
            found = between(&session, &all, "2026-01-15T11:10:00Z", "2026-01-15T12:40:00Z").await;
        }
        assert_eq!(found[0].event_ids, ids, "{keys}");
    }
}

#[tokio::test]
async fn rules_that_share_a_scan_find_what_each_finds_by_itself() {
    let events: Vec<_> = (0..48)
        .map(|number| {
            let name = ["Go", "No", "StopLogging", "GetUser"][number % 4];
            event(
                Some(&format!("{number:02}")),
                &format!("2026-01-15T{:02}:{:02}:00Z", 6 + number / 8, number),
                name,
            )
        })
        .collect();
    let session = session_over(&events);
    let hourly = |more: &str| {
        format!(
            "SELECT {COLUMNS}, principal FROM cloudtrail c WHERE {more} GROUP BY 3, principal HAVING count(*) >= 2"
        )
    };
    let first_seen = "SELECT min(event_time) AS time, min(event_time) AS last_time, date_bin($window, min(event_time)) AS window_start,
        count(*) AS count, array_agg(event_id) AS event_ids, 'm' AS message, event_name AS principal FROM cloudtrail
        WHERE event_name NOT IN (SELECT event_name FROM cloudtrail WHERE event_time < '2026-01-15T06:02:00Z')
        GROUP BY event_name";
    let sub =
        "SELECT * FROM (SELECT * FROM cloudtrail WHERE event_name LIKE 'G%') WHERE source_ip IS NOT NULL";
    let everything = format!(
        "SELECT {COLUMNS}, max(region) AS principal FROM (SELECT *, aws_region AS region FROM ({sub})) GROUP BY 3"
    );
    let all = [
        rule("by_name", "entity: principal\nwindow: 1h\n", &hourly("event_name = 'Go'")),
        rule(
            "by_source",
            "entity: principal\nwindow: 2h\n",
            &hourly("lower(event_source) LIKE 'iam%' AND c.event_name <> 'No'"),
        ),
        rule("first_seen", "entity: principal\nwindow: 1h\nlookback: 3h\n", first_seen),
        rule("everything", "entity: principal\nwindow: 1h\n", &everything),
        rule("wrong", "entity: principal\nwindow: 1h\n", &hourly("no_such_column = 1")),
        rule("broken", "entity: principal\nwindow: 1h\n", &hourly("CAST(c.source_ip AS BIGINT) > 1")),
        rule("each", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'"),
    ];
    let span = Timespan { since: Some(at("2026-01-15T07:30:00Z")), until: Some(at("2026-01-15T11:00:00Z")) };
    for span in [span, Timespan::default()] {
        let options = Options { span, ..options() };
        let together = run(&session, &rules(all.to_vec()), &options).await.unwrap();
        let mut alone = Vec::new();
        for rule in &all {
            alone
                .extend(run(&session, &rules(vec![rule.clone()]), &options).await.unwrap().findings.to_vec());
        }
        let key = |finding: &Finding| (finding.time, finding.rule_id.clone(), finding.finding_id.clone());
        alone.sort_by_key(key);
        let mut found = together.findings.to_vec();
        found.sort_by_key(key);
        assert_eq!(found, alone);
        let with_findings: BTreeSet<_> = found.iter().map(|finding| finding.rule_id.as_str()).collect();
        assert!(with_findings.len() >= 3, "{with_findings:?}");
        for failed in ["wrong", "broken"] {
            let outcome = together.rules.iter().find(|rule| rule.rule_id == failed).unwrap();
            assert!(matches!(outcome.state, State::Failed(_)), "{outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_rule_that_fails_or_lacks_something_is_listed_and_the_others_run() {
    let session = session_over(&[event(Some("1"), "2026-01-15T10:00:00Z", "Go")]);
    let unaligned = COLUMNS.replace("date_bin($window, event_time)", "min(event_time) + INTERVAL '1 second'");
    let entity = "entity: principal\nwindow: 1h\n";
    let set = rules(vec![
        rule("a_broken", "", "SELECT * FROM cloudtrail WHERE no_such_column = 'x'"),
        rule(
            "b_params",
            "params: {n: {type: text, required: true}}\n",
            "SELECT * FROM cloudtrail WHERE event_name = $n",
        ),
        rule("c_needs", "needs: geoip\n", "SELECT * FROM cloudtrail WHERE true"),
        rule(
            "d_unaligned",
            entity,
            &format!("SELECT {unaligned}, principal FROM cloudtrail GROUP BY principal"),
        ),
        rule("e_good", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'"),
    ]);
    let report = run(&session, &set, &options()).await.unwrap();
    let states: Vec<_> = report.rules.iter().map(|rule| &rule.state).collect();
    assert!(matches!(states[0], State::Failed(reason) if reason.contains("no_such_column")), "{states:?}");
    assert!(
        matches!(states[1], State::NotConfigured(missing) if missing[0].contains("set `n`")),
        "{states:?}"
    );
    assert!(
        matches!(states[2], State::NotConfigured(missing) if missing[0].contains("[geoip]")),
        "{states:?}"
    );
    assert!(matches!(states[3], State::Failed(reason) if reason.contains("date_bin")), "{states:?}");
    assert_eq!((states[4], report.findings.len()), (&State::Ran, 1));

    let mut wrong = options();
    wrong.params.global.insert("n".to_owned(), toml::Value::Integer(1));
    let report = run(&session, &set, &wrong).await.unwrap();
    assert!(
        matches!(&report.rules[1].state, State::Failed(reason) if reason.contains("`n`: `1` is not a text"))
    );
}

#[tokio::test]
async fn a_rule_without_end_is_cut_and_what_is_cut_is_counted() {
    let start = at("2026-01-15T10:00:00Z");
    let events: Vec<_> = (0..30)
        .map(|index| {
            event(Some(&index.to_string()), &(start + SignedDuration::from_secs(index)).to_string(), "Go")
        })
        .collect();
    let session = session_over(&events);
    let all = rules(vec![rule("all", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'")]);
    let report = run(&session, &all, &Options { findings_max: 10, ..options() }).await.unwrap();
    assert_eq!((report.findings.len(), report.rules[0].findings, report.rules[0].dropped), (10, 10, 20));
    assert!(report.warnings[0].contains("20 findings more"), "{:?}", report.warnings);
    assert_eq!(
        report.findings.to_vec()[9].time,
        start + SignedDuration::from_secs(9),
        "the first ones are kept"
    );
    let exact = run(&session, &all, &Options { findings_max: 30, ..options() }).await.unwrap();
    assert_eq!((exact.rules[0].findings, exact.rules[0].dropped), (30, 0));
}

#[tokio::test]
async fn expected_findings_are_left_out_and_counted_and_a_mistake_hides_nothing() {
    let session = session_over(&[
        event(Some("1"), "2026-01-15T10:00:00Z", "Go"),
        event(Some("2"), "2026-01-15T10:00:00Z", "No"),
    ]);
    let all =
        rules(vec![rule("all", "", "SELECT * FROM cloudtrail WHERE event_source = 'iam.amazonaws.com'")]);
    let suppress = |rule: &str, condition: &str, expires: Option<&str>| Suppress {
        rule: rule.to_owned(),
        condition: (!condition.is_empty()).then(|| condition.to_owned()),
        reason: "why".to_owned(),
        expires: expires.map(|date| date.parse().unwrap()),
    };
    for (entry, left, warned) in [
        (suppress("all", "event_names LIKE '%Go%' AND principal LIKE '%:user/alice'", None), 1, false),
        (suppress("al*", "", Some("2026-02-02")), 0, false),
        (suppress("all", "", Some("2026-02-01")), 2, true),
        (suppress("all", "no_such_column = 1", None), 2, true),
        (suppress("all", "message", None), 2, true),
        (suppress("other", "", None), 2, false),
    ] {
        let report =
            run(&session, &all, &Options { suppress: vec![entry.clone()], ..options() }).await.unwrap();
        assert_eq!((report.findings.len(), !report.warnings.is_empty()), (left, warned), "{entry:?}");
        let taken: u64 = report.suppressed.iter().map(|entry| entry.count).sum();
        assert_eq!((taken as usize, report.rules[0].suppressed as usize), (2 - left, 2 - left), "{entry:?}");
    }
}

#[tokio::test]
async fn a_run_over_nothing_finds_nothing_and_still_says_what_is_not_configured() {
    let set = rules(vec![
        rule("a", "needs: geoip\n", "SELECT * FROM cloudtrail WHERE true"),
        rule("b", "", "SELECT * FROM cloudtrail WHERE true"),
    ]);
    let report = run(&session_over(&[]), &set, &options()).await.unwrap();
    assert_eq!((report.run.span, report.findings.len()), (None, 0));
    assert!(matches!(report.rules[0].state, State::NotConfigured(_)));
    assert_eq!(report.rules[1].state, State::Ran);
}

#[tokio::test]
async fn a_backtest_counts_a_rules_findings_by_day() {
    let events =
        ["15T10", "15T11", "17T00"].map(|time| event(Some(time), &format!("2026-01-{time}:00:00Z"), "Go"));
    let all = rules(vec![rule("all", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'")]);
    let session = session_over(&events);
    let found = backtest(&session, &all, "all", &options()).await.unwrap();
    let days: Vec<_> = found.days.iter().map(|(day, count)| (day.to_string(), *count)).collect();
    assert_eq!(days, [("2026-01-15".to_owned(), 2), ("2026-01-17".to_owned(), 1)]);
    assert_eq!(found.principals, [("arn:aws:iam::111122223333:user/alice".to_owned(), 3)]);
    assert!(found.principals_count == 1 && found.overlap.is_empty());
    assert!(backtest(&session, &all, "al", &options()).await.is_err());
}

#[tokio::test]
async fn a_backtest_tells_which_other_rules_match_the_same_events() {
    let session = session_over(&[
        event(Some("1"), "2026-01-15T10:00:00Z", "Go"),
        event(Some("2"), "2026-01-15T10:00:01Z", "Go"),
        event(Some("3"), "2026-01-15T10:00:02Z", "No"),
        event(Some("4"), "2026-01-15T10:00:03Z", "Other"),
    ]);
    let set = rules(vec![
        rule("early", "", "SELECT * FROM cloudtrail WHERE event_time < '2026-01-15T10:00:01Z'"),
        rule("go", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'"),
        rule("iam", "", "SELECT * FROM cloudtrail WHERE event_source = 'iam.amazonaws.com'"),
        rule("never", "", "SELECT * FROM cloudtrail WHERE event_name = 'No' AND read_only"),
        rule("other", "", "SELECT * FROM cloudtrail WHERE event_name = 'Other'"),
    ]);
    let found = backtest(&session, &set, "go", &options()).await.unwrap();
    assert_eq!(found.overlap, [("iam".to_owned(), 2), ("early".to_owned(), 1)]);
    let found = backtest(&session, &set, "iam", &options()).await.unwrap();
    assert_eq!(found.overlap, [("go".to_owned(), 2), ("early".to_owned(), 1), ("other".to_owned(), 1)]);
}

#[tokio::test]
async fn a_run_can_be_explained() {
    let events: Vec<_> = (0..50)
        .map(|id| event(Some(&id.to_string()), "2026-01-15T10:00:00Z", ["Go", "No"][id % 2]))
        .collect();
    let session = session_over(&events);
    let set = rules(vec![
        rule("go", "", "SELECT * FROM cloudtrail WHERE event_name = 'Go'"),
        rule("iam", "", "SELECT * FROM cloudtrail WHERE event_source LIKE 'iam%'"),
    ]);
    let report = run(&session, &set, &Options { explain: true, ..options() }).await.unwrap();
    assert_eq!((report.rules[0].findings, report.rules[1].findings), (25, 50));
    let (ids, explained) = report.explained.unwrap();
    assert_eq!(ids, ["go", "iam"]);
    let [Some(go), Some(iam)] = explained.rules.as_slice() else { panic!("{explained:?}") };
    assert_eq!((go.names.as_deref(), go.cost.asked), (Some(["go".to_owned()].as_slice()), 25));
    assert!(go.predicate.contains("event_name"), "{}", go.predicate);
    assert_eq!((iam.names.as_deref(), iam.cost.asked), (None, 50));
    assert!(explained.columns.contains(&"event_name".to_owned()) && !explained.plan.is_empty());
}
