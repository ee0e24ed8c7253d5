//! `[[schedule]]` and `[[sink]]`: jobs of ingest, detect and deliver, and where they deliver to.
//!
//! A sink's keys depend on its kind. Secrets stay out of the file: an address that is one is named
//! by the environment variable that holds it (`url_env`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::values;

/// One `[[schedule]]`: a job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its name, unique in the file.
    #[serde(deserialize_with = "values::text")]
    pub name: String,
    /// When it is due, as five fields; the scheduler reads them.
    #[serde(deserialize_with = "values::text")]
    pub cron: String,
    /// The zone that `cron` is in.
    #[serde(default = "utc", deserialize_with = "values::timezone")]
    pub timezone: String,
    /// Each run begins up to so much later, so that many machines don't begin at once.
    #[serde(default, deserialize_with = "values::span")]
    pub jitter: Duration,
    /// What is ingested first; may be empty.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Ids and globs of the detections to run.
    #[serde(default = "everything")]
    pub detections: Vec<String>,
    /// Only detections at or above it: `info`, `low`, `medium`, `high`, `critical`.
    #[serde(default, deserialize_with = "values::severity")]
    pub min_severity: Option<String>,
    /// Only detections of this practice.
    #[serde(default)]
    pub practice: Option<String>,
    /// Names of sinks.
    #[serde(default)]
    pub sinks: Vec<String>,
    /// A run is stopped after it.
    #[serde(default, deserialize_with = "values::timeout")]
    pub timeout: Option<Duration>,
    /// What happens when it is due while it still runs.
    #[serde(default)]
    pub overlap: Overlap,
    /// What happens to runs that were missed.
    #[serde(default)]
    pub catch_up: CatchUp,
}

/// What happens when a job is due while it still runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// The new run is left out.
    #[default]
    Skip,
    /// It begins when the other ends; more than one is never kept.
    Queue,
}

/// What happens to runs that were missed while nothing ran.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// One run takes the place of all of them.
    #[default]
    Once,
    /// The next due time is waited for.
    None,
}

/// One `[[sink]]`: where findings are delivered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SinkKeys")]
pub struct Sink {
    /// Its name, unique in the file.
    pub name: String,
    /// What it is.
    pub kind: SinkKind,
}

/// What a sink is, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkKind {
    /// JSON is posted to an address.
    Webhook(Url),
    /// A message is posted to an incoming webhook of Slack.
    Slack(Url),
    /// Lines are appended to a file.
    File {
        /// The file.
        path: PathBuf,
    },
    /// One object a delivery.
    S3 {
        /// `s3://bucket/prefix/`
        uri: String,
    },
    /// A topic of SNS.
    Sns {
        /// Its ARN.
        topic_arn: String,
    },
    /// A queue of SQS.
    Sqs {
        /// Its URL.
        queue_url: String,
    },
    /// Lines on stdout.
    Stdout,
}

/// An address, or where to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Url {
    /// As it stands.
    Plain(String),
    /// In an environment variable.
    Env(String),
}

impl Schedule {
    pub(super) fn resolve(&mut self, folder: &Path) {
        for source in &mut self.sources {
            if source.contains("://") || source == "-" {
                continue;
            }
            *source = folder.join(&*source).to_string_lossy().into_owned();
        }
    }
}

impl Sink {
    pub(super) fn resolve(&mut self, folder: &Path) {
        if let SinkKind::File { path } = &mut self.kind {
            *path = folder.join(&*path);
        }
    }
}

/// A `[[sink]]` as written, before its kind decides which keys it takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SinkKeys {
    #[serde(deserialize_with = "values::text")]
    name: String,
    kind: SinkWord,
    url: Option<String>,
    url_env: Option<String>,
    path: Option<PathBuf>,
    uri: Option<String>,
    topic_arn: Option<String>,
    queue_url: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SinkWord {
    Webhook,
    Slack,
    File,
    S3,
    Sns,
    Sqs,
    Stdout,
}

impl TryFrom<SinkKeys> for Sink {
    type Error = String;

    fn try_from(mut keys: SinkKeys) -> Result<Self, String> {
        let name = std::mem::take(&mut keys.name);
        let kind = match keys.kind {
            SinkWord::Webhook => SinkKind::Webhook(keys.url(&name)?),
            SinkWord::Slack => SinkKind::Slack(keys.url(&name)?),
            SinkWord::File => SinkKind::File { path: needed(keys.path.take(), "path", &name)? },
            SinkWord::S3 => SinkKind::S3 { uri: keys.s3_uri(&name)? },
            SinkWord::Sns => SinkKind::Sns { topic_arn: needed(keys.topic_arn.take(), "topic_arn", &name)? },
            SinkWord::Sqs => SinkKind::Sqs { queue_url: needed(keys.queue_url.take(), "queue_url", &name)? },
            SinkWord::Stdout => SinkKind::Stdout,
        };
        match keys.left_over() {
            Some(key) => Err(format!("[[sink]] `{name}` is of a kind that takes no `{key}`; remove it")),
            None => Ok(Self { name, kind }),
        }
    }
}

impl SinkKeys {
    fn url(&mut self, name: &str) -> Result<Url, String> {
        match (self.url.take(), self.url_env.take()) {
            (Some(url), None) => Ok(Url::Plain(url)),
            (None, Some(variable)) => Ok(Url::Env(variable)),
            (None, None) => Err(format!(
                "[[sink]] `{name}` needs `url_env`, the environment variable that holds its address, or `url`"
            )),
            (Some(_), Some(_)) => Err(format!("[[sink]] `{name}` has both `url` and `url_env`; keep one")),
        }
    }

    fn s3_uri(&mut self, name: &str) -> Result<String, String> {
        let uri = needed(self.uri.take(), "uri", name)?;
        match uri.strip_prefix("s3://") {
            Some(rest) if !rest.starts_with('/') && !rest.is_empty() => Ok(uri),
            _ => Err(format!("`{uri}` is no place on S3; write it like `s3://bucket/prefix/`")),
        }
    }

    fn left_over(&self) -> Option<&'static str> {
        let given = [
            ("url", self.url.is_some()),
            ("url_env", self.url_env.is_some()),
            ("path", self.path.is_some()),
            ("uri", self.uri.is_some()),
            ("topic_arn", self.topic_arn.is_some()),
            ("queue_url", self.queue_url.is_some()),
        ];
        given.into_iter().find_map(|(key, given)| given.then_some(key))
    }
}

fn needed<T>(value: Option<T>, key: &str, name: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("[[sink]] `{name}` needs `{key}`"))
}

fn utc() -> String {
    "UTC".to_owned()
}

fn everything() -> Vec<String> {
    vec!["*".to_owned()]
}
