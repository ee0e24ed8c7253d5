//! Headers of rules: no text makes them panic, and a mistake names the file and a line of it.

use crate::detect::Rule;

/// Reads the text as the file of a rule.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines = text.split('\n').count();
    match Rule::parse("rule.sql", text) {
        Ok(rule) => {
            assert!(!rule.id.is_empty() && !rule.sql().is_empty());
            assert!((1..=lines).contains(&rule.sql_line()), "the SQL on line {} of {lines}", rule.sql_line());
            let at = text.split('\n').nth(rule.sql_line() - 1).unwrap_or_default();
            let first = rule.sql().split('\n').next().unwrap_or_default();
            assert!(at.contains(first.trim()), "line {} is no `{first}`", rule.sql_line());
        }
        Err(mistakes) => {
            assert!(!mistakes.0.is_empty());
            for mistake in mistakes.0 {
                assert_eq!(mistake.file, "rule.sql");
                assert!((1..=lines).contains(&mistake.line), "{mistake} of {lines} lines");
                assert!(!mistake.message.trim().is_empty());
            }
        }
    }
}
