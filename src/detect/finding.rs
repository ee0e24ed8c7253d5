//! A finding: that a rule found something, when, about whom, from which events.
//!
//! Its id depends on what it is about, never on when it was found, so that a second run finds the same
//! thing again and not another one. Event ids don't enter a query rule's id: a window that grows stays the
//! same finding, in a new revision.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Severity;
use super::finding_ref::FindingRef;
use super::rule::{Rule, hex};

/// How many event ids a finding keeps; its `count` is exact all the same.
pub(super) const EVENT_IDS_MAX: usize = 100;

/// One revision of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The same for everything that is the same finding.
    pub finding_id: String,
    /// From 1; the newest counts.
    pub revision: i64,
    /// The rule that found it.
    pub rule_id: String,
    /// Hash of the rule's file.
    pub rule_version: String,
    /// The rule's title.
    pub title: String,
    /// The rule's severity.
    pub severity: Severity,
    /// The practice the rule watches.
    pub practice: Option<String>,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// When it happened, or began to.
    pub time: Timestamp,
    /// When it last happened.
    pub last_time: Timestamp,
    /// The window of a query rule.
    pub window_start: Option<Timestamp>,
    /// Its end.
    pub window_end: Option<Timestamp>,
    /// How many events it stands for.
    pub count: i64,
    /// The account it happened in.
    pub account_id: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// Who did it.
    pub principal: Option<String>,
    /// From where.
    pub source_ip: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// Names of the events.
    pub event_names: Vec<String>,
    /// What happened, in a sentence.
    pub message: String,
    /// Ids of the events, the first [`EVENT_IDS_MAX`] of them in order.
    pub event_ids: Vec<String>,
    /// Whatever else the rule has to say.
    pub details: Map<String, Value>,
    /// The lake or the raw logs it was found in.
    pub source: String,
    /// When it was found.
    pub found_at: Timestamp,
    /// The run that found it.
    pub run_id: String,
}

/// What every finding of a run says of the run.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    pub source: String,
    pub found_at: Timestamp,
    pub run_id: String,
}

/// What a [`FindingRef`] of it is.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FindingRef::from(self).serialize(serializer)
    }
}

impl Finding {
    /// What `rule` found at `time`, with what every finding says of its rule and its run, and nothing else yet.
    pub(super) fn of_rule(rule: &Rule, stamp: &Stamp, finding_id: String, time: Timestamp) -> Self {
        FindingRef::of_rule(rule, stamp, finding_id, time).into_owned()
    }

    /// As JSON: the columns of the `findings` table, lists and details as JSON too.
    pub fn json(&self) -> Value {
        json!(self)
    }

    /// The value of the column or detail of this name, as text.
    pub fn text(&self, name: &str) -> Option<String> {
        let value = match name {
            "account_id" => self.account_id.clone(),
            "region" => self.region.clone(),
            "principal" => self.principal.clone(),
            "source_ip" => self.source_ip.clone(),
            "user_agent" => self.user_agent.clone(),
            _ => None,
        };
        value.or_else(|| match self.details.get(name)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
    }
}

/// The id of a finding: a hash of the rule and of what the finding is about.
///
/// Each part is written with its length, so that no two lists of parts read alike; a missing part differs
/// from an empty one. SHA-256, since part of what enters is chosen by whoever made the calls.
pub(super) fn id<'a>(rule_id: &'a str, parts: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(Some(rule_id)).chain(parts) {
        match part {
            None => hash.update([0]),
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
    }
    hex(&hash.finalize()[..16])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A finding with a value in every column.
    pub(crate) fn sample() -> Finding {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        Finding {
            finding_id: "0123456789abcdef0123456789abcdef".to_owned(),
            revision: 1,
            rule_id: "some_rule".to_owned(),
            rule_version: "fedcba9876543210fedcba9876543210".to_owned(),
            title: "Something happened".to_owned(),
            severity: Severity::High,
            practice: Some("mfa".to_owned()),
            attack: vec!["T1078.004".to_owned()],
            time: time("2026-01-15T10:00:00Z"),
            last_time: time("2026-01-15T10:30:00.25Z"),
            window_start: Some(time("2026-01-15T10:00:00Z")),
            window_end: Some(time("2026-01-15T11:00:00Z")),
            count: 3,
            account_id: Some("111122223333".to_owned()),
            region: Some("us-east-1".to_owned()),
            principal: Some("arn:aws:iam::111122223333:user/alice".to_owned()),
            source_ip: Some("203.0.113.7".to_owned()),
            user_agent: Some("aws-cli/2.27.1".to_owned()),
            event_names: vec!["GetObject".to_owned()],
            message: "alice read b".to_owned(),
            event_ids: vec!["00000000-0000-4000-8000-000000000014".to_owned()],
            details: Map::from_iter([("bucket".to_owned(), Value::from("b"))]),
            source: "./lake".to_owned(),
            found_at: time("2026-01-16T00:00:00Z"),
            run_id: "run".to_owned(),
        }
    }

    #[test]
    fn ids_differ_wherever_the_parts_differ() {
        let ids = [
            id("a", [Some("b"), Some("c")]),
            id("ab", [Some("c")]),
            id("a", [Some("bc")]),
            id("a", [Some("b"), Some("c"), None]),
            id("a", [Some("b"), Some("c"), Some("")]),
            id("a", [Some("bc"), None]),
        ];
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert_eq!(ids[0], id("a", [Some("b"), Some("c")]));
        assert_eq!(ids[0].len(), 32);
    }

    #[test]
    fn a_column_or_a_detail_is_found_by_its_name() {
        let finding = sample();
        assert_eq!(finding.text("source_ip").as_deref(), Some("203.0.113.7"));
        assert_eq!(finding.text("bucket").as_deref(), Some("b"));
        assert_eq!(finding.text("nothing"), None);
    }
}
