//! Finding the records in what an object holds, and keeping one bad byte from costing more than
//! its record.
//!
//! Containers: `{"Records":[…]}`, a bare array, records one after another (NDJSON or a single one),
//! and the envelopes of LookupEvents, EventBridge and CloudWatch Logs. Digest files and foreign JSON
//! are told apart, also item by item in a list. After a record that can't be read the reader looks
//! for the next one: where the braces balance, or where a record's usual first key stands, whichever
//! comes first.
//!
//! Limits: envelopes must fit one window and hold [`MAX_ROWS`] records; what can't be read is kept up
//! to [`MAX_DEAD_LETTERS`] and [`MAX_DEAD_BYTES`] and looked through up to [`MAX_RECOVERY_BYTES`],
//! beyond which the object as a whole is bad.

use std::borrow::Cow;

use memchr::memmem;

use super::columns::Columns;
use super::envelope::{Envelope, can_hold_records, has_known_member, is_notification, looks_like_cloudtrail};
use super::json::{JsonError, Problem, Scanner, Text, Value};
use super::mentions::Mentions;
use super::record::{Record, name_of};
use super::recovery::{Balance, record_start, trim_separator};
use super::window::Window;
use super::{Bad, DeadLetter, MAX_ROWS};

/// CloudTrail's own limit is 256 KB a record (larger before event version 1.05).
const MAX_RECORD_BYTES: usize = 4 << 20;

/// Stretches of one object that can't be read.
const MAX_DEAD_LETTERS: usize = 10_000;

/// How many are kept of an object in which no record was found yet: it is most likely no log.
const MAX_HOPELESS: usize = MAX_DEAD_LETTERS / 10;

/// Their bytes together, since they wait in memory until the object is done.
const MAX_DEAD_BYTES: usize = 32 << 20;

/// How many places are tried as the start of the next record before one by balance is taken.
const MAX_TRIES: usize = 64;

/// How much of one object is read in vain, and again to find the next record. What is bad for a
/// reason of its own costs a few times its length; 64 records of the largest size are allowed, so
/// that text made to be read over and over costs a second and not a day.
const MAX_RECOVERY_BYTES: usize = 64 * MAX_RECORD_BYTES;

/// The key CloudTrail has always written first.
const USUAL_FIRST_KEY: &str = "eventVersion";

/// Keys that mark a file of digests (User Guide, "CloudTrail digest file structure").
const DIGEST_KEYS: [&str; 2] = ["digestS3Object", "digestPublicKeyFingerprint"];

const NOT_CLOUDTRAIL: &str = "not a CloudTrail record";
const BESIDE: &str = "data beside `Records`, where CloudTrail writes none";
const NOT_UTF8: &str = "bytes that are not UTF-8";

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
    /// Stretches that were not read, be they kept as dead letters or not.
    pub(crate) buried: u64,
    /// Of those, the ones that are whole but no CloudTrail records.
    pub(crate) foreign: u64,
    /// Whether any of what was buried before a record speaks of CloudTrail.
    pub(crate) mentions: Mentions,
    /// Whether so much was buried before any record that none of it is kept.
    hopeless: bool,
    recovery_bytes: usize,
    pub(crate) digests: u64,
    /// Whether anything stood in the object but white space.
    pub(crate) any: bool,
    /// Whether anything in it began as JSON objects and arrays do.
    pub(crate) any_json: bool,
    /// What was first found wrong, in case nothing was right.
    pub(crate) first_error: Option<String>,
    first_key: String,
    /// Of one made by [`Self::fork`]: what the other stood in.
    forked: Option<Stage>,
}

/// What tells where a record begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Start<'k> {
    /// A line that opens an object.
    Line,
    /// A comma and an object that has this key first.
    Key(&'k str),
}

impl Start<'_> {
    /// What stands there, by which it is found.
    pub(crate) fn pattern(&self) -> String {
        match self {
            Self::Line => "\n{".to_owned(),
            Self::Key(key) => format!("\"{key}\""),
        }
    }
}

/// Where reading a window pauses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    /// At the first value that begins here or behind it.
    pub(crate) position: usize,
    /// Behind the value with which there are so many rows.
    pub(crate) rows: usize,
}

