//! What a run came to: its findings, and for each rule how it went.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Severity;
use super::rule::Rule;
use super::scan::{Counted, Explained};
use super::window::Span;
use super::{Finding, Findings};

/// A run of rules over a range of time.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was run, when, over what.
    pub run: Run,
    /// The most severe first, then by time.
    pub findings: Findings,
    /// Every rule of the run, by id.
    pub rules: Vec<RuleOutcome>,
    /// Findings that the operator expects, by `[[suppress]]` entry; they are not among the findings.
    pub suppressed: Vec<Suppressed>,
    /// What the operator should know beside the findings.
    pub warnings: Vec<String>,
    /// Where events that rules match were only counted, whom they are about; the rules' counts are theirs.
    pub counted: Option<Counted>,
    /// Where it is wanted, what the scan of event rules did; its rules are these, by id.
    pub explained: Option<(Vec<String>, Explained)>,
}

/// Which run it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// What the rules ran over.
    pub source: String,
    /// When.
    pub found_at: Timestamp,
    /// The range of time judged; none when there is no event at all.
    pub span: Option<Span>,
}

/// How one rule went.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    /// All that the rule says, where it is at hand.
    pub rule: Option<Arc<Rule>>,
    /// The rule.
    pub rule_id: String,
    /// Its title.
    pub title: String,
    /// Its severity.
    pub severity: Severity,
    /// Whether it ran.
    pub state: State,
    /// Findings it added to the report.
    pub findings: u64,
    /// Findings beyond the limit, which the report lacks.
    pub dropped: u64,
    /// Findings the operator expects.
    pub suppressed: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// Whether a rule ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It did.
    Ran,
    /// It can't without these; each says what to do.
    NotConfigured(Vec<String>),
    /// It was tried, and why it ended.
    Failed(String),
}

/// Findings that one `[[suppress]]` entry took out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The entry's rule.
    pub rule: String,
    /// The entry's reason.
    pub reason: String,
    /// How many.
    pub count: u64,
}

impl Report {
    /// A report of findings that were stored earlier.
    pub fn of_stored(findings: Vec<Finding>, source: String, now: Timestamp) -> Self {
        let first = findings.iter().map(|finding| finding.time).min();
        let last = findings.iter().map(|finding| finding.time).max();
        let span = first.zip(last).map(|(since, until)| Span { since, until });
        let run = Run { id: String::new(), source, found_at: now, span };
        let findings = Findings::from(findings);
        Self {
            run,
            findings,
            rules: Vec::new(),
            suppressed: Vec::new(),
            warnings: Vec::new(),
            counted: None,
            explained: None,
        }
    }

    /// The most severe finding's severity.
    pub fn worst(&self) -> Option<Severity> {
        let counted = self.rules.iter().filter(|rule| rule.findings > 0).map(|rule| rule.severity);
        self.findings.heads().map(|head| head.severity).chain(counted).max()
    }

    /// The rules that ended with an error, with the reason.
    pub fn failed(&self) -> impl Iterator<Item = (&RuleOutcome, &str)> {
        self.rules.iter().filter_map(|rule| match &rule.state {
            State::Failed(reason) => Some((rule, reason.as_str())),
            _ => None,
        })
    }

    /// The rules that lack something, with what to do.
    pub fn not_configured(&self) -> impl Iterator<Item = (&RuleOutcome, &[String])> {
        self.rules.iter().filter_map(|rule| match &rule.state {
            State::NotConfigured(missing) => Some((rule, missing.as_slice())),
            _ => None,
        })
    }
}
