//! Conditions that a missing value silently turns off.
//!
//! In SQL `NULL <> 'x'` is not true, so a rule that leaves out what it knows (`<>`, `NOT IN`, `NOT LIKE`,
//! `NOT f(…)`) leaves out every event that lacks the column too: a hole to slip through. Each such condition
//! has to say what a missing value means, by `coalesce` or `IS DISTINCT FROM`, or by `IS NOT NULL` beside it.
//!
//! Every column of `cloudtrail` may be NULL. The check reads the query as it is parsed, without types: it
//! may call a condition unsafe that isn't, and takes `x IS NOT NULL` anywhere as its author having thought of it.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query,
    SelectItem, Spanned, UnaryOperator, Value, Visit, Visitor, visit_expressions,
};

/// Functions that give a value even when all they are given is missing.
const NEVER_NULL: [&str; 9] = [
    "count",
    "row_number",
    "rank",
    "dense_rank",
    "now",
    "concat",
    "concat_ws",
    "regr_count",
    "json_contains",
];

/// Functions that give a value when one of those they are given is there.
const FIRST_GIVEN: [&str; 4] = ["coalesce", "ifnull", "nvl", "greatest"];

/// The lines, from 1, and texts of the conditions of `query` that a missing value turns off.
pub(super) fn unsafe_conditions(query: &Query) -> Vec<(usize, String)> {
    let known = Known::of(query);
    let mut found = Vec::new();
    let _ = visit_expressions(query, |expr| {
        if known.is_unsafe(expr) {
            let line = usize::try_from(expr.span().start.line).unwrap_or(0).max(1);
            found.push((line, expr.to_string()));
        }
        ControlFlow::<()>::Continue(())
    });
    found
}

/// What a query itself says is never missing.
struct Known {
    /// Texts of expressions.
    given: HashSet<String>,
}

impl Known {
    fn of(query: &Query) -> Self {
        let mut known = Self { given: HashSet::new() };
        let _ = visit_expressions(query, |expr| {
            if let Expr::IsNotNull(inner) = expr {
                known.given.insert(inner.to_string());
            }
            ControlFlow::<()>::Continue(())
        });
        // An alias may be made from another one: once more finds those too.
        for _ in 0..2 {
            let mut aliases = Aliases { known: &known, given: HashSet::new(), lacking: HashSet::new() };
            let _ = query.visit(&mut aliases);
            let Aliases { given, lacking, .. } = aliases;
            known.given.extend(given.into_iter().filter(|name| !lacking.contains(name)));
        }
        known
    }

    fn is_unsafe(&self, expr: &Expr) -> bool {
        use BinaryOperator::{NotEq, PGNotILikeMatch, PGNotLikeMatch, PGRegexNotIMatch, PGRegexNotMatch};
        match expr {
            Expr::BinaryOp { left, right, op } => {
                let negative = matches!(
                    op,
                    NotEq | PGNotLikeMatch | PGNotILikeMatch | PGRegexNotMatch | PGRegexNotIMatch
                );
                negative && (self.may_lack(left) || self.may_lack(right))
            }
            Expr::InList { negated: true, expr, .. }
            | Expr::InSubquery { negated: true, expr, .. }
            | Expr::Between { negated: true, expr, .. }
            | Expr::Like { negated: true, expr, .. }
            | Expr::ILike { negated: true, expr, .. }
            | Expr::SimilarTo { negated: true, expr, .. }
            | Expr::RLike { negated: true, expr, .. } => self.may_lack(expr),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => self.may_lack(expr),
            _ => false,
        }
    }

