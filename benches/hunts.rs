//! What hunts take over a lake, as whole processes, beside DuckDB over the same Parquet files.
//!
//! ```text
//! taskset -c 0,1 cargo bench --bench hunts                          a lake of 2,000,000 generated events
//! TRAILHOUND_BENCH_EVENTS=200000 cargo bench --bench hunts
//! TRAILHOUND_BENCH_LOGS=./logs cargo bench --bench hunts            a lake of these logs instead
//! TRAILHOUND_BENCH_LAKE=./lake cargo bench --bench hunts            this lake instead, which is only read
//! TRAILHOUND_BENCH_PYTHON=venv/bin/python cargo bench …             a Python that has DuckDB, else `python3`
//! TRAILHOUND_BENCH_DUCKDB=venv/bin/duckdb cargo bench …            DuckDB's command line (`duckdb-cli` of PyPI), too
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …      that executable instead
//! ```
//!
//! Both have two threads and 2 GiB, and write CSV that nobody reads. First each hunt runs once by either, which must
//! come to the same rows; then [`RUNS`] times by one and the other in turn. Of ours the whole process counts; of
//! DuckDB what passes from a new database to the last row, with its opening of the files and without the start of
//! Python, which would be a quarter of a second in our favour. A lake given must be as `ingest` left it: DuckDB reads
//! every file in its folders.
//!
//! Printed: for each hunt the medians, and the ratio of ours to DuckDB's; the geometric mean of the ratios, which is
//! to be [`TARGET`] at most; the same without our start either, which is what a `SELECT 1` takes; and the same beside
//! the whole process of DuckDB's command line, if there is one. Linux only.

mod executable;
mod trail;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::Value;

use self::executable::Run;
use self::trail::logs;

const RUNS: usize = 5;
const EVENTS: u64 = 2_000_000;
const THREADS: usize = 2;
const TARGET: f64 = 0.8;

const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/duckdb_hunts.py");

/// The time a hunt asks for.
#[derive(Clone, Copy)]
enum Span {
    /// All of the lake.
    All,
    /// The last date.
    Day,
    /// The hour with the most events.
    Hour,
}

use Span::{All, Day, Hour};

/// A parameter, and what finds its values in the lake: the one that most events have is taken.
type Param = (&'static str, &'static str);

const ADDRESS: Param = ("ip", "SELECT source_ip FROM cloudtrail WHERE source_ip IS NOT NULL");
const KEY: Param =
    ("key", "SELECT access_key_id FROM cloudtrail WHERE regexp_like(access_key_id, '^A[KS]IA[A-Z0-9]{16}$')");
const NEW_KEY: Param = (
    "key",
    "SELECT response_elements -> 'credentials' ->> 'accessKeyId' FROM cloudtrail
    WHERE event_source = 'sts.amazonaws.com' AND response_elements -> 'credentials' ->> 'accessKeyId' IS NOT NULL",
);
const PRINCIPAL: Param = ("who", "SELECT principal FROM cloudtrail WHERE principal IS NOT NULL");
const USER: Param = (
    "user",
    "SELECT user_name FROM cloudtrail WHERE event_source = 'signin.amazonaws.com' AND user_name IS NOT NULL",
);

/// Those that need what DuckDB does not come with, such as networks, are not among them.
const HUNTS: [(&str, Span, Option<Param>); 20] = [
    ("busiest_hours", All, None),
    ("denied_by_principal", All, None),
    ("error_spikes", All, None),
    ("first_seen", Day, None),
    ("hostile_user_agents", All, None),
    ("kms_decrypts_by_key", All, None),
    ("new_user_agents", Day, None),
    ("off_hours_changes", All, None),
    ("policy_changes", All, None),
    ("regions_first_use", Day, None),
    ("role_chains", All, None),
    ("sessions_without_mfa", All, None),
    ("who_acts", All, None),
    // One address, one key.
    ("address_activity", All, Some(ADDRESS)),
    ("key_activity", All, Some(KEY)),
    ("session_origin", All, Some(NEW_KEY)),
    // One hour.
    ("principal_timeline", Hour, Some(PRINCIPAL)),
    ("root_trail", Hour, None),
    ("sign_in_timeline", Hour, Some(USER)),
    ("trail_changes", Hour, None),
];

