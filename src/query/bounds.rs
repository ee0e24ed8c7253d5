//! How large a parsed statement may be: what the planner takes too long or too deep a stack for.
//!
//! One walk over the tree counts all of it, before anything is planned. What counts is what the planner
//! makes of a statement: the tables of a common table expression as often as it is named, `CUBE (a, b, c)`
//! eight times.
//!
//! Limits: the numbers were measured in a debug build, to keep planning below about a second; expressions
//! count once, however often the planner copies them, which its limits of time and memory then end.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    ArrayElemTypeDef, BinaryOperator, DataType, Expr, GroupByExpr, GroupByWithModifier, ObjectName, Query,
    Select, SetExpr, Statement, TableFactor, Visit, Visitor,
};

use super::error::QueryError;
use super::functions::CONSTANT_MAX;

/// Expressions in a statement, the items of lists included.
const EXPRESSIONS_MAX: usize = 20_000;

/// How deep expressions nest. A chain `a OR b OR c` nests as deep as it is long; at 500 terms the
/// optimizer takes 0.7 s.
pub(super) const DEPTH_MAX: usize = 500;

/// SELECTs in a statement.
const SELECTS_MAX: usize = 200;

/// Tables that are read, each as often as the statement comes to read it.
const TABLES_MAX: usize = 200;

/// Links of a chain `a -> 'b' -> 'c'`, and calls within calls: the planner works out the type of each
/// from scratch at every level, and so doubles its work with each.
const NESTED_MAX: usize = 12;

/// Groupings of all `CUBE`, `ROLLUP` and `GROUPING SETS`.
const GROUPINGS_MAX: usize = 256;

