//! All event rules of a run in one scan of `cloudtrail`.
//!
//! [`judge`] makes one [`Program`](program::Program) of SQL filters and Sigma conditions, runs it over the rows of the
//! span and hands back the first events that each rule matched. What a rule costs is what is left of it after its kind
//! of event is settled; a rule whose event names do not occur costs nothing. The same scan keeps what correlations are
//! about ([`Feeds`]), and the rows that queries read ([`Reads`]).

mod affected;
mod answers;
mod exec;
mod fed;
mod filter;
mod judge;
mod kept;
mod names;
mod needed;
mod program;
mod reading;
mod row;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{SchemaRef, UInt32Type, UInt64Type};
use datafusion::logical_expr::{Expr, lit};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use futures::TryStreamExt;

pub use self::affected::{Affected, Counted};
use self::exec::{Also, HITS, Keep, RULES, RuleScanExec, Seen};
pub(in crate::detect) use self::fed::{Fed, Id, Texts};
use self::filter::{Common, Filter};
pub use self::judge::Cost;
use self::kept::Columns;
use self::names::Names;
use self::program::{Entry, Program, Question};
use self::reading::Readers;
use super::Severity;
use super::bindings::Bindings;
use super::events::{self, Events};
use super::findings::Hit;
use super::run::{column, within};
use super::sigma::{Condition, Place};
use super::window::Span;
use crate::query::{Physical, QueryError, Scan, Session};

/// Findings of all rules of a run. Hundreds of public rules fire on half of all events, and an event takes a kilobyte:
/// those with most keep fewer then.
pub(super) const ALL_FINDINGS_MAX: u64 = 200_000;

/// A rule's question, before it is planned.
pub(super) enum Asked<'a> {
    /// An SQL rule, and the values of its parameters.
    Sql(&'a str, Bindings),
    /// A Sigma rule's condition.
    Sigma(Arc<Condition>),
}

/// What a scan keeps of the events that rules match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// So many of each rule, the first ones.
    First(usize),
    /// As [`Self::First`], and of events that these rules match, by their places, what was asked for and answered.
    FirstTold(usize, Arc<[bool]>),
    /// None: how many there are, and whom they are about.
    Count,
    /// As [`Self::Count`], and what it takes to tell ([`Judged::explained`]).
    Explain,
    /// As [`Self::Count`], of the events that the rule at this place matches.
    Beside(usize),
}

/// What correlations are about: every event that one of these conditions holds of.
#[derive(Debug, Clone)]
pub(super) struct Feeds {
    pub conditions: Vec<Arc<Condition>>,
    /// Fields whose values are wanted.
    pub fields: Arc<[Place]>,
    /// Of which of them, by condition; see [`wanted_bit`].
    pub wanted: Arc<[u64]>,
    /// When these events are; the span of the other rules lies within it.
    pub read: Span,
}

/// What queries read of `cloudtrail`.
#[derive(Debug, Clone)]
pub(super) struct Reads {
    /// The filter of each says when its events are, too.
    pub scans: Vec<Scan>,
    /// When any of them is.
    pub span: Span,
}

/// The rows of one of [`Reads`], in its columns.
#[derive(Debug, Clone)]
pub(super) struct ReadRows {
    pub schema: SchemaRef,
    /// By parts of about the same size.
    pub parts: Vec<Vec<RecordBatch>>,
}

impl ReadRows {
    fn count(&self) -> u64 {
        self.parts.iter().flatten().map(|batch| batch.num_rows() as u64).sum()
    }
}

/// The bit of the field with this number. There are fewer bits than there may be fields: the last ones are wanted together.
pub(super) fn wanted_bit(field: usize) -> u64 {
    1 << field.min(63)
}

/// What one rule found.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// Events that matched.
    pub count: u64,
    /// The first of them, and more: each thread has handed back its first ones.
    pub hits: Vec<Hit>,
}

impl Wanted {
    fn counts(&self) -> bool {
        matches!(self, Self::Count | Self::Explain | Self::Beside(_))
    }
}

/// What a scan did for its rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// By rule, in the order in which they were asked; none of one that could not be planned.
    pub rules: Vec<Option<Asking>>,
    /// Rules that correlations are about, each once.
    pub fed: Vec<Asking>,
    /// What queries read, each once, with how many rows were kept; none of what was too much.
    pub read: Vec<(Asking, Option<u64>)>,
    /// The columns that were read.
    pub columns: Vec<String>,
    /// What was read and what was left out, operator by operator.
    pub plan: String,
}

