//! Every form over the same report, with what an attacker could have put into its fields.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::detect::{Affected, Counted, Finding, Rule, RuleOutcome, Run, Severity, Span, State, Suppressed};

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
        rule: None,
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
    let mut of = Counted::default();
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
        let once = Affected::once(finding.severity, finding.time, finding.last_time);
        let add = |own: &mut Affected| own.add(&once);
        match &mut of.all {
            Some(all) => add(all),
            none => *none = Some(once),
        }
        let names = [
            (&mut of.principals, finding.principal),
            (&mut of.accounts, finding.account_id),
            (&mut of.addresses, finding.source_ip),
        ];
        for (names, name) in names {
            if let Some(name) = name {
                names.entry(name).and_modify(add).or_insert(once);
            }
        }
    }
    let ran = rules.len();
    counted.rules.retain(|rule| rule.state != State::Ran);
    counted.rules.extend(rules.into_values());
    counted.counted = Some(of);
    assert_eq!(counted.worst(), full.worst());
    let text = |report| written(Format::Summary, report, Style::default());
    let (full, counted) = (text(&full), text(&counted));
    let sentence = |rules: usize| if rules == 1 { "1 rule ".to_owned() } else { format!("{rules} rules ") };
    assert_eq!(counted.replace(&sentence(ran), ""), full.replace(&sentence(1), ""));
}

#[test]
fn a_summary_counts_by_severity_rule_principal_address_and_account() {
    let text = written(Format::Summary, &hostile(), Style::default());
    let shown = "=HYPERLINK(\"http://x\")<script>alert(1)</script>\\u{1b}[2J\\u{202e}\\u{9b}1m";
    let wide = shown.len();
    let expected = format!(
        "3 findings: 1 critical, 1 high, 1 low
first 2026-01-15T10:00:00Z, last 2026-01-15T13:00:00Z, in 2 accounts

by rule
  severity  findings  rule   title
  critical         1  worst  Something happened
  high             1  evil   Something happened
  low              1  good   Something happened

by principal
  worst      times  findings  principal
  critical       1         2  arn:aws:iam::111122223333:user/alice
  high           1         1  {shown}

by source address
  worst      times  findings  address
  critical       1         2  203.0.113.7
  high           1         1  {shown}

by account
  {:wide$}  critical  high  medium  low  info  first             last
  {:wide$}         1     0       0    1     0  2026-01-15 12:00  2026-01-15 13:00
  {shown}         0     1       0    0     0  2026-01-15 10:00  2026-01-15 10:00

1 rule over 2026-01-15T00:00:00Z to 2026-01-16T00:00:00Z

not configured, not run
",
        "account", "111122223333"
    );
    assert!(text.starts_with(&expected), "{text}\n---\n{expected}");
    assert!(
        written(Format::Summary, &report(Vec::new()), Style::default()).starts_with("no findings\n1 rule")
    );
}

#[test]
fn a_summary_says_what_it_does_not_name_and_fits_80_columns() {
    let findings = (0..30).map(|number| Finding {
        principal: Some(format!("arn:aws:iam::111122223333:user/{number}")),
        source_ip: Some(format!("192.0.2.{number}")),
        account_id: Some(format!("1111222233{number:02}")),
        title: "Something that takes a long sentence to say has happened to somebody".to_owned(),
        ..finding(&format!("rule_with_a_rather_long_name_{number:02}"), Severity::Low, "2026-01-15T10:00:00Z")
    });
    let narrow = Style { width: Some(80), ..Style::default() };
    let text = written(Format::Summary, &report(findings.collect()), narrow);
    for said in [
        "\n  and 10 more rules: 10 low; --format html names them\n",
        "\n  and 20 more principals\n",
        "\n  and 20 more addresses\n",
        "\n  and 20 more accounts\n",
        "\n  111122223300         0     0       0    1     0  2026-01-15  2026-01-15\n",
    ] {
        assert!(text.contains(said), "{said}{text}");
    }
    let widest = text.lines().map(unicode_width::UnicodeWidthStr::width).max();
    assert!(widest <= Some(80), "{text}");
    assert!(text.lines().count() < 90, "a reader gets to its end: {text}");
}

