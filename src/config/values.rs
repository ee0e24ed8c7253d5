//! Single values of the configuration: sizes, spans of time, dates, counts, names of severities.
//!
//! Each reads one TOML value and refuses what does not make sense, so that the error carries the
//! line of that value.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, de::Error as _};

use crate::timespan;

/// The words for severities, mildest first, as rules and findings use them.
const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];

/// A text that is no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no size; write bytes or a number with a unit, like `500MB` or `2GiB`")]
pub struct SizeError {
    text: String,
}

/// Reads bytes: `1024`, `500MB` (powers of 1000), `2GiB` or `1.5GiB` (powers of 1024). Never zero.
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let error = || SizeError { text: text.to_owned() };
    let trimmed = text.trim();
    let number_len = trimmed.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = trimmed.split_at(number_len);
    let unit: u64 = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        _ => return Err(error()),
    };
    let bytes = match number.split_once('.') {
        None => number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)),
        Some((whole, fraction)) => with_fraction(whole, fraction, unit),
    };
    bytes.filter(|bytes| *bytes > 0).ok_or_else(error)
}

fn with_fraction(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let digits = u32::try_from(fraction.len()).ok().filter(|digits| (1..=6).contains(digits))?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let part = fraction.parse::<u64>().ok()?.checked_mul(unit)? / 10_u64.pow(digits);
    whole.checked_add(part)
}

pub(super) fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct Size;
    impl Visitor<'_> for Size {
        type Value = u64;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("a size like \"2GiB\", or a number of bytes")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            parse_size(text).map_err(E::custom)
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
            u64::try_from(number)
                .ok()
                .filter(|bytes| *bytes > 0)
                .ok_or_else(|| E::custom(SizeError { text: number.to_string() }))
        }
    }
    deserializer.deserialize_any(Size)
}

pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match i64::deserialize(deserializer)? {
        number if number > 0 => Ok(Some(number.unsigned_abs())),
        number => Err(D::Error::custom(format!("`{number}` is out of range; the least is 1"))),
    }
}

pub(super) fn timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    timespan::parse_timeout(&text).map(Some).map_err(D::Error::custom)
}

/// A span of time that may be nought.
pub(super) fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span = timespan::parse_duration(&text).map_err(D::Error::custom)?;
    Ok(span.unsigned_abs())
}

/// A TOML date, or the same as text.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    let text = match &value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(time) => time.to_string(),
        other => other.to_string(),
    };
    // Jiff would also take a time and drop all but its day.
    let date = (text.len() == "YYYY-MM-DD".len()).then(|| text.parse().ok()).flatten();
    date.map(Some).ok_or_else(|| D::Error::custom(format!("`{text}` is no date; write it like 2027-01-31")))
}

/// Text that says something.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.trim().is_empty() {
        true => Err(D::Error::custom("must not be empty")),
        false => Ok(text),
    }
}

pub(super) fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match SEVERITIES.contains(&text.as_str()) {
        true => Ok(Some(text)),
        false => Err(D::Error::unknown_variant(&text, &SEVERITIES)),
    }
}

/// The name of a time zone that this machine knows.
pub(super) fn timezone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    match jiff::tz::TimeZone::get(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(D::Error::custom(format!(
            "unknown time zone `{name}`; write one like `UTC` or `Europe/Berlin`"
        ))),
    }
}