/// How one rule was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking {
    /// The event names that it is asked for, without case; none: any.
    pub names: Option<Vec<String>>,
    /// What is asked: the filter of an SQL rule, the fields of a Sigma rule.
    pub predicate: String,
    /// What that took.
    pub cost: Cost,
}

/// What all rules found.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// By rule, in the order in which they were asked.
    pub rules: Vec<Result<Matched>>,
    /// The events that rules' hits are rows of.
    pub events: Vec<Arc<Events>>,
    /// Where events are only counted, whom they are about.
    pub counted: Counted,
    /// When the first and the last event in the span were, in microseconds; of raw logs.
    pub times: Option<(i64, i64)>,
    /// Where it is wanted, what the scan did.
    pub explained: Option<Explained>,
    /// What correlations are about.
    pub fed: Fed,
    /// What queries read, in the order of [`Reads`]; none of one that wants too much.
    pub read: Vec<Option<ReadRows>>,
}

impl Judged {
    /// Adds the rows of one part of the events; without them in one part, a query has none.
    fn add_read(&mut self, rows: Vec<Option<ReadRows>>) {
        if self.read.is_empty() {
            self.read = rows;
            return;
        }
        for (all, more) in self.read.iter_mut().zip(rows) {
            match (all.as_mut(), more) {
                (Some(all), Some(more)) => all.parts.extend(more.parts),
                _ => *all = None,
            }
        }
    }
}

/// Judges the events in `span` by rules of these severities, and keeps what correlations and queries are about.
///
/// # Errors
/// When the scan fails; what is wrong with one rule is that rule's result.
pub(super) async fn judge(
    session: &Session,
    rules: Vec<(Asked<'_>, Severity)>,
    span: Span,
    wanted: Wanted,
    feeds: Option<&Feeds>,
    reads: Option<&Reads>,
) -> Result<Judged> {
    let conditions = feeds.map_or(0, |feeds| feeds.conditions.len());
    let mut judged = Judged { fed: Fed::new(conditions), ..Judged::default() };
    let asked = rules.iter().filter_map(|(rule, _)| match rule {
        Asked::Sigma(_) => None,
        Asked::Sql(sql, bindings) => Some(((*sql).to_owned(), bindings.clone())),
    });
    let mut filters = session.conditions(asked.collect()).await.into_iter();
    let mut planned = Vec::new();
    for (rule, severity) in rules {
        let question = match rule {
            Asked::Sigma(condition) => Ok(Planned::Condition(condition)),
            Asked::Sql(..) => filters.next().context("an SQL rule has a filter")?.map(Planned::Filter),
        };
        match question {
            Ok(question) => {
                planned.push((judged.rules.len(), severity, question));
                judged.rules.push(Ok(Matched::default()));
            }
            Err(error) => judged.rules.push(Err(error.into())),
        }
    }
    if planned.is_empty() && feeds.is_none() && reads.is_none() {
        return Ok(judged);
    }
    for part in parts(session, &wanted) {
        scan(session, &planned, span, &wanted, (feeds, reads), *part, &mut judged).await?;
    }
    Ok(judged)
}

enum Planned {
    Condition(Arc<Condition>),
    Filter(Expr),
}

/// Which events a scan is about, and how much of them it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Everything at once.
    All,
    /// Events with an id, in the few columns that findings are made of.
    WithId,
    /// Events without one, whole: only their whole content tells them apart. There are hardly any, and the
    /// statistics of most files say that they hold none.
    WithoutId,
}

fn parts(session: &Session, wanted: &Wanted) -> &'static [Part] {
    // Raw logs are decoded whole, and decoding them twice would cost more than all that is saved.
    if session.is_raw() || wanted.counts() { &[Part::All] } else { &[Part::WithId, Part::WithoutId] }
}

