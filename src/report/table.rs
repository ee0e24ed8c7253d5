//! A line a finding, for a terminal.

use std::io::{self, Write};

use super::{Form, Style, paint, summary, tally};
use crate::detect::{Finding, Findings, Report};

/// No column but the last takes more of a line than this.
const COLUMN_MAX: usize = 40;

/// The least that is left of the last column on a narrow terminal.
const MESSAGE_MIN: usize = 20;

const HEADS: [&str; 6] = ["severity", "time", "rule", "count", "account", "message"];

pub(super) struct Table {
    pub(super) style: Style,
}

impl Form for Table {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let listed = report.findings.iter().filter(|finding| self.lists(finding)).count();
        if listed > 0 {
            self.rows(&report.findings, out)?;
            writeln!(out)?;
        }
        writeln!(out, "{}", paint::strong(&tally::sentence(report), self.style))?;
        if listed < report.findings.len() {
            let others = report.findings.len() - listed;
            let least = self.style.least.name();
            writeln!(out, "{others} below {least} are not listed; --min-severity info lists them")?;
        }
        summary::notes(report, self.style, out)
    }
}

impl Table {
    fn lists(&self, finding: &Finding) -> bool {
        finding.severity >= self.style.least
    }

    fn rows(&self, findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
        let mut widths: [usize; 5] = std::array::from_fn(|index| HEADS[index].len());
        for row in findings.iter().filter(|finding| self.lists(finding)).map(|finding| cells(&finding)) {
            for (width, cell) in widths.iter_mut().zip(&row) {
                let cell = paint::cut(cell, COLUMN_MAX);
                *width = unicode_width::UnicodeWidthStr::width(cell.as_str()).max(*width);
            }
        }
        let used: usize = widths.iter().map(|width| width + 2).sum();
        let rest = self.style.width.map_or(usize::MAX, |width| width.saturating_sub(used).max(MESSAGE_MIN));
        let heads = line(&HEADS.map(str::to_owned), &widths, rest, None);
        writeln!(out, "{}", paint::strong(heads.trim_end(), self.style))?;
        for finding in findings.iter().filter(|finding| self.lists(finding)) {
            let severity = paint::severity(finding.severity, widths[0], self.style);
            writeln!(out, "{}", line(&cells(&finding), &widths, rest, Some(severity)).trim_end())?;
        }
        Ok(())
    }
}

fn line(cells: &[String; 6], widths: &[usize; 5], rest: usize, severity: Option<String>) -> String {
    let mut line = severity.unwrap_or_else(|| paint::fit(&cells[0], widths[0]));
    for (cell, width) in cells[1..5].iter().zip(&widths[1..]) {
        line.push_str("  ");
        line.push_str(&paint::fit(cell, *width));
    }
    line.push_str("  ");
    line.push_str(&paint::cut(&cells[5], rest));
    line
}

fn cells(finding: &Finding) -> [String; 6] {
    let shown = |text: &str| paint::escape(text).into_owned();
    [
        finding.severity.name().to_owned(),
        format!("{:.0}", finding.time),
        shown(&finding.rule_id),
        finding.count.to_string(),
        shown(finding.account_id.as_deref().unwrap_or("-")),
        shown(&finding.message),
    ]
}
