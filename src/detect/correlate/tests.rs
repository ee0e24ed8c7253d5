//! Correlations over small logs: what fires, when, once; and the law of time.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::detect::test::tests::session_over;
use crate::detect::{Finding, Options, Placeholders, RuleFile, RuleSet, State, run};
use crate::query::Session;
use crate::timespan::Timespan;

const START: &str = "2026-01-15T00:00:00Z";

fn start() -> Timestamp {
    START.parse().unwrap()
}

/// An event so many seconds after [`START`], of this name, of a user from an address; `rest`: more members.
fn event(id: usize, second: i64, name: &str, user: &str, rest: &str) -> String {
    let time = start() + SignedDuration::from_secs(second);
    format!(
        "{{\"eventVersion\":\"1.08\",\"eventID\":\"id-{id:04}\",\"eventTime\":\"{time}\",\"eventName\":\"{name}\",\
         \"eventSource\":\"iam.amazonaws.com\",\"recipientAccountId\":\"111122223333\",\"awsRegion\":\"us-east-1\",\
         \"sourceIPAddress\":\"203.0.113.7\",\"userIdentity\":{{\"type\":\"IAMUser\",\"userName\":\"{user}\",\
         \"arn\":\"arn:aws:iam::111122223333:user/{user}\"}}{rest}}}"
    )
}

/// Events of one user: seconds and names.
fn events(of: &[(i64, &str)]) -> Session {
    let events = of.iter().enumerate().map(|(id, (second, name))| event(id, *second, name, "eve", ""));
    session_over(&events.collect::<Vec<_>>())
}

/// A rule for each of these event names, called after it in small letters.
fn bases(names: &[&str]) -> String {
    let rule = |name: &&str| {
        let id = name.to_ascii_lowercase();
        format!(
            "---\ntitle: {name} happened\nname: {id}\nlogsource: {{product: aws, service: cloudtrail}}\n\
             detection: {{s: {{eventName: {name}}}, condition: s}}\n"
        )
    };
    names.iter().map(rule).collect()
}

fn set(correlation: &str, names: &[&str]) -> RuleSet {
    let text = format!("title: it fires\nid: it\nlevel: high\ncorrelation: {correlation}\n{}", bases(names));
    rules(&[("rules.yml", &text)])
}

fn rules(files: &[(&str, &str)]) -> RuleSet {
    let files =
        files.iter().map(|(path, text)| RuleFile { path: (*path).to_owned(), text: (*text).to_owned() });
    let set = RuleSet::parse(&files.collect::<Vec<_>>(), &Placeholders::new());
    assert!(set.refused().is_empty(), "{:?}", set.refused());
    set
}

fn refused(text: &str) -> Vec<String> {
    let files = [RuleFile { path: "rules.yml".to_owned(), text: text.to_owned() }];
    let set = RuleSet::parse(&files, &Placeholders::new());
    set.refused().iter().map(|mistake| format!("{}: {}", mistake.line, mistake.message)).collect()
}

async fn between(session: &Session, rules: &RuleSet, since: Option<i64>, until: Option<i64>) -> Vec<Finding> {
    let at = |second| start() + SignedDuration::from_secs(second);
    let span = Timespan { since: since.map(at), until: until.map(at) };
    let options = Options { span, ..Options::new("./lake", Timestamp::UNIX_EPOCH, "run") };
    let report = run(session, rules, &options).await.unwrap();
    assert!(report.rules.iter().all(|rule| rule.state == State::Ran), "{:?}", report.rules);
    report.findings.to_vec()
}

async fn found(session: &Session, rules: &RuleSet) -> Vec<Finding> {
    between(session, rules, None, None).await
}

/// When findings are dated, in seconds after [`START`], and how many events they have.
fn shown(findings: &[Finding]) -> Vec<(i64, i64)> {
    let seconds = |finding: &Finding| finding.time.as_second() - start().as_second();
    findings.iter().map(|finding| (seconds(finding), finding.count)).collect()
}

#[tokio::test]
async fn events_are_counted_within_the_timespan_both_ends_included() {
    let three = set("{type: event_count, rules: [fail], timespan: 1m, condition: {gte: 3}}", &["Fail"]);
    for (seconds, expected) in [
        ([60, 90, 120], vec![(120, 3)]),
        ([60, 90, 121], vec![]),
        ([59, 60, 119], vec![(119, 3)]),
        ([119, 120, 179], vec![(179, 3)]),
    ] {
        let session = events(&seconds.map(|second| (second, "Fail")));
        assert_eq!(shown(&found(&session, &three).await), expected, "{seconds:?}");
    }
}

