//! What an ingest costs in a lake of five years, 10⁹ events in 4,000 files and 10⁷ objects, beside the same into
//! an empty one: 2,000 objects of 700 events each, on dates that hold 30 million, a fifth of them there already.
//! And what it costs when nothing is new: over those objects, and over 100,000 small ones.
//!
//! ```text
//! cargo bench --bench large_lake                                        3 GB of disk, ten minutes
//! TRAILHOUND_BENCH_SCALE=0.01 cargo bench --bench large_lake            a hundredth of all that
//! TRAILHOUND_BENCH_BIN=target/release/trailhound cargo bench …          that executable instead
//! ```
//!
//! Each figure is the median of [`RUNS`] runs, by CPU time. The lake is made up (`tests/it/large_lake.rs`).
//! Linux only.

mod executable;
#[path = "../tests/it/large_lake.rs"]
mod large_lake;

use std::fs;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use self::executable::Run;
use self::large_lake::{Size, make_lake, make_logs, reset};

const RUNS: usize = 3;

/// Objects of which a run finds nothing new.
const SMALL_OBJECTS: f64 = 100_000.0;

fn main() {
    let scale = std::env::var("TRAILHOUND_BENCH_SCALE").ok().and_then(|scale| scale.parse().ok());
    let scale: f64 = scale.unwrap_or(1.0);
    let size = large(scale);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let known = make_logs(&path("logs"), &size);
    make_lake(&path("large"), &size, &known);
    println!("{size:?}: {} new events, {} of them duplicates", size.events(), size.duplicates());

    fs::create_dir_all(path("nothing")).expect("a folder");
    print("opening the lake", &median(|| ingest(&path("nothing"), &path("large"))));
    let empty = median(|| {
        drop(fs::remove_dir_all(path("empty")));
        ingest(&path("logs"), &path("empty"))
    });
    print("into an empty lake", &empty);
    let large = median(|| {
        reset(&path("large"));
        ingest(&path("logs"), &path("large"))
    });
    assert_eq!(large.summary["duplicates"], size.duplicates());
    assert_eq!(large.summary["records"], size.events() - size.duplicates());
    print("into the large lake", &large);
    let more = |of: fn(&Run) -> f64| 100.0 * (of(&large) / of(&empty) - 1.0);
    println!(
        "{:+.1} % of CPU time, {:+.1} % of wall time",
        more(|run| run.cpu_seconds),
        more(|run| run.seconds)
    );
    print("the same again", &median(|| ingest(&path("logs"), &path("large"))));

    small_objects(&path("small"), (SMALL_OBJECTS * scale).ceil() as usize);
    ingest(&path("small"), &path("small-lake"));
    print("nothing new in small objects", &median(|| ingest(&path("small"), &path("small-lake"))));
}

/// What the header says, or a part of it.
fn large(scale: f64) -> Size {
    let part = |whole: f64| (whole * scale).ceil() as usize;
    Size {
        files: part(4_000.0),
        day_files: 40,
        file_events: part(250_000.0),
        objects: part(1e7),
        months: 60,
        new_objects: part(2_000.0),
        object_events: 700,
    }
}

/// Objects of one event each, over a month.
fn small_objects(folder: &Path, count: usize) {
    for number in 0..count {
        let day = 1 + number % 30;
        let text = format!(
            r#"{{"Records":[{{"eventTime":"2026-01-{day:02}T00:00:00Z","eventName":"A","eventID":"{number}"}}]}}"#
        );
        let at = format!("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/{day:02}/{number}.json.gz");
        let at = folder.join(at);
        fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).expect("gzip");
        fs::write(at, gzip.finish().expect("gzip")).expect("an object");
    }
}

fn ingest(logs: &Path, lake: &Path) -> Run {
    Run::of(executable::ingest(logs).arg("--lake").arg(lake))
}

fn median(run: impl Fn() -> Run) -> Run {
    Run::median(RUNS, |run| run.cpu_seconds, run)
}

fn print(what: &str, run: &Run) {
    let Run { seconds, cpu_seconds, peak_kib, .. } = run;
    let listed = run.count("/objects/listed");
    println!("{what}: {listed} objects, {cpu_seconds:.2} CPU s, {seconds:.2} s, peak {} MiB", peak_kib >> 10);
}
