//! Every form over the same report, with what an attacker could have put into its fields.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::detect::{Affected, Finding, RuleOutcome, Run, Severity, Span, State, Suppressed};

/// A user agent as in a hostile S3 event: a formula, a script, an escape sequence; then bidi and C1.
const AGENT: &str = "=HYPERLINK(\"http://x\")<script>alert(1)</script>\u{1b}[2J\u{202e}\u{9b}1m";

fn finding(rule_id: &str, severity: Severity, time: &str) -> Finding {
    Finding {
        finding_id: format!("{rule_id}-{time}"),
        revision: 1,
        rule_id: rule_id.to_owned(),
        rule_version: "v".to_owned(),
        title: "Something happened".to_owned(),
        severity,
        practice: Some("mfa".to_owned()),
        attack: vec!["T1078.004".to_owned(), "T1110".to_owned()],
        time: time.parse().unwrap(),
        last_time: time.parse().unwrap(),
        window_start: None,
        window_end: None,
        count: 1,
        account_id: Some("111122223333".to_owned()),
        region: Some("us-east-1".to_owned()),
        principal: Some("arn:aws:iam::111122223333:user/alice".to_owned()),
        source_ip: Some("203.0.113.7".to_owned()),
        user_agent: None,
        event_names: vec!["GetObject".to_owned()],
        message: "s3:GetObject by alice".to_owned(),
        event_ids: vec!["e1".to_owned()],
        details: serde_json::Map::new(),
        source: "./lake".to_owned(),
        found_at: "2026-01-17T00:00:00Z".parse().unwrap(),
        run_id: "run".to_owned(),
    }
}

fn outcome(rule_id: &str, state: State) -> RuleOutcome {
    RuleOutcome {
        rule_id: rule_id.to_owned(),
        title: "t".to_owned(),
        severity: Severity::Low,
        state,
        findings: 0,
        dropped: 0,
        suppressed: 0,
        elapsed: Duration::from_millis(1500),
    }
}

fn report(findings: Vec<Finding>) -> Report {
    let span = Span {
        since: "2026-01-15T00:00:00Z".parse().unwrap(),
        until: "2026-01-16T00:00:00Z".parse().unwrap(),
    };
    Report {
        run: Run {
            id: "run".to_owned(),
            source: "./lake".to_owned(),
            found_at: "2026-01-17T00:00:00Z".parse().unwrap(),
            span: Some(span),
        },
        findings: findings.into(),
        rules: vec![
            outcome("good", State::Ran),
            outcome("geo", State::NotConfigured(vec!["set `country` in `[geoip]`".to_owned()])),
            outcome("bad", State::Failed("it broke".to_owned())),
        ],
        suppressed: vec![Suppressed { rule: "ci".to_owned(), reason: "rotates keys".to_owned(), count: 4 }],
        warnings: vec!["something to know".to_owned()],
        counted: None,
        explained: None,
    }
}

/// Two plain findings and one whose every text is hostile.
fn hostile() -> Report {
    let mut evil = finding("evil", Severity::High, "2026-01-15T10:00:00Z");
    for field in [&mut evil.principal, &mut evil.source_ip, &mut evil.user_agent, &mut evil.account_id] {
        *field = Some(AGENT.to_owned());
    }
    evil.region = Some("\t=1+1".to_owned());
    evil.message = format!("{AGENT}\r\nfake: line");
    evil.event_names = vec![AGENT.to_owned()];
    evil.details.insert(AGENT.to_owned(), Value::from(format!("{AGENT}\n\"quoted\"")));
    report(vec![
        finding("worst", Severity::Critical, "2026-01-15T12:00:00Z"),
        evil,
        finding("good", Severity::Low, "2026-01-15T13:00:00Z"),
    ])
}

