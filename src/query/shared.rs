//! One scan of `cloudtrail` for several statements.
//!
//! What each of them reads is told by its optimized plan: the columns, and the filters that reach the scan. Rows that
//! pass the filters of any of them are read once, in the columns that any of them wants, and as long as the [`Shared`]
//! lives `cloudtrail` is these rows. If they are more than [`BYTES_MAX`], nothing is shared.
//!
//! Statements other than those must not run meanwhile: they would find less.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, ScalarValue};
use datafusion::dataframe::DataFrame;
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use futures::StreamExt;

use super::condition::plain;
use super::error::Names;
use super::stack::off_on_large_stack;
use super::{QueryError, SCHEMA, Session, replace, schema};
use crate::lake::Table;

/// What rows may take that are read once for all: with what is computed of them they stay within 1 GiB.
const BYTES_MAX: usize = 384 << 20;

/// Rows that a thread takes at a time.
const ROWS: usize = 8192;

/// While it lives, `cloudtrail` of its session is what was read for some statements.
pub(crate) struct Shared<'a> {
    session: &'a Session,
    whole: Arc<dyn TableProvider>,
}

/// What one scan of `cloudtrail` wants of it.
struct Wanted {
    columns: BTreeSet<String>,
    /// None: all rows.
    filter: Option<Expr>,
}

impl Session {
    /// Reads what these statements want of `cloudtrail`; nothing if there is none that reads it, or if it is too much.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) async fn share(&self, statements: Vec<DataFrame>) -> Result<Option<Shared<'_>>, QueryError> {
        self.share_within(statements, BYTES_MAX).await
    }

    async fn share_within(
        &self,
        statements: Vec<DataFrame>,
        bytes_max: usize,
    ) -> Result<Option<Shared<'_>>, QueryError> {
        let of_planning = |error| QueryError::of_planning(error, "", &Names::default());
        let mut wanted = Vec::new();
        for statement in statements {
            let (state, plan) = statement.into_parts();
            // One that can't be planned says so when it runs.
            if let Ok(Ok(plan)) =
                self.within(off_on_large_stack(move || state.optimize(&plan))).await.map(Result::flatten)
            {
                wanted.extend(scans(&plan).map_err(of_planning)?);
            }
        }
        if wanted.is_empty() {
            return Ok(None);
        }
        let rows = self.context.table(Table::Cloudtrail.name()).await.map_err(of_planning)?;
        let whole = rows.schema().as_arrow().clone();
        let rows = narrowed(rows, wanted).map_err(of_planning)?;
        let columns = Arc::new(rows.schema().as_arrow().clone());
        let mut stream = self.run(rows).await?;
        let (mut batches, mut bytes) = (Vec::new(), 0);
        while let Some(batch) = stream.next().await.transpose().map_err(QueryError::of_running)? {
            let (batch, size) = compacted(&batch).map_err(|error| QueryError::of_running(error.into()))?;
            bytes += size;
            if bytes > bytes_max {
                return Ok(None);
            }
            batches.push(batch);
        }
        drop(stream);
        let parts = self.context.state().config().target_partitions();
        let table = MemTable::try_new(columns, dealt_out(batches, parts)).map_err(of_planning)?;
        // By its name who plans a statement finds the scans of `cloudtrail` in it.
        let rows =
            LogicalPlanBuilder::scan(Table::Cloudtrail.name(), provider_as_source(Arc::new(table)), None)
                .and_then(LogicalPlanBuilder::build)
                .and_then(|plan| widened(DataFrame::new(self.context.state(), plan), &whole));
        self.swap(rows.map_err(of_planning)?.into_view()).map(Some)
    }

    fn swap(&self, table: Arc<dyn TableProvider>) -> Result<Shared<'_>, QueryError> {
        let name = Table::Cloudtrail.name();
        let swapped = || -> anyhow::Result<Arc<dyn TableProvider>> {
            let schema = schema(&self.context, SCHEMA)?;
            let whole = schema.deregister_table(name)?;
            schema.register_table(name.to_owned(), table)?;
            whole.ok_or_else(|| anyhow::anyhow!("no table `{name}`"))
        };
        let whole =
            swapped().map_err(|error| QueryError::of_running(DataFusionError::External(error.into())))?;
        Ok(Shared { session: self, whole })
    }
}

impl Drop for Shared<'_> {
    fn drop(&mut self) {
        let restored = schema(&self.session.context, SCHEMA)
            .and_then(|schema| Ok(replace(schema.as_ref(), Table::Cloudtrail.name(), self.whole.clone())?));
        if let Err(error) = restored {
            tracing::error!("`cloudtrail` is not what it was: {error:#}");
        }
    }
}

/// The rows without text around them that their views keep alive, and what they take: a filter leaves a few rows of large
/// buffers, and slices of one buffer count what is theirs.
fn compacted(batch: &RecordBatch) -> Result<(RecordBatch, usize), ArrowError> {
    let own = |column: &ArrayRef| -> ArrayRef {
        match column.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => column.clone(),
        }
    };
    let columns: Vec<_> = batch.columns().iter().map(own).collect();
    let sizes = columns.iter().map(|column| match column.as_string_view_opt() {
        Some(texts) => Ok(texts.get_array_memory_size()),
        None => column.to_data().get_slice_memory_size(),
    });
    let size = sizes.sum::<Result<usize, _>>()?;
    Ok((RecordBatch::try_new(batch.schema(), columns)?, size))
}

