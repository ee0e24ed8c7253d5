//! Good objects, damaged at random: whatever comes of one, nothing in it is lost in silence.
//!
//! What is right is asked of others: `flate2` says whether bytes inflate, `serde_json` whether they are
//! JSON, and each record that stands undamaged in the text must be among the rows, or in the bytes of a
//! dead letter, or the object as a whole must be refused for a reason.

use std::collections::BTreeSet;
use std::io::Read;

use flate2::bufread::GzDecoder;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use trailhound::decode::{Bad, Members, Verdict};

use super::{Judged, REASONS, gzip_well, is_long, records, seed, tell, trail_key};
use crate::harness::{Record, TestLake};

/// Ways to write the same records down, each as CloudTrail or somebody else does.
fn texts(object: u32) -> Vec<Vec<u8>> {
    let records = records(object, 12);
    let lines: Vec<_> = records.iter().map(Value::to_string).collect();
    vec![
        json!({ "Records": records }).to_string().into_bytes(),
        serde_json::to_vec_pretty(&json!({ "Records": records })).expect("JSON"),
        json!(records).to_string().into_bytes(),
        lines.join("\n").into_bytes(),
        format!("{{\"x\":1,\"Records\":[{}]}}", lines.join(",")).into_bytes(),
        json!({"Events": lines.iter().map(|line| json!({"CloudTrailEvent": line})).collect::<Vec<_>>()})
            .to_string()
            .into_bytes(),
    ]
}

/// Damages bytes somewhere; what it did, for a failure to tell.
fn damage(bytes: &mut Vec<u8>, random: &mut StdRng) -> String {
    const TELLING: &[u8] = b"{}[]\",:\\\0\n\xff0tn \x1f\xef\x01";
    let at = random.random_range(0..bytes.len());
    let letter = match random.random_bool(0.7) {
        true => TELLING[random.random_range(0..TELLING.len())],
        false => random.random(),
    };
    let length = random.random_range(1..=bytes.len().min(2_000));
    let end = (at + length).min(bytes.len());
    match random.random_range(0..10) {
        0 | 1 => {
            bytes[at] = letter;
            format!("byte {at} is {letter:#x}")
        }
        2 => {
            bytes[at] ^= 1 << random.random_range(0..8);
            format!("a bit of byte {at} flipped")
        }
        3 => {
            bytes.remove(at);
            format!("byte {at} removed")
        }
        4 => {
            bytes.insert(at, letter);
            format!("{letter:#x} before byte {at}")
        }
        5 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        6 => {
            bytes.drain(at..end);
            format!("{at}..{end} removed")
        }
        7 => {
            let part = bytes[at..end].to_vec();
            let place = random.random_range(0..=bytes.len());
            bytes.splice(place..place, part);
            format!("{at}..{end} copied to {place}")
        }
        8 => {
            bytes[at..end].fill_with(|| random.random());
            format!("{at}..{end} is noise")
        }
        _ => {
            bytes[at..end].fill(letter);
            format!("{at}..{end} is {letter:#x}")
        }
    }
}

/// The ids of records of `object` whose text stands in `bytes` as it was written.
fn undamaged(bytes: &[u8], object: u32) -> BTreeSet<String> {
    let stands = |record: &Value| {
        let plain = record.to_string();
        let escaped = json!(plain).to_string();
        let pretty = serde_json::to_string_pretty(&json!({"Records": [record]})).expect("JSON");
        let pretty = pretty.trim_start_matches("{\n  \"Records\": [\n    ").trim_end_matches("\n  ]\n}");
        [&plain, &escaped, pretty].iter().any(|text| memchr::memmem::find(bytes, text.as_bytes()).is_some())
    };
    records(object, 12).into_iter().filter(stands).map(|record| id(&record)).collect()
}

fn id(record: &Value) -> String {
    record["eventID"].as_str().unwrap_or_default().to_owned()
}