/// Says what a statement has too much of, or that it does more than read.
pub(super) fn check(statement: &Statement) -> Result<(), QueryError> {
    match statement.visit(&mut Checker::default()) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

pub(super) fn too_large(what: &str, limit: usize) -> QueryError {
    QueryError::Statement(format!(
        "the statement is too large: more than {limit} {what}; put values into a list (`x IN (…)`, \
         `ip_in(x, …)`), a regular expression, or a table (--table name=file)"
    ))
}

pub(super) fn read_only(what: &str) -> QueryError {
    QueryError::Statement(format!(
        "`{what}` is not allowed: only SELECT, WITH, VALUES, EXPLAIN, SHOW and DESCRIBE are"
    ))
}

#[derive(Debug, Default)]
struct Checker {
    expressions: usize,
    depth: usize,
    nested: usize,
    selects: usize,
    groupings: usize,
    /// Tables of the queries that are being walked, the innermost last.
    tables: Vec<usize>,
    /// The common table expressions whose queries are still to be walked, by where these lie.
    named: HashMap<usize, String>,
    /// What each name that was walked reads.
    reads: HashMap<String, usize>,
}

impl Checker {
    fn bound(&self, count: usize, max: usize, what: &str) -> ControlFlow<QueryError> {
        if count > max { ControlFlow::Break(too_large(what, max)) } else { ControlFlow::Continue(()) }
    }

    fn read(&mut self, tables: usize) -> ControlFlow<QueryError> {
        let Some(sum) = self.tables.last_mut() else { return ControlFlow::Continue(()) };
        *sum = sum.saturating_add(tables);
        let sum = *sum;
        self.bound(sum, TABLES_MAX, "tables read")
    }
}

fn place(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

/// What the planner's work doubles with.
fn nests(expr: &Expr) -> bool {
    match expr {
        Expr::Function(_) => true,
        // Whether that can be NULL is asked for twice.
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => is_case(inner),
        Expr::BinaryOp { op, .. } => matches!(
            op,
            BinaryOperator::Arrow
                | BinaryOperator::LongArrow
                | BinaryOperator::HashArrow
                | BinaryOperator::HashLongArrow
        ),
        _ => false,
    }
}

fn is_case(mut expr: &Expr) -> bool {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    matches!(expr, Expr::Case { .. })
}

/// Whether a type has a size of its own: one value of it is made at once, however large it is.
fn has_size(data_type: &DataType) -> bool {
    match data_type {
        DataType::Array(ArrayElemTypeDef::SquareBracket(inner, size)) => size.is_some() || has_size(inner),
        _ => false,
    }
}

/// Whether an expression makes something of such a type.
fn makes_size(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { data_type, .. } => has_size(data_type),
        Expr::Function(call) => {
            let name = call.name.to_string().replace('"', "").to_lowercase();
            matches!(name.as_str(), "arrow_cast" | "arrow_try_cast")
                && call.args.to_string().contains("FixedSize")
        }
        _ => false,
    }
}

/// What set operations join that is neither a SELECT nor a query of its own. A chain of them is as deep as
/// it is long, so this does not recurse.
fn lists(body: &SetExpr) -> usize {
    let (mut rest, mut found) = (vec![body], 0);
    while let Some(body) = rest.pop() {
        match body {
            SetExpr::SetOperation { left, right, .. } => rest.extend([left.as_ref(), right.as_ref()]),
            SetExpr::Select(_) | SetExpr::Query(_) => {}
            _ => found += 1,
        }
    }
    found
}

/// How many groupings a GROUP BY comes to.
fn groupings(by: &GroupByExpr) -> usize {
    let (items, modifiers) = match by {
        GroupByExpr::All(modifiers) => (&[][..], modifiers),
        GroupByExpr::Expressions(items, modifiers) => (items.as_slice(), modifiers),
    };
    let subsets = |count: usize| u32::try_from(count).ok().and_then(|count| 1_usize.checked_shl(count));
    let of_item = |item: &Expr| match item {
        Expr::Cube(sets) => subsets(sets.len()).unwrap_or(usize::MAX),
        Expr::Rollup(sets) => sets.len() + 1,
        Expr::GroupingSets(sets) => sets.len(),
        _ => 1,
    };
    let of_modifier = |modifier: &GroupByWithModifier| match modifier {
        GroupByWithModifier::Cube => subsets(items.len()).unwrap_or(usize::MAX),
        GroupByWithModifier::Rollup => items.len() + 1,
        GroupByWithModifier::GroupingSets(Expr::GroupingSets(sets)) => sets.len(),
        _ => 1,
    };
    items.iter().map(of_item).chain(modifiers.iter().map(of_modifier)).fold(1, usize::saturating_mul)
}

impl Visitor for Checker {
    type Break = QueryError;

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<QueryError> {
        match statement {
            Statement::Query(_)
            | Statement::Explain { .. }
            | Statement::ExplainTable { .. }
            | Statement::ShowTables { .. }
            | Statement::ShowColumns { .. }
            | Statement::ShowVariable { .. }
            | Statement::ShowFunctions { .. }
            | Statement::ShowCreate { .. } => ControlFlow::Continue(()),
            other => {
                let text: String = other.to_string().chars().take(200).collect();
                let verb: Vec<_> = text.split_whitespace().take(1).collect();
                ControlFlow::Break(read_only(&verb.concat()))
            }
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.named.insert(place(&cte.query), cte.alias.name.value.to_lowercase());
        }
        self.tables.push(0);
        self.selects = self.selects.saturating_add(lists(&query.body));
        self.bound(self.selects, SELECTS_MAX, "SELECTs")?;
        match query.body.as_ref() {
            SetExpr::Insert(_) => ControlFlow::Break(read_only("INSERT")),
            SetExpr::Update(_) => ControlFlow::Break(read_only("UPDATE")),
            SetExpr::Delete(_) => ControlFlow::Break(read_only("DELETE")),
            SetExpr::Merge(_) => ControlFlow::Break(read_only("MERGE")),
            _ => ControlFlow::Continue(()),
        }
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<QueryError> {
        let tables = self.tables.pop().unwrap_or(0).max(1);
        match self.named.remove(&place(query)) {
            // It counts where it is named. Scopes are not kept apart, so of two of a name the larger counts.
            Some(name) => {
                let known = self.reads.entry(name).or_insert(1);
                *known = tables.max(*known);
                ControlFlow::Continue(())
            }
            None => self.read(tables),
        }
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<QueryError> {
        // A common table expression has a name of one part, quoted or not.
        let name = match relation.0.as_slice() {
            [part] => part.as_ident().map(|name| name.value.to_lowercase()),
            _ => None,
        };
        let tables = name.and_then(|name| self.reads.get(&name).copied()).unwrap_or(1);
        self.read(tables)
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<QueryError> {
        match table {
            // Counted by name, as a query, or by what is in it.
            TableFactor::Table { .. } | TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } => {
                ControlFlow::Continue(())
            }
            _ => self.read(1),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<QueryError> {
        if select.into.is_some() {
            return ControlFlow::Break(read_only("SELECT INTO"));
        }
        self.selects += 1;
        self.groupings = self.groupings.saturating_add(groupings(&select.group_by) - 1);
        self.bound(self.groupings, GROUPINGS_MAX, "groupings (CUBE, ROLLUP, GROUPING SETS)")?;
        self.bound(self.selects, SELECTS_MAX, "SELECTs")
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryError> {
        self.expressions += 1;
        self.depth += 1;
        self.nested += usize::from(nests(expr));
        if makes_size(expr) {
            return ControlFlow::Break(QueryError::Statement(
                "types of a fixed size are not supported; write `int[]`, not `int[3]`".to_owned(),
            ));
        }
        if let Expr::Value(value) = expr
            && value.to_string().len() as u64 > CONSTANT_MAX
        {
            return ControlFlow::Break(too_large("bytes in a value", CONSTANT_MAX as usize));
        }
        self.bound(self.expressions, EXPRESSIONS_MAX, "expressions")?;
        self.bound(self.nested, NESTED_MAX, "calls or `->` within each other")?;
        self.bound(self.depth, DEPTH_MAX, "expressions within each other")
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryError> {
        self.depth -= 1;
        self.nested -= usize::from(nests(expr));
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use crate::query::stack::on_large_stack;
    use crate::query::statement::parse;

    fn error(sql: &str) -> String {
        on_large_stack(|| parse(sql).unwrap_err().to_string())
    }

    fn fits(sql: &str) {
        assert!(on_large_stack(|| parse(sql).map(drop)).is_ok(), "{sql}: {}", error(sql));
    }

    #[test]
    fn a_table_counts_as_often_as_it_is_read() {
        let doubled = |levels: usize| {
            let tables =
                (1..levels).map(|level| format!(", T{level} AS (SELECT * FROM t{0}, T{0} b)", level - 1));
            format!("WITH t0 AS (SELECT 1){} SELECT * FROM t{}", tables.collect::<String>(), levels - 1)
        };
        fits(&doubled(8));
        assert!(error(&doubled(9)).contains("more than 200 tables read"));
        assert!(error(&doubled(100)).contains("more than 200 tables read"));
        let quoted =
            (1..9).map(|level| format!(", t{level} AS (SELECT * FROM \"t{0}\", \"t{0}\" b)", level - 1));
        let quoted = format!("WITH t0 AS (SELECT 1){} SELECT * FROM t8", quoted.collect::<String>());
        assert!(error(&quoted).contains("more than 200 tables read"));
        let hidden =
            doubled(9).replace("SELECT * FROM t8", "SELECT * FROM (WITH t8 AS (SELECT 1) SELECT 2), t8");
        assert!(error(&hidden).contains("more than 200 tables read"));
        let nested = format!("WITH a AS ({}) SELECT * FROM a, a b, a c", doubled(7));
        fits(&nested);
        assert!(error(&nested.replace("a c", "a c, a d")).contains("tables read"));
        fits(&format!("SELECT {}", vec!["(SELECT 1 FROM t)"; 150].join(", ")));
        fits(&format!("SELECT * FROM {}", vec!["t"; 200].join(", ")));
        assert!(error(&format!("SELECT * FROM {}", vec!["t"; 201].join(", "))).contains("tables read"));
    }

    #[test]
    fn what_is_read_without_a_name_counts_too() {
        for (item, many) in [("(VALUES (1)) a", "SELECTs"), ("UNNEST([1]) a", "tables read")] {
            let joined = |count: usize| format!("SELECT 1 FROM {}", vec![item; count].join(", "));
            fits(&joined(199));
            assert!(error(&joined(201)).contains(many), "{item}");
        }
        let chained = |count: usize| vec!["VALUES (1)"; count].join(" EXCEPT ");
        fits(&chained(200));
        assert!(error(&chained(201)).contains("more than 200 SELECTs"));
    }

    #[test]
    fn a_value_of_any_row_is_bounded() {
        fits(&format!("SELECT '{}'", "x".repeat(200_000)));
        assert!(error(&format!("SELECT '{}'", "x".repeat(210_000))).contains("204800 bytes in a value"));
    }

    #[test]
    fn types_of_a_fixed_size_are_refused() {
        for sql in [
            "SELECT NULL::tinyint[2147483647][1000000]",
            "SELECT TRY_CAST(NULL AS int[3])",
            "SELECT arrow_cast(NULL, 'FixedSizeBinary(2147483647)')",
            "SELECT \"arrow_cast\"(NULL, 'FixedSizeList(7, Int8)')",
        ] {
            assert!(error(sql).contains("fixed size"), "{sql}");
        }
        fits("SELECT ARRAY[1]::bigint[], arrow_cast(1, 'Int8')");
    }

    #[test]
    fn groupings_are_counted_before_they_are_made() {
        let columns = |count: usize| (0..count).map(|at| format!("c{at}")).collect::<Vec<_>>().join(", ");
        let by = |by: String| format!("SELECT count(*) FROM t GROUP BY {by}");
        fits(&by(format!("CUBE ({})", columns(8))));
        fits(&by(format!("ROLLUP ({})", columns(30))));
        for many in [
            format!("CUBE ({})", columns(9)),
            format!("CUBE ({})", columns(80)),
            "CUBE (a, b, c, d, e), CUBE (f, g, h, i, j)".to_owned(),
            format!("ROLLUP ({}), ROLLUP ({})", columns(30), columns(30)),
        ] {
            assert!(error(&by(many)).contains("more than 256 groupings"));
        }
    }

    #[test]
    fn calls_within_calls_are_counted_and_calls_beside_each_other_are_not() {
        let calls = |depth: usize| format!("SELECT {}a{}", "f(".repeat(depth), ")".repeat(depth));
        let links = |count: usize| format!("SELECT a{} FROM t", " -> 'b'".repeat(count));
        fits(&calls(12));
        fits(&links(12));
        fits(&format!("SELECT {}", vec!["f(g(a) ->> 'b')"; 1_000].join(", ")));
        for deep in [calls(13), links(13), links(13).replacen("->", "->>", 5)] {
            assert!(
                error(&deep).contains("more than 12 calls or `->` within each other"),
                "{}",
                error(&deep)
            );
        }
    }
}
