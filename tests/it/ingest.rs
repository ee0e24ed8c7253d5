//! `ingest`: what a folder of all sorts comes to, in numbers that reconcile, in rows, in exit codes.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::harness::{Record, TestLake, gunzip, gzip, key, object_text};

const ACCOUNT: &str = "111111111111";
const DAY: &str = "2026-01-15";

fn records(numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers.map(|number| Record::new(number).json()).collect()
}

fn key_of(unique: &str) -> String {
    key(ACCOUNT, "us-east-1", DAY, unique)
}

/// A folder with one object of each kind. Held are 10 + 4 (3 of them known) + 5 + 3 records that can
/// be read and one that can't, besides what is in objects that are no logs or can't be trusted.
fn all_sorts() -> TestLake {
    let good = gzip(object_text(&records(100..150)));
    let one_bad = format!(
        "{{\"Records\":[{},{{\"eventVersion\":\"1.11\",\"eventID\":tru}},{}]}}",
        records(30..32).iter().map(Value::to_string).collect::<Vec<_>>().join(","),
        Record::new(32).json()
    );
    let digest = format!("AWSLogs/{ACCOUNT}/CloudTrail-Digest/us-east-1/2026/01/15/{ACCOUNT}_digest.json.gz");
    TestLake::new()
        .object(&key_of("good"), &records(0..10))
        .object(&key_of("overlap"), &records(7..11))
        .bytes("by-hand/plain.json", object_text(&records(20..25)))
        .bytes(&key_of("one-bad"), gzip(one_bad))
        .bytes(&key_of("cut"), &good[..good.len() * 3 / 4])
        .bytes(&key_of("appended"), [good.clone(), good].concat())
        .bytes(&key_of("empty"), "")
        .bytes(&key_of("no-records"), gzip("{\"Records\":[]}"))
        .bytes(&digest, gzip("{\"digestS3Object\":\"x\",\"awsAccountId\":\"111111111111\"}"))
        .bytes("readme.txt", "not a log at all\n")
        .bytes("elb.json", "{\"type\":\"https\",\"elb\":\"app/front\"}\n{\"type\":\"https\"}\n")
}

fn counts(summary: &Value) -> BTreeMap<String, u64> {
    serde_json::from_value(summary["objects"].clone()).unwrap()
}

#[track_caller]
fn assert_reconciles(summary: &Value) {
    let counts = counts(summary);
    let others: u64 = counts.iter().filter(|(state, _)| *state != "listed").map(|(_, count)| count).sum();
    assert_eq!(counts["listed"], others, "{summary}");
}

/// The states in the table `objects`, and how many objects are in each.
fn states(lake: &TestLake) -> BTreeMap<String, u64> {
    let rows = lake.rows("SELECT state, count(*) AS n FROM objects GROUP BY state");
    rows.iter().map(|row| (row["state"].as_str().unwrap().to_owned(), row["n"].as_u64().unwrap())).collect()
}

#[test]
fn a_folder_of_all_sorts_comes_to_numbers_that_reconcile() {
    let lake = all_sorts();
    let summary = lake.ingest().expect_exit(3).json();
    assert_reconciles(&summary);
    let expected = json!({
        "listed": 11, "ingested": 5, "already": 0, "skipped": 4, "quarantined": 2, "failed": 0, "gone": 0,
    });
    assert_eq!(summary["objects"], expected, "{summary}");
    // 10 + 4 + 5 + 4: what the ingested objects held.
    assert_eq!(summary["records"], 10 + 1 + 5 + 3, "{summary}");
    assert_eq!(summary["duplicates"], 3, "{summary}");
    assert_eq!(summary["dead_letters"], 1, "{summary}");
    assert_eq!(summary["conflicting"], 0, "{summary}");
    assert_eq!(summary["first_event_time"], "2026-01-15T10:00:00Z", "{summary}");
    assert_eq!(summary["last_event_time"], summary["first_event_time"]);
    assert!(summary["bytes"]["inflated"].as_u64() > summary["bytes"]["fetched"].as_u64(), "{summary}");
    assert!(summary["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{summary}");

    // The tables say the same.
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 19);
    let expected = [("ingested", 5), ("quarantined", 2), ("skipped", 4)];
    assert_eq!(states(&lake), expected.map(|(state, count)| (state.to_owned(), count)).into());
    let sums = "SELECT sum(records) AS r, sum(duplicates) AS d, sum(dead_letters) AS l, sum(conflicting) AS c \
                FROM objects";
    assert_eq!(lake.rows(sums), [json!({"r": 19, "d": 3, "l": 1, "c": 0})]);
    let per_object = "SELECT count(*) FROM objects o JOIN (SELECT source_object, count(*) AS n FROM cloudtrail \
                      GROUP BY 1) c ON c.source_object = o.uri WHERE o.records <> c.n";
    assert_eq!(lake.number(per_object), 0);
}

