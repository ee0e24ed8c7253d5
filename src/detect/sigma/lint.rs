//! What is probably not meant in a Sigma rule that can be used.
//!
//! Event names and sources that CloudTrail does not write, fields that no record has, values that look like fields,
//! searches that nothing can match, techniques that ATT&CK does not know. What may only be newer than our facts is a
//! warning; what contradicts itself or the facts is an error, and the rule runs all the same.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::Detection;
use super::condition::{Check, Condition};
use super::detection::NO_SEARCHES;
use super::document::line_within;
use super::place::{Held, Place};
use crate::detect::catalogue;
use crate::detect::mistake::{Level, Mistake, TOLD_MAX, shortened};
use crate::detect::operations::{self, About};
use crate::detect::rule::Rule;
use crate::detect::spelling::{self, short};
use crate::event::{FIELDS, Object};
use crate::query::pattern::folded;

/// Members of aggregated events that have no column of their own.
const BESIDE: [&str; 2] = ["timeWindow", "summary"];

/// Appends what is odd about a rule; `text`: its document. A correlation has no detection of its own.
pub(crate) fn lint(rule: &Rule, detection: Option<&Detection>, text: &str, mistakes: &mut Vec<Mistake>) {
    let mut lint = Lint { rule, text, told: 0, mistakes };
    for id in rule.attack.iter().filter(|id| !catalogue::is_technique(id)) {
        lint.warn(&["tags"], format!("ATT&CK has no technique `{id}`"));
    }
    if let Some(detection) = detection {
        lint.detection(detection);
    }
    if lint.is_full() {
        let message = format!("only the first {TOLD_MAX} oddities of this rule are told");
        lint.mistakes.push(Mistake::warning(&rule.file, rule.line, message));
    }
}

/// The maps of a search.
fn maps(search: &Value) -> Vec<&Map<String, Value>> {
    match search {
        Value::Object(fields) => vec![fields],
        Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
        _ => Vec::new(),
    }
}

struct Lint<'a> {
    rule: &'a Rule,
    text: &'a str,
    told: usize,
    mistakes: &'a mut Vec<Mistake>,
}

impl Lint<'_> {
    fn detection(&mut self, detection: &Detection) {
        for name in &detection.unused {
            self.warn(&["detection", name], format!("the condition does not use the search `{name}`"));
        }
        for name in &detection.unset {
            let message = format!("the placeholder `%{name}%` has no value; set it in [sigma.placeholders]");
            self.warn(&["detection"], message);
        }
        for (name, search) in &detection.tree {
            if NO_SEARCHES.contains(&name.as_str()) {
                continue;
            }
            for fields in maps(search) {
                self.operations(name, fields);
                self.fields(name, fields);
            }
        }
        if detection.unset.is_empty() && never(&detection.condition) {
            self.error(
                &["detection", "condition"],
                "no record can match: the rule asks one field for two values".to_owned(),
            );
        }
    }

    /// Event names and sources, compared for equality in one search.
    fn operations(&mut self, search: &str, fields: &Map<String, Value>) {
        let (sources, names) = (exact(fields.get("eventSource")), exact(fields.get("eventName")));
        for oddity in operations::asked_together(&sources, &names) {
            if self.is_full() {
                return;
            }
            let key = match oddity.about {
                About::Source => "eventSource",
                About::Name => "eventName",
            };
            let path = ["detection", search, key];
            match oddity.level {
                Level::Warning => self.warn(&path, oddity.message),
                Level::Error => self.error(&path, oddity.message),
            }
        }
    }

    /// Fields that no record has, and values that look like fields.
    fn fields(&mut self, search: &str, fields: &Map<String, Value>) {
        for (key, value) in fields {
            let (name, modifiers) = key.split_once('|').unwrap_or((key, ""));
            let path = ["detection", search, key.as_str()];
            let compared: Vec<_> = modifiers.split('|').collect();
            if self.is_full() {
                return;
            }
            if !name.is_empty() {
                self.field(&path, name);
            }
            for text in texts(value) {
                match compared.contains(&"fieldref") {
                    true => self.field(&path, text),
                    false if modifiers.is_empty() && is_field(text) => {
                        let message = format!(
                            "`{text}` is compared as text; to compare with the field write `{name}|fieldref`"
                        );
                        self.warn(&path, message);
                    }
                    false => {}
                }
            }
        }
    }

    fn field(&mut self, path: &[&str], name: &str) {
        let place = Place::of(name);
        let first = place.path.first().map_or("", String::as_str);
        if place.held != Held::Beside || BESIDE.contains(&first) {
            return;
        }
        let known: Vec<_> = names().collect();
        let near = known.iter().find(|known| known.eq_ignore_ascii_case(name)).map(String::as_str);
        let known: Vec<_> = known.iter().map(String::as_str).collect();
        let near = near.or_else(|| spelling::nearest(short(name)?, &known));
        let hint = near.map_or_else(String::new, |near| format!("; is it `{near}`?"));
        self.warn(path, format!("records of CloudTrail have no field `{name}`, as far as is known{hint}"));
    }

    fn warn(&mut self, path: &[&str], message: String) {
        self.tell(path, Mistake::warning(&self.rule.file, 0, shortened(&message)));
    }

    fn error(&mut self, path: &[&str], message: String) {
        self.tell(path, Mistake::error(&self.rule.file, 0, shortened(&message)));
    }

    fn tell(&mut self, path: &[&str], mistake: Mistake) {
        if !self.is_full() {
            self.told += 1;
            let line = self.rule.line + line_within(self.text, path);
            self.mistakes.push(Mistake { line, ..mistake });
        }
    }

    fn is_full(&self) -> bool {
        self.told == TOLD_MAX
    }
}

