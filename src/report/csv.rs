//! A row a finding, for a spreadsheet: RFC 4180, lines ending in CR LF.
//!
//! A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula, and a formula can send
//! data away. Such a cell gets an apostrophe in front, which spreadsheets don't show. Control characters are
//! written out: the file may be looked at in a terminal.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Form, paint, texts};
use crate::detect::{FindingRef, Report};

const COLUMNS: [&str; 25] = [
    "finding_id",
    "revision",
    "rule_id",
    "rule_version",
    "title",
    "severity",
    "practice",
    "attack",
    "time",
    "last_time",
    "window_start",
    "window_end",
    "count",
    "account_id",
    "region",
    "principal",
    "source_ip",
    "user_agent",
    "event_names",
    "message",
    "event_ids",
    "details",
    "source",
    "found_at",
    "run_id",
];

pub(super) struct Csv;

impl Form for Csv {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}\r\n", COLUMNS.join(","))?;
        let findings = &report.findings;
        texts::write(findings.len(), out, |place, text| write!(text, "{}\r\n", row(&findings.get_ref(place))))
    }
}

fn row(finding: &FindingRef<'_>) -> String {
    let value = json!(finding);
    let cells: Vec<_> = COLUMNS.iter().map(|name| cell(&text(&value[*name]))).collect();
    cells.join(",")
}

/// Lists as their items, so that the usual single one reads plainly.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Object(map) if map.is_empty() => String::new(),
        other => other.to_string(),
    }
}

fn cell(text: &str) -> String {
    let shown = paint::escape(text);
    // Blanks in front don't keep every spreadsheet from seeing the formula.
    let formula = shown.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    let safe = if formula { format!("'{shown}") } else { shown.into_owned() };
    if safe.contains(['"', ',', '\'']) || safe != safe.trim() {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}
