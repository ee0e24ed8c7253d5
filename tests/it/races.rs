//! Several processes write the same lake at the same time, held up where it hurts.
//!
//! An ingest that sleeps between its check and its commit (`src/pause.rs`) is overtaken by another one
//! with the same objects, or with the same events in other objects; `optimize`, `vacuum` and a query
//! run beside two ingests. Numbers and times come from `TRAILHOUND_SEED`; `TRAILHOUND_LONG=1` races
//! twenty times as often.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{Record, TestDir};
use crate::kill::{long, seed};
use crate::lossless::{Tree, exported};
use crate::remains::{Remains, age};
use crate::trail::{Trail, assert_counters};
use crate::victim::Victim;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::Value;

/// Races of a kind.
const RACES: usize = 20;

/// Events of one race, and those of an object.
const EVENTS: u32 = 120;
const OF_OBJECT: u32 = 10;

/// What is read before a commit: two and a half objects, of which the third goes in whole.
const COMMIT_EVERY: &str = "25";

/// Writes objects of events with these numbers, the first of them with fewer.
fn write(dir: &TestDir, folder: &str, numbers: std::ops::Range<u32>, first: u32) {
    let mut from = numbers.start;
    while from < numbers.end {
        let length = if from == numbers.start { first } else { OF_OBJECT };
        let to = numbers.end.min(from + length);
        let records: Vec<_> = (from..to).map(|number| Record::new(number).json()).collect();
        dir.object(&format!("{folder}/{from:06}.json.gz"), &records);
        from = to;
    }
}

/// An ingest of a folder that commits often.
fn ingest(dir: &TestDir, folder: &str, pause: &str) -> Victim {
    let mut command = dir.command();
    command.args(["ingest", folder, "--commit-every", COMMIT_EVERY]);
    Victim::start(command, Some(pause))
}

/// Two ingests: the first stands still before one of its commits until the second, which sleeps a little
/// before each of its own, has come to the same batch, or to its end.
fn race(dir: &TestDir, random: &mut StdRng, folders: [&str; 2]) {
    let go = dir.path().join(format!("{}.go", folders[0]));
    let passing = random.random_range(1..4);
    let mut first = ingest(dir, folders[0], &format!("before_commit:{passing}:{}", go.display()));
    assert!(first.paused().is_some(), "no {passing} batches");
    let pause = format!("before_commit:1+:{}", random.random_range(1..60));
    let mut second = ingest(dir, folders[1], &pause);
    // Into the first one's place at least; then they go on side by side, or one after the other.
    for _ in 0..random.random_range(2..6) {
        second.paused();
    }
    std::fs::write(go, "").expect("a file");
    first.expect_end(&[0]);
    second.expect_end(&[0]);
}

/// Events 0 to `events` are in the lake, each once, and `objects` agree with the rows.
#[track_caller]
fn assert_once(dir: &TestDir, events: u32, objects: usize, held: u32) {
    let found = exported(dir);
    let expected: BTreeSet<String> =
        (0..events).map(|number| Tree::parse(&Record::new(number).json().to_string()).canonical()).collect();
    let distinct: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(found.len(), distinct.len(), "records that are there more than once");
    assert!(distinct == expected, "{} records in, {} out", expected.len(), distinct.len());
    let rows = |sql: &str| dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson();
    assert_counters(rows, objects, held as usize);
    let doctor = dir.run(["lake", "doctor", "--format", "json"]).expect_exit(0);
    assert!(
        doctor.json()["checks"].as_array().unwrap().iter().all(|check| check["health"] == "good"),
        "{doctor}"
    );
}

/// Batches that were staged and lost their commit: their files are there and no log names them.
fn lost_batches(dir: &TestDir) -> usize {
    let remains = Remains::of(&dir.path().join("lake"));
    remains.loose().iter().filter(|path| path.starts_with("cloudtrail/event_date")).count()
}

#[test]
fn two_ingests_of_the_same_folder_bring_every_record_once() {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let races = RACES * long();
    for number in 0..races {
        let folder = format!("logs-{number}");
        let from = number as u32 * EVENTS;
        write(&dir, &folder, from..from + EVENTS, OF_OBJECT);
        race(&dir, &mut random, [&folder, &format!("./{folder}")]);
    }
    let events = races as u32 * EVENTS;
    assert_once(&dir, events, (events / OF_OBJECT) as usize, events);
    let lost = lost_batches(&dir);
    eprintln!("{races} races, {lost} batches lost their commit");
    assert!(lost >= races, "only {lost} batches lost their commit in {races} races");
}

