//! Trailhound: an analytics engine for AWS CloudTrail logs.
//!
//! Data flows one way, and a module imports only from those before it:
//! `source` → `decode` → `lake` → `ingest` → `query` → `detect` → `report`.

pub mod decode;
pub mod event;
