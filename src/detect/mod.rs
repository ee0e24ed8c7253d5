//! Detections: rules run over events, and the findings they make.
//!
//! A rule is a YAML header and one SQL query, or a Sigma rule ([`Rule`]); rules are chosen into a [`RuleSet`],
//! run over a range of time by [`run`], and give [`Finding`]s in a [`Report`]. [`check`] finds mistakes in rule
//! files, [`test`] runs them over their cases, [`backtest`] counts one rule's findings by day, [`save`]
//! puts findings into the lake.
//!
//! No rule and nothing in here reads a clock: a run over old events finds what it would have found then.
//! Not here: how findings are shown (`report`).

mod asked;
mod attack;
mod backtest;
mod batch;
mod bindings;
mod catalogue;
mod check;
mod computed;
mod correlate;
mod events;
mod finding;
mod finding_ref;
mod findings;
mod glob;
mod header;
mod kind;
mod mistake;
mod mutant;
mod nulls;
mod operations;
mod outcome;
mod param;
mod queries;
mod rule;
mod rule_set;
mod run;
mod scan;
mod severity;
mod shipped;
pub(crate) mod sigma;
mod spelling;
mod store;
mod stories;
mod suppress;
pub mod test;
mod vocabulary;
mod window;
mod yaml;

pub use self::backtest::{Backtest, backtest};
pub use self::batch::{from_batch, to_batch};
pub use self::catalogue::tactics;
pub use self::check::{check, check_config};
pub use self::finding::Finding;
pub use self::finding_ref::FindingRef;
pub use self::findings::{Findings, Head};
pub use self::kind::Kind;
pub use self::mistake::{Level, Mistake, Mistakes};
pub use self::outcome::{Report, RuleOutcome, Run, State, Suppressed};
pub use self::param::{Param, ParamType};
pub use self::rule::{Body, Rule};
pub use self::rule_set::{RuleFile, RuleSet, Selection, read, shipped_files};
pub use self::run::{FINDINGS_MAX, Options, run};
pub use self::scan::{Affected, Asking, Cost, Counted, Explained};
pub use self::severity::Severity;
pub use self::sigma::{Correlation, Detection, Placeholders};
pub use self::store::{Saved, save};
pub use self::vocabulary::{Need, Practice, Status};
pub use self::window::Span;

#[cfg(test)]
mod tests;
