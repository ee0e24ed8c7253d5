//! `baseline`: what principals usually do, by day, whatever of it the lake has counted.
//!
//! A lake's table of this name holds what was counted up to some batch. What came in since is counted when a statement
//! asks, once a session; and of raw logs everything is. So the answer is always that of all events, and a lake that is
//! never counted is only slower. Rows of one key add up, which the view before this table does.
//!
//! Limits: what is counted for a session stays in memory, some 150 bytes a row.

use std::fmt;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use datafusion::physical_plan::union::UnionExec;
use futures::{StreamExt, stream};
use tokio::sync::OnceCell;

use super::raw::RawBatches;
use super::table::LakeTable;
use super::views::View;
use crate::lake::{self, BaselineCounter, Lake, Table, with_views};

/// The view that sums rows.
pub(super) fn view() -> View {
    let sql = "SELECT \"day\", account_id, principal, attribute, \"value\", \
         CAST(sum(\"count\") AS BIGINT) AS \"count\", min(first_time) AS first_time, max(last_time) AS last_time, \
         first_value(first_event_id ORDER BY first_time, first_event_id) AS first_event_id \
         FROM internal.baseline GROUP BY \"day\", account_id, principal, attribute, \"value\"";
    (Table::Baseline.name(), sql.to_owned())
}

/// The rows, those of one key not yet summed.
pub(super) struct BaselineTable {
    schema: SchemaRef,
    /// What the lake has counted.
    kept: Option<LakeTable>,
    events: Events,
    /// What this session has counted.
    live: Arc<OnceCell<Vec<RecordBatch>>>,
}

/// Where events are that are not counted.
#[derive(Clone)]
enum Events {
    /// In a lake, as this table sees it.
    Lake(Lake, Arc<LakeTable>),
    Raw(RawBatches),
}

impl fmt::Debug for BaselineTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("BaselineTable").finish_non_exhaustive()
    }
}

impl BaselineTable {
    /// Of a lake whose events are those of `events`.
    pub(super) fn of_lake(lake: &Lake, events: Arc<LakeTable>) -> Self {
        let kept = LakeTable::new(lake.clone(), Table::Baseline);
        Self::new(Some(kept), Events::Lake(lake.clone(), events))
    }

    /// Of raw logs.
    pub(super) fn of_raw(batches: RawBatches) -> Self {
        Self::new(None, Events::Raw(batches))
    }

    fn new(kept: Option<LakeTable>, events: Events) -> Self {
        let schema = Arc::new(with_views(&lake::table_schema(Table::Baseline)));
        Self { schema, kept, events, live: Arc::default() }
    }

    /// The table of the lake, if it can be used, and the batch after which events are not in it; `None`: all are.
    async fn standing(&self) -> Result<(Option<&LakeTable>, Option<i64>)> {
        let (Some(kept), Events::Lake(lake, events)) = (&self.kept, &self.events) else {
            return Ok((None, Some(0)));
        };
        let (counted, there) = (kept.snapshot().await?.batch, events.snapshot().await?.batch);
        if counted == there {
            return Ok((Some(kept), None));
        }
        if counted < there {
            return Ok((Some(kept), Some(counted)));
        }
        // Counted after this session began, or a lake that was put back to an older state.
        match counted <= lake.snapshot(Table::Cloudtrail).await?.batch {
            true => Ok((Some(kept), None)),
            false => Ok((None, Some(0))),
        }
    }

    fn live(&self, after: i64) -> DataFusionResult<StreamingTable> {
        let (schema, events) = (self.schema.clone(), self.events.clone());
        let live = Live { schema: schema.clone(), events, after, counted: self.live.clone() };
        StreamingTable::try_new(schema, vec![Arc::new(live)])
    }
}

#[async_trait]
impl TableProvider for BaselineTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> DataFusionResult<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> DataFusionResult<Arc<dyn ExecutionPlan>> {
        let of_lake = |error: anyhow::Error| DataFusionError::External(error.into());
        let (kept, after) = self.standing().await.map_err(of_lake)?;
        let mut parts = Vec::new();
        if let Some(kept) = kept {
            parts.push(kept.scan(state, projection, filters, None).await?);
        }
        if let Some(after) = after {
            parts.push(self.live(after)?.scan(state, projection, filters, None).await?);
        }
        match parts.len() {
            1 => Ok(parts.remove(0)),
            _ => UnionExec::try_new(parts),
        }
    }
}

/// Counts when it is asked for the first time.
struct Live {
    schema: SchemaRef,
    events: Events,
    after: i64,
    counted: Arc<OnceCell<Vec<RecordBatch>>>,
}

impl fmt::Debug for Live {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Live").field("after", &self.after).finish_non_exhaustive()
    }
}

impl PartitionStream for Live {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (schema, events) = (self.schema.clone(), self.events.clone());
        let (after, counted) = (self.after, self.counted.clone());
        let rows = async move {
            let count = || async {
                let counted = match &events {
                    Events::Lake(lake, events) => {
                        let snapshot = events.snapshot().await?;
                        lake.counted_after(&snapshot, after).await?
                    }
                    Events::Raw(batches) => counted_of(batches()).await?,
                };
                counted.iter().map(|rows| as_seen(rows, &schema)).collect::<Result<Vec<_>>>()
            };
            counted.get_or_try_init(count).await.cloned()
        };
        let batches = stream::once(rows).flat_map(|rows| match rows {
            Ok(rows) => stream::iter(rows.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(DataFusionError::External(error.into()))]),
        });
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches))
    }
}

/// Counts raw logs. A counter that is full is handed on, and the next one begins.
async fn counted_of(mut rows: stream::BoxStream<'static, Result<RecordBatch>>) -> Result<Vec<RecordBatch>> {
    let (mut counter, mut counted) = (BaselineCounter::default(), Vec::new());
    while let Some(batch) = rows.next().await {
        counter.count(&batch?, None)?;
        if counter.is_full() {
            counted.extend(std::mem::take(&mut counter).into_months()?.into_values());
        }
    }
    counted.extend(counter.into_months()?.into_values());
    Ok(counted)
}

/// Counted rows as SQL sees them: with views, and with the partition column, which is the last.
fn as_seen(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        columns.push(match rows.column_by_name(field.name()) {
            Some(column) => arrow::compute::cast(column, field.data_type())?,
            None => arrow::array::new_null_array(field.data_type(), rows.num_rows()),
        });
    }
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
