//! The `extra` column: what the other columns can't say of a record.
//!
//! It is NULL when the columns alone reproduce the record, else one JSON object:
//!
//! - `add`: record-shaped; the members that no column holds (unknown keys, unexpected types);
//! - `null`: JSON Pointers of known members that were explicitly `null`;
//! - `empty`: JSON Pointers of known objects that were `{}`;
//! - `text`: pointer → original token, where the typed value prints differently.
//!
//! CloudTrail writes `"responseElements": null` and `"sessionIssuer": {}` all the time, so `null` and
//! `empty` are common and repetitive; `add` and `text` are an overflow, empty in ordinary records.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::json::{JsonError, Scanner, Text, Type, Value};
use super::record::{Given, Other, Record};
use crate::event::{FIELDS, Field, Object};

/// What one record has beyond its columns, while it is being decoded.
#[derive(Debug, Default)]
pub(crate) struct Extra<'a> {
    /// A bit for each index into [`FIELDS`].
    null_fields: u64,
    /// A bit for each [`Object`].
    null_objects: u8,
    empty: u8,
    add: Vec<Other<'a>>,
    /// Index into [`FIELDS`], and the token as it was written.
    text: Vec<(usize, &'a str)>,
}

const _: () = assert!(FIELDS.len() <= 64 && Object::ALL.len() <= 8, "a bit for each");

impl<'a> Extra<'a> {
    /// With what the record knows of its objects.
    pub(crate) fn of_objects(record: &Record<'a>) -> Self {
        let mut extra = Self::default();
        for object in Object::ALL {
            match record.given[object as usize] {
                Given::Null => extra.null_objects |= 1 << object as u8,
                Given::Empty if object != Object::Record => extra.empty |= 1 << object as u8,
                _ => {}
            }
        }
        extra
    }

    /// Notes that a member of [`FIELDS`] is explicitly `null`.
    pub(crate) fn note_null(&mut self, field: usize) {
        self.null_fields |= 1 << field;
    }

    /// Keeps a member that no column knows.
    pub(crate) fn add(&mut self, other: Other<'a>) {
        self.add.push(other);
    }

    /// Keeps a member of [`FIELDS`] whose value does not fit its column.
    pub(crate) fn add_field(&mut self, field: usize, value: Value<'a>) {
        let Field { object, key, .. } = FIELDS[field];
        self.add.push(Other { object, key, value });
    }

    /// Keeps the token of a member of [`FIELDS`] that its column would print differently.
    pub(crate) fn keep_text(&mut self, field: usize, token: &'a str) {
        self.text.push((field, token));
    }

    fn is_empty(&self) -> bool {
        self.null_fields == 0
            && self.null_objects == 0
            && self.empty == 0
            && self.add.is_empty()
            && self.text.is_empty()
    }

    /// Writes the column's value into `out`; `false` when it is NULL.
    pub(crate) fn write(&self, out: &mut String) -> bool {
        out.clear();
        if self.is_empty() {
            return false;
        }
        out.push_str("{\"add\":");
        write_add(&self.last_of_each(), Object::Record, out);
        out.push_str(",\"null\":[");
        let fields = (0..FIELDS.len()).filter(|field| self.null_fields & (1 << field) != 0);
        write_list(fields.map(pointer).chain(pointers(self.null_objects)), out);
        out.push_str("],\"empty\":[");
        write_list(pointers(self.empty), out);
        out.push_str("],\"text\":{");
        for (index, (field, token)) in self.text.iter().enumerate() {
            comma(index, out);
            write_key(pointer(*field), out);
            // The token is itself a piece of JSON; as a string it survives any reader.
            out.push_str(&serde_json::Value::from(*token).to_string());
        }
        out.push_str("}}");
        true
    }

    /// What is to be added, of a repeated key the last.
    fn last_of_each(&self) -> Vec<Other<'a>> {
        let mut seen = HashSet::new();
        let mut last: Vec<_> = self
            .add
            .iter()
            .rev()
            .filter(|other| seen.insert((other.object as u8, other.key)))
            .copied()
            .collect();
        last.reverse();
        last
    }
}

