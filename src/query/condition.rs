//! The conditions of many a `SELECT * FROM cloudtrail WHERE …` by themselves, so that they can share one scan.
//!
//! A condition comes out with plain column names, whatever the statement calls its table, and is made physical over
//! the columns of whoever scans. Both are planned as statements are: with their bounds, and on a large stack. But only
//! the condition is planned, not the statement with all its columns, and many at a time, on all cores: a rule costs a
//! third of what its statement would.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DFSchema};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{ExprWithAlias, SetExpr, Statement, TableFactor};
use futures::{StreamExt, stream};

use super::error::Names;
use super::params::Literal;
use super::stack::off_on_large_stack;
use super::{QueryError, Session, planned, statement, trino};

/// Conditions that one thread plans before it takes others: each is a matter of a millisecond.
const AT_ONCE: usize = 16;

/// A statement, and the values of its parameters.
pub(crate) type Filtering = (String, BTreeMap<String, Literal>);

/// A condition that can be asked of rows.
#[derive(Debug, Clone)]
pub(crate) struct Physical {
    /// Over the columns below alone.
    pub expr: Arc<dyn PhysicalExpr>,
    /// The places of what it asks, one at least.
    pub columns: Vec<usize>,
}

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

    /// The conditions of statements that only filter `cloudtrail`, in their order.
    ///
    /// Errors are as for [`Self::plan`], and that a statement is another one.
    pub(crate) async fn conditions(&self, statements: Vec<Filtering>) -> Vec<Result<Expr, QueryError>> {
        let rows = match self.context.table("cloudtrail").await {
            Ok(rows) => Arc::new(rows.schema().as_arrow().clone()),
            Err(_) => Arc::new(Schema::empty()),
        };
        let context = self.context.clone();
        let condition = move |(sql, params): &Filtering| {
            let state = context.state();
            // What is wrong with a statement is told of the whole.
            directly(&state, sql, params, &rows).map_or_else(|| separated(&context, sql, params), Ok)
        };
        self.each(statements, condition).await
    }

    /// Conditions over rows with these columns, in their order.
    ///
    /// An error is that one can't be planned: a column is missing, types do not fit.
    pub(crate) async fn physical(
        &self,
        conditions: Vec<Expr>,
        schema: &SchemaRef,
    ) -> Vec<Result<Physical, QueryError>> {
        let (state, schema) = (self.context.state(), schema.clone());
        let physical = move |condition: &Expr| {
            made_physical(&state, condition, &schema)
                .map_err(|error| QueryError::of_planning(error, "", &Names::default()))
        };
        self.each(conditions, physical).await
    }

    /// Plans each of `items`, on as many threads as the session has.
    async fn each<I, O>(
        &self,
        items: Vec<I>,
        plan: impl Fn(&I) -> Result<O, QueryError> + Clone + Send + 'static,
    ) -> Vec<Result<O, QueryError>>
    where
        I: Clone + Send + 'static,
        O: Send + 'static,
    {
        let threads = self.context.state().config().target_partitions();
        let some: Vec<_> = items.chunks(AT_ONCE).map(|some| self.some(some.to_vec(), plan.clone())).collect();
        stream::iter(some).buffered(threads).concat().await
    }

    /// Plans each of `items`, on one thread.
    async fn some<I, O>(
        &self,
        items: Vec<I>,
        plan: impl Fn(&I) -> Result<O, QueryError> + Send + 'static,
    ) -> Vec<Result<O, QueryError>>
    where
        I: Send + 'static,
        O: Send + 'static,
    {
        let many = items.len();
        let work = move || items.iter().map(plan).collect::<Vec<_>>();
        let planned = self.within(off_on_large_stack(work)).await;
        match planned.map(|planned| planned.map_err(QueryError::of_running)) {
            Ok(Ok(planned)) => planned,
            Ok(Err(error)) | Err(error) => {
                let reason = error.to_string();
                (0..many).map(|_| Err(QueryError::Statement(reason.clone()))).collect()
            }
        }
    }
}

/// Plans the condition of such a statement by itself; nothing if the statement is another, or wrong.
fn directly(
    state: &SessionState,
    sql: &str,
    params: &BTreeMap<String, Literal>,
    rows: &SchemaRef,
) -> Option<Expr> {
    let mut parsed = statement::parse(sql).ok()?;
    trino::translate(&mut parsed);
    statement::bind(&mut parsed, params).ok()?;
    let DfStatement::Statement(parsed) = parsed else { return None };
    let Statement::Query(query) = *parsed else { return None };
    let SetExpr::Select(select) = *query.body else { return None };
    let [table] = select.from.as_slice() else { return None };
    let TableFactor::Table { name, alias, args: None, .. } = &table.relation else { return None };
    let name = match alias {
        Some(alias) if alias.columns.is_empty() => alias.name.value.clone(),
        Some(_) => return None,
        None => name.to_string().to_lowercase(),
    };
    let schema = DFSchema::try_from_qualified_schema(name, rows).ok()?;
    let condition = ExprWithAlias { expr: select.selection?, alias: None };
    let condition = state.create_logical_expr_from_sql_expr(condition, &schema).ok()?;
    let is_condition = condition.get_type(&schema).ok()? == DataType::Boolean;
    is_condition.then(|| plain(condition).ok()).flatten()
}

/// The condition of such a statement as a part of its plan.
fn separated(
    context: &SessionContext,
    sql: &str,
    params: &BTreeMap<String, Literal>,
) -> Result<Expr, QueryError> {
    let (_, plan) = planned(context, sql, params)?.into_parts();
    condition_of(&plan).map_err(|error| QueryError::of_planning(error, sql, &Names::default()))
}

/// What analyzer, optimizer and planner do to the conditions of a statement.
fn made_physical(state: &SessionState, condition: &Expr, schema: &SchemaRef) -> Result<Physical> {
    let mut columns = condition
        .column_refs()
        .iter()
        .map(|column| schema.index_of(&column.name))
        .collect::<Result<Vec<_>, _>>()?;
    if columns.is_empty() {
        columns.push(0);
    }
    columns.sort_unstable();
    let schema = Arc::new(DFSchema::try_from(schema.project(&columns)?)?);
    let options = state.config_options();
    let context = SimplifyContext::builder().with_schema(schema.clone()).with_config_options(options.clone());
    let simplifier = ExprSimplifier::new(context.build());
    let mut condition = simplifier.coerce(condition.clone(), &schema)?;
    for rewrite in state.analyzer().function_rewrites() {
        condition = condition.transform_up(|expr| rewrite.rewrite(expr, &schema, options))?.data;
    }
    // Some functions (`coalesce`) exist only to be simplified.
    let expr = state.create_physical_expr(simplifier.simplify(condition)?, &schema)?;
    Ok(Physical { expr, columns })
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
