//! `trailhound.toml`: what a site tells Trailhound about itself, read once and checked whole.
//!
//! Everything is typed here, so that a slip is found before any work starts: an unknown key names
//! the nearest known one, and each message gives file and line. A site without the file gets the
//! defaults. Relative paths are taken from the folder of the file, not from where the command runs.
//!
//! Limits: what rules ask for (`[params]`) is typed by the rules, `where` of `[[suppress]]` by the
//! query engine, and `cron` by the scheduler; here they stay as written.

mod error;
mod jobs;
mod values;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

pub use self::error::ConfigError;
pub use self::jobs::{CatchUp, Overlap, Schedule, Sink, SinkKind, Url};
pub use self::values::{SizeError, parse_size};

use self::error::Document;

/// The file that is read when none is named, if it is there.
pub const DEFAULT_FILE: &str = "trailhound.toml";

/// The whole configuration, checked, with its paths resolved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The file it came from; none when there is no file.
    pub file: Option<PathBuf>,
    /// Values for the parameters of rules.
    pub params: Params,
    /// Files that queries can name as tables: name to path.
    pub tables: BTreeMap<String, PathBuf>,
    /// Findings that are expected.
    pub suppress: Vec<Suppress>,
    /// Bounds of a query.
    pub limits: Limits,
    /// Databases that place an address.
    pub geoip: GeoIp,
    /// Sigma rules.
    pub sigma: Sigma,
    /// Jobs, in the file's order.
    pub schedule: Vec<Schedule>,
    /// Where findings are delivered, in the file's order.
    pub sink: Vec<Sink>,
}

/// `[params]`: values for the parameters of rules.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    /// Every value of `[params]` by name. A value that is a table is here too: whether
    /// `business_hours = {…}` is a value or the section of a rule only the rules can tell.
    pub global: BTreeMap<String, toml::Value>,
    /// The tables among them, by name: `[params.<rule_id>]`.
    pub by_rule: BTreeMap<String, BTreeMap<String, toml::Value>>,
}

impl Params {
    /// The value of a parameter for a rule: the rule's own, else everybody's.
    pub fn get(&self, rule_id: &str, name: &str) -> Option<&toml::Value> {
        self.by_rule.get(rule_id).and_then(|own| own.get(name)).or_else(|| self.global.get(name))
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let global = BTreeMap::<String, toml::Value>::deserialize(deserializer)?;
        let sections = global.iter().filter_map(|(name, value)| Some((name, value.as_table()?)));
        let own =
            |table: &toml::Table| table.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let by_rule = sections.map(|(name, table)| (name.clone(), own(table))).collect();
        Ok(Self { global, by_rule })
    }
}

/// `[[suppress]]`: findings that are expected, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// The rule they come from.
    pub rule: String,
    /// Which of its findings, as SQL over the columns of `findings`; all when not set.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// Why they are expected.
    #[serde(deserialize_with = "values::text")]
    pub reason: String,
    /// The first day on which they are reported again.
    #[serde(default, deserialize_with = "values::date")]
    pub expires: Option<Date>,
}

impl Suppress {
    /// Whether it no longer holds on a day.
    pub fn has_expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|expires| expires <= today)
    }
}

/// `[limits]`: bounds of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Memory in bytes; beyond it a query spills to disk or stops.
    #[serde(deserialize_with = "values::size")]
    pub memory: u64,
    /// Rows of the result.
    #[serde(deserialize_with = "values::count")]
    pub rows: Option<u64>,
    /// Time until the last row.
    #[serde(deserialize_with = "values::timeout")]
    pub time: Option<Duration>,
}

impl Default for Limits {
    /// 2 GiB leaves room beside it on the smallest machines people run this on.
    fn default() -> Self {
        Self { memory: 2 << 30, rows: None, time: None }
    }
}

/// `[geoip]`: MaxMind databases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GeoIp {
    /// Country (or City) database.
    pub country: Option<PathBuf>,
    /// Database of autonomous systems.
    pub asn: Option<PathBuf>,
}

