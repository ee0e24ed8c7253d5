//! Statements: no text makes the parser panic or takes it long.
//!
//! Only among the crate's own tests: with coverage all of the query engine would be compiled anew.

use std::time::{Duration, Instant};

use crate::query::parameters;

/// In a debug build, beside other tests.
const LONG: Duration = Duration::from_secs(5);

/// Reads the text as a statement.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let started = Instant::now();
    if let Err(error) = parameters(text) {
        assert!(!error.to_string().trim().is_empty());
    }
    assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
}
