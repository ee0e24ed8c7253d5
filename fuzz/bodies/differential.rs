//! The decoder beside `serde_json` on the same text: the same records in the same order, each equal to what
//! comes out of its row again, and the same things refused. Equal events have the same key and date.
//!
//! Where the two may differ is one list, [`Difference`]. What the decoder does with one item by itself is
//! expected exactly (see `reference`). Where it gave up a stretch and looked for the next record, less can be
//! said: every row is an object that `serde_json` finds in the text, in this order, and something was refused.
//!
//! Limits: one text as it is, not packed; whether an object without records is a log, another file or
//! damaged is the decoder's own judgement, and its tests'.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use arrow::array::AsArray;
use arrow::datatypes::Date32Type;

use super::reference::{self, Reading};
use super::values::{self, Tree};
use crate::decode::{Bad, Chunk, Decoded, Decoder, EventKey, Members, Options, Printer, Verdict, WINDOW};
use crate::event::{EVENT_DATE, Object};

/// 2026-01-20.
const TODAY: Options = Options { today: 20_473 };

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

// The decoder's bounds, as ARCHITECTURE.md and the files of `decode` have them.
const DEPTH_MAX: usize = 128;
const MEMBERS_MAX: usize = 1 << 17;
const REPEATS_MAX: usize = 100;
const REFUSED_MAX: usize = 1_000;
const REFUSED_BYTES_MAX: usize = 32 << 20;

/// What the decoder may make of a text otherwise than `serde_json` and a plain reading; nothing else.
///
/// No differences are: repeated keys (the last one counts, of both), how strings and keys are escaped,
/// numbers of any size (their text is kept), half a surrogate pair in a record (its three bytes are kept).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// A byte order mark before the text is passed over.
    ByteOrderMark,
    /// Bytes that are not UTF-8 cost the record they stand in, and nothing where no record is.
    NotUtf8,
    /// Half a surrogate pair in a string that holds a record is no text, so that record is refused.
    LoneSurrogate,
    /// A record of more than 4 MiB is refused.
    LargeRecord,
    /// An envelope of more than 65,536 records is refused as a whole.
    LongEnvelope,
    /// Nesting deeper than 128 is refused, in what is read as one value: a record in a list, a document.
    Deep,
    /// More than 131,072 members of the objects that are open together are refused.
    ManyMembers,
    /// An object that has columns, given more than 100 times again, is refused.
    RepeatedObjects,
    /// A number, string or word that stands by itself costs its whole line.
    ScalarLine,
    /// An object of too much that is no record is refused as a whole: 1,000 things before the first
    /// record, 10,000 in all, or 32 MiB.
    ManyRefused,
    /// A value of more than two windows is refused, and the object with it.
    LargeValue,
    /// Of a text that is not JSON what can be read is kept, if its end is there.
    Damaged,
}

impl Difference {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ByteOrderMark,
        Self::NotUtf8,
        Self::LoneSurrogate,
        Self::LargeRecord,
        Self::LongEnvelope,
        Self::Deep,
        Self::ManyMembers,
        Self::RepeatedObjects,
        Self::ScalarLine,
        Self::ManyRefused,
        Self::LargeValue,
        Self::Damaged,
    ];

    /// Those of one item by itself, and of no consequence to the others: the reference has them too.
    const EXACT: [Self; 5] =
        [Self::ByteOrderMark, Self::NotUtf8, Self::LoneSurrogate, Self::LargeRecord, Self::LongEnvelope];

    /// Whether this could be why the records of a text were found otherwise.
    fn explains(self, case: &Case<'_>, reading: &Reading<'_>) -> bool {
        // Of a record in a string only the text without escapes shows what is in it.
        let mut texts = reading.records.iter().map(AsRef::as_ref).chain([case.text]);
        match self {
            Self::Deep => texts.any(|text| values::depth(text) > DEPTH_MAX),
            Self::ManyMembers => texts.any(|text| values::count_members(text) >= MEMBERS_MAX),
            Self::RepeatedObjects => texts.any(repeats_objects),
            Self::ScalarLine => reading.has_scalars,
            Self::ManyRefused => {
                let bytes: usize = reading.refused.iter().map(ExactSizeIterator::len).sum();
                reading.refused.len() >= REFUSED_MAX || bytes > REFUSED_BYTES_MAX
            }
            Self::LargeValue => {
                let verdict = &case.outcome.decoded.verdict;
                case.text.len() > 2 * case.window && *verdict == Verdict::Quarantined(Bad::ValueTooLarge)
            }
            Self::Damaged => false,
            exact => {
                debug_assert!(Self::EXACT.contains(&exact));
                false
            }
        }
    }
}

