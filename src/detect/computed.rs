//! The rows that a query rule computed, as findings.
//!
//! The rule names its columns; those a finding has of its own are filled from them, all others go to its
//! details. A row that has no time, no window or no count is the rule's mistake, and ends the rule.

use anyhow::{Context, Result, bail, ensure};
use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Int64Type, Schema, TimestampMicrosecondType};
use arrow::json::LineDelimitedWriter;
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::sync::Arc;

use super::finding::{self, EVENT_IDS_MAX, Finding, Stamp};
use super::kind::Kind;
use super::rule::Rule;
use super::window;
use crate::event::timestamp_type;

/// Columns every query rule outputs.
pub(super) const REQUIRED: [&str; 6] = ["time", "last_time", "window_start", "count", "event_ids", "message"];

/// Columns a query rule may output that are columns of a finding too.
pub(super) const OPTIONAL: [&str; 6] =
    ["account_id", "region", "principal", "source_ip", "user_agent", "event_names"];

/// Columns of a finding that the engine fills; a rule can't.
pub(super) const RESERVED: [&str; 13] = [
    "finding_id",
    "revision",
    "rule_id",
    "rule_version",
    "title",
    "severity",
    "practice",
    "attack",
    "window_end",
    "details",
    "source",
    "found_at",
    "run_id",
];

/// Columns every story outputs.
pub(super) const REQUIRED_OF_STORY: [&str; 4] = ["time", "window_start", "message", STEPS];

/// The ids of the findings that a story is made of.
pub(super) const STEPS: &str = "steps";

/// Columns of a story's finding that follow from its steps; a story can't output them.
pub(super) const OF_STEPS: [&str; 4] = ["last_time", "count", "event_ids", "event_names"];

/// The findings that the rows of `batch` are. What follows from the steps of a story is still to be told.
pub(super) fn findings(batch: &RecordBatch, rule: &Rule, stamp: &Stamp) -> Result<Vec<Finding>> {
    let batch = &match rule.kind {
        Kind::Story => with_places_for_steps(batch)?,
        _ => batch.clone(),
    };
    let rows = Rows::new(batch)?;
    let entity: Result<Vec<_>> = rule.entity.iter().map(|name| text_column(batch, name)).collect();
    let entity = entity?;
    let mut details = details(batch)?.into_iter();
    let mut findings = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let found = one(&rows, row, rule, stamp, &entity, details.next().unwrap_or_default());
        findings.push(found.with_context(|| format!("row {} of the rule's result", row + 1))?);
    }
    Ok(findings)
}

/// With the columns that a query rule has and a story has not.
fn with_places_for_steps(batch: &RecordBatch) -> Result<RecordBatch> {
    let time = given(batch, "time")?;
    let ones: ArrayRef = Arc::new(Int64Array::from(vec![1; batch.num_rows()]));
    let none = new_null_array(&DataType::Utf8, batch.num_rows());
    let more = [("last_time", time), ("count", &ones), ("event_ids", &none)];
    let fields = more.map(|(name, column)| Arc::new(Field::new(name, column.data_type().clone(), true)));
    let schema = Schema::new(batch.schema().fields().iter().cloned().chain(fields).collect::<Fields>());
    let columns = batch.columns().iter().cloned().chain(more.map(|(_, column)| column.clone()));
    Ok(RecordBatch::try_new(Arc::new(schema), columns.collect())?)
}

fn one(
    rows: &Rows,
    row: usize,
    rule: &Rule,
    stamp: &Stamp,
    entity: &[ArrayRef],
    details: Map<String, Value>,
) -> Result<Finding> {
    let time = rows.time(0, row)?;
    let last_time = rows.time(1, row)?;
    let window_start = rows.time(2, row)?;
    if let Some(window) = rule.window {
        ensure!(
            window::is_start(window_start, window),
            "`window_start` is {window_start}, which no window of {window:#} starts at; use date_bin($window, …)"
        );
    }
    ensure!(rows.count.is_valid(row), "`count` is NULL");
    let values: Vec<_> = entity.iter().map(|column| value(column, row)).collect();
    let start = window_start.to_string();
    let parts = values.iter().map(Option::as_deref).chain([Some(start.as_str())]);
    let optional = |name: &str| rows.optional(name).and_then(|column| value(column, row));
    Ok(Finding {
        last_time,
        window_start: Some(window_start),
        window_end: rule.window.and_then(|window| window_start.checked_add(window).ok()),
        count: rows.count.as_primitive::<Int64Type>().value(row),
        account_id: optional("account_id"),
        region: optional("region"),
        principal: optional("principal"),
        source_ip: optional("source_ip"),
        user_agent: optional("user_agent"),
        event_names: match rows.optional("event_names") {
            Some(column) => texts(column, row)?,
            None => Vec::new(),
        },
        message: value(&rows.message, row).unwrap_or_else(|| rule.title.clone()),
        event_ids: texts(&rows.event_ids, row)?,
        details,
        ..Finding::of_rule(rule, stamp, finding::id(&rule.id, parts), time)
    })
}

