//! One JSON document: the run, its findings, how its rules went.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Form, paint, tally};
use crate::detect::{Report, RuleOutcome, State};

pub(super) struct Json;

impl Form for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        // The one part that grows with the findings is written as it is made.
        out.write_all(b"{\"findings\":[")?;
        let mut line = Line::default();
        for (number, finding) in report.findings.iter().enumerate() {
            let comma: &[u8] = if number > 0 { b"," } else { b"" };
            out.write_all(comma)?;
            out.write_all(line.of(finding.as_ref())?)?;
        }
        out.write_all(b"],")?;
        let rest = line.of(&rest(report))?;
        out.write_all(rest.strip_prefix(b"{").unwrap_or(rest))?;
        writeln!(out)
    }
}

fn rest(report: &Report) -> Value {
    let run = &report.run;
    let counts =
        tally::counts(report).map(|(severity, count)| (severity.name().to_owned(), Value::from(count)));
    let suppressed = report
        .suppressed
        .iter()
        .map(|entry| json!({"rule": entry.rule, "reason": entry.reason, "count": entry.count}));
    json!({
        "run": {
            "run_id": run.id,
            "source": run.source,
            "found_at": run.found_at.to_string(),
            "since": run.span.map(|span| span.since.to_string()),
            "until": run.span.map(|span| span.until.to_string()),
            "findings": report.findings.len(),
            "severities": Value::Object(counts.into_iter().collect()),
        },
        "rules": report.rules.iter().map(rule).collect::<Vec<_>>(),
        "suppressed": suppressed.collect::<Vec<_>>(),
        "warnings": report.warnings,
    })
}

fn rule(rule: &RuleOutcome) -> Value {
    let (state, reasons) = match &rule.state {
        State::Ran => ("ran", Vec::new()),
        State::NotConfigured(missing) => ("not_configured", missing.clone()),
        State::Failed(reason) => ("failed", vec![reason.clone()]),
    };
    json!({
        "rule_id": rule.rule_id,
        "title": rule.title,
        "severity": rule.severity.name(),
        "state": state,
        "reasons": reasons,
        "findings": rule.findings,
        "dropped": rule.dropped,
        "suppressed": rule.suppressed,
        "seconds": rule.elapsed.as_secs_f64(),
    })
}

/// JSON text that is harmless on a terminal too: JSON itself only escapes the controls of ASCII.
#[derive(Debug, Default)]
pub(super) struct Line {
    plain: Vec<u8>,
    harmless: String,
}

impl Line {
    /// The text of `value`, until the next one is asked for.
    pub(super) fn of(&mut self, value: &impl Serialize) -> io::Result<&[u8]> {
        self.plain.clear();
        serde_json::to_writer(&mut self.plain, value)?;
        // Without an early end: so it is done many bytes at a time.
        if self.plain.iter().fold(true, |harmless, byte| harmless & (b' '..=b'~').contains(byte)) {
            return Ok(&self.plain);
        }
        self.harmless.clear();
        // Characters that could be harmful occur only inside strings, where `\u…` means the same.
        for char in std::str::from_utf8(&self.plain).map_err(io::Error::other)?.chars() {
            if !char.is_control() && paint::escape(char.encode_utf8(&mut [0; 4])).len() <= char.len_utf8() {
                self.harmless.push(char);
            } else {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    self.harmless.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        Ok(self.harmless.as_bytes())
    }
}
