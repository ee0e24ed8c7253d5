//! The `detection` of a rule as one condition over a record.
//!
//! Each search is a map (all of its fields), a list (one of its items) or a keyword (looked for in every value
//! of the record); the `condition` joins them. What is wrong is told with the keys that lead to it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::{glob, spelling};
use super::condition::Condition;
use super::expression::{self, Expression};
use super::modifier::{self, Placeholders, Refused};
use super::place::Place;

/// Tests of one rule; the longest public one has a few hundred.
const TESTS_MAX: usize = 10_000;

/// What the values of one rule may come to after their modifiers, in characters; a regular expression counts as
/// [`modifier::REGEX_COST`] of them.
pub(super) const BUDGET: usize = 4 << 20;

/// A field's name and its modifiers, in bytes; an operation's longest path is far shorter.
const KEY_MAX: usize = 1024;

/// Bytes of the conditions times bytes of the names of searches: each name may be compared with each word. The
/// longest public rule comes to 9,000.
const NAMING_MAX: usize = 1 << 26;

/// What is told of one rule; what follows is counted.
const WRONG_MAX: usize = 50;

/// Names that a message lists.
const LISTED_MAX: usize = 20;

/// Keys of `detection` that are no searches.
pub(super) const NO_SEARCHES: [&str; 2] = ["condition", "timeframe"];

/// A detection that was read.
#[derive(Debug, Clone)]
pub struct Detection {
    /// Whether a record is a hit.
    pub(crate) condition: Arc<Condition>,
    /// As it was written.
    pub(crate) tree: Map<String, Value>,
    /// What follows the `|` of the condition.
    pub(crate) aggregation: Option<String>,
    /// Searches that the condition does not use.
    pub(crate) unused: Vec<String>,
    /// Placeholders that have no value; without them the condition means nothing.
    pub(crate) unset: Vec<String>,
}

/// What is wrong, and the keys below `detection` that lead there.
pub(crate) type Wrong = (Vec<String>, String);

/// Reads the value of `detection`.
///
/// # Errors
/// Everything that is wrong with it.
#[cfg(test)]
pub(crate) fn read(detection: &Value, placeholders: &Placeholders) -> Result<Detection, Vec<Wrong>> {
    read_within(detection, placeholders, &mut BUDGET.clone())
}

/// Reads the value of `detection`; its values take from `budget`, at most [`BUDGET`].
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read_within(
    detection: &Value,
    placeholders: &Placeholders,
    budget: &mut usize,
) -> Result<Detection, Vec<Wrong>> {
    let Value::Object(detection) = detection else {
        return Err(vec![(Vec::new(), "`detection` is no list of searches and a condition".to_owned())]);
    };
    let mut reader = Reader {
        placeholders,
        wrong: Vec::new(),
        wrong_more: 0,
        unset: Vec::new(),
        tests: 0,
        budget,
        path: Vec::new(),
    };
    let searches: Vec<_> = detection
        .iter()
        .filter(|(name, _)| !NO_SEARCHES.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), reader.within(name, |reader| reader.search(value))))
        .collect();
    let joined = reader.conditions(detection, &searches);
    let Some((expressions, aggregation)) = joined.filter(|_| reader.wrong.is_empty()) else {
        return Err(reader.all_wrong());
    };
    // Counted before it is built: a search of thousands may stand in it thousands of times.
    let sizes: Vec<_> = searches.iter().map(|(name, search)| (*name, size(search))).collect();
    let tests =
        expressions.iter().map(|expression| tests_of(expression, &sizes)).fold(0, usize::saturating_add);
    if tests > TESTS_MAX {
        let message = format!("the condition comes to {tests} tests; at most {TESTS_MAX} are allowed");
        return Err(vec![(vec!["condition".to_owned()], message)]);
    }
    let condition =
        Condition::any(expressions.iter().map(|expression| joined_up(expression, &searches)).collect());
    let is_used = |name: &str| expressions.iter().any(|expression| expression.uses(name));
    let unused = searches.iter().map(|(name, _)| *name).filter(|name| !is_used(name));
    let unused = unused.map(str::to_owned).collect();
    Ok(Detection { condition, tree: detection.clone(), aggregation, unused, unset: reader.unset })
}

