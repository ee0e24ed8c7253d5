//! Trino's functions from text to a moment. Text that can't be read gives NULL, so that one bad value
//! among millions does not end a query.

use std::sync::Arc;

use arrow::array::{ArrayRef, TimestampMicrosecondArray};
use datafusion::error::Result;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use super::arguments::Call;
use super::{Function, only_text};
use crate::decode::parse_time;
use crate::event::timestamp_type;

/// The name of the one that `iso_time` undoes.
pub(super) const FROM_ISO8601: &str = "from_iso8601_timestamp";

pub(super) const FUNCTIONS: [Function; 2] = [
    Function {
        name: FROM_ISO8601,
        about: "the moment that text as 2026-01-15T08:00:00Z says",
        example: ("from_iso8601_timestamp('2026-01-15T08:00:00+01:00')", "2026-01-15T07:00:00Z"),
        arguments: 1..=1,
        returns: timestamp_type,
        other: only_text,
        call: from_iso8601_timestamp,
    },
    Function {
        name: "date_parse",
        about: "the moment that text says in a form as `%Y-%m-%d %H:%i:%s`, in UTC",
        example: ("date_parse('15/01/2026 08:30', '%d/%m/%Y %H:%i')", "2026-01-15T08:30:00Z"),
        arguments: 2..=2,
        returns: timestamp_type,
        other: only_text,
        call: date_parse,
    },
];

/// Length of `2026-01-15`.
const DATE: usize = 10;

fn times(call: &Call<'_>, micros: impl Fn(usize) -> Option<i64>) -> ArrayRef {
    let times: TimestampMicrosecondArray = (0..call.rows).map(micros).collect();
    Arc::new(times.with_timezone("UTC"))
}

fn from_iso8601_timestamp(call: &Call<'_>) -> Result<ArrayRef> {
    let texts = call.text(0)?;
    let read = |text: &str| match text.len() {
        DATE => parse_time(&format!("{text}T00:00:00Z")),
        _ => parse_time(text),
    };
    Ok(times(call, |row| read(texts.get(row)?).map(|time| time.micros)))
}

/// MySQL's letters, which Trino took, in those of `strftime`.
fn to_strftime(format: &str) -> String {
    let mut out = String::with_capacity(format.len());
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('i') => out.push_str("%M"),
            Some('s') => out.push_str("%S"),
            Some('M') => out.push_str("%B"),
            Some('W') => out.push_str("%A"),
            Some('c') => out.push_str("%m"),
            Some('h') => out.push_str("%I"),
            Some('k') => out.push_str("%H"),
            Some(other) => out.extend(['%', other]),
            None => out.push('%'),
        }
    }
    out
}

fn parse_as(text: &str, format: &str) -> Option<i64> {
    let parsed = strtime::parse(format, text).ok()?;
    let time = parsed.to_datetime().or_else(|_| parsed.to_date().map(DateTime::from)).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

fn date_parse(call: &Call<'_>) -> Result<ArrayRef> {
    let (texts, formats) = (call.text(0)?, call.text(1)?);
    let constant = formats.constant().flatten().map(to_strftime);
    Ok(times(call, |row| match &constant {
        Some(format) => parse_as(texts.get(row)?, format),
        None => parse_as(texts.get(row)?, &to_strftime(formats.get(row)?)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn athenas_usual_forms_are_read() {
        let read = |text, format: &str| parse_as(text, &to_strftime(format));
        let noon = Some(1_768_478_400_000_000);
        assert_eq!(read("2026-01-15T12:00:00Z", "%Y-%m-%dT%H:%i:%sZ"), noon);
        assert_eq!(read("2026-01-15 12:00:00", "%Y-%m-%d %H:%i:%s"), noon);
        assert_eq!(read("2026/01/15", "%Y/%m/%d"), noon.map(|noon| noon - 43_200_000_000));
        assert_eq!(read("yesterday", "%Y/%m/%d"), None);
    }
}
