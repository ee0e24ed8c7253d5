//! PostgreSQL's dialect, without what makes its parser take 2ⁿ steps for n brackets.
//!
//! The parser tries readings one after another, each from the start: a call within a call is read
//! twice as a name of an argument and twice as a value, a wrong `CAST(CAST(…` once more as a function.
//! So the reading that nobody needs (`f(expression : value)`) is left out, and all the others share a
//! budget: each start of an expression costs one, and without budget the parser stops.
//!
//! Limit: [`PostgreSqlDialect`] can't be told but only wrapped, method by method; a test compares what
//! the two read.

use std::any::TypeId;
use std::cell::Cell;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::{Dialect, PostgreSqlDialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

/// Starts of expressions, each counted as often as it is read. Of what may be planned (20,000 expressions,
/// `statement`) most are read once; a million take seconds in a debug build.
const STARTS_MAX: u32 = 100_000;

const POSTGRES: PostgreSqlDialect = PostgreSqlDialect {};

/// The dialect for one statement: its budget is used up by reading it.
#[derive(Debug)]
pub(crate) struct Postgres {
    starts_left: Cell<u32>,
}

impl Default for Postgres {
    fn default() -> Self {
        Self { starts_left: Cell::new(STARTS_MAX) }
    }
}

/// Answers that are PostgreSQL's.
macro_rules! as_postgres {
    ($($method:ident)*) => {
        $(fn $method(&self) -> bool { POSTGRES.$method() })*
    };
}

impl Dialect for Postgres {
    /// The parser asks for it where it means PostgreSQL alone.
    fn dialect(&self) -> TypeId {
        POSTGRES.dialect()
    }

    fn parse_prefix(&self, _: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        match self.starts_left.get().checked_sub(1) {
            Some(left) => {
                self.starts_left.set(left);
                None
            }
            // The one error after which no other reading is tried.
            None => Some(Err(ParserError::RecursionLimitExceeded)),
        }
    }

    /// `json_object('a' : 1)`: no function of ours has such arguments.
    fn supports_named_fn_args_with_expr_name(&self) -> bool {
        false
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        POSTGRES.identifier_quote_style(identifier)
    }

    fn is_delimited_identifier_start(&self, first: char) -> bool {
        POSTGRES.is_delimited_identifier_start(first)
    }

    fn is_identifier_start(&self, first: char) -> bool {
        POSTGRES.is_identifier_start(first)
    }

    fn is_identifier_part(&self, part: char) -> bool {
        POSTGRES.is_identifier_part(part)
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        POSTGRES.is_reserved_for_identifier(keyword)
    }

    fn is_custom_operator_part(&self, part: char) -> bool {
        POSTGRES.is_custom_operator_part(part)
    }

    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        POSTGRES.get_next_precedence(parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        POSTGRES.prec_value(precedence)
    }

    as_postgres! {
        allow_extract_custom
        allow_extract_single_quotes
        supports_alter_column_type_using
        supports_array_typedef_with_brackets
        supports_bitwise_shift_operators
        supports_comma_separated_trim
        supports_comment_on
        supports_comment_optimizer_hint
        supports_create_index_with_clause
        supports_create_table_like_parenthesized
        supports_empty_projections
        supports_explain_with_utility_options
        supports_factorial_operator
        supports_filter_during_aggregation
        supports_geometric_types
        supports_group_by_expr
        supports_insert_table_alias
        supports_interval_options
        supports_listen_notify
        supports_load_extension
        supports_named_fn_args_with_colon_operator
        supports_nested_comments
        supports_notnull_operator
        supports_numeric_literal_underscores
        supports_select_wildcard_with_alias
        supports_set_names
        supports_string_escape_constant
        supports_unicode_string_literal
        supports_xml_expressions
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::*;

    fn sql_files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sql_files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn it_reads_what_postgres_reads() {
        let mut statements = Vec::new();
        sql_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("queries"), &mut statements);
        assert!(statements.len() > 40, "{}", statements.len());
        let others = [
            "SELECT a ->> 'b' = 'c', x::int[], E'\\n', U&'d', 1_000, e @> f, g # h, 5!, i NOTNULL, j << 2",
            "SELECT EXTRACT('day' FROM t), EXTRACT(century FROM t), INTERVAL '1' DAY, interval, TRIM(a, b)",
            "SELECT count(*) FILTER (WHERE a) FROM t GROUP BY CUBE (a, b), ROLLUP (c), GROUPING SETS ((d), ())",
            "SELECT /* a /* nested */ comment */ FROM t",
            "SELECT *  AS x, ärger, \"Quoted\", $1, $name, a[1:2], b COLLATE \"C\", c AT TIME ZONE 'UTC' FROM t",
            "EXPLAIN (ANALYZE, VERBOSE) SELECT f(1), g(2) OVER (PARTITION BY a ORDER BY b)",
            "WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a NATURAL JOIN b, LATERAL (SELECT 1) c",
            "SELECT a ~* b, c !~~ d, e || f, g ^ 2, h AND NOT i OR j IS DISTINCT FROM k, point '1,2'",
        ];
        statements.extend(others.map(str::to_owned));
        for sql in statements {
            let theirs = Parser::parse_sql(&POSTGRES, &sql);
            assert_eq!(Parser::parse_sql(&Postgres::default(), &sql), theirs, "{sql}");
        }
        // Read as a name where PostgreSQL's dialect reads an expression, which means the same.
        let named = Parser::parse_sql(&Postgres::default(), "SELECT f(name => 1), g(name := 2)").unwrap();
        assert_eq!(named[0].to_string(), "SELECT f(name => 1), g(name := 2)");
    }

    #[test]
    fn nothing_is_read_again_and_again() {
        let nest = |open: &str, inner: &str, close: &str| {
            format!("SELECT {}{inner}{}", open.repeat(45), close.repeat(45))
        };
        let good = [nest("f(", "1", ")"), nest("f(a, ", "1", ", b)"), nest("CASE WHEN ", "a", " THEN 1 END")];
        let bad = [
            nest("CAST(", "1 1", " AS int)"),
            nest("CASE WHEN ", "1 1", " THEN 1 END"),
            nest("EXTRACT(day FROM ", "1 1", ")"),
            nest("f(", "1 1", ")"),
            nest("SUBSTRING(", "", ""),
            nest("TRIM(f(", "1 1", "))"),
            nest("INTERVAL (", "1 1", ")"),
        ];
        let start = Instant::now();
        for sql in good {
            assert!(Parser::parse_sql(&Postgres::default(), &sql).is_ok(), "{sql}");
        }
        for sql in bad {
            assert!(Parser::parse_sql(&Postgres::default(), &sql).is_err(), "{sql}");
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
