//! `kill -9` at every step of a commit, and at any time: what is left each time, and that every record
//! is there once in the end.
//!
//! A run is killed at a point of `src/pause.rs` or after a time that a seed chooses (`TRAILHOUND_SEED`;
//! each test says its own), what it left is named (`remains.rs`) and must be what that point can leave;
//! the next run goes on from there. A table of what was left follows at the end, and a state that no
//! kill has left fails the test: then it has not tried what it is for. `TRAILHOUND_LONG=1` kills twenty
//! times as often.
//!
//! Limits: the kernel outlives the process, so this says nothing about power; that rests on the order of
//! fsyncs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::harness::{Record, Run, TestDir};
use crate::remains::{Remains, State, age};
use crate::s3_server::S3Server;
use crate::trail::Trail;
use crate::victim::Victim;

pub(crate) fn seed() -> u64 {
    let seed = std::env::var("TRAILHOUND_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_115);
    eprintln!("TRAILHOUND_SEED={seed}");
    seed
}

/// How much longer than usual.
pub(crate) fn long() -> usize {
    if std::env::var_os("TRAILHOUND_LONG").is_some_and(|value| value == "1") { 20 } else { 1 }
}

/// Where a run is killed.
#[derive(Debug, Clone)]
enum Blow {
    /// At a point, as `TRAILHOUND_PAUSE` spells it.
    At(String),
    /// So long after it has passed a point.
    After(String, Duration),
    /// At its start.
    AtOnce,
}

/// Whatever there is may be left.
const ANY: &[State] = &[];

/// What a kill at a point may leave. Files are written sixteen at a time, so that beside a data file
/// that is there others are still without a name; and each file of a log is one that is fsynced.
fn leaves(point: &str) -> &'static [State] {
    use State::*;
    match point.split('@').next().unwrap() {
        "fsync" if point.contains("_last_checkpoint") => &[BareCheckpoint],
        "fsync" => &[HalfMade, Temporary, Rows, RowsAndLetters, BareCheckpoint],
        "data_file" => &[Staged, Temporary],
        "before_commit" => &[Staged],
        "cloudtrail_commit" => &[Rows],
        "dead_letters_commit" => &[RowsAndLetters],
        "objects_commit" => &[Closed],
        "checkpoint" => &[Checkpointed],
        "optimize_swap" => &[Swapped],
        "findings_commit" => &[Findings],
        "baseline_commit" => &[Counted],
        other => panic!("`{other}` is no point"),
    }
}

/// A lake and those who write it.
struct Scene {
    dir: TestDir,
    /// What names the lake, for each command.
    lake: Vec<(&'static str, String)>,
    /// Where its files are.
    folder: PathBuf,
    /// What kills have left, by what was hit.
    left: BTreeMap<(String, State), usize>,
    kills: usize,
}

impl Scene {
    fn new(dir: TestDir, lake: Vec<(&'static str, String)>, folder: PathBuf) -> Self {
        Self { dir, lake, folder, left: BTreeMap::new(), kills: 0 }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.dir.command();
        command.args(arguments).envs(self.lake.iter().cloned());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments), b"")
    }

    /// Kills a run and looks at what it has left.
    fn kill(&mut self, arguments: &[&str], blow: &Blow) -> State {
        let before = Remains::of(&self.folder);
        let (name, was_killed, allowed) = match blow {
            Blow::At(pause) => {
                let point = pause.split(':').next().unwrap();
                (point, self.kill_after(arguments, pause, Duration::ZERO), leaves(point))
            }
            Blow::After(pause, time) => ("any time", self.kill_after(arguments, pause, *time), ANY),
            Blow::AtOnce => {
                Victim::start(self.command(arguments), None).kill();
                ("start", true, ANY)
            }
        };
        let state = match was_killed {
            true => Remains::of(&self.folder).state(&before),
            false => State::Complete,
        };
        let expected = !was_killed || allowed.is_empty() || allowed.contains(&state);
        assert!(expected, "{arguments:?} killed at {blow:?} left {state:?}, not one of {allowed:?}");
        self.kills += usize::from(was_killed);
        *self.left.entry((format!("{} at {name}", arguments[0]), state)).or_default() += 1;
        state
    }

