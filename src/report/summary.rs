//! How many of what, for a terminal: it fits 80 columns, names aside, and every list is bounded.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::tally::{self, Of};
use super::{Form, Style, paint};
use crate::detect::{Report, Severity};

/// Rules, principals, addresses and accounts that are named: so that a reader gets to the end.
const RULES_MAX: usize = 20;
const NAMES_MAX: usize = 10;
const ACCOUNTS_MAX: usize = 10;

/// On narrower terminals, times of accounts are told by the day.
const WIDE: usize = 92;

pub(super) struct Summary {
    pub(super) style: Style,
}

impl Form for Summary {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", paint::strong(&tally::sentence(report), self.style))?;
        let accounts = tally::by_account(report);
        if let Some(all) = tally::all(report) {
            let accounts = match accounts.len() {
                0 => String::new(),
                1 => ", in 1 account".to_owned(),
                more => format!(", in {more} accounts"),
            };
            writeln!(out, "first {:.0}, last {:.0}{accounts}", all.first, all.last)?;
        }
        self.rules(report, out)?;
        self.names("by principal", "principal", &tally::by_principal(report), out)?;
        self.names("by source address", "address", &tally::by_address(report), out)?;
        self.accounts(&accounts, out)?;
        if !accounts.is_empty() {
            writeln!(out)?;
        }
        notes(report, self.style, out)
    }
}

impl Summary {
    fn rules(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let rules = tally::by_rule(report);
        let (shown, others) = rules.split_at(rules.len().min(RULES_MAX));
        if shown.is_empty() {
            return Ok(());
        }
        let width = shown.iter().map(|rule| rule.rule_id.len()).max().unwrap_or(0);
        self.title("by rule", out)?;
        writeln!(out, "  {:8}  {:>8}  {:width$}  title", "severity", "findings", "rule")?;
        for rule in shown {
            let severity = paint::severity(rule.severity, 8, self.style);
            let id = paint::fit(&paint::escape(rule.rule_id), width);
            let title = paint::escape(rule.title);
            // A title that is cut can be looked up; an id can't.
            let rest = self.style.width.map_or(usize::MAX, |columns| columns.saturating_sub(width + 24));
            let title = paint::cut(&title, rest);
            writeln!(out, "{}", format!("  {severity}  {:>8}  {id}  {title}", rule.count).trim_end())?;
        }
        if !others.is_empty() {
            let mut counts = [0; 5];
            others.iter().for_each(|rule| counts[rule.severity as usize] += rule.count);
            let rules = if others.len() == 1 { "rule" } else { "rules" };
            writeln!(
                out,
                "  and {} more {rules}: {}; --format html names them",
                others.len(),
                listed(counts)
            )?;
        }
        Ok(())
    }

    /// The names of most concern: the severity of their worst finding, how many are as bad, and how many there are.
    fn names(&self, title: &str, noun: &str, names: &[Of<'_>], out: &mut dyn Write) -> io::Result<()> {
        let (shown, others) = names.split_at(names.len().min(NAMES_MAX));
        if shown.is_empty() {
            return Ok(());
        }
        self.title(title, out)?;
        writeln!(out, "  {:8}  {:>6}  {:>8}  {noun}", "worst", "times", "findings")?;
        for Of { name, affected } in shown {
            let (worst, all) = (affected.worst(), affected.count());
            let (severity, times) = (paint::severity(worst, 8, self.style), affected.counts[worst as usize]);
            writeln!(out, "  {severity}  {times:>6}  {all:>8}  {}", paint::escape(name))?;
        }
        match (others.len(), noun) {
            (0, _) => Ok(()),
            (1, noun) => writeln!(out, "  and 1 more {noun}"),
            (more, "address") => writeln!(out, "  and {more} more addresses"),
            (more, noun) => writeln!(out, "  and {more} more {noun}s"),
        }
    }

    fn accounts(&self, accounts: &[Of<'_>], out: &mut dyn Write) -> io::Result<()> {
        let (shown, others) = accounts.split_at(accounts.len().min(ACCOUNTS_MAX));
        if shown.is_empty() {
            return Ok(());
        }
        self.title("by account", out)?;
        let is_wide = self.style.width.is_none_or(|width| width >= WIDE);
        let form = if is_wide { "%F %H:%M" } else { "%F" };
        let heads =
            ["account", "critical", "high", "medium", "low", "info", "first", "last"].map(str::to_owned);
        let row = |Of { name, affected }: &Of<'_>| {
            let [info, low, medium, high, critical] = affected.counts.map(|count| count.to_string());
            let [first, last] = [affected.first, affected.last].map(|time| time.strftime(form).to_string());
            [paint::escape(name).into_owned(), critical, high, medium, low, info, first, last]
        };
        let rows: Vec<_> = std::iter::once(heads).chain(shown.iter().map(row)).collect();
        let widths: [usize; 8] = std::array::from_fn(|column| {
            let widths = rows.iter().map(|row| unicode_width::UnicodeWidthStr::width(row[column].as_str()));
            widths.max().unwrap_or(0)
        });
        for row in rows {
            let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
                1..=5 => format!("{cell:>width$}"),
                _ => paint::fit(cell, width),
            });
            writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        match others.len() {
            0 => Ok(()),
            1 => writeln!(out, "  and 1 more account"),
            more => writeln!(out, "  and {more} more accounts"),
        }
    }

    fn title(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", paint::strong(title, self.style))
    }
}

/// `3 medium, 20 low`
fn listed(counts: [u64; 5]) -> String {
    let parts = Severity::ALL.into_iter().rev().filter(|severity| counts[*severity as usize] > 0);
    parts.map(|severity| format!("{} {severity}", counts[severity as usize])).collect::<Vec<_>>().join(", ")
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