#[tokio::test]
async fn correlations_may_ask_for_more_fields_than_there_are_bits() {
    let fields = |rule: usize| (0..16).map(move |number| format!("requestParameters.f{rule}x{number}"));
    let correlation = |rule: usize| {
        format!(
            "title: it fires\nid: it{rule}\ncorrelation: {{type: event_count, rules: [n{rule}], group-by: [{}], \
             timespan: 1m, condition: {{gte: 1}}}}\n{}",
            fields(rule).collect::<Vec<_>>().join(", "),
            bases(&[format!("N{rule}").as_str()])
        )
    };
    let texts: Vec<_> = (0..6).map(|rule| (format!("{rule}.yml"), correlation(rule))).collect();
    let files: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let member = |rule: usize| fields(rule).map(|name| format!("\"{}\":\"{name}\"", &name[18..]));
    let event = |rule: usize| {
        let members = member(rule).collect::<Vec<_>>().join(",");
        let rest = format!(",\"requestParameters\":{{{members}}}");
        event(rule, 10, &format!("N{rule}"), "eve", &rest)
    };
    let findings = found(&session_over(&(0..6).map(event).collect::<Vec<_>>()), &rules(&files)).await;
    assert_eq!(findings.len(), 6);
    for (rule, finding) in findings.iter().enumerate() {
        for name in fields(rule) {
            assert_eq!(finding.text(&name).as_deref(), Some(name.as_str()));
        }
    }
}

#[tokio::test]
async fn an_explained_run_tells_what_the_rules_of_correlations_took() {
    let three = set("{type: event_count, rules: [fail], timespan: 1m, condition: {gte: 3}}", &["Fail"]);
    let session = events(&[(0, "Fail"), (30, "Other"), (40, "Fail")]);
    let options = Options { explain: true, ..Options::new("here", start(), "run") };
    let report = run(&session, &three, &options).await.unwrap();
    let (_, explained) = report.explained.unwrap();
    let [fed] = explained.fed.as_slice() else { panic!("{:?}", explained.fed) };
    assert_eq!(fed.names.as_deref(), Some(&["fail".to_owned()][..]));
    assert_eq!((fed.cost.asked, fed.cost.by_kind), (0, 2));
}

#[tokio::test]
async fn a_finding_says_what_it_is_about() {
    let three = set(
        "{type: event_count, rules: [fail], group-by: [userIdentity.userName, sourceIPAddress], timespan: 10m, condition: {gte: 3}}",
        &["Fail"],
    );
    let session = events(&[(5, "Fail"), (6, "Fail"), (7, "Other"), (8, "Fail"), (9, "Fail")]);
    let findings = found(&session, &three).await;
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert_eq!(
        finding.message,
        "4 events within 10m: userIdentity.userName=eve, sourceIPAddress=203.0.113.7"
    );
    assert_eq!(finding.event_ids, ["id-0000", "id-0001", "id-0003", "id-0004"]);
    assert_eq!(finding.principal.as_deref(), Some("arn:aws:iam::111122223333:user/eve"));
    assert_eq!(
        (finding.account_id.as_deref(), finding.region.as_deref()),
        (Some("111122223333"), Some("us-east-1"))
    );
    assert_eq!(finding.event_names, ["Fail"]);
    assert_eq!(finding.text("userIdentity.userName").as_deref(), Some("eve"));
    assert_eq!(
        (finding.window_start, finding.window_end),
        (Some(start()), Some(start() + SignedDuration::from_mins(10)))
    );
    assert_eq!(finding.last_time, start() + SignedDuration::from_secs(9));
    assert_eq!((finding.rule_id.as_str(), finding.severity.name()), ("it", "high"));
}