#[test]
fn every_object_has_a_row_that_says_what_became_of_it() {
    let lake = all_sorts();
    lake.ingest().expect_exit(3);
    let sql = "SELECT split_part(uri, '/logs/', 2) AS key, state, reason, records, account_id, region, sha256, \
               object_month, size FROM objects";
    let rows = lake.rows(sql);
    let row = |part: &str| rows.iter().find(|row| row["key"].as_str().unwrap().contains(part)).unwrap();
    for (part, state, reason) in [
        ("cut", "quarantined", "truncated"),
        ("appended", "quarantined", "appended data"),
        ("empty", "skipped", "an empty object"),
        ("digest", "skipped", "a digest file"),
        ("readme", "skipped", ""),
        ("elb.json", "skipped", ""),
    ] {
        let row = row(part);
        assert_eq!(row["state"], state, "{row}");
        assert!(row["reason"].as_str().unwrap().contains(reason), "{row}");
        assert_eq!(row["records"], 0, "{row}");
    }
    let good = row("_good");
    assert_eq!((&good["account_id"], &good["region"]), (&ACCOUNT.into(), &"us-east-1".into()), "{good}");
    assert_eq!((&good["object_month"], &good["reason"]), (&"2026-01".into(), &Value::Null), "{good}");
    assert_eq!(good["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(row("by-hand")["account_id"], Value::Null);
    assert_eq!(row("no-records")["state"], "ingested");

    let letters =
        lake.rows("SELECT source_object, byte_offset, reason, CAST(raw AS VARCHAR) AS raw FROM dead_letters");
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0]["source_object"].as_str().unwrap().contains("one-bad"), "{letters:?}");
    assert!(letters[0]["byte_offset"].as_u64() > Some(100), "{letters:?}");
    assert_eq!(letters[0]["raw"], "{\"eventVersion\":\"1.11\",\"eventID\":tru}", "{letters:?}");
}

#[test]
fn provenance_comes_from_the_object_not_from_the_record() {
    let other = Record::new(1).with("/awsRegion", "eu-west-1").with("/recipientAccountId", "222222222222");
    let lake = TestLake::new().object(&key_of("one"), &[other.json()]);
    lake.ingest().expect_exit(0);
    let sql = "SELECT source_account_id, source_region, aws_region, recipient_account_id, ingest_batch, \
               event_date, ingested_at IS NOT NULL AS stamped, source_object LIKE 'file:///%one.json.gz' AS named \
               FROM cloudtrail";
    let expected = json!({
        "source_account_id": ACCOUNT, "source_region": "us-east-1", "aws_region": "eu-west-1",
        "recipient_account_id": "222222222222", "ingest_batch": 1, "event_date": DAY, "stamped": true, "named": true,
    });
    assert_eq!(lake.rows(sql), [expected]);
}

