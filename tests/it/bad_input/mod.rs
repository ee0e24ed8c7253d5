//! Bad input, in all the forms that could be thought of: none ends a run, none is silent, and none costs
//! more than itself.
//!
//! What each test puts in is counted and printed. Random damage follows a seed, `TRAILHOUND_SEED`, which a
//! failure names; `TRAILHOUND_LONG=1` does fifty times as much of it. Memory has tests of its own.

mod damage;
mod folder;
mod kinds;
mod pages;
mod store;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use trailhound::decode::{Chunk, DeadLetter, Decoder, Members, Options, Printer, Verdict};

use crate::harness::{Record, key};

/// Reasons that tell nothing are no reasons.
const REASONS: [&str; 17] = [
    "truncated: the gzip stream ends before its checksum",
    "corrupt gzip: ",
    "appended data: bytes follow the end of the gzip stream",
    "too large: it inflates to more than ",
    "a gzip bomb: it inflates more than 200 times",
    "text in UTF-",
    "gzip in gzip: unpack it",
    "truncated: the JSON ends inside a record or a list of records",
    "a single value of more than ",
    "malformed JSON: ",
    "nothing in it can be read: ",
    "it speaks of CloudTrail events in a form that is not known; first: ",
    "too much of it can't be read; first: ",
    "an empty object",
    "a digest file",
    "JSON that is no CloudTrail log",
    "not JSON",
];

fn seed() -> u64 {
    std::env::var("TRAILHOUND_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_115)
}

fn is_long() -> bool {
    std::env::var_os("TRAILHOUND_LONG").is_some_and(|long| long == "1")
}

/// Says how much was tried, for whoever reads the output of the tests.
fn tell(count: usize, of: &str) {
    println!("bad input: {count} {of}");
}

/// The key of an object in a trail, under which nothing but one gzip member of a log is expected.
fn trail_key(unique: &str) -> String {
    key("111111111111", "us-east-1", "2026-01-15", unique)
}

/// Records that no other object of these tests has, by the number of theirs.
fn records(object: u32, count: u32) -> Vec<Value> {
    (0..count).map(|number| Record::new(object * 1_000 + number).json()).collect()
}

/// gzip as its writer likes best: whole pages of records, not stored.
fn gzip_well(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// What the decoder makes of bytes.
#[derive(Debug)]
struct Judged {
    verdict: Verdict,
    /// As they would be exported.
    records: Vec<Value>,
    letters: Vec<DeadLetter>,
}

impl Judged {
    fn of(bytes: &[u8], members: Members) -> Self {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut emit = |chunk| -> anyhow::Result<()> {
            chunks.push(chunk);
            Ok(())
        };
        // 2026-01-20
        let decoded = Decoder::new(Options { today: 20_473 }).decode(bytes, members, &mut emit);
        let decoded = decoded.expect("bytes in memory can be read");
        let rows: usize = chunks.iter().map(|chunk| chunk.batch.num_rows()).sum();
        let is_log = decoded.verdict == Verdict::Log;
        assert!(!is_log || rows as u64 == decoded.records, "{rows} rows for {} records", decoded.records);
        let records = match decoded.verdict {
            Verdict::Log => chunks.iter().flat_map(printed).collect(),
            _ => Vec::new(),
        };
        Self { verdict: decoded.verdict, records, letters: decoded.dead_letters }
    }

    /// Why it is no log; empty when it is one.
    fn reason(&self) -> String {
        match &self.verdict {
            Verdict::Log => String::new(),
            Verdict::Skipped(what) => (*what).to_owned(),
            Verdict::Quarantined(bad) => bad.to_string(),
        }
    }
}

fn printed(chunk: &Chunk) -> Vec<Value> {
    let printer = Printer::new(&chunk.batch).expect("rows of the decoder");
    let print = |row| {
        let mut text = String::new();
        printer.write(row, &mut text).expect("a row prints");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    (0..chunk.batch.num_rows()).map(print).collect()
}