fn main() -> ExitCode {
    if std::thread::available_parallelism().map_or(0, usize::from) != THREADS {
        eprintln!("on a machine with more processors put `taskset -c 0,1` before the command");
        return ExitCode::FAILURE;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lake = lake(folder.path());
    let peer = Peer::new(&lake);
    let output = folder.path().join("ours.parquet");
    let start = start(&lake).seconds;
    println!("start: ours {start:.3} s, Python and DuckDB {:.3} s", peer.start().seconds);
    println!(
        "| hunt | time | rows | the same | ours s | CPU s | peak MiB | DuckDB s | ratio | its command line s | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let (mut ratios, mut started, mut of_command_lines) = (Vec::new(), Vec::new(), Vec::new());
    for (name, span, param) in HUNTS {
        let hunt = Hunt::new(&lake, name, span, param);
        let checked = Run::quiet(hunt.ours().arg("--output").arg(&output));
        let theirs = peer.run(&hunt, checked.succeeded.then_some(&output)).summary;
        let same = match theirs["differ"].as_u64() {
            None => "FAILED".to_owned(),
            Some(0) => "yes".to_owned(),
            Some(rows) => format!("{rows} DIFFER"),
        };
        let script = folder.path().join(format!("{name}.sql"));
        if peer.command_line.is_some() {
            peer.write_script(&hunt, &script);
        }
        let (mut ours, mut duck, mut command_line) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.push(Run::quiet(hunt.ours().args(["--format", "csv"])));
            duck.push(peer.run(&hunt, None));
            command_line.extend(peer.command_line(&script));
        }
        let seconds = median(&ours, |run| run.seconds);
        let inner = median(&duck, |run| run.summary["seconds"].as_f64().expect("seconds"));
        let outer = (!command_line.is_empty()).then(|| median(&command_line, |run| run.seconds));
        let (mut ratio, mut of_command_line) = ("-".to_owned(), "- | -".to_owned());
        if checked.succeeded && ours.iter().all(|run| run.succeeded) {
            ratios.push(seconds / inner);
            started.push((seconds - start) / inner);
            ratio = format!("{:.2}", seconds / inner);
            if let Some(outer) = outer {
                of_command_lines.push(seconds / outer);
                of_command_line = format!("{outer:.3} | {:.2}", seconds / outer);
            }
        }
        println!(
            "| {name} | {} | {} | {same} | {seconds:.3} | {:.2} | {} | {inner:.3} | {ratio} | {of_command_line} |",
            ["all", "a day", "an hour"][span as usize],
            theirs["rows"],
            median(&ours, |run| run.cpu_seconds),
            ours.iter().map(|run| run.peak_kib >> 10).max().unwrap_or_default(),
        );
    }
    let mean = geometric_mean(&ratios);
    println!("geometric mean of {} hunts: {mean:.2} of DuckDB (target {TARGET})", ratios.len());
    println!("… without the start of either: {:.2}", geometric_mean(&started));
    if !of_command_lines.is_empty() {
        let mean = geometric_mean(&of_command_lines);
        println!("of the whole process of its command line, {} hunts: {mean:.2}", of_command_lines.len());
    }
    if ratios.len() < HUNTS.len() {
        println!("{} hunts failed: the mean is without them", HUNTS.len() - ratios.len());
    }
    ExitCode::SUCCESS
}

/// The lake that the environment names, or one made for it.
fn lake(folder: &Path) -> PathBuf {
    let lake = match std::env::var_os("TRAILHOUND_BENCH_LAKE") {
        Some(lake) => lake.into(),
        None => {
            let lake = folder.join("lake");
            Run::of(executable::ingest(logs(&folder.join("trail"), EVENTS)).arg("--lake").arg(&lake));
            lake
        }
    };
    println!("{} events", ask(&lake, "SELECT count(*) AS events FROM cloudtrail")["events"]);
    lake
}

/// A hunt over a lake with all that it asks for.
struct Hunt<'a> {
    lake: &'a Path,
    name: &'static str,
    since: String,
    until: String,
    /// As `name=value`.
    param: Option<String>,
}

