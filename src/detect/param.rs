//! The typed parameters of a rule, and their values as literals of the parsed query.
//!
//! A value never becomes SQL text: it is checked against its type here and handed to the query as a
//! [`Literal`]. Values come from a header's `default`, from `trailhound.toml` and from test cases; all
//! three are read as JSON values first, so that they follow one set of rules.

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::net::IpAddr;

use super::spelling;
use crate::query::Literal;
use crate::timespan;

/// What a parameter's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParamType {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A list of texts.
    Texts,
    /// A network or an address.
    Cidr,
    /// A list of networks and addresses.
    Cidrs,
    /// A list of AWS regions.
    Regions,
    /// `90d`, `24h`.
    Duration,
    /// A point in time.
    Timestamp,
}

impl ParamType {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Int,
        Self::Float,
        Self::Bool,
        Self::Texts,
        Self::Cidr,
        Self::Cidrs,
        Self::Regions,
        Self::Duration,
        Self::Timestamp,
    ];

    /// As a header writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Texts => "text[]",
            Self::Cidr => "cidr",
            Self::Cidrs => "cidr[]",
            Self::Regions => "region[]",
            Self::Duration => "duration",
            Self::Timestamp => "timestamp",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| spelling::unknown("type", text, &Self::ALL.map(Self::name)))
    }

    /// `value` as a literal of this type; the message says what it should have been.
    pub fn literal(self, value: &Value) -> Result<Literal, String> {
        match self {
            Self::Text => text(value).map(|text| Literal::Text(text.to_owned())),
            Self::Int => value.as_i64().map(Literal::Int).ok_or_else(|| wrong(value, "a whole number")),
            Self::Float => value.as_f64().map(Literal::Float).ok_or_else(|| wrong(value, "a number")),
            Self::Bool => value.as_bool().map(Literal::Bool).ok_or_else(|| wrong(value, "`true` or `false`")),
            Self::Texts => list(value, |text| Ok(text.to_owned())),
            Self::Cidr => network(text(value)?).map(Literal::Text),
            Self::Cidrs => list(value, network),
            Self::Regions => list(value, region),
            Self::Duration => duration(value).map(interval),
            Self::Timestamp => time(value).map(Literal::Time),
        }
    }

    /// Some value of this type, to plan a query whose parameters aren't set.
    pub(super) fn sample(self) -> Literal {
        let texts = |text: &str| Literal::List(vec![Literal::Text(text.to_owned())]);
        match self {
            Self::Text => Literal::Text("sample".to_owned()),
            Self::Int => Literal::Int(1),
            Self::Float => Literal::Float(1.5),
            Self::Bool => Literal::Bool(true),
            Self::Texts => texts("sample"),
            Self::Cidr => Literal::Text("192.0.2.0/24".to_owned()),
            Self::Cidrs => texts("192.0.2.0/24"),
            Self::Regions => texts("us-east-1"),
            Self::Duration => interval(SignedDuration::from_hours(1)),
            Self::Timestamp => Literal::Time(Timestamp::UNIX_EPOCH),
        }
    }
}

/// A parameter as a header declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// What its value may be.
    pub kind: ParamType,
    /// Without a value the rule does not run.
    pub required: bool,
    /// Its value when nothing is configured.
    pub default: Option<Value>,
    /// What it means.
    pub description: Option<String>,
}

/// A length of time as a literal: PostgreSQL's interval text, which `date_bin` and `::interval` take.
pub(super) fn interval(duration: SignedDuration) -> Literal {
    Literal::Text(format!("{} seconds", duration.as_secs()))
}

/// A configured value as the JSON value it means; a date stands as its text.
pub(super) fn from_toml(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text.clone()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(bool) => Value::Bool(*bool),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(items) => Value::Array(items.iter().map(from_toml).collect()),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), from_toml(value))).collect())
        }
    }
}

fn wrong(value: &Value, expected: &str) -> String {
    format!("`{value}` is not {expected}")
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| wrong(value, "a text"))
}

fn list(value: &Value, item: impl Fn(&str) -> Result<String, String>) -> Result<Literal, String> {
    let items = value.as_array().ok_or_else(|| wrong(value, "a list of texts"))?;
    let literals: Result<Vec<_>, String> =
        items.iter().map(|value| item(text(value)?).map(Literal::Text)).collect();
    Ok(Literal::List(literals?))
}

/// Checked, and in the form every function takes: `192.0.2.7` stands as `192.0.2.7/32`.
fn network(text: &str) -> Result<String, String> {
    let parsed = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network =
        parsed.map_err(|_| format!("`{text}` is no network such as `192.0.2.0/24` and no address"))?;
    Ok(network.trunc().to_string())
}

/// Regions come and go, so only the form is checked.
fn region(text: &str) -> Result<String, String> {
    let parts: Vec<_> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let good = match parts.split_last() {
        Some((number, words)) if words.len() >= 2 => {
            !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && words.iter().all(letters)
        }
        _ => false,
    };
    if good { Ok(text.to_owned()) } else { Err(format!("`{text}` is no region such as `eu-west-1`")) }
}

fn duration(value: &Value) -> Result<SignedDuration, String> {
    timespan::parse_duration(text(value)?).map_err(|error| error.to_string())
}

fn time(value: &Value) -> Result<Timestamp, String> {
    let text = text(value)?;
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let date = text.parse::<jiff::civil::Date>().ok();
    let midnight = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    midnight
        .map(|zoned| zoned.timestamp())
        .ok_or_else(|| wrong(value, "a time such as `2026-01-15T10:00:00Z`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_says_what_was_expected() {
        for (kind, value, expected) in [
            (ParamType::Text, json!(1), "a text"),
            (ParamType::Int, json!("1"), "a whole number"),
            (ParamType::Bool, json!("true"), "`true` or `false`"),
            (ParamType::Texts, json!("a"), "a list of texts"),
            (ParamType::Texts, json!(["a", 1]), "a text"),
            (ParamType::Cidr, json!("192.0.2.0/33"), "no network"),
            (ParamType::Cidrs, json!(["x'; --"]), "no network"),
            (ParamType::Regions, json!(["Europe"]), "no region"),
            (ParamType::Regions, json!(["us-east"]), "no region"),
            (ParamType::Timestamp, json!("yesterday"), "a time"),
        ] {
            let error = kind.literal(&value).unwrap_err();
            assert!(error.contains(expected), "{}: {error}", kind.name());
        }
    }

    #[test]
    fn networks_are_brought_into_one_form() {
        let literal = ParamType::Cidrs.literal(&json!(["192.0.2.7", "10.1.2.3/8", "2001:DB8::/32"])).unwrap();
        let text = |text: &str| Literal::Text(text.to_owned());
        assert_eq!(
            literal,
            Literal::List(vec![text("192.0.2.7/32"), text("10.0.0.0/8"), text("2001:db8::/32")])
        );
    }

    #[test]
    fn every_type_has_a_name_of_its_own_and_a_sample() {
        for kind in ParamType::ALL {
            assert_eq!(ParamType::parse(kind.name()), Ok(kind));
            let _ = kind.sample();
        }
        assert!(ParamType::parse("cidrs").unwrap_err().contains("did you mean `cidr"));
    }
}
