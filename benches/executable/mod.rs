//! One run of the executable, and what it took: wall and CPU time, memory at the peak.
//!
//! `TRAILHOUND_BENCH_BIN` names another than the one that was built with the benchmark. CPU time and memory are
//! read from `/proc` every few milliseconds while it runs, so Linux only.

#![allow(dead_code, reason = "each benchmark takes the parts it needs")]

use std::ffi::OsStr;
use std::fs;
use std::io::Seek;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How often `/proc` is read.
const EVERY: Duration = Duration::from_millis(5);

/// Ticks of `/proc/…/stat`: the same on every Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// One run.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    pub(crate) succeeded: bool,
    /// What it said of itself.
    pub(crate) summary: Value,
}

/// The executable.
pub(crate) fn command() -> Command {
    let program = std::env::var_os("TRAILHOUND_BENCH_BIN");
    Command::new(program.unwrap_or_else(|| env!("CARGO_BIN_EXE_trailhound").into()))
}

/// `ingest` of a source, whose summary is JSON.
pub(crate) fn ingest(source: impl AsRef<OsStr>) -> Command {
    let mut command = command();
    command.arg("ingest").arg(source).args(["--format", "json", "--quiet"]);
    command
}

impl Run {
    /// Runs a command that prints JSON to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut output = tempfile::tempfile().expect("a temporary file");
        let mut run = Self::into(command, output.try_clone().expect("a temporary file").into());
        output.rewind().expect("a temporary file");
        run.summary = serde_json::from_reader(output).expect("a summary as JSON");
        run
    }

    /// Runs a command to its end and looks at nothing that it prints.
    pub(crate) fn quiet(command: &mut Command) -> Self {
        Self::into(command, Stdio::null())
    }

    fn into(command: &mut Command, output: Stdio) -> Self {
        let started = Instant::now();
        let mut child = command.stdout(output).spawn().expect("the executable");
        let process = format!("/proc/{}", child.id());
        let (mut peak_kib, mut cpu_seconds) = (0, 0.0_f64);
        let status = loop {
            if let Some(status) = child.try_wait().expect("the executable") {
                break status;
            }
            peak_kib = peak_kib.max(high_water(&process).unwrap_or(0));
            cpu_seconds = cpu_seconds.max(cpu(&process).unwrap_or(0.0));
            std::thread::sleep(EVERY);
        };
        let seconds = started.elapsed().as_secs_f64();
        Self { seconds, cpu_seconds, peak_kib, succeeded: status.success(), summary: Value::Null }
    }

    /// The median of several runs, by what is given.
    pub(crate) fn median(runs: usize, by: impl Fn(&Self) -> f64, run: impl Fn() -> Self) -> Self {
        let mut runs: Vec<Self> = (0..runs).map(|_| run()).collect();
        runs.sort_by(|one, other| by(one).total_cmp(&by(other)));
        runs.swap_remove(runs.len() / 2)
    }

    /// A number of the summary.
    pub(crate) fn count(&self, pointer: &str) -> u64 {
        self.summary.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
    }
}

fn high_water(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

fn cpu(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("{process}/stat")).ok()?;
    // After the name, which may hold anything, `utime` and `stime` are the 12th and 13th.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_A_SECOND)
}
