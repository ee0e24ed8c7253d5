//! A detection: what its header says, and its SQL.
//!
//! Not here: reading the header (`header`), choosing rules (`rule_set`), running them (`run`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::Severity;
use super::header;
use super::kind::{self, Kind};
use super::mistake::{Mistake, Mistakes};
use super::param::Param;
use super::sigma::{Correlation, Detection};
use super::vocabulary::{Need, Practice, Status};

/// A rule, checked as far as it can be without planning its SQL.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Unique among the rules of a run.
    pub id: String,
    /// One line.
    pub title: String,
    /// Of each of its findings.
    pub severity: Severity,
    /// Whether it runs by itself.
    pub status: Status,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// The practice it watches.
    pub practice: Option<Practice>,
    /// Why it matters.
    pub description: String,
    /// What else looks like it.
    pub false_positives: Vec<String>,
    /// What to do first.
    pub respond: Vec<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// What it has to be told.
    pub params: BTreeMap<String, Param>,
    /// What it reads beside the logs.
    pub needs: Vec<Need>,
    /// The columns that say what a finding is about.
    pub entity: Vec<String>,
    /// The bucket of a query rule.
    pub window: Option<SignedDuration>,
    /// How far before a window it may read.
    pub lookback: Option<SignedDuration>,
    /// Whether its result changes with time alone.
    pub clock: bool,
    /// Parts of its SQL that no test case can show to be needed, and why they are there.
    pub untested: BTreeMap<String, String>,
    /// The rules that a story is about.
    pub rules: Vec<String>,
    /// Whether it filters events or computes findings.
    pub kind: Kind,
    /// What it asks.
    pub body: Body,
    /// Hash of the file.
    pub version: String,
    /// Where it was read.
    pub file: String,
    /// The line of the file on which it begins.
    pub line: usize,
}

/// What a rule asks, in the language it is written in.
#[derive(Debug, Clone)]
pub enum Body {
    /// A query.
    Sql {
        /// Without the header.
        text: String,
        /// The line of the file on which it starts.
        line: usize,
        /// The names of its parameters, without the `$`.
        parameters: BTreeSet<String>,
    },
    /// A detection of the Sigma specification.
    Sigma {
        /// As it was compiled.
        detection: Arc<Detection>,
        /// The document.
        text: String,
    },
    /// A correlation of the Sigma specification.
    Correlation {
        /// Over which rules, and what it asks of them.
        correlation: Arc<Correlation>,
        /// Its own searches, of one of the old kind.
        detection: Option<Arc<Detection>>,
        /// Placeholders of its rules that have no value.
        unset: Vec<String>,
        /// The document.
        text: String,
    },
}

impl Rule {
    /// Reads the rule that `text` is, the content of `file`.
    ///
    /// # Errors
    /// Every mistake of the header, or that its SQL can't be parsed.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        let (mut rule, mut mistakes) = match header::parse(file, text) {
            Ok(rule) => (rule, Vec::new()),
            Err(mistakes) => return Err(Mistakes(mistakes)),
        };
        match kind::of(rule.sql()) {
            Ok((kind, parameters)) => {
                rule.kind = kind;
                if let Body::Sql { parameters: of_rule, .. } = &mut rule.body {
                    *of_rule = parameters;
                }
                rule.check_shape(&mut mistakes);
            }
            Err((line, message)) => {
                mistakes.push(Mistake::error(file, rule.sql_line() + line.saturating_sub(1), message));
            }
        }
        if mistakes.is_empty() { Ok(rule) } else { Err(Mistakes(mistakes)) }
    }

    /// Its query, without the header; none of a Sigma rule.
    pub fn sql(&self) -> &str {
        match &self.body {
            Body::Sql { text, .. } => text,
            Body::Sigma { .. } | Body::Correlation { .. } => "",
        }
    }

    /// The names of its query's parameters, without the `$`.
    pub(super) fn parameters(&self) -> &BTreeSet<String> {
        const NONE: &BTreeSet<String> = &BTreeSet::new();
        match &self.body {
            Body::Sql { parameters, .. } => parameters,
            Body::Sigma { .. } | Body::Correlation { .. } => NONE,
        }
    }

    /// The line of the file on which its query starts.
    pub fn sql_line(&self) -> usize {
        match &self.body {
            Body::Sql { line, .. } => *line,
            Body::Sigma { .. } | Body::Correlation { .. } => self.line,
        }
    }

    /// What only makes sense for one of the two kinds of rules.
    ///
    /// A rule about silence may do without windows: its findings are dated at one instant.
    fn check_shape(&self, mistakes: &mut Vec<Mistake>) {
        let is_story = self.kind == Kind::Story;
        let keys = [
            ("entity", !self.entity.is_empty(), true),
            ("window", self.window.is_some(), !self.clock),
            ("lookback", self.lookback.is_some(), is_story),
            ("clock", self.clock, false),
            ("rules", !self.rules.is_empty(), is_story),
        ];
        for (key, given, needed) in keys {
            let message = match self.kind {
                Kind::Event if given => {
                    format!("`{key}` is for rules that compute findings; this one only filters `cloudtrail`")
                }
                Kind::Query if key == "rules" && given => {
                    "`rules` is for stories, which read `findings`; this rule reads `cloudtrail`".to_owned()
                }
                Kind::Story if key == "clock" && given => {
                    "`clock` is for rules about silence; a story is about what was found".to_owned()
                }
                Kind::Story if needed && !given => format!("a story needs `{key}`"),
                Kind::Query if needed && !given => format!("a rule that computes findings needs `{key}`"),
                _ => continue,
            };
            mistakes.push(Mistake::error(&self.file, 1, message));
        }
    }
}

/// Hash of a rule file's text: findings say by which version of a rule they were made.
pub(super) fn version(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..16])
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
