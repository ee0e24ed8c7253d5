//! Findings counted: by severity, by rule, by principal, by time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::detect::{Affected, Head, Report, RuleOutcome, Severity};

/// How many findings there are of each severity, in the order of [`Severity::ALL`].
pub(super) fn counts(report: &Report) -> [(Severity, u64); 5] {
    let mut counts = Severity::ALL.map(|severity| (severity, 0));
    match &report.counted {
        None => report.findings.heads().for_each(|head| counts[head.severity as usize].1 += 1),
        Some(_) => report.rules.iter().for_each(|rule| counts[rule.severity as usize].1 += rule.findings),
    }
    counts
}

/// How many findings there are of each severity that occurs, the most urgent first.
pub(super) fn by_severity(report: &Report) -> Vec<(Severity, u64)> {
    counts(report).into_iter().rev().filter(|(_, count)| *count > 0).collect()
}

/// `3 findings: 1 critical, 2 high`
pub(super) fn sentence(report: &Report) -> String {
    let severities = by_severity(report);
    let total: u64 = severities.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return "no findings".to_owned();
    }
    let parts: Vec<_> =
        severities.into_iter().map(|(severity, count)| format!("{count} {severity}")).collect();
    let noun = if total == 1 { "finding" } else { "findings" };
    format!("{total} {noun}: {}", parts.join(", "))
}

/// A rule's findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfRule<'a> {
    /// The rule.
    pub rule_id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its severity.
    pub severity: Severity,
    /// How many.
    pub count: u64,
}

/// The rules that found something: the most severe first, then those with the most findings.
pub(super) fn by_rule(report: &Report) -> Vec<OfRule<'_>> {
    let mut rules: BTreeMap<&str, OfRule<'_>> = BTreeMap::new();
    if report.counted.is_some() {
        for rule in report.rules.iter().filter(|rule| rule.findings > 0) {
            let RuleOutcome { rule_id, title, severity, findings, .. } = rule;
            rules.insert(rule_id, OfRule { rule_id, title, severity: *severity, count: *findings });
        }
    } else {
        for Head { rule_id, title, severity, .. } in report.findings.heads() {
            let new = OfRule { rule_id, title, severity, count: 0 };
            rules.entry(rule_id).or_insert(new).count += 1;
        }
    }
    let mut rules: Vec<_> = rules.into_values().collect();
    rules.sort_by_key(|rule| (std::cmp::Reverse((rule.severity, rule.count)), rule.rule_id));
    rules
}

/// A principal's findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfPrincipal<'a> {
    /// The principal.
    pub principal: &'a str,
    /// The worst of them.
    pub worst: Severity,
    /// How many.
    pub count: u64,
}

/// The principals of most concern, at most `max`: by their worst finding, then by how many they have.
pub(super) fn by_principal(report: &Report, max: usize) -> Vec<OfPrincipal<'_>> {
    let mut principals: BTreeMap<&str, OfPrincipal<'_>> = BTreeMap::new();
    for (principal, Affected { count, worst }) in report.counted.iter().flatten() {
        principals.insert(principal, OfPrincipal { principal, worst: *worst, count: *count });
    }
    for finding in report.findings.heads() {
        let Some(principal) = finding.principal else { continue };
        let new = OfPrincipal { principal, worst: finding.severity, count: 0 };
        let entry = principals.entry(principal).or_insert(new);
        entry.count += 1;
        entry.worst = entry.worst.max(finding.severity);
    }
    let mut principals: Vec<_> = principals.into_values().collect();
    principals.sort_by_key(|of| (std::cmp::Reverse((of.worst, of.count)), of.principal));
    principals.truncate(max);
    principals
}

/// One stretch of time, and its findings by severity (in the order of [`Severity::ALL`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its start.
    pub start: Timestamp,
    /// How many of each severity.
    pub counts: [u64; 5],
}

/// The findings over time, in `slots` stretches of the same length.
pub(super) fn over_time(report: &Report, slots: usize) -> Vec<Slot> {
    let times = || report.findings.heads().map(|finding| finding.time.as_second());
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return Vec::new() };
    let span = report.run.span;
    let since = span.map_or(first, |span| span.since.as_second().min(first));
    let until = span.map_or(last, |span| span.until.as_second().max(last)) + 1;
    let slots = slots as i64;
    let step = ((until - since) + slots - 1) / slots.max(1);
    let step = step.max(1);
    let empty = |index: i64| {
        let start = Timestamp::from_second(since + index * step).unwrap_or(Timestamp::MIN);
        Slot { start, counts: [0; 5] }
    };
    let mut found: Vec<_> = (0..slots).map(empty).collect();
    for finding in report.findings.heads() {
        let index = usize::try_from((finding.time.as_second() - since) / step).unwrap_or(0);
        if let Some(slot) = found.get_mut(index) {
            slot.counts[finding.severity as usize] += 1;
        }
    }
    found
}
