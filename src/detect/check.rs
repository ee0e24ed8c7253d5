//! `rules check`: every mistake that can be found without running a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;

use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::sql::sqlparser::ast::{Expr, Query, Spanned, Value, visit_expressions, visit_relations};
use jiff::{SignedDuration, Timestamp};

use super::bindings::{self, BOUND_TO_ALL};
use super::computed::{OF_STEPS, OPTIONAL, REQUIRED, REQUIRED_OF_STORY, RESERVED, STEPS};
use super::kind::{self, Kind};
use super::mistake::{Level, Mistake};
use super::rule::{Body, Rule};
use super::rule_set::{self, RuleFile};
use super::sigma::{self, Placeholders};
use super::spelling;
use super::stories;
use super::vocabulary::Need;
use super::window::{Frame, Span};
use super::{asked, glob, nulls};
use crate::config::{Params, Suppress};
use crate::decode::DAY;
use crate::lake::Table;
use crate::query::Session;

/// Characters of a condition that a message shows; the line tells the rest.
const SHOWN_MAX: usize = 100;

/// Functions whose value depends on when or how often they are called.
const UNSTABLE: [&str; 14] = [
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "today",
    "statement_timestamp",
    "transaction_timestamp",
    "clock_timestamp",
    "random",
    "rand",
    "uuid",
    "gen_random_uuid",
];

/// Checks rule files against the tables and functions of `session`; it has to have a `cloudtrail` table,
/// which may be empty. Sorted by file and line.
pub fn check(session: &Session, files: &[RuleFile], placeholders: &Placeholders) -> Vec<Mistake> {
    let (rules, mut mistakes) = rule_set::rules(files, placeholders);
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    let kinds = kinds(&rules);
    for rule in rules {
        for message in rule_set::wrong_parts(&rule, |id| kinds.get(id).copied()) {
            mistakes.push(Mistake::error(&rule.file, rule.line, message));
        }
        match seen.get(&rule.id) {
            Some((other, version)) if *version != rule.version => {
                let message = format!("id `{}` is taken by `{other}`; choose another", rule.id);
                mistakes.push(Mistake::error(&rule.file, rule.line, message));
            }
            Some(_) => {}
            None => {
                seen.insert(rule.id.clone(), (rule.file.clone(), rule.version.clone()));
            }
        }
        match &rule.body {
            Body::Sql { .. } => Checker { rule: &rule, mistakes: &mut mistakes }.all(session),
            Body::Sigma { detection, text } => sigma::lint(&rule, Some(detection), text, &mut mistakes),
            Body::Correlation { detection, text, .. } => {
                sigma::lint(&rule, detection.as_deref(), text, &mut mistakes);
            }
        }
    }
    mistakes.sort();
    mistakes
}

/// What kinds these rules are of, and shipped ones that stories among them are about.
fn kinds(rules: &[Rule]) -> BTreeMap<String, Kind> {
    let named: BTreeSet<_> = rules.iter().flat_map(|rule| &rule.rules).map(String::as_str).collect();
    let shipped = rule_set::shipped_named(|id| named.contains(id));
    let shipped = rule_set::rules(&shipped, &Placeholders::new()).0;
    shipped.iter().chain(rules).map(|rule| (rule.id.clone(), rule.kind)).collect()
}

/// Checks what `trailhound.toml` says about rules: that they exist, and that no suppression has expired.
pub fn check_config(
    file: &Path,
    params: &Params,
    suppress: &[Suppress],
    ids: &[&str],
    today: jiff::civil::Date,
) -> Vec<Mistake> {
    let file = file.display().to_string();
    let mut mistakes = Vec::new();
    for entry in suppress {
        if !ids.iter().any(|id| glob::matches(&entry.rule, id)) {
            let message = format!("[[suppress]]: {}", spelling::unknown_of_many("rule", &entry.rule, ids));
            mistakes.push(Mistake::error(&file, 1, message));
        }
        if let Some(expires) = entry.expires.filter(|_| entry.has_expired(today)) {
            let message =
                format!("[[suppress]] of `{}` expired on {expires}; renew or remove it", entry.rule);
            mistakes.push(Mistake::error(&file, 1, message));
        }
    }
    // A table may also be a value, such as business hours: only a rule's id tells.
    for name in params.by_rule.keys().filter(|name| !ids.contains(&name.as_str())) {
        if let Some(best) = spelling::nearest(name, ids) {
            let message = format!("[params.{name}] belongs to no rule; did you mean `{best}`?");
            mistakes.push(Mistake::warning(&file, 1, message));
        }
    }
    mistakes
}

