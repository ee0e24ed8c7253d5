//! Running rules over a range of time.
//!
//! A rule that can't run is listed with what it lacks; one that fails is listed with the reason; neither
//! stops the others. Each rule's findings are bounded, and what is beyond the bound is counted.
//!
//! Rules that filter events share one scan (`scan`), which also reads for those that are queries (`queries`). Which times
//! a rule sees and which findings are its own: `window`. Stories are told after that, of what their rules find (`stories`).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;
use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::{Expr, lit};
use jiff::Timestamp;

use super::bindings::{self, BOUND_TO_ALL, Bindings, Unbound};
use super::correlate::Correlations;
use super::finding::Stamp;
use super::findings::Findings;
use super::kind::Kind;
use super::outcome::{Report, RuleOutcome, Run, State};
use super::queries::{self, Queries, Reach};
use super::rule::{Body, Rule};
use super::rule_set::RuleSet;
use super::scan::{ALL_FINDINGS_MAX, Counted, Explained, Fed, Feeds, ReadRows, Reads, Wanted};
use super::vocabulary::Need;
use super::window::{Frame, Span};
use super::{scan, stories, suppress};
use crate::config::{Params, Suppress};
use crate::query::Session;
use crate::timespan::Timespan;

/// Findings of one rule that a run keeps: more are no list to read but a rule to mend.
pub const FINDINGS_MAX: usize = 10_000;

/// Rules of which a warning says that they have more findings than are kept.
const WARNED_MAX: usize = 20;

/// What a run has to know beside the rules.
#[derive(Debug, Clone)]
pub struct Options {
    /// The range of time; a missing end is the first event, or just after the last.
    pub span: Timespan,
    /// Values of the rules' parameters.
    pub params: Params,
    /// Findings the operator expects.
    pub suppress: Vec<Suppress>,
    /// What rules may need and this run has.
    pub available: BTreeSet<Need>,
    /// What the session reads, for `source` of the findings.
    pub source: String,
    /// The time it is.
    pub found_at: Timestamp,
    /// The run's id.
    pub run_id: String,
    /// Findings kept for each rule.
    pub findings_max: usize,
    /// Whether events that rules match are only counted, for who reads no more than a summary: copies of an event
    /// that differ count each, and there is no limit.
    pub count_only: bool,
    /// Whether it is told what the scan of event rules does; events are only counted then.
    pub explain: bool,
}

impl Options {
    /// A run over everything in `source`, nothing configured.
    pub fn new(source: impl Into<String>, found_at: Timestamp, run_id: impl Into<String>) -> Self {
        Self {
            span: Timespan::default(),
            params: Params::default(),
            suppress: Vec::new(),
            // What a lake has not counted is counted when a rule asks.
            available: BTreeSet::from([Need::Baseline]),
            source: source.into(),
            found_at,
            run_id: run_id.into(),
            findings_max: FINDINGS_MAX,
            count_only: false,
            explain: false,
        }
    }

    pub(super) fn stamp(&self) -> Stamp {
        let (source, run_id) = (self.source.clone(), self.run_id.clone());
        Stamp { source, found_at: self.found_at, run_id }
    }
}

/// What is asked of a run for stories.
#[derive(Debug, Default)]
pub(super) struct ForStories {
    /// What the run is over, if that is known.
    pub span: Option<Span>,
    /// Rules of which it is kept what their events asked for and were answered.
    pub told: BTreeSet<String>,
}

/// Runs `rules` over the `cloudtrail` table of `session`.
///
/// # Errors
/// When the table itself can't be read; what goes wrong with a rule is in the report.
pub async fn run(session: &Session, rules: &RuleSet, options: &Options) -> Result<Report> {
    let (stories, others): (Vec<_>, Vec<_>) = rules.iter().partition(|rule| rule.kind == Kind::Story);
    if !stories.is_empty() {
        // What stories are about is read in scans of their own.
        session.expect_scans();
    }
    let mut report = found(session, &others, options, stories::of_whole_run(rules, options)).await?;
    match report.run.span {
        Some(span) if !stories.is_empty() => {
            let told = stories::run(session, rules, &report, span, options).await?;
            for (outcome, found) in told.found {
                report.rules.push(outcome);
                report.findings.add(found);
            }
            report.rules.sort_by(|a, b| a.rule_id.cmp(&b.rule_id));
            report.findings.sort();
            report.warnings = warnings(&report.rules);
            report.warnings.extend(told.warnings);
        }
        _ => {
            report.rules.extend(stories.into_iter().map(|rule| outcome(rule)));
            report.rules.sort_by(|a, b| a.rule_id.cmp(&b.rule_id));
        }
    }
    suppress::apply(session, &options.suppress, &mut report).await;
    Ok(report)
}

