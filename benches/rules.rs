//! What it takes to ask hundreds of rules of all events: of raw logs and of a lake, as whole processes.
//!
//! ```text
//! cargo bench --bench rules                                         a generated trail of 200,000 events
//! TRAILHOUND_BENCH_LOGS=./logs cargo bench --bench rules            these logs instead
//! TRAILHOUND_BENCH_LAKE=./lake cargo bench --bench rules            this lake, which is only read, else one of 2,000,000
//!                                                                   generated events, or of the logs given
//! TRAILHOUND_BENCH_RULES=./sigma cargo bench --bench rules          these rules, else ../shared/sigma
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …      that executable instead
//! ```
//!
//! Printed: medians of [`RUNS`] runs of `detect` by these rules over the logs and over a lake, beside a query that only
//! reads the columns that public rules ask for; of `detect` by the rules that come with Trailhound; of 100 rules and of 1,000 over the same lake, of which 900 match
//! nothing and ask of each event name as often as it occurs; and of `rules check` of 1,000 rules. Beside each what it
//! is to be: with as many events on two cores it should not take longer. Linux only.

mod executable;
mod trail;

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::executable::Run;
use self::trail::logs;

const RUNS: usize = 5;

const RAW_EVENTS: u64 = 200_000;
const LAKE_EVENTS: u64 = 2_000_000;

/// The ids of public rules: without those that come with Trailhound, of which some are queries of their own.
const PUBLIC: &str = "????????-????-*";

/// The columns that public rules read.
const COLUMNS: [&str; 16] = [
    "event_source",
    "event_name",
    "event_type",
    "error_code",
    "error_message",
    "user_agent",
    "user_type",
    "user_arn",
    "session_issuer_type",
    "source_ip_address",
    "request_parameters",
    "response_elements",
    "additional_event_data",
    "extra",
    "aggregation",
    "principal",
];

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let rules = std::env::var_os("TRAILHOUND_BENCH_RULES")
        .map_or_else(|| PathBuf::from("../shared/sigma"), Into::into);
    println!("rules of {}", rules.display());
    of_logs(&logs(&at("trail"), RAW_EVENTS), &rules);

    let lake = lake(folder.path());
    let detect = |rules: &Path, only: &str| {
        let mut command = executable::command();
        command.arg("detect").arg("--lake").arg(&lake).arg("--rules").arg(rules).args(["--only", only]);
        command.args(["--no-save", "--format", "summary"]);
        run(command)
    };
    let mut shipped = executable::command();
    shipped.arg("detect").arg("--lake").arg(&lake).args(["--no-save", "--format", "summary"]);
    print("lake, the rules that come with Trailhound, summary", &run(shipped), Some(4.0));
    let all = detect(&rules, PUBLIC);
    print("lake, summary", &all, Some(2.0));
    let lengths: Vec<_> =
        COLUMNS.iter().map(|name| format!("max(length(CAST({name} AS VARCHAR)))")).collect();
    let mut query = executable::command();
    query.arg("query").arg("--lake").arg(&lake).arg(format!("SELECT {} FROM cloudtrail", lengths.join(", ")));
    let bare = run(query);
    print("lake, bare scan of the columns", &bare, None);
    println!("the rules take {:.1} times the bare scan (5)", all.seconds / bare.seconds);

    let names = event_names(&lake);
    for (name, count) in [("few", 100), ("many", 1000)] {
        fs::create_dir(at(name)).expect("a folder");
        // A file has 256 documents at most.
        for first in (0..count).step_by(100) {
            fs::write(at(name).join(format!("{first}.yml")), made_up(first..first + 100, &names))
                .expect("rules");
        }
    }
    let made_up = |name: &str| {
        let found = detect(&at(name), "made-up-*");
        assert!(found.succeeded, "made up rules that can't be used");
        found
    };
    let (few, many) = (made_up("few"), made_up("many"));
    print("lake, 100 rules", &few, None);
    print("lake, 1,000 rules", &many, Some(2.0 * few.seconds));
    println!("1,000 rules take {:.2} times what 100 take (2)", many.seconds / few.seconds);
    let mut check = executable::command();
    check.args(["rules", "check"]).arg(at("many"));
    print("rules check, 1,000 rules", &run(check), Some(0.3));
}

/// What the rules take over raw logs: to be told of, and with each finding in full.
fn of_logs(logs: &Path, rules: &Path) {
    let command = |format: &str| {
        let mut command = executable::command();
        command.arg("detect").arg("--from").arg(logs).arg("--rules").arg(rules);
        command.args(["--only", PUBLIC, "--format", format]);
        command
    };
    print("raw logs, summary", &run(command("summary")), Some(1.2));
    let told = command("ndjson").arg("--quiet").output().expect("the executable runs");
    let findings = told.stdout.iter().filter(|byte| **byte == b'\n').count();
    let most = 1.2 + findings as f64 / 500_000.0;
    print(&format!("raw logs, NDJSON of {findings} findings"), &run(command("ndjson")), Some(most));
}

/// The lake that the environment names, or one made for it.
fn lake(folder: &Path) -> PathBuf {
    if let Some(lake) = std::env::var_os("TRAILHOUND_BENCH_LAKE") {
        return lake.into();
    }
    let lake = folder.join("lake");
    let logs = logs(&folder.join("long trail"), LAKE_EVENTS);
    let made = Run::of(executable::ingest(&logs).arg("--lake").arg(&lake));
    println!("a lake of {} events", made.count("/records"));
    lake
}

/// The median of some runs.
fn run(mut command: Command) -> Run {
    command.arg("--quiet");
    let command = std::cell::RefCell::new(command);
    Run::median(RUNS, |run| run.seconds, || Run::quiet(&mut command.borrow_mut()))
}

/// `most`: the seconds that it is to take at most, if that is said.
fn print(what: &str, run: &Run, most: Option<f64>) {
    let aim = most.map_or_else(String::new, |most| format!(" ({most:.2})"));
    let peak = run.peak_kib >> 10;
    println!("{what}: {:.2} s{aim}, CPU {:.2} s, peak {peak} MiB", run.seconds, run.cpu_seconds);
}

/// Event names with their sources, each as often as one in a thousand events has it.
fn event_names(lake: &Path) -> Vec<(String, String)> {
    let mut command = executable::command();
    let sql = "SELECT event_source AS source, event_name AS name, count(*) * 1000.0 / sum(count(*)) OVER () AS often
        FROM cloudtrail WHERE event_source IS NOT NULL AND event_name IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2";
    let run =
        Run::of(command.arg("query").arg("--lake").arg(lake).args([sql, "--format", "json", "--quiet"]));
    let rows = run.summary.as_array().cloned().unwrap_or_default();
    let mut names = Vec::new();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let often = row["often"].as_f64().unwrap_or_default().ceil();
        names.extend((0..often as usize).map(|_| (text("source"), text("name"))));
    }
    names
}

/// The rules of these numbers: the first 100 match some events, the others none.
fn made_up(numbers: Range<usize>, names: &[(String, String)]) -> String {
    let mut text = String::new();
    for number in numbers {
        // A stride that shares no factor with the length goes through all of them.
        let (source, name) = &names[number * 7919 % names.len()];
        let filter = match number {
            0..100 => "userIdentity.type: Root".to_owned(),
            _ => format!("userAgent|contains: no-such-agent-{number}"),
        };
        _ = write!(
            text,
            "title: rule {number}\nid: made-up-{number:04}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n  \
             selection:\n    eventSource: {source}\n    eventName: {name}\n    {filter}\n  condition: selection\nlevel: low\n---\n"
        );
    }
    text
}
