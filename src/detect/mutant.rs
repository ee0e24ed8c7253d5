//! Slightly wrong versions of a rule's SQL, which its test cases have to tell from the rule.
//!
//! Each leaves one thing out: a part of an AND or of an OR, an element of a list, or a NOT. Bounds of time stay: that they
//! are right shows when a run over weeks finds what daily ones find, not in cases.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Query, UnaryOperator, Value, VisitMut, VisitorMut, visit_expressions,
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
        Ok((0..MUTANTS_MAX).map_while(mutant).collect())
    })
}

/// Leaves out the next thing after `left` others.
struct Mutation {
    left: usize,
    without: Option<String>,
}

impl VisitorMut for Mutation {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let mut changes = changes(expr);
        if self.left >= changes.len() {
            self.left -= changes.len();
            return ControlFlow::Continue(());
        }
        let (without, changed) = changes.swap_remove(self.left);
        *expr = changed;
        self.without = Some(without);
        ControlFlow::Break(())
    }
}

/// What can be left out of an expression itself, not of those in it, and what is left then.
fn changes(expr: &Expr) -> Vec<(String, Expr)> {
    let mut changes = Vec::new();
    let mut change = |without: String, left: Expr| changes.push((without, left));
    match expr {
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right } => {
            // The left side of a chain is a chain, of which the parts are left out one by one.
            let is_chain = matches!(&**left, Expr::BinaryOp { op: other, .. } if other == op);
            if !is_chain && !is_bound_of_time(left) {
                change(left.to_string(), (**right).clone());
            }
            if !is_bound_of_time(right) {
                change(right.to_string(), (**left).clone());
            }
        }
        Expr::InList { expr: of, list, negated } => {
            for number in 0..if list.len() > 1 { list.len() } else { 0 } {
                let mut rest = list.clone();
                let element = rest.remove(number);
                let rest = Expr::InList { expr: of.clone(), list: rest, negated: *negated };
                change(format!("{element} in {of}"), rest);
            }
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr: of } => change(format!("NOT {of}"), (**of).clone()),
        Expr::IsNotNull(of) => change(format!("NOT in {expr}"), Expr::IsNull(of.clone())),
        Expr::IsNotTrue(of) => change(format!("NOT in {expr}"), Expr::IsTrue(of.clone())),
        Expr::IsNotFalse(of) => change(format!("NOT in {expr}"), Expr::IsFalse(of.clone())),
        _ => {}
    }
    let mut positive = expr.clone();
    if let Expr::InList { negated, .. }
    | Expr::InSubquery { negated, .. }
    | Expr::Between { negated, .. }
    | Expr::Like { negated, .. }
    | Expr::ILike { negated, .. }
    | Expr::SimilarTo { negated, .. }
    | Expr::Exists { negated, .. } = &mut positive
        && std::mem::take(negated)
    {
        changes.push((format!("NOT in {expr}"), positive));
    }
    changes
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
}
