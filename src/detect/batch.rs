//! Findings as rows of the `findings` table, and back.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;
use serde_json::Value;

use super::Finding;
use crate::event::timestamp_type;
use crate::lake::findings_schema;

/// Findings that are made and turned into rows at a time: what hundreds of rules find would not fit at once.
pub(super) const ROWS: usize = 8192;

/// Rows of [`findings_schema`]; lists and details as JSON text.
///
/// # Errors
/// Never for findings of this module; the schema is checked by Arrow.
pub fn to_batch(findings: &[Finding]) -> Result<RecordBatch> {
    let schema = findings_schema();
    let columns: Result<Vec<ArrayRef>> =
        schema.fields().iter().map(|field| column(field.name(), findings)).collect();
    Ok(RecordBatch::try_new(schema, columns?)?)
}

fn column(name: &str, findings: &[Finding]) -> Result<ArrayRef> {
    let number = |value: fn(&Finding) -> i64| -> ArrayRef {
        Arc::new(findings.iter().map(|finding| Some(value(finding))).collect::<Int64Array>())
    };
    let time = |value: fn(&Finding) -> Option<Timestamp>| -> ArrayRef {
        let micros = findings.iter().map(|finding| value(finding).map(Timestamp::as_microsecond));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    };
    let text = |value: fn(&Finding) -> Option<String>| -> ArrayRef {
        Arc::new(findings.iter().map(value).collect::<StringArray>())
    };
    Ok(match name {
        "finding_id" => text(|finding| Some(finding.finding_id.clone())),
        "revision" => number(|finding| finding.revision),
        "rule_id" => text(|finding| Some(finding.rule_id.clone())),
        "rule_version" => text(|finding| Some(finding.rule_version.clone())),
        "title" => text(|finding| Some(finding.title.clone())),
        "severity" => text(|finding| Some(finding.severity.name().to_owned())),
        "practice" => text(|finding| finding.practice.clone()),
        "attack" => text(|finding| Some(list(&finding.attack))),
        "time" => time(|finding| Some(finding.time)),
        "last_time" => time(|finding| Some(finding.last_time)),
        "window_start" => time(|finding| finding.window_start),
        "window_end" => time(|finding| finding.window_end),
        "count" => number(|finding| finding.count),
        "account_id" => text(|finding| finding.account_id.clone()),
        "region" => text(|finding| finding.region.clone()),
        "principal" => text(|finding| finding.principal.clone()),
        "source_ip" => text(|finding| finding.source_ip.clone()),
        "user_agent" => text(|finding| finding.user_agent.clone()),
        "event_names" => text(|finding| Some(list(&finding.event_names))),
        "message" => text(|finding| Some(finding.message.clone())),
        "event_ids" => text(|finding| Some(list(&finding.event_ids))),
        "details" => text(|finding| Some(Value::Object(finding.details.clone()).to_string())),
        "source" => text(|finding| Some(finding.source.clone())),
        "found_at" => time(|finding| Some(finding.found_at)),
        "run_id" => text(|finding| Some(finding.run_id.clone())),
        other => bail!("the findings table has a column `{other}` that a finding doesn't know"),
    })
}

fn list(texts: &[String]) -> String {
    Value::from(texts.to_vec()).to_string()
}

