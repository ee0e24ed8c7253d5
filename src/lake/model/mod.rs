//! A model test of the commit protocol: the real code, and every order in which it can meet itself.
//!
//! Actors (writers, `optimize`, `vacuum`, readers) run over a store in memory in which each request
//! waits for its turn (`store`, `gate`); a schedule says whose turn it is, who crashes and which answer
//! is lost (`schedule`); a search goes through the schedules (`explore`) and at every state asks a reader
//! of logs that shares no code with the lake's own (`truth`) whether all is as it must be.
//!
//! The smallest scenario is searched to its end: two writers of one object, a crash anywhere. Each other
//! one is searched by a few hundred runs in an order that `TRAILHOUND_SEED` decides; `TRAILHOUND_LONG=1`
//! searches until nothing is left, or 60,000 runs are made. `TRAILHOUND_SCHEDULE` replays one schedule of
//! the scenario that is named on the command line.
//!
//! Limits: one crash and one lost answer a run; opening a lake is one step but where it is the matter;
//! a night passes only while nobody is at work.

mod actors;
mod explore;
mod gate;
mod request;
mod sabotage;
mod schedule;
mod store;
mod truth;

use std::env;
use std::time::Instant;

use self::actors::Role::{Ingest, OpenAndIngest, Optimize, Read, Vacuum};
use self::explore::{Faults, Found, Scenario, Searched, replay};
use self::sabotage::Sabotage;
use self::truth::Kind;

/// Runs of a scenario by default.
const RUNS: usize = 200;

/// Runs until something that is there must have been found.
const RUNS_TO_FIND: usize = 3_000;

/// Runs at most, however long there is: a scenario takes some 20 minutes for as many.
const MOST_RUNS: usize = 60_000;

/// At most one run in so many may stray: a few do when the machine is busy.
const MOST_STRAYED: usize = 4;

const VACUUM_AND_OPTIMIZE: Scenario = Scenario {
    before: &[&["A"], &["B"]],
    faults: Faults { crashes: 0, lost: 0 },
    ..Scenario::of(&[Optimize, Vacuum])
};

