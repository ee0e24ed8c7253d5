//! The kinds of rules, told apart by the parsed query.
//!
//! `SELECT * FROM cloudtrail WHERE …` and nothing else is an event rule: each row is judged by itself, so
//! that many such rules can share one scan and an event can be judged as soon as it arrives. What reads
//! `findings` is a story. Whatever else looks at more than one row at a time (joins, subqueries, aggregates,
//! windows, DISTINCT, LIMIT) is a query rule.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, GroupByExpr, ObjectName, Query, Select, SelectItem, SetExpr, Statement, TableFactor, Visit,
    Visitor, visit_expressions,
};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

use crate::query::{Postgres, parameter_names};

/// No rule is near it; a longer one would overflow the stack of whoever walks its tree.
const SQL_MAX: usize = 64 << 10;

/// What a rule makes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Each row that passes the filter is a finding.
    Event,
    /// Each row it computes is a finding.
    Query,
    /// What other rules match within a span of time is a finding.
    Correlation,
    /// Each row it computes over the findings of other rules is a finding.
    Story,
}

impl Kind {
    /// As `rules show` writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Query => "query",
            Self::Correlation => "correlation",
            Self::Story => "story",
        }
    }
}

/// The kind of the rule with this SQL, and the names of its parameters; or the line and the reason why it can't be parsed.
pub(super) fn of(sql: &str) -> Result<(Kind, BTreeSet<String>), (usize, String)> {
    let mut query = parse(sql)?;
    let read = Tables::of(&query);
    let kind = match (read.has("findings"), read.has("cloudtrail")) {
        (true, true) => {
            let message = "it reads `findings` and `cloudtrail`; a story is about what its rules find, and reads `findings` alone";
            return Err((1, message.to_owned()));
        }
        (true, false) => Kind::Story,
        (false, _) if only_filters(&query) => Kind::Event,
        (false, _) => Kind::Query,
    };
    Ok((kind, parameter_names(&mut query)))
}

/// The names that a query reads from, without those that it gives itself.
#[derive(Debug, Default)]
struct Tables {
    read: BTreeSet<String>,
    given: BTreeSet<String>,
}

impl Tables {
    fn of(query: &Query) -> Self {
        let mut tables = Self::default();
        let _ = query.visit(&mut tables);
        tables
    }

    fn has(&self, name: &str) -> bool {
        self.read.contains(name) && !self.given.contains(name)
    }
}

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let given = query.with.iter().flat_map(|with| &with.cte_tables);
        self.given.extend(given.map(|table| table.alias.name.value.to_ascii_lowercase()));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        self.read.insert(name.to_string().to_ascii_lowercase());
        ControlFlow::Continue(())
    }
}

/// The one query that `sql` is.
pub(super) fn parse(sql: &str) -> Result<Query, (usize, String)> {
    if sql.len() > SQL_MAX {
        return Err((1, format!("a query of {} bytes; at most {SQL_MAX} are allowed", sql.len())));
    }
    let mut statements = Parser::parse_sql(&Postgres::default(), sql).map_err(|error| located(&error))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::Query(query)), true) => Ok(*query),
        (None, _) => Err((1, "no query follows the header".to_owned())),
        (Some(_), false) => Err((1, "more than one statement; a rule is one query".to_owned())),
        (Some(_), true) => Err((1, "not a query; a rule is one `SELECT`".to_owned())),
    }
}

