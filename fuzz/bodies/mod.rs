//! What is fuzzed: one function a target, which panics when something is not as it must be.
//!
//! The crate's own tests run them over mutated seeds (`bounded`), a bounded number of times;
//! cargo-fuzz runs the same functions for as long as one likes, led by coverage (`.ci/fuzz`).

pub mod config;
pub mod decode;
pub mod differential;
pub mod key;
pub mod reference;
pub mod rule_header;
pub mod sigma;
pub mod values;

#[cfg(test)]
mod bounded;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod sql;
