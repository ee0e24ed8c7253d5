//! A statement that is ready to run, and what it reads of `cloudtrail`.
//!
//! Statements of one run read much of the same. Each tells by its optimized plan what its scans want: the columns, and
//! the filters that reach the scan. Whoever has read these rows, for all statements at once, gives them in the place of
//! the table ([`Session::over`]). Of few rows one thread computes the answer, and nothing is computed where it is plain
//! that nothing comes out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::SessionState;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, SortExpr, lit};
use datafusion::optimizer::Optimizer;
use datafusion::optimizer::propagate_empty_relation::PropagateEmptyRelation;

use super::condition::plain;
use super::error::Names;
use super::stack::off_on_large_stack;
use super::{QueryError, Session};
use crate::lake::Table;

/// Rows that one thread computes with as fast as several, which have to be set up and hand rows to each other.
const FEW_ROWS: usize = 64 << 10;

/// Sorts of several statements that are computed at the same time. What each sets aside for merging is the memory of one
/// that is alone, by this; most sort a few rows.
const SORTS_AT_ONCE: usize = 16;

/// What one scan of `cloudtrail` wants of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Scan {
    /// In the order of the scan.
    pub columns: Vec<String>,
    /// With plain column names; none: all rows.
    pub filter: Option<Expr>,
}

/// The rows that a scan wants.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    table: Arc<MemTable>,
    count: usize,
}

/// A statement, planned and optimized.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    state: SessionState,
    plan: LogicalPlan,
}

impl Scan {
    /// The columns that have to be read for it.
    pub(crate) fn reads(&self) -> BTreeSet<String> {
        let filtered = self.filter.iter().flat_map(Expr::column_refs).map(|column| column.name.clone());
        self.columns.iter().cloned().chain(filtered).collect()
    }
}

impl Rows {
    /// In batches with this schema, by parts.
    ///
    /// # Errors
    /// When they have another one.
    pub(crate) fn new(schema: SchemaRef, parts: Vec<Vec<RecordBatch>>) -> Result<Self, QueryError> {
        let count = parts.iter().flatten().map(RecordBatch::num_rows).sum();
        let table = MemTable::try_new(schema, parts).map_err(of_planning)?;
        Ok(Self { table: Arc::new(table), count })
    }
}

impl Ready {
    /// What its scans of `cloudtrail` want, as far as that can be asked of rows by themselves.
    pub(crate) fn scans(&self) -> Vec<Scan> {
        let mut scans = Vec::new();
        let seen = self.plan.apply_with_subqueries(|node| {
            scans.extend(wanted(node)?);
            Ok(TreeNodeRecursion::Continue)
        });
        if seen.is_err() { Vec::new() } else { scans }
    }

    /// The plan, and the state of the session that it was made in.
    pub(super) fn into_parts(self) -> (SessionState, LogicalPlan) {
        (self.state, self.plan)
    }

    /// Whether it is plain that there are no rows.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.plan, LogicalPlan::EmptyRelation(empty) if !empty.produce_one_row)
    }

    /// Its first `max` rows in this order.
    ///
    /// # Errors
    /// When it has no such columns.
    pub(crate) fn first(&self, order: Vec<SortExpr>, max: usize) -> Result<Self, QueryError> {
        self.then(|plan| plan.sort_with_limit(order, Some(max)))
    }

    /// How many rows it has.
    ///
    /// # Errors
    /// None that is known.
    pub(crate) fn counted(&self) -> Result<Self, QueryError> {
        self.then(|plan| plan.aggregate(Vec::<Expr>::new(), vec![count(lit(1))]))
    }

    fn then(
        &self,
        more: impl FnOnce(LogicalPlanBuilder) -> Result<LogicalPlanBuilder, DataFusionError>,
    ) -> Result<Self, QueryError> {
        let plan = more(LogicalPlanBuilder::from(self.plan.clone())).and_then(LogicalPlanBuilder::build);
        Ok(Self { state: self.state.clone(), plan: plan.map_err(of_planning)? })
    }

    /// With these rows in the place of scans.
    fn over(mut self, rows: &HashMap<Scan, Rows>) -> Result<Self, DataFusionError> {
        let (mut total, mut all, mut some_empty) = (0, true, false);
        let replaced = self.plan.transform_up_with_subqueries(|node| {
            let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
            let Some(rows) = wanted(&node)?.and_then(|wanted| rows.get(&wanted)) else {
                all = false;
                return Ok(Transformed::no(node));
            };
            if rows.count == 0 {
                some_empty = true;
                let schema = scan.projected_schema.clone();
                let empty = EmptyRelation { produce_one_row: false, schema };
                return Ok(Transformed::yes(LogicalPlan::EmptyRelation(empty)));
            }
            total += rows.count;
            let table = provider_as_source(rows.table.clone());
            let read = LogicalPlanBuilder::scan(scan.table_name.clone(), table, None)?.build()?;
            Ok(Transformed::yes(read))
        })?;
        self.plan = replaced.data;
        if some_empty {
            let optimizer = Optimizer::with_rules(vec![Arc::new(PropagateEmptyRelation::new())]);
            self.plan = optimizer.optimize(self.plan, &self.state, |_, _| {})?;
        }
        let options = &mut self.state.config_mut().options_mut().execution;
        if all && total <= FEW_ROWS {
            options.target_partitions = 1;
        }
        // It is one of several at a time, of which some sort three times.
        options.sort_spill_reservation_bytes /= SORTS_AT_ONCE;
        Ok(self)
    }
}

