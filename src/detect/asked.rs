//! The event sources and names that a query asks for, and what is odd about them.
//!
//! What stands in one conjunction is asked of the same row. So a name is judged under the sources that hold where it
//! stands: those of its own AND, and of every AND around it. The branches of an OR know of the conjunction around
//! them, not of each other; the conjunction knows of an OR what all of its branches say together.
//!
//! Only comparisons with texts are read, by `=` and `IN`, of a column or of its `lower(…)`. What stands under a NOT
//! asks for nothing. Limits: a table's columns are judged by themselves, by the name that qualifies them, and each
//! condition (WHERE, ON, FILTER, WHEN) too.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Query, Spanned,
    UnaryOperator, Value, Visit, Visitor,
};

use super::catalogue;
use super::mistake::{Level, TOLD_MAX, shortened};
use super::operations::{self, About, Oddity};
use crate::query::on_large_stack;
use crate::query::pattern::folded;

/// Names that a branch is judged by, of those that are asked for around it: more are no slip, and there may be as
/// many branches as there are names.
const AROUND_MAX: usize = 20;

/// The lines of `query`, from 1, with what is odd there. A query is as large as `kind::parse` lets it be: brackets
/// nest fifty deep, and chains without any, which may be longer, are not recursed over.
pub(super) fn oddities(query: &Query) -> Vec<(usize, Level, String)> {
    on_large_stack(|| {
        let mut reader = Reader::default();
        let _ = query.visit(&mut reader);
        if reader.is_full() {
            let message = format!("only the first {TOLD_MAX} oddities of this rule are told");
            reader.found.push((1, Level::Warning, message));
        }
        reader.found
    })
}

/// One of the columns, of the table that is called so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    table: String,
    about: About,
}

impl Column {
    /// The one of the same table that is about this.
    fn with(&self, about: About) -> Self {
        Self { table: self.table.clone(), about }
    }
}

/// What columns are where a condition is true, without case. One that is not in it may be anything.
type Asked = BTreeMap<Column, Rc<BTreeSet<String>>>;

/// A column and the texts that it is compared with.
struct Comparison<'q> {
    column: Column,
    is_lowered: bool,
    texts: Vec<(&'q str, usize)>,
    /// Whether it is compared with nothing else, such as a parameter.
    is_whole: bool,
}

/// What an expression that is being visited means for those in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Each is a condition of its own.
    Free,
    /// They are parts of a condition that was read.
    Read,
    /// They ask for nothing.
    Negated,
}

#[derive(Default)]
struct Reader {
    /// Of the expressions and queries that are being visited, the innermost last.
    open: Vec<Within>,
    told: HashSet<(usize, String)>,
    found: Vec<(usize, Level, String)>,
}

impl Visitor for Reader {
    type Break = ();

    /// A query within an expression has rows of its own.
    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.open.push(Within::Free);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.open.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        let within = self.open.last().copied().unwrap_or(Within::Free);
        if within == Within::Free {
            self.condition(expr, &Asked::new());
        }
        self.open.push(match expr {
            _ if within == Within::Negated => Within::Negated,
            Expr::UnaryOp { op: UnaryOperator::Not, .. } | Expr::IsFalse(_) | Expr::IsNotTrue(_) => {
                Within::Negated
            }
            Expr::Nested(_) | Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => {
                Within::Read
            }
            _ => Within::Free,
        });
        if self.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.open.pop();
        ControlFlow::Continue(())
    }
}

impl Reader {
    /// Reads a condition; `around`: what is asked of the same row by those that it is a part of.
    fn condition(&mut self, expr: &Expr, around: &Asked) {
        match bare(expr) {
            Expr::BinaryOp { op: BinaryOperator::And, .. } => {
                let parts = parts(expr, &BinaryOperator::And);
                let all = parts.iter().map(|part| asked(part)).fold(around.clone(), both);
                parts.into_iter().for_each(|part| self.condition(part, &all));
            }
            Expr::BinaryOp { op: BinaryOperator::Or, .. } => {
                for branch in parts(expr, &BinaryOperator::Or) {
                    self.branch(branch, around);
                    self.condition(branch, around);
                }
            }
            other => {
                if let Some(comparison) = comparison(other) {
                    self.comparison(&comparison, around);
                }
            }
        }
    }