/// The parser tells the place only in its message: `… at Line: 3, Column: 5`.
fn located(error: &ParserError) -> (usize, String) {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    };
    let line = text.rsplit_once("Line: ").and_then(|(_, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    let message = text.split(" at Line:").next().unwrap_or(&text);
    (line.unwrap_or(1), format!("the SQL can't be parsed: {message}"))
}

fn only_filters(query: &Query) -> bool {
    let plain = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.pipe_operators.is_empty();
    match &*query.body {
        SetExpr::Select(select) if plain => selects_events(select),
        _ => false,
    }
}

fn selects_events(select: &Select) -> bool {
    let whole_rows = select.distinct.is_none()
        && select.top.is_none()
        && select.having.is_none()
        && select.qualify.is_none()
        && select.named_window.is_empty()
        && matches!(&select.group_by, GroupByExpr::Expressions(by, modifiers) if by.is_empty() && modifiers.is_empty())
        && matches!(select.projection.as_slice(), [SelectItem::Wildcard(options)] if options.to_string().is_empty());
    let from_events = match select.from.as_slice() {
        [table] if table.joins.is_empty() => {
            matches!(&table.relation, TableFactor::Table { name, args: None, .. }
                if name.to_string().eq_ignore_ascii_case("cloudtrail"))
        }
        _ => false,
    };
    whole_rows && from_events && select.selection.as_ref().is_some_and(row_by_row)
}

/// Whether a condition looks at nothing but its row.
fn row_by_row(condition: &Expr) -> bool {
    let found = visit_expressions(condition, |expr| match expr {
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => ControlFlow::Break(()),
        Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    found.is_continue()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(sql: &str) -> Result<Kind, (usize, String)> {
        of(sql).map(|(kind, _)| kind)
    }

    #[test]
    fn parameters_are_told_each_once() {
        let (_, parameters) = of("SELECT * FROM cloudtrail WHERE a = $b OR a IN ($c) AND d > $b").unwrap();
        assert_eq!(parameters, BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn a_query_that_only_filters_is_an_event_rule() {
        for sql in [
            "SELECT * FROM cloudtrail WHERE event_name = 'ConsoleLogin'",
            "select * from CloudTrail c where lower(c.event_name) in ('a', $b) -- done",
            "SELECT * FROM cloudtrail WHERE request_parameters ->> 'name' = 'x';",
        ] {
            assert_eq!(kind_of(sql), Ok(Kind::Event), "{sql}");
        }
    }

    #[test]
    fn a_query_that_looks_at_more_than_a_row_is_a_query_rule() {
        for sql in [
            "SELECT * FROM cloudtrail",
            "SELECT event_id FROM cloudtrail WHERE true",
            "SELECT DISTINCT * FROM cloudtrail WHERE true",
            "SELECT * FROM cloudtrail WHERE true LIMIT 5",
            "SELECT * FROM cloudtrail WHERE true ORDER BY event_time",
            "SELECT * FROM cloudtrail, other WHERE true",
            "SELECT * FROM cloudtrail JOIN other USING (a) WHERE true",
            "SELECT * FROM other WHERE true",
            "SELECT * FROM (SELECT * FROM cloudtrail) cloudtrail WHERE true",
            "SELECT * FROM cloudtrail WHERE a IN (SELECT b FROM other)",
            "SELECT * FROM cloudtrail WHERE EXISTS (SELECT 1)",
            "SELECT * FROM cloudtrail WHERE a = (SELECT max(b) FROM other)",
            "SELECT * FROM cloudtrail WHERE true UNION ALL SELECT * FROM cloudtrail WHERE true",
            "WITH cloudtrail AS (SELECT 1) SELECT * FROM cloudtrail WHERE true",
            "SELECT * FROM cloudtrail WHERE true GROUP BY ALL",
        ] {
            assert_eq!(kind_of(sql), Ok(Kind::Query), "{sql}");
        }
    }

    #[test]
    fn what_reads_findings_is_a_story() {
        for sql in [
            "SELECT * FROM findings WHERE rule_id = 'a'",
            "WITH a AS (SELECT * FROM Findings f) SELECT 1 FROM a",
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM findings)",
        ] {
            assert_eq!(kind_of(sql), Ok(Kind::Story), "{sql}");
        }
        let own = "WITH findings AS (SELECT * FROM cloudtrail) SELECT * FROM findings";
        assert_eq!(kind_of(own), Ok(Kind::Query));
        let both = "SELECT 1 FROM findings JOIN cloudtrail USING (principal)";
        assert!(kind_of(both).unwrap_err().1.contains("reads `findings` alone"));
    }

    #[test]
    fn what_is_no_single_query_is_refused_with_its_line() {
        let (line, message) = of("SELECT *\nFROM cloudtrail\nWHERE )").unwrap_err();
        assert!(line == 3 && message.contains("can't be parsed"), "{line}: {message}");
        for (sql, expected) in [
            ("", "no query"),
            ("SELECT 1; SELECT 2", "more than one"),
            ("DROP TABLE cloudtrail", "not a query"),
        ] {
            let (_, message) = of(sql).unwrap_err();
            assert!(message.contains(expected), "{sql}: {message}");
        }
        assert!(of(&format!("SELECT '{}'", "x".repeat(SQL_MAX))).unwrap_err().1.contains("bytes"));
    }
}
