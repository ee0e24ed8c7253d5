//! Commands that ask the records something: `query`, `shell`, `hunts`, `detect`, `rules`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueHint, value_parser};

use super::values::{Assignment, TableFile, one_of};
use super::{Bounds, Range, Raw, Reporting};
use crate::detect::Severity;
use crate::query::output;
use crate::report;

/// `trailhound query`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("statement").required(true).args(["sql", "file"]))]
#[command(after_help = "\
Examples:
  trailhound query 'SELECT * FROM cloudtrail WHERE error_code IS NOT NULL LIMIT 20'
  trailhound query -f hunt.sql --param ip=192.0.2.66 --since 30d
  trailhound query \"SELECT request_parameters ->> 'bucketName' FROM cloudtrail\" -o buckets.csv
  trailhound query 'SELECT count(*) FROM cloudtrail' --from ./logs")]
pub struct Query {
    /// One statement of SQL
    #[arg(value_name = "SQL")]
    pub sql: Option<String>,
    /// Read the statement from a file, or a hunt by its name
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// A value for $name in the statement; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<Assignment>,
    /// Write the result to a file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// The form of the result [default: as FILE is named, else table]
    #[arg(long, value_name = "FORMAT", value_parser = one_of::<output::Format>(output::Format::ALL.map(output::Format::name)))]
    pub format: Option<output::Format>,
    /// Raw logs in place of the lake.
    #[command(flatten)]
    pub raw: Raw,
    /// A CSV, JSON or Parquet file to query as a table; may be repeated
    #[arg(long = "table", value_name = "NAME=PATH")]
    pub tables: Vec<TableFile>,
    /// Which part of time.
    #[command(flatten)]
    pub range: Range,
    /// Stop after so many rows
    #[arg(long, value_name = "ROWS", value_parser = value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Bounds.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// `trailhound shell`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound shell --lake s3://my-lake/trail")]
pub struct Shell {
    /// Raw logs in place of the lake.
    #[command(flatten)]
    pub raw: Raw,
    /// A CSV, JSON or Parquet file to query as a table; may be repeated
    #[arg(long = "table", value_name = "NAME=PATH")]
    pub tables: Vec<TableFile>,
    /// Bounds.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// `trailhound hunts`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound hunts                           what there is
  trailhound hunts NAME > my.sql             the SQL of one, to change
  trailhound query -f NAME --param ip=192.0.2.66")]
pub struct Hunts {
    /// The hunt to print
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// Where rules come from.
#[derive(Debug, Clone, Default, Args)]
pub struct RulePaths {
    /// Files and folders of rules, .sql or Sigma .yml, besides those that come with Trailhound; may be repeated
    #[arg(long = "rules", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
}

/// `trailhound detect`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound detect                                    the whole lake; new findings are saved in it
  trailhound detect --since 7d --min-severity high --fail-on critical
  trailhound detect --from ./logs --format html -o report.html
  trailhound detect --rules ./sigma --only root_api_activity,root_console_login")]
pub struct Detect {
    /// Raw logs in place of the lake.
    #[command(flatten)]
    pub raw: Raw,
    /// Where rules come from.
    #[command(flatten)]
    pub rules: RulePaths,
    /// Only these rules, by id or glob; may be repeated or separated by commas
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Only rules of at least this severity; without it and --only, a table lists what is medium or worse
    #[arg(long, value_name = "SEVERITY", value_parser = one_of::<Severity>(Severity::ALL.map(Severity::name)))]
    pub min_severity: Option<Severity>,
    /// Which part of time.
    #[command(flatten)]
    pub range: Range,
    /// The form of the findings
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = one_of::<report::Format>(report::Format::ALL.map(report::Format::name)))]
    pub format: report::Format,
    /// Write the findings to a file
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Exit with 4 when there is a finding of at least this severity
    #[arg(long, value_name = "SEVERITY", value_parser = one_of::<Severity>(Severity::ALL.map(Severity::name)))]
    pub fail_on: Option<Severity>,
    /// Leave the lake as it is; findings in raw logs are never saved
    #[arg(long)]
    pub no_save: bool,
    /// Tell how the rules were asked and what that took, instead of what they found; nothing is saved
    #[arg(long, conflicts_with = "format")]
    pub explain: bool,
    /// A value for a parameter of rules, or RULE.NAME=VALUE for that of one; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<Assignment>,
    /// Bounds.
    #[command(flatten)]
    pub bounds: Bounds,
}

/// `trailhound rules …`
#[derive(Debug, Subcommand)]
pub enum Rules {
    /// List the rules, and which are not configured
    List(RulesList),
    /// Print a rule with all it says about itself
    Show(RulesShow),
    /// Check rules for mistakes, and the configuration for expired suppressions
    Check(RulesPaths),
    /// Run the test cases of rules
    Test(RulesTest),
    /// Run a rule over the lake day by day, and save nothing
    Backtest(Backtest),
}

/// `trailhound rules list`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound rules list --rules ./sigma --format json")]
pub struct RulesList {
    /// Where rules come from.
    #[command(flatten)]
    pub rules: RulePaths,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound rules show`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound rules show root_console_login")]
pub struct RulesShow {
    /// The rule's id
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where rules come from.
    #[command(flatten)]
    pub rules: RulePaths,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound rules test`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trailhound rules test                      those that come with Trailhound
  trailhound rules test --mutate ./my-rules --cases ./my-cases")]
pub struct RulesTest {
    /// What is tested.
    #[command(flatten)]
    pub rules: RulesPaths,
    /// Test slightly wrong versions of SQL rules instead: each lacks a condition, an element of a list or a NOT, and a case
    /// has to notice
    #[arg(long)]
    pub mutate: bool,
}

/// `trailhound rules check`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound rules check ./my-rules")]
pub struct RulesPaths {
    /// Files and folders of rules [default: those that come with Trailhound]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Where the test cases are, a folder a rule: ID/hit*.json and ID/miss*.json [default: beside the rules]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cases: Option<PathBuf>,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}

/// `trailhound rules backtest`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  trailhound rules backtest unapproved_ip --since 90d")]
pub struct Backtest {
    /// The rule's id
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where rules come from.
    #[command(flatten)]
    pub rules: RulePaths,
    /// Raw logs in place of the lake.
    #[command(flatten)]
    pub raw: Raw,
    /// Which part of time.
    #[command(flatten)]
    pub range: Range,
    /// A value for a parameter of the rule; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<Assignment>,
    /// Bounds.
    #[command(flatten)]
    pub bounds: Bounds,
    /// How to report.
    #[command(flatten)]
    pub reporting: Reporting,
}
