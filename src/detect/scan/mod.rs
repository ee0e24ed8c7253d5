//! All event rules of a run in one scan of `cloudtrail`.
//!
//! [`judge`] makes one [`Program`](program::Program) of SQL filters and Sigma conditions, runs it over the rows of the
//! span and hands back the first events that each rule matched. What a rule costs is what is left of it after its kind
//! of event is settled; a rule whose event names do not occur costs nothing.

mod answers;
mod exec;
mod fed;
mod judge;
mod kept;
mod names;
mod needed;
mod principals;
mod program;
mod row;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result, anyhow};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, UInt8Type, UInt32Type, UInt64Type};
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use futures::TryStreamExt;

use self::exec::{HITS, Keep, RULES, RuleScanExec, Seen, WORST};
pub(in crate::detect) use self::fed::{Fed, Id, Texts};
pub use self::judge::Cost;
use self::kept::Columns;
use self::names::Names;
pub use self::principals::Affected;
use self::program::{Entry, Program, Question};
use super::Severity;
use super::bindings::Bindings;
use super::events::{self, Events};
use super::findings::Hit;
use super::run::{column, within};
use super::sigma::{Condition, Place};
use super::window::Span;
use crate::query::{QueryError, Session};

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
    /// None: how many there are, and whose.
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
    /// Where events are only counted, what each principal has.
    pub principals: HashMap<String, Affected>,
    /// When the first and the last event in the span were, in microseconds; of raw logs.
    pub times: Option<(i64, i64)>,
    /// Where it is wanted, what the scan did.
    pub explained: Option<Explained>,
    /// What correlations are about.
    pub fed: Fed,
}

