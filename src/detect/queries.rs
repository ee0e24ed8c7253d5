//! Rules that compute findings, over rows that one scan has read for all of them.
//!
//! Each is planned first ([`Queries::prepare`]), which tells what it reads of `cloudtrail`. What lies about in the time
//! of the run is read in the scan of the event rules, what reaches far back in a scan of its own ([`Queries::reads`]);
//! then each is computed, two at a time, over the rows that were read for it, or over the table if they are too many.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, TableReference};
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;

use super::bindings::{self, Bindings};
use super::computed;
use super::finding::Finding;
use super::kind::Kind;
use super::outcome::RuleOutcome;
use super::rule::Rule;
use super::run::{self, Options, between, column, within};
use super::scan::{ReadRows, Reads};
use super::stories;
use super::window::{Frame, Span};
use crate::query::{self, QueryError, Ready, Rows, Scan, Session};
use crate::timespan::Timespan;

/// Queries that are computed at the same time; a large one uses every core by itself.
const QUERIES_AT_ONCE: usize = 2;

/// Queries for which one scan reads; a single one reads only what it has to.
const SHARED_FROM: usize = 2;

/// What a run may read more than its own time for queries, as a part of it, and at least: a scan of event rules reads
/// most columns of all events.
const NEAR_PART: i32 = 4;
const NEAR_MIN: SignedDuration = SignedDuration::from_hours(1);

/// The query rules of a run.
#[derive(Debug, Default)]
pub(super) struct Queries<'a> {
    ready: Vec<Query<'a>>,
    /// How those go that don't run.
    outcomes: Vec<RuleOutcome>,
}

/// One that is ready to run.
#[derive(Debug)]
struct Query<'a> {
    rule: &'a Rule,
    outcome: RuleOutcome,
    ready: Ready,
    scans: Vec<Scan>,
    /// When what it reads is, as far as there are events.
    read: Span,
    planning: Duration,
}

/// Whether what a query reads is about in the time of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Near,
    Far,
}

impl<'a> Queries<'a> {
    /// Plans the rules, for a run over `span`; what is wrong with one is its outcome.
    pub(super) async fn prepare(
        session: &Session,
        rules: &[&'a Arc<Rule>],
        span: Option<Span>,
        options: &Options,
    ) -> Self {
        let mut queries = Self::default();
        let planned: Vec<_> = rules.iter().map(|rule| query(session, rule, span, options)).collect();
        let mut planned = stream::iter(planned).buffered(QUERIES_AT_ONCE);
        while let Some(planned) = planned.next().await {
            match planned {
                Ok(query) => queries.ready.push(query),
                Err(outcome) => queries.outcomes.push(outcome),
            }
        }
        queries
    }

    /// What queries of this reach read, each scan once.
    pub(super) fn reads(&self, span: Option<Span>, reach: Reach) -> Option<Reads> {
        let span = span?;
        if self.ready.len() < SHARED_FROM {
            return None;
        }
        let (mut scans, mut read, mut seen) = (Vec::new(), None, HashSet::new());
        for query in self.ready.iter().filter(|query| reach_of(query.read, span) == reach) {
            for scan in &query.scans {
                if seen.insert(scan) {
                    scans.push(scan.clone());
                    read = Some(read.map_or(query.read, |read: Span| read.and(query.read)));
                }
            }
        }
        read.map(|span| Reads { scans, span })
    }

    /// Computes all of them, over `rows` where they have what a scan wants.
    pub(super) async fn run(
        self,
        session: &Session,
        options: &Options,
        rows: HashMap<Scan, Rows>,
    ) -> Vec<(RuleOutcome, Vec<Finding>)> {
        let rows = Arc::new(rows);
        let computed: Vec<_> =
            self.ready.into_iter().map(|query| query.run(session, options, rows.clone())).collect();
        let mut all: Vec<_> = stream::iter(computed).buffered(QUERIES_AT_ONCE).collect().await;
        all.extend(self.outcomes.into_iter().map(|outcome| (outcome, Vec::new())));
        all
    }
}

impl Query<'_> {
    async fn run(
        self,
        session: &Session,
        options: &Options,
        rows: Arc<HashMap<Scan, Rows>>,
    ) -> (RuleOutcome, Vec<Finding>) {
        let start = Instant::now();
        let found = computed(session, self.rule, self.ready, rows, options).await;
        let mut outcome = self.outcome;
        outcome.elapsed = self.planning + start.elapsed();
        settled(outcome, found)
    }
}

