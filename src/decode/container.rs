//! Finding the records in what an object holds, and keeping one bad byte from costing more than
//! its record.
//!
//! Containers: `{"Records":[…]}`, a bare array, records one after another (NDJSON or a single one),
//! and the envelopes of LookupEvents, EventBridge and CloudWatch Logs. Digest files and foreign JSON
//! are told apart. After a record that can't be read the reader looks for the next one: where the
//! braces balance, or where a record's usual first key stands, whichever comes first.
//!
//! Limits: envelopes must fit one window; what can't be read is kept up to [`MAX_DEAD_LETTERS`] and
//! [`MAX_DEAD_BYTES`], beyond which the object as a whole is bad.

use memchr::memmem;

use super::columns::Columns;
use super::json::{JsonError, Problem, Scanner, Type, Value};
use super::record::{Given, Record};
use super::window::Window;
use super::{Bad, DeadLetter};
use crate::event::{FIELDS, Object};

/// CloudTrail's own limit is 256 KB a record (larger before event version 1.05).
const MAX_RECORD_BYTES: usize = 4 << 20;

/// Stretches of one object that can't be read.
const MAX_DEAD_LETTERS: usize = 10_000;

/// Their bytes together, since they wait in memory until the object is done.
const MAX_DEAD_BYTES: usize = 64 << 20;

/// How many places are tried as the start of the next record before one by balance is taken.
const MAX_TRIES: usize = 64;

/// The key CloudTrail has always written first.
const USUAL_FIRST_KEY: &str = "eventVersion";

/// Keys that mark a file of digests (User Guide, "CloudTrail digest file structure").
const DIGEST_KEYS: [&str; 2] = ["digestS3Object", "digestPublicKeyFingerprint"];

const NOT_CLOUDTRAIL: &str = "not a CloudTrail record";

/// Where the reader stands between two windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Before a value at the top of the object, or at its end.
    Between,
    /// In a list of records; `of_object`: it is the value of `Records`.
    List { of_object: bool, first: bool },
    /// In the object that `Records` is a member of, behind a member.
    Members,
}

/// Reads an object window by window.
#[derive(Debug)]
pub(crate) struct Container {
    stage: Stage,
    /// Records appended so far.
    pub(crate) records: u64,
    pub(crate) dead_letters: Vec<DeadLetter>,
    dead_bytes: usize,
    /// Documents that are no CloudTrail records.
    pub(crate) foreign: u64,
    pub(crate) digests: u64,
    /// Whether anything stood in the object but white space.
    pub(crate) any: bool,
    /// Whether anything in it began as JSON objects and arrays do.
    pub(crate) any_json: bool,
    /// What was first found wrong, in case nothing was right.
    pub(crate) first_error: Option<String>,
    first_key: String,
}

/// What reading one thing came to.
enum Step {
    Done,
    /// The window ends inside it.
    MoreWanted,
}

impl Container {
    pub(crate) fn new() -> Self {
        Self {
            stage: Stage::Between,
            records: 0,
            dead_letters: Vec::new(),
            dead_bytes: 0,
            foreign: 0,
            digests: 0,
            any: false,
            any_json: false,
            first_error: None,
            first_key: USUAL_FIRST_KEY.to_owned(),
        }
    }

    /// Reads what is whole in the window; returns how many of its bytes are done with. The next
    /// window must start there.
    pub(crate) fn read(&mut self, window: &Window<'_>, rows: &mut Columns) -> Result<usize, Bad> {
        let mut reader = Reader {
            container: self,
            window,
            rows,
            record: Record::new(),
            scanner: Scanner::new(window.text()),
        };
        loop {
            let start = reader.scanner.position();
            let step = match reader.container.stage {
                Stage::Between if reader.scanner.peek().is_none() => {
                    return Ok(reader.scanner.position());
                }
                Stage::Between => reader.document()?,
                Stage::List { of_object, first } => reader.list_item(of_object, first)?,
                Stage::Members => reader.member()?,
            };
            if matches!(step, Step::MoreWanted) {
                if window.last {
                    return Err(Bad::Unfinished);
                }
                return Ok(start);
            }
        }
    }
}

