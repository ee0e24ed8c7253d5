//! A finding of borrowed texts: what a [`Finding`] looks like as JSON, and what one of an event is before it is made.
//!
//! To write a finding of an event takes less than to make it first: its texts are the rule's and the run's, or lie in
//! columns of events. So reports write these, and the form of a finding is told here alone.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::Severity;
use super::finding::{Finding, Stamp};
use super::rule::Rule;

/// A finding; the fields are those of [`Finding`], in the order in which they are written.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "as in `Finding`")]
pub struct FindingRef<'a> {
    pub finding_id: Cow<'a, str>,
    pub revision: i64,
    pub rule_id: &'a str,
    pub rule_version: &'a str,
    pub title: &'a str,
    #[serde(serialize_with = "shown")]
    pub severity: Severity,
    pub practice: Option<&'a str>,
    pub attack: &'a [String],
    #[serde(serialize_with = "shown")]
    pub time: Timestamp,
    #[serde(serialize_with = "shown")]
    pub last_time: Timestamp,
    #[serde(serialize_with = "shown_if_any")]
    pub window_start: Option<Timestamp>,
    #[serde(serialize_with = "shown_if_any")]
    pub window_end: Option<Timestamp>,
    pub count: i64,
    pub account_id: Option<&'a str>,
    pub region: Option<&'a str>,
    pub principal: Option<&'a str>,
    pub source_ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub event_names: Texts<'a>,
    pub message: Cow<'a, str>,
    pub event_ids: Texts<'a>,
    pub details: Details<'a>,
    pub source: &'a str,
    #[serde(serialize_with = "shown")]
    pub found_at: Timestamp,
    pub run_id: &'a str,
}

/// A list of texts; that of an event has one at most.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "as the names say")]
pub enum Texts<'a> {
    All(&'a [String]),
    Any(Option<&'a str>),
}

/// What else there is to say.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::large_enum_variant, reason = "there is one at a time, on the stack, while it is written")]
pub enum Details<'a> {
    /// What a rule said.
    All(&'a Map<String, Value>),
    /// What an event said, by name, and whether it only read.
    OfEvent([(&'static str, Option<Detail<'a>>); EVENT_DETAILS]),
}

/// How many details an event has.
pub(super) const EVENT_DETAILS: usize = 9;

/// A detail of an event.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
#[allow(missing_docs, reason = "as the names say")]
pub enum Detail<'a> {
    Text(&'a str),
    Flag(bool),
}

impl<'a> FindingRef<'a> {
    /// What `rule` found at `time`, with what every finding says of its rule and its run, and nothing else yet.
    pub(super) fn of_rule(rule: &'a Rule, stamp: &'a Stamp, finding_id: String, time: Timestamp) -> Self {
        Self {
            finding_id: finding_id.into(),
            revision: 1,
            rule_id: &rule.id,
            rule_version: &rule.version,
            title: &rule.title,
            severity: rule.severity,
            practice: rule.practice.map(|practice| practice.name()),
            attack: &rule.attack,
            time,
            last_time: time,
            window_start: None,
            window_end: None,
            count: 1,
            account_id: None,
            region: None,
            principal: None,
            source_ip: None,
            user_agent: None,
            event_names: Texts::Any(None),
            message: Cow::Borrowed(""),
            event_ids: Texts::Any(None),
            details: Details::OfEvent([("", None); EVENT_DETAILS]),
            source: &stamp.source,
            found_at: stamp.found_at,
            run_id: &stamp.run_id,
        }
    }

    /// With texts of its own.
    pub fn into_owned(self) -> Finding {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Finding {
            finding_id: self.finding_id.into_owned(),
            revision: self.revision,
            rule_id: self.rule_id.to_owned(),
            rule_version: self.rule_version.to_owned(),
            title: self.title.to_owned(),
            severity: self.severity,
            practice: owned(self.practice),
            attack: self.attack.to_vec(),
            time: self.time,
            last_time: self.last_time,
            window_start: self.window_start,
            window_end: self.window_end,
            count: self.count,
            account_id: owned(self.account_id),
            region: owned(self.region),
            principal: owned(self.principal),
            source_ip: owned(self.source_ip),
            user_agent: owned(self.user_agent),
            event_names: self.event_names.iter().map(str::to_owned).collect(),
            message: self.message.into_owned(),
            event_ids: self.event_ids.iter().map(str::to_owned).collect(),
            details: self.details.map().into_owned(),
            source: self.source.to_owned(),
            found_at: self.found_at,
            run_id: self.run_id.to_owned(),
        }
    }
}

impl<'a> From<&'a Finding> for FindingRef<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            finding_id: Cow::Borrowed(&finding.finding_id),
            revision: finding.revision,
            rule_id: &finding.rule_id,
            rule_version: &finding.rule_version,
            title: &finding.title,
            severity: finding.severity,
            practice: finding.practice.as_deref(),
            attack: &finding.attack,
            time: finding.time,
            last_time: finding.last_time,
            window_start: finding.window_start,
            window_end: finding.window_end,
            count: finding.count,
            account_id: finding.account_id.as_deref(),
            region: finding.region.as_deref(),
            principal: finding.principal.as_deref(),
            source_ip: finding.source_ip.as_deref(),
            user_agent: finding.user_agent.as_deref(),
            event_names: Texts::All(&finding.event_names),
            message: Cow::Borrowed(&finding.message),
            event_ids: Texts::All(&finding.event_ids),
            details: Details::All(&finding.details),
            source: &finding.source,
            found_at: finding.found_at,
            run_id: &finding.run_id,
        }
    }
}

