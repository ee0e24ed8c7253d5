//! The bodies over mutated seeds, as often as fits into the tests; `TRAILHOUND_LONG=1` for a hundred
//! times as often, `TRAILHOUND_SEED` for other inputs or the ones that failed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};

use super::documents::Documents;
use super::mutate::Mutator;
use super::{config, decode, differential, key, reference, rule_header, sigma, sql};
use crate::generate;
use crate::progress::Progress;

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

/// The seed of chance, and how often a body runs that runs `times` in CI.
fn extent(times: u64) -> (u64, u64) {
    let seed = std::env::var("TRAILHOUND_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let long = std::env::var_os("TRAILHOUND_LONG").is_some();
    (seed, if long { times * 100 } else { times })
}

/// Runs a body over seeds and `times` changed ones.
fn fuzz(name: &str, times: u64, seeds: Vec<Vec<u8>>, body: fn(&[u8])) {
    let (seed, times) = extent(times);
    for bytes in &seeds {
        body(bytes);
    }
    let mut mutator = Mutator::new(seed, seeds);
    run_over(name, seed, (0..times).map(|_| mutator.input()), body);
}

/// Runs a body over inputs; of one that fails it says which it was.
fn run_over(name: &str, seed: u64, inputs: impl Iterator<Item = Vec<u8>>, mut body: impl FnMut(&[u8])) {
    let mut times = 0;
    for input in inputs {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(&input))) {
            let file = std::env::temp_dir().join(format!("trailhound-fuzz-{name}"));
            drop(std::fs::write(&file, &input));
            eprintln!("{name}: input {times} of TRAILHOUND_SEED={seed}, now in {}", file.display());
            eprintln!("{}", String::from_utf8_lossy(&input[..input.len().min(2_000)]));
            resume_unwind(panic);
        }
        times += 1;
    }
    println!("{name}: {times} inputs of TRAILHOUND_SEED={seed}");
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

/// Records of the tests' and the generator's, and real ones if there are any.
fn records() -> Vec<String> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    files(&in_project("testdata/detections"), &["hit.json"], &mut texts);
    texts.extend(real("stratus", ".json"));
    let trail = tempfile::tempdir().unwrap();
    let options = generate::Options::new(1_000, 7, jiff::Timestamp::constant(1_769_904_000, 0));
    generate::run(trail.path(), &options, &Progress::hidden()).unwrap();
    let mut packed = Vec::new();
    files(trail.path(), &[".json.gz"], &mut packed);
    packed.truncate(SEEDS_MAX);
    packed.extend(real("events", ".jsonl.gz"));
    for file in packed {
        let mut text = Vec::new();
        MultiGzDecoder::new(&file[..]).read_to_end(&mut text).unwrap();
        texts.push(text);
    }
    let mut records = Vec::new();
    for text in texts {
        let text = String::from_utf8(text).unwrap();
        let of_text = reference::read(&text, &|_| false).unwrap().records.into_iter();
        let short = of_text.filter(|record| record.len() < 4_000).map(Cow::into_owned);
        records.extend(short.take(SEEDS_MAX));
    }
    records
}

#[test]
fn the_decoder_reads_changed_seeds_as_serde_json_does() {
    fuzz("differential", 6_000, objects(), differential::run);
}

#[test]
fn the_decoder_reads_documents_of_any_form_as_serde_json_does() {
    let (seed, times) = extent(2_000);
    let mut documents = Documents::new(seed, &records());
    // Every other one in windows, of which most are smaller than it.
    let inputs = (0..times).map(|number| [&[number as u8], &documents.next()[..]].concat());
    let mut shown = BTreeMap::new();
    run_over("documents", seed, inputs, |input| {
        for difference in differential::differences(input) {
            *shown.entry(difference).or_insert(0) += 1;
        }
    });
    println!("documents: differences {shown:?}");
    // Were all of them told apart by one difference or another, nothing would have been compared.
    let explained: u64 = shown.values().sum();
    assert!(explained < times / 3, "{explained} differences in {times} documents");
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
fn sigma_rules_of_any_form_are_read_and_mean_the_same_however_they_are_asked() {
    let mut rules = Vec::new();
    files(&in_project("fuzz/seeds/sigma"), &[".yml"], &mut rules);
    assert!(rules.len() > 5);
    fuzz("sigma", 3_000, rules, sigma::run);
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
