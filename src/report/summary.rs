//! How many of what, for a terminal.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Form, Style, paint, tally};
use crate::detect::Report;

/// Principals that are named.
const PRINCIPALS_MAX: usize = 10;

pub(super) struct Summary {
    pub(super) style: Style,
}

impl Form for Summary {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", paint::strong(&tally::sentence(report), self.style))?;
        let rules = tally::by_rule(report);
        if !rules.is_empty() {
            let width = rules.iter().map(|rule| rule.rule_id.len()).max().unwrap_or(0);
            writeln!(out, "\n{}", paint::strong("by rule", self.style))?;
            for rule in &rules {
                let severity = paint::severity(rule.severity, 8, self.style);
                let (id, title) =
                    (paint::fit(&paint::escape(rule.rule_id), width), paint::escape(rule.title));
                writeln!(out, "  {severity}  {:>6}  {id}  {title}", rule.count)?;
            }
        }
        let principals = tally::by_principal(report, PRINCIPALS_MAX);
        if !principals.is_empty() {
            writeln!(out, "\n{}", paint::strong("most affected principals", self.style))?;
            for of in &principals {
                let severity = paint::severity(of.worst, 8, self.style);
                writeln!(out, "  {severity}  {:>6}  {}", of.count, paint::escape(of.principal))?;
            }
        }
        notes(report, self.style, out)
    }
}

/// What was looked at, and what could not be looked at.
pub(super) fn notes(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let ran = report.rules.iter().filter(|rule| rule.state == crate::detect::State::Ran).count();
    if let Some(span) = report.run.span.filter(|_| !report.rules.is_empty()) {
        let rules = if ran == 1 { "rule" } else { "rules" };
        writeln!(out, "{ran} {rules} over {:.0} to {:.0}", span.since, span.until)?;
    }
    let mut section = |title: &str, lines: Vec<String>| -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", paint::strong(title, style))?;
        for line in lines {
            writeln!(out, "  {}", paint::escape(&line))?;
        }
        Ok(())
    };
    section("not configured, not run", not_configured(report))?;
    let failed = report.failed().map(|(rule, reason)| format!("{}: {reason}", rule.rule_id));
    section("failed", failed.collect())?;
    let expected =
        report.suppressed.iter().map(|entry| format!("{} of {}: {}", entry.count, entry.rule, entry.reason));
    section("suppressed", expected.collect())?;
    section("warnings", report.warnings.clone())
}

/// What rules lack, and which: those that lack the same together.
fn not_configured(report: &Report) -> Vec<String> {
    let mut lacking: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (rule, missing) in report.not_configured() {
        lacking.entry(missing.join("; ")).or_default().push(&rule.rule_id);
    }
    let line = |(missing, rules): (String, Vec<&str>)| match rules.as_slice() {
        [rule] => format!("{rule}: {missing}"),
        [first, others @ ..] => format!("{first} and {} more: {missing}", others.len()),
        [] => missing,
    };
    let mut lines: Vec<_> = lacking.into_iter().map(line).collect();
    lines.sort();
    lines
}
