//! The documents of a Sigma file: rules, correlations, filters.
//!
//! A rule's id is its `id`; without one it is called after its file. Its version is a hash of what decides what
//! it finds and how that is shown, so that two copies of a rule that differ in a date are one.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::condition::Condition;
use super::correlation::{self, Aggregation, Asks, Base, Bounds, Correlation, Field, Source, Written};
use super::detection::{self, BUDGET, Detection};
use super::document::{Document, documents};
use super::modifier::Placeholders;
use super::place::Place;
use crate::detect::Severity;
use crate::detect::kind::Kind;
use crate::detect::mistake::{Mistake, shortened};
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

/// What a document is.
#[derive(Debug)]
pub(super) enum Read {
    /// A rule by itself.
    Rule(Box<Rule>),
    /// A correlation; what its rules are is not known yet.
    Correlation(Box<Rule>, Box<Written>),
    /// A filter, and the names of the rules that it narrows.
    Filter(Vec<String>, Detection),
    /// A correlation that can't be used, and the names of rules that exist for it alone.
    Refused(Vec<String>),
}

/// Reads the documents of a file, and what is wrong with the others.
pub(super) fn read(
    file: &str,
    text: &str,
    placeholders: &Placeholders,
) -> (Vec<(Document, Read)>, Vec<Mistake>) {
    let (documents, wrong) = documents(text);
    let mut mistakes: Vec<_> =
        wrong.into_iter().map(|(line, message)| Mistake::error(file, line, message)).collect();
    if documents.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::error(file, 1, "the file holds no rule"));
    }
    let mut found = Vec::new();
    let mut budget = BUDGET_OF_FILE;
    for (index, document) in documents.into_iter().enumerate() {
        let mut reader =
            Reader { file, document: &document, placeholders, budget: &mut budget, mistakes: Vec::new() };
        match reader.document(index) {
            Some(read) if reader.mistakes.is_empty() => found.push((document, read)),
            _ => {
                mistakes.append(&mut reader.mistakes);
                let names = correlation::silent(&document.tree);
                found.push((document, Read::Refused(names)));
            }
        }
    }
    (found, mistakes)
}

