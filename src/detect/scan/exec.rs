//! `RuleScanExec`: the operator that judges the rows of its input by all rules at once.
//!
//! Each partition gives events that are among the first that some rule matched, each once, and in [`RULES`] the rules
//! that it is one of the first of, by their places in the program. After these, without an event, comes a row a rule that
//! matched anything, with how many it matched in all in [`HITS`]; where events are only counted, there are only those, and
//! whom they are about is told by [`Seen`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use arrow::array::{ArrayRef, AsArray, ListBuilder, RecordBatch, UInt32Builder, UInt64Array, new_null_array};
use arrow::compute::{max, min};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{EmissionType, ReplaceChildrenOptions};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures::{StreamExt, TryStreamExt};

use super::affected::{Counted, Counting};
use super::fed::{Feed, Feeds};
use super::judge::{Cost, Hit, Judge};
use super::kept::{self, Found, Kept};
use super::program::Program;
use super::reading::{Readers, Reading};
use super::row::{Columns, Reads};
use crate::detect::Severity;

/// The places of rules in the program, of each row.
pub(super) const RULES: &str = "$rules";
/// How many rows of the partition the rule matched; NULL of an event.
pub(super) const HITS: &str = "$hits";

/// What is kept of the events that rules match.
#[derive(Debug, Clone)]
pub(super) enum Keep {
    /// So many of each rule; `event_time` and `event_id` are among the columns. All rules together keep no more than
    /// `all`.
    First { max: usize, all: u64 },
    /// None, but how many there are, and whom they are about.
    Count {
        /// Of the rules.
        severities: Arc<[Severity]>,
        /// Only events that this rule matches count.
        beside: Option<u32>,
        /// Whether it is told what each rule takes.
        costs: bool,
    },
}

/// What is known after a scan beside its output: when the first and the last event were, whom those are about that were
/// only counted, and which rules could not be computed.
#[derive(Debug)]
pub(super) struct Seen {
    first: AtomicI64,
    last: AtomicI64,
    failed: Mutex<BTreeMap<u32, String>>,
    costs: Mutex<Vec<Cost>>,
    counted: Mutex<Counted>,
    fed: Mutex<Vec<Feed>>,
    read: Mutex<Vec<Vec<Vec<RecordBatch>>>>,
    starved: Mutex<Option<String>>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            first: AtomicI64::new(i64::MAX),
            last: AtomicI64::new(i64::MIN),
            failed: Mutex::default(),
            costs: Mutex::default(),
            counted: Mutex::default(),
            fed: Mutex::default(),
            read: Mutex::default(),
            starved: Mutex::default(),
        }
    }
}

impl Seen {
    /// The times of the first and the last event in microseconds, if there was any.
    pub(super) fn times(&self) -> Option<(i64, i64)> {
        let (first, last) = (self.first.load(Ordering::Relaxed), self.last.load(Ordering::Relaxed));
        (first <= last).then_some((first, last))
    }

    /// Rules that could not be computed, and why.
    pub(super) fn failed(&self) -> BTreeMap<u32, String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn see(&self, batch: &RecordBatch) {
        let times = batch
            .column_by_name("event_time")
            .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        if let Some((first, last)) = times.and_then(|times| min(times).zip(max(times))) {
            self.first.fetch_min(first, Ordering::Relaxed);
            self.last.fetch_max(last, Ordering::Relaxed);
        }
    }