impl<'a> Texts<'a> {
    fn iter(self) -> impl Iterator<Item = &'a str> {
        let (all, any) = match self {
            Self::All(texts) => (texts, None),
            Self::Any(text) => (&[][..], text),
        };
        all.iter().map(String::as_str).chain(any)
    }
}

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'a> Details<'a> {
    fn map(self) -> Cow<'a, Map<String, Value>> {
        let value = |detail| match detail {
            Detail::Text(text) => Value::from(text),
            Detail::Flag(flag) => Value::from(flag),
        };
        match self {
            Self::All(map) => Cow::Borrowed(map),
            Self::OfEvent(details) => {
                let said =
                    details.into_iter().filter_map(|(name, said)| Some((name.to_owned(), value(said?))));
                Cow::Owned(said.collect())
            }
        }
    }
}

impl Serialize for Details<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(map) => map.serialize(serializer),
            Self::OfEvent(details) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, said) in details {
                    if let Some(said) = said {
                        map.serialize_entry(name, said)?;
                    }
                }
                map.end()
            }
        }
    }
}

fn shown<S: Serializer>(value: &impl fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[allow(clippy::ref_option, reason = "serde hands a field over like this")]
fn shown_if_any<S: Serializer>(value: &Option<impl fmt::Display>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => shown(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::tests::sample;
    use super::*;

    #[test]
    fn a_finding_is_the_same_when_it_was_borrowed() {
        let finding = sample();
        assert_eq!(FindingRef::from(&finding).into_owned(), finding);
    }

    #[test]
    fn what_an_event_says_is_written_as_what_a_rule_says() {
        let finding = sample();
        let told =
            [("bucket", Some(Detail::Text("b"))), ("none", None), ("read_only", Some(Detail::Flag(true)))];
        let mut details = [("", None); EVENT_DETAILS];
        details[..3].copy_from_slice(&told);
        let of_event = FindingRef {
            event_names: Texts::Any(Some("GetObject")),
            event_ids: Texts::Any(None),
            details: Details::OfEvent(details),
            ..FindingRef::from(&finding)
        };
        let text = serde_json::to_string(&of_event).unwrap();
        assert!(text.contains(r#""details":{"bucket":"b","read_only":true}"#), "{text}");
        assert!(
            text.contains(r#""event_names":["GetObject"]"#) && text.contains(r#""event_ids":[]"#),
            "{text}"
        );
        assert_eq!(serde_json::to_string(&of_event.into_owned()).unwrap(), text);
    }
}
