//! What goes in comes out: the records of `export` are those of the objects, as a set.
//!
//! Records are compared as JSON texts with sorted keys and every number as it was written, by a reader
//! of JSON that shares nothing with the decoder. Real records are read where `../shared/data` or
//! `$TRAILHOUND_SHARED/data` has them; without them that test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::harness::{TestDir, TestLake, gunzip, gzip, shared};

/// JSON, its scalars as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    /// A number, `true`, `false` or `null` as written; a string, quoted in one way.
    Leaf(String),
    List(Vec<Self>),
    Object(BTreeMap<String, Self>),
}

impl Tree {
    /// Reads one value.
    pub(crate) fn parse(text: &str) -> Self {
        let mut reader = Reader { text, at: 0 };
        let tree = reader.value();
        assert_eq!(reader.peek(), None, "text behind a value: {text}");
        tree
    }

    /// A member of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.get(key),
            _ => None,
        }
    }

    /// Without white space, keys sorted.
    pub(crate) fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Leaf(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(key);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Reads texts that are JSON; at anything else it panics.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self) -> Tree {
        if self.take(b'[') {
            let mut items = Vec::new();
            while !self.take(b']') {
                items.push(self.value());
                self.take(b',');
            }
            return Tree::List(items);
        }
        if self.take(b'{') {
            let mut members = BTreeMap::new();
            while !self.take(b'}') {
                let key = self.string();
                assert!(self.take(b':'), "no value at byte {} of {}", self.at, self.text);
                // Of two members of one name the last one counts.
                members.insert(key, self.value());
                self.take(b',');
            }
            return Tree::Object(members);
        }
        if self.peek() == Some(b'"') {
            return Tree::Leaf(self.string());
        }
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(rest.len());
        assert!(end > 0, "no value at byte {} of {}", self.at, self.text);
        self.at += end;
        Tree::Leaf(rest[..end].to_owned())
    }

    fn string(&mut self) -> String {
        assert_eq!(self.peek(), Some(b'"'), "no string at byte {} of {}", self.at, self.text);
        let bytes = self.text.as_bytes();
        let start = self.at;
        self.at += 1;
        while bytes[self.at] != b'"' {
            self.at += if bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let raw = &self.text[start..self.at];
        // Escaped in one way; what Rust has no string for (half a surrogate pair) stays as it is.
        serde_json::from_str::<String>(raw)
            .map_or_else(|_| raw.to_owned(), |text| Value::from(text).to_string())
    }
}

/// The records of `{"Records":[…]}` or of a list, canonical, in their order; a digest has none.
pub(crate) fn records_of(object: &str) -> Vec<String> {
    let tree = Tree::parse(object);
    match (&tree, tree.get("\"Records\"")) {
        (_, Some(Tree::List(records))) | (Tree::List(records), _) => {
            records.iter().map(Tree::canonical).collect()
        }
        _ => Vec::new(),
    }
}

/// The records of every CloudTrail object under a folder, canonical, as often as they are there.
pub(crate) fn records_under(folder: &Path) -> Vec<String> {
    let mut records = Vec::new();
    for file in files_under(folder) {
        let text = String::from_utf8(gunzip(&fs::read(&file).unwrap())).unwrap();
        records.extend(records_of(&text));
    }
    records
}

/// All files below a folder, sorted.
pub(crate) fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_under(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// The records of the lake `./lake`, canonical, as often as they are there.
pub(crate) fn exported(dir: &TestDir) -> Vec<String> {
    let run = dir.run(["export"]).expect_exit(0);
    run.out().lines().map(|line| Tree::parse(line).canonical()).collect()
}

/// Fails with an example when two sets differ.
#[track_caller]
pub(crate) fn assert_same(found: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let lost: Vec<_> = expected.difference(found).take(2).collect();
    let new: Vec<_> = found.difference(expected).take(2).collect();
    assert!(
        found == expected,
        "{} records in, {} out\nlost: {lost:#?}\nnot there before: {new:#?}",
        expected.len(),
        found.len()
    );
}

/// The lines of a `.jsonl.gz` file.
fn lines_of(file: &Path) -> Vec<String> {
    let text = String::from_utf8(gunzip(&fs::read(file).unwrap())).unwrap();
    text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect()
}

/// The real records by where they are from, each as the text that it is.
fn real_records(data: &Path) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for file in files_under(&data.join("events")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        // Digests are no events.
        if !name.starts_with("digest") {
            found.insert(name, lines_of(&file));
        }
    }
    for file in files_under(&data.join("stratus")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Tree::List(records) = Tree::parse(&fs::read_to_string(&file).unwrap()) else {
            panic!("{name} is no list");
        };
        found.insert(name, records.iter().map(Tree::canonical).collect());
    }
    let tests = lines_of(&data.join("labels/panther.jsonl.gz"));
    let events = tests.iter().map(|line| Tree::parse(line).get("\"event\"").unwrap().canonical());
    found.insert("panther".to_owned(), events.collect());
    found
}

#[test]
fn real_records_come_out_as_they_went_in() {
    let Some(data) = shared("data") else { return };
    let sources = real_records(&data);
    let mut lake = TestLake::new();
    let mut expected = BTreeSet::new();
    for (name, records) in &sources {
        lake = lake.bytes(&format!("{name}.gz"), gzip(format!("{{\"Records\":[{}]}}", records.join(","))));
        expected.extend(records.iter().map(|record| Tree::parse(record).canonical()));
    }
    assert!(expected.len() > 1_000, "only {} real records", expected.len());
    let held: usize = sources.values().map(Vec::len).sum();

    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!(summary["records"], expected.len(), "{summary}");
    assert_eq!(summary["duplicates"], held - expected.len(), "{summary}");
    assert_eq!(summary["dead_letters"], 0, "{summary}");
    let found = exported(&lake.dir);
    assert_eq!(found.len(), expected.len());
    assert_same(&found.into_iter().collect(), &expected);
}

