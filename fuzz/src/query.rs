//! Of `query`: headers, and the values of parameters.

#[path = "../../src/query/header.rs"]
mod header;

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
