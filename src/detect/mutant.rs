//! Slightly wrong versions of a rule's SQL, which its test cases have to tell from the rule.
//!
//! Each leaves one thing out: a part of an AND or of an OR, an element of a list, or a NOT. Bounds of time stay: that they
//! are right shows when a run over weeks finds what daily ones find, not in cases.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, UnaryOperator, Value, VisitMut, VisitorMut, visit_expressions,
};

use super::bindings::BOUND_TO_ALL;
use super::kind;
use crate::query::on_large_stack;

/// Of one rule; no rule is near it.
const MUTANTS_MAX: usize = 1_000;

/// A version of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mutant {
    /// What was left out, as SQL.
    pub without: String,
    /// What is left.
    pub sql: String,
}

/// The versions of `sql`, in the order in which what they lack stands in it.
///
/// # Errors
/// The line and the reason why it can't be parsed.
pub(super) fn mutants(sql: &str) -> Result<Vec<Mutant>, (usize, String)> {
    on_large_stack(|| {
        let query = kind::parse(sql)?;
        let mutant = |number| {
            let mut mutated = query.clone();
            let mut mutation = Mutation { left: number, without: None };
            let _ = mutated.visit(&mut mutation);
            mutation.without.map(|without| Mutant { without, sql: mutated.to_string() })
        };
        let mutants: Vec<_> = (0..=MUTANTS_MAX).map_while(mutant).collect();
        if mutants.len() > MUTANTS_MAX {
            return Err((1, format!("more than {MUTANTS_MAX} parts, which can't be left out one by one")));
        }
        Ok(mutants)
    })
}

/// Leaves out the next part after `left` others.
struct Mutation {
    left: usize,
    without: Option<String>,
}

impl VisitorMut for Mutation {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let parts = parts(expr);
        let Some(part) = parts.get(self.left) else {
            self.left -= parts.len();
            return ControlFlow::Continue(());
        };
        let (without, rest) = leave_out(expr, *part);
        *expr = rest;
        self.without = Some(without);
        ControlFlow::Break(())
    }
}

/// What can be left out of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Left,
    Right,
    /// Of a list.
    Element(usize),
    Not,
}

/// What can be left out of an expression itself, not of those in it.
fn parts(expr: &Expr) -> Vec<Part> {
    let mut parts = Vec::new();
    match expr {
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            // The left side of a chain is a chain, of which the parts are left out one by one.
            let is_chain = matches!(&**left, Expr::BinaryOp { op: other, .. } if other == op);
            if !is_chain && !is_bound_of_time(left) {
                parts.push(Part::Left);
            }
            if !is_bound_of_time(right) {
                parts.push(Part::Right);
            }
        }
        Expr::InList { list, .. } if list.len() > 1 => parts.extend((0..list.len()).map(Part::Element)),
        Expr::UnaryOp { op: UnaryOperator::Not, .. }
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_) => parts.push(Part::Not),
        _ => {}
    }
    if let Expr::InList { negated: true, .. }
    | Expr::InSubquery { negated: true, .. }
    | Expr::Between { negated: true, .. }
    | Expr::Like { negated: true, .. }
    | Expr::ILike { negated: true, .. }
    | Expr::SimilarTo { negated: true, .. }
    | Expr::Exists { negated: true, .. } = expr
    {
        parts.push(Part::Not);
    }
    parts
}

/// A part as SQL, and what is left without it.
fn leave_out(expr: &Expr, part: Part) -> (String, Expr) {
    let mut rest = expr.clone();
    let without = match (part, expr, &mut rest) {
        (Part::Left, Expr::BinaryOp { left, right, .. }, _) => return (left.to_string(), (**right).clone()),
        (Part::Right, Expr::BinaryOp { left, right, .. }, _) => return (right.to_string(), (**left).clone()),
        (Part::Element(number), Expr::InList { expr: of, .. }, Expr::InList { list, .. }) => {
            format!("{} in {of}", list.remove(number))
        }
        (_, Expr::UnaryOp { expr: of, .. }, _) => return (expr.to_string(), (**of).clone()),
        (_, Expr::IsNotNull(of), rest) => {
            *rest = Expr::IsNull(of.clone());
            format!("NOT in {expr}")
        }
        (_, Expr::IsNotTrue(of), rest) => {
            *rest = Expr::IsTrue(of.clone());
            format!("NOT in {expr}")
        }
        (_, Expr::IsNotFalse(of), rest) => {
            *rest = Expr::IsFalse(of.clone());
            format!("NOT in {expr}")
        }
        (
            _,
            _,
            Expr::InList { negated, .. }
            | Expr::InSubquery { negated, .. }
            | Expr::Between { negated, .. }
            | Expr::Like { negated, .. }
            | Expr::ILike { negated, .. }
            | Expr::SimilarTo { negated, .. }
            | Expr::Exists { negated, .. },
        ) => {
            *negated = false;
            format!("NOT in {expr}")
        }
        _ => String::new(),
    };
    (without, rest)
}

