//! What is wrong with a configuration file, and where: `trailhound.toml:3:1: unknown key …`.
//!
//! serde reports an unknown key as a sentence only ("unknown field `x`, expected one of `a`, `b`"),
//! so the key and the known ones are read back from between its backticks. A test pins that form.

use std::io;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration `{}`: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// Something in the file is wrong.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is wrong, and the way out.
        message: String,
    },
}

impl ConfigError {
    pub(super) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), cause: error.to_string() }
    }
}

/// The text of a file, to tell lines by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Document<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Document<'_> {
    pub(super) fn error(&self, error: &toml::de::Error) -> ConfigError {
        let message = explain(error.message());
        self.at(error.span().map_or(0, |span| span.start), message)
    }

    pub(super) fn at(&self, offset: usize, message: String) -> ConfigError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ConfigError::Invalid {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message,
        }
    }
}

/// The message in our words, with the way out.
fn explain(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let kind = if message.starts_with("unknown field") {
        "key"
    } else if message.starts_with("unknown variant") {
        "value"
    } else {
        return lower_first(message);
    };
    let Some((unknown, known)) = names.split_first() else {
        return lower_first(message);
    };
    let way_out = suggest(unknown, known).unwrap_or_else(|| format!("known are {}", quoted(known)));
    format!("unknown {kind} `{unknown}`; {way_out}")
}

fn lower_first(message: &str) -> String {
    let one_line = message.trim_end().replace('\n', "; ");
    let mut characters = one_line.chars();
    match characters.next() {
        // `TOML` and the like stay as they are.
        Some(first) if !characters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => one_line,
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// "did you mean …", when a known name is near enough to be what was meant.
pub(super) fn suggest(unknown: &str, known: &[&str]) -> Option<String> {
    let distance = |name: &str| strsim::jaro_winkler(&unknown.to_lowercase(), &name.to_lowercase());
    let nearest = known.iter().max_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(nearest) >= 0.75).then(|| format!("did you mean `{nearest}`"))
}