#[test]
fn two_ingests_of_folders_that_share_half_of_their_events_bring_every_record_once() {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let races = RACES * long();
    for number in 0..races {
        let (one, other) = (format!("one-{number}"), format!("other-{number}"));
        let from = number as u32 * EVENTS;
        // 80 events each, of which 40 are in both and in objects that begin elsewhere.
        write(&dir, &one, from..from + 80, OF_OBJECT);
        write(&dir, &other, from + 40..from + EVENTS, OF_OBJECT / 2);
        let folders = if number % 2 == 0 { [&one, &other] } else { [&other, &one] };
        race(&dir, &mut random, folders.map(String::as_str));
    }
    let events = races as u32 * EVENTS;
    assert_once(&dir, events, races * (8 + 9), races as u32 * 160);
    let lost = lost_batches(&dir);
    eprintln!("{races} races, {lost} batches lost their commit");
    assert!(lost >= races, "only {lost} batches lost their commit in {races} races");
}

/// Where an ingest stands still while another one does all of its work, and more.
const STANDS: [&str; 7] = [
    "data_file:1",
    "data_file:4",
    "before_commit:2",
    "cloudtrail_commit:1",
    "cloudtrail_commit:2",
    "objects_commit:1",
    "fsync@lake/objects:1",
];

#[test]
fn what_an_ingest_has_begun_another_one_finishes_whether_the_first_goes_on_or_is_killed() {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let stands = STANDS.repeat(2 * long());
    for (number, point) in stands.iter().enumerate() {
        let folder = format!("logs-{number}");
        let from = number as u32 * EVENTS;
        write(&dir, &folder, from..from + EVENTS, OF_OBJECT);
        let goes_on = number >= stands.len() / 2;
        let pause =
            if goes_on { format!("{point}:{}", random.random_range(300..900)) } else { point.to_string() };
        let mut first = ingest(&dir, &folder, &pause);
        assert!(first.paused().is_some(), "{point} was not reached");
        ingest(&dir, &format!("./{folder}"), "before_commit:1+:0").expect_end(&[0]);
        match goes_on {
            true => first.expect_end(&[0]),
            false => assert!(first.kill().is_none(), "it did not stand still at {point}"),
        }
    }
    let events = stands.len() as u32 * EVENTS;
    assert_once(&dir, events, (events / OF_OBJECT) as usize, events);
}

/// A file that nothing names.
const FORGOTTEN: &str =
    "cloudtrail/event_date=2026-10-31/0000000000-00000000000000000000000000000000.parquet";

/// The rows of each batch, as a statement that takes its time sees them.
fn rows_by_batch(dir: &TestDir) -> BTreeMap<u64, u64> {
    let sql = "SELECT ingest_batch AS batch, count(*) AS n,
                      count(DISTINCT regexp_replace(coalesce(request_parameters, '') || coalesce(user_agent, ''),
                                                    '[a-m0-4]+|[n-z5-9]+', 'x', 'g')) AS slow
               FROM cloudtrail GROUP BY 1";
    let run = dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0);
    run.ndjson().iter().map(|row| (row["batch"].as_u64().unwrap(), row["n"].as_u64().unwrap())).collect()
}

/// A statement whose rows nobody takes for a while: it stands still in the middle of its scan.
struct SlowQuery(Child);

impl SlowQuery {
    fn start(dir: &TestDir) -> Self {
        let mut command = dir.command();
        let sql = "SELECT ingest_batch AS batch, request_parameters, response_elements FROM cloudtrail";
        command.args(["query", sql, "--format", "ndjson"]);
        Self(command.stdout(Stdio::piped()).spawn().expect("starting the executable"))
    }

    /// Takes its rows at last, and counts them by batch.
    fn rows_by_batch(self) -> BTreeMap<u64, u64> {
        let output = self.0.wait_with_output().expect("waiting for the executable");
        assert!(output.status.success(), "{output:?}");
        let mut rows = BTreeMap::new();
        for line in std::str::from_utf8(&output.stdout).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            *rows.entry(row["batch"].as_u64().unwrap()).or_default() += 1;
        }
        rows
    }
}