    /// Kills a run when it has passed a point and some time; whether it was still there.
    fn kill_after(&self, arguments: &[&str], pause: &str, time: Duration) -> bool {
        let mut victim = Victim::start(self.command(arguments), Some(pause));
        if victim.paused().is_none() {
            victim.expect_end(&[0, 3]);
            return false;
        }
        std::thread::sleep(time);
        let ended = victim.kill();
        // What a bucket was asked for it may still do.
        std::thread::sleep(Duration::from_millis(5));
        assert!(ended.is_none_or(|end| matches!(end.code(), Some(0 | 3))), "{arguments:?}: {ended:?}");
        ended.is_none()
    }

    fn report(&self) {
        eprintln!("{} kills, {} commits", self.kills, Remains::of(&self.folder).commits());
        for ((point, state), count) in &self.left {
            eprintln!("{count:>5}  {point:<40} {state:?}");
        }
    }

    fn states(&self) -> BTreeSet<State> {
        self.left.keys().map(|(_, state)| *state).collect()
    }
}

/// So many blows at each point, at one of its first `most` passings, and so many at any time from the
/// first file on, in any order: what one run leaves the next one begins with.
fn blows(random: &mut StdRng, points: &[(&str, usize, u32)], at_any_time: usize) -> Vec<Blow> {
    let mut blows = Vec::new();
    for (point, times, most) in points {
        let passings = (0..times * long()).map(|_| random.random_range(1..=*most));
        blows.extend(passings.map(|passing| Blow::At(format!("{point}:{passing}"))));
    }
    blows.extend((0..at_any_time * long()).map(|_| {
        let passing = random.random_range(1..=12);
        Blow::After(format!("data_file:{passing}:0"), Duration::from_micros(random.random_range(0..50_000)))
    }));
    for place in (1..blows.len()).rev() {
        blows.swap(place, random.random_range(0..=place));
    }
    blows
}

fn at(points: &[&str]) -> Vec<Blow> {
    points.iter().map(|point| Blow::At((*point).to_owned())).collect()
}

/// Kills ingests of `./logs`, one for each blow; a lake that is complete is checked and the next begun.
fn kill_ingests(scene: &mut Scene, trail: &Trail, ingest: &[&str], blows: &[Blow]) {
    for blow in blows {
        let mut tries = 0;
        while scene.kill(ingest, blow) == State::Complete {
            trail.assert_once(|arguments| scene.run(arguments));
            fs::remove_dir_all(&scene.folder).unwrap();
            tries += 1;
            assert!(tries < 3, "no run is there long enough for {blow:?}");
        }
    }
    // What was left is taken up; dead letters make it 3, unless nothing was left.
    let last = scene.run(&[ingest, &["--format", "json"]].concat());
    assert!(matches!(last.exit, Some(0 | 3)) && last.json()["objects"]["failed"] == 0, "{last}");
    trail.assert_once(|arguments| scene.run(arguments));
}