/// The texts of a field that are compared for equality, each once.
fn exact(value: Option<&Value>) -> Vec<&str> {
    let texts = value.map(texts).unwrap_or_default();
    let mut seen = HashSet::new();
    texts.into_iter().filter(|text| !text.contains(['*', '?']) && seen.insert(*text)).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// The names of all fields that have a column.
fn names() -> impl Iterator<Item = String> {
    FIELDS.iter().map(|field| match field.object {
        Object::Record => field.key.to_owned(),
        object => format!("{}.{}", object.pointer()[1..].replace('/', "."), field.key),
    })
}

/// Whether a text is the name of a field inside of another.
fn is_field(text: &str) -> bool {
    let outer = text.split_once('.').map(|(outer, _)| outer);
    let known = |outer| {
        matches!(
            outer,
            "userIdentity" | "requestParameters" | "responseElements" | "additionalEventData" | "tlsDetails"
        )
    };
    outer.is_some_and(known) && text.chars().all(|char| char.is_alphanumeric() || matches!(char, '.' | '_'))
}

/// Whether no record can match: two exact comparisons of one field that have no value in common.
fn never(condition: &Condition) -> bool {
    match condition {
        Condition::Constant(answer) => !answer,
        Condition::Any(parts) => parts.iter().all(|part| never(part)),
        Condition::All(parts) => parts.iter().any(|part| never(part)) || contradict(parts),
        Condition::Not(_) | Condition::Test(_) => false,
    }
}

fn contradict(parts: &[std::sync::Arc<Condition>]) -> bool {
    let mut values: Vec<(&Place, HashSet<String>)> = Vec::new();
    let mut tests = Vec::new();
    parts.iter().for_each(|part| conjuncts(part, &mut tests));
    for (place, texts) in tests {
        // Only a field that has one value can't have two.
        let Some(_) = place.column().filter(|_| !matches!(place.held, Held::Column { field, .. } if FIELDS[field].kind == crate::event::Kind::Json))
        else {
            continue;
        };
        match values.iter_mut().find(|(other, _)| *other == place) {
            Some((_, common)) => common.retain(|text| texts.contains(text)),
            None => values.push((place, texts)),
        }
    }
    values.iter().any(|(_, common)| common.is_empty())
}

/// The exact comparisons that all have to hold.
fn conjuncts<'c>(condition: &'c Condition, tests: &mut Vec<(&'c Place, HashSet<String>)>) {
    match condition {
        Condition::All(parts) => parts.iter().for_each(|part| conjuncts(part, tests)),
        Condition::Test(test) => {
            if let Check::Text(texts) = &test.check
                && let Some(exact) = texts.exact()
            {
                tests.push((&test.place, exact.map(|text| folded(&text)).collect()));
            }
        }
        _ => {}
    }
}
