//! `x IN (…)` with elements that depend on the row: each is compared by itself.
//!
//! DataFusion 55.2 takes an element for a constant if it gives one value when it is asked of no rows, which `CASE` and
//! `coalesce` of several columns do: NULL. They would then never be equal to anything. Columns by themselves are taken for
//! what they are.

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

    use super::*;

    async fn answers(context: &SessionContext, condition: &str) -> Vec<Option<bool>> {
        let sql = format!(
            "SELECT {condition} FROM (VALUES ('p', NULL, 'p'), ('q', 'q', 'p'), ('r', NULL, NULL), (NULL, 'p', 'q')) t(a, b, c)"
        );
        let batches = context.sql(&sql).await.unwrap().collect().await.unwrap();
        batches.iter().flat_map(|batch| batch.column(0).as_boolean().iter()).collect()
    }

    #[tokio::test]
    async fn elements_that_depend_on_the_row_are_asked_of_each_row() {
        let context = SessionContext::new();
        register(&context).unwrap();
        let (yes, no, unknown) = (Some(true), Some(false), None);
        for (condition, wanted) in [
            ("a IN ('', coalesce(b, c, ''))", [yes, yes, no, unknown]),
            ("a NOT IN ('', coalesce(b, c, ''))", [no, no, yes, unknown]),
            ("a IN ('r', coalesce(b, c))", [yes, yes, yes, unknown]),
            ("a IN ('x', CASE WHEN b IS NULL THEN c ELSE b END)", [yes, yes, unknown, unknown]),
            ("a IN ('x', b)", [unknown, yes, unknown, unknown]),
            ("a IN ('p', 'q')", [yes, yes, no, unknown]),
        ] {
            assert_eq!(answers(&context, condition).await, wanted, "{condition}");
        }
        let many: Vec<_> = (0..500).map(|number| format!("b || '{number}'")).collect();
        assert_eq!(
            answers(&context, &format!("a IN ({}, coalesce(b, c))", many.join(", "))).await[..2],
            [yes, yes]
        );
    }

    #[tokio::test]
    async fn without_it_such_elements_are_lost() {
        let found = answers(&SessionContext::new(), "a IN ('', coalesce(b, c, ''))").await;
        assert_ne!(found[..2], [Some(true), Some(true)], "DataFusion does it now: take this module out");
    }
}
