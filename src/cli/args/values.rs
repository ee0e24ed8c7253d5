//! Values of the command line that clap does not know: times, sizes, `name=value`.
//!
//! Each parser tells what would have been right; clap adds which option it was and what was typed.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::config;
use crate::timespan::{self, When};

pub(super) fn when(text: &str) -> Result<When, String> {
    When::parse(text).map_err(|error| error.to_string())
}

pub(super) fn timeout(text: &str) -> Result<Duration, String> {
    timespan::parse_timeout(text).map_err(|error| error.to_string())
}

pub(super) fn size(text: &str) -> Result<u64, String> {
    config::parse_size(text).map_err(|error| error.to_string())
}

/// One of a type's names, which the help lists.
pub(super) fn one_of<T>(names: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<T>())
}

/// `name=value`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Letters, digits, `_`, `-` and `.`
    pub name: String,
    /// Whatever follows the first `=`; its type is the parameter's business.
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && name.chars().all(allowed) => {
                Ok(Self { name: name.to_owned(), value: value.to_owned() })
            }
            _ => Err("write it like `ip=192.0.2.1`".to_owned()),
        }
    }
}

/// `name=path`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFile {
    /// The table's name in SQL.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

impl FromStr for TableFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, path)) if config::is_table_name(name) && !path.is_empty() => {
                Ok(Self { name: name.to_owned(), path: path.into() })
            }
            _ => Err("write it like `accounts=accounts.csv`; a name has letters, digits and `_`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_is_split_at_its_first_sign() {
        let read = |text: &str| text.parse::<Assignment>().map(|both| (both.name, both.value));
        let both = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(read("ip=192.0.2.1"), both("ip", "192.0.2.1"));
        assert_eq!(read("q=a=b"), both("q", "a=b"));
        assert_eq!(read("unapproved_ip.approved_networks="), both("unapproved_ip.approved_networks", ""));
        for text in ["", "ip", "=1", "i p=1", "ip;drop=1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_table_has_a_name_that_sql_can_spell() {
        assert!("accounts=a=b.csv".parse::<TableFile>().is_ok_and(|table| table.path == *"a=b.csv"));
        for text in ["accounts", "accounts=", "=a.csv", "a-b=a.csv", "1a=a.csv"] {
            assert!(text.parse::<TableFile>().is_err(), "{text}");
        }
    }
}