/// The first byte says in what windows it is decoded, the others are the object.
pub fn run(data: &[u8]) {
    differences(data);
}

/// The same; returns the differences that showed.
pub fn differences(data: &[u8]) -> BTreeSet<Difference> {
    let Some((how, object)) = data.split_first() else { return BTreeSet::new() };
    compare(object, if how & 1 == 0 { WINDOW } else { 1 + usize::from(how >> 1) * 64 })
}

/// Decodes an object in windows of so many bytes, and compares; returns the differences that showed.
///
/// # Panics
/// At any other difference.
pub fn compare(object: &[u8], window: usize) -> BTreeSet<Difference> {
    // The start of gzip, of which a text has nothing.
    if object.first() == Some(&0x1f) {
        return BTreeSet::new();
    }
    let bytes = object.strip_prefix(BYTE_ORDER_MARK).unwrap_or(object);
    let text = readable(bytes);
    let outcome = Outcome::of(object, window);
    let case = Case { text: &text, start: object.len() - bytes.len(), window, outcome: &outcome };
    outcome.check_keys();
    case.check_letters(object);

    let is_bad = |range: Range<usize>| text.as_bytes()[range.clone()] != bytes[range];
    let mut differences = match reference::read(&text, &is_bad) {
        Some(reading) => case.compare(reading),
        None => case.compare_damaged(),
    };
    if outcome.is_log() {
        // The text as a whole is not what `serde_json` reads.
        differences.extend((case.start > 0).then_some(Difference::ByteOrderMark));
        differences.extend(matches!(text, Cow::Owned(_)).then_some(Difference::NotUtf8));
    }
    differences
}

/// The text of bytes, those that are not UTF-8 replaced one for one.
fn readable(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&"?".repeat(chunk.invalid().len()));
    }
    Cow::Owned(text)
}

/// What the decoder made of an object.
struct Outcome {
    decoded: Decoded,
    /// The records of its rows, as they are printed.
    rows: Vec<String>,
    trees: Vec<Tree>,
    keys: Vec<EventKey>,
    /// Equal events are looked for on one date.
    dates: Vec<Option<i32>>,
}

impl Outcome {
    fn of(object: &[u8], window: usize) -> Self {
        let mut chunks = Vec::new();
        let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
            chunks.push(chunk);
            Ok(())
        };
        let mut decoder = Decoder::with_window(TODAY, window);
        let decoded = decoder.decode_bytes(object, Members::One, &mut emit).expect("memory does not fail");
        let (mut rows, mut keys, mut dates) = (Vec::new(), Vec::new(), Vec::new());
        // Rows count only of a log.
        for chunk in chunks.into_iter().filter(|_| decoded.verdict == Verdict::Log) {
            let printer = Printer::new(&chunk.batch).expect("a batch of records");
            for row in 0..chunk.batch.num_rows() {
                let mut text = String::new();
                printer.write(row, &mut text).expect("a row is a record");
                assert_eq!(values::value(&text), Some(&text[..]), "a row is printed as one value");
                rows.push(text);
            }
            keys.extend(chunk.keys);
            let column = chunk.batch.column_by_name(EVENT_DATE).expect("a column of dates");
            dates.extend(column.as_primitive::<Date32Type>());
        }
        assert_eq!(rows.len(), keys.len());
        let trees = rows.iter().map(|row| Tree::of(row)).collect();
        Self { decoded, rows, trees, keys, dates }
    }

    fn is_log(&self) -> bool {
        self.decoded.verdict == Verdict::Log
    }

    /// Two records have the same key if, and only if, they are equal; and then the same date.
    fn check_keys(&self) {
        let mut by_key = HashMap::new();
        let mut by_tree = BTreeMap::new();
        let places = self.keys.iter().zip(&self.dates);
        for ((tree, place), row) in self.trees.iter().zip(places).zip(&self.rows) {
            let same_key = by_key.entry(place.0).or_insert((tree, row));
            assert_eq!(same_key.0, tree, "different events of one key: {row} and {}", same_key.1);
            let same_tree = by_tree.entry(tree).or_insert((place, row));
            assert_eq!(same_tree.0, place, "equal events in two places: {row} and {}", same_tree.1);
        }
    }
}

/// A text and what was decoded of it.
struct Case<'c> {
    text: &'c str,
    /// Where the text starts in the object.
    start: usize,
    window: usize,
    outcome: &'c Outcome,
}