struct Reader<'a> {
    placeholders: &'a Placeholders,
    wrong: Vec<Wrong>,
    /// What else was wrong.
    wrong_more: usize,
    unset: Vec<String>,
    tests: usize,
    /// Characters and compiled expressions that are left.
    budget: &'a mut usize,
    path: Vec<String>,
}

impl Reader<'_> {
    fn within<T>(&mut self, key: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.to_owned());
        let read = read(self);
        self.path.pop();
        read
    }

    fn refuse(&mut self, message: impl Into<String>) -> Arc<Condition> {
        match self.wrong.len() {
            WRONG_MAX => self.wrong_more += 1,
            _ => self.wrong.push((self.path.clone(), message.into())),
        }
        never()
    }

    fn all_wrong(mut self) -> Vec<Wrong> {
        if self.wrong_more > 0 {
            self.wrong.push((Vec::new(), format!("and {} more mistakes in this rule", self.wrong_more)));
        }
        self.wrong
    }

    /// One search.
    fn search(&mut self, value: &Value) -> Arc<Condition> {
        match value {
            Value::Object(fields) => self.fields(fields),
            Value::Array(items) if items.is_empty() => self.refuse("the search is empty"),
            Value::Array(items) => {
                let (maps, keywords): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.is_object());
                let mut parts: Vec<_> = maps
                    .iter()
                    .filter_map(|item| item.as_object())
                    .map(|fields| self.fields(fields))
                    .collect();
                if !keywords.is_empty() {
                    let keywords: Vec<_> = keywords.into_iter().cloned().collect();
                    parts.push(self.values("", &keywords));
                }
                Condition::any(parts)
            }
            Value::Null => self.refuse("the search is empty"),
            keyword => self.values("", std::slice::from_ref(keyword)),
        }
    }

    fn fields(&mut self, fields: &Map<String, Value>) -> Arc<Condition> {
        if fields.is_empty() {
            return self.refuse("the search is empty");
        }
        let field = |reader: &mut Self, (key, value): (&String, &Value)| {
            reader.within(key, |reader| match value {
                _ if key.len() > KEY_MAX => {
                    reader.refuse(format!("a field of {} bytes; at most {KEY_MAX} are allowed", key.len()))
                }
                Value::Array(values) => reader.values(key, values),
                Value::Object(_) => reader.refuse("fields in fields are written with dots, as `a.b: value`"),
                value => reader.values(key, std::slice::from_ref(value)),
            })
        };
        let parts = fields.iter().map(|entry| field(self, entry)).collect();
        Condition::all(parts)
    }

    /// The values of `field|modifiers`; without a field they are keywords.
    fn values(&mut self, key: &str, values: &[Value]) -> Arc<Condition> {
        self.tests += values.len().max(1);
        if self.tests > TESTS_MAX {
            let first = self.tests - values.len().max(1) <= TESTS_MAX;
            let message = format!("the rule has more than {TESTS_MAX} values");
            return if first { self.refuse(message) } else { never() };
        }
        if values.is_empty() {
            return self.refuse("the list of values is empty");
        }
        let mut names = key.split('|');
        let field = names.next().unwrap_or_default();
        let mut modifiers: Vec<_> = names.collect();
        let place = match field {
            "" => Place::anywhere(),
            field => Place::of(field),
        };
        let compared = ["contains", "startswith", "endswith", "re", "cidr", "exists", "fieldref"];
        if field.is_empty() && !modifiers.iter().any(|modifier| compared.contains(modifier)) {
            // A keyword is part of a value.
            modifiers.push("contains");
        }
        match modifier::condition(&place, &modifiers, values, self.placeholders, self.budget) {
            Ok(condition) => condition,
            Err(Refused::Wrong(message)) => self.refuse(message),
            Err(Refused::Unset(name)) => {
                if !self.unset.contains(&name) {
                    self.unset.push(name);
                }
                never()
            }
        }
    }

    /// The conditions (several are joined by or), and the aggregation of the old kind.
    fn conditions(
        &mut self,
        detection: &Map<String, Value>,
        searches: &[(&str, Arc<Condition>)],
    ) -> Option<(Vec<Expression>, Option<String>)> {
        self.path = vec!["condition".to_owned()];
        let texts: Vec<&str> = match detection.get("condition") {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) if !items.is_empty() && items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect()
            }
            None => {
                self.path.clear();
                self.refuse("`detection` has no `condition`");
                return None;
            }
            Some(other) => {
                self.refuse(format!("`condition` is `{other}`; it is a text, or a list of texts"));
                return None;
            }
        };
        let names: Vec<_> = searches.iter().map(|(name, _)| *name).collect();
        let bytes = |texts: &[&str]| texts.iter().map(|text| text.len()).sum::<usize>();
        if bytes(&texts).saturating_mul(bytes(&names)) > NAMING_MAX {
            self.refuse("the condition and the names of the searches are too long to be compared");
            return None;
        }
        let mut expressions = Vec::new();
        let mut aggregation = None;
        for text in &texts {
            match expression::parse(text) {
                Ok((_, Some(_))) if texts.len() > 1 => {
                    self.refuse("an aggregation is one condition, not one of several");
                }
                Ok((expression, old)) => {
                    self.check_names(&expression, &names);
                    aggregation = old.map(str::to_owned);
                    expressions.push(expression);
                }
                Err(message) => drop(self.refuse(message)),
            }
        }
        Some((expressions, aggregation))
    }

    fn check_names(&mut self, expression: &Expression, names: &[&str]) {
        match expression {
            Expression::Name(name) if !names.contains(&name.as_str()) => {
                let unknown = match names.len() {
                    ..=LISTED_MAX => spelling::unknown,
                    _ => spelling::unknown_of_many,
                };
                self.refuse(unknown("search", name, names));
            }
            Expression::Of { pattern, .. } if !names.iter().any(|name| expression.uses(name)) => {
                let pattern = pattern.as_deref().unwrap_or("them");
                self.refuse(format!("no search is named `{pattern}`"));
            }
            Expression::Name(_) | Expression::Of { .. } => {}
            Expression::All(parts) | Expression::Any(parts) => {
                parts.iter().for_each(|part| self.check_names(part, names));
            }
            Expression::Not(part) => self.check_names(part, names),
        }
    }
}

