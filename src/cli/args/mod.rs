//! The command line as typed: every command, option and value, with its help. Types only; nothing
//! in here touches a file, a clock or the network.
//!
//! Values that can be wrong by themselves are refused here, at the door. What needs more than one
//! value, or a look at the world, is checked by whoever carries the command out.
//!
//! Why `--aws-region`: `--region` of `ingest` chooses objects by the region in their key, and one
//! word must not mean two things. `AWS_REGION` and the profile say it as with every AWS tool.

mod ask;
mod data;
mod values;

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::source::Retry;
use crate::timespan::When;

pub use self::ask::{
    Backtest, Detect, Hunts, Query, RulePaths, Rules, RulesList, RulesPaths, RulesShow, RulesTest, Shell,
};
pub use self::data::{
    Demo, Doctor, Export, ExportFormat, Generate, Ingest, LakeCommand, LakeInfo, Optimize, Vacuum,
};
pub use self::values::{Assignment, TableFile};

use self::values::{size, timeout, when};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const TOP_EXAMPLES: &str = "\
Examples:
  trailhound demo                                      the tour: a sample trail with attacks in it
  trailhound ingest s3://my-trail/ --since 30d         fill the lake ./lake
  trailhound query 'SELECT event_name, count(*) FROM cloudtrail GROUP BY 1 ORDER BY 2 DESC'
  trailhound detect --min-severity medium              what looks like an attack

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 done but some input could not be
read, 4 findings at or above --fail-on";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "trailhound", version, about = "An analytics engine for AWS CloudTrail logs")]
#[command(after_help = TOP_EXAMPLES, styles = STYLES, max_term_width = 110)]
#[command(propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The lake: a folder or s3://bucket/prefix
    #[arg(long, global = true, value_name = "URI", env = "TRAILHOUND_LAKE", default_value = "./lake")]
    #[arg(help_heading = "Global options", value_parser = NonEmptyStringValueParser::new())]
    pub lake: String,
    /// The configuration [default: ./trailhound.toml when it is there]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// Say more on stderr; twice for even more
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Say only what went wrong, and draw no progress bar
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    #[arg(help_heading = "Global options")]
    pub color: Color,
    /// How to reach AWS.
    #[command(flatten)]
    pub aws: AwsArgs,
}

/// How to reach AWS, for sources and for a lake on S3. What is not given comes from the
/// environment and the profile, as with every AWS tool.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "AWS options")]
pub struct AwsArgs {
    /// The profile of ~/.aws/config to use [default: AWS_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region to send requests to [default: AWS_REGION, then the profile]
    #[arg(long, global = true, value_name = "REGION")]
    pub aws_region: Option<String>,
    /// Another address than that of AWS, such as of a store with an S3 interface
    #[arg(long, global = true, value_name = "URL", value_parser = endpoint, value_hint = ValueHint::Url)]
    pub endpoint_url: Option<String>,
    /// Send requests without credentials, for public buckets
    #[arg(long, global = true, conflicts_with = "profile")]
    pub no_sign_request: bool,
    /// Agree to pay for requests and transfer, for buckets that ask for it
    #[arg(long, global = true)]
    pub requester_pays: bool,
    /// How often and how long S3 is asked again: attempts=12,base=200ms,cap=30s,within=10m,stall=20s
    #[arg(long, global = true, value_name = "POLICY", env = "TRAILHOUND_S3_RETRY", hide = true)]
    pub s3_retry: Option<Retry>,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a sample trail with attacks in it, ingest it, detect, report: the tour
    Demo(Demo),
    /// Read CloudTrail logs into the lake; what is in it already is left out
    Ingest(Ingest),
    /// Run SQL over the lake or over raw logs
    Query(Query),
    /// An interactive SQL prompt
    Shell(Shell),
    /// List the hunts that come with Trailhound, or print one
    Hunts(Hunts),
    /// Look for attacks and bad practice
    Detect(Detect),
    /// List, show, check and test detections
    #[command(subcommand)]
    Rules(Rules),
    /// Write CloudTrail JSON back out of the lake, equal to what went in
    Export(Export),
    /// Write a synthetic trail
    Generate(Generate),
    /// Look at the lake and look after it
    #[command(subcommand)]
    Lake(LakeCommand),
}

/// Which part of time.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Range {
    /// From this time on: 2026-01-31, RFC 3339, or 7d, 24h, 30m before now
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub since: Option<When>,
    /// Until just before this time
    #[arg(long, value_name = "WHEN", value_parser = when)]
    pub until: Option<When>,
}

/// How a command reports what it did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// One JSON document
    Json,
}

/// The option `--format` of commands that report what they did.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Reporting {
    /// How to report
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
}

/// Where rows come from when not from the lake.
#[derive(Debug, Clone, Default, Args)]
pub struct Raw {
    /// Read raw logs in place of the lake; may be repeated
    #[arg(long = "from", value_name = "SOURCE")]
    pub sources: Vec<String>,
}

/// Bounds of a query; what is not given comes from the configuration.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Bounds {
    /// Stop after this time
    #[arg(long, value_name = "TIME", value_parser = timeout)]
    pub timeout: Option<Duration>,
    /// Memory a query may take before it spills to disk [default: 2GiB]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
}

fn endpoint(text: &str) -> Result<String, String> {
    match text.starts_with("http://") || text.starts_with("https://") {
        true => Ok(text.to_owned()),
        false => Err("an endpoint begins with `http://` or `https://`".to_owned()),
    }
}

#[cfg(test)]
mod tests;
