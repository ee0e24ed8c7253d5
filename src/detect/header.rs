//! A rule file's text as a [`Rule`]: the YAML of the leading comment, key by key.
//!
//! The YAML is read into a plain tree first and each key then by hand: that way every mistake of a file is
//! found at once, and each names the key, its line, what is allowed and what was probably meant.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::Severity;
use super::attack::is_technique;
use super::bindings::BOUND_TO_ALL;
use super::kind::Kind;
use super::mistake::Mistake;
use super::param::{Param, ParamType};
use super::rule::{Body, Rule, version};
use super::spelling;
use super::vocabulary::{Need, Practice, Status};
use super::yaml;
use crate::query::split_header;
use crate::timespan;

const KEYS: [&str; 18] = [
    "id",
    "title",
    "severity",
    "status",
    "attack",
    "practice",
    "description",
    "false_positives",
    "respond",
    "references",
    "params",
    "needs",
    "entity",
    "window",
    "lookback",
    "clock",
    "untested",
    "rules",
];

const PARAM_KEYS: [&str; 4] = ["type", "required", "default", "description"];

/// A window divides time into buckets that days and hours fit into; a longer one would keep a finding open
/// for longer than anybody waits.
const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(24 * 31);

/// Rules that a story is about: as many as a correlation.
const RULES_MAX: usize = 64;

/// Reads a rule file; its kind is still to be told from the SQL.
pub(super) fn parse(file: &str, text: &str) -> Result<Rule, Vec<Mistake>> {
    let parts = split(text).map_err(|message| vec![Mistake::error(file, 1, message)])?;
    let tree = yaml::read(parts.yaml).map_err(|(line, reason)| {
        vec![Mistake::error(file, parts.yaml_line + line - 1, format!("the header is no YAML: {reason}"))]
    })?;
    let Value::Object(map) = tree else {
        return Err(vec![Mistake::error(file, parts.yaml_line, "the header is no list of keys and values")]);
    };
    let mut header = Header { file, yaml: parts.yaml, line: parts.yaml_line, map, mistakes: Vec::new() };
    header.refuse_unknown_keys();
    let rule = header.rule(text, &parts);
    match rule {
        Some(rule) if header.mistakes.is_empty() => Ok(rule),
        _ => Err(header.mistakes),
    }
}

struct Parts<'a> {
    yaml: &'a str,
    yaml_line: usize,
    sql: &'a str,
    sql_line: usize,
}

/// The YAML and the SQL of a rule file, each with the line it starts on.
fn split(text: &str) -> Result<Parts<'_>, String> {
    let (yaml, sql) = split_header(text).map_err(|error| error.to_string())?;
    let line_at = |offset: usize| 1 + text[..offset].matches('\n').count();
    // Its first line is the one that opens the comment, whatever else of the file reads the same.
    let yaml_line = line_at(text.find("/*---").unwrap_or(0));
    let sql = sql.trim_start();
    Ok(Parts { yaml, yaml_line, sql_line: line_at(text.len() - sql.len()), sql: sql.trim_end() })
}

struct Header<'a> {
    file: &'a str,
    yaml: &'a str,
    line: usize,
    map: Map<String, Value>,
    mistakes: Vec<Mistake>,
}

