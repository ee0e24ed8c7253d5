//! Of `query`: headers, the values of parameters, and what walks over text.

#[path = "../../src/query/header.rs"]
mod header;
#[path = "../../src/query/json.rs"]
pub(crate) mod json;
#[path = "../../src/query/pattern.rs"]
pub(crate) mod pattern;

pub use header::split as split_header;

/// As in `query/params.rs`.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A moment.
    Time(jiff::Timestamp),
    /// Several values.
    List(Vec<Self>),
}
