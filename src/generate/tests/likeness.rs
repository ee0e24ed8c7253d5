//! Likeness to a corpus of real records: bytes an event, and how many different keys, addresses and names there are.
//!
//! The corpus is made by a script beside the repository; where there is none, or no Python, the test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Stories, inflated, objects, options, text, trail};

/// Measures of a folder of objects that likeness is judged by.
fn measures(objects: &[(PathBuf, Vec<u8>)]) -> anyhow::Result<BTreeMap<&'static str, f64>> {
    const DISTINCT: [(&str, &str); 5] = [
        ("access keys", "/userIdentity/accessKeyId"),
        ("source addresses", "/sourceIPAddress"),
        ("event names", "/eventName"),
        ("user agents", "/userAgent"),
        ("request ids", "/requestID"),
    ];
    let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let (mut events, mut gz, mut json) = (0.0, 0.0, 0.0);
    for (_, bytes) in objects.iter().filter(|(path, _)| !path.to_string_lossy().contains("Digest")) {
        let plain = inflated(bytes)?;
        gz += bytes.len() as f64;
        json += plain.len() as f64;
        let document: Value = serde_json::from_slice(&plain)?;
        for record in document.get("Records").unwrap_or(&document).as_array().into_iter().flatten() {
            events += 1.0;
            for (name, pointer) in DISTINCT {
                let value = text(record, pointer);
                if !value.is_empty() {
                    values.entry(name).or_default().insert(value.to_owned());
                }
            }
            let issuer = text(record, "/userIdentity/sessionContext/sessionIssuer/arn");
            let own = text(record, "/userIdentity/arn");
            let id = text(record, "/userIdentity/principalId").split(':').next().unwrap_or_default();
            let principal = [issuer, own, id].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            values.entry("principals").or_default().insert(principal.to_owned());
        }
    }
    let mut measures: BTreeMap<&str, f64> =
        values.into_iter().map(|(name, values)| (name, values.len() as f64)).collect();
    measures.insert("gzipped bytes an event", gz / events);
    measures.insert("JSON bytes an event", json / events);
    Ok(measures)
}

#[test]
fn a_trail_is_like_a_corpus_of_real_records() -> anyhow::Result<()> {
    const EVENTS: u64 = 20_000;
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let script = shared.join("make_corpus.py");
    if !script.is_file() {
        eprintln!("skipped: there is no `{}`", script.display());
        return Ok(());
    }
    let corpus = tempfile::tempdir()?;
    let events = shared.join("data/events");
    let templates = format!("{0}/traildiscover.jsonl.gz,{0}/awsdocs.jsonl.gz", events.display());
    let made = std::process::Command::new("python3")
        .arg(&script)
        .arg(templates)
        .arg(corpus.path())
        .arg(EVENTS.to_string())
        .output();
    if !made.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 could not run `{}`", script.display());
        return Ok(());
    }
    let real = measures(&objects(corpus.path())?)?;
    let ours = measures(&trail(&options(EVENTS, Stories::all())?)?.objects()?)?;
    for (name, real) in real {
        let ratio = ours[name] / real;
        assert!((0.8..=1.2).contains(&ratio), "{name}: {} where the corpus has {real}", ours[name]);
    }
    Ok(())
}
