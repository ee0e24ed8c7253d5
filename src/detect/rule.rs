//! A detection: what its header says, and its SQL.
//!
//! Not here: reading the header (`header`), choosing rules (`rule_set`), running them (`run`).

use std::collections::BTreeMap;

use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::Severity;
use super::header;
use super::kind::{self, Kind};
use super::mistake::{Mistake, Mistakes};
use super::param::Param;
use super::vocabulary::{Need, Practice, Status};

/// A rule, checked as far as it can be without planning its SQL.
#[derive(Debug, Clone, PartialEq)]
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
    /// Whether it filters events or computes findings.
    pub kind: Kind,
    /// Its query, without the header.
    pub sql: String,
    /// The line of the file on which `sql` starts.
    pub sql_line: usize,
    /// Hash of the file.
    pub version: String,
    /// Where it was read.
    pub file: String,
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
        match kind::of(&rule.sql) {
            Ok(kind) => rule.kind = kind,
            Err((line, message)) => {
                mistakes.push(Mistake::error(file, rule.sql_line + line.saturating_sub(1), message));
            }
        }
        rule.check_shape(&mut mistakes);
        if mistakes.is_empty() { Ok(rule) } else { Err(Mistakes(mistakes)) }
    }

    /// What only makes sense for one of the two kinds of rules.
    fn check_shape(&self, mistakes: &mut Vec<Mistake>) {
        let given = [
            ("entity", !self.entity.is_empty()),
            ("window", self.window.is_some()),
            ("lookback", self.lookback.is_some()),
        ];
        for (key, given) in given {
            let message = match self.kind {
                Kind::Event if given => {
                    format!("`{key}` is for rules that compute findings; this one only filters `cloudtrail`")
                }
                Kind::Query if !given && key != "lookback" => {
                    format!("a rule that computes findings needs `{key}`; see `rules show` of a shipped one")
                }
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
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
