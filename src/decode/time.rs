//! CloudTrail's times: text to microseconds since 1970 UTC, and back.
//!
//! Real records say `YYYY-MM-DDThh:mm:ssZ`, which has a fast path of its own; what shippers make of
//! it (fractions, offsets, a blank for the `T`, no zone) and the basic form of `creationDate` in the
//! documentation (`20131102T010628Z`) go through `jiff`. A time without a zone is taken as UTC.
//!
//! Limits: the years 1 to 9999, without their last 26 hours, in which `jiff` ends. That is what
//! [`print()`] can spell and what readers of a table can be expected to; anything else is no time.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// 0001-01-01T00:00:00Z, in seconds since 1970.
const EARLIEST: i64 = -62_135_596_800;

/// A time that was read, and whether [`print`] would spell it the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// Microseconds since 1970 UTC.
    pub micros: i64,
    /// Whether [`print`] gives back the same text.
    pub usual: bool,
}

/// Reads a time in any of the forms met so far.
pub fn parse(text: &str) -> Option<Time> {
    if let Some(micros) = parse_usual(text.as_bytes()) {
        return Some(Time { micros, usual: true });
    }
    let timestamp: Timestamp = text
        .parse()
        .ok()
        .or_else(|| without_zone(text))
        .or_else(|| strtime::parse("%Y%m%dT%H%M%SZ", text).ok()?.to_datetime().ok().and_then(utc))?;
    let in_range = timestamp.as_second() >= EARLIEST;
    in_range.then_some(Time { micros: timestamp.as_microsecond(), usual: false })
}

/// The usual spelling: `YYYY-MM-DDThh:mm:ssZ`; a fraction of a second is left out.
pub fn print(micros: i64) -> String {
    Timestamp::from_second(micros.div_euclid(1_000_000))
        .map_or_else(|_| micros.to_string(), |time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn without_zone(text: &str) -> Option<Timestamp> {
    // A bare date is no time of day; `jiff` would read it as midnight.
    if text.len() < "YYYY-MM-DDThh:mm".len() {
        return None;
    }
    text.parse::<DateTime>().ok().and_then(utc)
}

fn utc(time: DateTime) -> Option<Timestamp> {
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

fn parse_usual(text: &[u8]) -> Option<i64> {
    let text: &[u8; 20] = text.try_into().ok()?;
    let punctuation = [text[4], text[7], text[10], text[13], text[16], text[19]];
    if punctuation != *b"--T::Z" {
        return None;
    }
    let two = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
    };
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let seconds = ((days_from_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    let printable = (EARLIEST..=Timestamp::MAX.as_second()).contains(&seconds);
    (in_range && printable).then_some(seconds * 1_000_000)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from March.
fn days_from_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_met_so_far_is_read() {
        let noon = Some(1_689_002_400_000_000);
        for text in [
            "2023-07-10T15:20:00Z",
            "2023-07-10T15:20:00.000Z",
            "2023-07-10T17:20:00+02:00",
            "2023-07-10 15:20:00Z",
            "2023-07-10 15:20:00.000",
            "2023-07-10T15:20:00",
            "20230710T152000Z",
        ] {
            assert_eq!(parse(text).map(|time| time.micros), noon, "{text}");
        }
        for text in ["", "now", "2023-07-10", "2023-13-10T15:20:00Z", "2023-02-30T15:20:00Z", "1689002400"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_usual_form_prints_back_as_it_was() {
        assert!(parse("2023-07-10T15:20:00Z").unwrap().usual);
        assert!(!parse("2023-07-10T15:20:00.000Z").unwrap().usual);
        assert!(!parse("2023-07-10T24:00:00Z").is_some_and(|time| time.usual));
    }

    #[test]
    fn a_time_is_read_only_if_it_can_be_printed() {
        for text in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-30T22:00:00Z"] {
            let time = parse(text).unwrap();
            assert!(time.usual, "{text}");
            assert_eq!(print(time.micros), text);
        }
        for text in [
            "0000-01-01T00:00:00Z",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+01:00",
            "-000001-01-01T00:00:00Z",
            "9999-12-30T22:00:01Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59.5Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_jiff(seconds in EARLIEST..=253_402_207_200) {
            let micros = seconds * 1_000_000;
            let text = print(micros);
            prop_assert_eq!(parse(&text), Some(Time { micros, usual: true }));
            let slow: Timestamp = text.parse().unwrap();
            prop_assert_eq!(slow.as_microsecond(), micros);
        }
    }
}