#[test]
fn a_second_run_adds_nothing_and_exits_with_0() {
    let lake = all_sorts();
    lake.ingest().expect_exit(3);
    let again = lake.ingest().expect_exit(0).json();
    assert_reconciles(&again);
    assert_eq!((&again["objects"]["already"], &again["records"]), (&11.into(), &0.into()), "{again}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 19);
    assert_eq!(lake.number("SELECT count(*) FROM objects"), 11);
    assert_eq!(lake.number("SELECT count(*) FROM dead_letters"), 1);
}

#[test]
fn quarantined_objects_are_tried_again_when_asked_and_by_themselves_when_they_change() {
    let lake = all_sorts();
    lake.ingest().expect_exit(3);
    let asked =
        lake.dir.run(["ingest", "logs", "--retry-quarantined", "--format", "json"]).expect_exit(3).json();
    assert_reconciles(&asked);
    assert_eq!(
        (&asked["objects"]["quarantined"], &asked["objects"]["already"]),
        (&2.into(), &9.into()),
        "{asked}"
    );
    // Delivered anew, whole this time.
    let lake = lake.object(&key_of("cut"), &records(100..150));
    let mended = lake.ingest().expect_exit(0).json();
    assert_eq!((&mended["objects"]["ingested"], &mended["records"]), (&1.into(), &50.into()), "{mended}");
    let info = lake.dir.run(["lake", "info", "--format", "json"]).expect_exit(0).json();
    assert_eq!(info["objects"], json!({"ingested": 6, "quarantined": 1, "skipped": 4}), "{info}");
}

#[test]
fn an_object_that_changed_is_read_again_and_only_its_new_records_come_in() {
    let lake = TestLake::new().object(&key_of("one"), &records(0..10));
    lake.ingest().expect_exit(0);
    let lake = lake.object(&key_of("one"), &records(0..13));
    let summary = lake.ingest().expect_exit(0).json();
    assert_reconciles(&summary);
    assert_eq!((&summary["objects"]["ingested"], &summary["objects"]["already"]), (&1.into(), &0.into()));
    assert_eq!((&summary["records"], &summary["duplicates"]), (&3.into(), &10.into()), "{summary}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 13);
    lake.ingest().expect_exit(0);
    assert_eq!(lake.number("SELECT count(*) FROM objects"), 2);
}

#[test]
fn a_dry_run_says_what_would_be_read_and_leaves_nothing_behind() {
    let lake = all_sorts();
    let dry = ["ingest", "logs", "--dry-run", "--format", "json"];
    let summary = lake.dir.run(dry).expect_exit(0).json();
    assert_reconciles(&summary);
    assert_eq!(
        (&summary["dry_run"], &summary["objects"]["to_ingest"]),
        (&true.into(), &11.into()),
        "{summary}"
    );
    assert_eq!(summary["records"], 0);
    assert!(!lake.dir.path().join("lake").try_exists().unwrap(), "a dry run made a lake");

    lake.ingest().expect_exit(3);
    let lake = lake.object(&key_of("new"), &records(200..201));
    let summary = lake.dir.run(dry).expect_exit(0).json();
    assert_eq!((&summary["objects"]["to_ingest"], &summary["objects"]["already"]), (&1.into(), &11.into()));
    lake.dir
        .run(["ingest", "logs", "--dry-run"])
        .expect_exit(0)
        .expect_out("1 of 12 objects would be ingested");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 19);
}

#[test]
fn filters_choose_objects_by_key_with_a_day_of_margin_and_never_records() {
    let mut lake = TestLake::new().bytes("no-key.json", object_text(&records(900..901)));
    let mut number = 0;
    for account in ["111111111111", "222222222222"] {
        for region in ["us-east-1", "eu-west-1"] {
            for day in ["2026-01-10", "2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14"] {
                let record =
                    Record::new(number).with("/recipientAccountId", account).with("/awsRegion", region);
                let time = format!("{day}T12:00:00Z");
                lake = lake.object(&key(account, region, day, "x"), &[record.at(&time).json()]);
                number += 1;
            }
        }
    }
    let listed = |more: &[&str]| {
        let arguments = ["ingest", "logs", "--dry-run", "--format", "json"].iter().chain(more);
        let summary = lake.dir.run(arguments).expect_exit(0).json();
        assert_reconciles(&summary);
        summary["objects"]["listed"].as_u64().unwrap()
    };
    assert_eq!(listed(&[]), 21);
    assert_eq!(listed(&["--account", "111111111111"]), 11);
    assert_eq!(listed(&["--account", "111111111111", "--account", "222222222222"]), 21);
    assert_eq!(listed(&["--region", "eu-west-1"]), 11);
    assert_eq!(listed(&["--since", "2026-01-13"]), 13);
    assert_eq!(listed(&["--until", "2026-01-11"]), 9);
    assert_eq!(listed(&["--since", "2026-01-12", "--until", "2026-01-12T12:00:00Z"]), 13);
    assert_eq!(listed(&["--account", "222222222222", "--region", "us-east-1", "--since", "2026-01-14"]), 3);
    assert_eq!(listed(&["--since", "2027-01-01"]), 1);

    // A chosen object goes in whole: its records of other times too.
    let lake = lake.object(
        &key("111111111111", "us-east-1", "2026-01-12", "late"),
        &[Record::new(500).at("2025-11-01T00:00:00Z").json()],
    );
    let narrow = ["--since", "2026-01-12", "--until", "2026-01-13", "--region", "us-east-1"];
    lake.dir.run(["ingest", "logs"].iter().chain(&narrow)).expect_exit(0);
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail WHERE event_date = DATE '2025-11-01'"), 1);
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 2 * 3 + 2);
}