#[test]
fn whoever_has_more_that_is_severe_is_of_more_concern() {
    let of = |principal: &str, severity, times: usize| {
        let one = Finding {
            principal: Some(principal.to_owned()),
            ..finding("rule", severity, "2026-01-15T10:00:00Z")
        };
        vec![one; times]
    };
    let findings = [
        of("ci", Severity::Info, 500),
        of("ci", Severity::High, 1),
        of("thief", Severity::High, 2),
        of("clumsy", Severity::Medium, 9),
    ];
    let report = report(findings.concat());
    let names: Vec<_> =
        tally::by_principal(&report).iter().map(|of| (of.name, of.affected.count())).collect();
    assert_eq!(names, [("thief", 2), ("ci", 501), ("clumsy", 9)]);
    let account = &tally::in_accounts(&report)["111122223333"];
    assert_eq!((account.principals, account.worst_rule), (3, "rule"));
    assert_eq!(tally::all(&report).unwrap().counts, [500, 0, 9, 3, 0]);
}

#[test]
fn findings_count_once_for_each_tactic_that_their_techniques_serve() {
    let with = |rule: &str, attack: &[&str]| Finding {
        attack: attack.iter().map(|id| (*id).to_owned()).collect(),
        ..finding(rule, Severity::Low, "2026-01-15T10:00:00Z")
    };
    // T1552 and T1530 are of one tactic each; T9999 is of none.
    let report = report(vec![
        with("secrets", &["T1552", "T1552.005"]),
        with("secrets", &["T1552", "T1552.005"]),
        with("bucket", &["T1530"]),
        with("own", &["T9999"]),
        with("plain", &[]),
    ]);
    let tactics = tally::by_tactic(&report);
    let told: Vec<_> = tactics
        .iter()
        .map(|tactic| {
            let techniques: Vec<_> =
                tactic.techniques.iter().map(|of| (of.name, of.affected.count())).collect();
            (tactic.name, tactic.affected.count(), techniques)
        })
        .collect();
    let expected = [
        (Some("credential-access"), 2, vec![("T1552", 2), ("T1552.005", 2)]),
        (Some("collection"), 1, vec![("T1530", 1)]),
        (None, 1, vec![("T9999", 1)]),
    ];
    assert_eq!(told, expected);
}

