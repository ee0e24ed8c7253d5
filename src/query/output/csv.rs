//! CSV by RFC 4180, with a header line.
//!
//! NULL is an empty field, empty text is `""`. Text that begins as a formula does (`=`, `+`, `-`, `@`,
//! tab, carriage return) gets a `'` before it: a spreadsheet would otherwise run what an attacker has
//! written into a user agent. Numbers are left as they are.

use std::fmt::Write as _;
use std::io::Write;

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::datatypes::Schema;
use arrow::util::display::ArrayFormatter;
use memchr::{memchr, memchr3};

use super::{Form, OutputError, cells};

const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

pub(super) struct Csv<'w> {
    out: &'w mut (dyn Write + Send),
    line: String,
}

/// A column of a batch.
enum Column<'b> {
    /// As a query gives it: nothing has to be made of a value to write it.
    Text(&'b StringViewArray),
    Shown {
        column: &'b dyn Array,
        formatter: ArrayFormatter<'b>,
    },
}

impl<'b> Column<'b> {
    fn new(column: &'b dyn Array) -> Result<Self, OutputError> {
        match column.as_string_view_opt() {
            Some(texts) => Ok(Self::Text(texts)),
            None => Ok(Self::Shown { column, formatter: cells::formatter(column)? }),
        }
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(texts) => texts.is_null(row),
            Self::Shown { column, .. } => column.is_null(row),
        }
    }
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
        let bytes = text.as_bytes();
        let quoted = text.is_empty()
            || memchr3(b',', b'"', b'\n', bytes).or_else(|| memchr(b'\r', bytes)).is_some()
            || text.starts_with(' ')
            || text.ends_with(' ');
        if quoted {
            self.line.push('"');
        }
        if text.starts_with(FORMULA) {
            self.line.push('\'');
        }
        let mut rest = text;
        while let Some(quote) = memchr(b'"', rest.as_bytes()) {
            let (done, more) = rest.split_at(quote + 1);
            self.line.push_str(done);
            self.line.push('"');
            rest = more;
        }
        self.line.push_str(rest);
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
        let columns: Vec<_> =
            batch.columns().iter().map(|column| Column::new(column)).collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                self.separate(index);
                match column {
                    _ if column.is_null(row) => {}
                    Column::Text(texts) => self.text(texts.value(row)),
                    Column::Shown { column, formatter } if cells::is_text(column.data_type()) => {
                        self.text(&formatter.value(row).to_string());
                    }
                    // Text grows without failing, and what can't be shown says so in its place.
                    Column::Shown { formatter, .. } => _ = write!(self.line, "{}", formatter.value(row)),
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
