//! Which objects are worth reading, as far as their keys tell.
//!
//! A filter chooses objects, never records: a chosen object goes in whole. So it is generous: a day
//! more on both sides, and everything whose key tells nothing. What it says of a prefix holds for
//! every key below, which is what lets a listing leave out whole folders.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz};

use crate::timespan::Timespan;

use super::key;

/// What was asked for with `--since`, `--until`, `--account` and `--region`; empty is everything.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// When records happened. CloudTrail delivers within minutes, so a day's margin is ample, but
    /// it promises nothing: what it could not deliver for days is found by a wider span.
    pub span: Timespan,
    /// Account ids.
    pub accounts: Vec<String>,
    /// Regions that delivered; not always a record's own.
    pub regions: Vec<String>,
}

impl Filter {
    /// Whether a key is chosen, or anything below a prefix that ends in `/` could be.
    pub fn admits(&self, path: &str) -> bool {
        let Some(facts) = key::facts(path) else { return true };
        let named = |names: &[String], name: &str| names.is_empty() || names.iter().any(|one| one == name);
        named(&self.accounts, facts.account_id)
            && facts.region.is_none_or(|region| named(&self.regions, region))
            && facts.days.is_none_or(|(first, last)| self.reaches(first, last))
    }

    fn reaches(&self, first: Date, last: Date) -> bool {
        let after_start = self.span.since.is_none_or(|since| last >= neighbour(since, -1));
        // `until` is the first instant outside: midnight belongs to the day before.
        let before_end = self.span.until.is_none_or(|until| first <= neighbour(just_before(until), 1));
        after_start && before_end
    }
}

fn just_before(time: Timestamp) -> Timestamp {
    time.checked_sub(1.nanosecond()).unwrap_or(time)
}

fn neighbour(time: Timestamp, days: i64) -> Date {
    time.to_zoned(tz::TimeZone::UTC).date().saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(since: &str, until: &str) -> Filter {
        let time = |text: &str| Some(text.parse().expect("a time"));
        Filter { span: Timespan { since: time(since), until: time(until) }, ..Filter::default() }
    }

    fn on(day: &str) -> String {
        format!("AWSLogs/111111111111/CloudTrail/us-east-1/{day}/x.json.gz")
    }

    #[test]
    fn a_span_reaches_one_day_further_on_both_sides() {
        let filter = span("2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z");
        for (day, admitted) in [
            ("2026/01/08", false),
            ("2026/01/09", true),
            ("2026/01/11", true),
            ("2026/01/12", true),
            ("2026/01/13", false),
        ] {
            assert_eq!(filter.admits(&on(day)), admitted, "{day}");
        }
    }

    #[test]
    fn whole_months_and_years_outside_a_span_are_left_out_unseen() {
        let filter = span("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
        let series = "AWSLogs/111111111111/CloudTrail/us-east-1";
        for (prefix, admitted) in [
            ("2024/", false),
            ("2025/", true),
            ("2025/11/", false),
            ("2025/12/", true),
            ("2025/12/30/", false),
            ("2025/12/31/", true),
            ("2026/02/", true),
            ("2026/02/01/", true),
            ("2026/02/02/", false),
            ("2026/03/", false),
            ("2027/", false),
        ] {
            assert_eq!(filter.admits(&format!("{series}/{prefix}")), admitted, "{prefix}");
        }
    }

    #[test]
    fn accounts_and_regions_are_chosen_by_key() {
        let filter = Filter {
            accounts: vec!["111111111111".to_owned()],
            regions: vec!["us-east-1".to_owned()],
            ..Filter::default()
        };
        assert!(filter.admits(&on("2026/01/01")));
        assert!(filter.admits("AWSLogs/o-demo0trail1/111111111111/CloudTrail/"));
        assert!(!filter.admits("AWSLogs/o-demo0trail1/222222222222/CloudTrail/"));
        assert!(!filter.admits("AWSLogs/111111111111/CloudTrail/eu-west-1/"));
    }

    #[test]
    fn a_key_that_tells_nothing_is_always_chosen() {
        let mut filter = span("2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z");
        filter.accounts = vec!["111111111111".to_owned()];
        for key in [
            "x.json.gz",
            "",
            "AWSLogs/",
            "AWSLogs/222222222222/",
            "AWSLogs/222222222222/Config/x",
            "2020/01/01/x",
        ] {
            assert!(filter.admits(key), "{key}");
        }
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let filter = Filter {
            span: Timespan { since: Some(Timestamp::MIN), until: Some(Timestamp::MAX) },
            ..Filter::default()
        };
        assert!(filter.admits(&on("2026/01/01")));
    }
}