async fn scan(
    session: &Session,
    planned: &[(usize, Severity, Planned)],
    span: Span,
    wanted: &Wanted,
    (feeds, reads): (Option<&Feeds>, Option<&Reads>),
    part: Part,
    judged: &mut Judged,
) -> Result<()> {
    let more = feeds.map(|feeds| feeds.read).into_iter().chain(reads.map(|reads| reads.span));
    let read_span = more.fold(span, Span::and);
    let events = session.context().table("cloudtrail").await?.filter(within("event_time", read_span))?;
    let events = match part {
        Part::All => events,
        Part::WithId => events.filter(column("event_id").is_not_null())?,
        Part::WithoutId => events.filter(column("event_id").is_null())?,
    };
    // Of raw logs it is asked afterwards which times they were about.
    let questions = planned.iter().map(|(_, _, question)| question);
    let fed = feeds.map_or(&[][..], |feeds| &feeds.conditions);
    let of_queries: Vec<_> = reads.iter().flat_map(|reads| &reads.scans).map(filter_of).collect();
    let questions = questions.chain(&of_queries);
    let events = match needed::filter(questions, fed).filter(|_| !session.is_raw()) {
        Some(needed) => events.filter(needed)?,
        None => events,
    };
    let all: Vec<String> = events.schema().fields().iter().map(|field| field.name().clone()).collect();
    let kept: Vec<&str> = match wanted {
        // Without rules nobody is affected; a row has to have some column.
        _ if wanted.counts() && planned.is_empty() => vec!["event_time"],
        Wanted::Count | Wanted::Explain | Wanted::Beside(_) => affected::columns().collect(),
        Wanted::First(_) => events::columns().collect(),
        Wanted::FirstTold(..) => events::columns().chain(events::PARAMETERS).collect(),
    };
    // An event without an id is told from others by all that it says.
    let whole = part != Part::WithId && !wanted.counts();
    let mut read: BTreeSet<String> = match whole {
        true => all.iter().cloned().collect(),
        false => columns_read(planned, feeds).chain(kept.iter().map(|name| (*name).to_owned())).collect(),
    };
    read.extend(reads.iter().flat_map(|reads| &reads.scans).flat_map(Scan::reads));
    if session.is_raw() || read_span != span {
        // Of raw logs it is asked afterwards which times they were about ([`Judged::times`]).
        read.insert("event_time".to_owned());
    }
    let columns = all.iter().filter(|name| read.contains(*name)).map(|name| column(name)).collect::<Vec<_>>();
    let rows = events.select(columns)?;
    let schema = Arc::new(rows.schema().as_arrow().clone());
    let mut places = Vec::new();
    let mut entries = Vec::new();
    let mut severities = Vec::new();
    let filters = planned.iter().map(|(_, _, question)| question).chain(&of_queries);
    let filters = filters.filter_map(|question| match question {
        Planned::Condition(_) => None,
        Planned::Filter(filter) => Some(filter.clone()),
    });
    let (filters, common) = filters_of(session, filters.collect(), &schema).await;
    let mut filters = filters.into_iter();
    let mut next_filter = || filters.next().context("a filter is planned");
    for (place, severity, question) in planned {
        let entry = match question {
            Planned::Condition(condition) => {
                let names = Names::of_condition(condition);
                Ok(Entry { question: Question::Condition(condition.clone()), names })
            }
            Planned::Filter(_) => next_filter()?,
        };
        match entry {
            Ok(entry) => {
                entries.push(entry);
                places.push(*place);
                severities.push(*severity);
            }
            Err(error) => judged.rules[*place] = Err(error),
        }
    }
    let from = u32::try_from(entries.len())?;
    for condition in feeds.iter().flat_map(|feeds| &feeds.conditions) {
        let names = Names::of_condition(condition);
        entries.push(Entry { question: Question::Condition(condition.clone()), names });
    }
    let rules_and_feeds = entries.len();
    let mut readers = Vec::new();
    for (number, scan) in reads.iter().flat_map(|reads| &reads.scans).enumerate() {
        // What can't be asked here, its query says when it asks by itself.
        let Ok(entry) = next_filter()? else { continue };
        entries.push(entry);
        let columns = scan.columns.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>()?;
        readers.push((number, columns));
    }
    let program = Arc::new(Program::new(entries, common));
    let keep = match wanted {
        Wanted::First(max) | Wanted::FirstTold(max, _) => Keep::First { max: *max, all: ALL_FINDINGS_MAX },
        Wanted::Count | Wanted::Explain | Wanted::Beside(_) => {
            let beside = match wanted {
                Wanted::Beside(place) => match (0..).zip(&places).find(|(_, other)| *other == place) {
                    Some((number, _)) => Some(number),
                    // Beside a rule that can't be asked there is nothing.
                    None => return Ok(()),
                },
                _ => None,
            };
            Keep::Count { severities: severities.into(), beside, costs: *wanted == Wanted::Explain }
        }
    };
    let told: Arc<[bool]> = match wanted {
        Wanted::FirstTold(_, told) => places.iter().map(|place| told[*place]).collect(),
        _ => Arc::default(),
    };
    let seen = Arc::new(Seen::default());
    let seen_by = seen.clone();
    let read_by = Arc::new(OnceLock::new());
    let (input_of, asked) = (read_by.clone(), program.clone());
    let partitions = session.context().state().config().target_partitions();
    let given_up: Arc<[AtomicBool]> = readers.iter().map(|_| AtomicBool::new(false)).collect();
    let also = Also {
        feeds: feeds.map(|feeds| fed::Feeds {
            from,
            fields: feeds.fields.clone(),
            wanted: feeds.wanted.clone(),
        }),
        readers: (!readers.is_empty()).then(|| Readers {
            from: u32::try_from(rules_and_feeds).unwrap_or(u32::MAX),
            columns: readers.iter().map(|(_, columns)| columns.clone()).collect(),
            given_up: given_up.clone(),
            bytes_max: reading::BYTES_MAX / partitions.max(1),
        }),
        within: (read_span != span).then(|| (span.since.as_microsecond(), span.until.as_microsecond())),
    };
    let stream = session
        .run_through(rows, move |input| {
            let schema = input.schema();
            drop(input_of.set(input.clone()));
            let places = kept.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
            let columns = Columns { places, whole, told };
            let scan = RuleScanExec::new(input, program, keep, seen_by, columns, also)?;
            Ok(Arc::new(CoalescePartitionsExec::new(Arc::new(scan))))
        })
        .await?;
    let batches: Vec<RecordBatch> = stream.map_err(QueryError::of_running).try_collect().await?;
    if let Some((first, last)) = seen.times() {
        let (earliest, latest) = judged.times.unwrap_or((first, last));
        judged.times = Some((first.min(earliest), last.max(latest)));
    }
    batches.iter().try_for_each(|batch| hand_out(batch, &places, wanted, judged))?;
    judged.counted.add(seen.counted());
    judged.fed.failed = judged.fed.failed.take().or_else(|| seen.starved());
    seen.fed().into_iter().try_for_each(|feed| judged.fed.add(feed))?;
    let mut failed = seen.failed();
    // A query whose filter fails says so when it reads for itself.
    let failed_to_read = failed.split_off(&u32::try_from(rules_and_feeds)?);
    for (rule, reason) in failed {
        let place = places.get(rule as usize).context("a rule scan names its rules")?;
        judged.rules[*place] = Err(anyhow!(reason));
    }
    let all = reads.map_or(0, |reads| reads.scans.len());
    let mut rows: Vec<Option<ReadRows>> = vec![None; all];
    for (reader, (number, columns)) in readers.iter().enumerate() {
        let has_failed = failed_to_read.contains_key(&u32::try_from(rules_and_feeds + reader)?);
        if !has_failed && !given_up[reader].load(Ordering::Relaxed) {
            rows[*number] = Some(ReadRows { schema: Arc::new(schema.project(columns)?), parts: Vec::new() });
        }
    }
    for mut partition in seen.read() {
        for ((number, _), batches) in readers.iter().zip(partition.drain(..)) {
            if let Some(rows) = &mut rows[*number] {
                rows.parts.push(batches);
            }
        }
    }
    if *wanted == Wanted::Explain {
        let mut rules = vec![None; judged.rules.len()];
        for (number, (place, cost)) in places.iter().zip(seen.costs()).enumerate() {
            rules[*place] = Some(asking(&asked.entries[number], &asked.common, cost));
        }
        let fed = asked.entries[..rules_and_feeds].iter().zip(seen.costs()).skip(from as usize);
        let fed = fed.map(|(entry, cost)| asking(entry, &asked.common, cost)).collect();
        let reads = asked.entries.iter().zip(seen.costs()).skip(rules_and_feeds);
        let reads = reads
            .map(|(entry, cost)| asking(entry, &asked.common, cost))
            .zip(readers.iter().map(|(number, _)| rows[*number].as_ref().map(|rows| rows.count())));
        let read = reads.collect();
        let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
        let plan = read_by.get().map(|plan: &Arc<dyn ExecutionPlan>| {
            DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(true).to_string()
        });
        judged.explained = Some(Explained { rules, fed, read, columns, plan: plan.unwrap_or_default() });
    }
    judged.add_read(rows);
    Ok(())
}

