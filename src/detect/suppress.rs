//! Findings the operator expects: `[[suppress]]` of `trailhound.toml`.
//!
//! A condition is SQL over the columns of `findings`, run over the findings of this run. An entry that has
//! expired or can't be understood suppresses nothing: a mistake here must never hide a finding.

use std::borrow::Cow;
use std::collections::HashSet;

use anyhow::{Context, Result};
use arrow::array::{AsArray, RecordBatch};
use datafusion::common::Column;
use datafusion::logical_expr::Expr;
use futures::TryStreamExt;
use jiff::tz::TimeZone;

use super::outcome::{Report, Suppressed};
use super::{Finding, Head, batch, glob};
use crate::config::Suppress;
use crate::query::Session;

/// Takes the findings that `entries` name out of the report, and counts them.
pub(super) async fn apply(session: &Session, entries: &[Suppress], report: &mut Report) {
    let today = report.run.found_at.to_zoned(TimeZone::UTC).date();
    for entry in entries {
        let name = format!("[[suppress]] of `{}` ({})", entry.rule, entry.reason);
        if entry.has_expired(today) {
            report.warnings.push(format!("{name} has expired: its findings are shown again"));
            continue;
        }
        match matching(session, entry, report).await {
            Ok(ids) => take(&ids, entry, report),
            Err(error) => report.warnings.push(format!("{name} suppresses nothing: {error:#}")),
        }
    }
}

/// The ids of the findings that `entry` is about.
async fn matching(session: &Session, entry: &Suppress, report: &Report) -> Result<HashSet<String>> {
    let mut of_rule = report.findings.among(|head| glob::matches(&entry.rule, head.rule_id));
    let Some(condition) = &entry.condition else {
        return Ok(of_rule.map(|finding| finding.into_owned().finding_id).collect());
    };
    let mut expected = HashSet::new();
    loop {
        let some: Vec<_> = of_rule.by_ref().take(batch::ROWS).map(Cow::into_owned).collect();
        // Without any finding, too: an operator wants to know that a condition is none.
        expected.extend(fulfilling(session, condition, &some).await?);
        if some.len() < batch::ROWS {
            return Ok(expected);
        }
    }
}

/// The ids of those of `findings` of which the condition holds.
async fn fulfilling(session: &Session, condition: &str, findings: &[Finding]) -> Result<Vec<String>> {
    let rows = session.context().read_batch(batch::to_batch(findings)?)?;
    let found = session.filtered(rows, condition).context("its `where` is no condition over findings")?;
    let ids = found.select(vec![Expr::Column(Column::from_name("finding_id"))])?;
    let batches: Vec<RecordBatch> = session.run(ids).await?.try_collect().await?;
    let ids = batches.iter().flat_map(|batch| batch.column(0).as_string::<i32>().iter().flatten());
    Ok(ids.map(str::to_owned).collect())
}

fn take(ids: &HashSet<String>, entry: &Suppress, report: &mut Report) {
    let mut count = 0;
    let concerns = |head: Head<'_>| glob::matches(&entry.rule, head.rule_id);
    report.findings.retain(concerns, |finding| {
        let expected = ids.contains(&finding.finding_id);
        if expected {
            count += 1;
            if let Some(rule) = report.rules.iter_mut().find(|rule| rule.rule_id == finding.rule_id) {
                rule.findings = rule.findings.saturating_sub(1);
                rule.suppressed += 1;
            }
        }
        !expected
    });
    if count > 0 {
        let (rule, reason) = (entry.rule.clone(), entry.reason.clone());
        report.suppressed.push(Suppressed { rule, reason, count });
    }
}
