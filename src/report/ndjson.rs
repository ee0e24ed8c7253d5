//! A JSON object a finding, one a line.

use std::io::{self, Write};

use super::{Form, json};
use crate::detect::Report;

pub(super) struct Ndjson;

impl Form for Ndjson {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            writeln!(out, "{}", json::text(&finding.json()))?;
        }
        Ok(())
    }
}
