//! The upper half of the page: what to look at first, the charts, and who and what findings are about.
//!
//! Every list is bounded and says how many it leaves out. Bars stand in rows of tables, where their names can wrap and be
//! copied: an ARN is too long to be written into a chart.

use std::fmt::Write;

use super::evidence::Evidence;
use super::{badge, charts, count, cut, escape};
use crate::detect::{Affected, Report, Severity};
use crate::report::tally::{self, Of};

/// Stretches of the timeline: each is some pixels wide.
const SLOTS_MAX: i64 = 120;
/// Findings named at the top: what one person can look at in a morning.
const FIRST_MAX: usize = 40;
/// Accounts named; organisations have thousands.
const ACCOUNTS_MAX: usize = 50;
/// Principals and addresses named, each.
const NAMES_MAX: usize = 20;
/// Techniques named for each tactic.
const TECHNIQUES_MAX: usize = 12;
/// Rules named.
const RULES_MAX: usize = 100;
/// Characters shown of a name: whoever assumes a role chooses a part of it.
const NAME_MAX: usize = 300;
/// Characters shown of an account or address in a column that does not break them.
const SHORT_MAX: usize = 64;

pub(super) fn write(page: &mut String, report: &Report, evidence: &Evidence<'_>) {
    lead(page, report);
    page.push_str(
        "<nav aria-label=\"Parts of this page\"><a href=\"#time\">Over time</a> <a href=\"#severity\">Severity</a> \
         <a href=\"#accounts\">Accounts</a> <a href=\"#attack\">ATT&amp;CK</a> <a href=\"#principals\">Principals</a> \
         <a href=\"#addresses\">Addresses</a> <a href=\"#rules\">Rules</a> <a href=\"#evidence\">Evidence</a></nav>\n",
    );
    first(page, report, evidence);
    page.push_str("<div class=\"pair charts\">\n");
    over_time(page, report);
    severities(page, report);
    page.push_str("</div>\n");
    accounts(page, report);
    tactics(page, report);
    page.push_str("<div class=\"pair\">\n");
    names(page, ("principals", "Top principals", "Principal"), &tally::by_principal(report));
    names(page, ("addresses", "Top source addresses", "From"), &tally::by_address(report));
    page.push_str("</div>\n");
    rules(page, report, evidence);
}

/// What there is, in a sentence.
fn lead(page: &mut String, report: &Report) {
    let Some(all) = tally::all(report) else { return };
    let accounts = tally::by_account(report).len() as u64;
    let rules = tally::by_rule(report).len() as u64;
    let _ = writeln!(
        page,
        "<p class=\"lead\">{} by {}{}, the first at <time>{}</time>, the last at <time>{}</time>.</p>",
        count(all.count(), "finding"),
        count(rules, "rule"),
        if accounts > 0 { format!(" in {}", count(accounts, "account")) } else { String::new() },
        minute(all.first),
        minute(all.last),
    );
}

/// Findings that somebody has to look at now, in order of time: an attack reads as a story.
fn first(page: &mut String, report: &Report, evidence: &Evidence<'_>) {
    let urgent = report.findings.heads().enumerate().filter(|(_, head)| head.severity >= Severity::High);
    let mut urgent: Vec<_> = urgent.map(|(place, head)| (head.severity, head.time, place)).collect();
    open(page, "first", "Look at these first");
    if urgent.is_empty() {
        page.push_str("<p class=\"none\">Nothing critical or high was found.</p>\n</section>\n");
        return;
    }
    let all = urgent.len();
    // What is critical is never the part that is left out.
    urgent.truncate(FIRST_MAX);
    urgent.sort_by_key(|(severity, time, place)| (*time, std::cmp::Reverse(*severity), *place));
    table(page, &["Severity", "Time", "What", "Who", "From", "Account"]);
    for (severity, time, place) in urgent {
        let finding = report.findings.get(place);
        let title = escape(&finding.title);
        let title = match evidence.shows(place) {
            true => format!("<a href=\"#f{place}\">{title}</a>"),
            false => title.into_owned(),
        };
        let named = |text: &Option<String>, max: usize| {
            text.as_deref().map_or_else(|| "–".to_owned(), |text| cut(text, max))
        };
        let _ = writeln!(
            page,
            "<tr><td>{}</td><td class=\"when\">{}</td><td>{title}</td><td class=\"name\">{}</td><td>{}</td><td>{}</td></tr>",
            badge(severity),
            minute(time),
            named(&finding.principal, NAME_MAX),
            named(&finding.source_ip, SHORT_MAX),
            named(&finding.account_id, SHORT_MAX),
        );
    }
    close(page, all.saturating_sub(FIRST_MAX), "more are critical or high; the evidence below has them");
}