/// What the scans of `cloudtrail` in an optimized plan want.
fn scans(plan: &LogicalPlan) -> Result<Vec<Wanted>, DataFusionError> {
    let mut scans = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && scan.table_name.table() == Table::Cloudtrail.name()
        {
            let filters: Vec<_> = scan.filters.iter().cloned().map(plain).collect::<Result<_, _>>()?;
            let columns = scan.projected_schema.fields().iter().map(|field| field.name().clone());
            let filtered = filters.iter().flat_map(Expr::column_refs).map(|column| column.name.clone());
            scans.push(Wanted { columns: columns.chain(filtered).collect(), filter: conjunction(filters) });
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(scans)
}

/// The rows and the columns of `cloudtrail` that any of several scans wants.
fn narrowed(rows: DataFrame, wanted: Vec<Wanted>) -> Result<DataFrame, DataFusionError> {
    let columns: BTreeSet<_> = wanted.iter().flat_map(|wanted| wanted.columns.clone()).collect();
    let filters: Option<Vec<_>> = wanted.into_iter().map(|wanted| wanted.filter).collect();
    let rows = match filters.and_then(disjunction) {
        Some(filter) => rows.filter(filter)?,
        None => rows,
    };
    // Something has to say how many rows there are.
    let columns = if columns.is_empty() { BTreeSet::from(["event_id".to_owned()]) } else { columns };
    rows.select(columns.iter().map(|name| Expr::Column(Column::from_name(name))))
}

/// The rows with all columns of `whole`, so that names mean what they meant; those that nobody reads are NULL.
fn widened(rows: DataFrame, whole: &Schema) -> Result<DataFrame, DataFusionError> {
    let is_there = |name: &String| rows.schema().has_column_with_unqualified_name(name);
    let column = |field: &arrow::datatypes::FieldRef| match is_there(field.name()) {
        true => Ok(Expr::Column(Column::from_name(field.name()))),
        false => Ok(lit(ScalarValue::try_from(field.data_type())?).alias(field.name())),
    };
    let columns = whole.fields().iter().map(column).collect::<Result<Vec<_>, DataFusionError>>()?;
    rows.select(columns)
}

/// Rows in parts of about the same size, in batches that are small enough to be shared.
fn dealt_out(batches: Vec<RecordBatch>, parts: usize) -> Vec<Vec<RecordBatch>> {
    let mut dealt: Vec<Vec<RecordBatch>> = vec![Vec::new(); parts.max(1)];
    let pieces = batches.iter().flat_map(|batch| {
        (0..batch.num_rows())
            .step_by(ROWS)
            .map(|start| batch.slice(start, ROWS.min(batch.num_rows() - start)))
    });
    pieces.enumerate().for_each(|(number, piece)| dealt[number % parts.max(1)].push(piece));
    dealt
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use arrow::array::{StringArray, StringViewArray, new_null_array};
    use futures::stream;

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

    async fn count(session: &Session, sql: &str) -> String {
        let batches = session.plan(sql, &BTreeMap::new()).unwrap().collect().await.unwrap();
        arrow::util::display::array_value_to_string(batches[0].column(0), 0).unwrap()
    }

    const STATEMENTS: [(&str, &str); 3] = [
        ("SELECT count(*) FROM cloudtrail WHERE event_name = 'Name1'", "2000"),
        (
            "SELECT count(user_agent) + count(event_name) FROM cloudtrail c WHERE c.event_name IN ('Name2', 'Name3')",
            "4000",
        ),
        (
            "SELECT count(*) FROM (SELECT * FROM cloudtrail WHERE event_name = 'Name4' AND user_agent IS NULL)",
            "2000",
        ),
    ];

    #[tokio::test]
    async fn statements_that_share_a_scan_read_once_and_find_the_same() {
        let (session, reads) = session();
        let plan = |sql: &str| session.plan(sql, &BTreeMap::new()).unwrap();
        let shared = session.share(STATEMENTS.map(|(sql, _)| plan(sql)).into()).await.unwrap();
        assert!(shared.is_some());
        for (sql, wanted) in STATEMENTS {
            assert_eq!(count(&session, sql).await, wanted, "{sql}");
        }
        assert_eq!(
            count(&session, "SELECT count(*) FROM cloudtrail").await,
            "8000",
            "what any of them wants"
        );
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        drop(shared);
        assert_eq!(count(&session, "SELECT count(*) FROM cloudtrail").await, "20000");
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn few_rows_of_a_large_buffer_keep_and_count_only_what_is_theirs() {
        let texts = (0..10_000).map(|number| format!("arn:aws:iam::111122223333:user/{number}"));
        let views: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts.clone()));
        let plain: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
        let batch =
            RecordBatch::try_from_iter([("views", views), ("plain", plain)]).unwrap().slice(5_000, 10);
        let (own, size) = compacted(&batch).unwrap();
        assert_eq!(own, batch);
        assert!(size < 4_000, "{size}");
        let buffers = own.column(0).as_string_view().data_buffers();
        let held: usize = buffers.iter().map(|buffer| buffer.capacity()).sum();
        assert!(held < 1_000, "{held}");
    }

    #[tokio::test]
    async fn nothing_is_shared_of_what_is_too_much_or_of_other_tables() {
        let (session, _) = session();
        let plan = |sql: &str| session.plan(sql, &BTreeMap::new()).unwrap();
        let all = || vec![plan("SELECT * FROM cloudtrail")];
        assert!(session.share_within(all(), 100_000).await.unwrap().is_none());
        assert!(session.share_within(all(), 100_000_000).await.unwrap().is_some());
        assert!(session.share(vec![plan("SELECT 1")]).await.unwrap().is_none());
        assert_eq!(count(&session, "SELECT count(*) FROM cloudtrail").await, "20000");
    }
}