/// What `rules` find, none of which is a story, whether the operator expects it or not.
pub(super) async fn found(
    session: &Session,
    rules: &[&Arc<Rule>],
    options: &Options,
    wanted: ForStories,
) -> Result<Report> {
    let of_kind = |kind| rules.iter().copied().filter(move |rule| rule.kind == kind).collect::<Vec<_>>();
    let (events, queries) = (of_kind(Kind::Event), of_kind(Kind::Query));
    let correlations = of_kind(Kind::Correlation);
    // Raw logs are decoded once where that is enough: then it is known after the scan which times it was about.
    let once = session.is_raw()
        && wanted.span.is_none()
        && !rules.is_empty()
        && queries.is_empty()
        && !events.iter().any(|rule| asks_for_times(rule));
    let span = match (wanted.span, once) {
        (Some(span), _) => Some(span),
        (None, true) => Some(unbounded(options.span)),
        (None, false) => {
            session.expect_scans();
            span(session, options.span).await.context("reading the times of `cloudtrail`")?
        }
    };
    let (correlations, mut outcomes) = prepared(&correlations, options);
    let feeds = span.and_then(|span| correlations.feeds(span, options.span));
    let queries = Queries::prepare(session, &queries, span, options).await;
    let (near, far) = (queries.reads(span, Reach::Near), queries.reads(span, Reach::Far));
    let start = Instant::now();
    let EventRules { outcomes: of_events, mut findings, times, counted, mut explained, fed, read } =
        event_rules(session, &events, span, options, &wanted.told, (feeds.as_ref(), near.as_ref())).await?;
    let mut rows = HashMap::new();
    queries::add_rows(&mut rows, near, read)?;
    if let (Some(span), Some(reads)) = (span, &far) {
        let wanted = if options.explain { Wanted::Explain } else { Wanted::Count };
        let judged = scan::judge(session, Vec::new(), span, wanted, None, Some(reads)).await?;
        if let (Some((_, explained)), Some(of_far)) = (&mut explained, judged.explained) {
            explained.read.extend(of_far.read);
        }
        queries::add_rows(&mut rows, far, judged.read)?;
    }
    outcomes.extend(of_events);
    let span = match once {
        true => match (times, options.span.since, options.span.until) {
            (Some(times), ..) => span_of(options.span, times),
            (None, Some(since), Some(until)) => Some(Span { since, until }),
            (None, ..) => None,
        },
        false => span,
    };
    match (span, &fed.failed) {
        (None, _) => outcomes.extend(correlations.rules().map(outcome)),
        (Some(_), Some(reason)) => outcomes.extend(correlations.rules().map(|rule| {
            let mut outcome = outcome(rule);
            fail(&mut outcome, &anyhow!(reason.clone()));
            outcome
        })),
        (Some(span), None) => {
            let found = correlations.findings(&fed, span, &options.stamp(), options.findings_max);
            for (rule, (found, total)) in correlations.rules().zip(found) {
                let (kept, elapsed) = (found.len() as u64, start.elapsed());
                outcomes.push(RuleOutcome {
                    findings: kept,
                    dropped: total - kept,
                    elapsed,
                    ..outcome(rule)
                });
                findings.add(found);
            }
        }
    }
    for (outcome, found) in queries.run(session, options, rows).await {
        outcomes.push(outcome);
        findings.add(found);
    }
    let by_id: HashMap<_, _> = rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    for outcome in &mut outcomes {
        outcome.rule = by_id.get(outcome.rule_id.as_str()).map(|rule| Arc::clone(rule));
    }
    outcomes.sort_by(|a, b| a.rule_id.cmp(&b.rule_id));
    findings.sort();
    let (source, found_at) = (options.source.clone(), options.found_at);
    Ok(Report {
        run: Run { id: options.run_id.clone(), source, found_at, span },
        findings,
        warnings: warnings(&outcomes),
        rules: outcomes,
        suppressed: Vec::new(),
        counted: (options.count_only || options.explain).then_some(counted),
        explained,
    })
}

/// The rules that have more findings than are kept.
fn warnings(outcomes: &[RuleOutcome]) -> Vec<String> {
    let cut: Vec<_> = outcomes.iter().filter(|outcome| outcome.dropped > 0).collect();
    let warning = |outcome: &&RuleOutcome| {
        let RuleOutcome { rule_id, findings, dropped, .. } = outcome;
        format!("`{rule_id}` has {dropped} findings more than the {findings} kept")
    };
    let mut warnings: Vec<_> = cut.iter().take(WARNED_MAX).map(warning).collect();
    if cut.len() > WARNED_MAX {
        let more = cut.len() - WARNED_MAX;
        warnings.push(format!("{more} more rules have more findings than are kept; a shorter time (--since) or fewer rules (--only) keep them"));
    }
    warnings
}