fn written(format: Format, report: &Report, style: Style) -> String {
    let mut bytes = Vec::new();
    write(format, report, style, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_form_lets_a_control_character_or_a_turned_text_through() {
    for format in Format::ALL {
        let text = written(format, &hostile(), Style::default());
        let harmful = text.chars().find(|char| {
            let ends_line = *char == '\n' || (*char == '\r' && format == Format::Csv);
            (char.is_control() && !ends_line) || *char == '\u{202e}'
        });
        assert_eq!(harmful, None, "{format}: {text}");
    }
}

#[test]
fn many_findings_are_written_each_once_and_in_order() {
    // More than are made at once, whatever the number of cores.
    let count = 3 * 1024 * rayon::current_num_threads() + 7;
    let findings = (0..count).map(|number| {
        let time = jiff::Timestamp::from_second(number as i64).unwrap().to_string();
        Finding { finding_id: number.to_string(), ..finding("some_rule", Severity::Low, &time) }
    });
    let report = report(findings.collect());
    let wanted: Vec<_> = (0..count).map(|number| number.to_string()).collect();
    let id = |value: &Value| value["finding_id"].as_str().unwrap().to_owned();

    let lines = written(Format::Ndjson, &report, Style::default());
    let ids: Vec<_> = lines.lines().map(|line| id(&serde_json::from_str(line).unwrap())).collect();
    assert!(ids == wanted);
    let document: Value = serde_json::from_str(&written(Format::Json, &report, Style::default())).unwrap();
    let ids: Vec<_> = document["findings"].as_array().unwrap().iter().map(id).collect();
    assert!(ids == wanted);
    let table = written(Format::Csv, &report, Style::default());
    let ids: Vec<_> = table.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(ids == wanted);
    let lines = written(Format::Ocsf, &report, Style::default());
    let uid = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        value["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    assert!(lines.lines().map(uid).collect::<Vec<_>>() == wanted);
}

#[test]
fn a_table_has_a_line_a_finding_and_says_what_was_not_looked_at() {
    let text = written(
        Format::Table,
        &report(vec![finding("some_rule", Severity::High, "2026-01-15T10:00:00Z")]),
        Style::default(),
    );
    let expected = "\
severity  time                  rule       count  account       message
high      2026-01-15T10:00:00Z  some_rule  1      111122223333  s3:GetObject by alice

1 finding: 1 high
1 rule over 2026-01-15T00:00:00Z to 2026-01-16T00:00:00Z

not configured, not run
  geo: set `country` in `[geoip]`

failed
  bad: it broke

suppressed
  4 of ci: rotates keys

warnings
  something to know
";
    assert_eq!(text, expected);
}

#[test]
fn a_table_counts_what_is_below_the_least_severity_and_does_not_list_it() {
    let findings = vec![
        finding("some_rule", Severity::High, "2026-01-15T10:00:00Z"),
        finding("a_signal", Severity::Low, "2026-01-15T10:00:00Z"),
    ];
    let text = |least| written(Format::Table, &report(findings.clone()), Style { least, ..Style::default() });
    let medium = text(Severity::Medium);
    assert!(medium.contains("some_rule") && !medium.contains("a_signal"), "{medium}");
    assert!(medium.contains("2 findings: 1 high, 1 low\n1 below medium are not listed"), "{medium}");
    assert!(text(Severity::Info).contains("a_signal") && !text(Severity::Info).contains("not listed"));
    assert!(text(Severity::Critical).starts_with("2 findings"), "{}", text(Severity::Critical));
}

#[test]
fn a_table_keeps_to_the_terminals_width_and_colours_only_where_they_are_welcome() {
    let narrow = Style { width: Some(90), ..Style::default() };
    let text = written(Format::Table, &hostile(), narrow);
    let rows = text.lines().take_while(|line| !line.is_empty());
    for row in rows {
        // Every column but the last keeps its width.
        assert!(unicode_width::UnicodeWidthStr::width(row) <= 130, "{row}");
    }
    assert!(!text.contains('\u{1b}') && text.contains('…'));
    let colourful = written(Format::Table, &hostile(), Style { color: true, ..Style::default() });
    assert!(colourful.contains("\u{1b}[1;37;41mcritical"));
    assert!(!colourful.contains("\u{1b}[2J"), "only our own sequences");
}

#[test]
fn a_summary_of_counted_events_is_that_of_their_findings() {
    let full = hostile();
    let mut counted = full.clone();
    let mut principals = HashMap::new();
    let mut rules: BTreeMap<String, RuleOutcome> = BTreeMap::new();
    counted.findings = Vec::new().into();
    for finding in full.findings.iter().map(Cow::into_owned) {
        let new = RuleOutcome {
            rule_id: finding.rule_id.clone(),
            title: finding.title.clone(),
            severity: finding.severity,
            ..outcome("", State::Ran)
        };
        let new = RuleOutcome { findings: 0, ..new };
        rules.entry(finding.rule_id.clone()).or_insert(new).findings += 1;
        if let Some(principal) = finding.principal {
            let affected =
                principals.entry(principal).or_insert(Affected { count: 0, worst: finding.severity });
            affected.count += 1;
            affected.worst = affected.worst.max(finding.severity);
        }
    }
    let ran = rules.len();
    counted.rules.retain(|rule| rule.state != State::Ran);
    counted.rules.extend(rules.into_values());
    counted.counted = Some(principals);
    assert_eq!(counted.worst(), full.worst());
    let text = |report| written(Format::Summary, report, Style::default());
    let (full, counted) = (text(&full), text(&counted));
    let sentence = |rules: usize| if rules == 1 { "1 rule ".to_owned() } else { format!("{rules} rules ") };
    assert_eq!(counted.replace(&sentence(ran), ""), full.replace(&sentence(1), ""));
}

#[test]
fn a_summary_counts_by_severity_rule_and_principal() {
    let text = written(Format::Summary, &hostile(), Style::default());
    assert!(text.starts_with("3 findings: 1 critical, 1 high, 1 low\n"), "{text}");
    assert!(text.contains("  critical       1  worst  Something happened\n"), "{text}");
    assert!(text.contains("  critical       2  arn:aws:iam::111122223333:user/alice\n"), "{text}");
    assert!(text.contains("not configured, not run\n  geo"), "{text}");
    assert!(written(Format::Summary, &report(Vec::new()), Style::default()).starts_with("no findings\n"));
}

#[test]
fn json_forms_keep_every_character() {
    let report = hostile();
    let lines = written(Format::Ndjson, &report, Style::default());
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), 3);
    assert_eq!(values[1]["user_agent"], AGENT);
    assert_eq!(values[1]["details"][AGENT], format!("{AGENT}\n\"quoted\""));

    let document: Value = serde_json::from_str(&written(Format::Json, &report, Style::default())).unwrap();
    assert_eq!(document["findings"].as_array().unwrap(), &values);
    assert_eq!(document["run"]["severities"]["critical"], 1);
    assert_eq!(document["rules"][1]["state"], "not_configured");
    assert_eq!(document["rules"][2]["reasons"][0], "it broke");
    assert_eq!(document["suppressed"][0]["count"], 4);
}

#[test]
fn csv_cells_are_no_formulas_and_rows_stay_rows() {
    let text = written(Format::Csv, &hostile(), Style::default());
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "a header, three findings, the end");
    assert!(lines[0].starts_with("finding_id,revision,rule_id"));
    assert!(lines[2].contains("\"'=HYPERLINK(\"\"http://x\"\")<script>"), "{}", lines[2]);
    assert!(lines[2].contains("\"'\\t=1+1\""), "{}", lines[2]);
    // Outside of quotes there are as many commas as in the header.
    for line in &lines[..4] {
        let mut quoted = false;
        let commas = line.chars().filter(|char| {
            quoted ^= *char == '"';
            *char == ',' && !quoted
        });
        assert_eq!(commas.count(), 24, "{line}");
    }
}

