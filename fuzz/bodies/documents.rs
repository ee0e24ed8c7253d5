//! Documents as CloudTrail could write them and did not: real records, changed as trees, in any container
//! and any spelling. Nearly all are JSON, which of texts changed byte by byte few are; the same for the
//! same seed of chance.
//!
//! Limits: up to [`LENGTH_MAX`] bytes, as the other inputs.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::values::{items, members, value};
use crate::event::{FIELDS, Object};

/// Longer ones only take time.
const LENGTH_MAX: usize = 16 << 10;

/// Values that readers of JSON or of CloudTrail stumble over.
const ODD: [&str; 30] = [
    "null",
    "true",
    "false",
    "\"true\"",
    "\"false\"",
    "\"\\u0074rue\"",
    "{}",
    "[]",
    "[[]]",
    "{\"\":{}}",
    "\"\"",
    "0",
    "-0",
    "1.0",
    "1E5",
    "1e999",
    "123456789012345678901234567890",
    "\"\\ud800\"",
    "\"\\udc00\\ud83d\\ude00\"",
    "\"\\u0000\\u001f\\/\"",
    "\"\\\"\\\\\\n\"",
    "\"\u{e9}\u{20ac}\u{1f600}\u{7f}\u{2028}\"",
    "\"2026-01-15T10:00:00Z\"",
    "\"2026-01-15T10:00:00.123Z\"",
    "\"2026-01-15 10:00:00+05:45\"",
    "\"20260115T100000Z\"",
    "\"2026-02-30T10:00:00Z\"",
    "\"aws:s3\"",
    "{\"windowStart\":\"2026-01-15T10:00:00Z\",\"windowEnd\":1}",
    "{\"eventVersion\":\"1.08\",\"eventID\":\"in\"}",
];

/// Keys that mean something in some place, beside those of the columns.
const KEYS: [&str; 19] = [
    "Records",
    "detail",
    "Events",
    "CloudTrailEvent",
    "logEvents",
    "events",
    "message",
    "timeWindow",
    "windowStart",
    "summary",
    "eventId",
    "accountId",
    "s3",
    "digestS3Object",
    "",
    "a/b~c",
    "\\ud800",
    "\\u0000\\\"",
    "\u{e9}",
];

