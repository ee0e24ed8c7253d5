//! Which event names and sources a rule asks for.
//!
//! Most rules are about a few operations. What a condition requires of `event_name` is read off it here, so that
//! a rule is looked at only for events it could match. It errs on the side of more: `None` means any value, and
//! names are kept without case, which lets more pass than SQL would, as long as they are ASCII (`judge` sees to the others).

use std::collections::HashSet;

use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use crate::detect::sigma::{Check, Condition};
use crate::query::pattern::folded;

/// Values, without case, that a column must have one of; `None`: any, or none at all.
pub(super) type Required = Option<HashSet<String>>;

/// What a rule requires.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Of `event_name`.
    pub name: Required,
    /// Of `event_source`.
    pub source: Required,
}

impl Names {
    /// What a Sigma condition requires.
    pub(super) fn of_condition(condition: &Condition) -> Self {
        let of = |column| of_condition(condition, column);
        Self { name: of("event_name"), source: of("event_source") }
    }

    /// What an SQL filter requires.
    pub(super) fn of_filter(filter: &Expr) -> Self {
        let of = |column| of_filter(filter, column);
        Self { name: of("event_name"), source: of("event_source") }
    }
}

fn of_condition(condition: &Condition, column: &str) -> Required {
    match condition {
        Condition::Constant(false) => Some(HashSet::new()),
        Condition::Constant(true) | Condition::Not(_) => None,
        Condition::All(parts) => least(parts.iter().map(|part| of_condition(part, column))),
        Condition::Any(parts) => union(parts.iter().map(|part| of_condition(part, column))),
        Condition::Test(test) => match &test.check {
            Check::Text(texts) if test.place.column() == Some(column) => Some(texts.exact()?.collect()),
            _ => None,
        },
    }
}

fn of_filter(filter: &Expr, column: &str) -> Required {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            least([of_filter(left, column), of_filter(right, column)])
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            union([of_filter(left, column), of_filter(right, column)])
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let value = match (is_column(left, column), is_column(right, column)) {
                (true, _) => text(right),
                (_, true) => text(left),
                _ => None,
            };
            Some(HashSet::from([folded(value?)]))
        }
        Expr::InList(list) if !list.negated && is_column(&list.expr, column) => {
            list.list.iter().map(|item| text(item).map(folded)).collect()
        }
        _ => None,
    }
}

/// A column, or one without its case.
fn is_column(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Column(Column { name: own, .. }) => own == name,
        Expr::ScalarFunction(call) if call.name() == "lower" => {
            call.args.first().is_some_and(|inner| is_column(inner, name))
        }
        _ => false,
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(text) | ScalarValue::Utf8View(text) | ScalarValue::LargeUtf8(text),
            _,
        ) => text.as_deref(),
        _ => None,
    }
}

/// Of several that all hold the one that says most.
fn least(all: impl IntoIterator<Item = Required>) -> Required {
    all.into_iter().flatten().min_by_key(HashSet::len)
}

fn union(any: impl IntoIterator<Item = Required>) -> Required {
    let mut union = HashSet::new();
    for one in any {
        union.extend(one?);
    }
    Some(union)
}
