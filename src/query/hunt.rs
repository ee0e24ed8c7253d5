//! A hunt: a named query with parameters, in a file of its own.
//!
//! ```sql
//! /*---
//! id: calls_from_address
//! title: What an address did
//! params: {ip: {type: ip, required: true}}
//! ---*/
//! SELECT event_time, event_name FROM cloudtrail
//! WHERE source_ip = $ip AND event_time >= $since AND event_time < $until
//! ```
//!
//! `$since` and `$until` are there without being declared: the time asked for on the command line.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::error::nearest;
use super::header::{self, HeaderError};
use super::params::{Literal, ParamError, ParamType};
use super::{QueryError, parameters};

/// Parameters that every hunt has.
const TIMES: [&str; 2] = ["since", "until"];

/// A query file that was understood.
#[derive(Debug, Clone)]
pub struct Hunt {
    /// Its name on the command line.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// What to look for in the result.
    pub description: String,
    /// What it asks for.
    pub params: BTreeMap<String, HuntParam>,
    /// The whole file; its header is a comment.
    pub sql: String,
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct HuntParam {
    /// Its type.
    pub kind: ParamType,
    /// Whether it has to be given.
    pub required: bool,
    /// What it is when it is not given.
    pub default: Option<Literal>,
    /// In a few words.
    pub description: Option<String>,
}

/// A hunt that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum HuntError {
    /// Its header was not found.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Its header is not as it should be.
    #[error("the header: {0}")]
    Yaml(String),
    /// A parameter has the wrong type or value.
    #[error("parameter `{name}`: {cause}")]
    Param {
        /// Which.
        name: String,
        /// Why.
        cause: ParamError,
    },
    /// A parameter has to be given.
    #[error("parameter `{0}` is required: give it with --param {0}=VALUE")]
    Required(String),
    /// There is no such parameter.
    #[error("no parameter `{name}`{hint}")]
    Unknown {
        /// Which.
        name: String,
        /// What there is.
        hint: String,
    },
    /// `name=value` was expected.
    #[error("`{0}`: a parameter is given as `name=value`")]
    Form(String),
    /// Its SQL is wrong.
    #[error(transparent)]
    Sql(#[from] QueryError),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: String,
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    params: BTreeMap<String, ParamHeader>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParamHeader {
    r#type: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    default: Option<Default>,
    #[serde(default)]
    description: Option<String>,
}

/// A default as YAML has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Default {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Self>),
}

impl Default {
    fn text(&self) -> String {
        match self {
            Self::Bool(truth) => truth.to_string(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::List(items) => items.iter().map(Self::text).collect::<Vec<_>>().join(","),
        }
    }
}

impl Hunt {
    /// Reads a hunt file.
    ///
    /// # Errors
    /// When its header is missing or wrong, or its parameters don't match its SQL.
    pub fn parse(text: &str) -> Result<Self, HuntError> {
        let (yaml, _) = header::split(text)?;
        let header: Header =
            serde_saphyr::from_str(yaml).map_err(|error| HuntError::Yaml(error.to_string()))?;
        let mut params = BTreeMap::new();
        for (name, param) in header.params {
            let wrong = |cause| HuntError::Param { name: name.clone(), cause };
            let kind: ParamType = param.r#type.parse().map_err(wrong)?;
            let default = param.default.map(|value| kind.read(&value.text())).transpose().map_err(wrong)?;
            let required = param.required || default.is_none();
            params.insert(name, HuntParam { kind, required, default, description: param.description });
        }
        let hunt = Self {
            id: header.id,
            title: header.title,
            description: header.description,
            params,
            sql: text.to_owned(),
        };
        hunt.check_params()?;
        Ok(hunt)
    }

    /// What is declared and what is used must be the same.
    fn check_params(&self) -> Result<(), HuntError> {
        let used = parameters(&self.sql)?;
        let undeclared = used.iter().find(|name| !self.knows(name));
        if let Some(name) = undeclared {
            return Err(HuntError::Yaml(format!("`${name}` is used and not declared under `params`")));
        }
        if let Some(name) = self.params.keys().find(|name| !used.contains(*name)) {
            return Err(HuntError::Yaml(format!("parameter `{name}` is declared and not used")));
        }
        Ok(())
    }

