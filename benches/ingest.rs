//! How fast the executable fills a lake, from a folder and from S3 on loopback, beside libdeflate's gunzip
//! alone, on all cores, of the same files: events/s, MB/s of JSON, peak memory, bytes in the lake.
//!
//! ```text
//! cargo bench --bench ingest                                        a generated trail of 200,000 events
//! TRAILHOUND_BENCH_EVENTS=1000000 cargo bench --bench ingest
//! TRAILHOUND_BENCH_LOGS=./logs cargo bench --bench ingest           these logs instead
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …      that executable instead
//! ```
//!
//! Each figure is the median of [`RUNS`] runs into a new lake. The S3 server shares the machine: what it
//! takes is in the wall time of those runs. Linux only.

mod bucket;
mod executable;
mod trail;

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use libdeflater::Decompressor;
use tempfile::TempDir;

use self::bucket::Server;
use self::executable::Run;
use self::trail::{files, logs};

const RUNS: usize = 5;

const BUCKET: &str = "logs";

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let logs = logs(folder.path(), 200_000);
    let objects = files(&logs);
    let gunzip = median((0..RUNS).map(|_| gunzip(&objects)).collect());
    println!("{} objects; gunzip alone, on all cores: {gunzip:.2} s", objects.len());
    print("folder", gunzip, measure(&logs, None));
    let key =
        |path: &Path| path.strip_prefix(&logs).expect("a path below the logs").to_string_lossy().into_owned();
    let keyed = objects.iter().map(|path| (key(path), fs::read(path).expect("an object").into()));
    let server = Server::start(keyed).await;
    let source = format!("s3://{BUCKET}/");
    // The server answers on this runtime, so the measuring waits elsewhere.
    let from_s3 = tokio::task::block_in_place(|| measure(&source, Some(&server)));
    print("S3 on loopback", gunzip, from_s3);
}

/// What libdeflate takes on all cores to inflate all objects, one after another a thread.
fn gunzip(objects: &[PathBuf]) -> f64 {
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let inflate_all = || {
        let mut gunzip = Decompressor::new();
        let mut text = Vec::new();
        while let Some(path) = objects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let object = fs::read(path).expect("an object");
            let length = u32::from_le_bytes(*object.last_chunk().expect("gzip")) as usize;
            text.resize(text.len().max(length), 0);
            gunzip.gzip_decompress(&object, &mut text[..length]).expect("gzip");
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(inflate_all);
        }
    });
    started.elapsed().as_secs_f64()
}

/// The median of several runs into a new lake, and the bytes of one.
fn measure(source: impl AsRef<OsStr>, server: Option<&Server>) -> (Run, u64) {
    let lake_bytes = Cell::new(0);
    let run = || {
        let lake = TempDir::new().expect("a temporary folder");
        let mut command = executable::ingest(&source);
        command.arg("--lake").arg(lake.path());
        if let Some(server) = server {
            command.envs(server.env());
        }
        let run = Run::of(&mut command);
        lake_bytes.set(files(lake.path()).iter().filter_map(|path| Some(path.metadata().ok()?.len())).sum());
        run
    };
    (Run::median(RUNS, |run| run.seconds, run), lake_bytes.get())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print(source: &str, gunzip: f64, (run, lake_bytes): (Run, u64)) {
    let records = run.count("/records");
    println!(
        "{source}: {records} events in {:.2} s: {:.0} events/s, {:.0} MB/s of JSON, {:.1} % of gunzip alone; CPU {:.2} s, \
         peak {} MiB; {:.1} lake bytes an event",
        run.seconds,
        records as f64 / run.seconds,
        run.count("/bytes/inflated") as f64 / 1e6 / run.seconds,
        100.0 * gunzip / run.seconds,
        run.cpu_seconds,
        run.peak_kib >> 10,
        lake_bytes as f64 / records.max(1) as f64,
    );
}
