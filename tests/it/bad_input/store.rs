//! Rows of the fault matrix about objects that come late, twice, changed or not at all, over a source in
//! memory: what S3 answers is tested with S3.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use trailhound::ingest::{self, Options, Summary};
use trailhound::lake::Lake;
use trailhound::progress::Progress;
use trailhound::source::{Aws, Fault, Memory, Source};

use super::{gzip_well, records, tell, trail_key};
use crate::harness::{Record, TestLake, key, object_text};

async fn ingest(lake: &TestLake, sources: &[&Memory]) -> Summary {
    let place = lake.dir.path().join("lake");
    let opened = Lake::open(&place.to_string_lossy(), &Aws::default(), true).await.expect("a lake");
    let sources: Vec<Arc<dyn Source>> =
        sources.iter().map(|source| Arc::new((*source).clone()) as Arc<dyn Source>).collect();
    let never = std::future::pending();
    ingest::run(&opened, &sources, &Options::default(), &Progress::hidden(), never).await.expect("a run")
}

fn log(object: u32, count: u32) -> Bytes {
    gzip_well(object_text(&records(object, count)).as_bytes()).into()
}

fn states(lake: &TestLake) -> BTreeMap<String, (String, String)> {
    let rows = lake.rows("SELECT uri, state, coalesce(reason, '') AS reason FROM objects");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "uri"), (text(row, "state"), text(row, "reason")))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_can_not_be_read_are_named_and_come_in_when_they_can() {
    let faults = [
        ("gone", Fault::Gone, "gone", "is gone: it was listed, then deleted"),
        ("changed", Fault::Changed, "failed", "changed after it was listed"),
        ("denied", Fault::Denied, "failed", "access to `memory:///"),
        ("archived", Fault::Archived, "failed", "is archived; restore it"),
        ("exhausted", Fault::Exhausted, "failed", "still fails after 12 tries"),
        ("cut", Fault::Cut(100), "quarantined", "truncated: the gzip stream ends"),
        ("cut-to-nothing", Fault::Cut(0), "skipped", "an empty object"),
    ];
    let lake = TestLake::new();
    let source = Memory::new().with(&trail_key("good"), log(1, 3)).with(&trail_key("slow"), log(2, 2));
    source.set_fault(&trail_key("slow"), Some(Fault::Slow(Duration::from_millis(50))));
    for (number, (name, fault, ..)) in (10..).zip(&faults) {
        source.put(&trail_key(name), log(number, 2));
        source.set_fault(&trail_key(name), Some(*fault));
    }
    source.put("AWSLogs/111111111111/", Bytes::new());
    let summary = ingest(&lake, &[&source]).await;
    assert_eq!((summary.records, summary.is_incomplete()), (5, true), "{summary:?}");
    let found = states(&lake);
    for (name, _, state, reason) in &faults {
        let (is, why) = &found[&format!("memory:///{}", trail_key(name))];
        assert!(is == state && why.contains(reason), "{name}: {is}, {why}");
    }
    assert_eq!(found["memory:///AWSLogs/111111111111/"].1, "a folder marker");
    // What failed or was gone is tried again by itself.
    for (name, ..) in &faults {
        source.set_fault(&trail_key(name), None);
    }
    let summary = ingest(&lake, &[&source]).await;
    assert_eq!((summary.objects.ingested, summary.records), (5, 10), "{summary:?}");
    tell(faults.len() + 3, "objects of a store that fails");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_oddness_are_names_and_nothing_more() {
    let longest = "\u{1f980}".repeat(256);
    let odd = [
        "a%2Fb%41+c d.json.gz",
        "new\nline",
        "../../etc/passwd",
        "/absolute/x.json.gz",
        "a/../b",
        "./x",
        "a//b",
        "",
        "\u{1b}[2J",
        "'; DROP TABLE cloudtrail; --",
        "AWSLogs/AWSLogs/AWSLogs/x",
        &longest,
        "x?versionId=1#y",
        "\\..\\x",
        "event_date=2026-01-15/x.parquet",
        "_delta_log/00000000000000000000.json",
        "o-abc/AWSLogs/o-abc/1/x",
    ];
    let lake = TestLake::new();
    let source = Memory::new();
    for (number, name) in (0..).zip(odd) {
        source.put(&format!("odd{name}"), log(number, 1));
        source.put(name.trim_start_matches('/'), log(500 + number, 1));
    }
    source.remove("");
    let summary = ingest(&lake, &[&source]).await;
    let listed = 2 * odd.len() as u64 - 1;
    assert_eq!((summary.objects.listed, summary.objects.ingested), (listed, listed), "{summary:?}");
    assert_eq!(lake.number("SELECT count(DISTINCT source_object) FROM cloudtrail"), listed as i64);
    // Names in the lake are its own.
    let files = crate::lossless::files_under(&lake.dir.path().join("lake"));
    let is_ours = |path: &std::path::Path| !path.to_string_lossy().contains("passwd");
    assert!(files.iter().all(|path| is_ours(path)) && !lake.dir.path().join("etc").try_exists().unwrap());
    tell(listed as usize, "odd keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn late_files_duplicates_and_overlapping_prefixes_count_once() {
    let lake = TestLake::new();
    let source = Memory::new();
    let of_day = |day: &str, unique: &str| key("111111111111", "us-east-1", day, unique);
    source.put(&of_day("2026-01-15", "mmm"), log(1, 4));
    assert_eq!(ingest(&lake, &[&source]).await.records, 4);
    // Below, between and above what was there, days and weeks later.
    for (number, (day, unique)) in (2..).zip([
        ("2026-01-15", "aaa"),
        ("2026-01-15", "zzz"),
        ("2025-12-17", "mmm"),
        ("2026-01-18", "aaa"),
    ]) {
        source.put(&of_day(day, unique), log(number, 3));
        let summary = ingest(&lake, &[&source]).await;
        assert_eq!((summary.objects.ingested, summary.records), (1, 3), "{day} {unique}: {summary:?}");
    }
    // The same events by an organisation's trail, and by a copy that lies inside the tree.
    source.put(&format!("org/{}", trail_key("org").replace("AWSLogs/", "AWSLogs/o-a1b2c3d4e5/")), log(1, 4));
    source.put(&format!("AWSLogs/copy/{}", trail_key("copy")), log(2, 3));
    let summary =
        ingest(&lake, &[&source, &source.below("AWSLogs/"), &source.below("AWSLogs/111111111111/")]).await;
    assert_eq!((summary.objects.ingested, summary.records, summary.duplicates), (2, 0, 7), "{summary:?}");
    // One id with another content stays, one without an id is known by its content.
    let changed = Record::new(1_000).with("/eventName", "DeleteBucket").json();
    let nameless = Record::new(7).without("eventID").json();
    let text = object_text(&[changed, nameless.clone(), nameless]);
    source.put(&trail_key("changed"), gzip_well(text.as_bytes()));
    let summary = ingest(&lake, &[&source]).await;
    assert_eq!((summary.records, summary.conflicting, summary.duplicates), (2, 1, 1), "{summary:?}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 4 + 4 * 3 + 2);
    // Written over: another version is another object.
    source.put(&of_day("2026-01-15", "mmm"), log(1, 6));
    let summary = ingest(&lake, &[&source]).await;
    assert_eq!((summary.records, summary.duplicates), (2, 4), "{summary:?}");
    tell(9, "objects that came late or twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_are_wrong_decide_the_date_and_nothing_else() {
    let times = [
        ("2026-01-15T23:59:59Z", Some("2026-01-15")),
        ("2026-01-15T23:59:60Z", None),
        ("2026-01-16T00:30:00+02:00", Some("2026-01-15")),
        ("2026-01-15T10:00:00.123456Z", Some("2026-01-15")),
        ("2026-01-15 10:00:00", Some("2026-01-15")),
        ("1970-01-01T00:00:00Z", None),
        ("2012-12-31T23:59:59Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("0000-00-00T00:00:00Z", None),
        ("2026-02-29T00:00:00Z", None),
        ("", None),
        ("now", None),
    ];
    let lake = TestLake::new();
    let record = |(number, (time, _)): (u32, &(&str, _))| Record::new(number).at(time).json();
    let all: Vec<_> = (0..).zip(&times).map(record).collect();
    let source = Memory::new().with(&trail_key("times"), gzip_well(object_text(&all).as_bytes()));
    let summary = ingest(&lake, &[&source]).await;
    assert_eq!((summary.records, summary.dead_letters), (times.len() as u64, 0), "{summary:?}");
    let rows = lake.rows("SELECT event_id, event_date FROM cloudtrail ORDER BY event_id");
    for (row, (time, date)) in rows.iter().zip(times) {
        let is = row["event_date"].as_str();
        // A leap second may be the last one of its day or the first one of the next.
        assert!(is == date || time.ends_with(":60Z"), "{time}: {row}");
    }
    let again = Memory::new().with(&trail_key("again"), gzip_well(json!(all).to_string().as_bytes()));
    assert_eq!(ingest(&lake, &[&again]).await.duplicates, times.len() as u64);
    tell(times.len(), "times");
}