    fn knows(&self, name: &str) -> bool {
        self.params.contains_key(name) || TIMES.contains(&name)
    }

    /// The values for [`super::Session::plan`]: `given` as `name=value`, defaults, and the time.
    ///
    /// # Errors
    /// When a value is wrong or missing, or there is no such parameter.
    pub fn bind(
        &self,
        given: &[String],
        since: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<String, Literal>, HuntError> {
        let mut values = BTreeMap::new();
        for text in given {
            let (name, value) = text.split_once('=').ok_or_else(|| HuntError::Form(text.clone()))?;
            let Some(param) = self.params.get(name) else {
                return Err(HuntError::Unknown { name: name.to_owned(), hint: self.hint(name) });
            };
            let read = param.kind.read(value);
            let literal = read.map_err(|cause| HuntError::Param { name: name.to_owned(), cause })?;
            values.insert(name.to_owned(), literal);
        }
        for (name, param) in &self.params {
            if values.contains_key(name) {
                continue;
            }
            match &param.default {
                Some(default) if !param.required => drop(values.insert(name.clone(), default.clone())),
                _ => return Err(HuntError::Required(name.clone())),
            }
        }
        let used = parameters(&self.sql)?;
        for (name, time) in TIMES.into_iter().zip([since, until]) {
            if used.contains(name) {
                values.insert(name.to_owned(), Literal::Time(time));
            }
        }
        Ok(values)
    }

    fn hint(&self, name: &str) -> String {
        let known: Vec<_> = self.params.keys().map(String::as_str).collect();
        match (nearest(name, known.iter().copied()).first(), known.is_empty()) {
            (Some(near), _) => format!("; did you mean `{near}`?"),
            (None, true) => format!(": the hunt `{}` has none", self.id),
            (None, false) => format!("; there are {}", known.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "/*---
id: calls
title: Calls
params:
  ip: {type: ip, required: true}
  least: {type: int, default: 3}
  networks: {type: 'cidr[]', default: [10.0.0.0/8, 192.168.0.0/16]}
---*/
SELECT 1 WHERE '1.2.3.4' = $ip AND 4 > $least AND ip_in($ip, $networks) AND now() >= $since";

    fn bind(given: &[&str]) -> Result<BTreeMap<String, Literal>, HuntError> {
        let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
        let times = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|time| time.parse().unwrap());
        Hunt::parse(FILE)?.bind(&given, times[0], times[1])
    }

    #[test]
    fn values_come_from_the_command_line_the_defaults_and_the_time() {
        let values = bind(&["ip=192.0.2.1", "least=5"]).unwrap();
        assert_eq!(values["ip"], Literal::Text("192.0.2.1".into()));
        assert_eq!(values["least"], Literal::Int(5));
        assert!(matches!(&values["networks"], Literal::List(items) if items.len() == 2));
        assert!(matches!(values["since"], Literal::Time(_)) && !values.contains_key("until"));
    }

    #[test]
    fn what_is_wrong_with_a_value_is_said() {
        let error = |given: &[&str]| bind(given).unwrap_err().to_string();
        assert!(error(&[]).starts_with("parameter `ip` is required"));
        assert_eq!(error(&["ip=x"]), "parameter `ip`: `x` is no IP address");
        assert_eq!(error(&["lest=1"]), "no parameter `lest`; did you mean `least`?");
        assert!(error(&["ip"]).contains("name=value"));
    }

    #[test]
    fn a_header_and_its_sql_must_agree() {
        let error = |file: &str| Hunt::parse(file).unwrap_err().to_string();
        let undeclared = "/*---\nid: a\ntitle: b\n---*/ SELECT $x";
        assert!(error(undeclared).contains("`$x` is used and not declared"));
        let unused = "/*---\nid: a\ntitle: b\nparams: {x: {type: text}}\n---*/ SELECT 1";
        assert!(error(unused).contains("parameter `x` is declared and not used"));
        assert!(error("/*---\nid: a\ntitel: b\n---*/ SELECT 1").contains("titel"));
    }
}
