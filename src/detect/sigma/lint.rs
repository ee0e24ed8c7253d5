//! What is probably not meant in a Sigma rule that can be used.

use super::Detection;
use crate::detect::mistake::Mistake;
use crate::detect::rule::Rule;

/// Appends what is odd about a rule.
pub(crate) fn lint(rule: &Rule, detection: &Detection, mistakes: &mut Vec<Mistake>) {
    let mut warn = |message| mistakes.push(Mistake::warning(&rule.file, rule.line, message));
    for name in &detection.unused {
        warn(format!("the condition does not use the search `{name}`"));
    }
    for name in &detection.unset {
        warn(format!("the placeholder `%{name}%` has no value; set it in [sigma.placeholders]"));
    }
}
