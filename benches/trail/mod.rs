//! A generated trail, the same each time, as the benchmarks want it: in a folder, as objects, as text.

#![allow(dead_code, reason = "each benchmark takes the parts it needs")]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use jiff::Timestamp;
use tempfile::TempDir;
use trailhound::decode::Options;
use trailhound::generate;
use trailhound::progress::Progress;

/// 2026-02-01T00:00:00Z
pub(crate) const END: Timestamp = Timestamp::constant(1_769_904_000, 0);

/// A day after the trail's last.
pub(crate) const TODAY: Options = Options { today: 20_486 };

/// The objects of a trail.
pub(crate) struct Trail {
    folder: TempDir,
    /// Sorted.
    pub(crate) paths: Vec<PathBuf>,
    /// By path.
    pub(crate) objects: Vec<Vec<u8>>,
    /// Of all objects, inflated.
    pub(crate) json_bytes: u64,
}

impl Trail {
    /// Of so many events, in objects of so many or as many as real trails have.
    pub(crate) fn new(events: u64, per_object: Option<f64>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut options = generate::Options::new(events, 7, END);
        options.mean_per_object = per_object;
        generate::run(folder.path(), &options, &Progress::hidden()).expect("a trail");
        let paths = files(folder.path());
        let objects: Vec<_> = paths.iter().map(|path| fs::read(path).expect("an object")).collect();
        let json_bytes = objects.iter().map(|object| inflate(object).len() as u64).sum();
        Self { folder, paths, objects, json_bytes }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The objects' text.
    pub(crate) fn texts(&self) -> Vec<Vec<u8>> {
        self.objects.iter().map(|object| inflate(object)).collect()
    }

    /// The objects by their keys in a bucket.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = (String, &[u8])> {
        let key = |path: &Path| {
            path.strip_prefix(self.folder()).expect("a path of the trail").to_string_lossy().into_owned()
        };
        self.paths.iter().map(move |path| key(path)).zip(self.objects.iter().map(Vec::as_slice))
    }
}

/// The logs that the environment names, or a trail of so many events, if it does not say how many.
pub(crate) fn logs(folder: &Path, events: u64) -> PathBuf {
    if let Some(logs) = std::env::var_os("TRAILHOUND_BENCH_LOGS") {
        return fs::canonicalize(logs).expect("TRAILHOUND_BENCH_LOGS names a folder");
    }
    let asked = std::env::var("TRAILHOUND_BENCH_EVENTS").ok().and_then(|events| events.parse().ok());
    let options = generate::Options::new(asked.unwrap_or(events), 7, END);
    generate::run(folder, &options, &Progress::hidden()).expect("a trail");
    folder.to_owned()
}

/// The files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
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

fn inflate(object: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(object).read_to_end(&mut text).expect("gzip");
    text
}