/// Merges files and deletes what nothing names, again and again, and counts the rounds; how many were merged.
fn keep_house(dir: &TestDir, done: &AtomicBool, rounds: &AtomicU64) -> u64 {
    let lake = dir.path().join("lake");
    let mut merged = 0;
    while !done.load(Ordering::SeqCst) {
        let optimized = dir.run(["lake", "optimize", "--format", "json"]).expect_exit(0).json();
        merged += optimized["removed"].as_u64().unwrap();
        // What a log names, now or until a moment ago, stays however old it is; other files go.
        dir.file(&format!("lake/{FORGOTTEN}"), "x");
        age(&lake, Remains::of(&lake).named());
        age(&lake, [FORGOTTEN]);
        let vacuum = ["lake", "vacuum", "--older-than", "24h", "--format", "json"];
        let vacuumed = dir.run(vacuum).expect_exit(0).json();
        assert_eq!(vacuumed["files"], 1, "{vacuumed}");
        rounds.fetch_add(1, Ordering::SeqCst);
    }
    merged
}

/// Longer than it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Says that all is done when it goes, also by a panic: nobody waits for the others for ever.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn optimize_and_vacuum_beside_two_ingests_and_queries_lose_and_delete_nothing() {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let trail = Trail::generate(&dir, 12_000 * long() as u32, 3, 13);
    let lake = dir.path().join("lake");
    let mut ingests: Vec<_> = ["logs", "./logs"]
        .into_iter()
        .map(|folder| {
            let pause = format!("before_commit:1+:{}", random.random_range(20..120));
            let mut command = dir.command();
            command.args(["ingest", folder, "--commit-every", "500"]);
            Victim::start(command, Some(&pause))
        })
        .collect();
    // From here on there is a lake.
    ingests[0].paused();

    let (done, rounds) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut answers, merged, slow) = std::thread::scope(|scope| {
        let house = scope.spawn(|| keep_house(&dir, &done, &rounds));
        let asking = scope.spawn(|| {
            let mut answers = Vec::new();
            while !done.load(Ordering::SeqCst) {
                answers.push(rows_by_batch(&dir));
            }
            answers
        });
        let finished = Done(&done);
        let deadline = Instant::now() + PATIENCE;
        while Remains::of(&lake).commits() < 8 {
            assert!(Instant::now() < deadline, "no eight batches in {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        // On a busy machine the ingests would be at their end before the others have begun their next round.
        ingests.iter().for_each(|ingest| ingest.signal("STOP"));
        while rounds.load(Ordering::SeqCst) == 0 {
            assert!(Instant::now() < deadline, "no round of optimize and vacuum in {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
        let slow = SlowQuery::start(&dir);
        ingests.iter().for_each(|ingest| ingest.signal("CONT"));
        ingests.into_iter().for_each(|ingest| ingest.expect_end(&[0, 3]));
        drop(finished);
        (asking.join().unwrap(), house.join().unwrap(), slow)
    });
    let slow = slow.rows_by_batch();

    // Each answer is what some commit has shown: all rows of the batches up to it.
    let whole = rows_by_batch(&dir);
    assert!(slow.len() < whole.len(), "the slow query has seen all {} batches", whole.len());
    answers.push(slow);
    let mut seen = BTreeSet::new();
    for answer in &answers {
        let last = answer.keys().last().copied().unwrap_or(0);
        let state: BTreeMap<_, _> = whole.range(..=last).map(|(batch, rows)| (*batch, *rows)).collect();
        assert_eq!(*answer, state, "a query has seen what no commit has shown");
        seen.insert(last);
    }
    let rounds = rounds.into_inner();
    let (asked, seen, batches) = (answers.len(), seen.len(), whole.len());
    eprintln!(
        "{asked} queries saw {seen} states of {batches} batches; {merged} files merged; {rounds} times vacuum"
    );
    assert!(seen > 1 && merged > 0 && rounds > 1, "nothing went on at the same time");
    assert!(!lake.join(FORGOTTEN).try_exists().unwrap());
    trail.assert_once(|arguments| dir.run(arguments.iter().copied()));
}