struct Reader<'c, 'w, 'a> {
    container: &'c mut Container,
    window: &'w Window<'a>,
    rows: &'c mut Columns,
    record: Record<'w>,
    scanner: Scanner<'w>,
}

impl<'w> Reader<'_, 'w, '_> {
    /// A value at the top of the object.
    fn document(&mut self) -> Result<Step, Bad> {
        self.container.any = true;
        let next = self.scanner.peek();
        let start = self.scanner.position();
        self.container.any_json |= matches!(next, Some(b'[' | b'{'));
        match next {
            Some(b'[') => {
                self.scanner.take(b'[');
                self.container.stage = Stage::List { of_object: false, first: true };
                return Ok(Step::Done);
            }
            Some(b'{') => match self.opens_records() {
                Ok(true) => {
                    self.container.stage = Stage::List { of_object: true, first: true };
                    return Ok(Step::Done);
                }
                Ok(false) => self.scanner.jump(start),
                Err(_) if !self.window.last => return Ok(Step::MoreWanted),
                Err(_) => self.scanner.jump(start),
            },
            _ => return self.bad_line(start, "not JSON that CloudTrail writes".to_owned()),
        }
        match self.record.read(&mut self.scanner) {
            Ok(()) => self.classify(start).map(|()| Step::Done),
            Err(JsonError { problem: Problem::End, .. }) if !self.window.last => Ok(Step::MoreWanted),
            Err(error) => {
                self.scanner.jump(start);
                self.bad_line(start, error.to_string())
            }
        }
    }

    /// Whether `{"Records":[` stands here; if so the scanner is left behind it.
    fn opens_records(&mut self) -> Result<bool, JsonError> {
        self.scanner.enter(b'{', "an object")?;
        match self.scanner.next_key(true)? {
            Some(key) if key.raw == "Records" => Ok(self.scanner.take(b'[')),
            _ => Ok(false),
        }
    }

    /// Gives up on a document: everything to the end of its line is kept as bytes.
    fn bad_line(&mut self, start: usize, reason: String) -> Result<Step, Bad> {
        let bytes = self.window.bytes(start, self.window.text().len());
        let end = match memchr::memchr(b'\n', bytes) {
            Some(newline) => start + newline,
            None if self.window.last => self.window.text().len(),
            None => return Ok(Step::MoreWanted),
        };
        self.bury(start, end, reason)?;
        self.scanner.jump(end);
        Ok(Step::Done)
    }

    /// Takes the document that was just read for what it is.
    fn classify(&mut self, start: usize) -> Result<(), Bad> {
        let end = self.scanner.position();
        if looks_like_cloudtrail(&self.record) {
            return self.accept(start, end);
        }
        if DIGEST_KEYS.iter().any(|key| self.record.other(key).is_some()) {
            self.container.digests += 1;
            return Ok(());
        }
        let inner = Envelope::find(&self.record);
        match inner {
            Some(envelope) => self.open_envelope(envelope, start, end),
            None => self.foreign(start, end),
        }
    }

    fn foreign(&mut self, start: usize, end: usize) -> Result<(), Bad> {
        self.container.foreign += 1;
        self.bury(start, end, NOT_CLOUDTRAIL.to_owned())
    }

    fn open_envelope(&mut self, envelope: Envelope<'w>, start: usize, end: usize) -> Result<(), Bad> {
        for content in envelope.contents() {
            let text = match content.as_text() {
                Some(text) => text.unescape().0.into_owned(),
                None => content.text.to_owned(),
            };
            let mut record = Record::new();
            let mut scanner = Scanner::new(&text);
            match record.read(&mut scanner) {
                Ok(()) if scanner.peek().is_none() && looks_like_cloudtrail(&record) => {
                    self.rows.append(&record);
                    self.container.records += 1;
                }
                _ => {
                    self.container.foreign += 1;
                    let reason = format!("{NOT_CLOUDTRAIL} in its envelope");
                    self.keep(self.window.offset + start as u64, text.into_bytes(), reason)?;
                }
            }
        }
        if self.window.is_bad(start, end) {
            return self.bury(start, end, "bytes that are not UTF-8".to_owned());
        }
        Ok(())
    }