/// Whether an expression compares something with a time that the engine sets.
fn is_bound_of_time(expr: &Expr) -> bool {
    use BinaryOperator::{Gt, GtEq, Lt, LtEq};
    let Expr::BinaryOp { op: Gt | GtEq | Lt | LtEq, .. } = expr else { return false };
    let found = visit_expressions(expr, |part| match part {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) if BOUND_TO_ALL.contains(&name.trim_start_matches('$')) => {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        },
        _ => ControlFlow::Continue(()),
    });
    found.is_break()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(condition: &str) -> Vec<(String, String)> {
        let sql = format!("SELECT * FROM cloudtrail WHERE {condition}");
        let rest = |mutant: Mutant| {
            let (_, rest) = mutant.sql.split_once(" WHERE ").unwrap();
            (mutant.without, rest.to_owned())
        };
        mutants(&sql).unwrap().into_iter().map(rest).collect()
    }

    #[test]
    fn each_part_of_a_condition_is_left_out_once() {
        for (condition, wanted) in [
            ("a AND b AND c", vec![("c", "a AND b"), ("a", "b AND c"), ("b", "a AND c")]),
            (
                "a AND (b OR c)",
                vec![("a", "(b OR c)"), ("(b OR c)", "a"), ("b", "a AND (c)"), ("c", "a AND (b)")],
            ),
            ("x IN ('p', 'q')", vec![("'p' in x", "x IN ('q')"), ("'q' in x", "x IN ('p')")]),
            ("x IN ('p')", vec![]),
            ("x NOT IN ('p')", vec![("NOT in x NOT IN ('p')", "x IN ('p')")]),
            ("NOT (x LIKE 'p')", vec![("NOT (x LIKE 'p')", "(x LIKE 'p')")]),
            ("x NOT LIKE 'p'", vec![("NOT in x NOT LIKE 'p'", "x LIKE 'p'")]),
            ("x IS NOT NULL", vec![("NOT in x IS NOT NULL", "x IS NULL")]),
            ("a AND event_time >= $window_start", vec![("a", "event_time >= $window_start")]),
            ("a AND x < $limit", vec![("a", "x < $limit"), ("x < $limit", "a")]),
            ("j ->> 'a' = 'b' AND c", vec![("j ->> 'a' = 'b'", "c"), ("c", "j ->> 'a' = 'b'")]),
        ] {
            let wanted: Vec<_> =
                wanted.into_iter().map(|(without, rest)| (without.to_owned(), rest.to_owned())).collect();
            assert_eq!(without(condition), wanted, "{condition}");
        }
    }

    #[test]
    fn queries_within_queries_are_mutated_too() {
        let sql = "WITH e AS (SELECT * FROM cloudtrail WHERE a AND b) SELECT count(*) FILTER (WHERE c AND d) FROM e";
        let found: Vec<_> = mutants(sql).unwrap().into_iter().map(|mutant| mutant.without).collect();
        assert_eq!(found, ["a", "b", "c", "d"]);
    }

    #[test]
    fn more_parts_than_can_be_tried_are_refused_before_long() {
        let chain = vec!["a"; 5_000].join(" AND ");
        let start = std::time::Instant::now();
        assert!(mutants(&format!("SELECT * FROM cloudtrail WHERE {chain}")).is_err());
        assert!(start.elapsed() < std::time::Duration::from_secs(60));
    }
}
