//! SQL over a lake, or over raw logs in place.
//!
//! A [`Session`] is DataFusion with our tables, our functions, PostgreSQL's dialect, UTC, and bounds:
//! it takes one statement at a time, that only reads, of a size that can be planned. [`Session::plan`]
//! turns text and parameters into a plan, [`Session::run`] starts it, and [`output`] writes what comes
//! out of it in the form that is asked for.

mod athena;
mod baseline;
mod bounds;
mod condition;
mod dialect;
mod error;
mod files;
mod functions;
mod geoip;
mod header;
mod hunt;
pub(crate) mod json;
mod limits;
mod params;
pub(crate) mod pattern;
mod pool;
mod raw;
mod ready;
mod restrict;
mod shipped;
mod stack;
mod statement;
mod statistics;
mod table;
mod trino;
mod views;
mod watchdog;

pub mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::config::Dialect;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use tokio::runtime::Handle;
use tokio::task::coop::unconstrained;
use url::Url;

use self::baseline::BaselineTable;
use self::error::Names;
use self::limits::PLANNING_MAX;
use self::stack::off_on_large_stack;
use self::table::{LAKE_URL, LakeTable};
use self::watchdog::{Ceiling, Watchdog};
use crate::lake::{Lake, Table};

pub(crate) use self::condition::Physical;
pub(crate) use self::dialect::Postgres;
pub use self::error::QueryError;
pub use self::functions::{FunctionDoc, docs as function_docs, register as register_functions};
pub use self::geoip::{GeoDatabases, GeoError, Place};
pub use self::header::{HeaderError, split as split_header};
pub use self::hunt::{Hunt, HuntError, HuntParam};
pub(crate) use self::limits::remove_all_spilled;
pub(crate) use self::params::names as parameter_names;
pub use self::params::{ItemType, Literal, ParamError, ParamType};
pub use self::raw::{RawBatches, RawTable};
pub(crate) use self::ready::{Ready, Rows, Scan};
pub(crate) use self::restrict::day;
pub use self::shipped::HUNTS;
pub(crate) use self::stack::on_large_stack;
pub use crate::config::Limits;

/// The catalog and schema that plain table names are in.
const CATALOG: &str = "trailhound";
const SCHEMA: &str = "public";

/// The schema of tables that views stand before.
const INTERNAL: &str = "internal";

/// What the decoding of raw logs holds beside a query: bytes in flight, rows, the keys of events.
const DECODING: u64 = 1 << 30;

