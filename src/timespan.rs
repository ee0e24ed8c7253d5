//! Ranges of time, and the texts people type for their ends: RFC 3339, a date, or `7d` before now.
//!
//! What was typed is kept as a [`When`] until somebody brings the time it is: nothing in here reads
//! a clock, so one command works with one `now` from start to end. A day without a time is its
//! midnight in UTC, and a time without a zone is UTC, as everything in CloudTrail is.

use std::fmt;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The range `[since, until)`; a missing end is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Timespan {
    /// The first instant inside.
    pub since: Option<Timestamp>,
    /// The first instant after it.
    pub until: Option<Timestamp>,
}

impl Timespan {
    /// All of time.
    pub const ALL: Self = Self { since: None, until: None };

    /// The range between two ends as typed, both counted from the same `now`.
    pub fn between(since: Option<When>, until: Option<When>, now: Timestamp) -> Result<Self, WhenError> {
        let since = since.map(|when| when.resolve(now)).transpose()?;
        let until = until.map(|when| when.resolve(now)).transpose()?;
        if let (Some(start), Some(end)) = (since, until)
            && start >= end
        {
            return Err(WhenError::Empty { since: start, until: end });
        }
        Ok(Self { since, until })
    }

    /// Whether an instant lies in the range.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }
}

impl fmt::Display for Timespan {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (None, None) => out.write_str("all of time"),
            (Some(since), None) => write!(out, "since {since}"),
            (None, Some(until)) => write!(out, "until {until}"),
            (Some(since), Some(until)) => write!(out, "{since} to {until}"),
        }
    }
}

/// A point in time as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// A time or a date.
    At(Timestamp),
    /// So long before now; never negative.
    Ago(SignedDuration),
}

impl When {
    /// Reads RFC 3339, a date, `now`, or a span of time such as `7d`.
    pub fn parse(text: &str) -> Result<Self, WhenError> {
        let text = text.trim();
        if text == "now" {
            return Ok(Self::Ago(SignedDuration::ZERO));
        }
        if let Some(time) = parse_time(text) {
            return Ok(Self::At(time));
        }
        match parse_duration(text) {
            Ok(duration) => Ok(Self::Ago(duration)),
            Err(WhenError::TooLong { text }) => Err(WhenError::TooLong { text }),
            Err(_) => Err(WhenError::NotATime { text: text.to_owned() }),
        }
    }

    /// The instant meant, when it is `now`.
    pub fn resolve(self, now: Timestamp) -> Result<Timestamp, WhenError> {
        match self {
            Self::At(time) => Ok(time),
            Self::Ago(duration) => now
                .checked_sub(duration)
                .map_err(|_| WhenError::TooLong { text: format!("{}s", duration.as_secs()) }),
        }
    }
}

/// A text that is no time, no span of time, or no range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Neither a time nor a span before now.
    #[error(
        "`{text}` is no time; write `2026-01-31`, `2026-01-31T08:00:00Z`, or `7d`, `24h`, `30m` for that long before now"
    )]
    NotATime {
        /// What was typed.
        text: String,
    },
    /// Not a span of time.
    #[error("`{text}` is no span of time; write a number and one of s, m, h, d, w, like `30m` or `14d`")]
    NotADuration {
        /// What was typed.
        text: String,
    },
    /// A span that leaves the calendar.
    #[error("`{text}` is too long a span of time")]
    TooLong {
        /// What was typed.
        text: String,
    },
    /// The range ends before it begins.
    #[error(
        "the range is empty: it begins at `{since}` and ends at `{until}`; `--since` must be before `--until`"
    )]
    Empty {
        /// Where it begins.
        since: Timestamp,
        /// Where it ends.
        until: Timestamp,
    },
}

/// The instant a text means when it is `now`.
pub fn parse_when(text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
    When::parse(text)?.resolve(now)
}

/// Reads `90s`, `30m`, `24h`, `7d`, `2w`, or several of them, largest first: `1h30m`.
///
/// A day has 24 hours and a week 7 days. Months and years are left out: they have no fixed length.
pub fn parse_duration(text: &str) -> Result<SignedDuration, WhenError> {
    let not_one = || WhenError::NotADuration { text: text.to_owned() };
    let too_long = || WhenError::TooLong { text: text.to_owned() };
    let mut rest = text.trim();
    let mut seconds: i64 = 0;
    let mut unit_above = i64::MAX;
    if rest.is_empty() {
        return Err(not_one());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let unit: i64 = match tail.as_bytes().first() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            Some(b'w') => 604_800,
            _ => return Err(not_one()),
        };
        if number.is_empty() || unit >= unit_above {
            return Err(not_one());
        }
        let number: i64 = number.parse().map_err(|_| too_long())?;
        let added = number.checked_mul(unit).and_then(|length| seconds.checked_add(length));
        seconds = added.ok_or_else(too_long)?;
        unit_above = unit;
        rest = &tail[1..];
    }
    Ok(SignedDuration::from_secs(seconds))
}

