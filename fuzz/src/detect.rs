//! Of `detect`: headers of rules. Their SQL is taken as it is.

#[path = "../../src/detect/attack.rs"]
mod attack;
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
#[path = "../../src/detect/spelling.rs"]
mod spelling;
#[path = "../../src/detect/vocabulary.rs"]
mod vocabulary;

pub use rule::Rule;
pub use severity::Severity;

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
    }

    /// Told from the form alone.
    pub(super) fn of(sql: &str) -> Result<Kind, (usize, String)> {
        Ok(if sql.contains("GROUP BY") { Kind::Query } else { Kind::Event })
    }
}