/// Adds the rows that were read, by scan.
///
/// # Errors
/// None that is known.
pub(super) fn add_rows(
    rows: &mut HashMap<Scan, Rows>,
    reads: Option<Reads>,
    read: Vec<Option<ReadRows>>,
) -> Result<()> {
    for (scan, read) in reads.into_iter().flat_map(|reads| reads.scans).zip(read) {
        if let Some(ReadRows { schema, parts }) = read {
            rows.insert(scan, Rows::new(schema, parts)?);
        }
    }
    Ok(())
}

fn reach_of(read: Span, span: Span) -> Reach {
    let more = NEAR_MIN.max(span.until.duration_since(span.since) / NEAR_PART);
    let before = span.since.duration_since(read.since);
    let after = read.until.duration_since(span.until);
    if before + after <= more { Reach::Near } else { Reach::Far }
}

/// Plans one rule.
async fn query<'a>(
    session: &Session,
    rule: &'a Rule,
    span: Option<Span>,
    options: &Options,
) -> Result<Query<'a>, RuleOutcome> {
    let start = Instant::now();
    let mut outcome = run::outcome(rule);
    let bindings = match run::prepare(rule, options) {
        Ok(bindings) => bindings,
        Err(state) => {
            outcome.state = state;
            return Err(outcome);
        }
    };
    let Some(span) = span else { return Err(outcome) };
    let frame = Frame::new(span, rule.window, rule.lookback);
    match ready(session, rule, bindings, frame).await {
        Ok(ready) => {
            let (scans, read) = (ready.scans(), there(frame.read, span, options.span));
            Ok(Query { rule, outcome, ready, scans, read, planning: start.elapsed() })
        }
        Err(error) => {
            run::fail(&mut outcome, &error);
            outcome.elapsed = start.elapsed();
            Err(outcome)
        }
    }
}

/// What of `read` there may be events of: where no end was asked for, the run is about all there are.
fn there(read: Span, span: Span, asked: Timespan) -> Span {
    Span {
        since: if asked.since.is_some() { read.since } else { read.since.max(span.since) },
        until: if asked.until.is_some() { read.until } else { read.until.min(span.until) },
    }
}

/// What the rule asks of the events of a run.
async fn ready(session: &Session, rule: &Rule, mut bindings: Bindings, frame: Frame) -> Result<Ready> {
    bindings::bind_times(&mut bindings, frame, rule.window);
    bindings::only_used(&mut bindings, rule.parameters());
    let planned = session.prepare(rule.sql(), &bindings).await?;
    let (state, plan) = planned.into_parts();
    let plan = read_only_within(plan, rule, frame.read)?;
    let rows = DataFrame::new(state, plan).filter(within("time", frame.keep))?;
    Ok(session.ready(rows).await?)
}

/// The rule's findings, each once, and how many more there are than are kept.
async fn computed(
    session: &Session,
    rule: &Rule,
    ready: Ready,
    rows: Arc<HashMap<Scan, Rows>>,
    options: &Options,
) -> Result<(Vec<Finding>, u64)> {
    let ready = session.over(ready, rows).await?;
    let (stamp, max) = (options.stamp(), options.findings_max);
    let (batches, total) = bounded(session, ready, &["time", "window_start"], max).await?;
    let mut findings = Vec::new();
    for batch in &batches {
        findings.extend(computed::findings(batch, rule, &stamp)?);
    }
    Ok(each_once(findings, total, max))
}

/// The first `max` rows in the order of `keys`, and how many there are in all.
async fn bounded(
    session: &Session,
    ready: Ready,
    keys: &[&str],
    max: usize,
) -> Result<(Vec<RecordBatch>, u64)> {
    if ready.is_empty() {
        return Ok((Vec::new(), 0));
    }
    let order = keys.iter().map(|name| column(name).sort(true, false)).collect();
    let batches = collect(session, ready.first(order, max + 1)?).await?;
    let total: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if total <= max {
        return Ok((batches, total as u64));
    }
    let counted = collect(session, ready.counted()?).await?;
    let total =
        counted.first().and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>()?.iter().next()?);
    Ok((batches, u64::try_from(total.unwrap_or(0))?))
}