/// Checks what became of a text against what it is; `how` it came to be is for the failure.
fn check(text: &[u8], judged: &Judged, object: u32, how: &str) {
    let shown = || format!("{how}: {judged:?}\n{}", String::from_utf8_lossy(text));
    let reason = judged.reason();
    match &judged.verdict {
        Verdict::Log => {
            let rows: BTreeSet<_> = judged.records.iter().map(id).collect();
            let lost: Vec<_> = undamaged(text, object).difference(&rows).cloned().collect();
            let buried: Vec<u8> = judged.letters.iter().flat_map(|letter| letter.raw.clone()).collect();
            let in_letters = |id: &String| memchr::memmem::find(&buried, id.as_bytes()).is_some();
            assert!(lost.iter().all(in_letters), "lost are {lost:?}\n{}", shown());
            // Without a complaint it must be JSON, or JSON after JSON, to the last byte.
            let bytes = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            let is_json =
                serde_json::Deserializer::from_slice(bytes).into_iter::<Value>().all(|one| match one {
                    Ok(_) => true,
                    // Rust has no such strings; JSON has.
                    Err(error) => {
                        error.to_string().contains("surrogate") || error.to_string().contains("out of range")
                    }
                });
            assert!(is_json || !judged.letters.is_empty(), "a complaint is missing\n{}", shown());
        }
        Verdict::Skipped(_) => assert!(undamaged(text, object).is_empty(), "skipped\n{}", shown()),
        Verdict::Quarantined(_) => {}
    }
    let is_known = reason.is_empty() || REASONS.iter().any(|known| reason.starts_with(known));
    assert!(is_known, "`{reason}` is no reason that is known\n{}", shown());
    assert!(judged.letters.iter().all(|letter| letter.reason.len() > 10), "{}", shown());
}

#[test]
fn damaged_texts_lose_nothing_in_silence() {
    let (seed, mut count, mut logs) = (seed(), 0, 0);
    let mut random = StdRng::seed_from_u64(seed);
    let rounds = if is_long() { 25_000 } else { 500 };
    for round in 0..rounds {
        for (form, text) in texts(7).into_iter().enumerate() {
            let mut bytes = text;
            let mut hits = Vec::new();
            for _ in 0..random.random_range(1..=3) {
                if !bytes.is_empty() {
                    hits.push(damage(&mut bytes, &mut random));
                }
            }
            let members = if random.random_bool(0.5) { Members::One } else { Members::Any };
            let how = format!("TRAILHOUND_SEED={seed} round {round}, form {form}, {hits:?}");
            let judged = Judged::of(&bytes, members);
            check(&bytes, &judged, 7, &how);
            logs += usize::from(judged.verdict == Verdict::Log);
            count += 1;
        }
    }
    assert!(logs * 4 > count, "{logs} of {count} could be read: damage is not what it was");
    tell(count, &format!("damaged texts, {logs} of them with records that could be read"));
}

#[test]
fn damaged_gzip_is_refused_or_inflates_as_it_does_elsewhere() {
    let (seed, mut count) = (seed(), 0);
    let mut random = StdRng::seed_from_u64(seed);
    let rounds = if is_long() { 25_000 } else { 500 };
    for round in 0..rounds {
        for text in texts(9).into_iter().take(3) {
            let mut bytes = gzip_well(&text);
            let hit = damage(&mut bytes, &mut random);
            let judged = Judged::of(&bytes, Members::One);
            let how = format!("TRAILHOUND_SEED={seed} round {round}, {hit}");
            let mut inflated = Vec::new();
            let mut inflater = GzDecoder::new(&bytes[..]);
            let ended = inflater.read_to_end(&mut inflated);
            let rest = inflater.into_inner().len();
            match (bytes.starts_with(&[0x1f, 0x8b]), ended) {
                (true, Err(_)) => {
                    let is_gzip = matches!(
                        judged.verdict,
                        Verdict::Quarantined(Bad::Truncated | Bad::Corrupt(_) | Bad::Ratio)
                    );
                    // What came before the bad place may have been JSON no more.
                    let is_json = matches!(judged.verdict, Verdict::Quarantined(_));
                    assert!(is_gzip || is_json, "{how}: {judged:?}");
                }
                (true, Ok(_)) if rest > 0 => {
                    assert!(matches!(judged.verdict, Verdict::Quarantined(_)), "{how}: {judged:?}");
                }
                (true, Ok(_)) => check(&inflated, &judged, 9, &how),
                (false, _) => check(&bytes, &judged, 9, &how),
            }
            count += 1;
        }
    }
    tell(count, "damaged gzip streams");
}