struct Reader<'a> {
    file: &'a str,
    document: &'a Document,
    placeholders: &'a Placeholders,
    /// What is left for the values of the file.
    budget: &'a mut usize,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn document(&mut self, index: usize) -> Option<Read> {
        let tree = &self.document.tree;
        if tree.contains_key("filter") {
            return self.filter();
        }
        let id = self.text("id").unwrap_or_else(|| name_of(self.file, index));
        if !is_id(&id) {
            self.refuse(&["id"], "its `id` is no id: letters, digits, `-`, `_` and `.`, at most 128 of them");
        }
        match tree.get("correlation") {
            Some(correlation) => self.correlation(id, correlation),
            None => self.rule(id).map(|rule| Read::Rule(Box::new(rule))),
        }
    }

    fn rule(&mut self, id: String) -> Option<Rule> {
        self.check_source();
        let Some(found) = self.document.tree.get("detection") else {
            self.refuse(&[], "the rule has no `detection`");
            return None;
        };
        let mut detection = self.detection("detection", found)?;
        let text = self.document.text.clone();
        let (kind, window, body) = match &detection.aggregation {
            None => (Kind::Event, None, Body::Sigma { detection: Arc::new(detection), text }),
            Some(aggregation) => {
                let correlation = match self.aggregated(&id, aggregation, found, &detection) {
                    Ok(correlation) => Arc::new(correlation),
                    Err((key, message)) => {
                        self.refuse(&["detection", key], &message);
                        return None;
                    }
                };
                // What is near is not in the condition, and used all the same.
                let is_base = |name: &String| correlation.bases.iter().any(|base| base.rule_id == *name);
                detection.unused.retain(|name| !is_base(name));
                let (unset, timespan) = (detection.unset.clone(), correlation.timespan);
                let detection = Some(Arc::new(detection));
                (Kind::Correlation, Some(timespan), Body::Correlation { correlation, detection, unset, text })
            }
        };
        self.with_body(id, found, kind, window, body)
    }

    fn correlation(&mut self, id: String, found: &Value) -> Option<Read> {
        let written = match correlation::read(found, self.document.tree.get("generate")) {
            Ok(written) => written,
            Err(wrong) => {
                for (path, message) in wrong {
                    let path: Vec<_> = std::iter::once("correlation").chain(path).collect();
                    self.refuse(&path, &message);
                }
                return None;
            }
        };
        let body = Body::Correlation {
            correlation: Arc::new(Correlation {
                asks: Asks::Events(Bounds::at_least(1.0)),
                bases: Vec::new(),
                group_by: Vec::new(),
                timespan: written.timespan,
            }),
            detection: None,
            unset: Vec::new(),
            text: self.document.text.clone(),
        };
        let rule = self.with_body(id, found, Kind::Correlation, Some(written.timespan), body)?;
        Some(Read::Correlation(Box::new(rule), Box::new(written)))
    }

    fn filter(&mut self) -> Option<Read> {
        self.check_source();
        let Some(Value::Object(filter)) = self.document.tree.get("filter") else {
            self.refuse(&["filter"], "`filter` is no list of searches and a condition");
            return None;
        };
        let mut searches = filter.clone();
        let rules = match searches.remove("rules") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if rules.is_empty() {
            self.refuse(&["filter"], "the filter names no `rules`");
        }
        let detection = self.detection("filter", &Value::Object(searches))?;
        if detection.aggregation.is_some() {
            self.refuse(&["filter", "condition"], "a filter can't count");
        }
        Some(Read::Filter(rules, detection))
    }

    /// The searches and the condition under `key`, if they can be used.
    fn detection(&mut self, key: &str, found: &Value) -> Option<Detection> {
        let wrong = match self.read(found) {
            Ok(detection) => return Some(detection),
            Err(wrong) => wrong,
        };
        for (path, message) in wrong {
            let place = path.iter().map(|key| format!("{key}: ")).collect::<String>();
            let path: Vec<_> = std::iter::once(key).chain(path.iter().map(String::as_str)).collect();
            self.refuse(&path, &format!("{place}{message}"));
        }
        None
    }

    /// Reads searches and a condition; their values take from the budget of the file.
    fn read(&mut self, found: &Value) -> Result<Detection, Vec<detection::Wrong>> {
        let allowed = BUDGET.min(*self.budget);
        let mut left = allowed;
        let read = detection::read_within(found, self.placeholders, &mut left);
        *self.budget -= allowed - left;
        read
    }

    /// The correlation that a rule of the old kind is: over its own searches, within its `timeframe`.
    fn aggregated(
        &mut self,
        id: &str,
        text: &str,
        found: &Value,
        detection: &Detection,
    ) -> Result<Correlation, (&'static str, String)> {
        let wrong = |message| ("condition", message);
        let Some(timeframe) = found.get("timeframe").and_then(Value::as_str) else {
            let message = "has no `timeframe` beside the condition; write `timeframe: 10m`";
            return Err(wrong(format!("`| {text}` {message}")));
        };
        let timespan = correlation::span(timeframe).map_err(|message| ("timeframe", message))?;
        Ok(match correlation::aggregation(text).map_err(wrong)? {
            Aggregation::Computed { kind, field, group_by, bounds } => Correlation {
                asks: match kind {
                    correlation::Kind::Values => Asks::Values(bounds),
                    correlation::Kind::Number(statistic) => Asks::Number(statistic, bounds),
                    _ => Asks::Events(bounds),
                },
                bases: vec![own_base(id, &detection.condition, &group_by, field.as_ref())],
                group_by,
                timespan,
            },
            Aggregation::Near(searches) => {
                let mut bases = vec![own_base(id, &detection.condition, &[], None)];
                if searches.len() >= correlation::RULES_MAX {
                    return Err(wrong(format!("`near` with {} searches", searches.len())));
                }
                for name in &searches {
                    let mut search = found.clone();
                    search["condition"] = Value::from(name.as_str());
                    let search = self.read(&search);
                    let search =
                        search.map_err(|_| wrong(format!("`near {name}`: no search is named so")))?;
                    bases.push(own_base(name, &search.condition, &[], None));
                }
                let asks = Asks::Temporal(Bounds::at_least(bases.len() as f64));
                Correlation { asks, bases, group_by: Vec::new(), timespan }
            }
        })
    }

    /// The rule, with what is common to all; `decides` is what it asks.
    fn with_body(
        &mut self,
        id: String,
        decides: &Value,
        kind: Kind,
        window: Option<SignedDuration>,
        body: Body,
    ) -> Option<Rule> {
        let tree = &self.document.tree;
        let title = self.text("title");
        if title.is_none() {
            self.refuse(&["title"], "the rule has no `title`");
        }
        let severity = self.one_of("level", &LEVELS).unwrap_or(Severity::Medium);
        let status = self.one_of("status", &STATUSES).unwrap_or(Status::Experimental);
        let decides = json!([id, tree.get("title"), tree.get("level"), tree.get("tags"), decides]);
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
            window,
            lookback: None,
            clock: false,
            untested: BTreeMap::new(),
            rules: Vec::new(),
            kind,
            body,
            version: version(&decides.to_string()),
            file: self.file.to_owned(),
            line: self.document.line,
        })
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

/// Ids are shown in terminals and name folders of cases.
fn is_id(id: &str) -> bool {
    let good = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    id.len() <= 128 && id.chars().all(good) && id.chars().any(|char| char.is_ascii_alphanumeric())
}

/// A search of a rule of the old kind.
fn own_base(name: &str, condition: &Arc<Condition>, group_by: &[String], field: Option<&String>) -> Base {
    Base {
        rule_id: name.to_owned(),
        title: name.to_owned(),
        source: Source::Events(condition.clone()),
        groups: group_by.iter().map(|name| Field::Of(Place::of(name))).collect(),
        values: field.iter().map(|name| Field::Of(Place::of(name))).collect(),
    }
}

/// The id of a rule that has none.
fn name_of(file: &str, index: usize) -> String {
    let stem = Path::new(file)
        .file_stem()
        .map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned());
    if index == 0 { stem } else { format!("{stem}-{}", index + 1) }
}
