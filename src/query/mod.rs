//! SQL over a lake, or over raw logs in place.
//!
//! A [`Session`] is DataFusion with our tables, our functions, PostgreSQL's dialect, UTC, and bounds:
//! it takes one statement at a time, that only reads, of a size that can be planned. [`Session::plan`]
//! turns text and parameters into a plan, [`Session::run`] starts it, and [`output`] writes what comes
//! out of it in the form that is asked for.

mod athena;
mod error;
mod files;
mod functions;
mod header;
mod hunt;
mod limits;
mod params;
mod raw;
mod restrict;
mod shipped;
mod stack;
mod statement;
mod statistics;
mod table;
mod trino;
mod views;

pub mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use arrow::datatypes::DataType;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::config::Dialect;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::{SessionConfig, SessionContext};
use url::Url;

use self::error::Names;
use self::stack::{on_large_stack, on_large_stack_async};
use self::table::{LAKE_URL, LakeTable};
use crate::lake::{Lake, Table};

pub use self::error::QueryError;
pub use self::functions::{FunctionDoc, docs as function_docs, register as register_functions};
pub use self::header::{HeaderError, split as split_header};
pub use self::hunt::{Hunt, HuntError, HuntParam};
pub use self::params::{ItemType, Literal, ParamError, ParamType};
pub use self::raw::{RawBatches, RawTable};
pub use self::shipped::HUNTS;
pub use crate::config::Limits;

/// The catalog and schema that plain table names are in.
const CATALOG: &str = "trailhound";
const SCHEMA: &str = "public";

/// The schema of tables that views stand before.
const INTERNAL: &str = "internal";

/// A place to run statements.
pub struct Session {
    context: SessionContext,
    limits: Limits,
    lake: Option<Lake>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Session").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Session {
    /// Over a lake, as it is now: what is committed later is seen after [`Self::refresh`].
    ///
    /// # Errors
    /// When there is no lake, or it can't be read.
    pub async fn over_lake(lake: &Lake, limits: &Limits) -> anyhow::Result<Self> {
        let session = Self { context: context(limits)?, limits: *limits, lake: Some(lake.clone()) };
        session.context.register_object_store(&Url::parse(LAKE_URL)?, lake.store().clone());
        session.refresh().await?;
        Ok(session)
    }

    /// Over raw logs, which `batches` decodes anew for each scan. It has no tables but `cloudtrail`.
    ///
    /// # Errors
    /// When the tables can't be made.
    pub fn over_raw(batches: RawBatches, limits: &Limits) -> anyhow::Result<Self> {
        let session = Self { context: context(limits)?, limits: *limits, lake: None };
        let table = RawTable::new(batches).into_provider()?;
        session.context.register_table(Table::Cloudtrail.name(), table)?;
        athena::register(&session.context)?;
        Ok(session)
    }

    /// Without any table but those of files: for tests of functions.
    ///
    /// # Errors
    /// When DataFusion can't be set up.
    pub fn empty(limits: &Limits) -> anyhow::Result<Self> {
        Ok(Self { context: context(limits)?, limits: *limits, lake: None })
    }