/// A place to run statements.
pub struct Session {
    context: SessionContext,
    limits: Limits,
    /// Memory that statements may use beside what the limits say.
    beside: u64,
    lake: Option<Lake>,
    raw: Option<RawTable>,
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
        let mut session = Self::empty(limits)?;
        session.lake = Some(lake.clone());
        session.context.register_object_store(&Url::parse(LAKE_URL)?, lake.store().clone());
        views::register(
            &session.context,
            views::of_findings().into_iter().chain([athena::view(), baseline::view()]).collect(),
        )?;
        session.refresh().await?;
        Ok(session)
    }

    /// Over raw logs, which `batches` decodes anew for each scan. It has no tables but `cloudtrail` and `baseline`.
    ///
    /// # Errors
    /// When the tables can't be made.
    pub fn over_raw(batches: RawBatches, limits: &Limits) -> anyhow::Result<Self> {
        let mut session = Self::empty(limits)?;
        session.beside = DECODING;
        views::register(&session.context, vec![athena::view(), baseline::view()])?;
        let baseline = Arc::new(BaselineTable::of_raw(batches.clone()));
        replace(schema(&session.context, INTERNAL)?.as_ref(), Table::Baseline.name(), baseline)?;
        let table = RawTable::new(batches);
        session.context.register_table(Table::Cloudtrail.name(), table.clone().into_provider()?)?;
        session.raw = Some(table);
        Ok(session)
    }

    /// Without any table but those of files: for tests of functions.
    ///
    /// # Errors
    /// When DataFusion can't be set up.
    pub fn empty(limits: &Limits) -> anyhow::Result<Self> {
        Ok(Self { context: context(limits)?, limits: *limits, beside: 0, lake: None, raw: None })
    }

    /// Answers `geo_country` and its like from these databases, which are read when a statement asks for them. Without any
    /// such a statement can be planned, and not run.
    #[must_use]
    pub fn with_geoip(mut self, databases: &Arc<GeoDatabases>) -> Self {
        functions::place(&self.context, databases);
        self.beside += databases.len_max();
        self
    }

    /// With the same limits, and nothing but the table `name` of a few rows: one thread computes with it.
    ///
    /// # Errors
    /// When the rows are not of this schema.
    pub(crate) fn beside(
        &self,
        name: &str,
        schema: SchemaRef,
        rows: Vec<RecordBatch>,
    ) -> anyhow::Result<Self> {
        let mut session = Self::empty(&self.limits)?;
        session.beside = self.beside;
        let state = session.context.state_ref();
        state.write().config_mut().options_mut().execution.target_partitions = 1;
        session.context.register_table(name, Arc::new(MemTable::try_new(schema, vec![rows])?))?;
        Ok(session)
    }

    /// Moves to the lake's present state. Plans that were made before keep theirs.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn refresh(&self) -> anyhow::Result<()> {
        let Some(lake) = &self.lake else { return Ok(()) };
        let context = &self.context;
        let events = Arc::new(LakeTable::new(lake.clone(), Table::Cloudtrail));
        // The other logs are read only when a statement asks for them.
        events.load().await?;
        let public = schema(context, SCHEMA)?;
        let internal = schema(context, INTERNAL)?;
        let baseline = Arc::new(BaselineTable::of_lake(lake, events.clone()));
        replace(public.as_ref(), Table::Cloudtrail.name(), events)?;
        replace(internal.as_ref(), Table::Baseline.name(), baseline)?;
        for table in [Table::Objects, Table::DeadLetters] {
            replace(public.as_ref(), table.name(), Arc::new(LakeTable::new(lake.clone(), table)))?;
        }
        let revisions = Arc::new(LakeTable::new(lake.clone(), Table::Findings));
        replace(internal.as_ref(), Table::Findings.name(), revisions)?;
        Ok(())
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
    /// Columns whose type is the union that `->` yields come out as JSON text. It blocks; who has to see
    /// signals meanwhile waits for [`Self::prepare`].
    ///
    /// # Errors
    /// When the statement is wrong, too large, or its parameters and `params` don't match; when planning
    /// meets a limit.
    pub fn plan(&self, sql: &str, params: &BTreeMap<String, Literal>) -> Result<DataFrame, QueryError> {
        // Within a task of tokio, waits that are counted would never end once there were too many: only the task itself,
        // when it yields, is given more.
        futures::executor::block_on(unconstrained(self.prepare(sql, params)))
    }

    /// Those of `rows` that a condition is true of, which is bounded as statements are.
    ///
    /// # Errors
    /// When the condition is none over these rows, or too large.
    pub fn filtered(&self, rows: DataFrame, condition: &str) -> Result<DataFrame, QueryError> {
        on_large_stack(|| {
            // In a line of its own, so that a comment at its end ends there.
            statement::parse(&format!("SELECT 1 WHERE ({condition}\n)"))?;
            let of_planning = |error| QueryError::of_planning(error, condition, &Names::default());
            let condition = rows.parse_sql_expr(condition).map_err(of_planning)?;
            rows.filter(condition).map_err(of_planning)
        })
    }

    /// Plans as [`Self::plan`] does, in a thread of its own.
    ///
    /// # Errors
    /// As for [`Self::plan`].
    pub async fn prepare(
        &self,
        sql: &str,
        params: &BTreeMap<String, Literal>,
    ) -> Result<DataFrame, QueryError> {
        let (context, sql, params) = (self.context.clone(), sql.to_owned(), params.clone());
        let planned = off_on_large_stack(move || planned(&context, &sql, &params));
        self.within(planned).await?.map_err(QueryError::of_running)?
    }

    /// Starts a plan. Dropping the stream stops it, and the session must live as long.
    ///
    /// Errors of the stream are told by [`QueryError::of_running`].
    ///
    /// # Errors
    /// When the plan can't be optimized, or a log can't be read; when either meets a limit.
    pub async fn run(&self, frame: DataFrame) -> Result<SendableRecordBatchStream, QueryError> {
        self.run_through(frame, Ok).await
    }

    /// Starts a plan as [`Self::run`] does, with an operator of the caller's on top.
    ///
    /// # Errors
    /// As for [`Self::run`], and those of `wrap`.
    pub(crate) async fn run_through(
        &self,
        frame: DataFrame,
        wrap: impl FnOnce(Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError>
        + Send
        + 'static,
    ) -> Result<SendableRecordBatchStream, QueryError> {
        let watchdog = self.watchdog_of_running();
        let (state, plan) = self.ready(frame).await?.into_parts();
        self.start(state, plan, watchdog, wrap).await
    }

    /// Starts an optimized plan.
    async fn start(
        &self,
        state: SessionState,
        plan: LogicalPlan,
        mut watchdog: Watchdog,
        wrap: impl FnOnce(Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError>
        + Send
        + 'static,
    ) -> Result<SendableRecordBatchStream, QueryError> {
        let of_planning = |error| QueryError::of_planning(error, "", &Names::default());
        let tasks = state.task_ctx();
        let runtime = Handle::current();
        let physical = off_on_large_stack(move || {
            runtime.block_on(state.query_planner().create_physical_plan(&plan, &state))
        });
        let physical = tokio::select! {
            physical = physical => physical.flatten().map_err(of_planning)?,
            limit = watchdog.met() => return Err(limit.into()),
        };
        // It recurses over the plan, too.
        let runtime = Handle::current();
        let started = off_on_large_stack(move || {
            let _inside = runtime.enter();
            execute_stream(wrap(physical)?, tasks)
        });
        let stream = started.await.flatten().map_err(QueryError::of_running)?;
        Ok(limits::watched(&self.limits, watchdog, stream))
    }

    /// Watches what runs, from now on.
    fn watchdog_of_running(&self) -> Watchdog {
        let message = "the query takes longer than {} ([limits] time, --timeout)";
        self.watchdog(self.limits.time.map(|time| (time, message)))
    }

    /// Watches from now on, and over what the process uses now.
    fn watchdog(&self, time: Option<(Duration, &'static str)>) -> Watchdog {
        Watchdog::start(Ceiling::above_present(self.limits.memory, self.beside), time)
    }

    /// Waits for `work` as long as the limits allow.
    async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, QueryError> {
        let time = match self.limits.time.filter(|time| *time < PLANNING_MAX) {
            Some(time) => (time, "planning the query takes longer than {} ([limits] time, --timeout)"),
            None => (PLANNING_MAX, "planning the query takes longer than {}; make the statement simpler"),
        };
        let mut watchdog = self.watchdog(Some(time));
        tokio::select! {
            done = work => Ok(done),
            limit = watchdog.met() => Err(limit.into()),
        }
    }
}

impl Drop for Session {
    /// Takes what was spilled away now: a task that is still computing would do it too late for a
    /// process that ends.
    fn drop(&mut self) {
        limits::remove_spilled(&self.context.runtime_env());
    }
}

fn planned(
    context: &SessionContext,
    sql: &str,
    params: &BTreeMap<String, Literal>,
) -> Result<DataFrame, QueryError> {
    let mut statement = statement::parse(sql)?;
    trino::translate(&mut statement);
    statement::bind(&mut statement, params)?;
    let state = context.state();
    let plan = futures::executor::block_on(state.statement_to_plan(statement))
        .and_then(without_unions)
        .map_err(|error| QueryError::of_planning(error, sql, &names(context)))?;
    Ok(DataFrame::new(state, plan))
}

fn names(context: &SessionContext) -> Names {
    let mut tables = schema(context, SCHEMA).map(|schema| schema.table_names()).unwrap_or_default();
    tables.sort();
    Names { tables }
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
    // A sort merges what it has sorted in memory before it spills it, and for long keys needs as much again.
    let sorters = u64::try_from(options.execution.target_partitions)?.max(1);
    options.execution.sort_spill_reservation_bytes = usize::try_from(limits.memory / (2 * sorters))?;
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
