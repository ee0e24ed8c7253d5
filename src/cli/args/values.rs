//! Values of the command line that clap does not know: times, sizes, `name=value`, stories.
//!
//! Each parser tells what would have been right; clap adds which option it was and what was typed.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

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

/// Names and subjects of the attacks that `generate` can plant.
pub const STORIES: [(&str, &str); 8] = [
    ("root", "the root user signs in without MFA and works"),
    ("password-guess", "failed sign-ins to the console, then one that works"),
    ("mfa-fail", "a right password, and no right second factor"),
    ("mfa-removed", "a second factor is taken off a user"),
    ("region", "work in regions that are not approved"),
    ("network", "a stolen key used from elsewhere"),
    ("stale-key", "keys that nobody uses"),
    ("trail-stopped", "the trail itself is stopped, weakened, deleted"),
];

/// Which attacks to plant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stories {
    /// Every one.
    All,
    /// An ordinary trail.
    None,
    /// These of [`STORIES`], each once.
    Only(Vec<&'static str>),
}

impl Stories {
    pub(super) fn long_help() -> String {
        let lines = STORIES.iter().map(|(name, subject)| format!("  {name:<15} {subject}"));
        let list = lines.collect::<Vec<_>>().join("\n");
        format!("Attacks to plant: all, none, or names separated by commas:\n{list}")
    }

    /// The names of the chosen ones, in the order of [`STORIES`].
    pub fn names(&self) -> Vec<&'static str> {
        STORIES.iter().map(|(name, _)| *name).filter(|name| self.includes(name)).collect()
    }

    fn includes(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(names) => names.contains(&name),
        }
    }
}

impl FromStr for Stories {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => return Ok(Self::All),
            "none" => return Ok(Self::None),
            _ => {}
        }
        let mut chosen = Vec::new();
        for wanted in text.split(',').map(str::trim) {
            match STORIES.iter().find(|(name, _)| *name == wanted) {
                Some((name, _)) if !chosen.contains(name) => chosen.push(*name),
                Some(_) => {}
                None => {
                    let names = STORIES.map(|(name, _)| name).join(", ");
                    return Err(format!("no story `{wanted}`; there are all, none, {names}"));
                }
            }
        }
        Ok(Self::Only(chosen))
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

    #[test]
    fn stories_are_all_none_or_named() {
        let names = |text: &str| text.parse::<Stories>().map(|stories| stories.names());
        assert_eq!(names("all").map(|all| all.len()), Ok(STORIES.len()));
        assert_eq!(names("none"), Ok(vec![]));
        assert_eq!(names("network, root,root"), Ok(vec!["root", "network"]));
        assert!(names("root,toor").is_err_and(|message| message.contains("`toor`")));
        assert!(names("").is_err());
    }
}
