//! A Sigma file as documents: YAML trees, each with the lines it came from.
//!
//! A file may hold several documents. One with `action: global` adds its keys to those that follow it, `action: repeat`
//! takes those of the one before, `action: reset` forgets the global ones. Places in a document are told by looking for
//! its keys in the text, line by line.

use serde_json::{Map, Value};

use super::super::yaml;

/// Documents of one file.
const DOCUMENTS_MAX: usize = 256;

/// What the documents of a file may come to, in values and bytes of text; without global documents and aliases a
/// file of 1 MiB comes to less.
const WEIGHT_MAX: usize = 2 << 20;

/// One document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document {
    /// Its keys.
    pub tree: Map<String, Value>,
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// What is wrong with a file, and on which line.
pub(crate) type Wrong = (usize, String);

/// The documents of a file's text, and what is wrong with those that can't be read.
pub(crate) fn documents(text: &str) -> (Vec<Document>, Vec<Wrong>) {
    let mut documents: Vec<Document> = Vec::new();
    let mut wrong = Vec::new();
    let mut global = Map::new();
    let mut room = WEIGHT_MAX;
    for (index, (line, text)) in split(text).into_iter().enumerate() {
        if index == DOCUMENTS_MAX {
            wrong.push((line, format!("more than {DOCUMENTS_MAX} documents in a file")));
            break;
        }
        let mut tree = match read(text) {
            Ok(Some(tree)) => tree,
            Ok(None) => continue,
            Err((at, message)) => {
                wrong.push((line + at - 1, message));
                continue;
            }
        };
        let action = tree.remove("action");
        match action.as_ref().map(Value::as_str) {
            None => merge(&mut tree, &global),
            Some(Some("global")) => {
                let mut merged = tree;
                merge(&mut merged, &global);
                global = merged;
                continue;
            }
            Some(Some("reset")) => {
                global.clear();
                continue;
            }
            Some(Some("repeat")) => match documents.last() {
                Some(last) => merge(&mut tree, &last.tree),
                None => wrong.push((line, "`action: repeat` has nothing before it".to_owned())),
            },
            Some(_) => {
                wrong.push((line, "`action` is none of `global`, `reset`, `repeat`".to_owned()));
                continue;
            }
        }
        let Some(rest) = room.checked_sub(weight_of_all(&tree)) else {
            wrong.push((line, "with what they share, the documents of the file are too large".to_owned()));
            break;
        };
        room = rest;
        documents.push(Document { tree, line, text: text.to_owned() });
    }
    (documents, wrong)
}

/// The stretches between document markers, with their first lines. A marker stands at the beginning of a
/// line, where no text of a document can begin with three dashes.
fn split(text: &str) -> Vec<(usize, &str)> {
    let is_marker = |line: &str| {
        line.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    };
    let mut parts = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if is_marker(line) {
            parts.push((start_line, &text[start..at]));
            (start, start_line) = (at + line.len(), index + 2);
        }
        at += line.len();
    }
    parts.push((start_line, &text[start..]));
    parts
}

fn read(text: &str) -> Result<Option<Map<String, Value>>, Wrong> {
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_empty) {
        return Ok(None);
    }
    match yaml::read(text) {
        Ok(Value::Object(tree)) => Ok(Some(tree)),
        Ok(_) => Err((1, "the document is no list of keys and values".to_owned())),
        Err((line, reason)) => Err((line, format!("it is no YAML: {reason}"))),
    }
}

/// Adds what `tree` does not have.
fn merge(tree: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (tree.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(more)) => merge(inner, more),
            (Some(_), _) => {}
            (None, _) => drop(tree.insert(key.clone(), value.clone())),
        }
    }
}

/// Values and bytes of text.
fn weight(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(tree) => weight_of_all(tree),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn weight_of_all(tree: &Map<String, Value>) -> usize {
    tree.iter().map(|(key, value)| key.len() + weight(value)).sum()
}

impl Document {
    /// The line of the file on which the key at the end of `path` stands; as far as it is found.
    pub(crate) fn line_of(&self, path: &[&str]) -> usize {
        self.line + line_within(&self.text, path)
    }
}

/// The line of a document, from 0, on which the key at the end of `path` stands; as far as it is found.
pub(crate) fn line_within(text: &str, path: &[&str]) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let mut found = 0;
    for key in path {
        let from = if found == 0 { 0 } else { found + 1 };
        let is_key = |line: &&str| {
            let line = line.trim_start_matches([' ', '-', '\'', '"']);
            let rest = line.strip_prefix(key).map(|rest| rest.trim_start_matches(['\'', '"', ' ']));
            rest.is_some_and(|rest| rest.starts_with(':'))
        };
        match lines.iter().skip(from).position(is_key) {
            Some(more) => found = from + more,
            None => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_documents_with_their_lines() {
        let (found, wrong) =
            documents("title: a\ndetection:\n  s:\n    x: 1\n---\n# only a comment\n---\n\ntitle: b\n");
        assert_eq!(wrong, []);
        let shown: Vec<_> =
            found.iter().map(|document| (document.tree["title"].clone(), document.line)).collect();
        assert_eq!(shown, [(Value::from("a"), 1), (Value::from("b"), 8)]);
        assert_eq!(found[0].line_of(&["detection", "s", "x"]), 4);
        assert_eq!(found[1].line_of(&["title"]), 9);
    }

    #[test]
    fn a_global_document_adds_to_those_that_follow() {
        let text = "action: global\ntitle: t\ndetection: {a: {x: 1}}\n---\ndetection: {b: {y: 2}}\n---\naction: reset\n---\ntitle: c\n---\naction: repeat\nid: z\n";
        let (found, wrong) = documents(text);
        assert_eq!(wrong, []);
        let trees: Vec<_> =
            found.iter().map(|document| Value::Object(document.tree.clone()).to_string()).collect();
        assert_eq!(
            trees,
            [
                r#"{"detection":{"a":{"x":1},"b":{"y":2}},"title":"t"}"#,
                r#"{"title":"c"}"#,
                r#"{"id":"z","title":"c"}"#
            ]
        );
    }

    #[test]
    fn a_broken_document_leaves_the_others() {
        let (found, wrong) = documents("title: a\n---\ntitle: [\n---\n- 1\n---\ntitle: d\naction: dance\n");
        assert_eq!(found.len(), 1);
        let lines: Vec<_> = wrong.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 5, 7], "{wrong:?}");
    }
}
