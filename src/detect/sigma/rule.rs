//! The documents of a Sigma file as rules.
//!
//! A rule's id is its `id`; without one it is called after its file. Its version is a hash of what decides what
//! it finds and how that is shown, so that two copies of a rule that differ in a date are one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::detection::{self, BUDGET, Detection};
use super::document::{Document, documents};
use super::modifier::Placeholders;
use crate::detect::Severity;
use crate::detect::kind::Kind;
use crate::detect::mistake::Mistake;
use crate::detect::rule::{Body, Rule, version};
use crate::detect::spelling;
use crate::detect::vocabulary::Status;

/// Levels of the specification, and ours.
const LEVELS: [(&str, Severity); 5] = [
    ("informational", Severity::Info),
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];

/// Statuses of the specification, and whether such a rule runs.
const STATUSES: [(&str, Status); 5] = [
    ("stable", Status::Stable),
    ("test", Status::Stable),
    ("experimental", Status::Experimental),
    // Not supported by converters to other languages, which is no reason here.
    ("unsupported", Status::Experimental),
    ("deprecated", Status::Disabled),
];

/// What the values of all rules of a file may come to, as [`BUDGET`] says for one rule.
const BUDGET_OF_FILE: usize = 4 * BUDGET;

/// A mistake's message, in characters: what a rule says may be quoted in it.
const MESSAGE_MAX: usize = 600;

/// Reads the rules of a file, and what is wrong with the others.
pub(crate) fn rules(file: &str, text: &str, placeholders: &Placeholders) -> (Vec<Rule>, Vec<Mistake>) {
    let (documents, wrong) = documents(text);
    let mut mistakes: Vec<_> =
        wrong.into_iter().map(|(line, message)| Mistake::error(file, line, message)).collect();
    if documents.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::error(file, 1, "the file holds no rule"));
    }
    let mut rules = Vec::new();
    let mut budget = BUDGET_OF_FILE;
    let parts = parts_of_correlations(&documents);
    let is_part = |document: &Document| {
        let names = ["id", "name", "title"].into_iter().filter_map(|key| document.tree.get(key)?.as_str());
        names.into_iter().any(|name| parts.contains(&name))
    };
    for (index, document) in documents.iter().enumerate() {
        let mut reader = Reader { file, document, mistakes: Vec::new() };
        match reader.rule(index, placeholders, &mut budget) {
            Some(rule) if reader.mistakes.is_empty() => rules.extend((!is_part(document)).then_some(rule)),
            _ => mistakes.append(&mut reader.mistakes),
        }
    }
    (rules, mistakes)
}

