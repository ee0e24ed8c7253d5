//! Errors of statements, in words that say what to change.
//!
//! DataFusion's errors say what went wrong inside it. Here a wrong name is answered with the nearest
//! right ones, a syntax error with its place in the text, and a limit with its name in the
//! configuration. What the user did ([`QueryError::Statement`]) is told from what happened to it.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

use super::geoip::GeoError;
use crate::source::chain_text;

/// Names this similar or more (Jaro-Winkler) are worth suggesting; found by trying typos.
const SIMILAR: f64 = 0.8;

/// Suggestions in one message.
const SUGGESTIONS_MAX: usize = 3;

/// Why a statement gave no result.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The statement is wrong: its syntax, a name, a type, a parameter, its size.
    #[error("{0}")]
    Statement(String),
    /// It met a limit of the configuration.
    #[error("{0}")]
    Limit(String),
    /// It asks where an address is, and no database that is configured says so.
    #[error("{0}")]
    Geo(GeoError),
    /// Something failed while it ran. The message has the causes in it.
    #[error("the query failed: {}{}", root_message(.0), way_out(.0))]
    Failed(DataFusionError),
}

/// A limit that a running statement met; it travels through DataFusion as an external error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct LimitMet(pub(crate) String);

impl From<LimitMet> for QueryError {
    fn from(LimitMet(message): LimitMet) -> Self {
        Self::Limit(message)
    }
}

/// What there is to be named, for suggestions.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) tables: Vec<String>,
}

impl QueryError {
    /// An error of planning: as a rule the statement's own fault.
    pub(crate) fn of_planning(error: DataFusionError, sql: &str, names: &Names) -> Self {
        match root(&error) {
            DataFusionError::SQL(parser, _) => Self::Statement(syntax_message(parser, sql)),
            DataFusionError::SchemaError(schema, _) => Self::Statement(schema_message(schema)),
            DataFusionError::Plan(message) => Self::Statement(plan_message(message, names)),
            DataFusionError::NotImplemented(message) => {
                Self::Statement(format!("not supported: {}", first_line(message)))
            }
            DataFusionError::Execution(message) | DataFusionError::Configuration(message) => {
                Self::Statement(first_line(message).to_owned())
            }
            _ => Self::of_running(error),
        }
    }

    /// An error of running.
    pub fn of_running(error: DataFusionError) -> Self {
        match root(&error) {
            DataFusionError::ResourcesExhausted(message) => Self::Limit(format!(
                "the query needs more memory than it may use; raise [limits] memory, or read less \
                 (fewer columns, a shorter time): {}",
                first_line(message)
            )),
            DataFusionError::External(cause) => match (cause.downcast_ref(), cause.downcast_ref()) {
                (Some(LimitMet(message)), _) => Self::Limit(message.clone()),
                (_, Some(of_geo)) => Self::Geo(GeoError::clone(of_geo)),
                _ => Self::Failed(error),
            },
            DataFusionError::SchemaError(schema, _) => Self::Statement(schema_message(schema)),
            DataFusionError::Plan(message) => Self::Statement(plan_message(message, &Names::default())),
            _ => Self::Failed(error),
        }
    }
}

/// The error under all wrappings.
fn root(error: &DataFusionError) -> &DataFusionError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => root(inner),
        DataFusionError::Shared(inner) => root(inner),
        DataFusionError::Collection(errors) => errors.first().map_or(error, root),
        DataFusionError::ArrowError(inner, _) => match inner.as_ref() {
            datafusion::arrow::error::ArrowError::ExternalError(cause) => {
                cause.downcast_ref::<DataFusionError>().map_or(error, root)
            }
            _ => error,
        },
        DataFusionError::External(cause) => cause.downcast_ref::<DataFusionError>().map_or(error, root),
        _ => error,
    }
}

fn root_message(error: &DataFusionError) -> String {
    match root(error) {
        DataFusionError::External(cause) => chain_text(cause.as_ref()),
        DataFusionError::Execution(message) => first_line(message).to_owned(),
        other => other.strip_backtrace(),
    }
}

/// What helps when a file of the lake is missing or damaged.
fn way_out(error: &DataFusionError) -> &'static str {
    match root(error) {
        DataFusionError::ObjectStore(_) => {
            "; `trailhound lake doctor` says what is wrong with the lake's files"
        }
        // These name no file.
        DataFusionError::ParquetError(_) | DataFusionError::ArrowError(..) => {
            "; a data file may be damaged: `trailhound lake doctor --deep` names those of the lake"
        }
        _ => "",
    }
}

