//! The executable against S3: a server in this process that fails as it is told to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Record, Run, TestDir, gzip, key, object_text};
use crate::s3_server::{Fault, S3Server};

const LAKE: &str = "s3://lakes/trail";

/// How often and how long S3 is asked again: as by default, only quicker.
pub(crate) const QUICK: &str = "attempts=12,base=2ms,cap=50ms,within=2m,stall=30s";

pub(crate) async fn server() -> S3Server {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    server.make_bucket("lakes");
    server
}

/// Runs the executable to its end, away from the threads that serve.
pub(crate) async fn run(dir: &TestDir, server: &S3Server, arguments: &[&str]) -> Run {
    run_with(dir, server, arguments, QUICK).await
}

/// The same, with another policy of trying again.
pub(crate) async fn run_with(dir: &TestDir, server: &S3Server, arguments: &[&str], retry: &str) -> Run {
    let mut command = dir.command();
    command.env("TRAILHOUND_S3_RETRY", retry);
    // The address by its option, all else by the environment.
    let environment = server.env().into_iter().filter(|(name, _)| *name != "AWS_ENDPOINT_URL");
    command.args(arguments).args(["--endpoint-url", server.url()]).envs(environment);
    tokio::task::spawn_blocking(move || Run::of(command, b"")).await.expect("a run")
}

pub(crate) async fn ingest(dir: &TestDir, server: &S3Server, source: &str, lake: &str) -> Run {
    run(dir, server, &["ingest", source, "--lake", lake, "--format", "json"]).await
}

pub(crate) async fn rows(dir: &TestDir, server: &S3Server, lake: &str, sql: &str) -> Vec<Value> {
    let run = run(dir, server, &["query", sql, "--lake", lake, "--format", "ndjson"]).await;
    run.expect_exit(0).ndjson()
}

pub(crate) async fn number(dir: &TestDir, server: &S3Server, lake: &str, sql: &str) -> i64 {
    let rows = rows(dir, server, lake, sql).await;
    let only = rows.first().and_then(Value::as_object).and_then(|row| row.values().next());
    only.and_then(Value::as_i64).unwrap_or_else(|| panic!("{sql} gives {rows:?}"))
}

pub(crate) fn object(numbers: std::ops::Range<u32>) -> Vec<u8> {
    gzip(object_text(&numbers.map(|number| Record::new(number).json()).collect::<Vec<_>>()))
}

pub(crate) fn day_key(unique: &str) -> String {
    key("111111111111", "us-east-1", "2026-01-15", unique)
}

