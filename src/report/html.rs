//! One self-contained page: totals, charts, and every finding.
//!
//! Nothing is loaded and nothing runs: the content security policy forbids both, in case an escape were
//! ever missed. The page may be mailed around and opened years later.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value;

use super::{Form, charts, paint, tally};
use crate::detect::{Finding, Report};

/// Stretches of time in the timeline.
const SLOTS: usize = 120;

/// Rules that get a bar; the table below has them all.
const BARS_MAX: usize = 40;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) struct Html;

impl Form for Html {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut page = String::with_capacity(16 << 10);
        head(&mut page, report);
        totals(&mut page, report);
        if report.findings.is_empty() {
            page.push_str("<p class=\"none\">Nothing was found.</p>\n");
        } else {
            section(&mut page, "Over time", &charts::timeline(&tally::over_time(report, SLOTS)));
            let mut rules = tally::by_rule(report);
            rules.truncate(BARS_MAX);
            section(&mut page, "By rule", &charts::bars(&rules));
        }
        out.write_all(page.as_bytes())?;
        // The one part that grows with the findings is written as it is made.
        if !report.findings.is_empty() {
            out.write_all(b"<h2>Findings</h2>\n<div class=\"wide\"><table>\n<thead><tr><th>Severity</th><th>Time (UTC)</th><th>What</th><th>Who</th><th>From</th><th>Account, region</th></tr></thead>\n<tbody>\n")?;
            for finding in report.findings.iter() {
                out.write_all(row(&finding).as_bytes())?;
            }
            out.write_all(b"</tbody></table></div>\n")?;
        }
        out.write_all(notes(report).as_bytes())?;
        out.write_all(b"</body>\n</html>\n")
    }
}

fn head(page: &mut String, report: &Report) {
    let title = "Trailhound findings";
    let style = include_str!("style.css");
    let run = &report.run;
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    let span = run.span.map_or_else(String::new, |span| format!(", {:.0} to {:.0}", span.since, span.until));
    let source = escape(&run.source);
    let _ = writeln!(page, "<p class=\"run\">{source}{span}. Made {:.0}.</p>", run.found_at);
}

fn totals(page: &mut String, report: &Report) {
    page.push_str("<ul class=\"totals\">\n");
    for (severity, count) in tally::counts(report).into_iter().rev() {
        let _ = writeln!(page, "<li class=\"{severity}\"><b>{count}</b>{severity}</li>");
    }
    page.push_str("</ul>\n");
}

fn section(page: &mut String, title: &str, body: &str) {
    let _ = writeln!(page, "<h2>{title}</h2>\n{body}");
}

fn row(finding: &Finding) -> String {
    let text = |value: &Option<String>| escape(value.as_deref().unwrap_or("–")).into_owned();
    let times = if finding.count > 1 {
        format!("<br>{} events until {:.0}", finding.count, finding.last_time)
    } else {
        String::new()
    };
    let place = [&finding.account_id, &finding.region].into_iter().flatten().map(|part| escape(part));
    let place = place.collect::<Vec<_>>().join("<br>");
    format!(
        "<tr><td class=\"{severity}\">{severity}</td><td class=\"when\">{time:.0}{times}</td>\
         <td><b>{title}</b>{message}<details><summary>{rule}</summary><pre>{details}</pre></details></td>\
         <td>{principal}</td><td>{source_ip}</td><td>{place}</td></tr>\n",
        severity = finding.severity,
        time = finding.time,
        title = escape(&finding.title),
        message = escape(&finding.message),
        rule = escape(&finding.rule_id),
        details = escape(&facts(finding)),
        principal = text(&finding.principal),
        source_ip = text(&finding.source_ip),
    )
}

/// What the row has no column for, a line each. Each value is made harmless before the lines are joined:
/// none can add a line of its own.
fn facts(finding: &Finding) -> String {
    let mut lines = vec![format!("finding: {} (revision {})", finding.finding_id, finding.revision)];
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{}: {}", paint::escape(name), paint::escape(value)));
        }
    };
    add("events", &finding.event_names.join(", "));
    add("event ids", &finding.event_ids.join(", "));
    add("user agent", finding.user_agent.as_deref().unwrap_or_default());
    add("attack", &finding.attack.join(", "));
    add("practice", finding.practice.as_deref().unwrap_or_default());
    for (name, value) in &finding.details {
        match value {
            Value::String(text) => add(name, text),
            Value::Array(items) => items.iter().for_each(|item| add(name, &item.to_string())),
            other => add(name, &other.to_string()),
        }
    }
    lines.join("\n")
}

fn notes(report: &Report) -> String {
    let mut notes = String::new();
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(notes, "<h2>{title}</h2>\n<ul>");
            for line in lines {
                let _ = writeln!(notes, "<li>{}</li>", escape(&line));
            }
            notes.push_str("</ul>\n");
        }
    };
    let missing =
        report.not_configured().map(|(rule, missing)| format!("{}: {}", rule.rule_id, missing.join("; ")));
    list("Not configured, not run", missing.collect());
    list("Failed", report.failed().map(|(rule, reason)| format!("{}: {reason}", rule.rule_id)).collect());
    let expected =
        report.suppressed.iter().map(|entry| format!("{} of {}: {}", entry.count, entry.rule, entry.reason));
    list("Suppressed", expected.collect());
    list("Warnings", report.warnings.clone());
    notes
}

/// Text for an element or a quoted attribute. Controls and characters that turn text around are written out
/// first; line breaks, which only our own texts still have, stay.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    let mut shown = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        for char in paint::escape(line).chars() {
            match char {
                '&' => shown.push_str("&amp;"),
                '<' => shown.push_str("&lt;"),
                '>' => shown.push_str("&gt;"),
                '"' => shown.push_str("&quot;"),
                '\'' => shown.push_str("&#39;"),
                other => shown.push(other),
            }
        }
    }
    Cow::Owned(shown)
}
