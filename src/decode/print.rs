//! A row as the CloudTrail record it came from: the inverse of `columns`.
//!
//! The record has the same keys and values as the original. Their order is the table's, and line
//! ends between them are gone, so that a record is one line; JSON gives neither a meaning.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;

use super::columns::{ACCOUNT_ID, EVENT_ID};
use super::extra::{self, Stored};
use super::time;
use crate::event::{FIELDS, Kind, Object};

/// Prints the rows of one batch.
#[derive(Debug)]
pub struct Printer {
    fields: Vec<Column>,
    aggregation: StringArray,
    extra: StringArray,
}

#[derive(Debug)]
enum Column {
    Text(StringArray),
    Bool(BooleanArray),
    Time(TimestampMicrosecondArray),
}

impl Printer {
    /// The columns that a batch must have to be printed.
    pub fn columns() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().map(|field| field.column).chain(["aggregation", "extra"])
    }

    /// For a batch with at least [`Self::columns`], strings being of any string type.
    ///
    /// # Errors
    /// When a column is missing or of another type.
    pub fn new(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let column = |name: &str, kind: Kind| -> Result<ArrayRef, ArrowError> {
            let column = batch.column_by_name(name).ok_or_else(|| {
                ArrowError::SchemaError(format!("no column `{name}` to print records from"))
            })?;
            cast(column, &kind.arrow_type())
        };
        let text = |name| Ok::<_, ArrowError>(column(name, Kind::Text)?.as_string().clone());
        let mut fields = Vec::with_capacity(FIELDS.len());
        for field in &FIELDS {
            let array = column(field.column, field.kind)?;
            fields.push(match field.kind {
                Kind::Text | Kind::Json => Column::Text(array.as_string().clone()),
                Kind::Bool | Kind::TextBool => Column::Bool(array.as_boolean().clone()),
                Kind::Time => Column::Time(array.as_primitive::<TimestampMicrosecondType>().clone()),
            });
        }
        Ok(Self { fields, aggregation: text("aggregation")?, extra: text("extra")? })
    }

    /// Appends the record in `row` to `out`, without a line end.
    ///
    /// # Errors
    /// When `extra` or `aggregation` hold what this version does not write.
    pub fn write(&self, row: usize, out: &mut String) -> Result<(), ArrowError> {
        let stored = match self.extra.is_valid(row) {
            true => Stored::read(self.extra.value(row))
                .map_err(|error| ArrowError::JsonError(format!("column `extra`: {error}")))?,
            false => Stored::default(),
        };
        let aggregation = self.aggregation.is_valid(row).then(|| self.aggregation.value(row));
        Row { printer: self, row, stored, aggregation, out }.object(Object::Record);
        Ok(())
    }
}

struct Row<'p, 'o> {
    printer: &'p Printer,
    row: usize,
    stored: Stored<'p>,
    /// `{"timeWindow":…,"summary":…}` of an aggregated event.
    aggregation: Option<&'p str>,
    out: &'o mut String,
}

impl Row<'_, '_> {
    fn object(&mut self, object: Object) {
        self.out.push('{');
        let start = self.out.len();
        for (index, field) in FIELDS.iter().enumerate().filter(|(_, field)| field.object == object) {
            let key = match (self.aggregation, field.column) {
                (Some(_), "event_id") => EVENT_ID,
                (Some(_), "recipient_account_id") => ACCOUNT_ID,
                _ => field.key,
            };
            // Of an aggregated event the time is its window's start, which stands in the window.
            let printed = self.aggregation.is_none() || field.column != "event_time";
            let at = self.out.len();
            self.key(start, key);
            if !printed || !self.value(index) {
                self.out.truncate(at);
            }
            if self.stored.null.contains(&extra::pointer(index)) {
                self.key(start, field.key);
                self.out.push_str("null");
            }
        }
        for child in Object::ALL {
            if let Some((parent, key)) = child.place()
                && parent == object
            {
                self.child(start, child, key);
            }
        }
        for index in 0..self.stored.add.len() {
            let other = self.stored.add[index];
            if other.object == object {
                self.key(start, other.key);
                write_json(other.value.text, self.out);
            }
        }
        if let (Object::Record, Some(aggregation)) = (object, self.aggregation) {
            let members = aggregation.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            if self.out.len() > start {
                self.out.push(',');
            }
            write_json(members.unwrap_or_default(), self.out);
        }
        self.out.push('}');
    }

    /// An object with columns of its own: absent, `null`, `{}`, or with members.
    fn child(&mut self, start: usize, child: Object, key: &str) {
        let at = self.out.len();
        self.key(start, key);
        let pointer = child.pointer();
        if self.stored.null.contains(&pointer) {
            return self.out.push_str("null");
        }
        let before = self.out.len();
        self.object(child);
        let is_empty = self.out.len() == before + "{}".len();
        if is_empty && !self.stored.empty.contains(&pointer) {
            self.out.truncate(at);
        }
    }

    /// Writes a key that needs no escaping, or is escaped already; `start`: where the members begin.
    fn key(&mut self, start: usize, key: &str) {
        if self.out.len() > start {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// Writes the value of a field; `false` when it has none.
    fn value(&mut self, index: usize) -> bool {
        let pointer = extra::pointer(index);
        let text = self.stored.text.iter().find(|(of, _)| *of == pointer);
        if let Some((_, token)) = text {
            self.out.push_str(token);
            return true;
        }
        let row = self.row;
        match &self.printer.fields[index] {
            Column::Text(column) if column.is_valid(row) => match FIELDS[index].kind {
                Kind::Json => write_json(column.value(row), self.out),
                _ => write_string(column.value(row), self.out),
            },
            Column::Bool(column) if column.is_valid(row) => {
                let quote = if FIELDS[index].kind == Kind::TextBool { "\"" } else { "" };
                self.out.push_str(quote);
                self.out.push_str(if column.value(row) { "true" } else { "false" });
                self.out.push_str(quote);
            }
            Column::Time(column) if column.is_valid(row) => {
                self.out.push('"');
                self.out.push_str(&time::print(column.value(row)));
                self.out.push('"');
            }
            _ => return false,
        }
        true
    }
}

/// Writes JSON as it was, without its line ends: raw ones are white space, since none can stand in a
/// string.
fn write_json(json: &str, out: &mut String) {
    let mut rest = json;
    while let Some(end) = memchr::memchr2(b'\n', b'\r', rest.as_bytes()) {
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
}

/// Writes a JSON string, nowhere longer than it can have been.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        match escape {
            "" => out.push_str(&format!("\\u{byte:04x}")),
            escape => out.push_str(escape),
        }
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
    out.push('"');
}