/// How a rule goes, as long as nothing has happened.
pub(super) fn outcome(rule: &Rule) -> RuleOutcome {
    RuleOutcome {
        rule: None,
        rule_id: rule.id.clone(),
        title: rule.title.clone(),
        severity: rule.severity,
        state: State::Ran,
        findings: 0,
        dropped: 0,
        suppressed: 0,
        elapsed: Duration::ZERO,
    }
}

pub(super) fn fail(outcome: &mut RuleOutcome, error: &anyhow::Error) {
    let reason = format!("{error:#}");
    tracing::warn!(rule = %outcome.rule_id, %reason, "a rule failed");
    outcome.state = State::Failed(reason);
}

/// What the rules that filter events came to.
#[derive(Debug, Default)]
struct EventRules {
    outcomes: Vec<RuleOutcome>,
    findings: Findings,
    times: Option<(i64, i64)>,
    counted: Counted,
    explained: Option<(Vec<String>, Explained)>,
    fed: Fed,
    read: Vec<Option<ReadRows>>,
}

/// Runs all rules that filter events, together, and reads for the others.
async fn event_rules(
    session: &Session,
    rules: &[&Arc<Rule>],
    span: Option<Span>,
    options: &Options,
    told: &BTreeSet<String>,
    (feeds, reads): (Option<&Feeds>, Option<&Reads>),
) -> Result<EventRules> {
    let start = Instant::now();
    let mut of_events = EventRules::default();
    let mut judged = Vec::new();
    let mut asked = Vec::new();
    for rule in rules {
        let mut outcome = outcome(rule);
        match question(rule, span, options) {
            Ok(Some(question)) => {
                asked.push((question, rule.severity));
                judged.push((*rule, outcome));
            }
            Ok(None) => of_events.outcomes.push(outcome),
            Err(state) => {
                outcome.state = state;
                of_events.outcomes.push(outcome);
            }
        }
    }
    let Some(span) = span else { return Ok(of_events) };
    let max = options.findings_max;
    let counts_only = options.count_only || options.explain;
    let told: Arc<[bool]> = judged.iter().map(|(rule, _)| told.contains(&rule.id)).collect();
    let wanted = match (options.explain, options.count_only, told.contains(&true)) {
        (true, ..) => Wanted::Explain,
        (false, true, _) => Wanted::Count,
        (false, false, false) => Wanted::First(max.saturating_add(1)),
        (false, false, true) => Wanted::FirstTold(max.saturating_add(1), told),
    };
    let found = scan::judge(session, asked, span, wanted, feeds, reads).await?;
    let counts = found.rules.iter().flatten().map(|matched| matched.count);
    let max = usize::try_from(scan::share(counts, max as u64, ALL_FINDINGS_MAX))?;
    of_events.findings = Findings::over(found.events, options.stamp());
    (of_events.times, of_events.counted, of_events.fed) = (found.times, found.counted, found.fed);
    of_events.read = found.read;
    let ids = || judged.iter().map(|(rule, _)| rule.id.clone()).collect();
    of_events.explained = found.explained.map(|explained| (ids(), explained));
    for ((rule, mut outcome), matched) in judged.into_iter().zip(found.rules) {
        outcome.elapsed = start.elapsed();
        match matched {
            Ok(matched) if counts_only => outcome.findings = matched.count,
            Ok(matched) => {
                outcome.findings = of_events.findings.add_events(rule, matched.hits, max) as u64;
                // Fewer may be kept because copies of an event stand for one.
                let too_many = matched.count > max as u64;
                outcome.dropped = if too_many { matched.count - outcome.findings } else { 0 };
            }
            Err(error) => fail(&mut outcome, &error),
        }
        of_events.outcomes.push(outcome);
    }
    Ok(of_events)
}

/// How many of the events that the event rule `id` matches in `span` each other event rule matches, too: those that do,
/// the most first.
pub(super) async fn beside(
    session: &Session,
    rules: &RuleSet,
    id: &str,
    span: Span,
    options: &Options,
) -> Result<Vec<(String, u64)>> {
    let (mut ids, mut asked) = (Vec::new(), Vec::new());
    for rule in rules.iter().filter(|rule| rule.kind == Kind::Event) {
        if let Ok(Some(question)) = question(rule, Some(span), options) {
            ids.push(rule.id.as_str());
            asked.push((question, rule.severity));
        }
    }
    let Some(place) = ids.iter().position(|other| *other == id) else { return Ok(Vec::new()) };
    let found = scan::judge(session, asked, span, Wanted::Beside(place), None, None).await?;
    let counts = ids.into_iter().zip(found.rules).filter(|(other, _)| *other != id);
    let counts = counts.filter_map(|(id, matched)| Some((id.to_owned(), matched.ok()?.count)));
    let mut counts: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(counts)
}

