//! From text to a statement that may be planned: one, of bounded size, that only reads.
//!
//! The planner walks expressions recursively, and an OR of 3,000 terms has been seen to overflow its
//! stack and end the process. So the tokens are counted before anything recurses, the tree is counted
//! before it is planned (`bounds`), and both happen on a thread whose stack is large enough.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::parser::{DFParserBuilder, Statement as DfStatement};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use super::Postgres;
use super::bounds::{self, read_only, too_large};
use super::error::{Names, QueryError};
use super::params::{self, Literal};

/// Bytes of a statement. A list of 10,000 access keys fits.
const TEXT_MAX: usize = 512 << 10;

/// Operators, opening brackets and keywords: no tree is deeper than these are many.
const OPERATORS_MAX: usize = 10_000;

/// Nesting of brackets, which the parser recurses by.
const BRACKETS_MAX: usize = 100;

/// Reads one statement that only reads.
pub(crate) fn parse(sql: &str) -> Result<DfStatement, QueryError> {
    check_tokens(sql)?;
    let syntax = |error| QueryError::of_planning(error, sql, &Names::default());
    let dialect = Postgres::default();
    let mut statements = DFParserBuilder::new(sql)
        .with_dialect(&dialect)
        .with_recursion_limit(BRACKETS_MAX)
        .build()
        .and_then(|mut parser| parser.parse_statements())
        .map_err(syntax)?;
    let Some(statement) = statements.pop_front() else {
        return Err(QueryError::Statement("there is no statement".to_owned()));
    };
    if !statements.is_empty() {
        return Err(QueryError::Statement(
            "one statement at a time: take out all after the first `;`".to_owned(),
        ));
    }
    check(&statement)?;
    Ok(statement)
}

/// The parameters of a statement.
pub(crate) fn parameters(statement: &mut DfStatement) -> BTreeSet<String> {
    match statement {
        DfStatement::Statement(inner) => params::names(inner),
        DfStatement::Explain(explain) => parameters(&mut explain.statement),
        _ => BTreeSet::new(),
    }
}

/// Puts values in the place of its parameters.
pub(crate) fn bind(
    statement: &mut DfStatement,
    values: &BTreeMap<String, Literal>,
) -> Result<(), QueryError> {
    let mut used = BTreeSet::new();
    bind_inner(statement, values, &mut used)?;
    params::check_used(values, &used)?;
    // A list may have made it larger.
    check(statement)
}

fn bind_inner(
    statement: &mut DfStatement,
    values: &BTreeMap<String, Literal>,
    used: &mut BTreeSet<String>,
) -> Result<(), QueryError> {
    match statement {
        DfStatement::Statement(inner) => params::bind(inner, values, used),
        DfStatement::Explain(explain) => bind_inner(&mut explain.statement, values, used),
        _ => Ok(()),
    }
}

fn check_tokens(sql: &str) -> Result<(), QueryError> {
    if sql.len() > TEXT_MAX {
        return Err(too_large("bytes", TEXT_MAX));
    }
    // What the tokenizer can't read, the parser reports with its place.
    let Ok(tokens) = Tokenizer::new(&Postgres::default(), sql).tokenize() else { return Ok(()) };
    let operators = tokens.iter().filter(|token| is_operator(token)).count();
    if operators > OPERATORS_MAX {
        return Err(too_large("operators and keywords", OPERATORS_MAX));
    }
    Ok(())
}

fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Comma | Token::Period | Token::RParen | Token::RBracket | Token::EOF | Token::SemiColon => {
            false
        }
        Token::Number(..) | Token::Whitespace(_) | Token::Placeholder(_) => false,
        Token::SingleQuotedString(_) | Token::DoubleQuotedString(_) | Token::DollarQuotedString(_) => false,
        Token::EscapedStringLiteral(_) | Token::NationalStringLiteral(_) | Token::HexStringLiteral(_) => {
            false
        }
        _ => true,
    }
}

fn check(statement: &DfStatement) -> Result<(), QueryError> {
    let inner = match statement {
        DfStatement::Statement(inner) => inner,
        DfStatement::Explain(explain) => return check(&explain.statement),
        DfStatement::CreateExternalTable(_) => return Err(read_only("CREATE EXTERNAL TABLE")),
        DfStatement::CopyTo(_) => return Err(read_only("COPY")),
        DfStatement::Reset(_) => return Err(read_only("RESET")),
    };
    bounds::check(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::stack::on_large_stack;

    fn error(sql: &str) -> String {
        on_large_stack(|| parse(sql).unwrap_err().to_string())
    }

    #[test]
    fn only_statements_that_read_are_allowed() {
        for sql in [
            "SELECT 1",
            "WITH a AS (SELECT 1) SELECT * FROM a;",
            "VALUES (1), (2)",
            "EXPLAIN ANALYZE SELECT 1",
            "SHOW TABLES",
            "DESCRIBE cloudtrail",
            "(SELECT 1) UNION ALL (SELECT 2)",
        ] {
            assert!(parse(sql).is_ok(), "{sql}: {:?}", parse(sql).err());
        }
        for sql in [
            "CREATE TABLE a AS SELECT 1",
            "CREATE VIEW a AS SELECT 1",
            "CREATE EXTERNAL TABLE a STORED AS CSV LOCATION '/etc/passwd'",
            "COPY (SELECT 1) TO '/tmp/x.csv'",
            "INSERT INTO a VALUES (1)",
            "WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a",
            "EXPLAIN ANALYZE INSERT INTO a VALUES (1)",
            "DELETE FROM a",
            "UPDATE a SET b = 1",
            "DROP TABLE a",
            "SET datafusion.execution.batch_size = 1",
            "SELECT 1 INTO a",
            "BEGIN",
        ] {
            assert!(error(sql).contains("is not allowed"), "{sql}: {}", error(sql));
        }
    }

    #[test]
    fn a_statement_of_any_size_is_an_error_and_no_overflow() {
        let or = |terms: usize| format!("SELECT 1 WHERE {}", vec!["a = 1"; terms].join(" OR "));
        assert!(error(&or(3_000)).contains("more than 500 expressions within each other"));
        assert!(error(&or(50_000)).contains("more than 10000 operators"));
        assert!(
            error(&format!("SELECT {}1", "-".repeat(3_000).replace('-', "- "))).contains("nests too deep")
        );
        assert!(
            error(&format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000))).contains("nests too deep")
        );
        assert!(error(&vec!["SELECT 1"; 300].join(" UNION ")).contains("more than 200 SELECTs"));
        assert!(error(&format!("SELECT '{}'", "x".repeat(TEXT_MAX))).contains("bytes"));
        assert!(on_large_stack(|| parse(&or(400))).is_ok());
        let list = format!("SELECT 1 WHERE a IN ({})", vec!["'x'"; 10_000].join(","));
        assert!(on_large_stack(|| parse(&list)).is_ok());
    }

    #[test]
    fn one_statement_is_wanted() {
        assert_eq!(error(" "), "there is no statement");
        assert!(error("SELECT 1; SELECT 2").starts_with("one statement at a time"));
    }
}
