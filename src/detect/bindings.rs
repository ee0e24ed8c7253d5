//! The values of a rule's `$names`: what the operator configured, and the times the engine sets.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::Value;

use super::param::{self, interval};
use super::rule::Rule;
use super::window::Frame;
use crate::config::Params;
use crate::query::Literal;

/// Names the engine binds for every rule; `$window` only for one that has a window.
pub(super) const BOUND_TO_ALL: [&str; 4] = ["window_start", "window_end", "lookback_start", "as_of"];

/// Values of the `$names` in a query.
pub(super) type Bindings = BTreeMap<String, Literal>;

/// Why a rule's parameters have no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unbound {
    /// These are required and not set; each with the way to set it.
    Missing(Vec<String>),
    /// This one is set to something it can't be.
    Wrong(String),
}

/// The configured values of a rule's parameters; `[params.<rule_id>]` goes before `[params]`, and those
/// before the header's default.
pub(super) fn configured(rule: &Rule, params: &Params) -> Result<Bindings, Unbound> {
    let mut bindings = Bindings::new();
    let mut missing = Vec::new();
    for (name, param) in &rule.params {
        let value = params.get(&rule.id, name).map(param::from_toml).or_else(|| param.default.clone());
        let Some(value) = value else {
            missing.push(format!("set `{name}` ({}) in `[params]`", param.kind.name()));
            continue;
        };
        // To the rule an empty list says "nothing is approved", to its operator "not filled in yet".
        if param.required && value.as_array().is_some_and(Vec::is_empty) {
            missing.push(format!("`{name}` is an empty list; put values into it in `[params]`"));
            continue;
        }
        let literal =
            param.kind.literal(&value).map_err(|error| Unbound::Wrong(format!("`{name}`: {error}")))?;
        bindings.insert(name.clone(), literal);
    }
    if missing.is_empty() { Ok(bindings) } else { Err(Unbound::Missing(missing)) }
}

/// Values to plan a rule with before anybody has configured it.
pub(super) fn samples(rule: &Rule) -> Bindings {
    let sample = |(name, param): (&String, &super::param::Param)| {
        let default = param.default.as_ref().and_then(|value: &Value| param.kind.literal(value).ok());
        (name.clone(), default.unwrap_or_else(|| param.kind.sample()))
    };
    rule.params.iter().map(sample).collect()
}

/// Leaves out what the query doesn't ask for: a value without a parameter would be refused as a typo.
pub(super) fn only_used(bindings: &mut Bindings, parameters: &BTreeSet<String>) {
    bindings.retain(|name, _| parameters.contains(name));
}

/// Adds what the engine sets; see `window` for what the times mean.
pub(super) fn bind_times(bindings: &mut Bindings, frame: Frame, window: Option<SignedDuration>) {
    let times = [
        ("window_start", frame.windows.since),
        ("window_end", frame.windows.until),
        ("lookback_start", frame.read.since),
        ("as_of", frame.keep.until),
    ];
    bindings.extend(times.map(|(name, time)| (name.to_owned(), Literal::Time(time))));
    if let Some(window) = window {
        bindings.insert("window".to_owned(), interval(window));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(params: &str) -> Rule {
        let text = format!(
            "/*---\nid: a\ntitle: t\nseverity: low\ndescription: d\nparams: {params}\n---*/\nSELECT * FROM cloudtrail WHERE a = $n"
        );
        Rule::parse("a.sql", &text).unwrap()
    }

    fn params(text: &str) -> Params {
        let mut params = Params::default();
        for (key, value) in text.parse::<toml::Table>().unwrap() {
            match value {
                toml::Value::Table(table) => {
                    params.by_rule.insert(key, table.into_iter().collect());
                }
                value => {
                    params.global.insert(key, value);
                }
            }
        }
        params
    }

    #[test]
    fn a_rules_own_value_goes_before_the_global_one_and_that_before_the_default() {
        let rule = rule("{n: {type: int, default: 1}}");
        let value = |text: &str| configured(&rule, &params(text)).unwrap()["n"].clone();
        assert_eq!(value(""), Literal::Int(1));
        assert_eq!(value("n = 2"), Literal::Int(2));
        assert_eq!(value("n = 2\n[a]\nn = 3"), Literal::Int(3));
    }

    #[test]
    fn what_is_missing_empty_or_wrong_is_told_apart() {
        let rule = rule("{n: {type: 'region[]', required: true}}");
        assert!(
            matches!(configured(&rule, &params("")), Err(Unbound::Missing(missing)) if missing.len() == 1)
        );
        assert!(matches!(configured(&rule, &params("n = []")), Err(Unbound::Missing(_))));
        let wrong = configured(&rule, &params("n = ['Europe']"));
        assert!(matches!(wrong, Err(Unbound::Wrong(message)) if message.contains("Europe")));
    }
}