impl Header<'_> {
    fn rule(&mut self, text: &str, parts: &Parts<'_>) -> Option<Rule> {
        let id = self.required("id");
        let title = self.required("title");
        let severity = self.required("severity");
        let description = self.required("description");
        let status = self.text("status");
        let practice = self.text("practice");
        if let Some(id) = id.as_deref().filter(|id| !is_id(id)) {
            self.mistake("id", format!("`id` is `{id}`; an id is lower-case letters, digits and `_`"));
        }
        let severity = severity.and_then(|text| self.one_of("severity", text.parse::<Severity>()));
        let status = status.and_then(|text| self.one_of("status", Status::parse(&text)));
        let practice = practice.and_then(|text| self.one_of("practice", Practice::parse(&text)));
        let attack = self.attack();
        let false_positives = self.texts("false_positives");
        let respond = self.texts("respond");
        let references = self.texts("references");
        let params = self.params();
        let needs = self.needs();
        let entity = self.texts("entity");
        let window = self.window();
        let lookback = self.duration("lookback");
        let clock = self.flag("clock");
        let untested = self.untested();
        let rules = self.rules();
        Some(Rule {
            id: id?,
            title: title?,
            severity: severity?,
            status: status.unwrap_or(Status::Stable),
            attack,
            practice,
            description: description?,
            false_positives,
            respond,
            references,
            params,
            needs,
            entity,
            window,
            lookback,
            clock,
            untested,
            rules,
            kind: Kind::Query,
            body: Body::Sql { text: parts.sql.to_owned(), line: parts.sql_line, parameters: BTreeSet::new() },
            version: version(text),
            file: self.file.to_owned(),
            line: 1,
        })
    }

    fn refuse_unknown_keys(&mut self) {
        let unknown: Vec<_> = self.map.keys().filter(|key| !KEYS.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            self.mistake(&key, spelling::unknown("key", &key, &KEYS));
        }
    }

    fn attack(&mut self) -> Vec<String> {
        let ids = self.texts("attack");
        for id in ids.iter().filter(|id| !is_technique(id)) {
            self.mistake("attack", format!("`attack` holds `{id}`; a technique is `T1078` or `T1078.004`"));
        }
        ids
    }

    fn untested(&mut self) -> BTreeMap<String, String> {
        let parts = match self.map.get("untested").cloned() {
            None => return BTreeMap::new(),
            Some(Value::Object(parts)) => parts,
            Some(_) => Map::from_iter([("untested".to_owned(), Value::Null)]),
        };
        let mut untested = BTreeMap::new();
        for (part, reason) in parts {
            match reason {
                Value::String(reason) if !reason.trim().is_empty() => drop(untested.insert(part, reason)),
                _ => {
                    let message = "`untested` says a reason for each part: `untested: {\"a = 'b'\": why}`";
                    self.mistake("untested", message.to_owned());
                }
            }
        }
        untested
    }

    /// The rules of a story, each once.
    fn rules(&mut self) -> Vec<String> {
        let rules = self.texts("rules");
        if rules.len() > RULES_MAX {
            self.mistake(
                "rules",
                format!("`rules` holds {} rules; at most {RULES_MAX} are allowed", rules.len()),
            );
        }
        for (index, id) in rules.iter().enumerate().filter(|(index, id)| rules[..*index].contains(id)) {
            self.mistake("rules", format!("`rules` holds `{id}` twice (number {})", index + 1));
        }
        rules
    }

    fn needs(&mut self) -> Vec<Need> {
        let texts = self.texts("needs");
        texts.iter().filter_map(|text| self.one_of("needs", Need::parse(text))).collect()
    }

    /// Windows must tile the time line without a leftover at midnight: the law of time is tested by days.
    fn window(&mut self) -> Option<SignedDuration> {
        let window = self.duration("window")?;
        let second = SignedDuration::from_secs(1);
        if window < second || window > WINDOW_MAX || window.subsec_nanos() != 0 {
            self.mistake("window", "`window` is between one second and 31 days, in whole seconds".to_owned());
            return None;
        }
        Some(window)
    }

    fn params(&mut self) -> BTreeMap<String, Param> {
        let declared = match self.map.get("params").cloned() {
            None => return BTreeMap::new(),
            Some(Value::Object(declared)) => declared,
            Some(other) => {
                self.mistake(
                    "params",
                    format!("`params` is `{other}`; write `params: {{name: {{type: text}}}}`"),
                );
                return BTreeMap::new();
            }
        };
        let read = declared.into_iter().filter_map(|(name, value)| {
            let param = self.param(&name, &value);
            param
                .map_err(|message| self.mistake(&name, format!("parameter `{name}`: {message}")))
                .ok()
                .map(|p| (name, p))
        });
        read.collect()
    }

    fn param(&self, name: &str, value: &Value) -> Result<Param, String> {
        if name == "window" || BOUND_TO_ALL.contains(&name) {
            return Err("the engine sets this name; choose another".to_owned());
        }
        let Value::Object(map) = value else {
            return Err(format!("`{value}` says no type; write `{{type: text}}`"));
        };
        if let Some(key) = map.keys().find(|key| !PARAM_KEYS.contains(&key.as_str())) {
            return Err(spelling::unknown("key", key, &PARAM_KEYS));
        }
        let Some(Value::String(kind)) = map.get("type") else {
            return Err(format!(
                "`type` is missing; one of {}",
                ParamType::ALL.map(ParamType::name).join(", ")
            ));
        };
        let kind = ParamType::parse(kind)?;
        let default = map.get("default").cloned();
        if let Some(default) = &default {
            kind.literal(default).map_err(|message| format!("its default: {message}"))?;
        }
        let required = match map.get("required") {
            None => default.is_none(),
            Some(Value::Bool(required)) => *required,
            Some(other) => return Err(format!("`required` is `{other}`; it is `true` or `false`")),
        };
        if required == default.is_some() {
            return Err("it is either required or has a default".to_owned());
        }
        let description = map.get("description").and_then(Value::as_str).map(str::to_owned);
        Ok(Param { kind, required, default, description })
    }

    fn required(&mut self, key: &str) -> Option<String> {
        let text = self.text(key);
        if !self.map.contains_key(key) {
            self.mistakes.push(Mistake::error(self.file, self.line, format!("the header has no `{key}`")));
        }
        text
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.map.get(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            other => {
                let message = format!("`{key}` is `{other}`; it is a text");
                self.mistake(key, message);
                None
            }
        }
    }

    /// A list of texts; a single one may stand for itself.
    fn texts(&mut self, key: &str) -> Vec<String> {
        let items = match self.map.get(key) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items.clone(),
            Some(single) => vec![single.clone()],
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) if !text.trim().is_empty() => texts.push(text.trim().to_owned()),
                other => self.mistake(key, format!("`{key}` holds `{other}`; it is a list of texts")),
            }
        }
        texts
    }

    fn flag(&mut self, key: &str) -> bool {
        match self.map.get(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                let message = format!("`{key}` is `{other}`; it is `true` or `false`");
                self.mistake(key, message);
                false
            }
        }
    }

    fn duration(&mut self, key: &str) -> Option<SignedDuration> {
        let text = self.text(key)?;
        match timespan::parse_duration(&text) {
            Ok(duration) if duration > SignedDuration::ZERO => Some(duration),
            Ok(_) => {
                self.mistake(key, format!("`{key}` is `{text}`; it is longer than nothing"));
                None
            }
            Err(error) => {
                self.mistake(key, format!("`{key}`: {error}"));
                None
            }
        }
    }

    fn one_of<T>(&mut self, key: &str, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|message| self.mistake(key, format!("`{key}`: {message}"))).ok()
    }

    fn mistake(&mut self, key: &str, message: String) {
        let line = self.line_of(key);
        self.mistakes.push(Mistake::error(self.file, line, message));
    }

    /// A key of the header begins its line, unless all of it is in braces; a parameter's name stands
    /// further in, or in the middle of a line.
    fn line_of(&self, key: &str) -> usize {
        let names = |line: &str, before: &[char]| {
            let rest = line.trim_start_matches(before).strip_prefix(['\'', '"']).unwrap_or(line);
            let rest = rest.trim_start_matches(before).strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start_matches(['\'', '"', ' ']).starts_with(':'))
        };
        let position = |before: &[char]| self.yaml.lines().position(|line| names(line, before));
        let top = KEYS.contains(&key).then(|| position(&[])).flatten();
        let found = top.or_else(|| position(&[' ', '{', ',']));
        let found = found.or_else(|| self.yaml.lines().position(|line| line.contains(&format!("{key}:"))));
        self.line + found.unwrap_or(0)
    }
}

