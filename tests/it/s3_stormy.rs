//! Faults at random, in everything that S3 is asked for: logs come from a bucket and go into a lake in
//! another, and what is in the end there is what calm weather brings.
//!
//! `TRAILHOUND_SEED` chooses the weather, `TRAILHOUND_LONG=1` lets it go on for thousands of faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::harness::{TestDir, gzip};
use crate::s3::{day_key, ingest, number, object, rows, run_with, server};
use crate::s3_server::{S3Server, Storm};

/// Faults of a long run.
const MANY: usize = 5_000;

/// Runs in which everything must be in: what was refused is refused again now and then.
const RUNS: usize = 15;

/// Everything at once: pauses are short, and nobody waits long for a body that has stalled.
const RETRY: &str = "attempts=12,base=1ms,cap=10ms,within=2m,stall=1500ms";

const LAKE: &str = "s3://lakes/storm";

fn seed() -> u64 {
    std::env::var("TRAILHOUND_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_115)
}

fn is_long() -> bool {
    std::env::var("TRAILHOUND_LONG").is_ok_and(|text| text == "1")
}

/// Logs of some days with events in common, a digest, and what is none.
fn fill(server: &S3Server) {
    for number in 0..48_u32 {
        let key = day_key(&format!("n{number:03}")).replace("/15/", &format!("/{:02}/", 10 + number % 6));
        server.put("logs", &key, object(number * 8..number * 8 + 12));
    }
    server.put("logs", "AWSLogs/111111111111/CloudTrail-Digest/us-east-1/2026/01/15/d.json.gz", gzip("{}"));
    server.put("logs", "elsewhere/notes.json", "{\"a\": [1, 2]}");
    let plain = String::from_utf8(crate::harness::gunzip(&object(0..5))).unwrap();
    server.put("logs", "elsewhere/plain.json", plain);
}

async fn exported(dir: &TestDir, server: &S3Server, lake: &str) -> Vec<String> {
    let run = run_with(dir, server, &["export", "--lake", lake], RETRY).await.expect_exit(0);
    let mut lines: Vec<_> = run.out().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// What became of each object: its state, and how many records were in it. Which of two objects brings a
/// record that both have is a matter of order.
async fn objects(dir: &TestDir, server: &S3Server, lake: &str) -> BTreeSet<String> {
    let sql = "SELECT uri, state, sum(records + duplicates) AS held, sum(dead_letters) AS dead FROM objects \
               WHERE state NOT IN ('failed', 'gone') GROUP BY uri, state";
    rows(dir, server, lake, sql).await.iter().map(Value::to_string).collect()
}

/// Ingests until nothing is left over; how many runs that took, and how many requests were made again.
async fn ingest_through(dir: &TestDir, server: &S3Server) -> (usize, u64) {
    let mut retries = 0;
    for number in 1..=RUNS {
        let arguments = ["ingest", "s3://logs/", "--lake", LAKE, "--format", "json"];
        let run = run_with(dir, server, &arguments, RETRY).await;
        let summary = run.json();
        let count = |state: &str| summary["objects"][state].as_u64().unwrap();
        retries += summary["retries"].as_u64().unwrap();
        let left = count("failed") + count("gone");
        assert_eq!(count("quarantined"), 0, "{run}");
        assert_eq!(run.exit, Some(if left > 0 { 3 } else { 0 }), "{run}");
        let reasons = run.stderr.lines().filter(|line| line.contains("failed:") || line.contains("gone:"));
        assert_eq!(reasons.count() as u64, left, "{run}");
        if left == 0 {
            return (number, retries);
        }
    }
    panic!("objects are left over after {RUNS} runs");
}

/// One storm; its faults by kind.
async fn weather(seed: u64) -> BTreeMap<&'static str, usize> {
    let (server, dir) = (server().await, TestDir::new());
    fill(&server);
    ingest(&dir, &server, "s3://logs/", "calm").await.expect_exit(0);
    let (records, states) = (exported(&dir, &server, "calm").await, objects(&dir, &server, "calm").await);

    let storm = Arc::new(Storm::new(seed, 0.3).harsh_on("logs"));
    server.weather(Some(storm.clone()));
    let (runs, retries) = ingest_through(&dir, &server).await;
    let repeated = storm.repeated();
    assert!(retries >= repeated as u64, "{repeated} faults, and {retries} requests made again");
    // Read in the same weather, and once more when it is over.
    assert_eq!(exported(&dir, &server, LAKE).await, records);
    server.weather(None);
    assert_eq!(exported(&dir, &server, LAKE).await, records);
    assert_eq!(objects(&dir, &server, LAKE).await, states);
    let ids = "SELECT count(*) - count(DISTINCT event_id) FROM cloudtrail";
    assert_eq!(number(&dir, &server, LAKE, ids).await, 0);
    let again = ingest(&dir, &server, "s3://logs/", LAKE).await.expect_exit(0).json();
    assert_eq!((&again["objects"]["already"], &again["records"]), (&again["objects"]["listed"], &0.into()));
    let counts = storm.counts();
    let faults: usize = counts.values().sum();
    eprintln!("TRAILHOUND_SEED={seed}: {faults} faults in {runs} runs, {retries} requests made again");
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_weather_the_lake_is_the_one_of_calm_days() {
    let (first, enough) = (seed(), if is_long() { MANY } else { 1 });
    let mut counts = BTreeMap::new();
    for seed in first.. {
        // Before anything else, so that a failure says it.
        eprintln!("TRAILHOUND_SEED={seed}");
        for (kind, count) in weather(seed).await {
            *counts.entry(kind).or_insert(0) += count;
        }
        if counts.values().sum::<usize>() >= enough {
            break;
        }
    }
    eprintln!("{} faults: {counts:#?}", counts.values().sum::<usize>());
    let least = if is_long() { 27 } else { 15 };
    assert!(counts.len() >= least, "only {} kinds of faults: {counts:?}", counts.len());
}
