//! One JSON document: the run, its findings, how its rules went.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Form;
use crate::detect::{Report, RuleOutcome, Severity, State};

pub(super) struct Json;

impl Form for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(text(&document(report)).as_bytes())?;
        writeln!(out)
    }
}

fn document(report: &Report) -> Value {
    let run = &report.run;
    let counts = Severity::ALL.map(|severity| {
        let count = report.findings.iter().filter(|finding| finding.severity == severity).count();
        (severity.name().to_owned(), Value::from(count))
    });
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
        "findings": report.findings.iter().map(crate::detect::Finding::json).collect::<Vec<_>>(),
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
///
/// Characters that could be harmful occur only inside strings, where `\u…` means the same.
pub(super) fn text(value: &Value) -> String {
    let plain = value.to_string();
    let harmless =
        |char: char| !char.is_control() && super::paint::escape(char.encode_utf8(&mut [0; 4])).len() <= 4;
    if plain.chars().all(harmless) {
        return plain;
    }
    let mut text = String::with_capacity(plain.len() + 16);
    for char in plain.chars() {
        if harmless(char) {
            text.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}
