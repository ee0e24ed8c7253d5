//! Trailhound: an analytics engine for AWS CloudTrail logs.
//!
//! Data flows one way, and a module imports only from those before it:
//! `source` → `decode` → `lake` → `ingest` → `query` → `detect` → `report`; `pause`, `event`,
//! `timespan`, `progress` and `config` are leaves, `generate` makes synthetic trails, and `cli` stands on top.

pub mod pause;
pub mod event;
pub mod timespan;
pub mod progress;
pub mod config;

pub mod source;
pub mod decode;
pub mod lake;
pub mod ingest;
pub mod query;
pub mod detect;
pub mod report;
pub mod generate;
pub mod cli;

#[cfg(test)]
#[allow(unreachable_pub, reason = "in the crate of the fuzz targets it is public")]
#[path = "../fuzz/bodies/mod.rs"]
mod fuzz;
