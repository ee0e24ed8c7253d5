//! `trailhound.toml`: no text makes it panic, and a mistake lies within the file.

use std::path::Path;

use crate::config::{Config, ConfigError};

/// Reads the text as a configuration.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Err(error) = Config::parse(text, Path::new("trailhound.toml")) else { return };
    let ConfigError::Invalid { line, column, message, .. } = error else { panic!("{error}") };
    let lines: Vec<_> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&line), "line {line} of {}: {message}", lines.len());
    let width = lines[line - 1].chars().count();
    assert!((1..=width + 1).contains(&column), "column {column} of {width}: {message}");
    assert!(!message.trim().is_empty());
}
