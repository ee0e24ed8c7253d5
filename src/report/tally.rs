//! Findings counted: by severity, rule, principal, account, address, tactic and time.
//!
//! What is of most concern comes first: whoever has more critical findings, then more of high severity, and so on. A
//! thousand signals of low severity never hide one that is critical.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use jiff::Timestamp;

use crate::detect::{self, Affected, Head, Report, RuleOutcome, Severity};

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
    let mut rules: HashMap<&str, OfRule<'_>> = HashMap::new();
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
    rules.sort_by_key(|rule| (Reverse((rule.severity, rule.count)), rule.rule_id));
    rules
}

/// Findings that have a name in common: of a principal, an account, an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Of<'a> {
    /// The name.
    pub name: &'a str,
    /// How many they are, and from when to when.
    pub affected: Affected,
}

/// All findings: how many of each severity, and from when to when.
pub(super) fn all(report: &Report) -> Option<Affected> {
    let counted = report.counted.as_ref().and_then(|counted| counted.all);
    counted.into_iter().chain(report.findings.heads().map(|head| once(&head))).reduce(|mut all, more| {
        all.add(&more);
        all
    })
}

/// Findings by who did it.
pub(super) fn by_principal(report: &Report) -> Vec<Of<'_>> {
    let counted = report.counted.iter().flat_map(|counted| &counted.principals);
    by_name(counted, report, |head| head.principal)
}

/// Findings by account.
pub(super) fn by_account(report: &Report) -> Vec<Of<'_>> {
    let counted = report.counted.iter().flat_map(|counted| &counted.accounts);
    by_name(counted, report, |head| head.account_id)
}

/// Findings by where they came from.
pub(super) fn by_address(report: &Report) -> Vec<Of<'_>> {
    let counted = report.counted.iter().flat_map(|counted| &counted.addresses);
    by_name(counted, report, |head| head.source_ip)
}

fn by_name<'a>(
    counted: impl Iterator<Item = (&'a String, &'a Affected)>,
    report: &'a Report,
    name: impl Fn(&Head<'a>) -> Option<&'a str>,
) -> Vec<Of<'a>> {
    let mut names: HashMap<&str, Affected> =
        counted.map(|(name, affected)| (name.as_str(), *affected)).collect();
    for head in report.findings.heads() {
        if let Some(name) = name(&head) {
            gather(&mut names, name, &head);
        }
    }
    let mut names: Vec<_> = names.into_iter().map(|(name, affected)| Of { name, affected }).collect();
    names.sort_by(|a, b| concern(&b.affected).cmp(&concern(&a.affected)).then_with(|| a.name.cmp(b.name)));
    names
}

/// A tactic's findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tactic<'a> {
    /// As ATT&CK writes it, such as `credential-access`; none of techniques that have none.
    pub name: Option<&'static str>,
    /// Findings with a technique of it, each once.
    pub affected: Affected,
    /// Its techniques that occur, those of most concern first.
    pub techniques: Vec<Of<'a>>,
}

/// The tactics in the order in which an attack goes through them; what is not listed comes after those.
const TACTICS: [&str; 16] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "stealth",
    "defense-evasion",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// Findings by tactic. A technique may serve several tactics, and counts in each of them.
pub(super) fn by_tactic(report: &Report) -> Vec<Tactic<'_>> {
    // Findings of one rule have the same techniques: asked once for each.
    let mut tactics: HashMap<Option<&'static str>, Affected> = HashMap::new();
    let mut techniques: HashMap<(Option<&'static str>, &str), Affected> = HashMap::new();
    let mut of_rule: HashMap<&str, BTreeSet<(Option<&'static str>, &str)>> = HashMap::new();
    for head in report.findings.heads() {
        let serves = of_rule.entry(head.rule_id).or_insert_with(|| served(head.attack));
        let mut last = None;
        for (tactic, technique) in serves.iter() {
            gather(&mut techniques, (*tactic, *technique), &head);
            if last != Some(tactic) {
                gather(&mut tactics, *tactic, &head);
            }
            last = Some(tactic);
        }
    }
    let mut found: Vec<_> = tactics
        .into_iter()
        .map(|(name, affected)| Tactic { name, affected, techniques: Vec::new() })
        .collect();
    let place = |name: Option<&str>| TACTICS.iter().position(|tactic| Some(*tactic) == name);
    found
        .sort_by_key(|tactic| (tactic.name.is_none(), place(tactic.name).unwrap_or(usize::MAX), tactic.name));
    for ((tactic, name), affected) in techniques {
        if let Some(of) = found.iter_mut().find(|of| of.name == tactic) {
            of.techniques.push(Of { name, affected });
        }
    }
    for tactic in &mut found {
        let by =
            |a: &Of<'_>, b: &Of<'_>| b.affected.count().cmp(&a.affected.count()).then(a.name.cmp(b.name));
        tactic.techniques.sort_by(by);
    }
    found
}

/// Which tactics these techniques serve.
fn served(attack: &[String]) -> BTreeSet<(Option<&'static str>, &str)> {
    let tactics = attack.iter().flat_map(|technique| {
        let tactics = detect::tactics(technique).iter().map(|tactic| Some(*tactic));
        let none = detect::tactics(technique).is_empty().then_some(None);
        tactics.chain(none).map(move |tactic| (tactic, technique.as_str()))
    });
    tactics.collect()
}

/// What an account has beside its number of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct InAccount<'a> {
    /// How many principals have findings there.
    pub principals: usize,
    /// The rule of its worst findings: of those of one severity the one that found most.
    pub worst_rule: &'a str,
}

