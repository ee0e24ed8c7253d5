//! Another reader of Delta tables, Python's `deltalake`, sees in a lake what went in.
//!
//! It runs where `TRAILHOUND_PYTHON` names a Python that has `deltalake` and `pyarrow` (`.ci/run`
//! makes one); elsewhere it says so and passes.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Record, Run, TestDir, TestLake, key};
use crate::lossless::records_under;

fn records(numbers: std::ops::Range<u32>, day: &str) -> Vec<Value> {
    let regions = ["us-east-1", "eu-west-1"];
    let record = |number: u32| {
        let record = Record::new(number)
            .at(&format!("{day}T{:02}:{:02}:00Z", number % 24, number % 60))
            .call("ec2.amazonaws.com", ["DescribeInstances", "RunInstances", "Ünïcode"][number as usize % 3])
            .with("/awsRegion", regions[number as usize % 2]);
        match number % 5 {
            0 => record.without("sourceIPAddress").json(),
            1 => record.with("/sourceIPAddress", "cloudtrail.amazonaws.com").json(),
            _ => record.json(),
        }
    };
    numbers.map(record).collect()
}

/// Whoever may run the check, if anybody.
fn python() -> Option<OsString> {
    let python = std::env::var_os("TRAILHOUND_PYTHON");
    if python.is_none() {
        eprintln!("skipped: TRAILHOUND_PYTHON names no Python with deltalake");
    }
    python
}

/// Python finds these records in `./lake`, and no others.
#[track_caller]
fn check(python: &OsString, dir: &TestDir, all: &[Value]) {
    let lines: Vec<_> = all.iter().map(|record| expected(record).to_string()).collect();
    let expected = dir.file("expected.ndjson", lines.join("\n"));
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_lake.py"));
    command.arg(dir.path().join("lake")).arg(expected);
    Run::of(command, b"").expect_exit(0).expect_out(&format!("pass: {} rows", all.len()));
}

/// What Python is to find. Aggregated events have their own names for these.
fn expected(record: &Value) -> Value {
    let either = |one: &Value, other: &Value| if one.is_null() { other.clone() } else { one.clone() };
    json!({
        "event_id": either(&record["eventID"], &record["eventId"]),
        "event_name": record["eventName"],
        "aws_region": record["awsRegion"],
        "source_ip_address": record["sourceIPAddress"],
        "event_time": either(&record["eventTime"], &record["timeWindow"]["windowStart"]),
    })
}

#[test]
fn python_reads_the_same_rows_out_of_the_lake() {
    let Some(python) = python() else { return };
    let (first, second) = (records(0..300, "2026-01-15"), records(300..450, "2026-01-16"));
    let lake = TestLake::new()
        .object(&key("111111111111", "us-east-1", "2026-01-15", "first"), &first)
        .object(&key("111111111111", "us-east-1", "2026-01-16", "second"), &second);
    lake.ingest().expect_exit(0);
    // A second batch with nothing but rows that are in already, and one that is new.
    let third = [first[..10].to_vec(), records(450..451, "2026-01-16")].concat();
    let lake = lake.object(&key("111111111111", "us-east-1", "2026-01-16", "third"), &third);
    lake.ingest().expect_exit(0);
    let all = [first, second, third[10..].to_vec()].concat();
    check(&python, &lake.dir, &all);

    lake.dir.run(["lake", "optimize"]).expect_exit(0).expect_out("became");
    check(&python, &lake.dir, &all);
    // New files beside merged ones.
    let fourth = records(451..500, "2026-01-16");
    let lake = lake.object(&key("111111111111", "us-east-1", "2026-01-16", "fourth"), &fourth);
    lake.ingest().expect_exit(0);
    check(&python, &lake.dir, &[all, fourth].concat());
}

#[test]
fn python_reads_a_generated_trail_before_and_after_its_files_are_merged() {
    let Some(python) = python() else { return };
    let dir = TestDir::new();
    // In three goes, so that there is something to merge.
    let arguments = ["generate", "logs", "--events", "5000", "--days", "9", "--end", "2026-11-01"];
    dir.run(arguments).expect_exit(0);
    for range in [["--until", "2026-10-26"], ["--until", "2026-10-29"], ["--until", "2026-12-01"]] {
        dir.run(["ingest", "logs"].iter().chain(&range)).expect_exit(0);
    }
    let distinct: BTreeSet<String> = records_under(&dir.path().join("logs")).into_iter().collect();
    let all: Vec<Value> = distinct.iter().map(|record| serde_json::from_str(record).unwrap()).collect();
    check(&python, &dir, &all);
    dir.run(["lake", "optimize"]).expect_exit(0).expect_out("became");
    check(&python, &dir, &all);
}
