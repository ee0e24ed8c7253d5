//! CSV by RFC 4180, with a header line.
//!
//! NULL is an empty field, empty text is `""`. Text that begins as a formula does (`=`, `+`, `-`, `@`,
//! tab, carriage return) gets a `'` before it: a spreadsheet would otherwise run what an attacker has
//! written into a user agent. Numbers are left as they are.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use super::{Form, OutputError, cells};

const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

pub(super) struct Csv<'w> {
    out: &'w mut (dyn Write + Send),
    line: String,
}

impl<'w> Csv<'w> {
    pub(super) fn new(schema: &Schema, out: &'w mut (dyn Write + Send)) -> Result<Self, OutputError> {
        let mut csv = Self { out, line: String::new() };
        for (index, field) in schema.fields().iter().enumerate() {
            csv.separate(index);
            csv.text(field.name());
        }
        csv.end_line()?;
        Ok(csv)
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.line.push(',');
        }
    }

    fn text(&mut self, text: &str) {
        let formula = text.starts_with(FORMULA);
        let quoted = text.is_empty()
            || text.contains([',', '"', '\n', '\r'])
            || text.starts_with(' ')
            || text.ends_with(' ');
        if quoted {
            self.line.push('"');
        }
        if formula {
            self.line.push('\'');
        }
        match text.contains('"') {
            true => self.line.push_str(&text.replace('"', "\"\"")),
            false => self.line.push_str(text),
        }
        if quoted {
            self.line.push('"');
        }
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        self.line.push_str("\r\n");
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

impl Form for Csv<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        let formatters =
            batch.columns().iter().map(|column| cells::formatter(column)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            for (index, (column, formatter)) in batch.columns().iter().zip(&formatters).enumerate() {
                self.separate(index);
                if column.is_null(row) {
                    continue;
                }
                let value = formatter.value(row).to_string();
                match cells::is_text(column.data_type()) {
                    true => self.text(&value),
                    false => self.line.push_str(&value),
                }
            }
            self.end_line()?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<u64, OutputError> {
        Ok(0)
    }
}
