//! Sigma rules: files of the Sigma specification as conditions over CloudTrail records.
//!
//! A [`Collection`] reads files; each rule comes to one [`Condition`], which is asked of a [`Record`], whatever that is
//! made of, or to a [`Correlation`] over what others match. Which rules are asked of which records at all is `scan`'s
//! affair, when a correlation fires that of `correlate`.
//!
//! Source of what rules mean: the Sigma specification, version 2.

mod collection;
mod condition;
mod correlation;
pub(crate) mod detection;
mod document;
mod expression;
mod lint;
mod modifier;
mod place;
mod record;
mod rule;
#[cfg(test)]
mod tests;

pub(crate) use self::collection::Collection;
#[allow(unused_imports, reason = "of tests and fuzz targets")]
pub(crate) use self::collection::rules;
pub(crate) use self::condition::{Check, Condition};
pub use self::correlation::Correlation;
pub(crate) use self::correlation::{Asks, Base, Bounds, Field, Source, Statistic};
pub use self::detection::Detection;
pub(crate) use self::lint::lint;
pub use self::modifier::Placeholders;
pub(crate) use self::place::{Held, Place};
#[cfg(test)]
pub(crate) use self::record::JsonRecord;
pub(crate) use self::record::{Item, Record, any_at, any_within};
