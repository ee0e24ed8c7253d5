//! How often one rule would have found something: its findings by day.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::kind::Kind;
use super::outcome::{RuleOutcome, Run};
use super::rule_set::RuleSet;
use super::run::{Options, beside, run};
use crate::query::Session;

/// A rule's findings over a range of time, counted.
#[derive(Debug, Clone)]
pub struct Backtest {
    /// What it ran over.
    pub run: Run,
    /// How it went.
    pub outcome: RuleOutcome,
    /// Findings of each day (UTC) that has any.
    pub days: BTreeMap<Date, u64>,
    /// Principals with the most findings, the most affected first, at most [`PRINCIPALS_MAX`].
    pub principals: Vec<(String, u64)>,
    /// How many principals have any.
    pub principals_count: u64,
    /// Of an event rule: other event rules that match some of its events, and how many of them; the most first.
    pub overlap: Vec<(String, u64)>,
}

/// How many principals a backtest names.
const PRINCIPALS_MAX: usize = 10;

/// Findings that are counted by day: those of one rule need not leave room for others.
const FINDINGS_MAX: usize = 200_000;

/// Runs the rule `id` of `rules` over `cloudtrail`; nothing is saved.
///
/// # Errors
/// When there is no such rule, or the table can't be read.
pub async fn backtest(session: &Session, rules: &RuleSet, id: &str, options: &Options) -> Result<Backtest> {
    let select =
        |only| rules.select(&super::Selection { only, min_severity: None }).map_err(anyhow::Error::msg);
    let chosen = select(vec![id.to_owned()])?;
    anyhow::ensure!(chosen.len() == 1, "`{id}` names {} rules; a backtest is of one", chosen.len());
    let is_event = chosen.iter().any(|rule| rule.kind == Kind::Event);
    if is_event {
        session.expect_scans();
    }
    let options = Options { findings_max: FINDINGS_MAX, ..options.clone() };
    let mut report = run(session, &chosen, &options).await?;
    let mut days = BTreeMap::new();
    let mut principals: BTreeMap<&str, u64> = BTreeMap::new();
    for finding in report.findings.heads() {
        *days.entry(finding.time.to_zoned(TimeZone::UTC).date()).or_insert(0) += 1;
        if let Some(principal) = finding.principal {
            *principals.entry(principal).or_insert(0) += 1;
        }
    }
    let principals_count = principals.len() as u64;
    let mut principals: Vec<_> =
        principals.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    principals.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    principals.truncate(PRINCIPALS_MAX);
    let outcome = report.rules.remove(0);
    let overlap = match report.run.span.filter(|_| is_event && outcome.findings > 0) {
        // A disabled rule is no other rule, but may be the one itself.
        Some(span) => {
            let others = select(Vec::new())?.with(&chosen);
            beside(session, &others, &outcome.rule_id, span, &options).await?
        }
        None => Vec::new(),
    };
    Ok(Backtest { run: report.run, outcome, days, principals, principals_count, overlap })
}