/// For each account who has findings there, and of which rule most; of findings that are at hand.
pub(super) fn in_accounts(report: &Report) -> BTreeMap<&str, InAccount<'_>> {
    let mut principals: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    let mut rules: HashMap<&str, HashMap<&str, Affected>> = HashMap::new();
    for head in report.findings.heads() {
        let Some(account) = head.account_id else { continue };
        principals.entry(account).or_default().extend(head.principal);
        gather(rules.entry(account).or_default(), head.rule_id, &head);
    }
    let of_account = rules.into_iter().map(|(account, rules)| {
        let worst = rules.into_iter().max_by_key(|(rule, affected)| (concern(affected), Reverse(*rule)));
        let principals = principals.get(account).map_or(0, BTreeSet::len);
        (account, InAccount { principals, worst_rule: worst.map_or("", |(rule, _)| rule) })
    });
    of_account.collect()
}

fn once(head: &Head<'_>) -> Affected {
    Affected::once(head.severity, head.time, head.last_time)
}

fn gather<K: Eq + Hash>(all: &mut HashMap<K, Affected>, key: K, head: &Head<'_>) {
    let new = once(head);
    all.entry(key).and_modify(|own| own.add(&new)).or_insert(new);
}

/// What is compared to say what is of more concern.
fn concern(affected: &Affected) -> [u64; 5] {
    let mut counts = affected.counts;
    counts.reverse();
    counts
}

/// One stretch of time, and its findings by severity (in the order of [`Severity::ALL`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slot {
    /// Its start.
    pub start: Timestamp,
    /// How many of each severity.
    pub counts: [u64; 5],
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How long a stretch of time may be, in seconds: lengths that a reader has a word for.
const STEPS: [i64; 16] = [
    1,
    10,
    60,
    300,
    900,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    364 * DAY,
];

/// The findings over time, in at most `max` stretches of the same length, which begin at full hours or days, and how
/// long such a stretch is, in seconds. Without findings there are none.
pub(super) fn over_time(report: &Report, max: i64) -> (Vec<Slot>, i64) {
    let times = || report.findings.heads().map(|finding| finding.time.as_second());
    let (Some(first), Some(last)) = (times().min(), times().max()) else { return (Vec::new(), 1) };
    // What was looked at, as far as it is no more than there would be room for: `--since 1970` must not hide a day.
    let (since, until) = match report.run.span {
        Some(span) if span.until.as_second() - span.since.as_second() <= (last - first + DAY) * 4 => {
            (span.since.as_second().min(first), (span.until.as_second() - 1).max(last))
        }
        _ => (first, last),
    };
    let slots = |step: i64| until.div_euclid(step) - since.div_euclid(step) + 1;
    let step = STEPS.into_iter().find(|step| slots(*step) <= max);
    let step = step.unwrap_or_else(|| (until - since) / max.max(2).saturating_sub(1) + 1);
    let from = since.div_euclid(step);
    let empty = |index: i64| {
        let start = Timestamp::from_second((from + index) * step).unwrap_or(Timestamp::MIN);
        Slot { start, counts: [0; 5] }
    };
    let mut found: Vec<_> = (0..slots(step)).map(empty).collect();
    for finding in report.findings.heads() {
        let index = finding.time.as_second().div_euclid(step) - from;
        if let Some(slot) = usize::try_from(index).ok().and_then(|index| found.get_mut(index)) {
            slot.counts[finding.severity as usize] += 1;
        }
    }
    (found, step)
}