impl Session {
    /// Makes a plan ready to run.
    ///
    /// # Errors
    /// When it can't be optimized, or takes too long.
    pub(crate) async fn ready(&self, frame: DataFrame) -> Result<Ready, QueryError> {
        let (state, plan) = frame.into_parts();
        let optimizer = state.clone();
        let optimized = off_on_large_stack(move || optimizer.optimize(&plan));
        let plan = self.within(optimized).await?.flatten().map_err(of_planning)?;
        Ok(Ready { state, plan })
    }

    /// The same with rows that were read already in the place of the scans that want them.
    ///
    /// # Errors
    /// None that is known.
    pub(crate) async fn over(
        &self,
        ready: Ready,
        rows: Arc<HashMap<Scan, Rows>>,
    ) -> Result<Ready, QueryError> {
        let replaced = off_on_large_stack(move || ready.over(&rows));
        self.within(replaced).await?.flatten().map_err(of_planning)
    }

    /// Starts it. As for [`Self::run`], the session must live as long as the stream.
    ///
    /// # Errors
    /// As for [`Self::run`].
    pub(crate) async fn run_ready(&self, ready: Ready) -> Result<SendableRecordBatchStream, QueryError> {
        let watchdog = self.watchdog_of_running();
        self.start(ready.state, ready.plan, watchdog, Ok).await
    }
}

fn of_planning(error: DataFusionError) -> QueryError {
    QueryError::of_planning(error, "", &Names::default())
}

/// What a node wants of `cloudtrail`, if it is a scan of it; nothing if its filters look at more than the row, or
/// if it only counts rows.
fn wanted(node: &LogicalPlan) -> Result<Option<Scan>, DataFusionError> {
    let LogicalPlan::TableScan(scan) = node else { return Ok(None) };
    let of_rows = scan.filters.iter().all(|filter| !filter.contains_outer() && !has_subquery(filter));
    if scan.table_name.table() != Table::Cloudtrail.name()
        || scan.projected_schema.fields().is_empty()
        || !of_rows
    {
        return Ok(None);
    }
    let filters: Vec<_> = scan.filters.iter().cloned().map(plain).collect::<Result<_, _>>()?;
    let columns = scan.projected_schema.fields().iter().map(|field| field.name().clone()).collect();
    Ok(Some(Scan { columns, filter: conjunction(filters) }))
}