/// What a rule that filters events asks; nothing without a span.
fn question<'r>(
    rule: &'r Rule,
    span: Option<Span>,
    options: &Options,
) -> Result<Option<scan::Asked<'r>>, State> {
    let mut bindings = prepare(rule, options)?;
    let Some(span) = span else { return Ok(None) };
    Ok(Some(match &rule.body {
        Body::Sigma { detection, .. } => scan::Asked::Sigma(detection.condition.clone()),
        Body::Correlation { .. } => return Ok(None),
        Body::Sql { text, parameters, .. } => {
            bindings::bind_times(&mut bindings, Frame::new(span, rule.window, rule.lookback), rule.window);
            bindings::only_used(&mut bindings, parameters);
            scan::Asked::Sql(text, bindings)
        }
    }))
}

/// The correlations that can run, and how the others go.
fn prepared<'a>(rules: &[&'a Arc<Rule>], options: &Options) -> (Correlations<'a>, Vec<RuleOutcome>) {
    let (mut correlations, mut outcomes) = (Vec::new(), Vec::new());
    for rule in rules.iter().copied() {
        match (prepare(rule, options), &rule.body) {
            (Err(state), _) => outcomes.push(RuleOutcome { state, ..outcome(rule) }),
            (Ok(_), Body::Correlation { correlation, .. }) => correlations.push((rule.as_ref(), correlation)),
            (Ok(_), Body::Sql { .. } | Body::Sigma { .. }) => outcomes.push(outcome(rule)),
        }
    }
    (Correlations::new(correlations), outcomes)
}

/// The values of the rule's parameters, or why it can't run.
pub(super) fn prepare(rule: &Rule, options: &Options) -> Result<Bindings, State> {
    let unmet = rule.needs.iter().filter(|need| !options.available.contains(need));
    let mut missing: Vec<_> = unmet.map(Need::remedy).collect();
    let unset = match &rule.body {
        Body::Sql { .. } => [].as_slice(),
        Body::Sigma { detection, .. } => &detection.unset,
        Body::Correlation { unset, .. } => unset,
    };
    missing.extend(unset.iter().map(|name| format!("[sigma.placeholders] {name}")));
    match bindings::configured(rule, &options.params) {
        Ok(bindings) if missing.is_empty() => return Ok(bindings),
        Ok(_) => {}
        Err(Unbound::Missing(names)) => missing.extend(names),
        Err(Unbound::Wrong(message)) => return Err(State::Failed(format!("parameter {message}"))),
    }
    Err(State::NotConfigured(missing))
}

pub(super) fn within(name: &str, span: Span) -> Expr {
    between(column(name), span)
}

pub(super) fn between(expr: Expr, span: Span) -> Expr {
    let at = |time: Timestamp| {
        lit(ScalarValue::TimestampMicrosecond(Some(time.as_microsecond()), Some("UTC".into())))
    };
    expr.clone().gt_eq(at(span.since)).and(expr.lt(at(span.until)))
}

pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}

/// The range of the run: what was asked for, else from the first event to just after the last.
async fn span(session: &Session, asked: Timespan) -> Result<Option<Span>> {
    if let (Some(since), Some(until)) = (asked.since, asked.until) {
        return Ok(Some(Span { since, until }));
    }
    let sql = "SELECT min(event_time), max(event_time) FROM cloudtrail";
    let frame = session.prepare(sql, &Bindings::new()).await?;
    let batches = queries::collect(session, session.ready(frame).await?).await?;
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(None) };
    let time = |index: usize| -> Result<Option<Timestamp>> {
        let Some(times) = batch.column(index).as_primitive_opt::<TimestampMicrosecondType>() else {
            bail!("`event_time` is of type {}", batch.column(index).data_type());
        };
        Ok(times.iter().next().flatten().map(Timestamp::from_microsecond).transpose()?)
    };
    let (Some(first), Some(last)) = (time(0)?, time(1)?) else { return Ok(None) };
    Ok(span_of(asked, (first.as_microsecond(), last.as_microsecond())))
}

/// The range of a run over events of which the first and the last are at these times, in microseconds.
fn span_of(asked: Timespan, (first, last): (i64, i64)) -> Option<Span> {
    let at = |micros| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX);
    let since = asked.since.unwrap_or_else(|| at(first));
    let until = asked.until.unwrap_or_else(|| at(last.saturating_add(1)));
    (since < until).then_some(Span { since, until })
}

/// What was asked for, without looking for a first or last event.
fn unbounded(asked: Timespan) -> Span {
    Span { since: asked.since.unwrap_or(Timestamp::MIN), until: asked.until.unwrap_or(Timestamp::MAX) }
}

/// Whether an event rule is told the times of the run.
fn asks_for_times(rule: &Rule) -> bool {
    BOUND_TO_ALL.iter().any(|name| rule.parameters().contains(*name))
}
