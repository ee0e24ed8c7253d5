//! How often one rule would have found something: its findings by day.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::outcome::{RuleOutcome, Run};
use super::rule_set::RuleSet;
use super::run::{Options, run};
use crate::query::Session;

/// A rule's findings over a range of time, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// What it ran over.
    pub run: Run,
    /// How it went.
    pub outcome: RuleOutcome,
    /// Findings of each day (UTC) that has any.
    pub days: BTreeMap<Date, u64>,
    /// Principals with the most findings, the most affected first.
    pub principals: Vec<(String, u64)>,
}

/// How many principals a backtest names.
const PRINCIPALS_MAX: usize = 10;

/// Runs the rule `id` of `rules` over `cloudtrail`; nothing is saved.
///
/// # Errors
/// When there is no such rule, or the table can't be read.
pub async fn backtest(session: &Session, rules: &RuleSet, id: &str, options: &Options) -> Result<Backtest> {
    let only = super::Selection { only: vec![id.to_owned()], min_severity: None };
    let chosen = rules.select(&only).map_err(anyhow::Error::msg)?;
    let mut report = run(session, &chosen, options).await?;
    let mut days = BTreeMap::new();
    let mut principals: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in report.findings.heads() {
        *days.entry(finding.time.to_zoned(TimeZone::UTC).date()).or_insert(0) += 1;
        if let Some(principal) = finding.principal {
            *principals.entry(principal).or_insert(0) += 1;
        }
    }
    let mut principals: Vec<_> =
        principals.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    principals.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    principals.truncate(PRINCIPALS_MAX);
    anyhow::ensure!(
        report.rules.len() == 1,
        "`{id}` names {} rules; a backtest is of one",
        report.rules.len()
    );
    let outcome = report.rules.remove(0);
    Ok(Backtest { run: report.run, outcome, days, principals })
}