    /// A branch that asks for sources which write none of the names that are asked for around it is never taken.
    fn branch(&mut self, branch: &Expr, around: &Asked) {
        let own = asked(branch);
        for (column, sources) in own.iter().filter(|(column, _)| column.about == About::Source) {
            let name = column.with(About::Name);
            // Of a branch that has names of its own it is told where these stand.
            let Some(names) = around.get(&name).filter(|_| !own.contains_key(&name)) else { continue };
            let outer = around.get(column);
            let inner = common(outer, sources);
            if names.len() > AROUND_MAX || self.is_full() {
                continue;
            }
            let never: Option<Vec<_>> = names.iter().map(|name| contradicts(Some(&inner), name)).collect();
            let Some(oddity) = never.and_then(|never| never.into_iter().next()) else { continue };
            // Where no branch at all is taken, this is told where the name stands.
            if names.iter().all(|name| contradicts(outer, name).is_none()) {
                self.tell(line(branch), oddity);
            }
        }
    }

    fn comparison(&mut self, comparison: &Comparison<'_>, around: &Asked) {
        let about = comparison.column.about;
        let sources = texts(around.get(&comparison.column.with(About::Source)));
        for (text, line) in &comparison.texts {
            if self.is_full() {
                return;
            }
            let has_capitals = text.chars().any(char::is_uppercase);
            let oddity = match about {
                _ if comparison.is_lowered && has_capitals => Some(never_lower(about, text)),
                About::Source => operations::of_source(text),
                About::Name => operations::of_name(&sources, text),
            };
            let of_case = || operations::of_case(about, &sources, text).filter(|_| !comparison.is_lowered);
            if let Some(oddity) = oddity.or_else(of_case) {
                self.tell(*line, oddity);
            }
        }
    }

    fn tell(&mut self, line: usize, oddity: Oddity) {
        let message = shortened(&oddity.message);
        if !self.is_full() && self.told.insert((line, message.clone())) {
            self.found.push((line, oddity.level, message));
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() >= TOLD_MAX
    }
}

fn never_lower(about: About, text: &str) -> Oddity {
    let message = format!("`{text}` has capitals and what `lower(…)` gives has none: no record can match");
    Oddity { about, level: Level::Error, message }
}

/// What a condition says of columns, if it is true.
fn asked(expr: &Expr) -> Asked {
    match bare(expr) {
        Expr::BinaryOp { op: BinaryOperator::And, .. } => {
            parts(expr, &BinaryOperator::And).into_iter().map(asked).fold(Asked::new(), both)
        }
        Expr::BinaryOp { op: BinaryOperator::Or, .. } => {
            parts(expr, &BinaryOperator::Or).into_iter().map(asked).reduce(either).unwrap_or_default()
        }
        other => match comparison(other).filter(|comparison| comparison.is_whole) {
            Some(Comparison { column, texts, .. }) => {
                let texts = texts.into_iter().map(|(text, _)| folded(text)).collect();
                Asked::from([(column, Rc::new(texts))])
            }
            None => Asked::new(),
        },
    }
}

/// What two conditions say of columns, if both are true.
fn both(mut left: Asked, right: Asked) -> Asked {
    for (column, texts) in right {
        let texts = common(left.get(&column), &texts);
        left.insert(column, texts);
    }
    left
}

/// What two conditions say of columns, if one of them is true.
fn either(mut left: Asked, mut right: Asked) -> Asked {
    left.retain(|column, texts| {
        let others = right.remove(column);
        others.map(|others| Rc::make_mut(texts).extend(others.iter().cloned())).is_some()
    });
    left
}

/// What a column may be of `inner`, if it is also one of `outer`.
fn common(outer: Option<&Rc<BTreeSet<String>>>, inner: &Rc<BTreeSet<String>>) -> Rc<BTreeSet<String>> {
    match outer {
        Some(outer) => Rc::new(inner.iter().filter(|text| outer.contains(*text)).cloned().collect()),
        None => inner.clone(),
    }
}

/// None where two sources are asked of one record: it can't match, whatever its name.
fn texts(asked: Option<&Rc<BTreeSet<String>>>) -> Vec<&str> {
    asked.into_iter().flat_map(|texts| texts.iter()).map(String::as_str).collect()
}

/// That none of the sources writes a name, and others do; it is shown as it is written there.
fn contradicts(sources: Option<&Rc<BTreeSet<String>>>, name: &str) -> Option<Oddity> {
    let (_, name) = catalogue::written(name).next()?;
    operations::of_name(&texts(sources), name).filter(|oddity| oddity.level == Level::Error)
}

/// The parts of a chain of one operator, in their order, whatever brackets are in it.
fn parts<'q>(chain: &'q Expr, operator: &BinaryOperator) -> Vec<&'q Expr> {
    let (mut rest, mut parts) = (vec![chain], Vec::new());
    while let Some(expr) = rest.pop() {
        match bare(expr) {
            Expr::BinaryOp { left, op, right } if op == operator => {
                rest.extend([right.as_ref(), left.as_ref()]);
            }
            part => parts.push(part),
        }
    }
    parts
}

fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// `column = 'text'`, either way round, and `column IN ('text', …)`.
fn comparison(expr: &Expr) -> Option<Comparison<'_>> {
    let ((column, is_lowered), items) = match expr {
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => match column(left) {
            Some(column) => (column, std::slice::from_ref(right.as_ref())),
            None => (column(right)?, std::slice::from_ref(left.as_ref())),
        },
        Expr::InList { expr, list, negated: false } => (column(expr)?, list.as_slice()),
        _ => return None,
    };
    let texts: Vec<_> = items.iter().filter_map(text).collect();
    let is_whole = texts.len() == items.len();
    Some(Comparison { column, is_lowered, texts, is_whole })
}

/// The column that an expression is, and whether it is lowered.
fn column(expr: &Expr) -> Option<(Column, bool)> {
    match bare(expr) {
        Expr::Identifier(name) => Some((of_table(&[], name)?, false)),
        Expr::CompoundIdentifier(names) => {
            let (name, table) = names.split_last()?;
            Some((of_table(table, name)?, false))
        }
        Expr::Function(call) if call.name.to_string().eq_ignore_ascii_case("lower") => match &call.args {
            FunctionArguments::List(list) => match list.args.as_slice() {
                [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))] => {
                    column(inner).map(|(column, _)| (column, true))
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn of_table(table: &[Ident], name: &Ident) -> Option<Column> {
    let about = match name.value.to_ascii_lowercase().as_str() {
        "event_source" => About::Source,
        "event_name" => About::Name,
        _ => return None,
    };
    let table: Vec<_> = table.iter().map(|name| name.value.to_lowercase()).collect();
    Some(Column { table: table.join("."), about })
}

/// A text, and its line.
fn text(expr: &Expr) -> Option<(&str, usize)> {
    let Expr::Value(value) = bare(expr) else { return None };
    let text = match &value.value {
        Value::SingleQuotedString(text)
        | Value::EscapedStringLiteral(text)
        | Value::UnicodeStringLiteral(text)
        | Value::NationalStringLiteral(text) => text,
        Value::DollarQuotedString(text) => &text.value,
        _ => return None,
    };
    Some((text, line(value)))
}

fn line(place: &impl Spanned) -> usize {
    usize::try_from(place.span().start.line).unwrap_or(0).max(1)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::detect::kind;
    use crate::query::{HUNTS, split_header};

    fn of(sql: &str) -> Vec<String> {
        let shown =
            |(line, level, message): (usize, Level, String)| format!("{line} {}: {message}", level.name());
        on_large_stack(|| oddities(&kind::parse(sql).unwrap()).into_iter().map(shown).collect())
    }

    /// What is told of a condition that begins in the third line.
    fn found(condition: &str) -> Vec<String> {
        of(&format!("SELECT *\nFROM cloudtrail c\nWHERE {condition}"))
    }

    fn all_told(found: &[String], wanted: &[&str]) -> bool {
        found.len() == wanted.len()
            && found.iter().zip(wanted).all(|(found, wanted)| found.starts_with(wanted))
    }

    #[test]
    fn what_cloudtrail_writes_is_not_odd() {
        for condition in [
            "event_source = 'signin.amazonaws.com' AND event_name = 'ConsoleLogin'",
            "event_source IN ('sts.amazonaws.com', 'signin.amazonaws.com') AND event_name IN ('AssumeRole', 'ConsoleLogin')",
            "event_name = 'ConsoleLogin' OR event_name = 'AssumeRole' AND event_source = 'sts.amazonaws.com'",
            "event_name IN ('ConsoleLogin', 'AssumeRole') AND (
               event_name = 'ConsoleLogin' AND event_source = 'signin.amazonaws.com'
               OR event_name = 'AssumeRole' AND event_source = 'sts.amazonaws.com')",
            "event_name IN ('ConsoleLogin', 'AssumeRole') AND (
               event_source = 'signin.amazonaws.com' AND mfa_used OR event_source = 'sts.amazonaws.com')",
            "lower(event_source) = 'signin.amazonaws.com' AND lower(c.event_name) IN ('consolelogin')",
            "event_source = $source AND event_name IN ('ConsoleLogin', $name)",
            "event_source IN ('kms.amazonaws.com', $source) AND event_name = 'ConsoleLogin'",
            "coalesce(event_source, '') = 'kms.amazonaws.com' AND event_name = 'ConsoleLogin'",
            "a.event_source = 'kms.amazonaws.com' AND b.event_name = 'ConsoleLogin'",
            "event_source = event_name AND 'ConsoleLogin' = user_name",
        ] {
            assert_eq!(found(condition), [] as [&str; 0], "{condition}");
        }
    }

    #[test]
    fn what_a_negation_leaves_out_is_not_asked_for() {
        for condition in [
            "event_name <> 'NoSuchThing'",
            "event_name NOT IN ('NoSuchThing')",
            "NOT (event_source = 'kms.amazonaws.com' AND (event_name = 'ConsoleLogin' OR event_name IN ('x')))",
            "(event_name = 'NoSuchThing') IS NOT TRUE AND (c.event_name = 'NoSuchThing') IS FALSE",
            "event_source = 'kms.amazonaws.com' AND NOT coalesce(event_name = 'ConsoleLogin', false)",
        ] {
            assert_eq!(found(condition), [] as [&str; 0], "{condition}");
        }
        let inner = "NOT EXISTS (SELECT 1 FROM cloudtrail WHERE event_name = 'NoSuchThing')";
        assert!(all_told(&found(inner), &["3 warning: CloudTrail has no event `NoSuchThing`"]));
    }

    #[test]
    fn what_is_odd_is_told_with_its_line() {
        for (condition, wanted) in [
            (
                "event_source = 'kms.amazonaws.com'\n  AND event_name = 'ConsoleLogin'",
                &[
                    "4 error: `ConsoleLogin` is an event of `signin.amazonaws.com`, not of `kms.amazonaws.com`: no record",
                ][..],
            ),
            (
                "event_name IN (\n'Decrypt',\n'ConsoleLogin')\nAND (event_source = 'kms.amazonaws.com')",
                &["5 error: `ConsoleLogin` is an event of"],
            ),
            (
                "'signin.amazonaws.com' = c.event_source AND lower(c.event_name) = 'decrypt'",
                &["3 error: `decrypt` is an event of `kms.amazonaws.com`, not of `signin.amazonaws.com`"],
            ),
            (
                "event_source = 'kms.amazonaws' AND event_name = 'Decrypt'",
                &[
                    "3 warning: CloudTrail has no event source `kms.amazonaws`, as far as is known; is it `kms.amazonaws.com`?",
                ],
            ),
            (
                "event_source = 'signin.amazonaws.com' AND event_name = 'ConsolLogin'",
                &[
                    "3 warning: CloudTrail has no event `ConsolLogin` of `signin.amazonaws.com`, as far as is known; is it `ConsoleLogin`?",
                ],
            ),
            (
                "event_name = 'ConsolLogin'\n  OR user_name = 'x' AND event_name IN ('Decrypt', $name, 'Dekrypt')",
                &[
                    "3 warning: CloudTrail has no event `ConsolLogin`",
                    "4 warning: CloudTrail has no event `Dekrypt`",
                ],
            ),
            (
                "event_name = 'ConsolLogin' AND event_name = 'ConsolLogin'",
                &["3 warning: CloudTrail has no event"],
            ),
            ("event_name = 'consolelogin'", &["3 warning: `consolelogin` is written `ConsoleLogin`"]),
            (
                "event_source = 'KMS.amazonaws.com'",
                &["3 warning: `KMS.amazonaws.com` is written `kms.amazonaws.com`"],
            ),
            (
                "lower(event_name) IN ('decrypt', 'ConsoleLogin')",
                &[
                    "3 error: `ConsoleLogin` has capitals and what `lower(…)` gives has none: no record can match",
                ],
            ),
        ] {
            let found = found(condition);
            assert!(all_told(&found, wanted), "{condition}: {found:?}");
        }
    }

    #[test]
    fn a_branch_knows_of_the_conjunction_around_it_and_not_of_other_branches() {
        let login = "error: `ConsoleLogin` is an event of `signin.amazonaws.com`, not of";
        for (condition, wanted) in [
            (
                "event_source = 'kms.amazonaws.com' AND (\n event_name = 'Decrypt'\n OR (event_name = 'ConsoleLogin'))",
                &[format!("5 {login} `kms.amazonaws.com`")][..],
            ),
            (
                "event_name = 'ConsoleLogin' AND (\n mfa_used\n OR event_source = 'kms.amazonaws.com' AND read_only)",
                &[format!("5 {login} `kms.amazonaws.com`")],
            ),
            (
                "event_name = 'ConsoleLogin' AND (\n event_source = 'kms.amazonaws.com'\n OR event_source = 'sts.amazonaws.com')",
                &[format!("3 {login} `kms.amazonaws.com`, `sts.amazonaws.com`")],
            ),
            (
                "event_source = 'kms.amazonaws.com' AND event_name = 'Decrypt' OR event_name = 'ConsoleLogin'",
                &[],
            ),
            (
                "event_source = 'kms.amazonaws.com' AND (mfa_used OR read_only AND (
                   user_name = 'x' OR event_name = 'ConsoleLogin'))",
                &[format!("4 {login} `kms.amazonaws.com`")],
            ),
        ] {
            let wanted: Vec<_> = wanted.iter().map(String::as_str).collect();
            let found = found(condition);
            assert!(all_told(&found, &wanted), "{condition}: {found:?}");
        }
    }

    #[test]
    fn conditions_are_read_wherever_they_stand_in_a_query() {
        let bad = "event_source = 'kms.amazonaws.com' AND event_name = 'ConsoleLogin'";
        for sql in [
            format!("WITH a AS (SELECT 1 FROM cloudtrail WHERE {bad}) SELECT * FROM a"),
            format!("SELECT * FROM a JOIN b ON a.id = b.id AND {bad}"),
            format!("SELECT count(*) FILTER (WHERE {bad}) FROM cloudtrail"),
            format!("SELECT CASE WHEN {bad} THEN 1 END FROM cloudtrail"),
            format!("SELECT 1 FROM cloudtrail GROUP BY principal HAVING bool_or({bad})"),
            format!("SELECT 1 FROM a WHERE read_only AND id IN (SELECT id FROM cloudtrail WHERE {bad})"),
            format!("SELECT 1 FROM a UNION ALL SELECT 2 FROM (SELECT * FROM cloudtrail WHERE {bad})"),
        ] {
            let found = of(&sql);
            assert!(all_told(&found, &["1 error: `ConsoleLogin` is an event of"]), "{sql}: {found:?}");
        }
    }

    #[test]
    fn hostile_conditions_take_neither_the_stack_nor_long() {
        let sources: Vec<_> = catalogue::sources().map(|source| format!("'{source}'")).collect();
        let sources = sources.join(",");
        let names = vec!["event_name='TagResource'"; 1_700].join(" OR ");
        let nested = "(event_name = 'Decrypt' AND (read_only OR ".repeat(8);
        let start = Instant::now();
        for condition in [
            format!("event_source IN ({sources}) AND ({names})"),
            format!(
                "event_name IN ({sources}) AND ({})",
                names.replace("name='TagResource'", "source='kms'")
            ),
            format!("{nested} event_source = 'kms.amazonaws.com' {}", "))".repeat(8)),
            vec!["a"; 10_000].join(" OR "),
        ] {
            assert!(found(&condition).len() <= TOLD_MAX + 1);
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        let many: Vec<_> = (0..200).map(|number| format!("'NoSuchThing{number}'")).collect();
        let told = found(&format!("event_name IN ({})", many.join(",")));
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert!(told[TOLD_MAX].ends_with("only the first 50 oddities of this rule are told"));
    }

    #[test]
    fn the_shipped_hunts_ask_for_what_cloudtrail_writes() {
        for (name, text) in HUNTS {
            let (_, sql) = split_header(text).unwrap();
            assert_eq!(of(sql), [] as [&str; 0], "{name}");
        }
    }
}