impl Case<'_> {
    /// Dead letters have the bytes of their place.
    fn check_letters(&self, object: &[u8]) {
        for letter in &self.outcome.decoded.dead_letters {
            let start = letter.offset as usize;
            assert_eq!(letter.raw, object[start..start + letter.raw.len()], "{letter:?}");
        }
    }

    /// Compares with what was read of the same text.
    fn compare(&self, reading: Reading<'_>) -> BTreeSet<Difference> {
        let deepest = reading.records.iter().map(|record| values::depth(record)).max();
        // No row is deeper, and trees of any depth would fill the stack.
        let is_same = deepest.unwrap_or_default() <= DEPTH_MAX
            && self.has_rows_of(&reading)
            && self.has_letters_of(&reading);
        if is_same {
            return reading.differences;
        }
        let explains = |difference: &Difference| difference.explains(self, &reading);
        let differences: BTreeSet<_> = Difference::ALL.into_iter().filter(explains).collect();
        assert!(!differences.is_empty(), "{}", self.describe(&reading));
        self.check_rows_are_found();
        let is_silent = self.outcome.is_log() && self.outcome.decoded.dead_letters.is_empty();
        assert!(!is_silent, "nothing was refused: {}", self.describe(&reading));
        differences
    }

    fn has_rows_of(&self, reading: &Reading<'_>) -> bool {
        let trees = &self.outcome.trees;
        trees.len() == reading.records.len()
            && trees.iter().zip(&reading.records).all(|(tree, record)| *tree == Tree::of(record))
    }

    fn has_letters_of(&self, reading: &Reading<'_>) -> bool {
        // What an object without records is takes more than its text.
        if !self.outcome.is_log() {
            return reading.records.is_empty();
        }
        let letters = &self.outcome.decoded.dead_letters;
        let mut found: Vec<_> = letters
            .iter()
            .map(|letter| letter.offset as usize - self.start)
            .zip(letters.iter().map(|letter| letter.raw.len()))
            .collect();
        let mut expected: Vec<_> = reading.refused.iter().map(|range| (range.start, range.len())).collect();
        found.sort_unstable();
        expected.sort_unstable();
        found == expected
    }

    /// Of a text that is not JSON: it is not taken for a log of which nothing is missing.
    fn compare_damaged(&self) -> BTreeSet<Difference> {
        if !self.outcome.is_log() {
            return BTreeSet::new();
        }
        let decoded = &self.outcome.decoded;
        assert!(!decoded.dead_letters.is_empty(), "no JSON, and a whole log: {decoded:?}");
        self.check_rows_are_found();
        BTreeSet::from([Difference::Damaged])
    }

    /// Every row is an object that stands in the text, or in a string of it, in this order.
    fn check_rows_are_found(&self) {
        let mut objects = Objects { text: self.text, at: 0 };
        for (tree, row) in self.outcome.trees.iter().zip(&self.outcome.rows) {
            assert!(objects.any(|object| object == *tree), "not in the text, or not in this place: {row}");
        }
    }

    fn describe(&self, reading: &Reading<'_>) -> String {
        let Outcome { decoded, rows, .. } = self.outcome;
        format!(
            "decoded in windows of {}: {:?}\nrows {rows:#?}\nrecords {:#?}\nletters {:?}\nrefused {:?}",
            self.window, decoded.verdict, reading.records, decoded.dead_letters, reading.refused
        )
    }
}

/// The objects in a text wherever one opens, also within others and in strings.
struct Objects<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Objects<'_> {
    type Item = Tree;

    fn next(&mut self) -> Option<Tree> {
        loop {
            let start = self.at + self.text.get(self.at..)?.find(['{', '"'])?;
            self.at = start + 1;
            let Some(found) = values::value(&self.text[start..]) else { continue };
            let held = match found.starts_with('"') {
                true => String::from_utf8(values::unescape(found)).unwrap_or_default(),
                false => found.to_owned(),
            };
            match values::value(&held) {
                Some(object) if object.starts_with('{') && values::depth(object) <= DEPTH_MAX => {
                    return Some(Tree::of(object));
                }
                _ => {}
            }
        }
    }
}

fn repeats_objects(text: &str) -> bool {
    let keys = Object::ALL.iter().filter_map(|object| object.place()).map(|(_, key)| format!("\"{key}\""));
    keys.map(|key| text.matches(&key).count()).sum::<usize>() > REPEATS_MAX
}

#[cfg(test)]
mod tests;