pub(super) async fn collect(session: &Session, ready: Ready) -> Result<Vec<RecordBatch>> {
    let stream = session.run_ready(ready).await?;
    Ok(stream.map_err(QueryError::of_running).try_collect().await?)
}

/// What a rule has found, or why it could not, as its outcome.
fn settled(mut outcome: RuleOutcome, found: Result<(Vec<Finding>, u64)>) -> (RuleOutcome, Vec<Finding>) {
    match found {
        Ok((findings, dropped)) => {
            outcome.findings = findings.len() as u64;
            outcome.dropped = dropped;
            (outcome, findings)
        }
        Err(error) => {
            run::fail(&mut outcome, &error);
            (outcome, Vec::new())
        }
    }
}

/// The first `max` findings in order of time, each id once, and how many of `total` are missing. Two rows
/// with one id are two copies of an event that differ (both lie in the lake then), or a rule that groups by
/// less than its entity: the first one stands for it.
fn each_once(mut findings: Vec<Finding>, total: u64, max: usize) -> (Vec<Finding>, u64) {
    findings.sort_by(|a, b| {
        (a.time, &a.finding_id, a.count, &a.message).cmp(&(b.time, &b.finding_id, b.count, &b.message))
    });
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert(finding.finding_id.clone()));
    findings.truncate(max);
    let dropped = if total > max as u64 { total - findings.len() as u64 } else { 0 };
    (findings, dropped)
}

/// Puts a filter on each scan of `cloudtrail` and `baseline`, or of a story's `findings`, below everything the rule does, so
/// that rows outside don't exist for it, whatever its own conditions on time say.
fn read_only_within(plan: LogicalPlan, rule: &Rule, span: Span) -> Result<LogicalPlan> {
    let bounded = plan.transform_up_with_subqueries(|node| {
        let LogicalPlan::TableScan(scan) = &node else { return Ok(Transformed::no(node)) };
        let table: TableReference = scan.table_name.clone();
        let column = |name| Expr::Column(Column::new(Some(table.clone()), name));
        let filter = match (table.table(), rule.kind) {
            ("cloudtrail", _) => between(column("event_time"), span),
            ("baseline", _) => on_days(column("day"), span),
            (stories::TABLE, Kind::Story) => stories::readable(rule, table, span),
            _ => return Ok(Transformed::no(node)),
        };
        Ok(Transformed::yes(LogicalPlanBuilder::from(node).filter(filter)?.build()?))
    })?;
    Ok(bounded.data)
}

/// Whether a day lies in a range of time, wholly or in part.
fn on_days(day: Expr, span: Span) -> Expr {
    let last = span.until.checked_sub(SignedDuration::from_micros(1)).unwrap_or(span.until);
    day.clone().gt_eq(lit(query::day(span.since))).and(day.lt_eq(lit(query::day(last))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_back_a_quarter_of_the_run_or_an_hour_is_near() {
        let span = |since: &str, until: &str| Span {
            since: format!("2026-01-{since}Z").parse().unwrap(),
            until: format!("2026-01-{until}Z").parse().unwrap(),
        };
        let day = span("15T00:00:00", "16T00:00:00");
        for (read, wanted) in [
            (day, Reach::Near),
            (span("14T18:00:00", "16T00:00:00"), Reach::Near),
            (span("14T17:59:00", "16T00:00:00"), Reach::Far),
            (span("14T23:00:00", "16T06:00:00"), Reach::Far),
            (span("01T00:00:00", "16T00:00:00"), Reach::Far),
        ] {
            assert_eq!(reach_of(read, day), wanted, "{read:?}");
        }
        let minute = span("15T00:00:00", "15T00:01:00");
        assert_eq!(reach_of(span("14T23:00:00", "15T00:01:00"), minute), Reach::Near);
    }
}