#[test]
fn an_ingest_killed_at_every_step_into_a_folder_brings_every_record_once() {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let trail = Trail::generate(&dir, 200_000, 6, 11);
    let folder = dir.path().join("lake");
    let mut scene = Scene::new(dir, Vec::new(), folder);
    let ingest = ["ingest", "logs", "--commit-every", "2000"];

    // On the way to a lake, and with what was left at one step taken up and killed at the next.
    let mut all =
        at(&["fsync:1", "fsync:3", "cloudtrail_commit:1", "dead_letters_commit:1", "objects_commit:1"]);
    all.push(Blow::AtOnce);
    let points = [
        ("fsync", 4, 20),
        ("data_file", 3, 8),
        ("before_commit", 2, 2),
        ("cloudtrail_commit", 3, 2),
        ("dead_letters_commit", 2, 2),
        ("objects_commit", 2, 2),
        ("baseline_commit", 1, 1),
    ];
    all.extend(blows(&mut random, &points, 5));
    // A log gets a checkpoint at its version 50, in about the middle of the trail.
    all.extend(at(&["fsync@_last_checkpoint:1", "checkpoint@cloudtrail:1", "checkpoint@objects:1"]));
    all.extend(blows(&mut random, &points, 5));
    kill_ingests(&mut scene, &trail, &ingest, &all);
    let commits = Remains::of(&scene.folder).commits();
    assert!(commits >= 20, "only {commits} commits");

    // Merging files is no other matter, and neither are findings.
    let all = at(&[
        "optimize_swap:1",
        "fsync:2",
        "data_file:1",
        "data_file:2",
        "optimize_swap:2",
        "fsync@_last_checkpoint:1",
        "checkpoint@objects:1",
    ]);
    for blow in &all {
        scene.kill(&["lake", "optimize"], blow);
    }
    for blow in at(&["data_file:1", "findings_commit:1"]) {
        scene.kill(&["detect", "--only", "root_*"], &blow);
    }
    scene.run(&["lake", "optimize"]).expect_exit(0);
    let once =
        "SELECT count(*) - count(DISTINCT finding_id || revision) AS more, count(*) > 0 AS any FROM findings";
    scene.run(&["detect", "--only", "root_*"]).expect_exit(0);
    let findings = scene.run(&["query", once, "--format", "ndjson"]).expect_exit(0).ndjson();
    assert!(findings[0]["more"] == 0 && findings[0]["any"] == true, "{findings:?}");

    // Once it is old, what the kills have left is garbage.
    let garbage = Remains::of(&scene.folder);
    assert!(garbage.garbage().len() > 4, "{:?}", garbage.garbage());
    age(&scene.folder, garbage.garbage());
    scene.run(&["lake", "vacuum"]).expect_exit(0);
    assert_eq!(Remains::of(&scene.folder).garbage(), BTreeSet::new());
    trail.assert_once(|arguments| scene.run(arguments));
    let again = scene.run(&[&ingest[..], &["--format", "json"]].concat()).expect_exit(0).json();
    assert_eq!(again["objects"]["listed"], again["objects"]["already"], "{again}");

    scene.report();
    assert!(scene.kills >= 50, "only {} kills", scene.kills);
    use State::*;
    let missing: Vec<_> = [
        HalfMade,
        Nothing,
        Temporary,
        Staged,
        Rows,
        RowsAndLetters,
        Closed,
        Swapped,
        BareCheckpoint,
        Checkpointed,
        Findings,
        Counted,
    ]
    .into_iter()
    .filter(|state| !scene.states().contains(state))
    .collect();
    assert!(missing.is_empty(), "no kill has left {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingest_killed_at_every_step_into_a_bucket_brings_every_record_once() {
    let server = S3Server::start().await;
    server.make_bucket("lakes");
    let mut environment = server.env();
    environment.push(("TRAILHOUND_LAKE", "s3://lakes/trail".to_owned()));
    let folder = server.path("lakes", "trail");
    // Away from the threads that serve.
    let killing = tokio::task::spawn_blocking(move || kill_in_bucket(environment, folder));
    killing.await.unwrap();
}

fn kill_in_bucket(environment: Vec<(&'static str, String)>, folder: PathBuf) {
    let mut random = StdRng::seed_from_u64(seed());
    let dir = TestDir::new();
    let trail = Trail::generate(&dir, 24_000, 3, 12);
    let mut scene = Scene::new(dir, environment, folder);
    let mut all = at(&["cloudtrail_commit:1", "dead_letters_commit:1", "objects_commit:1"]);
    let points = [
        ("data_file", 3, 8),
        ("before_commit", 2, 2),
        ("cloudtrail_commit", 2, 2),
        ("dead_letters_commit", 2, 2),
        ("objects_commit", 2, 2),
    ];
    all.extend(blows(&mut random, &points, 8));
    kill_ingests(&mut scene, &trail, &["ingest", "logs", "--commit-every", "500"], &all);
    let commits = Remains::of(&scene.folder).commits();
    assert!(commits >= 20, "only {commits} commits");
    for blow in at(&["data_file:2", "optimize_swap:1", "checkpoint:1"]) {
        scene.kill(&["lake", "optimize"], &blow);
    }
    scene.run(&["lake", "optimize"]).expect_exit(0);
    trail.assert_once(|arguments| scene.run(arguments));

    scene.report();
    use State::*;
    let missing: Vec<_> = [Staged, Rows, RowsAndLetters, Closed, Swapped, Checkpointed]
        .into_iter()
        .filter(|state| !scene.states().contains(state))
        .collect();
    assert!(missing.is_empty(), "no kill has left {missing:?}");
}

#[test]
fn a_batch_is_committed_each_time_that_so_many_records_were_read() {
    let dir = TestDir::new();
    let objects = 0..9u32;
    for object in objects {
        let records: Vec<_> =
            (object * 10..object * 10 + 10).map(|number| Record::new(number).json()).collect();
        dir.object(&format!("logs/{object}.json.gz"), &records);
    }
    dir.run(["ingest", "logs", "--commit-every", "25"]).expect_exit(0);
    let batches = "SELECT count(DISTINCT ingest_batch) AS batches, count(*) AS rows FROM cloudtrail";
    let rows = dir.run(["query", batches, "--format", "ndjson"]).expect_exit(0).ndjson();
    // An object goes in whole, so that three fill a batch.
    assert_eq!((&rows[0]["batches"], &rows[0]["rows"]), (&3.into(), &90.into()));
}

/// An entry as other tools write it.
fn unsealed(entry: &str) -> String {
    let (before, rest) = entry.split_once("\"trailhoundChecksum\":").unwrap();
    format!("{before}{}", rest.split_once(',').unwrap().1)
}

#[test]
fn what_is_left_is_told_apart_and_what_is_lost_or_doubled_is_seen() {
    let dir = TestDir::new();
    let trail = Trail::generate(&dir, 1_000, 1, 14);
    dir.run(["ingest", "logs", "--commit-every", "300"]).expect_exit(3);
    let lake = dir.path().join("lake");
    let whole = Remains::of(&lake);
    let commits = whole.commits();
    assert!(commits > 1, "{commits} commits");
    trail.assert_once(|arguments| dir.run(arguments));
    assert_eq!(whole.state(&whole), State::Nothing);

    for (name, state) in [
        ("cloudtrail/event_date=2026-10-31/x.parquet", State::Staged),
        ("cloudtrail/_hashes/x.hashes", State::Staged),
        ("objects/_delta_log/.x.tmp", State::Temporary),
        ("objects/_delta_log/00000000000000000001.checkpoint.parquet", State::BareCheckpoint),
    ] {
        let file = dir.file(&format!("lake/{name}"), "");
        assert_eq!(Remains::of(&lake).state(&whole), state, "{name}");
        fs::remove_file(file).unwrap();
    }
    let entry = |table: &str, number: usize| lake.join(format!("{table}/_delta_log/{number:020}.json"));
    fs::remove_file(entry("objects", commits)).unwrap();
    let letters = Remains::of(&lake).state(&whole);
    assert!(matches!(letters, State::Rows | State::RowsAndLetters), "{letters:?}");

    // Under a second name the rows of a batch are doubled, and without its entry they are lost.
    let seen = || {
        let checked = std::panic::catch_unwind(|| trail.assert_once(|arguments| dir.run(arguments)));
        *checked.unwrap_err().downcast::<String>().unwrap()
    };
    let last = fs::read_to_string(entry("cloudtrail", commits)).unwrap();
    let (name, other) = (format!("/{commits:010}-"), "/0000000099-");
    for path in whole.named().into_iter().filter(|path| path.contains(&name) && lake.join(path).is_file()) {
        fs::copy(lake.join(&path), lake.join(path.replace(&name, other))).unwrap();
    }
    fs::write(entry("cloudtrail", commits + 1), unsealed(&last).replace(&name, other)).unwrap();
    assert!(seen().contains("there more than once"));
    fs::remove_file(entry("cloudtrail", commits + 1)).unwrap();
    fs::remove_file(entry("cloudtrail", commits)).unwrap();
    assert!(seen().contains("are lost"));
}
