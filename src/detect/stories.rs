//! Stories: rules over what other rules find.
//!
//! A key that is made, a key that is used elsewhere, a bucket that is read: each is a signal among many, all three by one
//! hand within a day are an attack. A story is SQL over `findings`, which here holds what the rules that the story names
//! find in the events from its lookback on, and nothing that was saved: so a story is a function of the events, and the law
//! of time holds for it. The rules run for all stories at once, then each story is computed as a query is.
//!
//! A row says which findings it is made of (`steps`); what a reader wants to know of them is added here.
//!
//! Limits: of a rule no more findings are told than any rule keeps, and the report says so; what the operator suppresses is no
//! step; a rule that lacks configuration has found nothing; one that failed makes its stories fail.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};
use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::{Column, TableReference};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::{Expr, lit};
use serde_json::{Value, json};

use super::computed::STEPS;
use super::events::PARAMETERS;
use super::finding::EVENT_IDS_MAX;
use super::kind::Kind;
use super::outcome::{Report, RuleOutcome, State};
use super::queries::Queries;
use super::rule::Rule;
use super::rule_set::RuleSet;
use super::run::{self, ForStories, Options, between};
use super::window::{Frame, Span};
use super::{Finding, batch, suppress};
use crate::lake::findings_schema;
use crate::query::Session;
use crate::timespan::Timespan;

/// The table that a story reads.
pub(super) const TABLE: &str = "findings";

/// A detail of the findings of events that most stories link their steps by, as a column.
const ACCESS_KEY: &str = "access_key_id";

/// Steps that a finding tells one by one; more are a list that nobody reads.
const STEPS_TOLD_MAX: usize = 50;

/// What stories found, and what the operator should know beside it.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub found: Vec<(RuleOutcome, Vec<Finding>)>,
    pub warnings: Vec<String>,
}

/// The columns of `findings` as a story sees it: those of the lake's table, and what an event's rule can add.
pub(super) fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let more = [ACCESS_KEY].into_iter().chain(PARAMETERS);
        let more = more.map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
        let fields = findings_schema().fields().iter().cloned().chain(more).collect::<Fields>();
        Arc::new(Schema::new(fields))
    });
    SCHEMA.clone()
}

/// Runs the stories of `rules` over `span`, of which `report` tells what the other rules found.
///
/// # Errors
/// When `cloudtrail` can't be read; what is wrong with one story is its outcome.
pub(super) async fn run(
    session: &Session,
    rules: &RuleSet,
    report: &Report,
    span: Span,
    options: &Options,
) -> Result<Told> {
    let start = Instant::now();
    let stories: Vec<_> = rules.iter().filter(|rule| rule.kind == Kind::Story).collect();
    let Some(read) = stories.iter().map(|story| frame(story, span).read).reduce(Span::and) else {
        return Ok(Told::default());
    };
    let parts = found_by_parts(session, rules, report, (span, read), options)
        .await
        .context("reading what stories are about")?;
    let mut told = Told { warnings: warnings(&parts), ..Told::default() };
    let there: HashSet<_> =
        parts.iter().flat_map(|part| part.findings.heads()).map(|head| head.rule_id).collect();
    let mut asked = Vec::new();
    for story in stories {
        let mut outcome = run::outcome(story);
        match (run::prepare(story, options), failed(story, &parts)) {
            (Err(state), _) => outcome.state = state,
            (Ok(_), Some(reason)) => run::fail(&mut outcome, &anyhow!(reason)),
            // What is made of findings is not there without any.
            (Ok(_), None) if !story.rules.iter().any(|part| there.contains(part.as_str())) => {}
            (Ok(_), None) => {
                asked.push(story);
                continue;
            }
        }
        told.found.push((outcome, Vec::new()));
    }
    if !asked.is_empty() {
        told.found.extend(computed(session, &asked, &parts, span, options).await?);
    }
    told.found.iter_mut().for_each(|(outcome, _)| outcome.elapsed = start.elapsed());
    Ok(told)
}

