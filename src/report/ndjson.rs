//! A JSON object a finding, one a line.

use std::io::{self, Write};

use super::{Form, json, texts};
use crate::detect::Report;

pub(super) struct Ndjson;

impl Form for Ndjson {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let findings = &report.findings;
        texts::write(findings.len(), out, |place, text| {
            json::append(&findings.get_ref(place), text)?;
            text.push(b'\n');
            Ok(())
        })
    }
}
