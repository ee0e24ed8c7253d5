//! The lower half of the page: each rule that found something, what to do about it, and its findings one by one.
//!
//! What a rule says stands once, above its findings. The page is bounded: of each rule the first findings are shown, more
//! of them where they are severe, and no more than [`FINDINGS_MAX`] and [`BYTES_MAX`] of all; it says what it leaves out
//! and how to get that.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{badge, count, cut, escape};
use crate::detect::{Body, Finding, Report, Rule};
use crate::report::tally::{self, OfRule};

/// Findings of one rule that are shown, in the order of `Severity::ALL`: nobody reads a thousand signals one by one.
const OF_RULE_MAX: [usize; 5] = [10, 20, 100, 200, 200];
/// Findings that are shown of all rules: a browser opens a page of a few megabytes at once.
const FINDINGS_MAX: usize = 2_000;
/// Bytes of them. A finding takes 3 KB; rules of one's own may put anything into details.
const BYTES_MAX: usize = 16 << 20;
/// Characters shown of one field, and of details.
const FIELD_MAX: usize = 2_000;
const DETAILS_MAX: usize = 8_000;
/// Event ids that are shown, and those that a command asks for.
const IDS_SHOWN: usize = 20;
const IDS_ASKED: usize = 5;
/// How far around a finding a hunt looks.
const AROUND: SignedDuration = SignedDuration::from_hours(24);

/// Which findings are shown.
pub(super) struct Evidence<'a> {
    sections: Vec<Section<'a>>,
    by_rule: HashMap<&'a str, usize>,
    /// By place among the findings.
    shown: Vec<bool>,
}

struct Section<'a> {
    rule: OfRule<'a>,
    about: Option<&'a Arc<Rule>>,
    /// Places of the findings that are shown.
    places: Vec<usize>,
}

impl<'a> Evidence<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let about: HashMap<&str, _> = report
            .rules
            .iter()
            .filter_map(|rule| Some((rule.rule_id.as_str(), rule.rule.as_ref()?)))
            .collect();
        let section =
            |rule: OfRule<'a>| Section { about: about.get(rule.rule_id).copied(), rule, places: Vec::new() };
        let mut sections: Vec<_> = tally::by_rule(report).into_iter().map(section).collect();
        let by_rule: HashMap<_, _> =
            (0..).zip(&sections).map(|(number, of)| (of.rule.rule_id, number)).collect();
        let mut shown = vec![false; report.findings.len()];
        let mut left = FINDINGS_MAX;
        // The most severe come first, so what is left out is the least.
        for (place, head) in report.findings.heads().enumerate() {
            let Some(section) =
                by_rule.get(head.rule_id).and_then(|number: &usize| sections.get_mut(*number))
            else {
                continue;
            };
            if left > 0 && section.places.len() < OF_RULE_MAX[section.rule.severity as usize] {
                section.places.push(place);
                shown[place] = true;
                left -= 1;
            }
        }
        Self { sections, by_rule, shown }
    }

    /// Whether the finding at this place is shown.
    pub(super) fn shows(&self, place: usize) -> bool {
        self.shown.get(place).copied().unwrap_or(false)
    }

    /// The number of a rule's section.
    pub(super) fn section(&self, rule_id: &str) -> Option<usize> {
        self.by_rule.get(rule_id).copied()
    }

    pub(super) fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let shown = self.shown.iter().filter(|shown| **shown).count();
        let mut text = String::from("<section id=\"evidence\">\n<h2>Evidence</h2>\n");
        if shown < report.findings.len() {
            let _ = writeln!(
                text,
                "<p class=\"caption\">{shown} of {} are shown, the most severe and the earliest of each rule. \
                 <code>trailhound detect --format ndjson</code> has them all.</p>",
                count(report.findings.len() as u64, "finding")
            );
        }
        let mut bytes = 0;
        for (number, section) in self.sections.iter().enumerate() {
            section.head(number, &mut text);
            let mut written = 0;
            for place in &section.places {
                if bytes > BYTES_MAX {
                    break;
                }
                let before = text.len();
                finding(&mut text, *place, &report.findings.get(*place));
                bytes += text.len() - before;
                written += 1;
                out.write_all(text.as_bytes())?;
                text.clear();
            }
            section.foot(written, &mut text);
        }
        text.push_str("</section>\n");
        out.write_all(text.as_bytes())
    }
}

impl Section<'_> {
    fn head(&self, number: usize, text: &mut String) {
        let OfRule { rule_id, title, severity, count: findings } = &self.rule;
        let _ = writeln!(
            text,
            "<article id=\"r{number}\" class=\"rule {severity}\">\n<h3>{} {} <code>{}</code> <small>{}</small></h3>",
            badge(*severity),
            escape(title),
            escape(rule_id),
            count(*findings, "finding")
        );
        if let Some(rule) = self.about {
            about(text, rule);
        }
    }

    fn foot(&self, written: usize, text: &mut String) {
        let left_out = self.rule.count.saturating_sub(written as u64);
        if left_out > 0 {
            let only = match is_plain(self.rule.rule_id) {
                true => format!(
                    ": <code>trailhound detect --only {} --format ndjson</code>",
                    escape(self.rule.rule_id)
                ),
                false => String::new(),
            };
            let _ = writeln!(
                text,
                "<p class=\"caption\">{} not shown{only}</p>",
                count(left_out, "more finding")
            );
        }
        text.push_str("</article>\n");
    }
}

