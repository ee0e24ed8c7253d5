//! Sigma rules: no text makes reading them panic or takes it long, and a mistake names the file and a line of it.
//!
//! What can be used is asked of a few records. It means the same when it is read again, the opposite when its
//! condition is negated, and the same of a record whether that is looked through as text, which is what
//! the rules do, or as a tree of `serde_json`, which shares no code with it.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::detect::sigma::{self, Item, Place, Record, any_at, any_within, detection};
use crate::detect::{Body, Detection, Placeholders, Rule};

/// Reading a rule and asking it, in a debug build, beside other tests.
const LONG: Duration = Duration::from_secs(20);

/// A message is read in a terminal; what a rule says is cut short in it.
const MESSAGE_MAX: usize = 4_000;

/// Why a condition that can be used can't be negated: it is as long or as deep as it may be.
const TOO_MUCH: [&str; 3] = ["nested more than", "more than 4096 words", "too long"];

const RECORDS: [&str; 7] = [
    "{}",
    r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","userIdentity":{"type":"Root"},"errorCode":null}"#,
    r#"{"eventName":"GetObject","sourceIPAddress":"203.0.113.9","eventTime":"2026-01-15T10:20:30Z","readOnly":true}"#,
    r#"{"requestParameters":{"items":[{"port":22,"cidr":"0.0.0.0/0"},{"port":3389.5,"tags":[]},["x",null]]}}"#,
    r#"{"requestParameters":{"a.b":{"c":"evil"},"a":{"b.c":"tool","b":{"c":"ÄRGER -x"}},"":{"":"a*b?c\\d"}},"a.b.c":1}"#,
    r#"{"userAgent":"aws-cli/2 \"quoted\" \\ \t","additionalEventData":{},"resources":[],"odd":["s3cr3t",{"deep":false}]}"#,
    r#"{"eventName":["CreateUser","*"],"userIdentity":"nobody","errorCode":5,"eventSource":{"a":{"a":{"a":"CreateUser"}}}}"#,
];

/// Reads the text as a file of Sigma rules.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let started = Instant::now();
    let placeholders =
        Placeholders::from([("Admins".to_owned(), vec!["alice".to_owned(), "bob*".to_owned()])]);
    let (rules, mistakes) = sigma::rules("rule.yml", text, &placeholders);
    let lines = text.split('\n').count();
    for mistake in &mistakes {
        assert_eq!(mistake.file, "rule.yml");
        assert!((1..=lines).contains(&mistake.line), "{mistake} of {lines} lines");
        assert!(!mistake.message.trim().is_empty() && mistake.message.len() < MESSAGE_MAX, "{mistake}");
    }
    let (again, same_mistakes) = sigma::rules("rule.yml", text, &placeholders);
    assert_eq!(mistakes, same_mistakes);
    assert_eq!(rules.iter().map(outline).collect::<Vec<_>>(), again.iter().map(outline).collect::<Vec<_>>());
    for (rule, same) in rules.iter().zip(&again) {
        assert!((1..=lines).contains(&rule.line), "line {} of {lines}", rule.line);
        assert!(!rule.id.is_empty() && !rule.title.is_empty() && rule.version.len() == 32, "{rule:?}");
        check(compiled(rule), compiled(same), &placeholders);
    }
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}

/// What makes a rule that rule, beside its condition.
fn outline(rule: &Rule) -> String {
    let Rule { id, title, severity, status, attack, version, line, .. } = rule;
    format!("{id} {title} {severity:?} {status:?} {attack:?} {version} {line}")
}

fn compiled(rule: &Rule) -> &Detection {
    let Body::Sigma { detection, .. } = &rule.body else { panic!("{} is no Sigma rule", rule.id) };
    detection
}

fn check(rule: &Detection, same: &Detection, placeholders: &Placeholders) {
    let negated = detection::read_within(&negated(&rule.tree), placeholders, &mut (usize::MAX / 2));
    if let Err(wrong) = &negated {
        let is_too_much = |message: &str| TOO_MUCH.iter().any(|reason| message.contains(reason));
        assert!(wrong.iter().all(|(_, message)| is_too_much(message)), "not to be negated: {wrong:?}");
    }
    for record in RECORDS {
        let tree: Value = serde_json::from_str(record).expect("a record");
        let text = tree.to_string();
        let verdict = rule.condition.holds(&mut Text(&text));
        assert_eq!(same.condition.holds(&mut Text(&text)), verdict, "read again, of {text}");
        assert_eq!(rule.condition.holds(&mut Tree(&tree)), verdict, "as a tree, of {text}");
        if let Ok(negated) = &negated {
            assert_eq!(negated.condition.holds(&mut Text(&text)), !verdict, "negated, of {text}");
        }
    }
}

/// The detection with `not` before its condition; several conditions are joined by `or`.
fn negated(detection: &Map<String, Value>) -> Value {
    let condition = match &detection["condition"] {
        Value::Array(conditions) => {
            let texts = conditions.iter().filter_map(Value::as_str);
            texts.map(|text| format!("({text})")).collect::<Vec<_>>().join(" or ")
        }
        condition => condition.as_str().expect("a condition that was read").to_owned(),
    };
    let mut negated = detection.clone();
    negated.insert("condition".to_owned(), json!(format!("not ({condition})")));
    Value::Object(negated)
}

/// A record as text.
struct Text<'a>(&'a str);

impl Record for Text<'_> {
    fn any(&mut self, place: &Place, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        match place.path.is_empty() {
            true => any_within(self.0, each),
            false => any_at(self.0, &place.path, each),
        }
    }
}

/// A record as a tree.
struct Tree<'a>(&'a Value);

impl Record for Tree<'_> {
    fn any(&mut self, place: &Place, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        match place.path.is_empty() {
            true => within(self.0, each),
            false => at(self.0, &place.path, each),
        }
    }
}

fn at(value: &Value, path: &[String], each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().any(|item| at(item, path, each)),
        Value::Object(members) if !path.is_empty() => members.iter().any(|(key, inner)| {
            (1..=path.len()).any(|steps| path[..steps].join(".") == *key && at(inner, &path[steps..], each))
        }),
        other => path.is_empty() && is(other, each),
    }
}

fn within(value: &Value, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| within(item, each)),
        Value::Object(members) => members.values().any(|inner| within(inner, each)),
        other => is(other, each),
    }
}

fn is(value: &Value, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    match value {
        Value::Null => each(&Item::Null),
        Value::Bool(truth) => each(&Item::Bool(*truth)),
        Value::Number(number) => each(&Item::Number(&number.to_string())),
        Value::String(text) => each(&Item::Text(Cow::Borrowed(text))),
        Value::Array(_) | Value::Object(_) => each(&Item::Object(&value.to_string())),
    }
}