/// Like [`parse_duration`], for timeouts and limits: never zero.
pub fn parse_timeout(text: &str) -> Result<Duration, WhenError> {
    let duration = parse_duration(text)?;
    if duration.is_zero() {
        return Err(WhenError::NotADuration { text: text.to_owned() });
    }
    Ok(duration.unsigned_abs())
}

fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let is_date = text.len() == "YYYY-MM-DD".len();
    let local = match is_date {
        true => text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()),
        false => text.parse::<DateTime>().ok()?,
    };
    // Jiff also reads compact dates: `20260131` is more likely a slip than a date.
    if !text.contains('-') {
        return None;
    }
    local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_dates_and_spans_before_now_are_read() {
        let now = at("2026-03-10T12:00:00Z");
        for (text, expected) in [
            ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31T08:00:00.5Z", "2026-01-31T08:00:00.5Z"),
            ("2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00Z"),
            ("2026-01-31T08:00Z", "2026-01-31T08:00:00Z"),
            ("2026-01-31T08:00:00", "2026-01-31T08:00:00Z"),
            ("2026-01-31 08:00", "2026-01-31T08:00:00Z"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            (" 2026-01-31 ", "2026-01-31T00:00:00Z"),
            ("now", "2026-03-10T12:00:00Z"),
            ("90s", "2026-03-10T11:58:30Z"),
            ("30m", "2026-03-10T11:30:00Z"),
            ("24h", "2026-03-09T12:00:00Z"),
            ("7d", "2026-03-03T12:00:00Z"),
            ("2w", "2026-02-24T12:00:00Z"),
            ("1d12h", "2026-03-09T00:00:00Z"),
            ("0d", "2026-03-10T12:00:00Z"),
        ] {
            assert_eq!(parse_when(text, now), Ok(at(expected)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let now = at("2026-03-10T12:00:00Z");
        for text in [
            "",
            " ",
            "d",
            "7",
            "-7d",
            "+7d",
            "7 d",
            "7days",
            "7D",
            "7y",
            "1.5h",
            "12h1d",
            "1h1h",
            "yesterday",
            "20260131",
            "2026-01",
            "2026-13-01",
            "2026-02-30",
            "2026-01-31T25:00:00Z",
            "1769846400",
            "１d",
            "99999999999999999999d",
            "9223372036854775807w",
            "700000w",
        ] {
            assert!(parse_when(text, now).is_err(), "{text}");
        }
    }

    #[test]
    fn a_refusal_says_what_was_typed_and_what_would_do() {
        let message = parse_when("last week", at("2026-03-10T12:00:00Z")).unwrap_err().to_string();
        assert!(message.contains("`last week`") && message.contains("`7d`"), "{message}");
        let message = parse_duration("5").unwrap_err().to_string();
        assert!(message.contains("`5`") && message.contains("`14d`"), "{message}");
        assert!(parse_timeout("0s").is_err());
        assert_eq!(parse_timeout("2m"), Ok(Duration::from_secs(120)));
    }

    #[test]
    fn a_range_holds_its_first_instant_and_not_its_last() {
        let now = at("2026-03-10T12:00:00Z");
        let typed = |text| Some(When::parse(text).unwrap());
        let span = Timespan::between(typed("2026-03-01"), typed("2026-03-02"), now).unwrap();
        assert!(span.contains(at("2026-03-01T00:00:00Z")));
        assert!(span.contains(at("2026-03-01T23:59:59.999999Z")));
        assert!(!span.contains(at("2026-03-02T00:00:00Z")));
        assert!(Timespan::ALL.contains(now));
        assert_eq!(span.to_string(), "2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z");
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_refused() {
        let now = at("2026-03-10T12:00:00Z");
        let typed = |text| Some(When::parse(text).unwrap());
        assert!(Timespan::between(typed("1d"), typed("7d"), now).is_err());
        assert!(Timespan::between(typed("now"), typed("now"), now).is_err());
        assert!(Timespan::between(typed("7d"), typed("1d"), now).is_ok());
        assert!(Timespan::between(typed("2026-04-01"), None, now).is_ok());
    }
}
