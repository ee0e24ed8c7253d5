//! Modules import only from those before them in [`ORDER`]; the `use` and path edges say so.
//!
//! A cycle of modules cannot be taken apart, tested or understood one by one, and it begins with one
//! harmless import.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, as the data flows.
const ORDER: [&str; 14] = [
    "pause", "event", "timespan", "progress", "config", "source", "decode", "lake", "ingest", "query",
    "detect", "report", "generate", "cli",
];

/// The top-level modules that a source text names after `crate::`, comments aside.
fn imports(text: &str) -> Vec<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.push(head(rest)),
        }
    }
    found.retain(|name| name.starts_with(|first: char| first.is_ascii_lowercase()));
    found
}

/// The first names of `a::b, c::{d, e}, f}`, up to the brace that closes the group.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                heads.push(head(group[start..at].trim()));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// What is wrong with the imports of one module's text.
fn violations(module: &str, text: &str) -> Vec<String> {
    let place = |name: &str| ORDER.iter().position(|other| *other == name);
    let Some(own) = place(module) else {
        return vec![format!("`{module}` has no place in the order of modules")];
    };
    let mut wrong = Vec::new();
    for import in imports(text) {
        match place(&import) {
            None => wrong.push(format!("`{module}` imports `{import}`, which has no place in the order")),
            Some(other) if other > own => {
                wrong.push(format!("`{module}` imports `{import}`, which comes after it"));
            }
            Some(_) => {}
        }
    }
    wrong
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_import_points_to_the_left() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    assert!(files.len() > 30, "only {files:?}");
    let mut wrong = Vec::new();
    for file in files {
        let below = file.strip_prefix(&root).unwrap();
        let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if matches!(module, "main" | "lib") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        wrong.extend(
            violations(module, &text).into_iter().map(|message| format!("{}: {message}", below.display())),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_crate_lists_its_modules_in_this_order() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let listed: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, ORDER);
}

#[test]
fn a_backward_import_is_found_however_it_is_written() {
    for text in [
        "use crate::query::Session;",
        "use crate::{event, query};",
        "use crate::{\n    event::{FIELDS, Kind},\n    query::{self, Session},\n};",
        "fn f() { crate::query::run(); }",
        "pub(crate) use crate::query as engine;",
        "let a = \"b\"; crate::query::run() // crate::event",
    ] {
        assert_eq!(violations("lake", text), ["`lake` imports `query`, which comes after it"], "{text}");
        assert!(violations("detect", text).is_empty(), "{text}");
    }
    assert_eq!(violations("utils", "").len(), 1);
    assert_eq!(violations("lake", "use crate::utils;").len(), 1);
    assert!(violations("lake", "// use crate::query;\n/// [`crate::query`]\nuse crate::event;").is_empty());
}
