//! `x IN (…)` with elements that depend on the row: each is compared by itself.
//!
//! DataFusion 55.2 takes an element for a constant if it gives one value when it is asked of no rows, which `CASE` and
//! `coalesce` of several columns do: NULL. They are then never equal to anything, where the list is not made comparisons
//! before (up to three elements, with a column on the left). Columns by themselves are taken for what they are.

use std::sync::Arc;

use datafusion::common::DFSchema;
use datafusion::common::tree_node::Transformed;
use datafusion::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::{Expr, lit, not};
use datafusion::prelude::SessionContext;

#[derive(Debug)]
struct Lists;

pub(super) fn register(context: &SessionContext) -> Result<()> {
    context.state_ref().write().register_function_rewrite(Arc::new(Lists))
}

impl FunctionRewrite for Lists {
    fn name(&self) -> &'static str {
        "lists"
    }

    fn rewrite(&self, expr: Expr, _: &DFSchema, _: &ConfigOptions) -> Result<Transformed<Expr>> {
        let depends = |element: &Expr| !matches!(element, Expr::Column(_)) && element.any_column_refs();
        match expr {
            Expr::InList(InList { expr: of, list, negated }) if list.iter().any(depends) => {
                let (ones, others): (Vec<_>, Vec<_>) = list.into_iter().partition(depends);
                let mut parts: Vec<_> = ones.into_iter().map(|one| of.as_ref().clone().eq(one)).collect();
                if !others.is_empty() {
                    parts.push(Expr::InList(InList { expr: of, list: others, negated: false }));
                }
                let any = any_of(parts);
                Ok(Transformed::yes(if negated { not(any) } else { any }))
            }
            other => Ok(Transformed::no(other)),
        }
    }
}

/// One of them, as a tree that is as flat as can be: a chain would be as deep as the list is long.
fn any_of(mut parts: Vec<Expr>) -> Expr {
    while parts.len() > 1 {
        let pairs = parts.chunks(2).map(|pair| match pair {
            [one, other] => one.clone().or(other.clone()),
            rest => rest[0].clone(),
        });
        parts = pairs.collect();
    }
    parts.pop().unwrap_or_else(|| lit(false))
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;

    use super::*;

    /// Whole lists, since short ones that a column is looked for in are made comparisons.
    const LOST: [(&str, &[i64]); 4] = [
        ("coalesce(a, '') IN ('', coalesce(b, c, ''))", &[1, 2, 4]),
        ("a IN ('x', 'y', 'z', coalesce(b, c, ''))", &[1, 2]),
        ("coalesce(a, '') NOT IN ('x', coalesce(b, c, ''))", &[3, 4]),
        (
            "a IN ('w', 'x', 'y', 'z', CASE WHEN b IS NOT NULL THEN b WHEN c IS NOT NULL THEN c ELSE '' END)",
            &[1, 2],
        ),
    ];

    /// The rows that a condition is true of.
    async fn rows(context: &SessionContext, condition: &str) -> Vec<i64> {
        let sql = format!(
            "SELECT n FROM (VALUES (1, 'p', NULL, 'p'), (2, 'q', 'q', 'p'), (3, 'r', NULL, NULL), (4, NULL, 'p', 'q')) \
             t(n, a, b, c) WHERE {condition} ORDER BY n"
        );
        let batches = context.sql(&sql).await.unwrap().collect().await.unwrap();
        let rows =
            batches.iter().flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec());
        rows.collect()
    }

    #[tokio::test]
    async fn elements_that_depend_on_the_row_are_asked_of_each_row() {
        let context = SessionContext::new();
        register(&context).unwrap();
        let many: Vec<_> = (0..500).map(|number| format!("b || '{number}'")).collect();
        let many = format!("a IN ({}, coalesce(b, c))", many.join(", "));
        let others: [(&str, &[i64]); 6] = [
            ("a NOT IN ('', coalesce(b, c, ''))", &[3]),
            ("a NOT IN ('w', 'x', 'y', 'z', coalesce(b, c))", &[]),
            ("a IN ('x', b)", &[2]),
            ("a IN ('p', 'q')", &[1, 2]),
            ("a NOT IN ('p', 'q')", &[3]),
            (&many, &[1, 2]),
        ];
        for (condition, wanted) in LOST.into_iter().chain(others) {
            assert_eq!(rows(&context, condition).await, wanted, "{condition}");
        }
    }

    /// When it fails, DataFusion does what is right by itself, and this module has nothing left to do.
    #[tokio::test]
    async fn such_elements_are_lost_without_it() {
        let context = SessionContext::new();
        for (condition, wanted) in LOST {
            assert_ne!(rows(&context, condition).await, wanted, "{condition}");
        }
    }
}