fn first_line(message: &str) -> &str {
    message.split("\n\nbacktrace:").next().unwrap_or(message).trim()
}

fn syntax_message(error: &ParserError, sql: &str) -> String {
    let (ParserError::ParserError(text) | ParserError::TokenizerError(text)) = error else {
        return "the statement nests too deep; take it apart with WITH".to_owned();
    };
    let text = text.replacen("Expected", "expected", 1);
    let Some((what, place)) = text.rsplit_once(" at Line: ") else {
        // The parser names no place for what is missing at the end.
        let place = if text.ends_with("found: EOF") { " at the end of the statement" } else { "" };
        return format!("syntax error{place}: {text}");
    };
    let (line, column) = place.split_once(", Column: ").unwrap_or((place, "1"));
    let (line, column): (usize, usize) =
        (line.trim().parse().unwrap_or(1), column.trim().parse().unwrap_or(1));
    let mut message = format!("syntax error at line {line}, column {column}: {what}");
    if let Some(source) = sql.lines().nth(line.saturating_sub(1)).filter(|source| source.len() <= 200) {
        let source: String = source.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        let margin = " ".repeat(column.saturating_sub(1));
        message.push_str(&format!("\n  {source}\n  {margin}^"));
    }
    message
}

fn schema_message(error: &SchemaError) -> String {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let names = valid_fields.iter().map(|column| column.name.as_str());
            format!(
                "no column `{}`{}",
                field.name,
                did_you_mean(&field.name, names, "DESCRIBE lists a table's columns")
            )
        }
        SchemaError::AmbiguousReference { field } => {
            format!("column `{}` is in more than one table: write `table.{0}`", field.name)
        }
        other => other.to_string(),
    }
}

fn plan_message(message: &str, names: &Names) -> String {
    let message = first_line(message);
    let table = message.strip_prefix("table '").and_then(|rest| rest.strip_suffix("' not found"));
    if let Some(table) = table {
        let name = table.rsplit('.').next().unwrap_or(table);
        let known = names.tables.iter().map(String::as_str);
        return format!("no table `{name}`{}", did_you_mean(name, known, &there_are(&names.tables)));
    }
    if let Some(rest) = message.strip_prefix("Invalid function '") {
        let (name, hint) = rest.split_once("'.").unwrap_or((rest, ""));
        let hint = hint.trim().replace('\'', "`").replace("Did", "did");
        return format!("no function `{name}`; {hint}");
    }
    message.to_owned()
}

fn there_are(tables: &[String]) -> String {
    format!("there are {}", tables.join(", "))
}

fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>, otherwise: &str) -> String {
    match nearest(name, known).as_slice() {
        [] => format!("; {otherwise}"),
        near => {
            let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
            format!("; did you mean {}?", near.join(" or "))
        }
    }
}

/// The names most like `name`, best first.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let mut scored: Vec<_> =
        known.map(|other| (score(&name, other), other)).filter(|(score, _)| *score >= SIMILAR).collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then_with(|| x.cmp(y)));
    scored.dedup_by(|(_, a), (_, b)| a == b);
    scored.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name).collect()
}

/// Underscores are left out: `eventname` is `event_name` to whoever knows Athena's columns.
fn score(name: &str, other: &str) -> f64 {
    strsim::jaro_winkler(&name.replace('_', ""), &other.to_lowercase().replace('_', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first() {
        let known = ["event_name", "event_time", "user_agent", "error_code"];
        assert_eq!(nearest("eventName", known.into_iter())[0], "event_name");
        assert_eq!(nearest("evnt_time", known.into_iter())[0], "event_time");
        assert!(nearest("zzz", known.into_iter()).is_empty());
    }

    #[test]
    fn a_syntax_error_shows_its_place() {
        let error =
            ParserError::ParserError("Expected: an expression, found: FROM at Line: 2, Column: 8".into());
        assert_eq!(
            syntax_message(&error, "-- x\nSELECT FROM t"),
            "syntax error at line 2, column 8: expected: an expression, found: FROM\n  SELECT FROM t\n         ^"
        );
    }
}