/// Judges the events in `span` by rules of these severities.
///
/// # Errors
/// When the scan fails; what is wrong with one rule is that rule's result.
pub(super) async fn judge(
    session: &Session,
    rules: Vec<(Asked<'_>, Severity)>,
    span: Span,
    wanted: Wanted,
    feeds: Option<&Feeds>,
) -> Result<Judged> {
    let conditions = feeds.map_or(0, |feeds| feeds.conditions.len());
    let mut judged = Judged { fed: Fed::new(conditions), ..Judged::default() };
    let mut planned = Vec::new();
    for (rule, severity) in rules {
        let question = match rule {
            Asked::Sigma(condition) => Ok(Planned::Condition(condition)),
            Asked::Sql(sql, bindings) => session.condition(sql, &bindings).await.map(Planned::Filter),
        };
        match question {
            Ok(question) => {
                planned.push((judged.rules.len(), severity, question));
                judged.rules.push(Ok(Matched::default()));
            }
            Err(error) => judged.rules.push(Err(error.into())),
        }
    }
    if planned.is_empty() && feeds.is_none() {
        return Ok(judged);
    }
    for part in parts(session, &wanted) {
        scan(session, &planned, span, &wanted, feeds, *part, &mut judged).await?;
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
    feeds: Option<&Feeds>,
    part: Part,
    judged: &mut Judged,
) -> Result<()> {
    let read_span = feeds.map_or(span, |feeds| feeds.read);
    let events = session.context().table("cloudtrail").await?.filter(within("event_time", read_span))?;
    let events = match part {
        Part::All => events,
        Part::WithId => events.filter(column("event_id").is_not_null())?,
        Part::WithoutId => events.filter(column("event_id").is_null())?,
    };
    // Of raw logs it is asked afterwards which times they were about.
    let questions = planned.iter().map(|(_, _, question)| question);
    let fed = feeds.map_or(&[][..], |feeds| &feeds.conditions);
    let events = match needed::filter(questions, fed).filter(|_| !session.is_raw()) {
        Some(needed) => events.filter(needed)?,
        None => events,
    };
    let all: Vec<String> = events.schema().fields().iter().map(|field| field.name().clone()).collect();
    let kept: Vec<&str> = match wanted {
        Wanted::Count | Wanted::Explain | Wanted::Beside(_) => vec!["principal"],
        Wanted::First(_) => events::columns().collect(),
    };
    // An event without an id is told from others by all that it says.
    let whole = part != Part::WithId && !wanted.counts();
    let mut read: BTreeSet<String> = match whole {
        true => all.iter().cloned().collect(),
        false => columns_read(planned, feeds).chain(kept.iter().map(|name| (*name).to_owned())).collect(),
    };
    if session.is_raw() {
        // Only of raw logs is it asked afterwards which times they were about ([`Judged::times`]).
        read.insert("event_time".to_owned());
    }
    let columns = all.iter().filter(|name| read.contains(*name)).map(|name| column(name)).collect::<Vec<_>>();
    let rows = events.select(columns)?;
    let schema = Arc::new(rows.schema().as_arrow().clone());
    let mut places = Vec::new();
    let mut entries = Vec::new();
    let mut severities = Vec::new();
    for (place, severity, question) in planned {
        let entry = match question {
            Planned::Condition(condition) => {
                let names = Names::of_condition(condition);
                Ok(Entry { question: Question::Condition(condition.clone()), names })
            }
            Planned::Filter(filter) => session.physical(filter, &schema).await.map(|physical| Entry {
                question: Question::Filter(physical),
                names: Names::of_filter(filter),
            }),
        };
        match entry {
            Ok(entry) => {
                entries.push(entry);
                places.push(*place);
                severities.push(*severity);
            }
            Err(error) => judged.rules[*place] = Err(error.into()),
        }
    }
    let from = u32::try_from(entries.len())?;
    for condition in feeds.iter().flat_map(|feeds| &feeds.conditions) {
        let names = Names::of_condition(condition);
        entries.push(Entry { question: Question::Condition(condition.clone()), names });
    }
    let program = Arc::new(Program::new(entries));
    let keep = match wanted {
        Wanted::First(max) => Keep::First { max: *max, all: ALL_FINDINGS_MAX },
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
    let seen = Arc::new(Seen::default());
    let told = seen.clone();
    let read_by = Arc::new(OnceLock::new());
    let (reads, asked) = (read_by.clone(), program.clone());
    let fed = feeds.map(|feeds| (feeds.fields.clone(), feeds.wanted.clone()));
    let in_span = (read_span != span).then(|| (span.since.as_microsecond(), span.until.as_microsecond()));
    let stream = session
        .run_through(rows, move |input| {
            let schema = input.schema();
            drop(reads.set(input.clone()));
            let places = kept.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
            let columns = Columns { places, whole };
            let feeds = fed.map(|(fields, wanted)| fed::Feeds { from, fields, wanted, others: in_span });
            let scan = RuleScanExec::new(input, program, keep, told, columns, feeds)?;
            Ok(Arc::new(CoalescePartitionsExec::new(Arc::new(scan))))
        })
        .await?;
    let batches: Vec<RecordBatch> = stream.map_err(QueryError::of_running).try_collect().await?;
    if let Some((first, last)) = seen.times() {
        let (earliest, latest) = judged.times.unwrap_or((first, last));
        judged.times = Some((first.min(earliest), last.max(latest)));
    }
    for batch in &batches {
        match wanted {
            Wanted::First(_) => hand_out(batch, &places, judged)?,
            Wanted::Count | Wanted::Explain | Wanted::Beside(_) => add_up(batch, &places, judged)?,
        }
    }
    judged.fed.failed = judged.fed.failed.take().or_else(|| seen.starved());
    seen.fed().into_iter().try_for_each(|feed| judged.fed.add(feed))?;
    if *wanted == Wanted::Explain {
        let mut rules = vec![None; judged.rules.len()];
        for (number, (place, cost)) in places.iter().zip(seen.costs()).enumerate() {
            rules[*place] = Some(asking(&asked.entries[number], cost));
        }
        let fed = asked.entries.iter().zip(seen.costs()).skip(from as usize);
        let fed = fed.map(|(entry, cost)| asking(entry, cost)).collect();
        let columns = schema.fields().iter().map(|field| field.name().clone()).collect();
        let plan = read_by.get().map(|plan: &Arc<dyn ExecutionPlan>| {
            DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(true).to_string()
        });
        judged.explained = Some(Explained { rules, fed, columns, plan: plan.unwrap_or_default() });
    }
    for (rule, reason) in seen.failed() {
        let place = places.get(rule as usize).context("a rule scan names its rules")?;
        judged.rules[*place] = Err(anyhow!(reason));
    }
    Ok(())
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

fn asking(entry: &Entry, cost: Cost) -> Asking {
    let mut names: Option<Vec<_>> = entry.names.name.as_ref().map(|names| names.iter().cloned().collect());
    names.iter_mut().for_each(|names| names.sort());
    let predicate = match &entry.question {
        Question::Filter(filter) => filter.to_string(),
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
fn hand_out(batch: &RecordBatch, places: &[usize], judged: &mut Judged) -> Result<()> {
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
    judged.events.push(Arc::new(Events::new(batch)?));
    Ok(())
}

/// Adds what a partition has counted, of rules and of principals.
fn add_up(batch: &RecordBatch, places: &[usize], judged: &mut Judged) -> Result<()> {
    let rules = batch.column_by_name(RULES).and_then(|column| column.as_list_opt::<i32>());
    let hits = batch.column_by_name(HITS).and_then(|column| column.as_primitive_opt::<UInt64Type>());
    let worst = batch.column_by_name(WORST).and_then(|column| column.as_primitive_opt::<UInt8Type>());
    let names = batch.column_by_name("principal").context("a rule scan names principals")?;
    let names = cast(names, &DataType::Utf8View)?;
    let names = names.as_string_view();
    let (rules, (hits, worst)) = rules.zip(hits.zip(worst)).context("a rule scan gives rules and hits")?;
    for row in 0..batch.num_rows() {
        let count = hits.value(row);
        if rules.is_valid(row) {
            let rule = rules.value(row);
            let rule = rule.as_primitive_opt::<UInt32Type>().and_then(|rule| rule.iter().next().flatten());
            let place =
                rule.and_then(|rule| places.get(rule as usize)).context("a rule scan names its rules")?;
            if let Ok(matched) = &mut judged.rules[*place] {
                matched.count += count;
            }
        } else if names.is_valid(row) {
            let worst = Severity::ALL.get(usize::from(worst.value(row))).copied().unwrap_or(Severity::Info);
            principals::add(&mut judged.principals, names.value(row), Affected { count, worst });
        }
    }
    Ok(())
}
