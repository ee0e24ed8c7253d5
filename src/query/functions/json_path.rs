//! Trino's `json_extract` and `json_extract_scalar`: values of JSON text by paths as `$.a.b[0]`.
//!
//! The text is walked over, not read into a tree: what lies beside the path is skipped, so a value near
//! the beginning costs little whatever follows. Of a key that stands twice the first is taken. JSON
//! that is broken before the value gives NULL; what comes after it is not looked at.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringBuilder};
use datafusion::common::exec_err;
use datafusion::error::Result;

use super::super::json::{Walker, unescape};
use super::arguments::Call;
use super::{Function, only_text, text};

pub(super) const FUNCTIONS: [Function; 3] = [
    Function {
        name: "json_extract_scalar",
        about: "the text, number or boolean at a path of JSON, as text; NULL for objects and lists",
        example: (r#"json_extract_scalar('{"a": {"b": ["x", "y"]}}', '$.a.b[1]')"#, "y"),
        arguments: 2..=2,
        returns: text,
        other: only_text,
        call: |call| extract(call, scalar),
    },
    Function {
        name: "json_extract",
        about: "the value at a path of JSON, as JSON",
        example: (r#"json_extract('{"a": {"b": ["x", "y"]}}', '$.a.b')"#, r#"["x", "y"]"#),
        arguments: 2..=2,
        returns: text,
        other: only_text,
        call: |call| extract(call, |value| Some(Cow::Borrowed(value))),
    },
    Function {
        name: "json_parse",
        about: "JSON text as JSON: itself, if it is JSON",
        example: (r#"json_parse('[1, 2]')"#, "[1, 2]"),
        arguments: 1..=1,
        returns: text,
        other: only_text,
        call: json_parse,
    },
];

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// Reads `$.a['b c'][0]`.
fn parse_path(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(key) = rest.strip_prefix('.') {
            let end = key.find(['.', '[']).unwrap_or(key.len());
            let (name, after) = key.split_at(end);
            if name.is_empty() {
                return None;
            }
            steps.push(Step::Key(name.trim_matches('"').to_owned()));
            rest = after;
            continue;
        }
        let inner = rest.strip_prefix('[')?;
        let quote = inner.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let Some(quote) = quote else {
            let (index, after) = inner.split_once(']')?;
            steps.push(Step::Index(index.trim().parse().ok()?));
            rest = after;
            continue;
        };
        let (key, after) = inner[1..].split_once(&format!("{quote}]"))?;
        steps.push(Step::Key(key.to_owned()));
        rest = after;
    }
    Some(steps)
}

impl<'a> Walker<'a> {
    fn find(&mut self, steps: &[Step]) -> Option<&'a str> {
        for step in steps {
            match step {
                Step::Key(key) => self.enter_key(key)?,
                Step::Index(index) => self.enter_index(*index)?,
            }
        }
        self.value()
    }

    fn enter_key(&mut self, wanted: &str) -> Option<()> {
        self.take(b'{')?;
        loop {
            let key = self.string()?;
            self.take(b':')?;
            if key == wanted || key.contains('\\') && unescape(key)? == wanted {
                return Some(());
            }
            self.value()?;
            self.take(b',')?;
        }
    }

    fn enter_index(&mut self, index: usize) -> Option<()> {
        self.take(b'[')?;
        for _ in 0..index {
            self.value()?;
            self.take(b',')?;
        }
        (self.peek()? != b']').then_some(())
    }
}

/// A scalar as text.
fn scalar(value: &str) -> Option<Cow<'_, str>> {
    match value.as_bytes().first()? {
        b'{' | b'[' => None,
        b'"' => {
            let inside = value.get(1..value.len() - 1)?;
            match inside.contains('\\') {
                true => unescape(inside).map(Cow::Owned),
                false => Some(Cow::Borrowed(inside)),
            }
        }
        _ if value == "null" => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

fn extract(call: &Call<'_>, shape: impl Fn(&str) -> Option<Cow<'_, str>>) -> Result<ArrayRef> {
    let (documents, paths) = (call.text(0)?, call.text(1)?);
    let constant = match paths.constant().flatten() {
        None => None,
        Some(path) => match parse_path(path) {
            None => return exec_err!("`{}`: `{path}` is no path, as `$.a.b[0]`", call.name()),
            steps => steps,
        },
    };
    let mut texts = StringBuilder::new();
    for row in 0..call.rows {
        let found = documents.get(row).and_then(|document| {
            let mut walker = Walker::new(document);
            match &constant {
                Some(steps) => walker.find(steps),
                None => walker.find(&parse_path(paths.get(row)?)?),
            }
        });
        texts.append_option(found.and_then(&shape));
    }
    Ok(Arc::new(texts.finish()))
}

fn json_parse(call: &Call<'_>) -> Result<ArrayRef> {
    let documents = call.text(0)?;
    let mut texts = StringBuilder::new();
    for row in 0..call.rows {
        let is_json = |text: &&str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        texts.append_option(documents.get(row).filter(is_json));
    }
    Ok(Arc::new(texts.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(document: &'a str, path: &str) -> Option<&'a str> {
        Walker::new(document).find(&parse_path(path)?)
    }

    #[test]
    fn values_are_found_by_their_path() {
        let document = r#" {"a" : {"x\"y": [1, {"b c": "d\n"}], "e": null}, "f.g": true, "a": 2} "#;
        assert_eq!(find(document, r#"$.a['x"y'][1]["b c"]"#), Some(r#""d\n""#));
        assert_eq!(find(document, "$.a.e"), Some("null"));
        assert_eq!(find(document, "$['f.g']"), Some("true"));
        assert_eq!(find(document, "$"), Some(document.trim()));
        for nothing in ["$.a.b", "$.a[0]", "$.a['x\"y'][2]", "$.f", "a.b", "$..a", "$.a[x]", "$.a["] {
            assert_eq!(find(document, nothing), None, "{nothing}");
        }
    }

    #[test]
    fn broken_text_is_no_value() {
        for broken in
            ["", "{", r#"{"a"#, r#"{"a""#, r#"{"a":"#, r#"{"a":}"#, r#"{"a":"\"#, "[1", r#"{"b":[1},"a":"#]
        {
            assert_eq!(find(broken, "$.a"), None, "{broken}");
        }
        assert_eq!(scalar(r#""\ud800""#), None);
    }

    #[test]
    fn scalars_are_text_and_all_else_is_not() {
        assert_eq!(scalar(r#""x\ty""#).as_deref(), Some("x\ty"));
        assert_eq!(scalar("1.50").as_deref(), Some("1.50"));
        assert_eq!(scalar("true").as_deref(), Some("true"));
        assert_eq!((scalar("null"), scalar("[1]"), scalar("{}")), (None, None, None));
    }
}