#[tokio::test]
async fn what_lasts_is_a_finding_in_each_window_with_its_events() {
    let three = set("{type: event_count, rules: [fail], timespan: 1m, condition: {gte: 3}}", &["Fail"]);
    let seconds: Vec<_> = (0..13).map(|number| (30 + number * 10, "Fail")).collect();
    let findings = found(&events(&seconds), &three).await;
    // 30, 40, 50 | 60 … 110 | 120 … 150: each with what came a minute before.
    assert_eq!(shown(&findings), [(50, 3), (60, 9), (120, 10)]);
    let ids: std::collections::BTreeSet<_> = findings.iter().map(|finding| &finding.finding_id).collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn groups_are_apart_and_an_event_without_a_field_is_in_none() {
    let two = set(
        "{type: event_count, rules: [fail], group-by: userIdentity.userName, timespan: 1m, condition: {gte: 2}}",
        &["Fail"],
    );
    let nobody = |id, second| event(id, second, "Fail", "x", "").replace("\"userName\":\"x\",", "");
    let session = session_over(&[
        event(0, 1, "Fail", "eve", ""),
        event(1, 2, "Fail", "bob", ""),
        event(2, 3, "Fail", "eve", ""),
        nobody(3, 4),
        nobody(4, 5),
    ]);
    let findings = found(&session, &two).await;
    assert_eq!(shown(&findings), [(3, 2)]);
    assert_eq!(findings[0].event_ids, ["id-0000", "id-0002"]);
}

#[tokio::test]
async fn different_values_are_counted_once_each() {
    let three = set(
        "{type: value_count, rules: [fail], timespan: 1m, condition: {field: requestParameters.name, gte: 3}}",
        &["Fail"],
    );
    let named = |id, second, name: &str| {
        event(id, second, "Fail", "eve", &format!(",\"requestParameters\":{{\"name\":{name}}}"))
    };
    let session = session_over(&[
        named(0, 1, "\"a\""),
        named(1, 2, "\"a\""),
        named(2, 3, "\"b\""),
        event(3, 4, "Fail", "eve", ""),
        named(4, 5, "[\"a\", \"c\"]"),
    ]);
    let findings = found(&session, &three).await;
    assert_eq!(shown(&findings), [(5, 4)]);
    assert!(
        findings[0].message.starts_with("3 different values in 4 events within 1m"),
        "{}",
        findings[0].message
    );
}

#[tokio::test]
async fn numbers_are_summed_averaged_and_ranked() {
    let sized = |id, second, size: &str| {
        event(id, second, "Fail", "eve", &format!(",\"additionalEventData\":{{\"bytes\":{size}}}"))
    };
    // 1, 2, 3, 10; and one that is no number.
    let session = session_over(&[
        sized(0, 1, "1"),
        sized(1, 2, "\"2\""),
        sized(2, 3, "3.0"),
        sized(3, 4, "10"),
        sized(4, 5, "\"many\""),
    ]);
    for (kind, condition, expected) in [
        ("value_sum", "gte: 16", Some(4)),
        ("value_sum", "gt: 16", None),
        ("value_avg", "gte: 4", Some(4)),
        ("value_avg", "gt: 4", None),
        ("value_median", "eq: 2.5", Some(4)),
        ("value_median", "gte: 3", None),
        ("value_percentile", "percentile: 75, gte: 3", Some(3)),
        ("value_percentile", "percentile: 75, gt: 3", None),
        ("value_percentile", "percentile: 100, gte: 10", Some(4)),
        ("value_percentile", "percentile: 25, gte: 2", None),
    ] {
        let correlation = format!(
            "{{type: {kind}, rules: [fail], timespan: 1m, condition: {{field: additionalEventData.bytes, {condition}}}}}"
        );
        let findings = found(&session, &set(&correlation, &["Fail"])).await;
        let seconds = shown(&findings).first().map(|(second, _)| *second);
        assert_eq!(seconds, expected, "{kind} {condition}");
    }
}

#[tokio::test]
async fn numbers_that_an_attacker_chose_do_not_overflow_a_sum() {
    let records: Vec<_> = (0..300)
        .map(|id| event(id, 1, "Fail", "eve", ",\"additionalEventData\":{\"bytes\":1e300}"))
        .collect();
    let sum = "{type: value_sum, rules: [fail], timespan: 1m, condition: {field: additionalEventData.bytes, gte: 1}}";
    assert_eq!(shown(&found(&session_over(&records), &set(sum, &["Fail"])).await), [(1, 300)]);
}

#[test]
fn correlations_over_each_other_are_bounded_however_often_they_meet() {
    // Eight layers of eight, each about all of the layer below: 8⁸ ways down.
    let mut text = bases(&["Fail"]).trim_start_matches("---\n").to_owned();
    for layer in 0..8 {
        for number in 0..8 {
            let below: Vec<_> = (0..8).map(|below| format!("c{}-{below}", layer - 1)).collect();
            let rules = if layer == 0 { "fail".to_owned() } else { below.join(", ") };
            text.push_str(&format!(
                "---\ntitle: c{layer}-{number}\nid: c{layer}-{number}\ncorrelation: {{type: temporal, rules: [{rules}], timespan: 1m}}\n"
            ));
        }
    }
    let refused = refused(&text);
    assert!(refused.iter().any(|message| message.contains("at most 1000 are allowed")), "{refused:?}");
    assert!(refused.len() < 64, "the lower layers can be used");
}

#[tokio::test]
async fn a_rule_that_is_named_twice_is_one() {
    let twice = set("{type: temporal, rules: [fail, Fail happened], timespan: 1m}", &["Fail"]);
    assert_eq!(shown(&found(&events(&[(1, "Fail")]), &twice).await), [(1, 1)]);
    let one = found(&events(&[(1, "Fail")]), &twice).await;
    assert!(one[0].message.starts_with("1 of: Fail happened,"), "{}", one[0].message);
}

#[tokio::test]
async fn rules_happen_near_each_other_in_any_order_or_in_theirs() {
    let of = |kind: &str| {
        format!("{{type: {kind}, rules: [a, b, c], group-by: [userIdentity.userName], timespan: 1m}}")
    };
    let (any, ordered) =
        (set(&of("temporal"), &["A", "B", "C"]), set(&of("temporal_ordered"), &["A", "B", "C"]));
    for (happened, in_any, in_order) in [
        (vec![(0, "A"), (10, "B"), (20, "C")], vec![20], vec![20]),
        (vec![(0, "C"), (10, "B"), (20, "A")], vec![20], vec![]),
        (vec![(0, "A"), (10, "B"), (61, "C")], vec![], vec![]),
        (vec![(0, "A"), (10, "B"), (60, "C")], vec![60], vec![60]),
        // The later A is near enough, and B came after it.
        (vec![(0, "A"), (30, "A"), (40, "B"), (90, "C")], vec![90], vec![90]),
        // Only the first A is before B, and that is too long ago.
        (vec![(0, "A"), (20, "B"), (30, "A"), (70, "C")], vec![70], vec![]),
        // At one moment they may have come in any order.
        (vec![(5, "C"), (5, "B"), (5, "A")], vec![5], vec![5]),
        (vec![(1, "A"), (5, "C"), (5, "B")], vec![5], vec![5]),
    ] {
        let session = events(&happened);
        let seconds =
            |findings: Vec<Finding>| shown(&findings).iter().map(|(second, _)| *second).collect::<Vec<_>>();
        assert_eq!(seconds(found(&session, &any).await), in_any, "{happened:?}");
        assert_eq!(seconds(found(&session, &ordered).await), in_order, "{happened:?} in order");
    }
}

#[tokio::test]
async fn some_of_the_rules_may_be_enough() {
    let session = events(&[(0, "A"), (10, "C")]);
    for (condition, fires) in [
        ("{gte: 2}", true),
        ("{gte: 3}", false),
        ("a and (b or c)", true),
        ("a and b", false),
        ("1 of them", true),
        ("all of them", false),
    ] {
        let correlation =
            format!("{{type: temporal, rules: [a, b, c], timespan: 1m, condition: {condition}}}");
        let findings = found(&session, &set(&correlation, &["A", "B", "C"])).await;
        assert_eq!(!findings.is_empty(), fires, "{condition}");
    }
}

#[tokio::test]
async fn an_alias_is_another_field_in_each_rule() {
    let rules = set(
        "{type: temporal_ordered, rules: [create, use], group-by: [key], timespan: 1h,\
          aliases: {key: {create: responseElements.accessKey, use: userIdentity.accessKeyId}}}",
        &["Create", "Use"],
    );
    let used = |id, key: &str| {
        event(id, 60, "Use", "bob", "")
            .replace("\"userName\"", &format!("\"accessKeyId\":\"{key}\",\"userName\""))
    };
    let created = event(0, 0, "Create", "eve", ",\"responseElements\":{\"accessKey\":\"AKIA1\"}");
    let findings = found(&session_over(&[created.clone(), used(1, "AKIA1"), used(2, "AKIA2")]), &rules).await;
    assert_eq!(shown(&findings), [(60, 2)]);
    assert_eq!(findings[0].message, "Create happened, then Use happened, within 1h: key=AKIA1");
    assert!(findings[0].principal.is_none(), "eve created it, bob used it");
    assert!(found(&session_over(&[created, used(2, "AKIA2")]), &rules).await.is_empty());
}

#[tokio::test]
async fn a_correlation_may_be_about_correlations() {
    let text = format!(
        "title: burst\nname: burst\ncorrelation: {{type: event_count, rules: [fail], group-by: [userIdentity.userName], timespan: 1m, condition: {{gte: 3}}}}\n\
         ---\ntitle: it fires\nid: it\ncorrelation: {{type: temporal_ordered, rules: [burst, login], group-by: [userIdentity.userName], timespan: 5m}}\n\
         ---\ntitle: bursts\nid: bursts\ncorrelation: {{type: event_count, rules: [burst], group-by: [userIdentity.userName], timespan: 1h, condition: {{gte: 2}}}}\n{}",
        bases(&["Fail", "Login"])
    );
    let rules = rules(&[("rules.yml", &text)]);
    // The burst lasts from 20 to 110; the login is near its end alone.
    let mut happened: Vec<_> = (0..11).map(|number| (10 * number + 10, "Fail")).collect();
    happened.push((390, "Login"));
    let findings = found(&events(&happened), &rules).await;
    let of = |id: &str| findings.iter().filter(|finding| finding.rule_id == id).cloned().collect::<Vec<_>>();
    assert_eq!(shown(&of("it")).first().map(|(second, _)| *second), Some(390));
    assert!(of("it")[0].event_ids.contains(&"id-0011".to_owned()) && of("it")[0].event_ids.len() > 3);
    // It lasted over the end of a window: fired in two of them.
    assert_eq!(shown(&of("bursts")), [(60, 2)]);
    assert_eq!(
        findings.iter().filter(|finding| finding.rule_id != "it" && finding.rule_id != "bursts").count(),
        0
    );
}

#[tokio::test]
async fn rules_of_a_correlation_are_silent_unless_it_says_otherwise_or_they_stand_in_another_file() {
    let correlation = |more: &str| {
        format!(
            "title: it fires\nid: it\ncorrelation: {{type: event_count, rules: [fail], timespan: 1m, condition: {{gte: 9}}{more}}}\n"
        )
    };
    let ids = |set: &RuleSet| set.iter().map(|rule| rule.title.clone()).collect::<Vec<_>>();
    let base = bases(&["Fail"]);
    assert_eq!(ids(&rules(&[("one.yml", &format!("{}{base}", correlation("")))])), ["it fires"]);
    let loud = rules(&[("one.yml", &format!("{}{base}", correlation(", generate: true")))]);
    assert_eq!(ids(&loud), ["it fires", "Fail happened"]);
    let apart = rules(&[("one.yml", &correlation("")), ("two.yml", base.trim_start_matches("---\n"))]);
    assert_eq!(ids(&apart), ["it fires", "Fail happened"]);
    assert_eq!(found(&events(&[(1, "Fail")]), &loud).await.len(), 1);
}

#[tokio::test]
async fn an_aggregation_of_the_old_kind_is_a_correlation() {
    let rule = |condition: &str| {
        format!(
            "title: old\nid: it\nlogsource: {{product: aws}}\ndetection:\n  a: {{eventName: Fail}}\n  b: {{eventName: Login}}\n  timeframe: 1m\n  condition: {condition}\n"
        )
    };
    let session = events(&[(1, "Fail"), (2, "Fail"), (3, "Login"), (70, "Fail")]);
    for (condition, expected) in [
        ("a | count() > 1", vec![2]),
        ("a | count() by userIdentity.userName >= 2", vec![2]),
        ("a | count(userIdentity.userName) by sourceIPAddress > 1", vec![]),
        ("a or b | count(eventName) by sourceIPAddress > 1", vec![3]),
        ("a | near b", vec![3]),
        ("b | count() > 1", vec![]),
    ] {
        let findings = found(&session, &rules(&[("old.yml", &rule(condition))])).await;
        let seconds: Vec<_> = shown(&findings).iter().map(|(second, _)| *second).collect();
        assert_eq!(seconds, expected, "{condition}");
    }
    for (condition, message) in
        [("a | near c", "no search is named so"), ("a | top(x) > 1", "no aggregation")]
    {
        assert!(refused(&rule(condition))[0].contains(message), "{condition}");
    }
    let hasty = rule("a | count() > 1").replace("  timeframe: 1m\n", "");
    assert!(refused(&hasty)[0].starts_with("7: ") && refused(&hasty)[0].contains("timeframe"));
}

#[tokio::test]
async fn a_filter_narrows_the_rules_it_names() {
    let filter = |rules: &str| {
        format!(
            "title: f\nlogsource: {{product: aws}}\nfilter:\n  rules: {rules}\n  mine: {{userIdentity.userName: admin}}\n  condition: not mine\n"
        )
    };
    let base = bases(&["Fail", "Login"]);
    let base = base.trim_start_matches("---\n");
    let session = session_over(&[
        event(0, 1, "Fail", "admin", ""),
        event(1, 2, "Fail", "eve", ""),
        event(2, 3, "Login", "admin", ""),
    ]);
    for (named, left) in [("[fail]", 2), ("any", 1), ("[fail, login]", 1), ("Login happened", 2)] {
        let set = rules(&[("filter.yml", &filter(named)), ("rules.yml", base)]);
        assert_eq!(found(&session, &set).await.len(), left, "{named}");
    }
    assert!(refused(&filter("[nobody]"))[0].contains("narrows nothing"));
}

#[test]
fn what_a_correlation_cannot_be_about_is_refused_with_its_line() {
    let correlation = |rules: &str, more: &str| {
        format!(
            "title: it\nid: it\ncorrelation:\n  type: temporal\n  rules: {rules}\n  timespan: 1m\n{more}{}",
            bases(&["Fail"])
        )
    };
    for (text, expected) in [
        (correlation("[fial]", ""), "5: no rule that can be used is named `fial`; is it `fail`?"),
        (correlation("[it]", ""), "5: `it` can't be used"),
        (correlation("[fail]", "  condition: fail and not fail\n"), "`not` has no place"),
        (correlation("[fail]", "  condition: other\n"), "no rule that can be used is named `other`"),
        (correlation("[fail]", "  group-by: [x]\n  aliases: {x: {other: z}}\n"), "has no field for `fail`"),
    ] {
        let refused = refused(&text);
        assert!(refused.iter().any(|message| message.contains(expected)), "{text}\n{refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However a stretch of time is cut into runs, and in whatever order and files events come, the findings are the same.
    #[test]
    fn runs_over_parts_find_what_one_run_finds(
        happened in proptest::collection::vec((0_i64..400, 0_usize..3, 0_usize..2), 1..60),
        cuts in proptest::collection::vec(1_i64..400, 0..4),
        turned in any::<bool>(),
    ) {
        let text = "title: burst\nname: burst\ncorrelation: {type: event_count, rules: [a, b], group-by: [userIdentity.userName], timespan: 1m, condition: {gte: 4}, generate: true}\n\
             ---\ntitle: values\nid: values\ncorrelation: {type: value_count, rules: [a, b, c], timespan: 30s, condition: {field: eventName, gte: 3}}\n\
             ---\ntitle: ordered\nid: ordered\ncorrelation: {type: temporal_ordered, rules: [a, b, c], group-by: [userIdentity.userName], timespan: 45s}\n\
             ---\ntitle: chain\nid: chain\ncorrelation: {type: temporal, rules: [burst, c], group-by: [userIdentity.userName], timespan: 50s, generate: true}\n\
             ---\ntitle: bursts\nid: bursts\ncorrelation: {type: event_count, rules: [burst], group-by: [userIdentity.userName], timespan: 2m, condition: {gte: 2}, generate: true}\n\
             ---\ntitle: chains\nid: chains\ncorrelation: {type: event_count, rules: [chain], timespan: 3m, condition: {gte: 2}}\n";
        let bases = bases(&["A", "B", "C"]);
        let rules = rules(&[("rules.yml", text), ("bases.yml", bases.trim_start_matches("---\n"))]);
        let mut records: Vec<_> = happened
            .iter()
            .enumerate()
            .map(|(id, (second, name, user))| event(id, *second, ["A", "B", "C"][*name], ["eve", "bob"][*user], ""))
            .collect();
        let whole = session_over(&records);
        if turned {
            records.reverse();
        }
        // Each few events in a log of their own.
        let logs = records.chunks(3).enumerate().map(|(number, records)| {
            let log = format!("{{\"Records\":[{}]}}", records.join(","));
            (format!("log-{number}.json"), std::io::Cursor::new(log.into_bytes()))
        });
        let parts = crate::detect::test::session(logs).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let key = |finding: &Finding| (finding.time, finding.finding_id.clone());
        let mut expected = runtime.block_on(between(&whole, &rules, Some(0), Some(400)));
        let mut cuts = cuts;
        cuts.extend([0, 400]);
        cuts.sort_unstable();
        let mut got = Vec::new();
        for pair in cuts.windows(2).filter(|pair| pair[0] < pair[1]) {
            got.extend(runtime.block_on(between(&parts, &rules, Some(pair[0]), Some(pair[1]))));
        }
        // Where an event was read is all that differs.
        for finding in expected.iter_mut().chain(&mut got) {
            finding.details.remove("source_object");
        }
        expected.sort_by_key(key);
        got.sort_by_key(key);
        prop_assert_eq!(got, expected);
    }
}

/// Of every correlation, what a plain look at all pairs of times comes to.
#[test]
fn sliding_is_what_looking_at_each_window_by_itself_would_be() {
    use super::occurrences::{Cause, Occurrence, Values};
    use super::sliding::moments;
    use crate::detect::findings::Hit;
    use crate::detect::scan::Texts;
    use crate::detect::sigma::{Asks, Bounds, Statistic};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let happened = proptest::collection::vec((0_i64..40, 1_u64..8, 0_u32..4), 1..40);
    let numbers = ["1", "2.5", "40", "-3"];
    let mut texts = Texts::default();
    for number in numbers {
        texts.number(number);
    }
    runner
        .run(&(happened, 1_i64..20, 1_u32..5), |(happened, span, least)| {
            let mut all: Vec<_> = happened
                .iter()
                .enumerate()
                .map(|(row, (time, rules, _))| Occurrence {
                    group: 0,
                    time: *time,
                    cause: Cause::Event(Hit { batch: 0, row: row as u32 }),
                    rules: *rules,
                    values: (row as u32, row as u32 + 1),
                })
                .collect();
            let values = happened.iter().map(|(_, _, value)| value + 1).collect();
            let values = Values { all: values, texts: &texts };
            let value = |one: &Occurrence| values.of(one)[0];
            all.sort_by_key(|occurrence| occurrence.time);
            let bounds = || Bounds::at_least(f64::from(least));
            for asks in [
                Asks::Events(bounds()),
                Asks::Values(bounds()),
                Asks::Temporal(bounds()),
                Asks::Ordered,
                Asks::Number(Statistic::Sum, bounds()),
                Asks::Number(Statistic::Median, bounds()),
                Asks::Number(Statistic::Least, bounds()),
            ] {
                let mut got = Vec::new();
                moments(&all, &values, &asks, span, 3, &mut |moment| got.push(moment.time));
                let mut times: Vec<_> = all.iter().map(|occurrence| occurrence.time).collect();
                times.dedup();
                let within = |time: &i64| -> Vec<&Occurrence> {
                    all.iter().filter(|one| one.time <= *time && one.time >= time - span).collect()
                };
                let holds = |time: &i64| {
                    let window = within(time);
                    let rules = window.iter().fold(0, |rules, one| rules | one.rules);
                    let mut numbers: Vec<f64> =
                        window.iter().map(|one| values.number(value(one)).unwrap()).collect();
                    numbers.sort_by(f64::total_cmp);
                    let count = numbers.len();
                    let least = f64::from(least);
                    match &asks {
                        Asks::Events(_) => count as f64 >= least,
                        Asks::Values(_) => {
                            window
                                .iter()
                                .map(|one| value(one))
                                .collect::<std::collections::HashSet<_>>()
                                .len() as f64
                                >= least
                        }
                        Asks::Temporal(_) => f64::from(rules.count_ones()) >= least,
                        Asks::Number(Statistic::Sum, _) => numbers.iter().sum::<f64>() >= least,
                        Asks::Number(Statistic::Median, _) => {
                            (numbers[(count - 1) / 2] + numbers[count / 2]) / 2.0 >= least
                        }
                        Asks::Number(..) => numbers[0] >= least,
                        _ => {
                            let of =
                                |rule: u64| window.iter().filter(move |one| one.rules & (1 << rule) != 0);
                            of(0).any(|first| {
                                of(1).filter(|second| second.time >= first.time).any(|second| {
                                    of(2).any(|third| third.time >= second.time && third.time == *time)
                                })
                            })
                        }
                    }
                };
                let expected: Vec<_> = times.into_iter().filter(holds).collect();
                prop_assert_eq!(got, expected, "{:?} within {}", asks, span);
            }
            Ok(())
        })
        .unwrap();
}
