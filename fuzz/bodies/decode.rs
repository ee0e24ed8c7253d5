//! The decoder: no bytes make it panic, every record is a row or a dead letter, what comes out can be
//! printed, and where an object is cut into windows makes no difference.

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::decode::{Bad, Chunk, Decoded, Decoder, Members, Options, Printer, Verdict};

/// 2026-01-20.
const TODAY: Options = Options { today: 20_473 };

/// The first byte says how it is decoded, the others are the object.
pub fn run(data: &[u8]) {
    let Some((how, object)) = data.split_first() else { return };
    let members = if how & 1 == 0 { Members::One } else { Members::Any };
    let (decoded, chunks) = decode(&mut Decoder::new(TODAY), object, members);
    let printed = check(&decoded, &chunks);
    // Envelopes must fit a window, so only where there is none the cuts make no difference.
    let Some(records) = records(object) else { return };
    if decoded.verdict == Verdict::Log {
        let found = decoded.records + decoded.dead_letters.len() as u64;
        assert_eq!(found, records as u64, "records and dead letters: {decoded:?}");
    }
    let window = 1 + usize::from(how >> 1) * 7;
    let (again, chunks) = decode(&mut Decoder::with_window(TODAY, window), object, members);
    let printed_again = check(&again, &chunks);
    // A small window is also a bound on values.
    if again.verdict != Verdict::Quarantined(Bad::ValueTooLarge) {
        assert_eq!(outline(&again), outline(&decoded), "in windows of {window} bytes");
        assert_eq!(printed_again, printed, "in windows of {window} bytes");
    }
}

fn decode(decoder: &mut Decoder, object: &[u8], members: Members) -> (Decoded, Vec<Chunk>) {
    let mut chunks = Vec::new();
    let mut emit = |chunk| -> anyhow::Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    let decoded = decoder.decode(object, members, &mut emit).expect("memory does not fail");
    (decoded, chunks)
}

/// The rows as records, after checking that they fit what is said of them.
fn check(decoded: &Decoded, chunks: &[Chunk]) -> Vec<String> {
    let mut printed = Vec::new();
    for chunk in chunks {
        assert_eq!(chunk.keys.len(), chunk.batch.num_rows());
        let printer = Printer::new(&chunk.batch).expect("a batch of records");
        for row in 0..chunk.batch.num_rows() {
            let mut text = String::new();
            printer.write(row, &mut text).expect("a row is a record");
            assert!(serde_json::from_str::<IgnoredAny>(&text).is_ok(), "not JSON: {text}");
            printed.push(text);
        }
    }
    assert_eq!(decoded.records, printed.len() as u64, "rows that were handed out");
    assert!(decoded.undated <= decoded.records);
    printed
}

/// What must be the same for every cut: all but where in memory it lies.
fn outline(decoded: &Decoded) -> String {
    format!("{decoded:?}")
}

/// How many records there are, if that is easy to see: `{"Records":[…]}` and nothing else.
fn records(object: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(object).ok()?;
    if text.matches("Records").count() != 1 || text.contains('\\') {
        return None;
    }
    let Value::Object(top) = serde_json::from_str(text).ok()? else { return None };
    match (top.len(), top.get("Records")) {
        (1, Some(Value::Array(records))) => Some(records.len()),
        _ => None,
    }
}
