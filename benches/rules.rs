//! What it takes to ask hundreds of rules of all events: of raw logs and of a lake, as whole processes.
//!
//! ```text
//! cargo bench --bench rules                                         a generated trail of 200,000 events
//! TRAILHOUND_BENCH_EVENTS=2000000 cargo bench --bench rules
//! TRAILHOUND_BENCH_LOGS=./logs cargo bench --bench rules            these logs instead
//! TRAILHOUND_BENCH_RULES=./sigma cargo bench --bench rules          these rules, else ../shared/sigma
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …      that executable instead
//! ```
//!
//! Printed: medians of [`RUNS`] runs of `detect` by these rules over the logs and over a lake of them, beside a query
//! that only reads the columns that public rules ask for; of 100 rules and of 1,000 over the same lake, of which 900
//! match nothing and ask of each event name as often as it occurs; and of `rules check` of 1,000 rules. Linux only.

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
    let logs = logs(&at("trail"), 200_000);
    let rules = std::env::var_os("TRAILHOUND_BENCH_RULES")
        .map_or_else(|| PathBuf::from("../shared/sigma"), Into::into);
    let lake = at("lake");
    let made = Run::of(executable::ingest(&logs).arg("--lake").arg(&lake));
    println!("{} events, rules of {}", made.count("/records"), rules.display());

    let raw = |format: &str| {
        let mut command = executable::command();
        command.arg("detect").arg("--from").arg(&logs).arg("--rules").arg(&rules);
        command.args(["--only", PUBLIC, "--format", format]);
        run(command)
    };
    print("raw logs, summary", &raw("summary"));
    print("raw logs, NDJSON", &raw("ndjson"));
    let of_lake = |rules: &Path, only: &str| {
        let mut command = executable::command();
        command.arg("detect").arg("--lake").arg(&lake).arg("--rules").arg(rules).args(["--only", only]);
        command.args(["--no-save", "--format", "summary"]);
        run(command)
    };
    let all = of_lake(&rules, PUBLIC);
    print("lake, summary", &all);
    let lengths: Vec<_> =
        COLUMNS.iter().map(|name| format!("max(length(CAST({name} AS VARCHAR)))")).collect();
    let mut query = executable::command();
    query.arg("query").arg("--lake").arg(&lake).arg(format!("SELECT {} FROM cloudtrail", lengths.join(", ")));
    let bare = run(query);
    print("lake, bare scan of the columns", &bare);
    println!("the rules take {:.1} times the bare scan", all.seconds / bare.seconds);

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
        let found = of_lake(&at(name), "made-up-*");
        assert!(found.succeeded, "made up rules that can't be used");
        found
    };
    let (few, many) = (made_up("few"), made_up("many"));
    print("lake, 100 rules", &few);
    print("lake, 1,000 rules", &many);
    println!("1,000 rules take {:.2} times what 100 take", many.seconds / few.seconds);
    let mut check = executable::command();
    check.args(["rules", "check"]).arg(at("many"));
    print("rules check, 1,000 rules", &run(check));
}

/// The median of some runs.
fn run(mut command: Command) -> Run {
    command.arg("--quiet");
    let command = std::cell::RefCell::new(command);
    Run::median(RUNS, |run| run.seconds, || Run::quiet(&mut command.borrow_mut()))
}

fn print(what: &str, run: &Run) {
    println!("{what}: {:.2} s, CPU {:.2} s, peak {} MiB", run.seconds, run.cpu_seconds, run.peak_kib >> 10);
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