/// SQL filters as entries of a program, in their order, and the parts that they have in common.
async fn filters_of(
    session: &Session,
    filters: Vec<Expr>,
    schema: &SchemaRef,
) -> (Vec<Result<Entry>>, Vec<Physical>) {
    let mut common = Common::default();
    let mut entries = Vec::new();
    let mut to_plan = Vec::new();
    for filter in &filters {
        let names = Names::of_filter(filter);
        let (places, rest) = match names.name {
            // Few rows are of its names.
            Some(_) => (Vec::new(), Some(filter.clone())),
            None => common.take_apart(filter),
        };
        to_plan.extend(rest.clone());
        entries.push((names, places, rest.is_some()));
    }
    let rests = to_plan.len();
    to_plan.extend(common.parts());
    let mut planned = session.physical(to_plan, schema).await;
    let parts: Vec<_> = planned.split_off(rests);
    let failed: Vec<_> = parts.iter().map(|part| part.as_ref().err().map(ToString::to_string)).collect();
    let mut rests = planned.into_iter();
    let entries = entries.into_iter().map(|(names, places, has_rest)| {
        let rest = if has_rest { rests.next().transpose()? } else { None };
        if let Some(reason) = places.iter().find_map(|place| failed[*place].clone()) {
            return Err(anyhow!(reason));
        }
        Ok(Entry { question: Question::Filter(Filter { common: places, rest }), names })
    });
    let entries = entries.collect();
    // One that could not be planned is asked by nobody; something has to stand in its place.
    let stand_in = parts.iter().find_map(|part| part.as_ref().ok().cloned());
    let parts = parts.into_iter().filter_map(|part| part.ok().or_else(|| stand_in.clone()));
    (entries, parts.collect())
}