/// How far a window was read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    /// How many of its bytes are done with.
    pub(crate) done: usize,
    /// Whether reading paused where it should; it goes on at `done`.
    pub(crate) paused: bool,
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
            buried: 0,
            foreign: 0,
            mentions: Mentions::default(),
            hopeless: false,
            recovery_bytes: 0,
            digests: 0,
            any: false,
            any_json: false,
            first_error: None,
            first_key: USUAL_FIRST_KEY.to_owned(),
            forked: None,
        }
    }

    /// One that reads on as if from where this one stands. It fails at the first thing that is no whole record.
    pub(crate) fn fork(&self) -> Self {
        Self { stage: self.stage, first_key: self.first_key.clone(), forked: Some(self.stage), ..Self::new() }
    }

    /// Takes over what a fork has read from where this one stands now; `false` when this one, or the fork when it was
    /// done, stands in something else than where they parted.
    pub(crate) fn join(&mut self, fork: &Self) -> bool {
        let agrees = fork.forked == Some(self.stage) && fork.stage == self.stage;
        if agrees {
            self.records += fork.records;
        }
        agrees
    }

    /// What tells where a record begins, if more of them are to be expected here.
    pub(crate) fn start_of_next(&self) -> Option<Start<'_>> {
        match self.stage {
            _ if self.records == 0 || self.hopeless => None,
            Stage::Between => Some(Start::Line),
            Stage::List { .. } => Some(Start::Key(&self.first_key)),
            Stage::Members => None,
        }
    }

    /// Reads what is whole in the window from `start` on; where it is done with, the next window must start.
    pub(crate) fn read(
        &mut self,
        window: &Window<'_>,
        start: usize,
        until: Until,
        rows: &mut Columns,
    ) -> Result<Progress, Bad> {
        let mut reader = Reader {
            container: self,
            window,
            rows,
            most_rows: until.rows,
            record: Record::new(),
            scanner: Scanner::new(window.text()),
            next_key: None,
        };
        reader.scanner.jump(start);
        loop {
            let next = reader.scanner.peek();
            let done = reader.scanner.position();
            if reader.rows.rows() >= until.rows || (done >= until.position && next.is_some()) {
                return Ok(Progress { done, paused: true });
            }
            let step = match reader.container.stage {
                Stage::Between if next.is_none() => return Ok(Progress { done, paused: false }),
                Stage::Between => reader.document()?,
                Stage::List { of_object, first } => reader.list_item(of_object, first)?,
                Stage::Members => reader.member()?,
            };
            if matches!(step, Step::MoreWanted) {
                if window.last {
                    return Err(Bad::Unfinished);
                }
                return Ok(Progress { done, paused: false });
            }
        }
    }

    /// Decides what becomes of the object after something more of it was buried.
    fn weigh(&mut self) -> Result<(), Bad> {
        let too_large = self.dead_bytes > MAX_DEAD_BYTES;
        if self.records > 0 {
            let too_many = self.dead_letters.len() > MAX_DEAD_LETTERS;
            return if too_large || too_many { Err(self.too_much()) } else { Ok(()) };
        }
        // Nothing but foreign things can only be said of an object that was read to its end, but
        // needs no letters.
        if too_large || self.dead_letters.len() >= MAX_HOPELESS {
            self.hopeless = true;
            self.dead_letters = Vec::new();
            self.dead_bytes = 0;
        }
        if self.hopeless && self.any_json && self.foreign < self.buried {
            return Err(Bad::Unreadable(self.first_error.clone().unwrap_or_default()));
        }
        Ok(())
    }

    /// Counts a record that was found.
    fn count_record(&mut self) -> Result<(), Bad> {
        self.records += 1;
        // What was buried before it can't be accounted for any more.
        if self.hopeless { Err(self.too_much()) } else { Ok(()) }
    }

    fn too_much(&self) -> Bad {
        Bad::TooManyDeadLetters(self.first_error.clone().unwrap_or_default())
    }
}