/// Writes the part of `add` that lies in `object`.
fn write_add(add: &[Other<'_>], object: Object, out: &mut String) {
    out.push('{');
    let mut count = 0;
    for other in add.iter().filter(|other| other.object == object) {
        comma(count, out);
        count += 1;
        write_key(other.key, out);
        out.push_str(other.value.text);
    }
    for child in Object::ALL {
        let Some((parent, key)) = child.place() else { continue };
        if parent != object || !add.iter().any(|other| other.object.is_within(child)) {
            continue;
        }
        comma(count, out);
        count += 1;
        write_key(key, out);
        write_add(add, child, out);
    }
    out.push('}');
}

/// The JSON Pointer of a field of [`FIELDS`].
pub(crate) fn pointer(field: usize) -> &'static str {
    static POINTERS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let of = |field: &Field| format!("{}/{}", field.object.pointer(), field.key);
        FIELDS.iter().map(of).collect()
    });
    &POINTERS[field]
}

fn pointers(objects: u8) -> impl Iterator<Item = &'static str> {
    let set = move |object: &Object| objects & (1 << *object as u8) != 0;
    Object::ALL.into_iter().filter(set).map(Object::pointer)
}

fn comma(count: usize, out: &mut String) {
    if count > 0 {
        out.push(',');
    }
}

/// Writes a key that is already escaped, or needs no escaping.
fn write_key(key: &str, out: &mut String) {
    out.push('"');
    out.push_str(key);
    out.push_str("\":");
}

fn write_list<'p>(pointers: impl Iterator<Item = &'p str>, out: &mut String) {
    for (index, pointer) in pointers.enumerate() {
        comma(index, out);
        out.push('"');
        out.push_str(pointer);
        out.push('"');
    }
}

/// What a stored `extra` says, for printing the record back.
#[derive(Debug, Default)]
pub(crate) struct Stored<'a> {
    pub(crate) null: Vec<&'a str>,
    pub(crate) empty: Vec<&'a str>,
    pub(crate) add: Vec<Other<'a>>,
    pub(crate) text: Vec<(&'a str, String)>,
}

impl<'a> Stored<'a> {
    /// Reads the column's value.
    pub(crate) fn read(text: &'a str) -> Result<Self, JsonError> {
        let mut stored = Self::default();
        let mut scanner = Scanner::of_extra(text);
        scanner.enter(b'{', "an `extra`")?;
        let mut first = true;
        while let Some(key) = scanner.next_key(first)? {
            first = false;
            match key.raw {
                "add" => stored.read_add(&mut scanner, Object::Record)?,
                "null" => stored.null = read_list(&mut scanner)?,
                "empty" => stored.empty = read_list(&mut scanner)?,
                "text" => stored.read_text(&mut scanner)?,
                _ => drop(scanner.value()?),
            }
        }
        Ok(stored)
    }

    fn read_add(&mut self, scanner: &mut Scanner<'a>, object: Object) -> Result<(), JsonError> {
        scanner.enter(b'{', "`add`")?;
        let mut first = true;
        while let Some(key) = scanner.next_key(first)? {
            first = false;
            let named = |child: &Object| child.place() == Some((object, key.raw));
            match Object::ALL.into_iter().find(named) {
                // An object in the place of a known object holds members of it; anything else
                // there is the misfit itself.
                Some(child) if scanner.peek() == Some(b'{') => self.read_add(scanner, child)?,
                _ => {
                    let value = scanner.value()?;
                    self.add.push(Other { object, key: key.raw, value });
                }
            }
        }
        Ok(())
    }

    fn read_text(&mut self, scanner: &mut Scanner<'a>) -> Result<(), JsonError> {
        scanner.enter(b'{', "`text`")?;
        let mut first = true;
        while let Some(pointer) = scanner.next_key(first)? {
            first = false;
            if let Some(token) = scanner.value()?.as_text() {
                self.text.push((pointer.raw, token.unescape().0.into_owned()));
            }
        }
        Ok(())
    }
}

fn read_list<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<&'a str>, JsonError> {
    let mut pointers = Vec::new();
    scanner.enter(b'[', "a list of pointers")?;
    let mut first = true;
    while scanner.next_item(first)? {
        first = false;
        if let Some(Text { raw, .. }) = scanner.value()?.as_text() {
            pointers.push(raw);
        }
    }
    Ok(pointers)
}

/// Whether a value is an object.
pub(crate) fn is_object(value: &Value<'_>) -> bool {
    value.of == Type::Object
}