#[test]
fn stretches_of_time_begin_at_full_ones_and_hold_every_finding_once() {
    for (since, until, most, length) in [
        ("2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z", 120, 900),
        ("2026-01-12T05:00:00Z", "2026-01-16T00:00:00Z", 120, 3_600),
        ("2026-01-15T10:00:00Z", "2026-01-15T10:00:01Z", 120, 10),
        // What is far from every finding is not shown.
        ("1970-01-01T00:00:00Z", "2026-01-16T00:00:00Z", 120, 10),
    ] {
        let mut report = report(vec![
            finding("a", Severity::High, "2026-01-15T10:00:00Z"),
            finding("a", Severity::High, "2026-01-15T10:00:00Z"),
            finding("b", Severity::Low, "2026-01-15T10:15:00Z"),
        ]);
        report.run.span = Some(Span { since: since.parse().unwrap(), until: until.parse().unwrap() });
        let (slots, step) = tally::over_time(&report, most);
        assert!(slots.len() as i64 <= most, "{}", slots.len());
        assert_eq!(step, length, "{since} {until}");
        assert!(slots.iter().all(|slot| slot.start.as_second() % step == 0));
        let sum = |severity: Severity| slots.iter().map(|slot| slot.counts[severity as usize]).sum::<u64>();
        assert_eq!((sum(Severity::High), sum(Severity::Low)), (2, 1));
    }
    assert!(tally::over_time(&report(Vec::new()), 120).0.is_empty());
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

/// The page's elements, each with its attributes; fails where one is not closed, or not by its own name.
fn elements(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let body = page.strip_prefix("<!doctype html>").expect("a doctype");
    for (at, _) in body.match_indices('<') {
        let tag = body[at + 1..].split('>').next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{}", &body[at.saturating_sub(200)..at]);
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while !rest.is_empty() {
            let (attribute, value) = rest.split_once("=\"").unwrap_or((rest, ""));
            let (value, more) = value.split_once('"').unwrap_or((value, ""));
            attributes.push((attribute.to_owned(), value.to_owned()));
            rest = more.trim_start();
        }
        found.push((name.to_owned(), attributes));
        if !is_closed && !["meta", "br"].contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

/// Fails where the page has an element or attribute that could run or load anything.
fn assert_harmless(page: &str) {
    const ELEMENTS: &[&str] = &[
        "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "article",
        "div", "h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "b", "br", "code", "pre",
        "small", "span", "time", "a", "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
        "svg", "rect", "line", "polyline", "polygon", "text",
    ];
    for (name, attributes) in elements(page) {
        assert!(ELEMENTS.contains(&name.as_str()), "{name}");
        for (attribute, value) in attributes {
            assert!(
                !attribute.starts_with("on") && !["src", "style", "srcdoc"].contains(&attribute.as_str())
            );
            assert!(attribute != "href" || value.starts_with('#'), "{value}");
            let is_name = attribute.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
            assert!(is_name && !value.contains('<'), "{attribute} {value}");
        }
    }
    for forbidden in ["<script", "url(", "@import", "javascript:", "xmlns"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

/// The hostile report, with rules that say hostile things as well.
fn hostile_rules() -> Report {
    let mut report = hostile();
    let text = "/*---\nid: evil\ntitle: Something happened\nseverity: high\ndescription: '</style><script>alert(1)</script>'\n\
                respond: ['\" onload=\"alert(1)']\nfalse_positives: ['<img src=x onerror=alert(1)>']\n\
                references: ['javascript:alert(1)', 'https://example.com/a']\n---*/\n\
                SELECT * FROM cloudtrail WHERE event_name = '</pre><script>'";
    let rule = Arc::new(Rule::parse("evil.sql", text).unwrap());
    report.rules.push(RuleOutcome { rule: Some(rule), findings: 1, ..outcome("evil", State::Ran) });
    report
}

#[test]
fn the_page_holds_nothing_that_runs_or_loads() {
    let page = written(Format::Html, &hostile_rules(), Style::default());
    assert!(page.contains("javascript:alert(1)"), "as text, where to read more");
    assert_harmless(&page.replace("<li>javascript:", "<li>"));
    assert!(page.contains("content=\"default-src 'none'"));
    for escaped in [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&lt;/style&gt;&lt;script&gt;",
        "&quot; onload=&quot;alert(1)",
        "&lt;img src=x onerror=alert(1)&gt;",
        "event_name = &#39;&lt;/pre&gt;&lt;script&gt;&#39;",
        "<li>https://example.com/a</li>",
        // A value can't add a line of its own.
        "\\n\\&quot;quoted\\&quot;",
    ] {
        assert!(page.contains(escaped), "{escaped}");
    }
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("geo: set"));
}

#[test]
fn the_page_has_all_its_parts_and_counts_what_was_found() {
    let page = written(Format::Html, &hostile_rules(), Style::default());
    let ids: BTreeSet<_> = elements(&page)
        .into_iter()
        .flat_map(|(_, attributes)| attributes)
        .filter(|(name, _)| name == "id" || name == "href")
        .collect();
    for part in
        ["first", "time", "severity", "accounts", "attack", "principals", "addresses", "rules", "evidence"]
    {
        assert!(ids.contains(&("id".to_owned(), part.to_owned())), "{part}");
    }
    for (_, link) in ids.iter().filter(|(name, _)| name == "href") {
        assert!(ids.contains(&("id".to_owned(), link[1..].to_owned())), "{link} leads nowhere");
    }
    for said in [
        "<li class=\"critical\"><b>1</b> critical</li>",
        "<li class=\"info\"><b>0</b> info</li>",
        "3 findings by 3 rules in 2 accounts, the first at <time>2026-01-15 10:00</time>",
        "aria-label=\"Findings by severity: 1 critical, 1 high, 0 medium, 1 low, 0 info\"",
        "<th scope=\"row\">Credential access</th><td class=\"number\">3</td>",
        "<code>T1078.004</code> 3",
        "<h4>What to do</h4>\n<ol><li>",
        "<h4>What else it may be</h4>",
        "trailhound query -f address_activity --param ip=203.0.113.7 --since 2026-01-14T12:00:00Z",
        "WHERE event_id IN (&#39;e1&#39;)",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert_eq!(page.matches("<details class=\"finding\">").count(), 3);
    assert_eq!(page.matches("role=\"img\"").count(), 2, "charts that are read out");
}

#[test]
fn charts_are_drawn_in_colours_that_the_style_sheet_turns_over() {
    let page = written(Format::Html, &hostile(), Style::default());
    let (style, _) = page.split_once("</style>").unwrap();
    let colors = elements(&page)
        .into_iter()
        .flat_map(|(_, attributes)| attributes)
        .filter(|(name, value)| (name == "fill" || name == "stroke") && value != "none");
    let colors: BTreeSet<_> = colors.collect();
    assert!(colors.len() > 3);
    for (name, value) in colors {
        assert!(style.contains(&format!("svg [{name}=\"{value}\"]")), "{name} {value}");
    }
}

#[test]
fn a_name_that_is_more_than_a_name_is_in_no_command() {
    for name in ["x' OR '1'='1", "$(reboot)", "a;b", "a b", "`id`", "--lake", "a\nb", ""] {
        let mut evil = finding("evil", Severity::High, "2026-01-15T10:00:00Z");
        for field in [&mut evil.principal, &mut evil.source_ip] {
            *field = Some(name.to_owned());
        }
        evil.event_ids = vec![name.to_owned()];
        evil.details.insert("access_key_id".to_owned(), Value::from(name));
        let page = written(Format::Html, &report(vec![evil]), Style::default());
        assert!(!page.contains("trailhound query"), "{name}");
    }
}

#[test]
fn a_page_of_ten_thousand_findings_is_bounded_and_says_what_it_leaves_out() {
    let long = "x".repeat(100_000);
    let findings = (0..10_000).map(|number: usize| {
        let severity = Severity::ALL[number % 5];
        let time = jiff::Timestamp::from_second(1_768_000_000 + number as i64 * 60).unwrap().to_string();
        let mut finding = finding(&format!("{severity}_{}", number / 5 % 50), severity, &time);
        finding.principal = Some(format!("arn:aws:iam::111122223333:user/{number}"));
        if number % 500 == 4 {
            finding.details.insert("long".to_owned(), Value::from(long.as_str()));
            finding.user_agent = Some(long.clone());
        }
        finding
    });
    let page = written(Format::Html, &report(findings.collect()), Style::default());
    assert!(page.len() < 20 << 20, "{}", page.len());
    assert_harmless(&page);
    assert_eq!(page.matches("<details class=\"finding\">").count(), 2_000);
    for said in [
        "2000 of 10000 findings are shown, the most severe",
        "3960 more are critical or high; the evidence below has them.",
        "150 more rules found something.",
        "9980 more have findings.",
        "trailhound detect --only low_0 --format ndjson",
        "more bytes)",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn an_empty_report_is_a_whole_page_too() {
    let page = written(Format::Html, &report(Vec::new()), Style::default());
    assert_harmless(&page);
    assert!(page.contains("Nothing was found.") && page.ends_with("</html>\n") && !page.contains("<svg"));
    assert!(page.contains("geo: set"), "what was not looked at is told all the same");
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