#[test]
fn standard_input_is_an_object_known_by_its_content() {
    let lake = TestLake::new();
    let bytes = gzip(object_text(&records(0..7)));
    let arguments = ["ingest", "-", "--format", "json"];
    let first = lake.dir.run_with(arguments, &bytes).expect_exit(0).json();
    assert_eq!((&first["records"], &first["objects"]["listed"]), (&7.into(), &1.into()), "{first}");
    let again = lake.dir.run_with(arguments, &bytes).expect_exit(0).json();
    assert_eq!((&again["records"], &again["objects"]["already"]), (&0.into(), &1.into()), "{again}");
    // As text it is another object with the same records.
    let text = lake.dir.run_with(arguments, &gunzip(&bytes)).expect_exit(0).json();
    assert_eq!((&text["records"], &text["duplicates"]), (&0.into(), &7.into()), "{text}");
    assert_eq!(lake.number("SELECT count(DISTINCT uri) FROM objects WHERE uri LIKE 'stdin:%'"), 2);
    let cut = lake.dir.run_with(arguments, &bytes[..bytes.len() - 9]).expect_exit(3).json();
    assert_eq!(cut["objects"]["quarantined"], 1, "{cut}");
}

#[test]
fn several_sources_that_overlap_are_read_once() {
    let lake =
        TestLake::new().object(&key_of("one"), &records(0..5)).object("other/two.json.gz", &records(5..8));
    let one = format!("logs/{}", key_of("one"));
    let run = lake.dir.run(["ingest", "logs", &one, "logs/other", "--format", "json"]).expect_exit(0);
    let summary = run.json();
    assert_reconciles(&summary);
    assert_eq!(
        (&summary["objects"]["ingested"], &summary["objects"]["already"]),
        (&2.into(), &2.into()),
        "{run}"
    );
    assert_eq!((&summary["records"], &summary["duplicates"]), (&8.into(), &0.into()), "{run}");
}

#[test]
fn the_report_for_people_is_on_stdout_and_what_went_wrong_on_stderr() {
    let run = all_sorts().dir.run(["ingest", "logs"]);
    run.expect_exit(3)
        .expect_out("11 objects listed")
        .expect_out("2   quarantined: their bytes are bad")
        .expect_out("19 new records")
        .expect_out("3   duplicates left out")
        .expect_out("1   records unreadable: see table dead_letters")
        .expect_err("quarantined: truncated");
}

#[test]
fn a_query_over_the_raw_logs_sees_the_rows_that_an_ingest_brings() {
    let lake = all_sorts();
    let sql = "SELECT event_id, event_name, event_time, source_account_id FROM cloudtrail ORDER BY event_id";
    let raw = lake.dir.run(["query", sql, "--from", "logs", "--format", "ndjson"]).expect_exit(0).ndjson();
    lake.ingest().expect_exit(3);
    // Which of two objects a duplicate is taken from is a matter of chance; here both say the same.
    assert_eq!(raw, lake.rows(sql));
    assert_eq!(raw.len(), 19);
}

#[test]
fn events_without_a_time_that_can_be_are_kept_without_a_date() {
    let odd = [
        Record::new(1).without("eventTime"),
        Record::new(2).at("1999-12-31T23:59:59Z"),
        Record::new(3).at("2999-01-01T00:00:00Z"),
        Record::new(4).at("yesterday"),
        Record::new(5),
    ];
    let lake = TestLake::new().object(&key_of("odd"), &odd.map(Record::json));
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!(summary["records"], 5, "{summary}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail WHERE event_date IS NULL"), 4);
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail WHERE event_time IS NULL"), 2);
    // They are known by their content as all others are.
    let lake = lake.object(&key_of("copy"), &[Record::new(2).at("1999-12-31T23:59:59Z").json()]);
    assert_eq!(lake.ingest().expect_exit(0).json()["duplicates"], 1);
}