impl<'a> Hunt<'a> {
    fn new(lake: &'a Path, name: &'static str, span: Span, param: Option<Param>) -> Self {
        let sql = match span {
            All => {
                "SELECT date_trunc('day', min(event_time)) AS since,
                    date_trunc('day', max(event_time)) + INTERVAL '1 day' AS until FROM cloudtrail"
            }
            Day => {
                "SELECT date_trunc('day', max(event_time)) AS since,
                    date_trunc('day', max(event_time)) + INTERVAL '1 day' AS until FROM cloudtrail"
            }
            Hour => {
                "SELECT date_trunc('hour', event_time) AS since,
                    date_trunc('hour', event_time) + INTERVAL '1 hour' AS until
                FROM cloudtrail GROUP BY 1, 2 ORDER BY count(*) DESC, 1 LIMIT 1"
            }
        };
        let times = ask(lake, sql);
        let param = param.map(|param| chosen(lake, param, &times));
        Self { lake, name, since: text(&times, "since"), until: text(&times, "until"), param }
    }

    /// Our process, without the form of its output.
    fn ours(&self) -> Command {
        let mut command = executable::command();
        command.args(["query", "--quiet", "--file", self.name, "--lake"]).arg(self.lake);
        command.args(["--since", &self.since, "--until", &self.until]);
        if let Some(param) = &self.param {
            command.args(["--param", param]);
        }
        command
    }
}

/// DuckDB.
struct Peer<'a> {
    python: PathBuf,
    command_line: Option<PathBuf>,
    lake: &'a Path,
}

impl<'a> Peer<'a> {
    fn new(lake: &'a Path) -> Self {
        let python = std::env::var_os("TRAILHOUND_BENCH_PYTHON");
        let command_line = std::env::var_os("TRAILHOUND_BENCH_DUCKDB").map(PathBuf::from);
        Self { python: python.map_or_else(|| "python3".into(), Into::into), command_line, lake }
    }

    fn start(&self) -> Run {
        let start = || {
            Run::quiet(Command::new(&self.python).args(["-c", "import duckdb; duckdb.execute('SELECT 1')"]))
        };
        Run::median(RUNS, |run| run.seconds, start)
    }

    /// Its process; how many rows differ from those of a file is said too.
    fn run(&self, hunt: &Hunt, same_as: Option<&PathBuf>) -> Run {
        let mut command = self.command(hunt);
        if let Some(file) = same_as {
            command.arg("--same-as").arg(file);
        }
        Run::of(&mut command)
    }

    fn command(&self, hunt: &Hunt) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(PEER).arg(self.lake).args([hunt.name, &hunt.since, &hunt.until]).args(&hunt.param);
        command
    }

    /// What its command line is to run.
    fn write_script(&self, hunt: &Hunt, script: &Path) {
        let done = self.command(hunt).arg("--script").arg(script).status().expect("Python");
        assert!(done.success(), "no script was written");
    }

    /// Its command line as a process, if there is one that takes the hunt: it is of an older version.
    fn command_line(&self, script: &Path) -> Option<Run> {
        let run = Run::quiet(Command::new(self.command_line.as_ref()?).arg("-f").arg(script));
        run.succeeded.then_some(run)
    }
}

/// A process that asks nothing of the lake.
fn start(lake: &Path) -> Run {
    let start =
        || Run::quiet(executable::command().args(["query", "--quiet", "SELECT 1", "--lake"]).arg(lake));
    Run::median(RUNS, |run| run.seconds, start)
}

/// What most events between two times have, as `name=value`.
fn chosen(lake: &Path, (name, sql): Param, times: &Value) -> String {
    let (since, until) = (text(times, "since"), text(times, "until"));
    let sql = format!(
        "{sql} AND event_time >= '{since}' AND event_time < '{until}' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    );
    let row = ask(lake, &sql);
    // Where no event has any, one that is nowhere.
    let value = row.as_object().and_then(|row| row.values().next()?.as_str()).unwrap_or("none");
    format!("{name}={value}")
}

/// The first row of an answer.
fn ask(lake: &Path, sql: &str) -> Value {
    let mut command = executable::command();
    command.args(["query", "--quiet", "--format", "json", sql, "--lake"]).arg(lake);
    Run::of(&mut command).summary[0].take()
}

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().expect("a text").to_owned()
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<_> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn geometric_mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}
