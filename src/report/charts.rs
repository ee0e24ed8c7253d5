//! The charts of the page, as inline SVG: no script, no font, nothing to load.
//!
//! Colours come from the page's style sheet by class, so that charts follow dark and light too.

use std::fmt::Write;

use super::html::escape;
use super::tally::{OfRule, Slot};
use crate::detect::Severity;

const WIDTH: usize = 960;
const TIMELINE_HEIGHT: usize = 140;
const AXIS: usize = 20;
const BAR: usize = 22;
const LABEL: usize = 280;
const NUMBER: usize = 60;

/// Findings over time: a stack of severities for each stretch.
pub(super) fn timeline(slots: &[Slot]) -> String {
    let highest = slots.iter().map(|slot| slot.counts.iter().sum::<u64>()).max().unwrap_or(0).max(1);
    let height = TIMELINE_HEIGHT - AXIS;
    let step = WIDTH as f64 / slots.len().max(1) as f64;
    let mut svg = open(TIMELINE_HEIGHT, "Findings over time");
    for (index, slot) in slots.iter().enumerate() {
        let total: u64 = slot.counts.iter().sum();
        if total == 0 {
            continue;
        }
        let _ = write!(svg, "<g><title>{total} from {:.0}</title>", slot.start);
        let mut top = height as f64;
        for severity in Severity::ALL.into_iter().rev() {
            let part = slot.counts[severity as usize] as f64 / highest as f64 * (height as f64 - 4.0);
            if part == 0.0 {
                continue;
            }
            top -= part;
            let (x, wide) = (index as f64 * step, (step - 1.0).max(1.0));
            let _ = write!(
                svg,
                r#"<rect class="{severity}" x="{x:.1}" y="{top:.1}" width="{wide:.1}" height="{part:.1}"/>"#
            );
        }
        svg.push_str("</g>");
    }
    let _ = write!(svg, r#"<line class="axis" x1="0" y1="{height}" x2="{WIDTH}" y2="{height}"/>"#);
    let baseline = TIMELINE_HEIGHT - 5;
    if let (Some(first), Some(last)) = (slots.first(), slots.last()) {
        let _ = write!(svg, r#"<text x="0" y="{baseline}">{}</text>"#, first.start.strftime("%F %H:%M"));
        let _ = write!(
            svg,
            r#"<text x="{WIDTH}" y="{baseline}" text-anchor="end">{} UTC</text>"#,
            last.start.strftime("%F %H:%M")
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Findings by rule: a bar each.
pub(super) fn bars(rules: &[OfRule<'_>]) -> String {
    let most = rules.iter().map(|rule| rule.count).max().unwrap_or(0).max(1);
    let mut svg = open(rules.len() * BAR + 4, "Findings by rule");
    for (index, rule) in rules.iter().enumerate() {
        let y = index * BAR;
        let long = (WIDTH - LABEL - NUMBER) as f64 * rule.count as f64 / most as f64;
        let (text, end) = (y + BAR - 7, LABEL as f64 + long + 6.0);
        let (id, title, count, severity) =
            (escape(rule.rule_id), escape(rule.title), rule.count, rule.severity);
        let _ = write!(
            svg,
            r#"<g><title>{title}</title><text x="{}" y="{text}" text-anchor="end">{id}</text><rect class="{severity}" x="{LABEL}" y="{}" width="{:.1}" height="{}"/><text x="{end:.1}" y="{text}">{count}</text></g>"#,
            LABEL - 8,
            y + 3,
            long.max(2.0),
            BAR - 7,
        );
    }
    svg.push_str("</svg>");
    svg
}

fn open(height: usize, label: &str) -> String {
    format!(r#"<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">"#)
}