/// Computes stories over what their rules found.
async fn computed(
    session: &Session,
    stories: &[&Arc<Rule>],
    parts: &[Report],
    span: Span,
    options: &Options,
) -> Result<Vec<(RuleOutcome, Vec<Finding>)>> {
    let (rows, places) = rows(parts)?;
    let pool = session.context().runtime_env().memory_pool.clone();
    let reservation = MemoryConsumer::new("findings for stories").register(&pool);
    reservation.try_grow(rows.iter().map(RecordBatch::get_array_memory_size).sum()).context(
        "what the rules of stories found does not fit the memory; choose a shorter time (--since)",
    )?;
    let tables = session.beside(TABLE, schema(), rows)?;
    let queries = Queries::prepare(&tables, stories, Some(span), options).await;
    let mut told = queries.run(&tables, options, HashMap::new()).await;
    for (outcome, found) in &mut told {
        let whole: Result<Vec<_>> =
            found.drain(..).map(|finding| with_steps(finding, parts, &places)).collect();
        match whole {
            Ok(whole) => *found = whole,
            Err(error) => {
                outcome.findings = 0;
                run::fail(outcome, &error);
            }
        }
    }
    Ok(told)
}

fn frame(story: &Rule, span: Span) -> Frame {
    Frame::new(span, story.window, story.lookback)
}

/// What a run over everything keeps for its stories, which then need no run of their own.
pub(super) fn of_whole_run(rules: &RuleSet, options: &Options) -> ForStories {
    let told = match is_over_all(options) {
        true => rules.parts_of(rules.iter()).iter().map(|part| part.id.clone()).collect(),
        false => BTreeSet::new(),
    };
    ForStories { span: None, told }
}

/// Whether a run is over all there is, so that there is nothing before it that a story could look back to.
fn is_over_all(options: &Options) -> bool {
    options.span == Timespan::default()
}

/// What the rules find that the stories of `rules` are about, in the time that any of them reads: those that the run has
/// run over everything, and the others.
async fn found_by_parts(
    session: &Session,
    rules: &RuleSet,
    report: &Report,
    (span, read): (Span, Span),
    options: &Options,
) -> Result<[Report; 2]> {
    let only_counts = options.count_only || options.explain;
    let is_known = |rule: &RuleOutcome| rule.state == State::Ran && rule.dropped == 0;
    let (known, others): (Vec<_>, Vec<_>) = rules.parts_of(rules.iter()).into_iter().partition(|part| {
        let mut outcomes = report.rules.iter().filter(|outcome| outcome.rule_id == part.id);
        is_over_all(options) && !(only_counts && part.kind == Kind::Event) && outcomes.any(is_known)
    });
    // Where no end was asked for, the run is about all there are.
    let over = Span {
        since: if options.span.since.is_some() { read.since } else { span.since },
        until: if options.span.until.is_some() { read.until } else { span.until },
    };
    let asked = Timespan {
        since: options.span.since.map(|_| over.since),
        until: options.span.until.map(|_| over.until),
    };
    let options = Options { span: asked, count_only: false, explain: false, ..options.clone() };
    let told = others.iter().map(|part| part.id.clone()).collect();
    let wanted = ForStories { span: Some(over), told };
    let mut found = run::found(session, &others.iter().collect::<Vec<_>>(), &options, wanted).await?;
    let is_of_known = |id: &str| known.iter().any(|part| part.id == id);
    let mut of_run = Report {
        findings: report.findings.of_rules(is_of_known),
        rules: report.rules.iter().filter(|outcome| is_of_known(&outcome.rule_id)).cloned().collect(),
        ..Report::of_stored(Vec::new(), options.source.clone(), options.found_at)
    };
    for report in [&mut of_run, &mut found] {
        suppress::apply(session, &options.suppress, report).await;
    }
    Ok([of_run, found])
}

/// What the operator should know of the rules that stories are about.
fn warnings(parts: &[Report]) -> Vec<String> {
    let cut = parts.iter().flat_map(|part| &part.rules).filter(|part| part.dropped > 0);
    cut.map(|part| {
        let RuleOutcome { rule_id, findings, dropped, .. } = part;
        format!("stories see the first {findings} findings of `{rule_id}`, and not {dropped} more")
    })
    .collect()
}

/// Why a story can't be told, if one of its rules failed.
fn failed(story: &Rule, parts: &[Report]) -> Option<String> {
    let rules = parts.iter().flat_map(|part| &part.rules);
    rules.filter(|part| story.rules.contains(&part.rule_id)).find_map(|part| match &part.state {
        State::Failed(reason) => Some(format!("its rule `{}` failed: {reason}", part.rule_id)),
        State::Ran | State::NotConfigured(_) => None,
    })
}