struct Reader<'a> {
    file: &'a str,
    document: &'a Document,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn rule(&mut self, index: usize, placeholders: &Placeholders, budget: &mut usize) -> Option<Rule> {
        let tree = &self.document.tree;
        let title = self.text("title");
        if title.is_none() {
            self.refuse(&["title"], "the rule has no `title`");
        }
        let id = self.text("id").unwrap_or_else(|| name_of(self.file, index));
        if !is_id(&id) {
            self.refuse(&["id"], "its `id` is no id: letters, digits, `-`, `_` and `.`, at most 128 of them");
        }
        let severity = self.one_of("level", &LEVELS).unwrap_or(Severity::Medium);
        let status = self.one_of("status", &STATUSES).unwrap_or(Status::Experimental);
        if tree.contains_key("correlation") {
            self.refuse(&["correlation"], "correlations are not supported yet");
            return None;
        }
        self.check_source();
        let Some(found) = tree.get("detection") else {
            self.refuse(&[], "the rule has no `detection`");
            return None;
        };
        let detection = self.detection(found, placeholders, budget)?;
        let decides = json!([id, tree.get("title"), tree.get("level"), tree.get("tags"), found]);
        Some(Rule {
            id,
            title: title?,
            severity,
            status,
            attack: self.attack(),
            practice: None,
            description: self.text("description").unwrap_or_default(),
            false_positives: self.texts("falsepositives"),
            respond: Vec::new(),
            references: self.texts("references"),
            params: BTreeMap::new(),
            needs: Vec::new(),
            entity: Vec::new(),
            window: None,
            lookback: None,
            clock: false,
            kind: Kind::Event,
            body: Body::Sigma { detection: Arc::new(detection), text: self.document.text.clone() },
            version: version(&decides.to_string()),
            file: self.file.to_owned(),
            line: self.document.line,
        })
    }

    /// The detection, if it can be used; its values take from the `budget` of the file.
    fn detection(
        &mut self,
        found: &Value,
        placeholders: &Placeholders,
        budget: &mut usize,
    ) -> Option<Detection> {
        let allowed = BUDGET.min(*budget);
        let mut left = allowed;
        let read = detection::read_within(found, placeholders, &mut left);
        *budget -= allowed - left;
        match read {
            Ok(detection) => {
                if let Some(aggregation) = &detection.aggregation {
                    let message = format!("the aggregation `{aggregation}` is not supported yet");
                    self.refuse(&["detection", "condition"], &message);
                }
                Some(detection)
            }
            Err(wrong) => {
                for (path, message) in wrong {
                    let place = path.iter().map(|key| format!("{key}: ")).collect::<String>();
                    let path: Vec<_> =
                        std::iter::once("detection").chain(path.iter().map(String::as_str)).collect();
                    self.refuse(&path, &format!("{place}{message}"));
                }
                None
            }
        }
    }

    /// That the rule is about CloudTrail.
    fn check_source(&mut self) {
        let Some(Value::Object(source)) = self.document.tree.get("logsource") else {
            return self.refuse(&["logsource"], "the rule has no `logsource`");
        };
        let is = |source: &Map<String, Value>, key: &str, wanted: &str| match source.get(key) {
            None => true,
            Some(value) => value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted)),
        };
        if !is(source, "product", "aws") || !is(source, "service", "cloudtrail") {
            let shown = Value::Object(source.clone());
            self.refuse(&["logsource"], &format!("not a rule for CloudTrail: its `logsource` is {shown}"));
        } else if !source.contains_key("product") && !source.contains_key("service") {
            self.refuse(
                &["logsource"],
                "`logsource` names neither a product nor a service; write `product: aws`",
            );
        }
    }

    /// Techniques among the tags: `attack.t1078.004`.
    fn attack(&self) -> Vec<String> {
        let technique = |tag: String| {
            let id = tag.to_ascii_lowercase().strip_prefix("attack.")?.to_ascii_uppercase();
            crate::detect::attack::is_technique(&id).then_some(id)
        };
        self.texts("tags").into_iter().filter_map(technique).collect()
    }

    fn one_of<T: Copy>(&mut self, key: &str, allowed: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = allowed.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text));
        if found.is_none() {
            let names: Vec<_> = allowed.iter().map(|(name, _)| *name).collect();
            self.refuse(&[key], &spelling::unknown(key, &text, &names));
        }
        found.map(|(_, value)| *value)
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.document.tree.get(key)? {
            Value::Null | Value::Array(_) | Value::Object(_) => None,
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            other => Some(other.to_string()),
        }
    }

    /// The texts of a list, or the one that stands for itself.
    fn texts(&self, key: &str) -> Vec<String> {
        match self.document.tree.get(key) {
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).map(|text| text.trim().to_owned()).collect()
            }
            Some(Value::String(text)) => vec![text.trim().to_owned()],
            _ => Vec::new(),
        }
    }

    fn refuse(&mut self, path: &[&str], message: &str) {
        let message = shortened(message);
        self.mistakes.push(Mistake::error(self.file, self.document.line_of(path), message));
    }
}

/// A message without its middle if it is long: the place is at its beginning, the reason at its end.
pub(super) fn shortened(message: &str) -> String {
    let length = message.chars().count();
    if length <= MESSAGE_MAX {
        return message.to_owned();
    }
    let beginning: String = message.chars().take(MESSAGE_MAX / 2).collect();
    let end: String = message.chars().skip(length - MESSAGE_MAX / 2).collect();
    format!("{beginning} … {end}")
}

/// Ids are shown in terminals and name folders of cases.
fn is_id(id: &str) -> bool {
    let good = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    id.len() <= 128 && id.chars().all(good) && id.chars().any(|char| char.is_ascii_alphanumeric())
}

/// The rules that the correlations of a file are about and that therefore do not fire by themselves.
fn parts_of_correlations(documents: &[Document]) -> Vec<&str> {
    let correlations = documents.iter().filter_map(|document| document.tree.get("correlation"));
    let silent = correlations.filter(|of| of.get("generate").and_then(Value::as_bool) != Some(true));
    let names = silent.filter_map(|of| of.get("rules")?.as_array());
    names.flatten().filter_map(Value::as_str).collect()
}

/// The id of a rule that has none.
fn name_of(file: &str, index: usize) -> String {
    let stem = Path::new(file)
        .file_stem()
        .map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned());
    if index == 0 { stem } else { format!("{stem}-{}", index + 1) }
}
