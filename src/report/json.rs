//! One JSON document: the run, its findings, how its rules went.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Form, paint, tally, texts};
use crate::detect::{Report, RuleOutcome, State};

pub(super) struct Json;

impl Form for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        // The one part that grows with the findings is written as it is made.
        out.write_all(b"{\"findings\":[")?;
        let findings = &report.findings;
        texts::write(findings.len(), out, |place, text| {
            text.extend((place > 0).then_some(b','));
            append(&findings.get_ref(place), text)
        })?;
        out.write_all(b"],")?;
        let mut text = Vec::new();
        append(&rest(report), &mut text)?;
        out.write_all(text.strip_prefix(b"{").unwrap_or(&text))?;
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

/// Appends `value` as JSON that is harmless on a terminal too: JSON itself only escapes the controls of ASCII.
pub(super) fn append(value: &impl Serialize, text: &mut Vec<u8>) -> io::Result<()> {
    let start = text.len();
    serde_json::to_writer(&mut *text, value)?;
    // Without an early end: so it is done many bytes at a time.
    if text[start..].iter().fold(true, |harmless, byte| harmless & (b' '..=b'~').contains(byte)) {
        return Ok(());
    }
    let plain = String::from_utf8(text.split_off(start)).map_err(io::Error::other)?;
    // Characters that could be harmful occur only inside strings, where `\u…` means the same.
    for char in plain.chars() {
        let mut bytes = [0; 4];
        let own = char.encode_utf8(&mut bytes);
        if !char.is_control() && paint::escape(own).len() <= char.len_utf8() {
            text.extend(own.as_bytes());
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}")?;
            }
        }
    }
    Ok(())
}
