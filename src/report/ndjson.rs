//! A JSON object a finding, one a line.

use std::io::{self, Write};

use super::{Form, json};
use crate::detect::Report;

pub(super) struct Ndjson;

impl Form for Ndjson {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut line = json::Line::default();
        for finding in report.findings.iter() {
            out.write_all(line.of(finding.as_ref())?)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}