/// JSON that can be changed: scalars and keys as written.
#[derive(Debug, Clone)]
enum Node {
    Leaf(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Node {
    fn of(text: &str) -> Self {
        match text.as_bytes()[0] {
            b'[' => Self::List(items(text).into_iter().map(Self::of).collect()),
            b'{' => {
                let member = |(key, value): (&str, &str)| (key.to_owned(), Self::of(value));
                Self::Object(members(text).into_iter().map(member).collect())
            }
            _ => Self::Leaf(text.to_owned()),
        }
    }
}

/// Makes documents out of records.
pub struct Documents {
    chance: Xoshiro256PlusPlus,
    records: Vec<Node>,
}

impl Documents {
    /// Of the texts of at least one record.
    pub fn new(chance: u64, records: &[String]) -> Self {
        assert!(!records.is_empty());
        let records = records.iter().map(|record| Node::of(value(record).unwrap())).collect();
        Self { chance: Xoshiro256PlusPlus::seed_from_u64(chance), records }
    }

    /// The next document.
    pub fn next(&mut self) -> Vec<u8> {
        loop {
            let document = self.document();
            if document.len() <= LENGTH_MAX {
                return document.into_bytes();
            }
        }
    }

    fn document(&mut self) -> String {
        let mut records: Vec<Node> = (0..self.below(6)).map(|_| self.record()).collect();
        if let Some(first) = records.first().cloned()
            && self.one_in(3)
        {
            // Once more, in another spelling.
            records.push(self.shuffled(first));
        }
        let texts: Vec<String> = records.iter().map(|record| self.write(record)).collect();
        match self.below(9) {
            0..3 => self.log(&texts),
            3 => format!("[{}]", texts.join(",")),
            4 => texts.join("\n"),
            5 => texts.concat(),
            6 => {
                let events: Vec<_> = texts.iter().map(|text| format!("{{\"detail\":{text}}}")).collect();
                events.join("\n")
            }
            7 => format!("{{\"Events\":[{}]}}", self.in_strings("CloudTrailEvent", &texts)),
            _ => format!("{{\"logEvents\":[{}],\"x\":1}}", self.in_strings("message", &texts)),
        }
    }

    /// `{"Records":[…]}`, and now and then something before and behind it.
    fn log(&mut self, texts: &[String]) -> String {
        let mut members = vec![format!("\"Records\":[{}]", texts.join(" , "))];
        while self.one_in(3) {
            let member = format!("{}:{}", self.key(Object::Record), self.odd());
            let at = self.below(members.len() + 1);
            members.insert(at, member);
        }
        format!("{{{}}}", members.join(","))
    }

    fn in_strings(&mut self, key: &str, texts: &[String]) -> String {
        let string = |text: &String| format!("{{\"{key}\":{}}}", serde_json::Value::from(text.as_str()));
        texts.iter().map(string).collect::<Vec<_>>().join(",")
    }

    fn record(&mut self) -> Node {
        let mut record = self.records.choose(&mut self.chance).expect("a record").clone();
        for _ in 0..self.below(5) {
            self.change(&mut record, Object::Record);
        }
        record
    }

    /// Changes something in a value; `place`: whose keys are likely there.
    fn change(&mut self, node: &mut Node, place: Object) {
        match node {
            Node::Object(members) if !members.is_empty() && self.one_in(2) => {
                let at = self.below(members.len());
                let (key, value) = &mut members[at];
                let child = Object::ALL.into_iter().find(|object| {
                    object
                        .place()
                        .is_some_and(|(parent, name)| parent == place && *key == format!("\"{name}\""))
                });
                self.change(value, child.unwrap_or(place));
            }
            Node::List(items) if !items.is_empty() && self.one_in(2) => {
                let at = self.below(items.len());
                self.change(&mut items[at], place);
            }
            Node::Object(members) if self.one_in(2) => self.change_members(members, place),
            _ => *node = self.value(),
        }
    }

    fn change_members(&mut self, members: &mut Vec<(String, Node)>, place: Object) {
        let at = self.below(members.len() + 1);
        match self.below(6) {
            // A key once more, with another value.
            0 | 1 if at < members.len() => {
                let key = members[at].0.clone();
                let again = (self.respelled(&key), self.value());
                let to = self.below(members.len() + 1);
                members.insert(to, again);
            }
            2 if at < members.len() => drop(members.remove(at)),
            3 if at < members.len() => members[at].0 = self.respelled(&members[at].0.clone()),
            _ => {
                let member = (self.key(place), self.value());
                members.insert(at, member);
            }
        }
    }

    fn value(&mut self) -> Node {
        match self.below(12) {
            0 => {
                let depth = self.below(140);
                Node::of(&format!("{}{}{}", "[".repeat(depth), self.odd(), "]".repeat(depth)))
            }
            1 => self.records.choose(&mut self.chance).expect("a record").clone(),
            2 => Node::Object(
                (0..self.below(4)).map(|_| (self.key(Object::UserIdentity), self.value())).collect(),
            ),
            _ => Node::of(self.odd()),
        }
    }

    fn odd(&mut self) -> &'static str {
        ODD.choose(&mut self.chance).expect("a value")
    }

    /// A key, most likely one that has a meaning in an object.
    fn key(&mut self, place: Object) -> String {
        let of_place = FIELDS.iter().filter(|field| field.object == place).map(|field| field.key);
        let objects = Object::ALL.into_iter().filter_map(Object::place);
        let mut keys: Vec<&str> = of_place.chain(objects.map(|(_, key)| key)).collect();
        if self.one_in(2) {
            keys = KEYS.to_vec();
        }
        format!("\"{}\"", keys[self.below(keys.len())])
    }

    /// The same string with escapes, now and then.
    fn respelled(&mut self, string: &str) -> String {
        if string.contains('\\') || self.one_in(2) {
            return string.to_owned();
        }
        let spell = |letter: char| match letter {
            '"' => letter.to_string(),
            letter if self.chance.random_ratio(1, 4) => {
                letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04X}")).collect()
            }
            letter => letter.to_string(),
        };
        string.chars().map(spell).collect()
    }

    /// An equal value, its members in another order.
    fn shuffled(&mut self, node: Node) -> Node {
        match node {
            Node::Object(mut members) => {
                // Of members of one name the last must stay so.
                let mut names: Vec<_> = members.iter().map(|(key, _)| super::values::unescape(key)).collect();
                names.sort();
                names.dedup();
                if names.len() == members.len() && !members.is_empty() {
                    let by = self.below(members.len());
                    members.rotate_left(by);
                }
                let member = |(key, value): (String, Node)| (self.respelled(&key), self.shuffled(value));
                Node::Object(members.into_iter().map(member).collect())
            }
            Node::List(items) => Node::List(items.into_iter().map(|item| self.shuffled(item)).collect()),
            Node::Leaf(text) if text.starts_with('"') => Node::Leaf(self.respelled(&text)),
            leaf @ Node::Leaf(_) => leaf,
        }
    }

    fn write(&mut self, node: &Node) -> String {
        let spaced = self.one_in(4);
        let mut out = String::new();
        self.write_to(node, spaced, &mut out);
        out
    }

    fn write_to(&mut self, node: &Node, spaced: bool, out: &mut String) {
        match node {
            Node::Leaf(text) => out.push_str(text),
            Node::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(spaced, out);
                    self.write_to(item, spaced, out);
                }
                out.push(']');
            }
            Node::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    self.space(spaced, out);
                    out.push_str(key);
                    self.space(spaced, out);
                    out.push(':');
                    self.space(spaced, out);
                    self.write_to(value, spaced, out);
                }
                self.space(spaced, out);
                out.push('}');
            }
        }
    }

    fn space(&mut self, spaced: bool, out: &mut String) {
        if spaced {
            out.push_str(["", " ", "\t", "\n", "\r\n  "][self.below(5)]);
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.chance.random_range(0..bound)
    }

    fn one_in(&mut self, bound: u32) -> bool {
        self.chance.random_ratio(1, bound)
    }
}