/// Where the finding of an id is: in which report, and there.
type Places = BTreeMap<String, (usize, usize)>;

/// Findings as rows of [`schema`], and the place of each by its id.
fn rows(parts: &[Report]) -> Result<(Vec<RecordBatch>, Places)> {
    let (mut rows, mut ids) = (Vec::new(), BTreeMap::new());
    for (number, findings) in parts.iter().map(|part| &part.findings).enumerate() {
        let places: Vec<_> = (0..findings.len()).collect();
        for places in places.chunks(batch::ROWS) {
            let made: Vec<_> = places.iter().map(|place| findings.get(*place).into_owned()).collect();
            let common = batch::to_batch(&made)?;
            let key: StringArray = made.iter().map(|finding| finding.text(ACCESS_KEY)).collect();
            let parameter = |number: usize| -> ArrayRef {
                let texts = places.iter().map(|place| findings.parameters(*place)[number]);
                Arc::new(texts.collect::<StringArray>())
            };
            let more: [ArrayRef; 3] = [Arc::new(key), parameter(0), parameter(1)];
            let columns = common.columns().iter().cloned().chain(more).collect();
            rows.push(RecordBatch::try_new(schema(), columns)?);
            let places = places.iter().map(|place| (number, *place));
            ids.extend(made.into_iter().map(|finding| finding.finding_id).zip(places));
        }
    }
    Ok((rows, ids))
}

/// Which rows of `findings` exist for a story in a run: those of its own rules, in its time.
pub(super) fn readable(story: &Rule, table: TableReference, read: Span) -> Expr {
    let column = |name: &str| Expr::Column(Column::new(Some(table.clone()), name));
    let rules = story.rules.iter().map(|id| lit(id.as_str())).collect();
    between(column("time"), read).and(column("rule_id").in_list(rules, false))
}

/// A story's finding with what its steps say: when the last was, of which events, who found them.
fn with_steps(mut finding: Finding, parts: &[Report], places: &Places) -> Result<Finding> {
    let Some(Value::Array(ids)) = finding.details.remove(STEPS) else {
        bail!("`{STEPS}` is no list of ids of findings");
    };
    let mut steps = Vec::with_capacity(ids.len());
    for id in ids.iter().filter_map(Value::as_str) {
        let place = places.get(id);
        let (part, place) =
            place.with_context(|| format!("`{STEPS}` holds `{id}`, which is the id of no finding"))?;
        steps.push(parts[*part].findings.get(*place));
    }
    ensure!(!steps.is_empty(), "`{STEPS}` holds no id of a finding");
    steps.sort_by(|a, b| (a.time, &a.rule_id, &a.finding_id).cmp(&(b.time, &b.rule_id, &b.finding_id)));
    steps.dedup_by(|a, b| a.finding_id == b.finding_id);
    finding.last_time = steps.iter().map(|step| step.last_time).fold(finding.time, Ord::max);
    finding.count = steps.iter().map(|step| step.count).sum();
    // Of a burst of hundreds a few stand for all, so that each step has its place.
    let of_each = (EVENT_IDS_MAX / steps.len().max(1)).max(1);
    let mut seen = HashSet::new();
    let events = steps.iter().flat_map(|step| step.event_ids.iter().take(of_each));
    finding.event_ids = events.filter(|id| seen.insert(*id)).take(EVENT_IDS_MAX).cloned().collect();
    let mut names: Vec<_> = steps.iter().flat_map(|step| step.event_names.iter().cloned()).collect();
    names.sort();
    names.dedup();
    names.truncate(EVENT_IDS_MAX);
    finding.event_names = names;
    let told = steps.iter().take(STEPS_TOLD_MAX).map(|step| {
        json!({
            "time": step.time.to_string(), "rule_id": step.rule_id, "message": step.message,
            "principal": step.principal, "source_ip": step.source_ip, "finding_id": step.finding_id,
        })
    });
    finding.details.insert(STEPS.to_owned(), told.collect());
    Ok(finding)
}

#[cfg(test)]
mod tests;
