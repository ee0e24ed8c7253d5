//! `RuleScanExec`: the operator that judges the rows of its input by all rules at once.
//!
//! Each partition gives, of each rule that matched anything, the first events in order of time and id, and in the column
//! `hits` of the first of these rows how many it matched in all. `rule` is the rule's place in the program.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array, UInt64Array, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{EmissionType, ReplaceChildrenOptions};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures::{StreamExt, TryStreamExt};

use super::judge::Judge;
use super::kept::Kept;
use super::program::Program;

/// The place of the rule in the program, of each row.
pub(super) const RULE: &str = "$rule";
/// How many rows of the partition the rule matched; in the first row of each rule, else NULL.
pub(super) const HITS: &str = "$hits";

/// Judges rows by rules.
#[derive(Debug, Clone)]
pub(super) struct RuleScanExec {
    input: Arc<dyn ExecutionPlan>,
    program: Arc<Program>,
    /// Events of each rule that are kept.
    max: usize,
    /// Columns of the input that are handed on.
    columns: Vec<usize>,
    kept: SchemaRef,
    properties: Arc<PlanProperties>,
}

impl RuleScanExec {
    /// Over `input`, of which the columns named are handed on; `event_time` and `event_id` must be among them.
    pub(super) fn new(
        input: Arc<dyn ExecutionPlan>,
        program: Arc<Program>,
        max: usize,
        columns: &[&str],
    ) -> Result<Self> {
        let schema = input.schema();
        let columns =
            columns.iter().map(|name| schema.index_of(name)).collect::<std::result::Result<Vec<_>, _>>()?;
        Self::with_columns(input, program, max, columns)
    }

    fn with_columns(
        input: Arc<dyn ExecutionPlan>,
        program: Arc<Program>,
        max: usize,
        columns: Vec<usize>,
    ) -> Result<Self> {
        let kept = Arc::new(input.schema().project(&columns)?);
        let mut fields = vec![
            Arc::new(Field::new(RULE, DataType::UInt32, false)),
            Arc::new(Field::new(HITS, DataType::UInt64, true)),
        ];
        // A rule of which nothing is kept has one row, without an event.
        fields.extend(kept.fields().iter().map(|field| Arc::new(field.as_ref().clone().with_nullable(true))));
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(Schema::new(fields))),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Final,
            input.boundedness(),
        );
        Ok(Self { input, program, max, columns, kept, properties: Arc::new(properties) })
    }
}

impl DisplayAs for RuleScanExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RuleScanExec: rules={}, first={}", self.program.entries.len(), self.max)
    }
}

impl ExecutionPlan for RuleScanExec {
    fn name(&self) -> &'static str {
        "RuleScanExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children
            .pop()
            .ok_or_else(|| DataFusionError::Internal("a rule scan has one input".to_owned()))?;
        Ok(Arc::new(Self::with_columns(input, self.program.clone(), self.max, self.columns.clone())?))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mode = datafusion::physical_plan::execution_plan::ChildrenPropertiesMode::Recompute;
        self.replace_children(children, ReplaceChildrenOptions::new(mode))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context.clone())?;
        let reservation =
            MemoryConsumer::new(format!("RuleScanExec[{partition}]")).register(context.memory_pool());
        let kept = Kept::new(self.kept.clone(), self.program.entries.len(), self.max, reservation);
        let judge = Judge::new(self.program.clone());
        let schema = self.schema();
        let found = judged(input, judge, kept, self.columns.clone(), schema.clone());
        let stream = futures::stream::once(found)
            .map_ok(|batches| futures::stream::iter(batches).map(Ok))
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

/// Judges all rows of a partition.
async fn judged(
    mut input: SendableRecordBatchStream,
    mut judge: Judge,
    mut kept: Kept,
    columns: Vec<usize>,
    schema: SchemaRef,
) -> Result<Vec<RecordBatch>> {
    let external = |error: anyhow::Error| match error.downcast::<DataFusionError>() {
        Ok(error) => error,
        Err(error) => DataFusionError::External(error.into()),
    };
    let mut hits = Vec::new();
    while let Some(batch) = input.next().await {
        let batch = batch?;
        hits.clear();
        judge.judge(&batch, &mut hits).map_err(external)?;
        kept.take(&batch.project(&columns)?, &hits).map_err(external)?;
    }
    drop(input);
    let found = kept.finish().map_err(external)?;
    found.into_iter().map(|(rule, count, events)| numbered(rule, count, &events, &schema)).collect()
}

/// The events of a rule with its place and its count beside them; one row without an event if there is none.
fn numbered(rule: usize, count: u64, events: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let rows = events.num_rows().max(1);
    let rule = u32::try_from(rule).map_err(|error| DataFusionError::External(error.into()))?;
    let hits = std::iter::once(Some(count)).chain(std::iter::repeat_n(None, rows - 1));
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(UInt32Array::from_value(rule, rows)), Arc::new(hits.collect::<UInt64Array>())];
    match events.num_rows() {
        0 => columns.extend(events.columns().iter().map(|column| new_null_array(column.data_type(), 1))),
        _ => columns.extend(events.columns().iter().cloned()),
    }
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}