/// What a query wants of rows.
fn filter_of(scan: &Scan) -> Planned {
    Planned::Filter(scan.filter.clone().unwrap_or_else(|| lit(true)))
}

/// The columns that questions are asked of, and that correlations are fed from.
fn columns_read<'a>(
    planned: &'a [(usize, Severity, Planned)],
    feeds: Option<&'a Feeds>,
) -> impl Iterator<Item = String> + 'a {
    let asked = planned.iter().flat_map(|(_, _, question)| match question {
        Planned::Condition(condition) => program::columns_of(condition),
        Planned::Filter(filter) => filter.column_refs().iter().map(|column| column.name.clone()).collect(),
    });
    let fed = feeds.into_iter().flat_map(|feeds| {
        let conditions = feeds.conditions.iter().flat_map(|condition| program::columns_of(condition));
        let fields = feeds.fields.iter().flat_map(program::columns_at);
        conditions.chain(fields).chain(fed::columns().map(str::to_owned))
    });
    asked.chain(fed)
}

fn asking(entry: &Entry, common: &[Physical], cost: Cost) -> Asking {
    let mut names: Option<Vec<_>> = entry.names.name.as_ref().map(|names| names.iter().cloned().collect());
    names.iter_mut().for_each(|names| names.sort());
    let predicate = match &entry.question {
        Question::Filter(filter) => filter.text(common),
        Question::Condition(condition) => {
            let mut fields = BTreeSet::new();
            condition.places(&mut |place| {
                fields.insert(place.path.join("."));
            });
            let anywhere =
                |field: &String| if field.is_empty() { "any value".to_owned() } else { field.clone() };
            fields.iter().map(anywhere).collect::<Vec<_>>().join(", ")
        }
    };
    Asking { names, predicate, cost }
}

/// How many each of several may keep, so that none keeps more than `max` and all together no more than `all`.
pub(super) fn share(counts: impl Iterator<Item = u64>, max: u64, all: u64) -> u64 {
    let mut counts: Vec<_> = counts.map(|count| count.min(max)).collect();
    counts.sort_unstable();
    let (mut left, mut share) = (all, max);
    for (index, count) in counts.iter().enumerate() {
        let of_each = left / (counts.len() - index) as u64;
        if *count > of_each {
            share = of_each;
            break;
        }
        left -= count;
    }
    share.max(1)
}

/// Gives events to the rules that match them, and rules their counts.
fn hand_out(batch: &RecordBatch, places: &[usize], wanted: &Wanted, judged: &mut Judged) -> Result<()> {
    let rules = batch.column_by_name(RULES).and_then(|column| column.as_list_opt::<i32>());
    let hits = batch.column_by_name(HITS).and_then(|column| column.as_primitive_opt::<UInt64Type>());
    let (rules, hits) = rules.zip(hits).context("a rule scan gives rules and hits")?;
    let number = u32::try_from(judged.events.len())?;
    let matching = rules.values().as_primitive_opt::<UInt32Type>().context("rules are numbers")?;
    for row in 0..batch.num_rows() {
        let offsets = rules.value_offsets();
        let range = usize::try_from(offsets[row])?..usize::try_from(offsets[row + 1])?;
        for rule in &matching.values()[range] {
            let place = places.get(*rule as usize).context("a rule scan names its rules")?;
            let Ok(matched) = &mut judged.rules[*place] else { continue };
            match hits.is_valid(row) {
                true => matched.count += hits.value(row),
                false => matched.hits.push(Hit { batch: number, row: u32::try_from(row)? }),
            }
        }
    }
    if !wanted.counts() {
        judged.events.push(Arc::new(Events::new(batch)?));
    }
    Ok(())
}