#[test]
fn an_object_cut_at_any_byte_leaves_no_row() {
    let text = json!({"Records": records(11, 4)}).to_string().into_bytes();
    let bytes = gzip_well(&text);
    for cut in 0..bytes.len() {
        for members in [Members::One, Members::Any] {
            let judged = Judged::of(&bytes[..cut], members);
            let reason = judged.reason();
            assert!(judged.records.is_empty(), "cut at {cut}");
            assert!(
                if cut == 0 { reason == "an empty object" } else { reason.starts_with("truncated: ") },
                "{reason}"
            );
        }
    }
    let pretty = serde_json::to_vec_pretty(&json!({"Records": records(11, 4)})).expect("JSON");
    for text in [&text, &pretty] {
        for cut in 1..text.len() {
            let judged = Judged::of(&text[..cut], Members::Any);
            assert!(matches!(judged.verdict, Verdict::Quarantined(_)), "cut at {cut}: {judged:?}");
        }
    }
    tell(2 * bytes.len() + text.len() + pretty.len(), "objects cut at every byte");
}

#[test]
fn noise_is_never_a_log_and_never_a_panic() {
    let (seed, mut count) = (seed(), 0);
    let mut random = StdRng::seed_from_u64(seed);
    for length in (0..300).chain([4_000, 70_000, 1 << 20]) {
        let mut noise = vec![0_u8; length];
        random.fill(&mut noise[..]);
        // Noise that begins as what is read does.
        for head in
            [b"".as_slice(), b"\x1f\x8b\x08\x00", b"{\"Records\":[", b"[{\"eventName\":\"", b"\xff\xfe{\0"]
        {
            let judged = Judged::of(&[head, &noise[..]].concat(), Members::One);
            let how = format!("TRAILHOUND_SEED={seed}, {length} bytes after {head:?}");
            assert!(judged.verdict != Verdict::Log || judged.records.is_empty(), "{how}: {judged:?}");
            assert!(judged.verdict != Verdict::Log || head.is_empty() || length == 0, "{how}: {judged:?}");
            count += 1;
        }
    }
    tell(count, "pieces of noise");
}

#[test]
fn the_executable_judges_damaged_objects_as_the_decoder_does() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let lake = TestLake::new();
    let mut expected = Vec::new();
    for object in 100..400_u32 {
        let mut texts = texts(object);
        let mut bytes = texts.swap_remove(object as usize % 6);
        let is_packed = random.random_bool(0.7);
        if random.random_bool(0.6) {
            damage(&mut bytes, &mut random);
        }
        if is_packed {
            bytes = gzip_well(&bytes);
            if random.random_bool(0.4) {
                damage(&mut bytes, &mut random);
            }
        }
        let (name, members) = match object % 3 {
            0 => (format!("other/{object}"), Members::Any),
            _ => (trail_key(&object.to_string()), Members::One),
        };
        expected.push((name.clone(), Judged::of(&bytes, members), bytes.is_empty()));
        lake.dir.file(&format!("logs/{name}"), bytes);
    }
    let run = lake.ingest();
    assert!(run.exit == Some(3) && !run.stderr.contains("panic"), "TRAILHOUND_SEED={seed}\n{run}");
    let rows = super::kinds::objects(&lake.dir);
    for (name, judged, is_empty) in &expected {
        let row = &rows[name];
        let how = format!("TRAILHOUND_SEED={seed} {name}: {row} for {judged:?}");
        let (state, letters) = match judged.verdict {
            Verdict::Log => ("ingested", judged.letters.len()),
            Verdict::Skipped(_) => ("skipped", 0),
            Verdict::Quarantined(_) => ("quarantined", 0),
        };
        assert_eq!((&row["state"], &row["dead_letters"]), (&state.into(), &letters.into()), "{how}");
        assert_eq!(row["visible"], row["records"], "{how}");
        let reason = row["reason"].as_str().unwrap_or_default();
        assert!(*is_empty || reason == judged.reason(), "{how}");
        // A copied record is there once.
        let distinct: BTreeSet<_> = judged.records.iter().map(Value::to_string).collect();
        assert_eq!(row["records"], distinct.len(), "{how}");
    }
    // A whole object beside them all goes in.
    let lake = lake.object(&trail_key("whole"), &[Record::new(1).json()]);
    assert_eq!(lake.ingest().expect_exit(0).json()["records"], 1);
    tell(expected.len(), "damaged objects through the executable");
}