    /// The next item of a list of records, or its end.
    fn list_item(&mut self, of_object: bool, first: bool) -> Result<Step, Bad> {
        match self.scanner.peek() {
            None => return Ok(Step::MoreWanted),
            Some(b']') => {
                self.scanner.take(b']');
                self.container.stage = if of_object { Stage::Members } else { Stage::Between };
                return Ok(Step::Done);
            }
            _ => {}
        }
        let separated = first || self.scanner.take(b',');
        let Some(next) = self.scanner.peek() else { return Ok(Step::MoreWanted) };
        let start = self.scanner.position();
        let read = match next {
            b'{' if separated => self.record.read(&mut self.scanner).map(|()| true),
            _ if separated => self.scanner.value().map(|_| false),
            _ => Err(self.scanner.unexpected("`,` or `]`")),
        };
        let end = self.scanner.position();
        let read = match (read, self.scanner.peek()) {
            // What ends where the window does may go on in the next (`12|34`).
            (Ok(_), None) => return Ok(Step::MoreWanted),
            (Ok(_), Some(next)) if !matches!(next, b',' | b']') => Err(self.scanner.unexpected("`,` or `]`")),
            (read, _) => read,
        };
        match read {
            Ok(true) => self.accept(start, end)?,
            Ok(false) => self.bury(start, end, "a list item that is no object".to_owned())?,
            Err(JsonError { problem: Problem::End, .. }) if !self.window.last => {
                return Ok(Step::MoreWanted);
            }
            Err(error) => return self.skip_bad_item(start, error, of_object),
        }
        self.container.stage = Stage::List { of_object, first: false };
        Ok(Step::Done)
    }

    /// Goes on behind the item at `start`, which can't be read.
    fn skip_bad_item(&mut self, start: usize, error: JsonError, of_object: bool) -> Result<Step, Bad> {
        let reason = error.to_string();
        if self.container.first_error.is_none() {
            self.container.first_error = Some(self.locate(start, &reason));
        }
        let end = match self.next_item_after(start) {
            Some(end) => end,
            None if !self.window.last => return Ok(Step::MoreWanted),
            None => match self.closing(start, of_object) {
                Some(end) => end,
                None => return Ok(Step::MoreWanted),
            },
        };
        self.bury(start, trim_separator(self.window.text(), start, end), reason)?;
        self.scanner.jump(end);
        self.container.stage = Stage::List { of_object, first: false };
        Ok(Step::Done)
    }

    /// Where the list goes on behind the bad item at `start`: at a `,` or `]`.
    fn next_item_after(&mut self, start: usize) -> Option<usize> {
        let text = self.window.text();
        let balanced = balanced_end(text, start);
        let needle = format!("\"{}\"", self.container.first_key);
        let finder = memmem::Finder::new(&needle);
        let mut from = start;
        for _ in 0..MAX_TRIES {
            let Some(found) = finder.find(&text.as_bytes()[from..]) else { break };
            let key = from + found;
            from = key + needle.len();
            if balanced.is_some_and(|end| key > end) {
                break;
            }
            let Some((separator, open)) = record_start(text, start, key) else { continue };
            self.scanner.jump(open);
            let whole = self.record.read(&mut self.scanner).is_ok();
            if whole && matches!(self.scanner.peek(), Some(b',' | b']')) {
                return Some(separator);
            }
        }
        balanced
    }

    /// Where the list's own end stands, if the object ends as one with such a list does.
    fn closing(&self, start: usize, of_object: bool) -> Option<usize> {
        let rest = self.window.text()[start..].trim_end();
        let rest = match of_object {
            true => rest.strip_suffix('}')?.trim_end(),
            false => rest,
        };
        rest.strip_suffix(']').map(|rest| start + rest.len())
    }