    /// Moves to the lake's present state. Plans that were made before keep theirs.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        let Some(lake) = &self.lake else { return Ok(()) };
        let context = &self.context;
        let events = LakeTable::new(lake.clone(), Table::Cloudtrail);
        // The other logs are read only when a statement asks for them.
        events.load().await?;
        let public = schema(context, SCHEMA)?;
        let internal = schema(context, INTERNAL)?;
        replace(public.as_ref(), Table::Cloudtrail.name(), Arc::new(events))?;
        for table in [Table::Objects, Table::DeadLetters] {
            replace(public.as_ref(), table.name(), Arc::new(LakeTable::new(lake.clone(), table)))?;
        }
        let revisions = Arc::new(LakeTable::new(lake.clone(), Table::Findings));
        replace(internal.as_ref(), Table::Findings.name(), revisions)?;
        views::register(context)?;
        athena::register(context)
    }

    /// DataFusion's own context, with everything registered.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Makes a file of the user's a table.
    ///
    /// # Errors
    /// When the file can't be read, or the name is taken.
    pub async fn register_file(&self, name: &str, path: &Path) -> anyhow::Result<()> {
        files::register(&self.context, name, path).await
    }

    /// Plans one statement that only reads; `$name` takes its value from `params`.
    ///
    /// Columns whose type is the union that `->` yields come out as JSON text.
    ///
    /// # Errors
    /// When the statement is wrong, too large, or its parameters and `params` don't match.
    pub fn plan(&self, sql: &str, params: &BTreeMap<String, Literal>) -> Result<DataFrame, QueryError> {
        on_large_stack(|| {
            let mut statement = statement::parse(sql)?;
            trino::translate(&mut statement);
            statement::bind(&mut statement, params)?;
            let state = self.context.state();
            let plan = futures::executor::block_on(state.statement_to_plan(statement))
                .and_then(without_unions)
                .map_err(|error| QueryError::of_planning(error, sql, &self.names()))?;
            Ok(DataFrame::new(state, plan))
        })
    }

    /// Starts a plan. Dropping the stream stops it.
    ///
    /// Errors of the stream are told by [`QueryError::of_running`].
    ///
    /// # Errors
    /// When the plan can't be optimized, or a log can't be read.
    pub async fn run(&self, frame: DataFrame) -> Result<SendableRecordBatchStream, QueryError> {
        let (state, plan) = frame.into_parts();
        let tasks = state.task_ctx();
        let planned = on_large_stack_async(async move { state.create_physical_plan(&plan).await });
        let physical =
            planned.await.map_err(|error| QueryError::of_planning(error, "", &Names::default()))?;
        let stream = execute_stream(physical, tasks).map_err(QueryError::of_running)?;
        Ok(limits::watch(&self.limits, stream))
    }

    fn names(&self) -> Names {
        let mut tables = schema(&self.context, SCHEMA).map(|schema| schema.table_names()).unwrap_or_default();
        tables.sort();
        Names { tables }
    }
}

/// The names of a statement's parameters, without the `$`.
///
/// # Errors
/// When the statement is wrong.
pub fn parameters(sql: &str) -> Result<BTreeSet<String>, QueryError> {
    on_large_stack(|| Ok(statement::parameters(&mut statement::parse(sql)?)))
}

fn context(limits: &Limits) -> anyhow::Result<SessionContext> {
    let runtime = limits::runtime(limits).context("can't set up memory and temporary files for queries")?;
    let mut config =
        SessionConfig::new().with_default_catalog_and_schema(CATALOG, SCHEMA).with_information_schema(true);
    let options = config.options_mut();
    // In the default dialect `a ->> 'k' = 'v'` reads as `a ->> ('k' = 'v')`.
    options.sql_parser.dialect = Dialect::PostgreSQL;
    options.execution.time_zone = Some("UTC".to_owned());
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .build();
    let context = SessionContext::new_with_state(state);
    let catalog = context.catalog(CATALOG).context("a session has its catalog")?;
    catalog.register_schema(INTERNAL, Arc::new(MemorySchemaProvider::new()))?;
    functions::register(&context)?;
    Ok(context)
}

fn schema(context: &SessionContext, name: &str) -> anyhow::Result<Arc<dyn SchemaProvider>> {
    let catalog = context.catalog(CATALOG).context("a session has its catalog")?;
    catalog.schema(name).with_context(|| format!("a session has its schema `{name}`"))
}

fn replace(
    schema: &dyn SchemaProvider,
    name: &str,
    table: Arc<dyn datafusion::catalog::TableProvider>,
) -> Result<(), DataFusionError> {
    schema.deregister_table(name)?;
    schema.register_table(name.to_owned(), table)?;
    Ok(())
}

/// Makes text of the columns that `->` yields: no output form has unions, and no reader wants them.
fn without_unions(plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let is_union = |field: &arrow::datatypes::Field| matches!(field.data_type(), DataType::Union(..));
    let schema = plan.schema().clone();
    if !schema.fields().iter().any(|field| is_union(field)) {
        return Ok(plan);
    }
    let to_text = datafusion_functions_json::udfs::json_union_to_text_udf();
    let columns = schema.iter().map(|(qualifier, field)| {
        let column = Expr::from((qualifier, field));
        match is_union(field) {
            true => to_text.call(vec![column]).alias_qualified(qualifier.cloned(), field.name()),
            false => column,
        }
    });
    LogicalPlanBuilder::from(plan).project(columns.collect::<Vec<_>>())?.build()
}

#[cfg(test)]
mod tests;