    /// Whom events are about that were only counted.
    pub(super) fn counted(&self) -> Counted {
        std::mem::take(&mut *self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn count(&self, counted: Counted) {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).add(counted);
    }

    /// What [`Feeds`] have matched.
    pub(super) fn fed(&self) -> Vec<Feed> {
        std::mem::take(&mut *self.fed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What [`Readers`] want, by partition and reader.
    pub(super) fn read(&self) -> Vec<Vec<Vec<RecordBatch>>> {
        std::mem::take(&mut *self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why not all of it was kept, if so.
    pub(super) fn starved(&self) -> Option<String> {
        self.starved.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add_read(&self, read: Vec<Vec<RecordBatch>>) {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(read);
    }

    fn starve(&self, error: &anyhow::Error) {
        *self.starved.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{error:#}"));
    }

    fn feed(&self, feed: Feed) {
        self.fed.lock().unwrap_or_else(PoisonError::into_inner).push(feed);
    }

    /// What each rule took, if that was wanted.
    pub(super) fn costs(&self) -> Vec<Cost> {
        self.costs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn finish(&self, (failed, costs): (BTreeMap<u32, String>, Vec<Cost>)) {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).extend(failed);
        let mut all = self.costs.lock().unwrap_or_else(PoisonError::into_inner);
        let rules = costs.len().max(all.len());
        all.resize(rules, Cost::default());
        all.iter_mut().zip(costs).for_each(|(all, cost)| all.add(cost));
    }
}

/// Judges rows by rules.
#[derive(Debug, Clone)]
pub(super) struct RuleScanExec {
    input: Arc<dyn ExecutionPlan>,
    program: Arc<Program>,
    keep: Keep,
    seen: Arc<Seen>,
    /// Columns of the input that are handed on.
    columns: kept::Columns,
    also: Also,
    properties: Arc<PlanProperties>,
}

/// What is kept beside what rules match.
#[derive(Debug, Clone, Default)]
pub(super) struct Also {
    pub feeds: Option<Feeds>,
    pub readers: Option<Readers>,
    /// In microseconds, when the events are that the rules are asked of, if others are read, too.
    pub within: Option<(i64, i64)>,
}

impl Also {
    /// The entries of the program that are rules; after them come those that feed, then those that read.
    fn rules(&self, entries: usize) -> usize {
        let readers = self.readers.as_ref().map(|readers| readers.from);
        self.feeds.as_ref().map(|feeds| feeds.from).or(readers).map_or(entries, |from| from as usize)
    }
}

impl RuleScanExec {
    /// Over `input`, of which these columns are handed on.
    pub(super) fn new(
        input: Arc<dyn ExecutionPlan>,
        program: Arc<Program>,
        keep: Keep,
        seen: Arc<Seen>,
        columns: kept::Columns,
        also: Also,
    ) -> Result<Self> {
        let rules = Field::new_list(RULES, item(), true);
        let mut fields = vec![Arc::new(rules), Arc::new(Field::new(HITS, DataType::UInt64, true))];
        if let Keep::First { .. } = &keep {
            fields.extend(columns.kept(&input.schema()).fields().iter().cloned());
        }
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::new(Schema::new(fields))),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Final,
            input.boundedness(),
        );
        Ok(Self { input, program, keep, seen, columns, also, properties: Arc::new(properties) })
    }
}

impl DisplayAs for RuleScanExec {
    fn fmt_as(&self, _: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RuleScanExec: rules={}", self.program.entries.len())?;
        match &self.keep {
            Keep::First { max, .. } => write!(out, ", first={max}"),
            Keep::Count { .. } => write!(out, ", count"),
        }
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
        Ok(Arc::new(Self::new(
            input,
            self.program.clone(),
            self.keep.clone(),
            self.seen.clone(),
            self.columns.clone(),
            self.also.clone(),
        )?))
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
        let rules = self.also.rules(self.program.entries.len());
        let kept = match &self.keep {
            Keep::First { max, all } => {
                let (schema, columns) = (self.input.schema(), self.columns.clone());
                Sink::First(Box::new(Kept::new(&schema, columns, rules, (*max, *all), reservation)))
            }
            Keep::Count { severities, beside, .. } => Sink::Count {
                rules: vec![0; rules],
                counting: Box::default(),
                severities: severities.clone(),
                beside: *beside,
            },
        };
        let reservation = |what: &str| {
            let consumer = MemoryConsumer::new(format!("RuleScanExec[{partition}] for {what}"));
            consumer.register(context.memory_pool())
        };
        let feeding = self.also.feeds.clone().map(|feeds| Feeding {
            feed: Some(Feed::new(feeds.fields.len())),
            feeds,
            reservation: reservation("correlations"),
        });
        let reading = self.also.readers.clone().map(|readers| Reading::new(readers, reservation("queries")));
        let costs = matches!(self.keep, Keep::Count { costs: true, .. });
        let mut reads = self.program.reads;
        self.also.feeds.iter().flat_map(|feeds| feeds.fields.iter()).for_each(|place| reads.add(place));
        let judging = Judging {
            judge: Judge::new(self.program.clone(), costs),
            kept,
            feeding,
            reading,
            rules: u32::try_from(rules).unwrap_or(u32::MAX),
            within: self.also.within,
            seen: self.seen.clone(),
            reads,
        };
        let schema = self.schema();
        let found = judging.all(input, schema.clone());
        let stream = futures::stream::once(found)
            .map_ok(|batches| futures::stream::iter(batches).map(Ok))
            .try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

/// A partition that is being judged.
struct Judging {
    judge: Judge,
    kept: Sink,
    feeding: Option<Feeding>,
    reading: Option<Reading>,
    /// So many entries of the program, the first ones, are rules.
    rules: u32,
    within: Option<(i64, i64)>,
    seen: Arc<Seen>,
    reads: Reads,
}

impl Judging {
    async fn all(
        mut self,
        mut input: SendableRecordBatchStream,
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
            self.seen.see(&batch);
            let columns = Columns::new(&batch, self.reads).map_err(external)?;
            self.judge.judge(&batch, &columns, &mut hits).map_err(external)?;
            if let Some(reading) = &mut self.reading {
                reading.take(&batch, &hits).map_err(external)?;
            }
            if let Some(feeding) = &mut self.feeding {
                feeding.take(&batch, &columns, &hits, &self.seen);
            }
            hits.retain(|hit| hit.rule < self.rules);
            if let Some(times) = self.within {
                hits = hits_within(&hits, &batch, times).map_err(external)?;
            }
            self.kept.take(&batch, &hits).map_err(external)?;
        }
        drop(input);
        self.seen.finish(self.judge.finish());
        if let Some(feed) = self.feeding.and_then(|feeding| feeding.feed) {
            self.seen.feed(feed);
        }
        if let Some(reading) = self.reading {
            self.seen.add_read(reading.finish().map_err(external)?);
        }
        self.kept.finish(&schema, &self.seen).map_err(external)
    }
}

/// What feeds correlations.
struct Feeding {
    feeds: Feeds,
    /// Until there is too much.
    feed: Option<Feed>,
    reservation: MemoryReservation,
}

impl Feeding {
    /// Takes its hits; when they get too much, rules go on without correlations.
    fn take(&mut self, batch: &RecordBatch, columns: &Columns, hits: &[Hit], seen: &Seen) {
        let (from, of_feeds) = (self.feeds.from, self.feeds.wanted.len());
        let Some(feed) = &mut self.feed else { return };
        let own = |hit: &&Hit| hit.rule.checked_sub(from).is_some_and(|own| (own as usize) < of_feeds);
        let hits: Vec<_> = hits.iter().filter(own).cloned().collect();
        if let Err(error) = feed.take(batch, columns, &hits, &self.feeds, &mut self.reservation) {
            seen.starve(&error);
            self.feed = None;
            self.reservation.free();
        }
    }
}

/// Hits of events at these times.
fn hits_within(hits: &[Hit], batch: &RecordBatch, (since, until): (i64, i64)) -> anyhow::Result<Vec<Hit>> {
    let times = batch.column_by_name("event_time").context("no `event_time`")?;
    let times = times.as_primitive_opt::<TimestampMicrosecondType>().context("`event_time` is no time")?;
    let within = |row: &u32| (since..until).contains(&times.value(*row as usize));
    Ok(hits.iter().flat_map(|hit| rows_of(hit, within)).collect())
}

/// A hit of those of its rows that are wanted.
fn rows_of(hit: &Hit, wanted: impl Fn(&u32) -> bool) -> Vec<Hit> {
    let rows = hit.rows.clone().filter(wanted);
    rows.map(|row| Hit { rule: hit.rule, rows: row..row + 1 }).collect()
}

/// Where matched events go.
enum Sink {
    First(Box<Kept>),
    Count { rules: Vec<u64>, counting: Box<Counting>, severities: Arc<[Severity]>, beside: Option<u32> },
}

impl Sink {
    fn take(&mut self, batch: &RecordBatch, hits: &[Hit]) -> anyhow::Result<()> {
        match self {
            Self::First(kept) => kept.take(batch, hits),
            Self::Count { rules, counting, severities, beside } => {
                let shared = beside.map(|rule| shared(hits, rule, batch.num_rows()));
                let hits = shared.as_deref().unwrap_or(hits);
                for hit in hits {
                    rules[hit.rule as usize] += u64::from(hit.rows.end - hit.rows.start);
                }
                counting.take(batch, hits, severities)
            }
        }
    }

    fn finish(self, schema: &SchemaRef, seen: &Seen) -> anyhow::Result<Vec<RecordBatch>> {
        match self {
            Self::First(kept) => {
                let Found { counts, events } = kept.finish()?;
                let mut batches = Vec::with_capacity(events.len() + 1);
                for (events, rules) in &events {
                    batches.push(matched(events, rules, schema)?);
                }
                batches.push(counted(&counts, schema)?);
                Ok(batches)
            }
            Self::Count { rules, counting, .. } => {
                seen.count(counting.finish());
                Ok(vec![counted(&rules, schema)?])
            }
        }
    }
}

/// The hits of rows that `rule` matches, too.
fn shared(hits: &[Hit], rule: u32, rows: usize) -> Vec<Hit> {
    let mut matched = vec![false; rows];
    for hit in hits.iter().filter(|hit| hit.rule == rule) {
        matched[hit.rows.start as usize..hit.rows.end as usize].fill(true);
    }
    hits.iter().flat_map(|hit| rows_of(hit, |row| matched[*row as usize])).collect()
}

/// A row for each rule that matched.
fn counted(counts: &[u64], schema: &SchemaRef) -> anyhow::Result<RecordBatch> {
    let counts: Vec<_> = (0_u32..).zip(counts).filter(|(_, count)| **count > 0).collect();
    let mut rules = ListBuilder::new(UInt32Builder::new()).with_field(item());
    for (rule, _) in &counts {
        rules.values().append_value(*rule);
        rules.append(true);
    }
    let hits: UInt64Array = counts.iter().map(|(_, count)| Some(**count)).collect();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(rules.finish()), Arc::new(hits)];
    let of_events = schema.fields().iter().skip(columns.len());
    columns.extend(of_events.map(|field| new_null_array(field.data_type(), counts.len())));
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// Events with the rules that match them, given by row.
fn matched(events: &RecordBatch, rules: &[(u32, u32)], schema: &SchemaRef) -> anyhow::Result<RecordBatch> {
    let mut lists = ListBuilder::new(UInt32Builder::with_capacity(rules.len())).with_field(item());
    let mut rules = rules.iter().peekable();
    for row in 0..u32::try_from(events.num_rows())? {
        while let Some((_, rule)) = rules.next_if(|(of, _)| *of == row) {
            lists.values().append_value(*rule);
        }
        lists.append(true);
    }
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(lists.finish()), new_null_array(&DataType::UInt64, events.num_rows())];
    columns.extend(events.columns().iter().cloned());
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

fn item() -> Field {
    Field::new_list_field(DataType::UInt32, false)
}
