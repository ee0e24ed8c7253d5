//! The bodies over mutated seeds, as often as fits into the tests; `TRAILHOUND_LONG=1` for a hundred
//! times as often, `TRAILHOUND_SEED` for other inputs or the ones that failed.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};

use super::mutate::Mutator;
use super::{config, decode, key, rule_header, sql};

/// Real records, where a folder above the checkout has some.
const DATA: &str = "shared/data";

/// Files of one kind, and records of one file.
const SEEDS_MAX: usize = 40;

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What files of real records hold, if there are any.
fn real(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for above in Path::new(env!("CARGO_MANIFEST_DIR")).ancestors() {
        files(&above.join(DATA).join(folder), &[ending], &mut found);
    }
    found
}

/// What all files of some endings below a folder hold.
fn files(folder: &Path, endings: &[&str], found: &mut Vec<Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, endings, found);
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push(std::fs::read(&path).unwrap());
        }
    }
}

/// Runs a body over `times` inputs.
fn fuzz(name: &str, times: u64, seeds: Vec<Vec<u8>>, body: fn(&[u8])) {
    let seed = std::env::var("TRAILHOUND_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let long = std::env::var_os("TRAILHOUND_LONG").is_some();
    let times = if long { times * 100 } else { times };
    for bytes in &seeds {
        body(bytes);
    }
    let mut mutator = Mutator::new(seed, seeds);
    for number in 0..times {
        let input = mutator.input();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(&input))) {
            let file = std::env::temp_dir().join(format!("trailhound-fuzz-{name}"));
            drop(std::fs::write(&file, &input));
            eprintln!("{name}: input {number} of TRAILHOUND_SEED={seed}, now in {}", file.display());
            eprintln!("{}", String::from_utf8_lossy(&input[..input.len().min(2_000)]));
            resume_unwind(panic);
        }
    }
    if long {
        println!("{name}: {times} inputs");
    }
}

/// An object for the decoder: how it is cut, and its bytes.
fn objects() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    files(&in_project("testdata/detections"), &["hit.json"], &mut texts);
    texts.truncate(SEEDS_MAX);
    texts.push(std::fs::read(in_project("testdata/slt/events.json")).unwrap());
    texts.extend(real("malformed", ".txt"));
    for file in real("events", ".jsonl.gz") {
        let mut text = String::new();
        MultiGzDecoder::new(&file[..]).read_to_string(&mut text).unwrap();
        let records: Vec<_> = text.lines().take(SEEDS_MAX).collect();
        texts.extend(
            records.chunks(3).map(|some| format!("{{\"Records\":[{}]}}", some.join(",")).into_bytes()),
        );
    }
    texts.extend([
        br#"{"CloudTrailEvent":"{\"eventName\":\"x\",\"eventVersion\":\"1.08\"}"}"#.to_vec(),
        br#"{"logEvents":[{"message":"{\"eventName\":\"x\",\"awsRegion\":\"y\"}"}]}"#.to_vec(),
        br#"{"detail-type":"x","detail":{"eventVersion":"1.08","eventName":"x"}}"#.to_vec(),
        b"{\"eventVersion\":\"1.08\",\"eventName\":\"a\"}\n{\"eventVersion\":\"1.08\",\"eventName\":\"b\"}"
            .to_vec(),
    ]);
    let mut packed = Vec::new();
    GzEncoder::new(&texts[0][..], Compression::fast()).read_to_end(&mut packed).unwrap();
    texts.push(packed);
    texts
        .into_iter()
        .zip((0..=u8::MAX).cycle())
        .map(|(text, at)| [&[at.wrapping_mul(37)], &text[..]].concat())
        .collect()
}

#[test]
fn decode_takes_any_bytes_and_gives_the_same_however_they_are_cut() {
    fuzz("decode", 3_000, objects(), decode::run);
}

#[test]
fn keys_of_any_form_are_read() {
    let keys = include_str!("../seeds/keys.txt").lines();
    fuzz("key", 40_000, keys.map(|key| key.as_bytes().to_vec()).collect(), key::run);
}

#[test]
fn headers_of_any_form_are_read() {
    let mut rules = Vec::new();
    files(&in_project("queries"), &[".sql"], &mut rules);
    assert!(rules.len() > 20);
    fuzz("rule_header", 4_000, rules, rule_header::run);
}

#[test]
fn configurations_of_any_form_are_read() {
    let example = include_bytes!("../seeds/config.toml").to_vec();
    fuzz("config", 8_000, vec![example, b"[limits]\nmemory=1".to_vec()], config::run);
}

#[test]
fn statements_of_any_form_are_parsed_or_refused() {
    let mut statements = Vec::new();
    files(&in_project("queries"), &[".sql"], &mut statements);
    files(&in_project("testdata/slt"), &[".slt"], &mut statements);
    fuzz("sql", 1_500, statements, sql::run);
}