struct Rows {
    /// `time`, `last_time`, `window_start`
    times: [ArrayRef; 3],
    count: ArrayRef,
    message: ArrayRef,
    event_ids: ArrayRef,
    optional: Vec<(&'static str, ArrayRef)>,
}

impl Rows {
    fn new(batch: &RecordBatch) -> Result<Self> {
        let time = |name: &str| converted(batch, name, &timestamp_type());
        let mut optional = Vec::new();
        for name in OPTIONAL {
            if let Some(column) = batch.column_by_name(name) {
                let listed = name == "event_names";
                optional.push((name, if listed { Arc::clone(column) } else { text_column(batch, name)? }));
            }
        }
        Ok(Self {
            times: [time("time")?, time("last_time")?, time("window_start")?],
            count: converted(batch, "count", &DataType::Int64)?,
            message: text_column(batch, "message")?,
            event_ids: Arc::clone(given(batch, "event_ids")?),
            optional,
        })
    }

    fn time(&self, which: usize, row: usize) -> Result<Timestamp> {
        let column = &self.times[which];
        ensure!(column.is_valid(row), "`{}` is NULL", REQUIRED[which]);
        let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
        Ok(Timestamp::from_microsecond(micros)?)
    }

    fn optional(&self, name: &str) -> Option<&ArrayRef> {
        self.optional.iter().find(|(column, _)| *column == name).map(|(_, column)| column)
    }
}

fn given<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).with_context(|| format!("the rule's result has no column `{name}`"))
}

fn converted(batch: &RecordBatch, name: &str, data_type: &DataType) -> Result<ArrayRef> {
    cast(given(batch, name)?, data_type).with_context(|| format!("column `{name}` of the rule's result"))
}

fn text_column(batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
    converted(batch, name, &DataType::Utf8)
}

fn value(column: &ArrayRef, row: usize) -> Option<String> {
    column.is_valid(row).then(|| column.as_string::<i32>().value(row).to_owned())
}

/// A list of texts, or one text; sorted, each once, and not more than are kept. Aggregates over several
/// threads collect in any order, and a finding must not look grown because of that.
fn texts(column: &ArrayRef, row: usize) -> Result<Vec<String>> {
    if column.is_null(row) {
        return Ok(Vec::new());
    }
    let items = match column.data_type() {
        DataType::List(_) => column.as_list::<i32>().value(row),
        DataType::LargeList(_) => column.as_list::<i64>().value(row),
        DataType::FixedSizeList(_, _) => column.as_fixed_size_list().value(row),
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => column.slice(row, 1),
        other => bail!("a list of texts is of type {other}"),
    };
    let items = cast(&items, &DataType::Utf8)?;
    let mut texts: Vec<_> = items.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
    texts.sort();
    texts.dedup();
    texts.truncate(EVENT_IDS_MAX);
    Ok(texts)
}

/// Each row's columns that a finding has no place of its own for.
fn details(batch: &RecordBatch) -> Result<Vec<Map<String, Value>>> {
    let schema = batch.schema();
    let other = |field: &Arc<Field>| {
        let name = field.name().as_str();
        !REQUIRED.contains(&name) && !OPTIONAL.contains(&name)
    };
    let indices: Vec<_> =
        (0..schema.fields().len()).filter(|index| other(&schema.fields()[*index])).collect();
    if indices.is_empty() {
        return Ok(vec![Map::new(); batch.num_rows()]);
    }
    let mut lines = Vec::new();
    let mut writer = LineDelimitedWriter::new(&mut lines);
    writer
        .write(&batch.project(&indices)?)
        .context("a column for the details has no JSON form; cast it to text")?;
    writer.finish()?;
    let rows = serde_json::Deserializer::from_slice(&lines).into_iter::<Map<String, Value>>();
    rows.map(|row| Ok(row?)).collect()
}