#[test]
fn info_doctor_optimize_and_vacuum_agree_with_what_was_ingested() {
    let lake = all_sorts();
    lake.ingest().expect_exit(3);
    let lake = lake.object(&key_of("more"), &[Record::new(300).at("2026-01-16T00:00:00Z").json()]);
    lake.ingest().expect_exit(0);
    let lake = lake.object(&key_of("yet-more"), &records(301..303));
    lake.ingest().expect_exit(0);

    let info = |lake: &TestLake| lake.dir.run(["lake", "info", "--format", "json"]).expect_exit(0).json();
    let before = info(&lake);
    assert_eq!((&before["batches"], &before["dates"]), (&3.into(), &2.into()), "{before}");
    assert_eq!(before["first_event_time"], "2026-01-15T10:00:00Z", "{before}");
    assert_eq!(before["last_event_time"], "2026-01-16T00:00:00Z", "{before}");
    assert_eq!(before["objects"], json!({"ingested": 7, "quarantined": 2, "skipped": 4}), "{before}");
    let rows = |info: &Value| -> Vec<(String, u64)> {
        let tables = info["tables"].as_array().unwrap().iter();
        tables.map(|one| (one["table"].as_str().unwrap().to_owned(), one["rows"].as_u64().unwrap())).collect()
    };
    let expected =
        [("cloudtrail", 22), ("objects", 13), ("dead_letters", 1), ("findings", 0), ("baseline", 15)];
    assert_eq!(rows(&before), expected.map(|(table, count)| (table.to_owned(), count)));
    let files = |info: &Value| info["tables"][0]["files"].as_u64().unwrap();
    assert_eq!(files(&before), 3, "{before}");

    let all = "SELECT event_id, ingest_batch, source_object FROM cloudtrail ORDER BY 1, 2";
    let rows_before = lake.rows(all);
    let optimized = lake.dir.run(["lake", "optimize", "--format", "json"]).expect_exit(0).json();
    assert!(optimized["removed"].as_u64() > optimized["added"].as_u64(), "{optimized}");
    let after = info(&lake);
    assert_eq!((files(&after), rows(&after)), (2, rows(&before)), "{after}");
    assert_eq!(after["objects"], before["objects"]);
    assert_eq!(lake.rows(all), rows_before, "optimizing changed rows");
    lake.dir.run(["lake", "optimize"]).expect_exit(0).expect_out("nothing to do");

    let doctor = lake.dir.run(["lake", "doctor", "--format", "json"]).expect_exit(0);
    let checks = doctor.json()["checks"].as_array().unwrap().clone();
    assert!(checks.len() >= 7 && checks.iter().all(|check| check["health"] == "good"), "{doctor}");
    // The files that were merged are a day younger than what may go.
    let vacuumed = lake.dir.run(["lake", "vacuum", "--format", "json"]).expect_exit(0).json();
    assert_eq!(vacuumed["files"], 0, "{vacuumed}");
    lake.dir.run(["lake", "vacuum", "--older-than", "1h"]).expect_exit(2).expect_err("24h");
    // An ingest goes on over merged files as if they were those it wrote.
    assert_eq!(lake.ingest().expect_exit(0).json()["objects"]["already"], 13);
    let lake = lake.object("copy.json.gz", &records(0..10));
    assert_eq!(lake.ingest().expect_exit(0).json()["duplicates"], 10);
}

#[test]
fn the_doctor_names_what_is_damaged_and_mends_what_can_be() {
    let lake = TestLake::new().object(&key_of("one"), &records(0..10));
    lake.ingest().expect_exit(0);
    let hashes = lake.dir.path().join("lake/cloudtrail/_hashes");
    let sidecar = fs::read_dir(&hashes).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&sidecar).unwrap();
    lake.dir
        .run(["lake", "doctor"])
        .expect_exit(3)
        .expect_out("1 in cloudtrail/_hashes are missing or damaged");
    lake.dir
        .run(["lake", "doctor", "--repair"])
        .expect_exit(0)
        .expect_out("1 in cloudtrail/_hashes were made anew");
    let lake = lake.object("copy.json.gz", &records(0..10));
    assert_eq!(lake.ingest().expect_exit(0).json()["duplicates"], 10);

    let data = lake.dir.path().join(format!("lake/cloudtrail/event_date={DAY}"));
    let file = fs::read_dir(&data).unwrap().next().unwrap().unwrap().path();
    fs::remove_file(&file).unwrap();
    lake.dir
        .run(["lake", "doctor"])
        .expect_exit(1)
        .expect_out("1 of 1 files are damaged")
        .expect_out("restore them from a backup");
}