fn over_time(page: &mut String, report: &Report) {
    let (slots, step) = tally::over_time(report, SLOTS_MAX);
    let busiest =
        slots.iter().max_by_key(|slot| (slot.counts.iter().sum::<u64>(), std::cmp::Reverse(slot.start)));
    let busiest = busiest.map_or_else(String::new, |slot| {
        format!("the highest is {}, from {}", slot.counts.iter().sum::<u64>(), minute(slot.start))
    });
    let length = length(step);
    open(page, "time", "Over time");
    let chart =
        charts::timeline(&slots, step, &format!("Findings over time, in columns of {length}; {busiest}"));
    let _ = writeln!(
        page,
        "<div class=\"wide chart\">{chart}</div>\n{}<p class=\"caption\">Findings by when they began, in columns of {length}; {busiest}. \
         A triangle stands above columns with something critical or high.</p>\n</section>",
        legend()
    );
}

fn severities(page: &mut String, report: &Report) {
    let counts = tally::counts(report).map(|(_, count)| count);
    open(page, "severity", "By severity");
    let label = format!("Findings by severity: {}", spoken(&counts));
    let _ = writeln!(page, "<div class=\"chart\">{}</div>\n</section>", charts::histogram(&counts, &label));
}

fn accounts(page: &mut String, report: &Report) {
    let accounts = tally::by_account(report);
    let beside = tally::in_accounts(report);
    open(page, "accounts", "By account");
    table(
        page,
        &["Account", "Crit.", "High", "Med.", "Low", "Info", "Principals", "Worst rule", "First", "Last"],
    );
    for Of { name, affected } in accounts.iter().take(ACCOUNTS_MAX) {
        let beside = beside.get(name).cloned().unwrap_or_default();
        let _ = write!(page, "<tr><th scope=\"row\">{}</th>", cut(name, SHORT_MAX));
        for severity in Severity::ALL.into_iter().rev() {
            match affected.counts[severity as usize] {
                0 => page.push_str("<td class=\"number zero\">0</td>"),
                count => {
                    let _ = write!(page, "<td class=\"number {severity}\">{count}</td>");
                }
            }
        }
        let _ = writeln!(
            page,
            "<td class=\"number\">{}</td><td class=\"name\">{}</td><td class=\"when\">{}</td><td class=\"when\">{}</td></tr>",
            beside.principals,
            escape(beside.worst_rule),
            minute(affected.first),
            minute(affected.last),
        );
    }
    close(page, accounts.len().saturating_sub(ACCOUNTS_MAX), "more accounts have findings");
}

fn tactics(page: &mut String, report: &Report) {
    let tactics = tally::by_tactic(report);
    open(page, "attack", "ATT&amp;CK by tactic");
    let most = most(tactics.iter().map(|tactic| &tactic.affected));
    table(page, &["Tactic", "Findings", "", "Techniques"]);
    for tactic in &tactics {
        let name = tactic.name.map_or_else(|| "not in ATT&amp;CK".to_owned(), spaced);
        let mut techniques = String::new();
        for Of { name, affected } in tactic.techniques.iter().take(TECHNIQUES_MAX) {
            let _ = write!(
                techniques,
                "<span class=\"technique\"><code>{}</code> {}</span> ",
                cut(name, NAME_MAX),
                affected.count()
            );
        }
        if tactic.techniques.len() > TECHNIQUES_MAX {
            let _ = write!(techniques, "and {} more", tactic.techniques.len() - TECHNIQUES_MAX);
        }
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{name}</th><td class=\"number\">{}</td><td class=\"bar\">{}</td><td>{techniques}</td></tr>",
            tactic.affected.count(),
            charts::strip(&tactic.affected.counts, most),
        );
    }
    page.push_str(
        "</tbody></table></div>\n<p class=\"caption\">A technique may serve several tactics; its findings count in each of \
         them.</p>\n</section>\n",
    );
}

