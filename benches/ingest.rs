//! How fast the executable fills a lake, from a folder and from S3 on loopback, beside `gunzip` alone on
//! the same files: events/s, MB/s of JSON, peak memory, bytes in the lake.
//!
//! ```text
//! cargo bench --bench ingest                                        a generated trail of 200,000 events
//! TRAILHOUND_BENCH_EVENTS=1000000 cargo bench --bench ingest
//! TRAILHOUND_BENCH_LOGS=./logs cargo bench --bench ingest           these logs instead
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …      that executable instead
//! ```
//!
//! Each figure is the median of [`RUNS`] runs into a new lake. The S3 server shares the machine: what it
//! takes is in the wall time of those runs. Memory is read from `/proc`, so Linux only.

mod bucket;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;
use trailhound::generate;
use trailhound::progress::Progress;

use self::bucket::Server;

const RUNS: usize = 5;

/// 2026-02-01T00:00:00Z
const END: Timestamp = Timestamp::constant(1_769_904_000, 0);

const BUCKET: &str = "logs";

/// One run of `ingest`.
#[derive(Clone, Copy)]
struct Run {
    seconds: f64,
    records: u64,
    json_bytes: u64,
    lake_bytes: u64,
    peak_kib: u64,
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let logs = logs(folder.path());
    let objects = files(&logs);
    let gunzip = median((0..RUNS).map(|_| gunzip(&objects)).collect());
    println!("{} objects; gunzip alone, one thread: {gunzip:.2} s", objects.len());
    let from_folder = measure(|lake| command(lake, &logs.to_string_lossy(), None));
    print("folder", from_folder);
    let key =
        |path: &Path| path.strip_prefix(&logs).expect("a path below the logs").to_string_lossy().into_owned();
    let keyed = objects.iter().map(|path| (key(path), fs::read(path).expect("an object").into()));
    let server = Server::start(keyed).await;
    let source = format!("s3://{BUCKET}/");
    // The server answers on this runtime, so the measuring waits elsewhere.
    let from_s3 = tokio::task::block_in_place(|| measure(|lake| command(lake, &source, Some(&server))));
    print("S3 on loopback", from_s3);
}

/// The logs that the environment names, or a trail made for it.
fn logs(folder: &Path) -> PathBuf {
    if let Some(logs) = std::env::var_os("TRAILHOUND_BENCH_LOGS") {
        return fs::canonicalize(logs).expect("TRAILHOUND_BENCH_LOGS names a folder");
    }
    let events = std::env::var("TRAILHOUND_BENCH_EVENTS").ok().and_then(|events| events.parse().ok());
    let options = generate::Options::new(events.unwrap_or(200_000), 7, END);
    generate::run(folder, &options, &Progress::hidden()).expect("a trail");
    folder.to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

fn gunzip(objects: &[PathBuf]) -> f64 {
    let started = Instant::now();
    let mut buffer = vec![0; 1 << 20];
    for path in objects {
        let mut inflated = GzDecoder::new(File::open(path).expect("an object"));
        while inflated.read(&mut buffer).expect("gzip") > 0 {}
    }
    started.elapsed().as_secs_f64()
}

fn command(lake: &Path, source: &str, server: Option<&Server>) -> Command {
    let program = std::env::var_os("TRAILHOUND_BENCH_BIN");
    let mut command = Command::new(program.unwrap_or_else(|| env!("CARGO_BIN_EXE_trailhound").into()));
    command.args(["ingest", source, "--format", "json", "--quiet", "--lake"]).arg(lake);
    if let Some(server) = server {
        command.envs(server.env());
    }
    command
}

fn measure(command: impl Fn(&Path) -> Command) -> Run {
    let mut runs: Vec<Run> = (0..RUNS)
        .map(|_| {
            let lake = TempDir::new().expect("a temporary folder");
            run(command(lake.path()), lake.path())
        })
        .collect();
    runs.sort_by(|one, other| one.seconds.total_cmp(&other.seconds));
    runs[RUNS / 2]
}

fn run(mut command: Command, lake: &Path) -> Run {
    let started = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the executable");
    let peak_kib = watch(&mut child);
    let seconds = started.elapsed().as_secs_f64();
    let summary: Value =
        serde_json::from_reader(child.stdout.take().expect("its output")).expect("a summary as JSON");
    let count = |pointer: &str| summary.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    let lake_bytes = files(lake).iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum();
    Run { seconds, records: count("/records"), json_bytes: count("/bytes/inflated"), lake_bytes, peak_kib }
}

/// Waits for a process; returns the most memory it had.
fn watch(child: &mut Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("the executable").is_none() {
        peak = peak.max(high_water(&status).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    }
    peak
}

fn high_water(status: &str) -> io::Result<u64> {
    let text = fs::read_to_string(status)?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
    Ok(kib.unwrap_or(0))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print(source: &str, run: Run) {
    let Run { seconds, records, json_bytes, lake_bytes, peak_kib } = run;
    println!(
        "{source}: {records} events in {seconds:.2} s: {:.0} events/s, {:.0} MB/s of JSON; peak {} MiB; {:.1} lake bytes an event",
        records as f64 / seconds,
        json_bytes as f64 / 1e6 / seconds,
        peak_kib >> 10,
        lake_bytes as f64 / records.max(1) as f64,
    );
}