/// `[sigma]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sigma {
    /// What `%Name%` stands for under the `expand` modifier.
    pub placeholders: BTreeMap<String, Vec<String>>,
}

/// The file as it is written. Jobs and sinks keep their place in it for the checks between them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    params: Params,
    tables: BTreeMap<String, Spanned<PathBuf>>,
    suppress: Vec<Suppress>,
    limits: Limits,
    geoip: GeoIp,
    sigma: Sigma,
    schedule: Vec<Spanned<Schedule>>,
    sink: Vec<Spanned<Sink>>,
}

impl Config {
    /// Reads a file; `None` means [`DEFAULT_FILE`] of the working folder when it is there.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let file = path.unwrap_or(Path::new(DEFAULT_FILE));
        match fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, file),
            Err(error) if error.kind() == ErrorKind::NotFound && path.is_none() => Ok(Self::default()),
            Err(error) => Err(ConfigError::unreadable(file, &error)),
        }
    }

    /// Checks the text of a file that lies (or would lie) at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let document = Document { path, text };
        let mut file: File = toml::from_str(text).map_err(|error| document.error(&error))?;
        check_tables(&file, &document)?;
        check_jobs(&file, &document)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        file.resolve(folder);
        Ok(Self {
            file: Some(path.to_owned()),
            params: file.params,
            tables: file.tables.into_iter().map(|(name, path)| (name, path.into_inner())).collect(),
            suppress: file.suppress,
            limits: file.limits,
            geoip: file.geoip,
            sigma: file.sigma,
            schedule: file.schedule.into_iter().map(Spanned::into_inner).collect(),
            sink: file.sink.into_iter().map(Spanned::into_inner).collect(),
        })
    }
}

impl File {
    /// Joining an absolute path replaces the folder, so those stay as they are.
    fn resolve(&mut self, folder: &Path) {
        for path in self.tables.values_mut() {
            *path.as_mut() = folder.join(path.as_ref());
        }
        for path in [&mut self.geoip.country, &mut self.geoip.asn].into_iter().flatten() {
            *path = folder.join(&*path);
        }
        for job in &mut self.schedule {
            job.as_mut().resolve(folder);
        }
        for sink in &mut self.sink {
            sink.as_mut().resolve(folder);
        }
    }
}

fn check_tables(file: &File, document: &Document<'_>) -> Result<(), ConfigError> {
    for (name, path) in &file.tables {
        if !is_table_name(name) {
            let message = format!(
                "`{name}` cannot name a table; use letters, digits and `_`, and begin with a letter or `_`"
            );
            return Err(document.at(path.span().start, message));
        }
    }
    Ok(())
}

/// Whether SQL can name a table so without quotes.
pub fn is_table_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn check_jobs(file: &File, document: &Document<'_>) -> Result<(), ConfigError> {
    let mut sinks: Vec<&str> = Vec::new();
    for sink in &file.sink {
        let name = sink.as_ref().name.as_str();
        if sinks.contains(&name) {
            return Err(document.at(sink.span().start, format!("a second [[sink]] is named `{name}`")));
        }
        sinks.push(name);
    }
    let mut jobs: Vec<&str> = Vec::new();
    for job in &file.schedule {
        let name = job.as_ref().name.as_str();
        if jobs.contains(&name) {
            return Err(document.at(job.span().start, format!("a second [[schedule]] is named `{name}`")));
        }
        jobs.push(name);
        for wanted in &job.as_ref().sinks {
            if !sinks.contains(&wanted.as_str()) {
                let way_out = error::suggest(wanted, &sinks)
                    .unwrap_or_else(|| format!("add a [[sink]] with name = \"{wanted}\""));
                let message =
                    format!("[[schedule]] `{name}` delivers to the unknown sink `{wanted}`; {way_out}");
                return Err(document.at(job.span().start, message));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
