//! Every record once: whatever was killed, whoever wrote at the same time, however often it came.
//!
//! Processes are killed with SIGKILL at moments that a seed chooses; `TRAILHOUND_SEED` sets another
//! one than the default, and a failure says which it was. Half of the moments are spread over the
//! running time as it was measured, the others follow what an ingest writes, since between its first
//! file and its last commit a crash can do the most.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

use crate::harness::{Record, Run, TestDir, TestLake, key};
use crate::lossless::{exported, files_under, records_under};

/// How often an ingest is killed.
const KILLS: usize = 10;

fn seed() -> u64 {
    std::env::var("TRAILHOUND_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_115)
}

fn start(dir: &TestDir, arguments: &[&str]) -> Child {
    let mut command = dir.command();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("starting the executable")
}

/// The last version in a table's log.
fn last_version(dir: &TestDir, table: &str) -> Option<String> {
    let log = dir.path().join("lake").join(table).join("_delta_log");
    let newest = log.is_dir().then(|| newest(&log))??;
    Some(newest.file_stem().unwrap().to_string_lossy().trim_start_matches('0').to_owned())
}

/// A moment of a run.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after the start.
    After(Duration),
    /// So long after there are more files than before of a table (or in its log).
    Files { of: &'static str, more: usize, then: Duration },
}

/// Kills a run at a moment, unless it ends before; whether it was killed.
fn kill_at(dir: &TestDir, arguments: &[&str], moment: Moment) -> bool {
    let count = |of: &str| {
        let folder = dir.path().join("lake").join(of);
        if folder.is_dir() { files_under(&folder).len() } else { 0 }
    };
    let before = match moment {
        Moment::Files { of, .. } => count(of),
        Moment::After(_) => 0,
    };
    let begun = Instant::now();
    let mut child = start(dir, arguments);
    loop {
        if child.try_wait().expect("waiting for the executable").is_some() {
            return false;
        }
        let reached = match moment {
            Moment::After(time) => begun.elapsed() >= time,
            Moment::Files { of, more, .. } => count(of) >= before + more,
        };
        if reached {
            break;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    if let Moment::Files { then, .. } = moment {
        std::thread::sleep(then);
    }
    // SIGKILL: nothing of it runs any more.
    child.kill().expect("killing the executable");
    child.wait().expect("waiting for the executable").code().is_none()
}

/// The moments at which ingests are killed, one after the other.
fn moments(random: &mut StdRng, whole: Duration) -> Vec<Moment> {
    let moment = |number: usize| {
        let then = Duration::from_micros(random.random_range(0..8_000));
        match number % 5 {
            0 | 1 => Moment::After(whole.mul_f64(random.random_range(0.02..1.0))),
            2 => Moment::Files { of: "cloudtrail", more: random.random_range(1..15), then },
            3 => Moment::Files { of: "cloudtrail/_delta_log", more: 1, then: Duration::ZERO },
            _ => Moment::Files { of: ["objects", "cloudtrail/_delta_log"][number % 2], more: 1, then },
        }
    };
    (0..KILLS).map(moment).collect()
}

/// The objects of a trail in as many parts as there are kills: what each ingest finds that is new.
fn hide_parts(dir: &TestDir) -> Vec<Vec<String>> {
    let root = dir.path().join("trail");
    let mut parts = vec![Vec::new(); KILLS];
    for (number, file) in files_under(&root).into_iter().enumerate() {
        parts[number % KILLS].push(file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
    }
    parts
}

fn show_part(dir: &TestDir, part: &[String]) {
    for name in part {
        let (from, to) = (dir.path().join("trail").join(name), dir.path().join("logs").join(name));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(from, to).unwrap();
    }
}

fn sorted(mut records: Vec<String>) -> Vec<String> {
    records.sort();
    records
}

/// Every record of `logs` is in the lake, once, and `objects` and the doctor agree.
#[track_caller]
fn assert_each_once(dir: &TestDir, held: &[String]) {
    let distinct: BTreeSet<&String> = held.iter().collect();
    let found = sorted(exported(dir));
    let once = found.iter().collect::<BTreeSet<_>>();
    assert_eq!(found.len(), once.len(), "{} records are there more than once", found.len() - once.len());
    assert!(once == distinct, "{} records in, {} out", distinct.len(), once.len());

    let sql = "SELECT uri, state, sum(records) AS records, sum(duplicates) AS duplicates, count(*) AS times \
               FROM objects GROUP BY uri, state";
    let rows = dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson();
    let sum = |column: &str| rows.iter().filter_map(|row| row[column].as_u64()).sum::<u64>();
    assert_eq!(sum("records"), distinct.len() as u64);
    assert_eq!(sum("records") + sum("duplicates"), held.len() as u64);
    assert_eq!(rows.len(), files_under(&dir.path().join("logs")).len());
    // That an object holds no records may be written down by two who saw it at once.
    let ingested = rows.iter().filter(|row| row["state"] == "ingested");
    assert!(ingested.clone().all(|row| row["times"] == 1), "an ingested object is there more than once");
    assert!(ingested.count() > 0);

    let doctor = dir.run(["lake", "doctor", "--format", "json"]).expect_exit(0);
    for check in doctor.json()["checks"].as_array().unwrap() {
        assert_eq!(check["health"], "good", "{doctor}");
    }
    dir.run(["lake", "vacuum"]).expect_exit(0);
}

#[test]
fn an_ingest_that_is_killed_ten_times_still_brings_every_record_once() {
    let seed = seed();
    eprintln!("TRAILHOUND_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let dir = TestDir::new();
    let arguments = ["generate", "trail", "--events", "24000", "--days", "6", "--end", "2026-11-01"];
    dir.run(arguments).expect_exit(0);
    let held = records_under(&dir.path().join("trail"));
    let parts = hide_parts(&dir);

    // How long a part takes, from start to end.
    let probe = ["ingest", "logs", "--lake", "probe"];
    show_part(&dir, &parts[0]);
    let begun = Instant::now();
    dir.run(probe).expect_exit(0);
    let whole = begun.elapsed();

    let mut killed = 0;
    for (number, moment) in moments(&mut random, whole).into_iter().enumerate() {
        if number > 0 {
            show_part(&dir, &parts[number]);
        }
        let was_killed = kill_at(&dir, &["ingest", "logs"], moment);
        killed += usize::from(was_killed);
        let [rows, objects] = ["cloudtrail", "objects"].map(|table| last_version(&dir, table));
        eprintln!("{moment:?}: killed {was_killed}, cloudtrail at {rows:?}, objects at {objects:?}");
    }
    assert!(killed * 2 > KILLS, "only {killed} of {KILLS} runs were still there to be killed");
    let last = dir.run(["ingest", "logs", "--format", "json"]).expect_exit(0);
    assert_eq!(last.json()["objects"]["failed"], 0, "{last}");
    assert_each_once(&dir, &held);

    // Merging files is no other matter; it is killed as well, over a lake of many small ones.
    for _ in 0..4 {
        let time = whole.mul_f64(random.random_range(0.05..1.2));
        kill_at(&dir, &["lake", "optimize"], Moment::After(time));
        let more = random.random_range(1..6);
        kill_at(
            &dir,
            &["lake", "optimize"],
            Moment::Files {
                of: "cloudtrail",
                more,
                then: Duration::from_micros(random.random_range(0..3_000)),
            },
        );
    }
    dir.run(["lake", "optimize"]).expect_exit(0);
    assert_each_once(&dir, &held);
    let again = dir.run(["ingest", "logs", "--format", "json"]).expect_exit(0).json();
    assert_eq!(again["objects"]["listed"], again["objects"]["already"], "{again}");
}

#[test]
fn two_ingests_at_the_same_time_bring_every_record_once() {
    let dir = TestDir::new();
    let arguments = ["generate", "logs", "--events", "6000", "--days", "4", "--end", "2026-11-01"];
    dir.run(arguments).expect_exit(0);
    let held = records_under(&dir.path().join("logs"));
    // One lists from the other end, in a way: both meet everything, in another order.
    let children: Vec<_> = [["1", "logs"], ["64", "./logs"]]
        .into_iter()
        .map(|[jobs, source]| {
            let mut command = dir.command();
            command.args(["ingest", source, "--jobs", jobs, "--format", "json"]);
            std::thread::spawn(move || Run::of(command, b""))
        })
        .collect();
    let mut records = 0;
    for child in children {
        let run = child.join().unwrap().expect_exit(0);
        let summary = run.json();
        assert_reconciles(&summary);
        records += summary["records"].as_u64().unwrap();
    }
    assert_eq!(records, held.iter().collect::<BTreeSet<_>>().len() as u64);
    assert_each_once(&dir, &held);
}

#[track_caller]
fn assert_reconciles(summary: &Value) {
    let objects: BTreeMap<String, u64> = serde_json::from_value(summary["objects"].clone()).unwrap();
    let others: u64 = objects.iter().filter(|(state, _)| *state != "listed").map(|(_, count)| count).sum();
    assert_eq!(objects["listed"], others, "{summary}");
}

fn day_key(unique: &str) -> String {
    key("111111111111", "us-east-1", "2026-01-15", unique)
}

fn alice(numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers.map(|number| Record::new(number).json()).collect()
}

#[test]
fn the_same_object_under_two_keys_brings_its_records_once() {
    let records = alice(0..50);
    let lake = TestLake::new().object(&day_key("one"), &records).object("copies/one.json.gz", &records);
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!((&summary["objects"]["ingested"], &summary["records"]), (&2.into(), &50.into()), "{summary}");
    assert_eq!((&summary["duplicates"], &summary["conflicting"]), (&50.into(), &0.into()), "{summary}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 50);
}

#[test]
fn the_same_event_in_two_objects_is_there_once_whatever_the_order_of_its_keys() {
    let lake = TestLake::new().object(&day_key("one"), &alice(0..10));
    lake.ingest().expect_exit(0);
    // The same records as another tool would write them, and one that is new.
    let reversed: Vec<String> = alice(5..11)
        .iter()
        .map(|record| {
            let members = record.as_object().unwrap().iter().rev();
            let members: Vec<_> = members.map(|(key, value)| format!(" \"{key}\" : {value}")).collect();
            format!("{{{}}}", members.join(" ,"))
        })
        .collect();
    let lake = lake.bytes("archive/two.json", format!("{{\"Records\":[{}]}}", reversed.join(",\n")));
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!((&summary["records"], &summary["duplicates"]), (&1.into(), &5.into()), "{summary}");
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), 11);
    assert_eq!(lake.number("SELECT count(DISTINCT event_id) FROM cloudtrail"), 11);
}

#[test]
fn the_same_id_with_other_content_is_kept_and_counted() {
    let altered = Record::new(3).with("/sourceIPAddress", "192.0.2.66").json();
    let lake = TestLake::new().object(&day_key("one"), &alice(0..10));
    lake.ingest().expect_exit(0);
    let lake = lake.object(&day_key("two"), &[altered, Record::new(4).json()]);
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!(summary["conflicting"], 1, "{summary}");
    assert_eq!((&summary["records"], &summary["duplicates"]), (&1.into(), &1.into()), "{summary}");
    assert_eq!(lake.number("SELECT sum(conflicting) FROM objects"), 1);
    let twice = "SELECT source_ip_address FROM cloudtrail WHERE event_id LIKE '%000000000003' ORDER BY 1";
    let addresses: Vec<_> = lake.rows(twice).iter().map(|row| row["source_ip_address"].clone()).collect();
    assert_eq!(addresses, ["192.0.2.66", "198.51.100.7"]);
    // The hunt for it finds it too.
    let hunt = lake.dir.run(["query", "-f", "conflicting_records", "--format", "ndjson"]).expect_exit(0);
    assert_eq!(hunt.ndjson().len(), 1, "{hunt}");
}

#[test]
fn the_same_id_in_another_account_is_another_event() {
    let here = Record::new(1);
    let there = Record::new(1).with("/recipientAccountId", "222222222222");
    let lake = TestLake::new().object(&day_key("one"), &[here.json(), there.json()]);
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!((&summary["records"], &summary["conflicting"]), (&2.into(), &0.into()), "{summary}");
}

#[test]
fn a_batch_that_was_interrupted_is_seen_by_the_doctor_and_finished_by_the_next_ingest() {
    let lake = TestLake::new().object(&day_key("one"), &alice(0..10));
    lake.ingest().expect_exit(0);
    // What a crash leaves between the commit of the rows and that of their objects.
    let log = lake.dir.path().join("lake/objects/_delta_log");
    fs::remove_file(newest(&log).unwrap()).unwrap();
    lake.dir.run(["lake", "doctor"]).expect_exit(3).expect_out("batch 1 was interrupted");
    let summary = lake.ingest().expect_exit(0).json();
    assert_eq!((&summary["objects"]["already"], &summary["records"]), (&1.into(), &0.into()), "{summary}");
    lake.dir.run(["lake", "doctor"]).expect_exit(0);
    assert_eq!(lake.number("SELECT sum(records) FROM objects"), 10);

    fs::remove_file(newest(&log).unwrap()).unwrap();
    lake.dir.run(["lake", "doctor", "--repair"]).expect_exit(0).expect_out("batch 1 was finished");
    assert_eq!(lake.number("SELECT count(*) FROM objects"), 1);
}

/// The last entry of a log; a process that was killed early has left none.
fn newest(log: &Path) -> Option<std::path::PathBuf> {
    files_under(log).into_iter().rfind(|file| file.extension().is_some_and(|end| end == "json"))
}