/// Names with most findings of concern.
fn names(page: &mut String, (id, title, kind): (&str, &str, &str), names: &[Of<'_>]) {
    open(page, id, title);
    let shown = &names[..names.len().min(NAMES_MAX)];
    let most = most(shown.iter().map(|of| &of.affected));
    table(page, &[kind, "Worst", "Findings", ""]);
    for Of { name, affected } in shown {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\" class=\"name\">{}</th><td>{}\u{a0}×\u{a0}{}</td><td class=\"number\">{}</td><td class=\"bar\">{}</td></tr>",
            cut(name, NAME_MAX),
            badge(affected.worst()),
            affected.counts[affected.worst() as usize],
            affected.count(),
            charts::strip(&affected.counts, most),
        );
    }
    close(page, names.len() - shown.len(), "more have findings");
}

fn rules(page: &mut String, report: &Report, evidence: &Evidence<'_>) {
    let rules = tally::by_rule(report);
    open(page, "rules", "Top rules");
    let shown = &rules[..rules.len().min(RULES_MAX)];
    let most = shown.iter().map(|rule| rule.count).max().unwrap_or(0);
    table(page, &["Severity", "Rule", "Findings", ""]);
    for rule in shown {
        let mut counts = [0; 5];
        counts[rule.severity as usize] = rule.count;
        let title = escape(rule.title);
        let title = match evidence.section(rule.rule_id) {
            Some(section) => format!("<a href=\"#r{section}\">{title}</a>"),
            None => title.into_owned(),
        };
        let _ = writeln!(
            page,
            "<tr><td>{}</td><th scope=\"row\" class=\"name\">{title}<br><code>{}</code></th><td class=\"number\">{}</td><td class=\"bar\">{}</td></tr>",
            badge(rule.severity),
            escape(rule.rule_id),
            rule.count,
            charts::strip(&counts, most),
        );
    }
    close(page, rules.len() - shown.len(), "more rules found something");
}

fn open(page: &mut String, id: &str, title: &str) {
    let _ = writeln!(page, "<section id=\"{id}\">\n<h2>{title}</h2>");
}

fn table(page: &mut String, heads: &[&str]) {
    page.push_str("<div class=\"wide\"><table>\n<thead><tr>");
    for head in heads {
        let _ = match *head {
            "" => write!(page, "<td></td>"),
            "Findings" | "Principals" | "Crit." | "High" | "Med." | "Low" | "Info" => {
                write!(page, "<th scope=\"col\" class=\"number\">{head}</th>")
            }
            _ => write!(page, "<th scope=\"col\">{head}</th>"),
        };
    }
    page.push_str("</tr></thead>\n<tbody>\n");
}

/// Ends a table, and says how many rows it lacks.
fn close(page: &mut String, left_out: usize, of_what: &str) {
    page.push_str("</tbody></table></div>\n");
    if left_out > 0 {
        let _ = writeln!(page, "<p class=\"caption\">{left_out} {of_what}.</p>");
    }
    page.push_str("</section>\n");
}

fn most<'a>(all: impl Iterator<Item = &'a Affected>) -> u64 {
    all.map(Affected::count).max().unwrap_or(0)
}

fn legend() -> String {
    let badges: Vec<_> = Severity::ALL.into_iter().rev().map(badge).collect();
    format!("<p class=\"legend\" aria-hidden=\"true\">{}</p>\n", badges.join(" "))
}

/// `4 critical, 0 high, …`
fn spoken(counts: &[u64; 5]) -> String {
    let parts =
        Severity::ALL.into_iter().rev().map(|severity| format!("{} {severity}", counts[severity as usize]));
    parts.collect::<Vec<_>>().join(", ")
}

/// `credential-access` as words.
fn spaced(tactic: &str) -> String {
    let words = tactic.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), chars.as_str()))
}

fn minute(time: jiff::Timestamp) -> String {
    time.strftime("%F %H:%M").to_string()
}

/// So many seconds, in the largest unit that they are full ones of.
fn length(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    let (unit, name) = unit.unwrap_or((1, "second"));
    count((seconds / unit).unsigned_abs(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_tactics_are_told_in_words() {
        assert_eq!([1, 300, 3600, 7 * 86_400].map(length), ["1 second", "5 minutes", "1 hour", "7 days"]);
        assert_eq!(spaced("credential-access"), "Credential access");
        assert_eq!(spoken(&[5, 0, 3, 2, 1]), "1 critical, 2 high, 3 medium, 0 low, 5 info");
    }
}