impl Expression {
    /// Whether the search `name` is part of it.
    fn uses(&self, name: &str) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Of { pattern: Some(pattern), .. } => glob::matches(pattern, name),
            Self::Of { pattern: None, .. } => !name.starts_with('_'),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.uses(name)),
            Self::Not(part) => part.uses(name),
        }
    }
}

/// The condition of an expression over searches that all exist.
fn joined_up(expression: &Expression, searches: &[(&str, Arc<Condition>)]) -> Arc<Condition> {
    let all = |parts: &[Expression]| parts.iter().map(|part| joined_up(part, searches)).collect();
    let chosen = || {
        let named = searches.iter().filter(|(name, _)| expression.uses(name));
        named.map(|(_, condition)| condition.clone()).collect::<Vec<_>>()
    };
    match expression {
        Expression::Name(_) | Expression::Of { all: false, .. } => Condition::any(chosen()),
        Expression::Of { all: true, .. } => Condition::all(chosen()),
        Expression::All(parts) => Condition::all(all(parts)),
        Expression::Any(parts) => Condition::any(all(parts)),
        Expression::Not(part) => Arc::new(Condition::Not(joined_up(part, searches))),
    }
}

/// Tests in a search; one without any is not for nothing either.
fn size(search: &Condition) -> usize {
    let mut tests = 0;
    search.tests(&mut |_| tests += 1);
    tests.max(1)
}

/// Tests that an expression comes to.
fn tests_of(expression: &Expression, sizes: &[(&str, usize)]) -> usize {
    match expression {
        Expression::Name(_) | Expression::Of { .. } => {
            let named = sizes.iter().filter(|(name, _)| expression.uses(name));
            named.map(|(_, size)| *size).fold(0, usize::saturating_add)
        }
        Expression::All(parts) | Expression::Any(parts) => {
            parts.iter().map(|part| tests_of(part, sizes)).fold(0, usize::saturating_add)
        }
        Expression::Not(part) => tests_of(part, sizes),
    }
}

fn never() -> Arc<Condition> {
    Arc::new(Condition::Constant(false))
}