/// What a rule says of itself. It comes from the rule's file, and a file may come from anywhere.
fn about(text: &mut String, rule: &Rule) {
    if !rule.description.is_empty() {
        let _ = writeln!(text, "<p>{}</p>", cut(rule.description.trim(), FIELD_MAX));
    }
    let list = |text: &mut String, title: &str, tag: &str, lines: &[String]| {
        if !lines.is_empty() {
            let _ = write!(text, "<h4>{title}</h4>\n<{tag}>");
            lines.iter().for_each(|line| {
                let _ = write!(text, "<li>{}</li>", cut(line.trim(), FIELD_MAX));
            });
            let _ = writeln!(text, "</{tag}>");
        }
    };
    text.push_str("<details><summary>What to do, what else it may be, and what was asked</summary>\n");
    list(text, "What to do", "ol", &rule.respond);
    list(text, "What else it may be", "ul", &rule.false_positives);
    list(text, "Where to read more", "ul", &rule.references);
    let mut facts = Vec::new();
    if !rule.attack.is_empty() {
        facts.push(format!("ATT&amp;CK {}", escape(&rule.attack.join(", "))));
    }
    facts.extend(rule.practice.map(|practice| format!("practice {}", practice.name())));
    facts.push(format!("rule version {}", escape(&rule.version)));
    let (query, language) = match &rule.body {
        Body::Sql { text, .. } => (text, "SQL"),
        Body::Sigma { text, .. } | Body::Correlation { text, .. } => (text, "Sigma"),
    };
    let _ = writeln!(
        text,
        "<p class=\"caption\">{}</p>\n<h4>{language}</h4>\n<pre>{}</pre>\n</details>",
        facts.join(" · "),
        cut(query.trim(), DETAILS_MAX)
    );
}

fn finding(text: &mut String, place: usize, finding: &Finding) {
    let _ = write!(
        text,
        "<details class=\"finding\"><summary><time>{}</time> {}</summary>\n<dl id=\"f{place}\">",
        finding.time.strftime("%F %H:%M:%S"),
        cut(&finding.message, FIELD_MAX)
    );
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(text, "<dt>{name}</dt><dd>{}</dd>", cut(value, FIELD_MAX));
        }
    };
    let said = |value: &Option<String>| value.clone().unwrap_or_default();
    if finding.count > 1 || finding.last_time != finding.time {
        add(
            "events",
            &format!("{}, the last at {}", finding.count, finding.last_time.strftime("%F %H:%M:%S")),
        );
    }
    add("who", &said(&finding.principal));
    add("from", &said(&finding.source_ip));
    add("with", &said(&finding.user_agent));
    add("account", &said(&finding.account_id));
    add("region", &said(&finding.region));
    add("event names", &finding.event_names.join(", "));
    let ids = finding.event_ids.len();
    let more = if ids > IDS_SHOWN { format!(" and {} more", ids - IDS_SHOWN) } else { String::new() };
    add("event ids", &(finding.event_ids[..ids.min(IDS_SHOWN)].join(", ") + &more));
    add("ATT&amp;CK", &finding.attack.join(", "));
    add("finding", &format!("{}, revision {}", finding.finding_id, finding.revision));
    text.push_str("</dl>\n");
    if !finding.details.is_empty() {
        let details = serde_json::to_string_pretty(&finding.details).unwrap_or_default();
        let _ = writeln!(text, "<h4>Details</h4>\n<pre>{}</pre>", cut(&details, DETAILS_MAX));
    }
    let commands = commands(finding);
    if !commands.is_empty() {
        let _ = writeln!(text, "<h4>Look further</h4>\n<pre>{}</pre>", escape(&commands.join("\n")));
    }
    text.push_str("</details>\n");
}

/// What to ask next, to be pasted into a shell. A name that a shell or SQL could take for more than a name gives none:
/// an attacker who chooses one must not write commands for whoever reads about it.
fn commands(finding: &Finding) -> Vec<String> {
    let mut commands = Vec::new();
    let ids: Vec<_> = finding.event_ids.iter().filter(|id| is_plain(id)).take(IDS_ASKED).collect();
    if !ids.is_empty() {
        let ids: Vec<_> = ids.into_iter().map(|id| format!("'{id}'")).collect();
        commands.push(format!(
            "trailhound query \"SELECT * FROM cloudtrail WHERE event_id IN ({})\"",
            ids.join(", ")
        ));
    }
    let around = around(finding.time, finding.last_time);
    let mut hunt = |name: &str, param: &str, value: &str| {
        if is_plain(value) {
            commands.push(format!("trailhound query -f {name} --param {param}={value}{around}"));
        }
    };
    if let Some(ip) = finding.source_ip.as_deref().filter(|ip| ip.parse::<IpAddr>().is_ok()) {
        hunt("address_activity", "ip", ip);
    }
    if let Some(Value::String(key)) = finding.details.get("access_key_id") {
        hunt("key_activity", "key", key);
    }
    if let Some(principal) = &finding.principal {
        hunt("principal_timeline", "who", principal);
    }
    commands
}

fn around(first: Timestamp, last: Timestamp) -> String {
    let (since, until) = (first.checked_sub(AROUND), last.checked_add(AROUND));
    match (since, until) {
        (Ok(since), Ok(until)) => {
            format!(" --since {} --until {}", since.strftime("%FT%TZ"), until.strftime("%FT%TZ"))
        }
        _ => String::new(),
    }
}

/// Whether a text is a plain name, to a shell and within quotes of SQL.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+=,".contains(&byte);
    (1..=FIELD_MAX).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(plain)
}