    /// Behind a member of the object that holds `Records`.
    fn member(&mut self) -> Result<Step, Bad> {
        if self.scanner.peek().is_none() {
            return Ok(Step::MoreWanted);
        }
        if self.scanner.take(b'}') {
            self.container.stage = Stage::Between;
            return Ok(Step::Done);
        }
        match self.read_member() {
            Ok(()) => Ok(Step::Done),
            Err(JsonError { problem: Problem::End, .. }) => Ok(Step::MoreWanted),
            Err(error) => Err(Bad::Json(self.locate(self.scanner.position(), &error.to_string()))),
        }
    }

    fn read_member(&mut self) -> Result<(), JsonError> {
        self.scanner.expect(b',', "`,` or `}`")?;
        let key = self.scanner.value()?;
        self.scanner.expect(b':', "`:`")?;
        // A second `Records` is read like the first: the reader loses nothing.
        if key.text == "\"Records\"" && self.scanner.take(b'[') {
            self.container.stage = Stage::List { of_object: true, first: true };
            return Ok(());
        }
        self.scanner.value()?;
        Ok(())
    }

    /// Appends the record that was just read, unless it is too large or not UTF-8.
    fn accept(&mut self, start: usize, end: usize) -> Result<(), Bad> {
        if end - start > MAX_RECORD_BYTES {
            return self.bury(start, end, format!("a record of more than {MAX_RECORD_BYTES} bytes"));
        }
        if self.window.is_bad(start, end) {
            return self.bury(start, end, "bytes that are not UTF-8".to_owned());
        }
        self.rows.append(&self.record);
        self.container.records += 1;
        if self.container.records == 1 {
            self.note_first_key(start);
        }
        Ok(())
    }

    fn note_first_key(&mut self, start: usize) {
        let mut scanner = Scanner::new(&self.window.text()[start..]);
        if scanner.take(b'{')
            && let Ok(key) = scanner.value()
            && let Some(text) = key.as_text()
        {
            self.container.first_key = text.raw.to_owned();
        }
    }

    /// Keeps a stretch of the window as a dead letter.
    fn bury(&mut self, start: usize, end: usize, reason: String) -> Result<(), Bad> {
        let raw = self.window.bytes(start, end).to_vec();
        if self.container.first_error.is_none() {
            self.container.first_error = Some(self.locate(start, &reason));
        }
        self.keep(self.window.offset + start as u64, raw, reason)
    }

    fn keep(&mut self, offset: u64, raw: Vec<u8>, reason: String) -> Result<(), Bad> {
        let container = &mut *self.container;
        container.dead_bytes += raw.len();
        container.dead_letters.push(DeadLetter { offset, raw, reason });
        // An object of which nothing could be read yet is foreign or broken as a whole: no need to
        // hold all of it to say so.
        let hopeless = container.records == 0 && container.dead_letters.len() >= MAX_DEAD_LETTERS / 10;
        if hopeless
            || container.dead_letters.len() > MAX_DEAD_LETTERS
            || container.dead_bytes > MAX_DEAD_BYTES
        {
            return Err(Bad::TooManyDeadLetters(container.first_error.clone().unwrap_or_default()));
        }
        Ok(())
    }

    fn locate(&self, position: usize, reason: &str) -> String {
        format!("{reason}, in what starts at byte {}", self.window.offset + position as u64)
    }
}

