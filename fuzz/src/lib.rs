//! The modules of trailhound that need no engine, and what is fuzzed in them.
//!
//! They are the crate's own files. What they need of others is cut down to what has no part in reading
//! text: in `query` and `detect`.

#![allow(dead_code, unused_imports, reason = "much of what these files offer is for others")]

#[path = "../../src/event.rs"]
pub mod event;
#[path = "../../src/timespan.rs"]
pub mod timespan;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/decode/mod.rs"]
pub mod decode;

pub mod detect;
pub mod query;
pub mod source;

#[path = "../bodies/mod.rs"]
pub mod bodies;