#[test]
fn the_page_holds_nothing_that_runs_or_loads() {
    let page = written(Format::Html, &hostile(), Style::default());
    for forbidden in ["<script", "http://", "https://", "src=", "href=", "url(", "onload", "javascript:"] {
        let inside = page.replace("http://x", "").contains(forbidden);
        assert!(!inside, "{forbidden}");
    }
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("content=\"default-src 'none'"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("prefers-color-scheme: dark"));
    assert!(page.contains("<li class=\"critical\"><b>1</b>critical</li>"));
    assert_eq!(page.matches("<tr><td").count(), 3);
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.contains("<rect class=\"high\"") && page.contains("geo: set"));
    assert!(page.contains("\\n&quot;quoted&quot;"), "a value can't add a line of its own");
}

#[test]
fn an_empty_report_is_a_whole_page_too() {
    let page = written(Format::Html, &report(Vec::new()), Style::default());
    assert!(page.contains("Nothing was found.") && page.ends_with("</html>\n") && !page.contains("<svg"));
}

#[test]
fn ocsf_events_have_what_the_class_requires_and_no_null() {
    let mut report = hostile();
    let mut findings: Vec<_> = report.findings.iter().map(Cow::into_owned).collect();
    (findings[2].revision, findings[2].principal) = (2, None);
    report.findings = findings.into();
    let text = written(Format::Ocsf, &report, Style::default());
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for event in &events {
        for required in
            ["activity_id", "category_uid", "class_uid", "type_uid", "severity_id", "time", "metadata"]
        {
            assert!(!event[required].is_null(), "{required}");
        }
        assert_eq!((&event["category_uid"], &event["class_uid"]), (&Value::from(2), &Value::from(2004)));
        assert_eq!(event["metadata"]["version"], "1.5.0");
        assert_eq!(event["finding_info"]["analytic"]["type_id"], 1);
        assert_eq!(event["cloud"]["provider"], "AWS");
    }
    assert!(!text.contains("null"), "{text}");
    let plain = &events[0];
    assert_eq!((&plain["severity_id"], &plain["type_uid"]), (&Value::from(5), &Value::from(200_401)));
    assert_eq!(plain["time"], 1_768_608_000_000_i64);
    assert_eq!(plain["finding_info"]["attacks"][0]["sub_technique"]["uid"], "T1078.004");
    assert_eq!(plain["finding_info"]["attacks"][1]["technique"]["uid"], "T1110");
    assert_eq!(plain["evidences"][0]["src_endpoint"]["ip"], "203.0.113.7");
    assert_eq!(events[1]["evidences"][0]["src_endpoint"]["name"], AGENT, "what is no address is a name");
    assert_eq!(events[2]["activity_id"], 2, "a later revision is an update");
    assert!(events[2]["evidences"][0].get("actor").is_none());
}
