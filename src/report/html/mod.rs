//! One self-contained page: how many of what, and the evidence of each finding.
//!
//! Nothing is loaded and nothing runs: the content security policy forbids both, in case an escape were
//! ever missed. The page may be mailed around and opened years later, on a telephone or on paper. It says the most
//! urgent first, and what it leaves out for its size it says, too.

mod charts;
mod evidence;
mod overview;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Form, paint, tally};
use crate::detect::{Report, Severity};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) struct Html;

impl Form for Html {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut page = String::with_capacity(64 << 10);
        head(&mut page, report);
        if report.findings.is_empty() {
            page.push_str("<p class=\"none\">Nothing was found.</p>\n");
        } else {
            let evidence = evidence::Evidence::of(report);
            overview::write(&mut page, report, &evidence);
            out.write_all(page.as_bytes())?;
            page.clear();
            // The one part that grows with the findings is written as it is made.
            evidence.write(report, out)?;
        }
        notes(&mut page, report);
        page.push_str("</main>\n</body>\n</html>\n");
        out.write_all(page.as_bytes())
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
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
    );
    let source = escape(&run.source);
    let ran = report.rules.iter().filter(|rule| rule.state == crate::detect::State::Ran).count();
    let rules = if ran > 0 { format!(", judged by {}", count(ran as u64, "rule")) } else { String::new() };
    let span = run.span.map_or_else(String::new, |span| {
        format!(
            ", events from <time>{}</time> to <time>{}</time> UTC",
            span.since.strftime("%F %H:%M"),
            span.until.strftime("%F %H:%M")
        )
    });
    let made = run.found_at.strftime("%F %H:%M");
    let _ = writeln!(
        page,
        "<p class=\"run\"><code>{source}</code>{span}{rules}. Made <time>{made}</time> UTC. All times are UTC.</p>"
    );
    totals(page, report);
    page.push_str("</header>\n<main>\n");
}

fn totals(page: &mut String, report: &Report) {
    page.push_str("<ul class=\"totals\">\n");
    for (severity, count) in tally::counts(report).into_iter().rev() {
        let _ = writeln!(page, "<li class=\"{severity}\"><b>{count}</b> {severity}</li>");
    }
    page.push_str("</ul>\n");
}

fn notes(page: &mut String, report: &Report) {
    let mut list = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(page, "<h2>{title}</h2>\n<ul class=\"notes\">");
            for line in lines {
                let _ = writeln!(page, "<li>{}</li>", escape(&line));
            }
            page.push_str("</ul>\n");
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
}

/// The severity, so that it is told by more than its colour.
fn badge(severity: Severity) -> String {
    format!("<span class=\"severity {severity}\">{severity}</span>")
}

/// `1 finding`, `3 findings`
fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// The first `max` characters of a text, harmless, and how many more there are.
fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => escape(text).into_owned(),
        Some((end, _)) => {
            format!("{}… ({} more bytes)", escape(&text[..end]), text.len() - end)
        }
    }
}

/// Text for an element or a quoted attribute. Controls and characters that turn text around are written out
/// first; line breaks, which only our own texts still have, stay.
fn escape(text: &str) -> Cow<'_, str> {
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