fn is_id(id: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    id.len() <= 64 && id.bytes().all(word) && id.starts_with(|first: char| first.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "/*---
id: some_rule
title: Something happened
severity: high
attack: [T1078.004]
practice: mfa
description: It matters.
false_positives: [none]
respond: [look, think, act]
references: https://example.org/
params: {networks: {type: 'cidr[]', required: true}, days: {type: int, default: 14}}
needs: [geoip, 'inventory:users']
entity: [principal]
window: 1h
lookback: 14d
clock: true
---*/

SELECT 1
";

    fn mistakes(text: &str) -> Vec<Mistake> {
        parse("a.sql", text).unwrap_err()
    }

    #[test]
    fn a_whole_header_is_read() {
        let rule = parse("a.sql", GOOD).unwrap();
        assert_eq!(
            (rule.id.as_str(), rule.severity, rule.status),
            ("some_rule", Severity::High, Status::Stable)
        );
        assert_eq!(rule.references, ["https://example.org/"]);
        assert_eq!(rule.needs, [Need::Geoip, Need::Inventory("users".to_owned())]);
        assert_eq!(rule.window, Some(SignedDuration::from_hours(1)));
        assert_eq!(rule.lookback, Some(SignedDuration::from_hours(14 * 24)));
        assert!(rule.clock && rule.params["networks"].required && !rule.params["days"].required);
        assert_eq!((rule.sql(), rule.sql_line()), ("SELECT 1", 19));
    }

    #[test]
    fn every_mistake_is_found_at_once_and_names_its_line_and_the_way_out() {
        let text = GOOD
            .replace("severity: high", "severity: hihg")
            .replace("practice: mfa", "practise: mfa")
            .replace("T1078.004", "T1078.04")
            .replace("window: 1h", "window: soon");
        let found: Vec<_> =
            mistakes(&text).into_iter().map(|mistake| (mistake.line, mistake.message)).collect();
        assert_eq!(found.len(), 4, "{found:?}");
        let has = |line: usize, word: &str| found.iter().any(|(at, text)| *at == line && text.contains(word));
        assert!(has(4, "did you mean `high`?"), "{found:?}");
        assert!(has(6, "did you mean `practice`?"), "{found:?}");
        assert!(has(5, "T1078.04"), "{found:?}");
        assert!(has(14, "window"), "{found:?}");
    }

    #[test]
    fn a_mistake_is_told_of_its_own_line_even_where_another_reads_the_same() {
        let text = GOOD
            .replace("It matters.", ">\n  severity: high\n  window: long")
            .replace("params: {networks", "params: {clock")
            .replace("clock: true", "clock: maybe");
        let found: Vec<_> = mistakes(&text.replace("window: 1h", "window: soon"))
            .into_iter()
            .map(|mistake| mistake.line)
            .collect();
        assert_eq!(found, [16, 18]);
        // The YAML of this header is also what stands before it.
        assert_eq!(mistakes("\n\n/*---\n\n---*/ SELECT 1")[0].line, 3);
        for text in ["/*---\nid: [", "/*---\nid: \"", "/*---\n\tid: a", "/*---\n&a *b\n"] {
            let line = mistakes(&format!("{text}---*/ SELECT 1"))[0].line;
            assert!((1..=text.lines().count()).contains(&line), "{text}: {line}");
        }
    }

    #[test]
    fn what_is_missing_or_broken_is_said() {
        for (text, expected) in [
            ("SELECT 1", "no header"),
            ("/*---\nid: a", "no end"),
            ("/*---\n- a\n---*/ SELECT 1", "no list of keys"),
            ("/*---\nid: a\nid: b\n---*/ SELECT 1", "no YAML"),
            ("/*---\nid: [\n---*/ SELECT 1", "no YAML"),
        ] {
            let found = mistakes(text);
            assert!(found[0].message.contains(expected), "{text}: {found:?}");
        }
        let found = mistakes("/*---\nid: A b\n---*/ SELECT 1");
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn a_parameter_is_required_or_has_a_default_of_its_type() {
        for (declared, expected) in [
            ("{type: int, default: x}", "default"),
            ("{type: intt}", "did you mean `int`?"),
            ("{type: int, defualt: 1}", "did you mean `default`?"),
            ("{type: int, required: true, default: 1}", "either required"),
            ("{type: int, required: false}", "either required"),
            ("{required: true}", "`type` is missing"),
            ("3", "says no type"),
        ] {
            let text = GOOD.replace("{type: int, default: 14}", declared);
            let found = mistakes(&text);
            assert!(found.len() == 1 && found[0].message.contains(expected), "{declared}: {found:?}");
        }
        let found = mistakes(&GOOD.replace("days:", "as_of:"));
        assert!(found[0].message.contains("the engine sets"), "{found:?}");
    }
}
