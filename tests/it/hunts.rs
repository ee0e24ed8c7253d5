//! Every hunt over the demo's lake, against `testdata/hunts/expected.json`.
//!
//! For each hunt the file has its parameters, the number of rows, some of the rows, and a hash of all of
//! them as a set; the lake is the same for the same seed. `UPDATE_HUNTS=1 cargo test --test it hunts`
//! writes the present answers into the file; read the diff.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::demo::{Demo, demo};
use crate::harness::{Record, Run, TestLake};

/// Rows in the file, at most.
const ROWS: usize = 3;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/hunts/expected.json")
}

/// The one value of a query.
fn value(demo: &Demo, sql: &str) -> String {
    let rows = demo.rows(sql);
    let text = rows.first().and_then(|row| row.as_object()?.values().next()?.as_str().map(str::to_owned));
    text.unwrap_or_else(|| panic!("{sql} gives {rows:?}"))
}

/// What hunts have to be told: what is in the demo's world, or a key that is in its lake.
fn params(demo: &Demo) -> BTreeMap<&'static str, Vec<String>> {
    let stolen = "SELECT min(access_key_id) FROM cloudtrail WHERE source_ip = '192.0.2.66'";
    let handed_out = "SELECT min(response_elements -> 'credentials' ->> 'accessKeyId') FROM cloudtrail \
                      WHERE event_name = 'AssumeRole' AND error_code IS NULL";
    BTreeMap::from([
        ("address_activity", vec!["ip=192.0.2.66".to_owned()]),
        ("key_activity", vec![format!("key={}", value(demo, stolen))]),
        ("network_activity", vec!["network=2001:db8:bad::/48".to_owned()]),
        ("principal_timeline", vec!["who=Ops.Admin".to_owned()]),
        ("session_origin", vec![format!("key={}", value(demo, handed_out))]),
        ("sign_in_timeline", vec!["user=alice.lund".to_owned()]),
    ])
}

/// The hunts that the executable lists, and whether they ask for something.
fn hunts(demo: &Demo) -> Vec<(String, bool)> {
    let listed = demo.run(&["hunts", "--format", "json"]).expect_exit(0).json();
    let asks =
        |hunt: &Value| hunt["params"].as_array().unwrap().iter().any(|param| param["required"] == true);
    let hunt = |hunt: &Value| (hunt["id"].as_str().unwrap().to_owned(), asks(hunt));
    listed.as_array().unwrap().iter().map(hunt).collect()
}

/// What a hunt gives, in the form of the file.
fn answer(demo: &Demo, place: &str, hunt: &str, params: &[String]) -> Value {
    let mut arguments = vec!["query", "-f", hunt, "--format", "ndjson"];
    for param in params {
        arguments.extend(["--param", param.as_str()]);
    }
    let run = demo.run(&arguments).expect_exit(0);
    // As a set: of rows that are equal in what they are sorted by, either may come first.
    let mut rows: Vec<String> =
        run.ndjson().iter().map(|row| row.to_string().replace(place, "DEMO")).collect();
    rows.sort();
    let hash = xxhash_rust::xxh3::xxh3_64(rows.join("\n").as_bytes());
    let some: Vec<Value> = rows.iter().take(ROWS).map(|row| serde_json::from_str(row).unwrap()).collect();
    json!({"params": params, "rows": rows.len(), "hash": format!("{hash:016x}"), "first": some})
}

#[test]
fn every_hunt_finds_in_the_demo_what_it_found_before() {
    let demo = demo();
    let object = value(demo, "SELECT min(source_object) FROM cloudtrail");
    let place = object.split("/logs/AWSLogs/").next().unwrap();
    let params = params(demo);
    let hunts = hunts(demo);
    assert!(hunts.len() >= 20, "only {} hunts", hunts.len());
    let mut found = serde_json::Map::new();
    for (hunt, asks) in &hunts {
        let params = params.get(hunt.as_str());
        assert!(params.is_some() || !asks, "the test has no parameters for the hunt `{hunt}`");
        found.insert(hunt.clone(), answer(demo, place, hunt, params.map_or(&[], Vec::as_slice)));
    }
    if std::env::var_os("UPDATE_HUNTS").is_some() {
        std::fs::create_dir_all(file().parent().unwrap()).unwrap();
        let text = serde_json::to_string_pretty(&found).unwrap();
        std::fs::write(file(), text + "\n").unwrap();
        return;
    }
    let text = std::fs::read_to_string(file()).expect("the expected answers");
    let expected: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "UPDATE_HUNTS=1 writes the file");
    for (hunt, answer) in &found {
        assert_eq!(answer, &expected[hunt], "hunt {hunt}; UPDATE_HUNTS=1 writes the file");
    }
    let with_rows = found.values().filter(|answer| answer["rows"] != 0).count();
    assert!(with_rows * 4 >= found.len() * 3, "only {with_rows} of {} hunts find anything", found.len());
}

#[test]
fn a_hunt_is_bounded_in_time_when_asked() {
    let all = demo().run(&["query", "-f", "trail_changes", "--format", "ndjson"]).expect_exit(0).ndjson();
    let bounded = ["query", "-f", "trail_changes", "--since", "2026-11-23", "--format", "ndjson"];
    let late = demo().run(&bounded).expect_exit(0).ndjson();
    assert!(!all.is_empty() && late.is_empty(), "{} rows, {} of them late", all.len(), late.len());
}

#[test]
fn a_hunt_says_what_it_needs_to_be_told() {
    let demo = demo();
    demo.run(&["query", "-f", "address_activity"]).expect_exit(1).expect_err("parameter `ip` is required");
    let wrong = ["query", "-f", "address_activity", "--param", "ip=somewhere"];
    demo.run(&wrong).expect_exit(1).expect_err("`ip`").expect_err("somewhere");
    let unknown = ["query", "-f", "address_activity", "--param", "ip=192.0.2.66", "--param", "pi=1"];
    demo.run(&unknown).expect_exit(1).expect_err("no parameter `pi`");
    demo.run(&["query", "-f", "adress_activity"]).expect_exit(1).expect_err("`trailhound hunts` lists them");
}

#[test]
fn a_printed_hunt_is_a_file_that_runs() {
    let demo = demo();
    let sql = demo.run(&["hunts", "root_trail"]).expect_exit(0).out().to_owned();
    let dir = crate::harness::TestDir::new();
    let path = dir.file("mine.sql", sql);
    let run = |file: &str| demo.run(&["query", "-f", file, "--format", "ndjson"]).expect_exit(0).ndjson();
    let rows = run(path.to_str().unwrap());
    assert!(!rows.is_empty());
    assert_eq!(rows, run("root_trail"));
}

#[test]
fn a_list_of_some_values_ends_with_the_one_that_is_missing() {
    let denied = |number, name| {
        let record = Record::new(number).with("/errorCode", "AccessDenied").with("/eventName", name);
        record.json()
    };
    let records = [denied(1, Value::Null), denied(2, json!("ListBuckets")), denied(3, json!("GetObject"))];
    let lake = TestLake::new().object("one.json.gz", &records);
    lake.ingest().expect_exit(0);
    let mut hunt = lake.dir.command();
    hunt.args(["query", "-f", "denied_by_principal", "--format", "ndjson"]);
    let rows = Run::of(hunt, b"").expect_exit(0).ndjson();
    assert_eq!(rows[0]["some_actions"], json!(["GetObject", "ListBuckets", null]));
}