#[track_caller]
fn assert_counts(summary: &Value, listed: u64, ingested: u64, already: u64) {
    let objects = summary["objects"].as_object().unwrap();
    let count = |state: &str| objects[state].as_u64().unwrap();
    assert_eq!(
        (count("listed"), count("ingested"), count("already")),
        (listed, ingested, already),
        "{summary}"
    );
    let others: u64 = objects.keys().filter(|state| *state != "listed").map(|state| count(state)).sum();
    assert_eq!(listed, others, "{summary}");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_page_of_keys_of_an_organisation_comes_in_whole() {
    let (server, dir) = (server().await, TestDir::new());
    let mut keys = BTreeSet::new();
    for number in 0..1_010 {
        let name = key("222222222222", "eu-west-1", "2026-01-15", &format!("{number:05}"));
        keys.insert(format!("audit/{}", name.replace("AWSLogs/", "AWSLogs/o-demo0trail1/")));
    }
    for number in 1_010..1_030 {
        let day = format!("2026-01-{:02}", 10 + number % 10);
        let name = key("333333333333", "us-east-1", &day, &format!("{number:05}"));
        keys.insert(format!("audit/{}", name.replace("AWSLogs/", "AWSLogs/o-demo0trail1/")));
    }
    for (number, key) in (0..).zip(&keys) {
        server.put("logs", key, object(number..number + 1));
    }
    let digest = "audit/AWSLogs/o-demo0trail1/222222222222/CloudTrail-Digest/eu-west-1/2026/01/15/d.json.gz";
    server.put("logs", digest, gzip("{}"));

    let summary = ingest(&dir, &server, "s3://logs/audit/", "lake").await.expect_exit(0).json();
    assert_counts(&summary, 1_031, 1_030, 0);
    assert_eq!(
        (&summary["records"], &summary["objects"]["skipped"]),
        (&1_030.into(), &1.into()),
        "{summary}"
    );
    let objects = rows(&dir, &server, "lake", "SELECT uri FROM objects WHERE state = 'ingested'").await;
    let uris: BTreeSet<_> = objects.iter().map(|row| row["uri"].as_str().unwrap().to_owned()).collect();
    assert_eq!(uris, keys.iter().map(|key| format!("s3://logs/{key}")).collect());
    // Each was fetched once, the digest not at all.
    let fetched = |server: &S3Server| {
        // The token of a listing's next page is a key as well.
        server.seen("GET", ".json.gz").iter().filter(|seen| !seen.path.contains("list-type")).count()
    };
    assert_eq!(fetched(&server), 1_030);

    let again = ingest(&dir, &server, "s3://logs/audit/", "lake").await.expect_exit(0).json();
    assert_counts(&again, 1_031, 0, 1_031);
    assert_eq!((fetched(&server), &again["records"]), (1_030, &0.into()), "{again}");

    // Whole folders that a filter leaves out are not even listed.
    let narrow = ["ingest", "s3://logs/audit/", "--account", "333333333333", "--dry-run", "--format", "json"];
    let before = server.seen("GET", "list-type=2").len();
    let some = run(&dir, &server, &narrow).await.expect_exit(0).json();
    assert_counts(&some, 20, 0, 20);
    let pages = server.seen("GET", "list-type=2").split_off(before);
    assert!(pages.iter().all(|page| !page.path.contains("222222222222%2FCloudTrail%2F")), "{pages:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_keys_are_read_and_known_by_their_own_names() {
    let (server, dir) = (server().await, TestDir::new());
    let keys =
        ["a b.json", "a+b.json", "a%20b.json", "100%.json", "<&>\"'.json", "\u{e9}\u{1f600}/x.json", "=1+1"];
    for (number, key) in (0..).zip(keys) {
        server.put("logs", key, object(number..number + 1));
    }
    let summary = ingest(&dir, &server, "s3://logs", "lake").await.expect_exit(0).json();
    assert_counts(&summary, 7, 7, 0);
    let sql = "SELECT o.uri FROM objects o JOIN cloudtrail c ON c.source_object = o.uri WHERE o.records = 1";
    let uris: BTreeSet<_> = rows(&dir, &server, "lake", sql)
        .await
        .iter()
        .map(|row| row["uri"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(uris, keys.iter().map(|key| format!("s3://logs/{key}")).collect());
    let again = ingest(&dir, &server, "s3://logs", "lake").await.expect_exit(0).json();
    assert_counts(&again, 7, 0, 7);
    // One object by its key, as it stands there.
    let one = ingest(&dir, &server, "s3://logs/a%20b.json", "other").await.expect_exit(0).json();
    assert_counts(&one, 1, 1, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_in_a_bucket_does_all_that_one_in_a_folder_does() {
    let (server, dir) = (server().await, TestDir::new());
    let generate =
        ["generate", "trail", "--events", "3000", "--days", "5", "--end", "2026-11-01", "--seed", "4"];
    dir.run(generate).expect_exit(0);
    let here = dir.run(["ingest", "trail", "--format", "json"]).expect_exit(0).json();
    let there = ingest(&dir, &server, "trail", LAKE).await.expect_exit(0).json();
    assert_eq!((&here["records"], &here["objects"]), (&there["records"], &there["objects"]), "{there}");

    let sql =
        "SELECT event_name, count(*) AS n, max(event_time) AS last FROM cloudtrail GROUP BY 1 ORDER BY 1";
    assert_eq!(rows(&dir, &server, "lake", sql).await, rows(&dir, &server, LAKE, sql).await);
    let again = ingest(&dir, &server, "trail", LAKE).await.expect_exit(0).json();
    assert_eq!((&again["records"], &again["objects"]["already"]), (&0.into(), &again["objects"]["listed"]));

    let detect = ["detect", "--lake", LAKE, "--format", "json"];
    let found = run(&dir, &server, &detect).await.expect_exit(0).json()["findings"].as_array().unwrap().len();
    assert!(found > 20, "{found}");
    let saved = "SELECT count(*) FROM findings WHERE revision = 1";
    assert_eq!(number(&dir, &server, LAKE, saved).await, found as i64);
    let again = ["detect", "--lake", LAKE, "--only", "root_*,console_*", "--format", "summary"];
    run(&dir, &server, &again).await.expect_exit(0).expect_out("root_api_activity");
    assert_eq!(number(&dir, &server, LAKE, "SELECT count(*) FROM findings").await, found as i64);

    let optimized = run(&dir, &server, &["lake", "optimize", "--lake", LAKE, "--format", "json"]).await;
    assert!(optimized.json()["added"].as_u64() > Some(4), "{optimized}");
    let doctor =
        run(&dir, &server, &["lake", "doctor", "--lake", LAKE, "--format", "json"]).await.expect_exit(0);
    assert!(
        doctor.json()["checks"].as_array().unwrap().iter().all(|check| check["health"] == "good"),
        "{doctor}"
    );
    let info = run(&dir, &server, &["lake", "info", "--lake", LAKE, "--format", "json"]).await.expect_exit(0);
    assert_eq!(
        (&info.json()["location"], &info.json()["tables"][0]["rows"]),
        (&LAKE.into(), &3_000.into()),
        "{info}"
    );
    run(&dir, &server, &["lake", "vacuum", "--lake", LAKE]).await.expect_exit(0);
    let export = run(&dir, &server, &["export", "--lake", LAKE]).await.expect_exit(0);
    assert_eq!(export.out().lines().count(), 3_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_bucket_into_a_bucket_with_the_address_in_the_environment() {
    let (server, dir) = (server().await, TestDir::new());
    for number in 0..20 {
        server.put("logs", &day_key(&format!("{number:03}")), object(number * 10..number * 10 + 10));
    }
    let mut command = dir.command();
    command.args(["ingest", "s3://logs/AWSLogs/", "--format", "json"]).envs(server.env());
    command.env("TRAILHOUND_LAKE", "s3://lakes");
    let ingested =
        tokio::task::spawn_blocking(move || Run::of(command, b"")).await.unwrap().expect_exit(0).json();
    assert_counts(&ingested, 20, 20, 0);
    assert_eq!(
        number(&dir, &server, "s3://lakes/", "SELECT count(DISTINCT event_id) FROM cloudtrail").await,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_ingests_into_one_lake_in_a_bucket_bring_every_record_once() {
    let (server, dir) = (server().await, TestDir::new());
    for number in 0..40 {
        server.put("logs", &day_key(&format!("{number:03}")), object(number * 20..number * 20 + 25));
    }
    let both = [ingest(&dir, &server, "s3://logs/", LAKE), ingest(&dir, &server, "s3://logs/AWSLogs/", LAKE)];
    let ended = futures::future::join_all(both).await;
    let mut records = 0;
    for run in ended {
        let summary = run.expect_exit(0).json();
        records += summary["records"].as_u64().unwrap();
    }
    let distinct = 39 * 20 + 25;
    assert_eq!(records, distinct);
    let count = "SELECT count(*) FROM cloudtrail";
    assert_eq!(number(&dir, &server, LAKE, count).await as u64, distinct);
    let ids = "SELECT count(DISTINCT event_id) FROM cloudtrail";
    assert_eq!(number(&dir, &server, LAKE, ids).await as u64, distinct);
    assert_eq!(number(&dir, &server, LAKE, "SELECT sum(records) FROM objects").await as u64, distinct);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_fails_now_and_then_gives_the_same_lake() {
    let (server, dir) = (server().await, TestDir::new());
    let numbers = 0..12u32;
    for number in numbers.clone() {
        server.put("logs", &day_key(&format!("n{number:03}")), object(number * 100..number * 100 + 120));
    }
    let calm = ingest(&dir, &server, "s3://logs/", "calm").await.expect_exit(0).json();
    server.fault("GET", "list-type=2", Fault::Status(503), 2);
    server.fault("GET", "n001", Fault::Status(503), 3);
    server.fault("GET", "n002", Fault::Status(500), 1);
    server.fault("GET", "n003", Fault::Cut(900), 2);
    server.fault("GET", "n004", Fault::Cut(0), 1);
    server.fault("GET", "n005", Fault::Drop, 2);
    server.fault("GET", "n006", Fault::Status(429), 2);
    // The lake's own requests fail as well: data, log and listing.
    server.fault("PUT", "/lakes/trail/cloudtrail/_delta_log", Fault::Status(503), 1);
    server.fault("PUT", ".parquet", Fault::Status(500), 1);
    server.fault("GET", "lakes?", Fault::Status(503), 1);
    let stormy = ingest(&dir, &server, "s3://logs/", LAKE).await.expect_exit(0).json();
    for field in
        ["objects", "records", "duplicates", "conflicting", "dead_letters", "bytes", "last_event_time"]
    {
        assert_eq!(calm[field], stormy[field], "{field}: {stormy}");
    }
    // All faults were met: what came back in parts was asked for from there on.
    let resumed = server.seen("GET", "n003").into_iter().filter_map(|seen| seen.range).collect::<Vec<_>>();
    assert_eq!(resumed, ["bytes=900-", "bytes=1800-"]);
    assert_eq!(server.seen("GET", "n001").len(), 1 + 4);
    let all = "SELECT event_id, event_time, source_object FROM cloudtrail ORDER BY 1, 3";
    let ids = "SELECT event_id FROM cloudtrail ORDER BY 1";
    assert_eq!(rows(&dir, &server, LAKE, ids).await, rows(&dir, &server, "calm", ids).await);
    assert_eq!(rows(&dir, &server, LAKE, all).await.len(), 1_220);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_gone_or_refused_costs_only_itself_and_is_tried_again() {
    let (server, dir) = (server().await, TestDir::new());
    for (number, name) in (0..).zip(["fine", "lost", "closed", "kms", "cold"]) {
        server.put("logs", &day_key(name), object(number..number + 1));
    }
    let error = |code: &str| {
        let text = format!("<Error><Code>{code}</Code><Message>as planned</Message></Error>");
        Fault::Answer(403, Vec::new(), text)
    };
    server.fault("GET", "_lost.json.gz", Fault::Status(404), 1);
    server.fault("GET", "_closed.json.gz", Fault::Status(403), 1);
    server.fault("GET", "_kms.json.gz", error("KMS.DisabledException"), 1);
    server.fault("GET", "_cold.json.gz", error("InvalidObjectState"), 1);
    let first = ingest(&dir, &server, "s3://logs/", "lake").await.expect_exit(3);
    let summary = first.json();
    assert_counts(&summary, 5, 1, 0);
    assert_eq!(
        (&summary["objects"]["gone"], &summary["objects"]["failed"]),
        (&1.into(), &3.into()),
        "{first}"
    );
    assert!(first.stderr.contains("s3:GetObject"), "{first}");
    let states =
        "SELECT state, reason FROM objects WHERE uri LIKE '%closed%' OR uri LIKE '%lost%' ORDER BY state";
    let states = rows(&dir, &server, "lake", states).await;
    assert_eq!(states[0]["state"], "failed");
    assert!(states[0]["reason"].as_str().unwrap().contains("denied"), "{states:?}");
    assert_eq!(states[1]["state"], "gone");

    // The trouble is over.
    let second = ingest(&dir, &server, "s3://logs/", "lake").await.expect_exit(0).json();
    assert_counts(&second, 5, 4, 1);
    assert_eq!(number(&dir, &server, "lake", "SELECT count(*) FROM cloudtrail").await, 5);
    let info = run(&dir, &server, &["lake", "info", "--format", "json"]).await.expect_exit(0).json();
    assert_eq!(info["objects"], serde_json::json!({"ingested": 5}), "{info}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_over_a_bucket_needs_no_lake() {
    let (server, dir) = (server().await, TestDir::new());
    server.put("logs", &day_key("one"), object(0..10));
    server.put("logs", &day_key("two"), object(5..15));
    let sql = "SELECT count(*) AS n FROM cloudtrail";
    let query = ["query", sql, "--from", "s3://logs/", "--format", "ndjson"];
    assert_eq!(run(&dir, &server, &query).await.expect_exit(0).ndjson()[0]["n"], 15);
    assert_eq!(dir.path().read_dir().unwrap().count(), 0, "a query left something behind");
}