struct Checker<'a> {
    rule: &'a Rule,
    mistakes: &'a mut Vec<Mistake>,
}

impl Checker<'_> {
    fn all(&mut self, session: &Session) {
        self.texts();
        if let Ok(query) = kind::parse(self.rule.sql()) {
            self.unstable(&query);
            self.whole_days(&query);
            self.needs(&query);
            for (line, mut text) in nulls::unsafe_conditions(&query) {
                if let Some((end, _)) = text.char_indices().nth(SHOWN_MAX) {
                    text.truncate(end);
                    text.push('…');
                }
                let message = format!(
                    "`{text}` is not true when a value is missing; use coalesce(…) or IS DISTINCT FROM"
                );
                self.warn(line, message);
            }
            if self.rule.kind == Kind::Story {
                self.parts(&query);
            }
            for (line, level, message) in asked::oddities(&query) {
                match level {
                    Level::Error => self.error(line, message),
                    Level::Warning => self.warn(line, message),
                }
            }
        }
        self.parameters();
        self.plan(session);
    }

    /// What a reader of the finding needs.
    fn texts(&mut self) {
        let rule = self.rule;
        let given = [
            ("false_positives", !rule.false_positives.is_empty()),
            ("respond", !rule.respond.is_empty()),
            ("attack", !rule.attack.is_empty()),
            ("practice", rule.practice.is_some()),
            ("references", !rule.references.is_empty()),
        ];
        for (key, _) in given.into_iter().filter(|(_, given)| !given) {
            self.mistakes.push(Mistake::warning(&rule.file, 1, format!("the header has no `{key}`")));
        }
        let stem = Path::new(&rule.file).file_stem().and_then(|stem| stem.to_str());
        if stem != Some(rule.id.as_str()) {
            let message = format!("the file is not named after its rule: `{}.sql`", rule.id);
            self.mistakes.push(Mistake::warning(&rule.file, 1, message));
        }
    }

    fn unstable(&mut self, query: &Query) {
        let mut found = Vec::new();
        let _ = visit_expressions(query, |expr| {
            let name = match expr {
                Expr::Function(function) => function.name.to_string(),
                // Without parentheses some of them are read as columns.
                Expr::Identifier(name) if name.quote_style.is_none() => name.value.clone(),
                _ => return ControlFlow::<()>::Continue(()),
            };
            if UNSTABLE.contains(&name.to_ascii_lowercase().as_str()) {
                found.push((line_of(expr), name));
            }
            ControlFlow::Continue(())
        });
        for (line, name) in found {
            let message = format!("a rule can't call `{name}`: it would judge the past by today; use $as_of");
            self.error(line, message);
        }
    }

    /// Rows of `baseline` are days: a window that cuts one would see what comes after it.
    fn whole_days(&mut self, query: &Query) {
        let mut reads = false;
        let _ = visit_relations(query, |name| {
            reads |= name.to_string().eq_ignore_ascii_case(Table::Baseline.name());
            ControlFlow::<()>::Continue(())
        });
        let is_whole = |window: SignedDuration| window.as_micros() % i128::from(DAY) == 0;
        if reads && !self.rule.clock && !self.rule.window.is_some_and(is_whole) {
            let message = "`baseline` has a row a day; give the rule a `window` of whole days, such as `1d`";
            self.error(self.rule.line, message.to_owned());
        }
    }

    /// That a rule which asks where addresses are says so: without a database it would fail, not wait.
    fn needs(&mut self, query: &Query) {
        let mut found = Vec::new();
        let _ = visit_expressions(query, |expr| {
            if let Expr::Function(function) = expr {
                let name = function.name.to_string().to_ascii_lowercase();
                let need = match name.as_str() {
                    "geo_country" | "geo_city" => Need::Geoip,
                    "geo_asn" | "geo_as_name" => Need::GeoipAsn,
                    _ => return ControlFlow::<()>::Continue(()),
                };
                found.push((line_of(expr), name, need));
            }
            ControlFlow::Continue(())
        });
        let unsaid = found.into_iter().find(|(.., need)| !self.rule.needs.contains(need));
        if let Some((line, name, need)) = unsaid {
            self.error(line, format!("the rule calls `{name}`; write `needs: ['{need}']` into its header"));
        }
    }

    /// That a story asks for the rules that its header names, and no others.
    fn parts(&mut self, query: &Query) {
        let rule = self.rule;
        let mut asked = Vec::new();
        let _ = visit_expressions(query, |expr| {
            match expr {
                Expr::BinaryOp { left, right, .. } if is_rule_id(left) => asked.push(right.as_ref().clone()),
                Expr::InList { expr, list, .. } if is_rule_id(expr) => asked.extend(list.iter().cloned()),
                _ => {}
            }
            ControlFlow::<()>::Continue(())
        });
        let asked: Vec<_> = asked.iter().filter_map(|expr| Some((line_of(expr), text_of(expr)?))).collect();
        for (line, id) in asked.iter().filter(|(_, id)| !rule.rules.contains(id)) {
            self.error(*line, format!("the story asks for `{id}`, which `rules` does not name"));
        }
        for id in rule.rules.iter().filter(|id| asked.iter().all(|(_, asked)| asked != *id)) {
            self.mistakes.push(Mistake::warning(
                &rule.file,
                1,
                format!("`rules` names `{id}`, which the story does not ask for"),
            ));
        }
    }

    fn parameters(&mut self) {
        let used = self.rule.parameters();
        for name in self.rule.params.keys().filter(|name| !used.contains(*name)) {
            let message = format!("parameter `{name}` is declared and not used");
            self.mistakes.push(Mistake::warning(&self.rule.file, 1, message));
        }
        let mut allowed: Vec<_> = self.rule.params.keys().map(String::as_str).collect();
        allowed.extend(BOUND_TO_ALL);
        if self.rule.window.is_some() {
            allowed.push("window");
        }
        for name in used.iter().filter(|name| !allowed.contains(&name.as_str())) {
            let line = self.line_in_sql(&format!("${name}"));
            self.error(
                line,
                format!("{}; declare it in `params`", spelling::unknown("parameter", name, &allowed)),
            );
        }
    }

    fn plan(&mut self, session: &Session) {
        let rule = self.rule;
        let mut bindings = bindings::samples(rule);
        let run = Span { since: Timestamp::UNIX_EPOCH, until: Timestamp::UNIX_EPOCH };
        bindings::bind_times(&mut bindings, Frame::new(run, rule.window, rule.lookback), rule.window);
        bindings::only_used(&mut bindings, rule.parameters());
        let tables = match rule.kind {
            Kind::Story => session.beside(stories::TABLE, stories::schema(), Vec::new()).map(Some),
            _ => Ok(None),
        };
        let tables = match &tables {
            Ok(tables) => tables.as_ref().unwrap_or(session),
            Err(error) => return self.error(1, format!("{error:#}")),
        };
        match tables.plan(rule.sql(), &bindings) {
            Ok(planned) if rule.kind != Kind::Event => self.columns(planned.schema()),
            Ok(_) => {}
            Err(error) => {
                let message = error.to_string();
                // A parameter that isn't declared was reported by name.
                if self
                    .mistakes
                    .iter()
                    .all(|known| known.file != rule.file || !known.message.contains("declare it"))
                {
                    let line = quoted(&message).map_or(1, |name| self.line_in_sql(name));
                    self.error(line, message);
                }
            }
        }
    }

    /// That a query rule outputs what a finding is made from.
    fn columns(&mut self, schema: &DFSchema) {
        let fields: Vec<_> = schema.fields().iter().collect();
        let has = |name: &str| fields.iter().any(|field| field.name() == name);
        let names: Vec<_> = fields.iter().map(|field| field.name().as_str()).collect();
        let (required, of_engine): (&[_], &[_]) = match self.rule.kind {
            Kind::Story => (&REQUIRED_OF_STORY, &OF_STEPS),
            _ => (&REQUIRED, &[]),
        };
        for name in required.iter().copied().filter(|name| !has(name)) {
            let hint = spelling::nearest(name, &names)
                .filter(|near| !required.contains(near) && !OPTIONAL.contains(near));
            let hint = hint.map_or_else(String::new, |near| format!("; is it `{near}`?"));
            self.error(1, format!("the query outputs no column `{name}`{hint}"));
        }
        for name in self.rule.entity.iter().filter(|name| !has(name)) {
            self.error(1, format!("the query outputs no column `{name}`, which `entity` names"));
        }
        for name in RESERVED.iter().chain(of_engine).copied().filter(|name| has(name)) {
            self.error(1, format!("the query outputs a column `{name}`, which the engine sets; rename it"));
        }
        for (index, name) in names.iter().enumerate().filter(|(index, name)| names[..*index].contains(name)) {
            self.error(1, format!("the query outputs `{name}` twice (column {})", index + 1));
        }
        for field in fields {
            let good = match field.name().as_str() {
                "time" | "last_time" | "window_start" => matches!(field.data_type(), DataType::Timestamp(..)),
                "count" => field.data_type().is_integer(),
                "event_ids" | "event_names" => is_texts(field.data_type()),
                STEPS if self.rule.kind == Kind::Story => is_texts(field.data_type()),
                _ => true,
            };
            if !good {
                self.error(1, format!("the query outputs `{}` as {}", field.name(), field.data_type()));
            }
        }
    }

    /// The line of the query, from 1, on which `text` first stands.
    fn line_in_sql(&self, text: &str) -> usize {
        self.rule.sql().lines().position(|line| line.contains(text)).map_or(1, |index| index + 1)
    }

    fn error(&mut self, line: usize, message: String) {
        self.mistakes.push(Mistake::error(&self.rule.file, self.rule.sql_line() + line - 1, message));
    }

    fn warn(&mut self, line: usize, message: String) {
        self.mistakes.push(Mistake::warning(&self.rule.file, self.rule.sql_line() + line - 1, message));
    }
}