struct Reader<'c, 'w, 'a> {
    container: &'c mut Container,
    window: &'w Window<'a>,
    rows: &'c mut Columns,
    most_rows: usize,
    record: Record<'w>,
    scanner: Scanner<'w>,
    /// From where the usual first key was last searched, and where it stands.
    next_key: Option<(usize, Option<usize>)>,
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
                Err(JsonError { problem: Problem::End, .. }) if !self.window.last => {
                    return Ok(Step::MoreWanted);
                }
                Ok(false) | Err(_) => self.scanner.jump(start),
            },
            _ => return self.bad_line(start, "not JSON that CloudTrail writes".to_owned()),
        }
        match self.record.read(&mut self.scanner) {
            Ok(()) => self.classify(start, self.scanner.position()).map(|()| Step::Done),
            Err(JsonError { problem: Problem::End, .. }) if !self.window.last => Ok(Step::MoreWanted),
            Err(error) => {
                self.spend(error.at.saturating_sub(start))?;
                self.scanner.jump(start);
                self.bad_line(start, error.to_string())
            }
        }
    }

    /// Whether `{"Records":[` stands here; if so the scanner is left behind it.
    fn opens_records(&mut self) -> Result<bool, JsonError> {
        self.scanner.enter(b'{', "an object")?;
        match self.scanner.next_key(true)? {
            Some(key) if name_of(key) == "Records" && self.scanner.take(b'[') => {
                // The list is read as one at the top: out of the object.
                self.scanner.jump(self.scanner.position());
                Ok(true)
            }
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

    /// Takes the object that was just read for what it is.
    fn classify(&mut self, start: usize, end: usize) -> Result<(), Bad> {
        if looks_like_cloudtrail(&self.record) {
            return self.accept(start, end);
        }
        // A window of real records has fewer by far, but `{"x":1,"Records":[1,1,…]}` is cheap.
        match Envelope::open(&self.record, &self.window.text()[start..end], MAX_ROWS + 1) {
            Some(envelope) => self.envelope(&envelope, start, end),
            None if self.is_listed() => self.accept(start, end),
            None if self.is_digest() => {
                self.container.digests += 1;
                self.fail_in_fork()
            }
            None => {
                self.container.foreign += 1;
                self.bury(start, end, NOT_CLOUDTRAIL.to_owned())
            }
        }
    }

    /// Whether the object that was just read is taken for a record because of the list it stands in:
    /// under `Records` even a fragment of one, in a bare list what has any member of a record.
    fn is_listed(&self) -> bool {
        match self.container.stage {
            Stage::List { of_object: true, .. } => !is_notification(&self.record),
            Stage::List { of_object: false, .. } => has_known_member(&self.record),
            Stage::Between | Stage::Members => false,
        }
    }

    /// Whether the object that was just read is a digest file: it stands by itself, in no list.
    fn is_digest(&self) -> bool {
        let stands_alone = matches!(self.container.stage, Stage::Between);
        stands_alone && DIGEST_KEYS.iter().any(|key| self.record.other(key).is_some())
    }

    fn envelope(&mut self, envelope: &Envelope<'w>, start: usize, end: usize) -> Result<(), Bad> {
        if self.rows.rows() + envelope.contents.len() > self.most_rows {
            self.fail_in_fork()?;
        }
        if envelope.contents.len() > MAX_ROWS {
            return self.bury(start, end, format!("an envelope of more than {MAX_ROWS} records"));
        }
        envelope.contents.iter().try_for_each(|content| self.content(*content))?;
        envelope.beside.iter().try_for_each(|value| self.beside(*value))
    }

    /// Keeps what stands beside `Records`.
    fn beside(&mut self, value: Value<'w>) -> Result<(), Bad> {
        self.container.foreign += 1;
        let start = self.window.position_of(value.text);
        self.bury(start, start + value.text.len(), BESIDE.to_owned())
    }

    /// Takes what an envelope holds: a record, or a string with one in it.
    fn content(&mut self, content: Value<'w>) -> Result<(), Bad> {
        let start = self.window.position_of(content.text);
        let end = start + content.text.len();
        let (text, exact) = match content.as_text() {
            Some(text) => text.unescape(),
            None => (Cow::Borrowed(content.text), true),
        };
        if !exact || self.window.is_bad(start, end) {
            return self.bury(start, end, NOT_UTF8.to_owned());
        }
        let mut record = Record::new();
        let mut scanner = Scanner::new(&text);
        let whole = record.read(&mut scanner).is_ok() && scanner.peek().is_none();
        if !whole || !looks_like_cloudtrail(&record) {
            // A record that is cut or damaged is not foreign; a line of another log is.
            let damaged = !whole && text.trim_start().starts_with('{');
            self.container.foreign += u64::from(!damaged);
            return self.bury(start, end, format!("{NOT_CLOUDTRAIL} in its envelope"));
        }
        if text.len() > MAX_RECORD_BYTES {
            return self.bury(start, end, too_large());
        }
        self.container.count_record()?;
        self.rows.append(&record);
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
            Ok(true) => self.classify(start, end)?,
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
        self.spend(error.at.saturating_sub(start))?;
        let end = match self.next_item_after(start)? {
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
    fn next_item_after(&mut self, start: usize) -> Result<Option<usize>, Bad> {
        let text = self.window.text();
        let limit = text.len().min(start + MAX_RECORD_BYTES);
        let mut balance = Balance::new(&text.as_bytes()[..limit], start);
        let mut from = start;
        let mut found = None;
        for _ in 0..MAX_TRIES {
            let key = self.key_after(from);
            found = balance.advance(key.unwrap_or(limit));
            let Some(key) = key.filter(|_| found.is_none()) else { break };
            self.spend(key - from)?;
            from = key + 1;
            let Some((separator, open)) = record_start(text, start, key) else { continue };
            if self.is_record(open)? {
                found = Some(separator);
                break;
            }
        }
        let found = found.or_else(|| balance.advance(limit));
        self.spend(balance.position().min(limit) - start)?;
        Ok(found)
    }

    /// Where a record's usual first key stands next, at `from` or behind it.
    fn key_after(&mut self, from: usize) -> Option<usize> {
        // One bad item after another asks for the same key.
        if let Some((searched, found)) = self.next_key
            && searched <= from
            && found.is_none_or(|found| from <= found)
        {
            return found;
        }
        let needle = format!("\"{}\"", self.container.first_key);
        let found = memmem::find(&self.window.text().as_bytes()[from..], needle.as_bytes());
        let found = found.map(|found| from + found);
        self.next_key = Some((from, found));
        found
    }

    /// Whether a whole list item opens at `open`; one that is too large would be buried anyway.
    fn is_record(&mut self, open: usize) -> Result<bool, Bad> {
        let text = self.window.text();
        let mut scanner = Scanner::new(&text[..text.floor_char_boundary(open + MAX_RECORD_BYTES)]);
        scanner.jump(open);
        let read = self.record.read(&mut scanner);
        let end = read.as_ref().map_or_else(|error| error.at, |()| scanner.position());
        self.spend(end.saturating_sub(open))?;
        Ok(read.is_ok() && matches!(scanner.peek(), Some(b',' | b']')))
    }

    /// Notes that so many bytes were read to no end but to find where to go on.
    fn spend(&mut self, bytes: usize) -> Result<(), Bad> {
        self.fail_in_fork()?;
        self.container.recovery_bytes += bytes;
        let too_much = self.container.recovery_bytes > MAX_RECOVERY_BYTES;
        if too_much { Err(self.container.too_much()) } else { Ok(()) }
    }

    /// A fork that meets anything but whole records is read in vain, so it ends there.
    fn fail_in_fork(&self) -> Result<(), Bad> {
        if self.container.forked.is_some() { Err(Bad::Unfinished) } else { Ok(()) }
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
            Ok(None) => Ok(Step::Done),
            // What ends where the window does may go on in the next.
            Ok(Some(_)) if self.scanner.peek().is_none() => Ok(Step::MoreWanted),
            Ok(Some((key, value))) if can_hold_records(name_of(key), &value) => {
                self.beside(value).map(|()| Step::Done)
            }
            Ok(Some(_)) => Ok(Step::Done),
            Err(JsonError { problem: Problem::End, .. }) => Ok(Step::MoreWanted),
            Err(error) => Err(Bad::Json(self.locate(self.scanner.position(), &error.to_string()))),
        }
    }

    /// A member, unless it is another list of records: that one is read like the first.
    fn read_member(&mut self) -> Result<Option<(Text<'w>, Value<'w>)>, JsonError> {
        self.scanner.expect(b',', "`,` or `}`")?;
        let key = self.scanner.key()?;
        if name_of(key) == "Records" && self.scanner.peek() == Some(b'[') {
            self.scanner.take(b'[');
            self.container.stage = Stage::List { of_object: true, first: true };
            return Ok(None);
        }
        Ok(Some((key, self.scanner.value()?)))
    }

    /// Appends the record that was just read, unless it is too large or not UTF-8.
    fn accept(&mut self, start: usize, end: usize) -> Result<(), Bad> {
        if end - start > MAX_RECORD_BYTES {
            return self.bury(start, end, too_large());
        }
        if self.window.is_bad(start, end) {
            return self.bury(start, end, NOT_UTF8.to_owned());
        }
        self.container.count_record()?;
        self.rows.append(&self.record);
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
            self.next_key = None;
        }
    }

    /// Keeps a stretch of the window as a dead letter, while that is worth it.
    fn bury(&mut self, start: usize, end: usize, reason: String) -> Result<(), Bad> {
        self.fail_in_fork()?;
        if self.container.first_error.is_none() {
            self.container.first_error = Some(self.locate(start, &reason));
        }
        let container = &mut *self.container;
        container.buried += 1;
        let raw = self.window.bytes(start, end);
        if container.records == 0 {
            container.mentions.look(self.window.whole(), start..end);
        }
        if !container.hopeless {
            let raw = raw.to_vec();
            container.dead_bytes += raw.len();
            container.dead_letters.push(DeadLetter {
                offset: self.window.offset + start as u64,
                raw,
                reason,
            });
        }
        container.weigh()
    }

    fn locate(&self, position: usize, reason: &str) -> String {
        format!("{reason}, in what starts at byte {}", self.window.offset + position as u64)
    }
}

fn too_large() -> String {
    format!("a record of more than {MAX_RECORD_BYTES} bytes")
}
