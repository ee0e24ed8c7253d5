//! Of `source`: keys.

#[path = "../../src/source/key.rs"]
mod key;

pub use key::parse as parse_key;