/// An envelope that other services put around records.
enum Envelope<'a> {
    /// EventBridge: one record.
    Detail(Value<'a>),
    /// CloudWatch Logs and LookupEvents: objects that hold a record as an escaped string under a key.
    Strings { list: Value<'a>, key: &'static str },
    /// One such object by itself.
    Single(Value<'a>),
    /// `Records` that does not stand first.
    Items(Value<'a>),
    /// `{"Records":null}`.
    Nothing,
}

impl<'a> Envelope<'a> {
    fn find(record: &Record<'a>) -> Option<Self> {
        let of_type = |key, of| record.other(key).filter(|value| value.of == of);
        if let Some(detail) = of_type("detail", Type::Object) {
            return Some(Self::Detail(detail));
        }
        for (list, key) in [("Events", "CloudTrailEvent"), ("logEvents", "message"), ("events", "message")] {
            if let Some(list) = of_type(list, Type::Array) {
                return Some(Self::Strings { list, key });
            }
        }
        if let Some(text) = record.other("CloudTrailEvent").filter(|text| text.as_text().is_some()) {
            return Some(Self::Single(text));
        }
        match record.other("Records")? {
            list @ Value { of: Type::Array, .. } => Some(Self::Items(list)),
            Value { of: Type::Null, .. } => Some(Self::Nothing),
            _ => None,
        }
    }

    /// The values that should be records, or strings that hold one.
    fn contents(&self) -> Vec<Value<'a>> {
        match *self {
            Self::Detail(value) | Self::Single(value) => vec![value],
            Self::Items(list) => items(list),
            Self::Strings { list, key } => {
                items(list).into_iter().map(|item| member(item, key).unwrap_or(item)).collect()
            }
            Self::Nothing => Vec::new(),
        }
    }
}

/// The items of an array that was scanned before.
fn items(list: Value<'_>) -> Vec<Value<'_>> {
    let mut scanner = Scanner::new(list.text);
    let mut items = Vec::new();
    if scanner.enter(b'[', "a list").is_err() {
        return items;
    }
    while let Ok(true) = scanner.next_item(items.is_empty()) {
        let Ok(item) = scanner.value() else { break };
        items.push(item);
    }
    items
}

/// The member of an object that was scanned before.
fn member<'a>(object: Value<'a>, key: &str) -> Option<Value<'a>> {
    let mut scanner = Scanner::new(object.text);
    scanner.enter(b'{', "an object").ok()?;
    let mut first = true;
    let mut found = None;
    while let Ok(Some(name)) = scanner.next_key(first) {
        first = false;
        let value = scanner.value().ok()?;
        if name.raw == key {
            found = Some(value);
        }
    }
    found
}

/// Whether a document that stands by itself is a CloudTrail record: at least two of the members
/// that every kind of record has some of.
fn looks_like_cloudtrail(record: &Record<'_>) -> bool {
    let typical = [
        "eventVersion",
        "eventTime",
        "eventSource",
        "eventName",
        "eventType",
        "eventCategory",
        "eventID",
        "awsRegion",
        "sourceIPAddress",
        "recipientAccountId",
        "insightDetails",
    ];
    let fields = FIELDS.iter().zip(&record.fields).filter(|(field, value)| {
        value.is_some() && field.object == Object::Record && typical.contains(&field.key)
    });
    let identity = record.given[Object::UserIdentity as usize] != Given::Absent;
    fields.count() + usize::from(identity) >= 2
}

/// Where the brackets that open at `start` are closed again, if a `,` or `]` follows there; strings
/// are passed over. `None` too when nothing opens at `start`.
fn balanced_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => break,
            _ if depth == 0 => return None,
            _ => {}
        }
        at += 1;
    }
    let next = bytes[at + 1..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    matches!(bytes[at + 1 + next], b',' | b']').then_some(at + 1 + next)
}

/// The closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += 1 + memchr::memchr2(b'"', b'\\', bytes.get(at + 1..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
}

/// If `key` is the first key of an object that follows a `,`: where the `,` and the `{` stand.
fn record_start(text: &str, from: usize, key: usize) -> Option<(usize, usize)> {
    let before = text[from..key].trim_end();
    let before = before.strip_suffix('{')?;
    let open = from + before.len();
    let before = before.trim_end().strip_suffix(',')?;
    Some((from + before.len(), open))
}

/// The end of the bad item itself, without the white space before what follows.
fn trim_separator(text: &str, start: usize, end: usize) -> usize {
    start + text[start..end].trim_end().len()
}