#[test]
fn the_container_makes_no_difference_to_real_records() {
    let Some(data) = shared("data") else { return };
    let forms: Vec<TestLake> = (0..3).map(|_| TestLake::new()).collect();
    let mut expected = BTreeSet::new();
    for (name, records) in real_records(&data) {
        // Outside of `Records` a record has to look like one.
        let records: Vec<_> = records
            .into_iter()
            .filter(|record| {
                let record = Tree::parse(record);
                ["\"eventVersion\"", "\"eventID\""].iter().all(|key| record.get(key).is_some())
            })
            .collect();
        let one_line = |record: &String| Tree::parse(record).canonical();
        let all: Vec<_> = records.iter().map(one_line).collect();
        if all.is_empty() {
            continue;
        }
        forms[0].dir.file(&format!("logs/{name}"), gzip(all.join("\n")));
        forms[1].dir.file(&format!("logs/{name}"), format!("[{}]", all.join(", ")));
        let messages: Vec<_> =
            all.iter().map(|text| serde_json::json!({"message": text}).to_string()).collect();
        forms[2].dir.file(&format!("logs/{name}"), format!("{{\"logEvents\":[{}]}}", messages.join(",")));
        expected.extend(all);
    }
    for lake in &forms {
        let summary = lake.ingest().expect_exit(0).json();
        assert_eq!(summary["dead_letters"], 0, "{summary}");
        assert_same(&exported(&lake.dir).into_iter().collect(), &expected);
    }
}

#[test]
fn a_hundred_thousand_generated_records_come_out_as_they_went_in() {
    let lake = TestLake::new();
    let arguments = ["generate", "logs", "--events", "100000", "--seed", "7", "--end", "2026-11-01"];
    let written = lake.dir.run(arguments.iter().chain(&["--format", "json"])).expect_exit(0).json();
    assert_eq!(written["events"], 100_000);

    let held = records_under(&lake.dir.path().join("logs"));
    let expected: BTreeSet<String> = held.iter().cloned().collect();
    assert_eq!(expected.len(), 100_000);
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!(summary["records"], 100_000, "{summary}");
    assert_eq!(summary["duplicates"], held.len() - expected.len(), "{summary}");
    let found = exported(&lake.dir);
    assert_eq!(found.len(), 100_000);
    assert_same(&found.into_iter().collect(), &expected);

    // Sorting and merging the files changes nothing either.
    lake.dir.run(["lake", "optimize"]).expect_exit(0);
    let found = exported(&lake.dir);
    assert_eq!(found.len(), 100_000);
    assert_same(&found.into_iter().collect(), &expected);
}

#[test]
fn numbers_nulls_escapes_and_repeated_keys_come_out_as_they_went_in() {
    let odd = [
        r#"{"eventVersion":"1.11","eventID":"a","requestParameters":{"n":1.0,"m":1e5,"big":123456789012345678901234567890,"neg":-0}}"#,
        r#"{"eventVersion":"1.11","eventID":"b","requestParameters":null,"errorCode":null,"userIdentity":{"type":null}}"#,
        r#"{"eventVersion":"1.11","eventID":"c","userIdentity":null,"resources":[],"tlsDetails":{}}"#,
        r#"{"eventVersion":1.11,"eventID":"d","readOnly":"false","managementEvent":"true","eventTime":1700000000}"#,
        r#"{"eventVersion":"1.11","eventID":"e","userAgent":"\u0041\t\u001b[31m\ud83d\ude00 \u2028 =cmd|' /C calc'!A0"}"#,
        r#"{"eventVersion":"1.11","eventID":"f","eventName":"Last","eventName":"Wins","x":{"k":1,"k":2}}"#,
        r#"{"eventVersion":"1.11","eventID":"g","eventTime":"2026-01-15T10:00:00+05:45","unheardOf":{"a":[1,{"b":null}]}}"#,
        r#"{"eventVersion":"1.11","eventID":"h","eventTime":"2026-01-15T10:00:00.123456789Z","sourceIPAddress":"2001:DB8::0001"}"#,
        r#"{"eventVersion":"1.11","eventID":"i","awsRegion":["us-east-1"],"userIdentity":"nobody","additionalEventData":"text"}"#,
        r#"{}"#,
    ];
    let lake = TestLake::new().bytes("odd.json", format!("{{\"Records\":[{}]}}", odd.join(",\n")));
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!(summary["records"], odd.len(), "{summary}");
    let expected = odd.iter().map(|record| Tree::parse(record).canonical()).collect();
    assert_same(&exported(&lake.dir).into_iter().collect(), &expected);
    // As one object they go in again, and every one of them is known.
    let again = lake.dir.run(["export", "--format", "records"]).expect_exit(0);
    lake.dir.file("logs/again.json", &again.stdout);
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!((&summary["records"], &summary["duplicates"]), (&0.into(), &odd.len().into()), "{summary}");
}

#[test]
fn the_reader_of_this_test_tells_what_differs() {
    let same = [r#"{"b":[1, 2],"a":"\u0041"}"#, r#" {"a":"A" ,"b":[1,2]} "#];
    assert_eq!(Tree::parse(same[0]).canonical(), Tree::parse(same[1]).canonical());
    for (one, other) in [("1", "1.0"), ("null", "\"null\""), ("{}", "[]"), (r#"{"a":null}"#, "{}")] {
        assert_ne!(Tree::parse(one).canonical(), Tree::parse(other).canonical());
    }
}
