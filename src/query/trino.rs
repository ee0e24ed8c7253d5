//! Shapes of Trino's SQL, and so Athena's, that DataFusion has in other words.
//!
//! `FROM a CROSS JOIN UNNEST(a.items) AS t(item)` becomes `FROM (SELECT *, UNNEST(a.items) AS item FROM
//! a) AS a`, and `f(x).name` a field access. What is not recognised is left as it is.
//!
//! Limit: the table to the left must stand alone there, without a join of its own.

use std::mem::take;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, Join, JoinOperator, Query, Select, SetExpr, TableFactor, TableWithJoins, Value,
    VisitMut, VisitorMut,
};
use datafusion::sql::sqlparser::parser::Parser;

use super::Postgres;

/// Puts a statement into DataFusion's words.
pub(crate) fn translate(statement: &mut DfStatement) {
    match statement {
        DfStatement::Statement(inner) => drop(inner.visit(&mut Translator)),
        DfStatement::Explain(explain) => translate(&mut explain.statement),
        _ => {}
    }
}

struct Translator;

impl VisitorMut for Translator {
    type Break = ();

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let mut names = Vec::new();
        let mut from: Vec<TableWithJoins> = Vec::new();
        for item in take(&mut select.from) {
            match from.last_mut() {
                Some(before) if before.joins.is_empty() && is_unnest(&item.relation) => {
                    let relation = nest(&before.relation, &item.relation, &mut names);
                    match relation {
                        Some(relation) => *before = absorb(relation, item.joins, &mut names),
                        None => from.push(item),
                    }
                }
                _ => from.push(absorb(item.relation, item.joins, &mut names)),
            }
        }
        select.from = from;
        let mut rename = Rename(&names);
        if !names.is_empty() {
            let _ = select.projection.visit(&mut rename);
            let _ = select.selection.visit(&mut rename);
            let _ = select.group_by.visit(&mut rename);
            let _ = select.having.visit(&mut rename);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundFieldAccess { access_chain, .. } = expr {
            for access in access_chain {
                if let AccessExpr::Dot(field) = access
                    && let Expr::Identifier(name) = &*field
                {
                    *field = Expr::Value(Value::SingleQuotedString(folded(name)).into());
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// Identifiers without quotes are in small letters.
fn folded(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

fn is_unnest(factor: &TableFactor) -> bool {
    matches!(factor, TableFactor::UNNEST { array_exprs, .. } if array_exprs.len() == 1)
}

/// A table with its joins, those with an array taken into the table.
fn absorb(relation: TableFactor, joins: Vec<Join>, names: &mut Vec<String>) -> TableWithJoins {
    let mut table = TableWithJoins { relation, joins: Vec::new() };
    for join in joins {
        let crosses = matches!(join.join_operator, JoinOperator::CrossJoin(_));
        if table.joins.is_empty()
            && crosses
            && is_unnest(&join.relation)
            && let Some(nested) = nest(&table.relation, &join.relation, names)
        {
            table.relation = nested;
            continue;
        }
        table.joins.push(join);
    }
    table
}

/// `(SELECT *, UNNEST(array) AS item FROM left) AS left`.
fn nest(left: &TableFactor, unnest: &TableFactor, names: &mut Vec<String>) -> Option<TableFactor> {
    let TableFactor::UNNEST {
        array_exprs,
        alias: Some(alias),
        with_offset: false,
        with_ordinality: false,
        ..
    } = unnest
    else {
        return None;
    };
    let item = match alias.columns.as_slice() {
        [] => &alias.name,
        [column] => &column.name,
        _ => return None,
    };
    let name = match left {
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            alias.name.clone()
        }
        TableFactor::Table { name, .. } => name.0.last()?.as_ident()?.clone(),
        _ => return None,
    };
    let array = array_exprs.first()?;
    let sql = format!("SELECT 1 FROM (SELECT *, UNNEST({array}) AS {item} FROM {left}) AS {name}");
    let query = Parser::new(&Postgres::default()).try_with_sql(&sql).ok()?.parse_query().ok()?;
    if alias.name != *item {
        names.push(folded(&alias.name));
    }
    first_table(*query)
}

fn first_table(query: Query) -> Option<TableFactor> {
    match *query.body {
        SetExpr::Select(select) => Some(select.from.into_iter().next()?.relation),
        _ => None,
    }
}

/// Takes the names of arrays' tables off: their columns are columns of the table to the left now.
struct Rename<'a>(&'a [String]);

impl VisitorMut for Rename<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(parts) = expr
            && parts.len() > 1
            && self.0.contains(&folded(&parts[0]))
        {
            parts.remove(0);
            if let [single] = parts.as_slice() {
                *expr = Expr::Identifier(single.clone());
            }
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::statement::parse;

    fn translated(sql: &str) -> String {
        let mut statement = parse(sql).unwrap();
        translate(&mut statement);
        statement.to_string()
    }

    #[test]
    fn an_array_joined_to_its_table_is_unnested_in_it() {
        assert_eq!(
            translated(
                "SELECT t.r.arn, x FROM logs AS l CROSS JOIN UNNEST(l.resources) AS t(r) WHERE t.r IS NULL"
            ),
            "SELECT r.arn, x FROM (SELECT *, UNNEST(l.resources) AS r FROM logs AS l) AS l WHERE r IS NULL"
        );
        assert_eq!(
            translated("SELECT r FROM logs, UNNEST(resources) AS r"),
            "SELECT r FROM (SELECT *, UNNEST(resources) AS r FROM logs) AS logs"
        );
    }

    #[test]
    fn other_joins_stay_as_they_are() {
        let sql = "SELECT * FROM a CROSS JOIN b JOIN c ON a.x = c.x";
        assert_eq!(translated(sql), sql);
    }
}