    /// Whether the value may be missing.
    fn may_lack(&self, expr: &Expr) -> bool {
        use BinaryOperator::{Arrow, HashArrow, HashLongArrow, LongArrow};
        if self.given.contains(&expr.to_string()) {
            return false;
        }
        match expr {
            Expr::Nested(inner) => self.may_lack(inner),
            Expr::Value(value) => matches!(value.value, Value::Null),
            Expr::Cast { kind: CastKind::Cast | CastKind::DoubleColon, expr, .. } => self.may_lack(expr),
            Expr::BinaryOp { op: Arrow | LongArrow | HashArrow | HashLongArrow, .. } => true,
            Expr::BinaryOp { left, right, .. } => self.may_lack(left) || self.may_lack(right),
            Expr::UnaryOp { expr, .. } => self.may_lack(expr),
            Expr::InList { expr, list, .. } => {
                self.may_lack(expr) || list.iter().any(|item| self.may_lack(item))
            }
            Expr::Between { expr, low, high, .. } => {
                [expr, low, high].into_iter().any(|part| self.may_lack(part))
            }
            Expr::Like { expr, pattern, .. } | Expr::ILike { expr, pattern, .. } => {
                self.may_lack(expr) || self.may_lack(pattern)
            }
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result);
                else_result.as_ref().is_none_or(|result| self.may_lack(result))
                    || results.into_iter().any(|result| self.may_lack(result))
            }
            Expr::Function(function) => self.function_may_lack(function),
            Expr::Array(_)
            | Expr::Interval(_)
            | Expr::TypedString(_)
            | Expr::Exists { .. }
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..) => false,
            _ => true,
        }
    }

    fn function_may_lack(&self, function: &Function) -> bool {
        let name = function.name.to_string().to_ascii_lowercase();
        if NEVER_NULL.contains(&name.as_str()) {
            return false;
        }
        let FunctionArguments::List(list) = &function.args else { return true };
        let lacking = |argument: &FunctionArg| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))
            | FunctionArg::Named { arg: FunctionArgExpr::Expr(expr), .. } => self.may_lack(expr),
            _ => true,
        };
        if FIRST_GIVEN.contains(&name.as_str()) {
            return list.args.iter().all(lacking);
        }
        list.args.iter().any(lacking)
    }
}

/// Names that the query gives to expressions, by whether these may be missing.
struct Aliases<'a> {
    known: &'a Known,
    given: HashSet<String>,
    lacking: HashSet<String>,
}

impl Visitor for Aliases<'_> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &datafusion::sql::sqlparser::ast::Select) -> ControlFlow<()> {
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { expr, alias } = item {
                let names = if self.known.may_lack(expr) { &mut self.lacking } else { &mut self.given };
                names.insert(alias.to_string());
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::kind;

    fn found(condition: &str) -> Vec<(usize, String)> {
        let sql = format!("SELECT *\nFROM cloudtrail\nWHERE event_source = 'a'\n  AND ({condition})");
        unsafe_conditions(&kind::parse(&sql).unwrap())
    }

    #[test]
    fn a_condition_that_a_missing_value_turns_off_is_found_with_its_line() {
        for condition in [
            "error_code <> 'x'",
            "error_code != 'x'",
            "event_name NOT IN ('a', 'b')",
            "event_name NOT IN ($names)",
            "user_agent NOT LIKE 'aws%'",
            "user_agent NOT ILIKE 'aws%'",
            "user_agent !~ 'aws'",
            "NOT read_only",
            "NOT ip_in(source_ip, $networks)",
            "NOT (error_code = 'x')",
            "lower(error_code) <> 'x'",
            "request_parameters ->> 'a' <> 'x'",
            "coalesce(request_parameters, '{}') ->> 'a' <> 'x'",
            "CASE WHEN true THEN 'a' END <> 'x'",
            "coalesce(error_code, error_message) <> 'x'",
            "event_time NOT BETWEEN $a AND $b",
        ] {
            let found = found(condition);
            assert!(found.len() == 1 && found[0].0 == 4, "{condition}: {found:?}");
        }
    }

    #[test]
    fn a_condition_that_says_what_a_missing_value_means_is_safe() {
        for condition in [
            "coalesce(error_code, '') <> 'x'",
            "lower(coalesce(error_code, '')) NOT IN ('x', 'y')",
            "coalesce(request_parameters ->> 'a', '') NOT LIKE 'x%'",
            "error_code IS DISTINCT FROM 'x'",
            "NOT coalesce(read_only, false)",
            "NOT coalesce(ip_in(source_ip, $networks), false)",
            "error_code IS NOT NULL AND error_code <> 'x'",
            "error_code IS NULL AND NOT (error_message IS NULL)",
            "error_code IN ('x')",
            "NOT EXISTS (SELECT 1)",
            "read_only IS NOT TRUE",
        ] {
            assert_eq!(found(condition), [], "{condition}");
        }
    }

    #[test]
    fn a_count_under_another_name_is_never_missing() {
        let sql = "WITH n AS (SELECT count(*) AS failures, max(event_id) AS last FROM cloudtrail)
            SELECT * FROM n WHERE failures <> 0 AND last <> 'x'";
        let found = unsafe_conditions(&kind::parse(sql).unwrap());
        assert_eq!(found.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["last <> 'x'"]);
    }
}