/// The findings of rows that have the columns of the `findings` table, in any order.
///
/// # Errors
/// When a column is missing or holds what no finding has.
pub fn from_batch(batch: &RecordBatch) -> Result<Vec<Finding>> {
    let rows = Rows { batch };
    let text = |name: &str| rows.column(name, &DataType::Utf8);
    let [finding_id, rule_id, rule_version] = [text("finding_id")?, text("rule_id")?, text("rule_version")?];
    let [title, severity, practice, attack] =
        [text("title")?, text("severity")?, text("practice")?, text("attack")?];
    let [account_id, region, principal] = [text("account_id")?, text("region")?, text("principal")?];
    let [source_ip, user_agent, event_names] =
        [text("source_ip")?, text("user_agent")?, text("event_names")?];
    let [message, event_ids, details] = [text("message")?, text("event_ids")?, text("details")?];
    let [source, run_id] = [text("source")?, text("run_id")?];
    let [revision, count] =
        [rows.column("revision", &DataType::Int64)?, rows.column("count", &DataType::Int64)?];
    let time = |name: &str| rows.column(name, &timestamp_type());
    let [from, to, found_at] = [time("time")?, time("last_time")?, time("found_at")?];
    let [window_start, window_end] = [time("window_start")?, time("window_end")?];
    let mut findings = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let needed = |column: &ArrayRef| string(column, row).unwrap_or_default();
        let when = |column: &ArrayRef| moment(column, row).context("a stored finding has no time");
        findings.push(Finding {
            finding_id: needed(&finding_id),
            revision: integer(&revision, row),
            rule_id: needed(&rule_id),
            rule_version: needed(&rule_version),
            title: needed(&title),
            severity: needed(&severity).parse().map_err(anyhow::Error::msg)?,
            practice: string(&practice, row),
            attack: texts(&attack, row)?,
            time: when(&from)?,
            last_time: when(&to)?,
            window_start: moment(&window_start, row),
            window_end: moment(&window_end, row),
            count: integer(&count, row),
            account_id: string(&account_id, row),
            region: string(&region, row),
            principal: string(&principal, row),
            source_ip: string(&source_ip, row),
            user_agent: string(&user_agent, row),
            event_names: texts(&event_names, row)?,
            message: needed(&message),
            event_ids: texts(&event_ids, row)?,
            details: serde_json::from_str(&string(&details, row).unwrap_or_else(|| "{}".to_owned()))
                .context("the details of a stored finding are no JSON object")?,
            source: needed(&source),
            found_at: when(&found_at)?,
            run_id: needed(&run_id),
        });
    }
    Ok(findings)
}

struct Rows<'a> {
    batch: &'a RecordBatch,
}

impl Rows<'_> {
    fn column(&self, name: &str, data_type: &DataType) -> Result<ArrayRef> {
        let column =
            self.batch.column_by_name(name).with_context(|| format!("no column `{name}` in the findings"))?;
        cast(column, data_type).with_context(|| format!("column `{name}` of the findings"))
    }
}

fn string(column: &ArrayRef, row: usize) -> Option<String> {
    column.is_valid(row).then(|| column.as_string::<i32>().value(row).to_owned())
}

fn integer(column: &ArrayRef, row: usize) -> i64 {
    if column.is_valid(row) { column.as_primitive::<Int64Type>().value(row) } else { 0 }
}

fn moment(column: &ArrayRef, row: usize) -> Option<Timestamp> {
    let valid = column.is_valid(row);
    let micros = valid.then(|| column.as_primitive::<TimestampMicrosecondType>().value(row))?;
    Timestamp::from_microsecond(micros).ok()
}

fn texts(column: &ArrayRef, row: usize) -> Result<Vec<String>> {
    match string(column, row) {
        None => Ok(Vec::new()),
        Some(text) => {
            serde_json::from_str(&text).context("a list of a stored finding is no JSON list of texts")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::tests::sample;
    use super::*;

    #[test]
    fn findings_come_back_from_rows_as_they_were() {
        let mut bare = sample();
        (bare.practice, bare.window_start, bare.window_end) = (None, None, None);
        (bare.account_id, bare.region, bare.principal) = (None, None, None);
        (bare.source_ip, bare.user_agent) = (None, None);
        (bare.attack, bare.event_names, bare.event_ids) = (Vec::new(), Vec::new(), Vec::new());
        bare.details.clear();
        let findings = [sample(), bare];
        assert_eq!(from_batch(&to_batch(&findings).unwrap()).unwrap(), findings);
    }

    #[test]
    fn a_row_that_is_no_finding_is_refused() {
        let batch = to_batch(&[sample()]).unwrap();
        let narrow = batch.project(&[0, 1]).unwrap();
        assert!(from_batch(&narrow).unwrap_err().to_string().contains("no column"));
    }
}
