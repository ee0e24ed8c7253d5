//! The condition of `SELECT * FROM cloudtrail WHERE …` by itself, so that many of them can share one scan.
//!
//! A condition comes out with plain column names, whatever the statement calls its table, and is made physical over
//! the columns of whoever scans. Both are planned as statements are: with their bounds, and on a large stack.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;

use super::error::Names;
use super::params::Literal;
use super::stack::off_on_large_stack;
use super::{QueryError, Session};

impl Session {
    /// Whether `cloudtrail` is raw logs, which are decoded whole whatever is asked of them.
    pub(crate) fn is_raw(&self) -> bool {
        self.raw.is_some()
    }

    /// Says that `cloudtrail` will be scanned several times.
    pub(crate) fn expect_scans(&self) {
        if let Some(raw) = &self.raw {
            raw.keep();
        }
    }

    /// The condition of a statement that only filters one table.
    ///
    /// # Errors
    /// As for [`Self::plan`], and when the statement is another.
    pub(crate) async fn condition(
        &self,
        sql: &str,
        params: &BTreeMap<String, Literal>,
    ) -> Result<Expr, QueryError> {
        let (_, plan) = self.prepare(sql, params).await?.into_parts();
        let separated = off_on_large_stack(move || condition_of(&plan)).await;
        separated.flatten().map_err(|error| QueryError::of_planning(error, sql, &Names::default()))
    }

    /// A condition over rows with these columns.
    ///
    /// # Errors
    /// When it can't be planned: a column is missing, types do not fit.
    pub(crate) async fn physical(
        &self,
        condition: &Expr,
        schema: &SchemaRef,
    ) -> Result<Arc<dyn PhysicalExpr>, QueryError> {
        let (state, condition, schema) = (self.context.state(), condition.clone(), schema.clone());
        let planned = off_on_large_stack(move || made_physical(&state, condition, &schema));
        let planned = self.within(planned).await?.flatten();
        planned.map_err(|error| QueryError::of_planning(error, "", &Names::default()))
    }
}

/// What analyzer, optimizer and planner do to the conditions of a statement.
fn made_physical(state: &SessionState, condition: Expr, schema: &SchemaRef) -> Result<Arc<dyn PhysicalExpr>> {
    let schema = Arc::new(DFSchema::try_from(schema.clone())?);
    let options = state.config_options();
    let context = SimplifyContext::builder().with_schema(schema.clone()).with_config_options(options.clone());
    let simplifier = ExprSimplifier::new(context.build());
    let mut condition = simplifier.coerce(condition, &schema)?;
    for rewrite in state.analyzer().function_rewrites() {
        condition = condition.transform_up(|expr| rewrite.rewrite(expr, &schema, options))?.data;
    }
    // Some functions (`coalesce`) exist only to be simplified.
    state.create_physical_expr(simplifier.simplify(condition)?, &schema)
}

/// `SELECT *` is a projection over a filter over a table, which may have another name there.
fn condition_of(plan: &LogicalPlan) -> Result<Expr> {
    match plan {
        LogicalPlan::Projection(projection) => condition_of(&projection.input),
        LogicalPlan::Filter(filter) => plain(filter.predicate.clone()),
        other => Err(DataFusionError::Plan(format!(
            "a rule that filters events is planned as {}",
            other.display()
        ))),
    }
}

/// With plain column names.
pub(super) fn plain(condition: Expr) -> Result<Expr> {
    let plain = condition.transform(|expr| match expr {
        Expr::Column(column) if column.relation.is_some() => {
            Ok(Transformed::yes(Expr::Column(Column::from_name(column.name))))
        }
        other => Ok(Transformed::no(other)),
    })?;
    Ok(plain.data)
}
