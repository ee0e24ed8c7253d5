//! Whether what is buried before any record speaks of what records are made of: an `eventSource` of AWS,
//! and near it an `eventTime`, in whatever spelling. Then it may be a log whose beginning is damaged, and
//! is kept for somebody to look at, where other text would be passed over.
//!
//! Event notifications name `aws:s3` as their source, and patterns that match events have no time.
//!
//! Limits: a source of AWS is known by its domain, and only so many of them are looked at in an object.

use std::ops::Range;

use memchr::memmem;

/// The longest `"eventSource": "…` that is looked for before the domain.
const SOURCE_LENGTH: usize = 96;

/// How far from its source a record's time stands at most: `userIdentity` may come between.
const NEAR: usize = 4 << 10;

/// How many names of AWS are looked at: in a log of something else they may be on every line.
const MOST: usize = 10_000;

/// What was looked at so far.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    tried: usize,
    found: bool,
}

impl Mentions {
    /// Looks at what was buried, which is a part of `text`: damage may have left a key and its value apart.
    pub(crate) fn look(&mut self, text: &[u8], buried: Range<usize>) {
        let from = buried.start;
        for at in memmem::find_iter(&text[buried], ".amazonaws.com").map(|at| from + at) {
            if self.found || self.tried >= MOST {
                return;
            }
            self.tried += 1;
            let source = folded(&text[at.saturating_sub(SOURCE_LENGTH)..at]);
            let near = || folded(&text[at.saturating_sub(NEAR)..text.len().min(at + NEAR)]);
            self.found = memmem::find(&source, b"eventsource").is_some()
                && memmem::find(&near(), b"eventtime").is_some();
        }
    }

    /// Whether any of it spoke of CloudTrail.
    pub(crate) fn found(&self) -> bool {
        self.found
    }
}

/// Without what spellings differ in: case, and `_` between words.
fn folded(text: &[u8]) -> Vec<u8> {
    text.iter().filter(|byte| **byte != b'_').map(u8::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(text: &str, buried: Range<usize>) -> bool {
        let mut mentions = Mentions::default();
        mentions.look(text.as_bytes(), buried);
        mentions.found()
    }

    #[test]
    fn a_source_of_aws_with_a_time_near_it_is_known_in_any_spelling() {
        for text in [
            r#""eventTime": "2026-01-15", "eventSource": "sts.amazonaws.com""#,
            "event_source=sts.amazonaws.com event_time=2026-01-15",
        ] {
            assert!(speaks(text, 0..text.len()), "{text}");
            let at = text.find("sts").unwrap();
            assert!(speaks(text, at..at + "sts.amazonaws.com".len()), "{text}");
            assert!(!speaks(text, 0..10), "{text}");
        }
    }

    #[test]
    fn notifications_patterns_and_addresses_are_none() {
        for text in [
            r#"{"eventSource": "aws:s3", "eventTime": "2026-01-15"}"#,
            r#"{"detail": {"eventSource": ["sts.amazonaws.com"]}}"#,
            "https://sts.amazonaws.com/ eventTime",
        ] {
            assert!(!speaks(text, 0..text.len()), "{text}");
        }
    }
}