fn has_subquery(filter: &Expr) -> bool {
    let is_subquery =
        |expr: &Expr| matches!(expr, Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_));
    filter.exists(|expr| Ok(is_subquery(expr))).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow::array::{ArrayRef, StringArray, new_null_array};
    use futures::{StreamExt, TryStreamExt, stream};

    use super::*;
    use crate::event::table_schema;
    use crate::query::Limits;

    /// A session over 20,000 rows, of which each has one of ten names, and how often they were read.
    fn session() -> (Session, Arc<AtomicUsize>) {
        let rows = 20_000;
        let schema = table_schema();
        let columns = schema.fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                "event_name" => {
                    Arc::new((0..rows).map(|row| Some(format!("Name{}", row % 10))).collect::<StringArray>())
                }
                _ => new_null_array(field.data_type(), rows),
            }
        });
        let batch = RecordBatch::try_new(schema.clone(), columns.collect()).unwrap();
        let reads = Arc::new(AtomicUsize::new(0));
        let counter = reads.clone();
        let read = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            stream::iter([Ok(batch.clone())]).boxed()
        };
        (Session::over_raw(Arc::new(read), &Limits::default()).unwrap(), reads)
    }

    async fn ready(session: &Session, sql: &str) -> Ready {
        session.ready(session.plan(sql, &BTreeMap::new()).unwrap()).await.unwrap()
    }

    async fn answer(session: &Session, ready: Ready) -> Vec<String> {
        let batches: Vec<RecordBatch> = session.run_ready(ready).await.unwrap().try_collect().await.unwrap();
        let rows = |batch: &RecordBatch| -> Vec<String> {
            let text = |row| arrow::util::display::array_value_to_string(batch.column(0), row).unwrap();
            (0..batch.num_rows()).map(text).collect()
        };
        batches.iter().flat_map(rows).collect()
    }

    /// Rows with these names, for a scan of names alone.
    fn rows(names: &[&str]) -> Rows {
        let names: StringArray = names.iter().map(|name| Some(*name)).collect();
        let batch =
            RecordBatch::try_from_iter_with_nullable([("event_name", Arc::new(names) as ArrayRef, true)]);
        let batch = batch.unwrap();
        Rows::new(batch.schema(), vec![vec![batch]]).unwrap()
    }

    const GROUPED: &str = "SELECT c.event_name FROM cloudtrail c
        WHERE c.event_name IN ('Name1', 'Name2', 'Name3') GROUP BY 1 ORDER BY 1";

    #[tokio::test]
    async fn a_statement_says_what_its_scans_want_and_takes_rows_in_their_place() {
        let (session, reads) = session();
        let grouped = ready(&session, GROUPED).await;
        let scans = grouped.scans();
        assert_eq!(scans.len(), 1);
        assert_eq!(scans[0].columns, ["event_name"]);
        assert!(scans[0].filter.is_some());
        assert_eq!(answer(&session, grouped.clone()).await, ["Name1", "Name2", "Name3"]);
        assert_eq!(reads.load(Ordering::Relaxed), 1);

        let rows = HashMap::from([(scans[0].clone(), rows(&["Name2", "Name1", "Name2"]))]);
        let over = session.over(grouped.clone(), Arc::new(rows)).await.unwrap();
        assert_eq!(answer(&session, over.clone()).await, ["Name1", "Name2"]);
        assert_eq!(answer(&session, over.counted().unwrap()).await, ["2"]);
        let first = over.first(vec![datafusion::prelude::col("event_name").sort(true, false)], 1).unwrap();
        assert_eq!(answer(&session, first).await, ["Name1"]);
        assert_eq!(reads.load(Ordering::Relaxed), 1, "nothing was read again");

        let over = session.over(grouped, Arc::default()).await.unwrap();
        assert_eq!(answer(&session, over).await.len(), 3);
        assert_eq!(reads.load(Ordering::Relaxed), 2, "what nobody gives is read");
    }

    #[tokio::test]
    async fn without_rows_it_is_plain_that_groups_are_none_but_a_total_is_one_row() {
        let (session, reads) = session();
        let none = |ready: &Ready| {
            let scans = ready.scans().into_iter();
            Arc::new(scans.map(|scan| (scan, rows(&[]))).collect::<HashMap<_, _>>())
        };
        let grouped = ready(&session, GROUPED).await;
        assert!(!grouped.is_empty());
        let rows = none(&grouped);
        assert!(session.over(grouped, rows).await.unwrap().is_empty());
        let total = ready(&session, "SELECT count(event_name) FROM cloudtrail WHERE event_name <> 'a'").await;
        let rows = none(&total);
        let total = session.over(total, rows).await.unwrap();
        assert!(!total.is_empty());
        assert_eq!(answer(&session, total).await, ["0"]);
        assert_eq!(reads.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn scans_of_other_tables_and_such_as_only_count_are_left_to_themselves() {
        let (session, _) = session();
        for sql in [
            "SELECT 1",
            "SELECT count(*) FROM cloudtrail",
            "SELECT table_name FROM information_schema.tables",
        ] {
            assert_eq!(ready(&session, sql).await.scans(), [], "{sql}");
        }
    }
}
