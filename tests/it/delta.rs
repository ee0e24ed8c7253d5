//! Another reader of Delta tables, Python's `deltalake`, sees in a lake what went in.
//!
//! It runs where `TRAILHOUND_PYTHON` names a Python that has `deltalake` and `pyarrow` (`.ci/run`
//! makes one); elsewhere it says so and passes.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Record, Run, TestLake, key};

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

#[test]
fn python_reads_the_same_rows_out_of_the_lake() {
    let Some(python) = std::env::var_os("TRAILHOUND_PYTHON") else {
        eprintln!("skipped: TRAILHOUND_PYTHON names no Python with deltalake");
        return;
    };
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
    let lines: Vec<_> = all.iter().map(|record| expected(record).to_string()).collect();
    let expected = lake.dir.file("expected.ndjson", lines.join("\n"));

    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_lake.py"));
    command.arg(lake.dir.path().join("lake")).arg(expected);
    Run::of(command, b"").expect_exit(0).expect_out("pass: 451 rows");
}

fn expected(record: &Value) -> Value {
    json!({
        "event_id": record["eventID"],
        "event_name": record["eventName"],
        "aws_region": record["awsRegion"],
        "source_ip_address": record["sourceIPAddress"],
        "event_time": record["eventTime"],
    })
}
