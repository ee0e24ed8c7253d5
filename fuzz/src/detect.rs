//! Of `detect`: headers of rules, whose SQL is taken as it is, and Sigma rules.

#[path = "../../src/detect/attack.rs"]
mod attack;
#[path = "../../src/detect/catalogue.rs"]
mod catalogue;
#[path = "../../src/detect/glob.rs"]
mod glob;
#[path = "../../src/detect/header.rs"]
mod header;
#[path = "../../src/detect/mistake.rs"]
mod mistake;
#[path = "../../src/detect/param.rs"]
mod param;
#[path = "../../src/detect/rule.rs"]
mod rule;
#[path = "../../src/detect/severity.rs"]
mod severity;
#[path = "../../src/detect/sigma/mod.rs"]
pub mod sigma;
#[path = "../../src/detect/spelling.rs"]
mod spelling;
#[path = "../../src/detect/vocabulary.rs"]
mod vocabulary;
#[path = "../../src/detect/yaml.rs"]
mod yaml;

pub use rule::{Body, Rule};
pub use severity::Severity;
pub use sigma::{Correlation, Detection, Placeholders};

mod bindings {
    /// As in `detect/bindings.rs`.
    pub(super) const BOUND_TO_ALL: [&str; 4] = ["window_start", "window_end", "lookback_start", "as_of"];
}

mod kind {
    /// As in `detect/kind.rs`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum Kind {
        /// Filters events.
        Event,
        /// Computes findings.
        Query,
        /// Is about what other rules match.
        Correlation,
    }

    /// Told from the form alone.
    pub(super) fn of(sql: &str) -> Result<Kind, (usize, String)> {
        Ok(if sql.contains("GROUP BY") { Kind::Query } else { Kind::Event })
    }
}
