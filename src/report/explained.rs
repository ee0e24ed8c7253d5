//! How rules were asked and what that took, for whoever wonders why a run is slow.
//!
//! Event rules share a scan: its plan says which files and row groups were left out and what was read. Of each of them
//! it is told for which event names it is asked at all, of how many events its answer followed from their kind, and of how
//! many it was asked one by one. Measuring that takes time itself.

use std::io::{self, Write};
use std::time::Duration;

use super::{Style, paint};
use crate::detect::{Asking, Report};

/// Event names and characters of a predicate that are shown.
const NAMES_MAX: usize = 3;
const PREDICATE_MAX: usize = 160;

pub(super) fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some((ids, explained)) = &report.explained {
        writeln!(out, "{}", paint::strong("event rules, in one scan", style))?;
        let mut rules: Vec<_> = ids.iter().zip(&explained.rules).collect();
        let time =
            |asking: &Option<Asking>| asking.as_ref().map(|asking| asking.cost.time).unwrap_or_default();
        rules.sort_by(|a, b| time(b.1).cmp(&time(a.1)).then_with(|| a.0.cmp(b.0)));
        writeln!(out, "{:>9}  {:>10}  {:>10}  {:>9}  rule", "ms", "asked", "by kind", "matched")?;
        for (id, asking) in rules {
            let found = report.rules.iter().find(|rule| rule.rule_id == *id).map_or(0, |rule| rule.findings);
            let Some(asking) = asking else { continue };
            writeln!(out, "{}  {found:>9}  {}", cost(asking), paint::escape(id))?;
            writeln!(out, "{:46}{}", "", question(asking))?;
        }
        if !explained.fed.is_empty() {
            writeln!(out, "\n{}", paint::strong("what correlations are about, in the same scan", style))?;
            writeln!(out, "{:>9}  {:>10}  {:>10}  question", "ms", "asked", "by kind")?;
        }
        let mut fed: Vec<_> = explained.fed.iter().collect();
        fed.sort_by(|a, b| b.cost.time.cmp(&a.cost.time).then_with(|| a.predicate.cmp(&b.predicate)));
        for asking in fed {
            writeln!(out, "{}  {}", cost(asking), question(asking))?;
        }
        if !explained.read.is_empty() {
            writeln!(
                out,
                "\n{}",
                paint::strong("what queries read, in the same scan or one of their own", style)
            )?;
            writeln!(out, "{:>9}  {:>10}  {:>10}  {:>9}  question", "ms", "asked", "by kind", "kept")?;
        }
        let mut read: Vec<_> = explained.read.iter().collect();
        read.sort_by(|(a, _), (b, _)| {
            b.cost.time.cmp(&a.cost.time).then_with(|| a.predicate.cmp(&b.predicate))
        });
        for (asking, kept) in read {
            let kept = kept.map_or_else(|| "too many".to_owned(), |kept| kept.to_string());
            writeln!(out, "{}  {kept:>9}  {}", cost(asking), question(asking))?;
        }
        let fed = explained.fed.iter().chain(explained.read.iter().map(|(asking, _)| asking));
        let asked = explained.rules.iter().map(time).chain(fed.map(|asking| asking.cost.time));
        let asked: Duration = asked.sum();
        writeln!(out, "{:.1} ms in all, on all cores\n", asked.as_secs_f64() * 1e3)?;
        writeln!(
            out,
            "{}\n  {}\n",
            paint::strong("columns that were read", style),
            explained.columns.join(", ")
        )?;
        writeln!(out, "{}", paint::strong("the scan below the rules", style))?;
        for line in explained.plan.lines() {
            writeln!(out, "  {}", paint::escape(line))?;
        }
    }
    let alone = |id: &String| report.explained.as_ref().is_none_or(|(ids, _)| !ids.contains(id));
    let mut others: Vec<_> = report.rules.iter().filter(|rule| alone(&rule.rule_id)).collect();
    others.sort_by(|a, b| b.elapsed.cmp(&a.elapsed).then_with(|| a.rule_id.cmp(&b.rule_id)));
    if !others.is_empty() {
        writeln!(out, "\n{}", paint::strong("rules by themselves, and correlations together", style))?;
        writeln!(out, "{:>9}  {:>9}  rule", "ms", "found")?;
    }
    for rule in others {
        let milliseconds = rule.elapsed.as_secs_f64() * 1e3;
        writeln!(out, "{milliseconds:>9.1}  {:>9}  {}", rule.findings, paint::escape(&rule.rule_id))?;
    }
    Ok(())
}

fn cost(asking: &Asking) -> String {
    let cost = asking.cost;
    let milliseconds = cost.time.as_secs_f64() * 1e3;
    format!("{milliseconds:>9.1}  {:>10}  {:>10}", cost.asked, cost.by_kind)
}

fn question(asking: &Asking) -> String {
    let predicate = paint::cut(&paint::escape(&asking.predicate), PREDICATE_MAX);
    format!("for {}: {predicate}", names(asking))
}

fn names(asking: &Asking) -> String {
    let Some(names) = &asking.names else { return "any event".to_owned() };
    let mut shown: Vec<_> =
        names.iter().take(NAMES_MAX).map(|name| paint::escape(name).into_owned()).collect();
    if names.len() > NAMES_MAX {
        shown.push(format!("{} more", names.len() - NAMES_MAX));
    }
    shown.join(", ")
}