fn seed() -> u64 {
    env::var("TRAILHOUND_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

fn is_long() -> bool {
    env::var_os("TRAILHOUND_LONG").is_some()
}

fn describe(found: &Found) -> String {
    let Found { violation, schedule, trace } = found;
    format!("{violation}\nTRAILHOUND_SCHEDULE='{schedule}'\n{}", trace.join("\n"))
}

/// Searches a scenario in which nothing may be found; `None` if one schedule was replayed instead.
fn search(name: &str, scenario: Scenario, budget: usize, seed: Option<u64>) -> Option<Searched> {
    if let Ok(schedule) = env::var("TRAILHOUND_SCHEDULE") {
        let found = replay(scenario, &schedule::parse(&schedule).unwrap());
        assert!(found.is_none(), "{}", found.as_ref().map(describe).unwrap_or_default());
        return None;
    }
    let started = Instant::now();
    let searched = explore::search(scenario, budget, seed);
    println!(
        "{name}: {} runs, {} strayed, {} states, {}, {:.1} s",
        searched.runs,
        searched.strayed,
        searched.states,
        if searched.is_complete { "nothing left" } else { "not all" },
        started.elapsed().as_secs_f64()
    );
    if let Some(found) = &searched.found {
        panic!("{name}, TRAILHOUND_SEED={seed:?}: {}", describe(found));
    }
    Some(searched)
}

/// Searches a scenario as far as there is time.
fn holds(name: &str, scenario: Scenario) {
    let (budget, seed) = if is_long() { (MOST_RUNS, None) } else { (RUNS, Some(seed())) };
    if let Some(Searched { strayed, runs, .. }) = search(name, scenario, budget, seed) {
        assert!(strayed * MOST_STRAYED <= runs, "{name}: {strayed} of {runs} runs strayed: they show little");
    }
}

/// Searches until nothing is left, which must come within `budget` runs.
fn holds_in_every_order(name: &str, scenario: Scenario, budget: usize) {
    if let Some(Searched { is_complete, strayed, runs, .. }) = search(name, scenario, budget, Some(seed())) {
        assert!(is_complete, "{name}: not all was tried: {strayed} of {runs} runs strayed");
    }
}

/// Searches a scenario with something broken, which must show as one of `kinds`.
fn breaks(name: &str, sabotage: Sabotage, kinds: &[Kind], scenario: Scenario) {
    let scenario = Scenario { sabotage: Some(sabotage), ..scenario };
    let searched = explore::search(scenario.clone(), RUNS_TO_FIND, Some(seed()));
    let found =
        searched.found.unwrap_or_else(|| panic!("{name}: nothing was found in {} runs", searched.runs));
    println!("{name}: {} runs until `{}` after `{}`", searched.runs, found.violation, found.schedule);
    assert!(kinds.contains(&found.violation.kind), "{name}: {}", describe(&found));
    let again =
        replay(scenario, &schedule::parse(&found.schedule).unwrap()).map(|found| found.violation.kind);
    assert_eq!(again, Some(found.violation.kind), "{name}: its schedule must find it again");
}

#[test]
fn two_writers_of_the_same_objects() {
    holds(
        "two_writers_of_the_same_objects",
        Scenario::of(&[Ingest(&[&["AB!", "N"]]), Ingest(&[&["AB!", "C"]])]),
    );
}

#[test]
fn two_writers_of_one_object_in_every_order() {
    let faults = Faults { crashes: 1, lost: 0 };
    holds_in_every_order(
        "two_writers_of_one_object_in_every_order",
        Scenario { faults, ..Scenario::of(&[Ingest(&[&["A"]]), Ingest(&[&["A"]])]) },
        RUNS_TO_FIND,
    );
}

#[test]
fn two_writers_of_the_same_events() {
    holds(
        "two_writers_of_the_same_events",
        Scenario { before: &[&["A.old"]], ..Scenario::of(&[Ingest(&[&["ABN.1"]]), Ingest(&[&["BCN.2"]])]) },
    );
}

#[test]
fn two_writers_with_a_batch_ahead() {
    holds(
        "two_writers_with_a_batch_ahead",
        Scenario::of(&[Ingest(&[&["A.1"], &["AB.2"]]), Ingest(&[&["BC.3!"], &["AB.2"]])]),
    );
}

#[test]
fn a_writer_meets_optimize() {
    holds(
        "a_writer_meets_optimize",
        Scenario {
            before: &[&["A!"], &["BN!"]],
            ..Scenario::of(&[Ingest(&[&["ABC.2", "A!"], &["D!"]]), Optimize])
        },
    );
}

#[test]
fn two_optimizes_meet() {
    holds(
        "two_optimizes_meet",
        Scenario { before: &[&["A!"], &["B!"]], ..Scenario::of(&[Optimize, Optimize]) },
    );
}

#[test]
fn two_writers_open_a_lake_that_was_left_in_the_middle() {
    holds(
        "two_writers_open_a_lake_that_was_left_in_the_middle",
        Scenario {
            before: &[&["A"]],
            interrupted: &["BN!"],
            ..Scenario::of(&[OpenAndIngest(&[&["BN!", "C"]]), OpenAndIngest(&[&["BN!"]])])
        },
    );
}

#[test]
fn two_writers_make_a_lake() {
    holds(
        "two_writers_make_a_lake",
        Scenario { is_new: true, ..Scenario::of(&[OpenAndIngest(&[&["A!"]]), OpenAndIngest(&[&["A!"]])]) },
    );
}

#[test]
fn vacuum_meets_writers() {
    holds(
        "vacuum_meets_writers",
        Scenario {
            before: &[&["A"]],
            interrupted: &["B!"],
            ..Scenario::of(&[Ingest(&[&["BC!"]]), Vacuum, Ingest(&[&["C.2"]])])
        },
    );
}

#[test]
fn vacuum_meets_optimize() {
    holds("vacuum_meets_optimize", VACUUM_AND_OPTIMIZE);
}

#[test]
fn vacuum_meets_optimize_and_a_reader() {
    holds(
        "vacuum_meets_optimize_and_a_reader",
        Scenario {
            before: &[&["A"], &["B"]],
            faults: Faults { crashes: 1, lost: 0 },
            ..Scenario::of(&[Read, Optimize, Vacuum])
        },
    );
}

#[test]
fn a_reader_sees_whole_batches() {
    holds(
        "a_reader_sees_whole_batches",
        Scenario {
            before: &[&["A"], &["B"]],
            ..Scenario::of(&[Read, Ingest(&[&["CNO!"], &["DP"]]), Optimize])
        },
    );
}

#[test]
fn three_writers_meet() {
    holds(
        "three_writers_meet",
        Scenario::of(&[Ingest(&[&["AB.1"]]), Ingest(&[&["BC.2"]]), Ingest(&[&["AB.1", "CN.3!"]])]),
    );
}

#[test]
fn commits_that_overwrite_are_found() {
    breaks(
        "commits_that_overwrite_are_found",
        Sabotage::CommitsOverwrite,
        &[Kind::Lost, Kind::Misnumbered, Kind::Doubled, Kind::Torn, Kind::Failed],
        Scenario::of(&[Ingest(&[&["AB"]]), Ingest(&[&["CD"]])]),
    );
}

#[test]
fn a_commit_that_names_nothing_is_found() {
    breaks(
        "a_commit_that_names_nothing_is_found",
        Sabotage::CommitNamesNothing,
        &[Kind::Lost],
        Scenario::of(&[Ingest(&[&["AB!"]]), Ingest(&[&["CD"]])]),
    );
}

#[test]
fn keys_of_others_that_are_not_looked_at_are_found() {
    breaks(
        "keys_of_others_that_are_not_looked_at_are_found",
        Sabotage::KeysUnseen,
        &[Kind::Doubled],
        Scenario::of(&[Ingest(&[&["AB.1"]]), Ingest(&[&["BC.2"]])]),
    );
}

#[test]
fn objects_of_others_that_are_not_looked_at_are_found() {
    breaks(
        "objects_of_others_that_are_not_looked_at_are_found",
        Sabotage::ObjectsUnseen,
        &[Kind::Doubled],
        Scenario::of(&[Ingest(&[&["AB"]]), Ingest(&[&["AB"]])]),
    );
}

#[test]
fn a_vacuum_that_does_not_ask_for_age_is_found() {
    breaks(
        "a_vacuum_that_does_not_ask_for_age_is_found",
        Sabotage::AllLooksOld,
        &[Kind::Deleted],
        VACUUM_AND_OPTIMIZE,
    );
}