fn is_texts(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) => item.data_type().is_string(),
        other => other.is_string(),
    }
}

fn line_of(expr: &Expr) -> usize {
    usize::try_from(expr.span().start.line).unwrap_or(0).max(1)
}

/// Whether an expression is the column that says which rule found something.
fn is_rule_id(expr: &Expr) -> bool {
    let name = match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(names) => names.last(),
        _ => None,
    };
    name.is_some_and(|name| name.value == "rule_id")
}

fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The first name that a message quotes: the place to look.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('`')?;
    rest.split_once('`').map(|(name, _)| name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::test::tests::session_over;
    use super::*;

    const TEXTS: &str =
        "false_positives: [a]\nrespond: [b]\nattack: [T1078]\npractice: mfa\nreferences: [c]\n";

    fn found(keys: &str, sql: &str) -> Vec<String> {
        let text =
            format!("/*---\nid: r\ntitle: t\nseverity: low\ndescription: d\n{TEXTS}{keys}---*/\n{sql}");
        let file = RuleFile { path: "r.sql".to_owned(), text };
        check(&session_over(&[]), &[file], &Placeholders::new()).iter().map(Mistake::to_string).collect()
    }

    const COLUMNS: &str = "min(event_time) AS time, max(event_time) AS last_time,
        date_bin($window, event_time) AS window_start, count(*) AS count, array_agg(event_id) AS event_ids,
        'm' AS message";

    #[tokio::test]
    async fn good_rules_have_no_mistake() {
        let event = "SELECT * FROM cloudtrail WHERE user_type = 'Root'";
        assert_eq!(found("", event), [] as [String; 0]);
        let query = format!("SELECT {COLUMNS}, principal FROM cloudtrail GROUP BY 3, principal");
        assert_eq!(found("entity: principal\nwindow: 1h\n", &query), [] as [String; 0]);
    }

    #[tokio::test]
    async fn mistakes_in_the_sql_are_found_with_their_line() {
        for (sql, line, expected) in [
            ("SELECT * FROM cloudtrail\nWHERE event_nam = 'x'", 13, "event_nam"),
            ("SELECT * FROM cloudtrail\nWHERE\n  AND true", 14, "can't be parsed"),
            ("SELECT * FROM cloudtrail\nWHERE event_time > now()", 13, "can't call `now`"),
            ("SELECT * FROM cloudtrail\nWHERE event_date > current_date", 13, "can't call `current_date`"),
            ("SELECT * FROM cloudtrail\nWHERE error_code <> 'x'", 13, "coalesce"),
            ("SELECT * FROM cloudtrail\nWHERE event_name = $nmae", 13, "declare it in `params`"),
            ("SELECT * FROM cloudtrail\nWHERE event_name = 'consolelogin'", 13, "is written `ConsoleLogin`"),
            (
                "SELECT * FROM cloudtrail\nWHERE event_source = 'kms.amazonaws.com'\n  AND event_name = 'ConsoleLogin'",
                14,
                "error: `ConsoleLogin` is an event of `signin.amazonaws.com`, not of `kms.amazonaws.com`",
            ),
            (
                "SELECT * FROM cloudtrail\nWHERE geo_asn(source_ip) = 64500",
                13,
                "calls `geo_asn`; write `needs: ['geoip:asn']`",
            ),
            ("DELETE FROM cloudtrail", 12, "not a query"),
        ] {
            let found = found("", sql);
            let good = |text: &String| text.starts_with(&format!("r.sql:{line}:")) && text.contains(expected);
            assert!(found.len() == 1 && good(&found[0]), "{sql}: {found:?}");
        }
    }

    #[tokio::test]
    async fn a_story_asks_for_the_rules_that_it_names_and_outputs_its_steps() {
        let keys =
            "entity: [principal]\nwindow: 1h\nlookback: 2h\nrules: [cloudtrail_stopped, root_api_activity]\n";
        let story = |columns: &str, ids: &str| {
            format!(
                "SELECT min(time) AS time, date_bin($window, time) AS window_start, 'm' AS message, principal{columns}\n\
                 FROM findings WHERE rule_id IN ({ids}) GROUP BY principal, date_bin($window, time)"
            )
        };
        let steps = ", array_agg(finding_id) AS steps";
        let both = "'cloudtrail_stopped', 'root_api_activity'";
        assert_eq!(found(keys, &story(steps, both)), [] as [String; 0]);
        for (keys, sql, expected) in [
            (keys, story("", both), "no column `steps`"),
            (keys, story(", 1 AS steps", both), "outputs `steps` as"),
            (
                keys,
                story(", array_agg(finding_id) AS steps, count(*) AS count", both),
                "which the engine sets",
            ),
            (keys, story(steps, "'cloudtrail_stopped'"), "which the story does not ask for"),
            (
                keys,
                story(steps, &format!("{both}, 'root_api_read'")),
                "r.sql:17: error: the story asks for `root_api_read`",
            ),
            (
                "rules: [no_such_rule]\nentity: a\nwindow: 1h\nlookback: 1h\n",
                story(steps, "'no_such_rule'"),
                "no such rule",
            ),
            ("entity: [principal]\nwindow: 1h\n", story(steps, both), "a story needs `lookback`"),
            (
                "rules: [a]\nentity: a\nwindow: 1h\nlookback: 1h\nclock: true\n",
                story(steps, both),
                "`clock` is for",
            ),
            (
                "rules: [a]\n",
                "SELECT * FROM cloudtrail WHERE true".to_owned(),
                "`rules` is for rules that compute",
            ),
        ] {
            let found = found(keys, &sql);
            assert!(found.iter().any(|text| text.contains(expected)), "{expected}: {found:?}");
        }
    }

    #[tokio::test]
    async fn operations_of_a_query_rule_are_checked_too() {
        let query = format!(
            "WITH logins AS (SELECT * FROM cloudtrail c\n  WHERE c.event_name = 'ConsolLogin')
            SELECT {COLUMNS}, principal FROM logins GROUP BY 3, principal"
        );
        let found = found("entity: principal\nwindow: 1h\n", &query);
        let expected = "r.sql:15: warning: CloudTrail has no event `ConsolLogin`, as far as is known";
        assert_eq!(found, [expected]);
    }

    #[tokio::test]
    async fn a_query_rule_outputs_what_a_finding_is_made_from_and_nothing_the_engine_sets() {
        let keys = "entity: [principal]\nwindow: 1h\n";
        for (sql, expected) in [
            (format!("SELECT {COLUMNS} FROM cloudtrail GROUP BY 3"), "`entity` names"),
            (
                format!("SELECT {COLUMNS}, principal, 'x' AS severity FROM cloudtrail GROUP BY 3, principal"),
                "the engine sets",
            ),
            (
                format!(
                    "SELECT {}, principal FROM cloudtrail GROUP BY 3, principal",
                    COLUMNS.replace("'m' AS message", "1")
                ),
                "no column `message`",
            ),
            (
                format!(
                    "SELECT {}, principal FROM cloudtrail GROUP BY 3, principal",
                    COLUMNS.replace("count(*) AS", "'1' AS")
                ),
                "`count` as",
            ),
        ] {
            let found = found(keys, &sql);
            assert!(found.len() == 1 && found[0].contains(expected), "{sql}: {found:?}");
        }
    }

    #[tokio::test]
    async fn a_header_without_the_texts_a_reader_needs_is_warned_about() {
        let text = "/*---\nid: r\ntitle: t\nseverity: low\ndescription: d\n---*/\nSELECT * FROM cloudtrail WHERE true";
        let file = RuleFile { path: "other.sql".to_owned(), text: text.to_owned() };
        let found = check(&session_over(&[]), &[file], &Placeholders::new());
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
