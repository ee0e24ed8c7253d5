//! Findings as something to read: a table, a page, or data for another program.
//!
//! Each [`Format`] is one file with one [`Form`], which writes a whole [`Report`]. What a finding says came
//! out of log fields that an attacker may have written, so each form makes them harmless for its reader:
//! a terminal, a spreadsheet, a browser, a JSON parser.

mod csv;
mod explained;
mod html;
mod json;
mod ndjson;
mod ocsf;
mod paint;
mod summary;
mod table;
mod tally;
mod texts;

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use crate::detect::{Report, Severity};

/// A form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A line a finding, for a terminal.
    Table,
    /// How many of what, for a terminal.
    Summary,
    /// A JSON object a finding, one a line.
    Ndjson,
    /// One JSON document: the run, its findings, its rules.
    Json,
    /// A row a finding, for a spreadsheet.
    Csv,
    /// A page of its own, for a browser.
    Html,
    /// OCSF Detection Findings, one a line.
    Ocsf,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Summary, Self::Ndjson, Self::Json, Self::Csv, Self::Html, Self::Ocsf];

    /// As `--format` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Summary => "summary",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Ocsf => "ocsf",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.name() == text);
        let names = Self::ALL.map(Self::name).join(", ");
        found.ok_or_else(|| format!("no form of reports is called `{text}`; there are {names}"))
    }
}

/// What the reader's terminal can do, and what its reader wants; forms for files ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are welcome.
    pub color: bool,
    /// Columns of the terminal, if it is one: lines are cut to it.
    pub width: Option<usize>,
    /// Findings below it are counted, and not listed in a table: signals are no alerts.
    pub least: Severity,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: None, least: Severity::Info }
    }
}

/// One way to write a report.
trait Form {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()>;
}

/// Writes `report` to `out`.
///
/// # Errors
/// Only those of `out`.
pub fn write(format: Format, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let form: &dyn Form = match format {
        Format::Table => &table::Table { style },
        Format::Summary => &summary::Summary { style },
        Format::Ndjson => &ndjson::Ndjson,
        Format::Json => &json::Json,
        Format::Csv => &csv::Csv,
        Format::Html => &html::Html,
        Format::Ocsf => &ocsf::Ocsf,
    };
    form.write(report, out)
}

/// Writes how the rules of a run were asked, and what that took.
///
/// # Errors
/// Only those of `out`.
pub fn explain(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    explained::write(report, style, out)
}

#[cfg(test)]
mod tests;
