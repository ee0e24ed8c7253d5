//! Commands that move records: `demo`, `ingest`, `export`, `generate`, `lake`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint, value_parser};

use super::values::{timeout, when};
use super::{Range, Reporting};
use crate::generate::{STORY_NAMES, Stories};
use crate::timespan::When;

/// `trailhound demo`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound demo                            into ./trailhound-demo
  trailhound demo /tmp/tour --events 500000")]
pub struct Demo {
    /// The folder to make it in
    #[arg(value_name = "DIR", default_value = "./trailhound-demo", value_hint = ValueHint::DirPath)]
    pub dir: PathBuf,
    /// How many events the trail has
    #[arg(long, value_name = "N", default_value_t = 50_000, value_parser = value_parser!(u64).range(1_000..=100_000_000))]
    pub events: u64,
    /// The same seed makes the same trail
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Where the trail ends: a date, RFC 3339, or 7d before now [default: today's midnight]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub end: Option<When>,
    /// Attacks to plant: all, none, or names with commas between
    #[arg(long, value_name = "NAMES", default_value = "all", long_help = stories_help())]
    pub stories: Stories,
}

/// `trailhound ingest`
#[derive(Debug, Args)]
#[command(after_help = "\
--since, --until, --account and --region choose objects by their key, with a day of margin, and
never records: a chosen object goes in whole. Objects whose key tells nothing are always chosen.

Examples:
  trailhound ingest s3://my-trail/AWSLogs/ --since 30d
  trailhound ingest ./logs more/x.json.gz --lake s3://my-lake/trail
  zcat x.json.gz | trailhound ingest -")]
pub struct Ingest {
    /// Buckets, prefixes, folders, files, or - for stdin
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// Which part of time.
    #[command(flatten)]
    pub range: Range,
    /// Only objects of this account; may be repeated
    #[arg(long = "account", value_name = "ID", value_parser = account)]
    pub accounts: Vec<String>,
    /// Only objects of this region; may be repeated
    #[arg(long = "region", value_name = "REGION", value_parser = region)]
    pub regions: Vec<String>,
    /// List what would be read, and read nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Objects that are read at the same time [default: chosen by the machine]
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=4096))]
    pub jobs: Option<u32>,
    /// Try objects again whose bytes were found broken before
    #[arg(long)]
    pub retry_quarantined: bool,
    /// Commit each time that so many new records were read [default: a million, or what a minute brings]
    #[arg(long, value_name = "RECORDS", value_parser = value_parser!(u32).range(1..))]
    pub commit_every: Option<u32>,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// The forms of exported records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One record a line
    #[default]
    Ndjson,
    /// One CloudTrail object: {"Records":[…]}
    Records,
}

/// `trailhound export`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound export --where \"user_name = 'alice'\" --since 7d -o alice.ndjson
  trailhound export --format records | gzip > trail.json.gz")]
pub struct Export {
    /// Only records for which this SQL is true
    #[arg(long = "where", value_name = "SQL")]
    pub condition: Option<String>,
    /// Which part of time.
    #[command(flatten)]
    pub range: Range,
    /// Write to a file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The form of the records
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ExportFormat::Ndjson)]
    pub format: ExportFormat,
}

/// `trailhound generate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound generate ./logs --events 100000 --seed 7
  trailhound generate ./logs --stories none                    an ordinary week
  trailhound generate ./logs --stories root,trail-stopped

A trail also has what only looks like an attack: of each high and critical rule the look-alike (a phone replaced, root
signing in once with MFA, a snapshot shared inside the organisation), once in 50,000 events, in smaller trails a part
of them; none of it should be a finding of high severity. `--format json` lists which.")]
pub struct Generate {
    /// The folder to write to; it is made
    #[arg(value_name = "OUT", value_hint = ValueHint::DirPath)]
    pub out: PathBuf,
    /// How many events
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = value_parser!(u64).range(1_000..=100_000_000))]
    pub events: u64,
    /// The same seed, range and stories make the same trail
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many days the trail covers
    #[arg(long, value_name = "N", default_value_t = 28, value_parser = value_parser!(u32).range(1..=400))]
    pub days: u32,
    /// Where the trail ends: a date, RFC 3339, or 7d before now [default: today's midnight]
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub end: Option<When>,
    /// Attacks to plant: all, none, or names separated by commas
    #[arg(long, value_name = "NAMES", default_value = "all", long_help = stories_help())]
    pub stories: Stories,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound lake …`
#[derive(Debug, Subcommand)]
pub enum LakeCommand {
    /// What is in the lake: tables, rows, files, dates
    Info(LakeInfo),
    /// Merge small files into large, sorted ones
    Optimize(Optimize),
    /// Delete files that nothing refers to
    Vacuum(Vacuum),
    /// Check that the lake is whole, and that its store keeps what the commits rely on
    Doctor(Doctor),
}

/// `trailhound lake info`
#[derive(Debug, Args)]
pub struct LakeInfo {
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound lake doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound lake doctor --deep
  trailhound lake doctor --repair")]
pub struct Doctor {
    /// Mend what can be, while no ingest runs: finish what was interrupted, set damaged files of logs
    /// aside, make lost hash sidecars anew, have the next ingest read again what was lost
    #[arg(long)]
    pub repair: bool,
    /// Read every data file and compare its records with the hashes that were written beside it
    #[arg(long)]
    pub deep: bool,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound lake optimize`
#[derive(Debug, Args)]
pub struct Optimize {
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound lake vacuum`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound lake vacuum --older-than 7d --dry-run")]
pub struct Vacuum {
    /// Only files that are older; from 24h, which a slow writer may need, to 7d, which the log remembers
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = retention)]
    pub older_than: Duration,
    /// List what would be deleted, and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

fn stories_help() -> String {
    format!(
        "Attacks to plant: all, none, or names with commas between: {}. In a trail of fewer than 17 days \
         `stale-key` is left out: its key must have time to grow stale",
        STORY_NAMES.join(", ")
    )
}

fn account(text: &str) -> Result<String, String> {
    match text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err("an account id has 12 digits".to_owned()),
    }
}

fn region(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    match text.contains('-') && text.bytes().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("a region looks like `us-east-1`".to_owned()),
    }
}

fn retention(text: &str) -> Result<Duration, String> {
    let (least, most) = (Duration::from_secs(24 * 3_600), Duration::from_secs(7 * 24 * 3_600));
    match timeout(text)? {
        age if age > most => {
            Err("the most is `7d`: the log remembers no longer what was taken out".to_owned())
        }
        age if age < least => {
            Err("the least is `24h`: younger files may be those of a running ingest".to_owned())
        }
        age => Ok(age),
    }
}
