//! One thing that is wrong with a rule file, and where.

use std::fmt;

/// A mistake's message, in characters: what a rule says may be quoted in it.
const MESSAGE_MAX: usize = 600;

/// What is told of one rule; more would take longer to find than to read.
pub(super) const TOLD_MAX: usize = 50;

/// Whether a rule with the mistake can be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It can't, or gives wrong results.
    Error,
    /// It can, but probably doesn't say what was meant.
    Warning,
}

impl Level {
    /// As `rules check` writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A mistake in a rule file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, and the way out.
    pub message: String,
}

impl Mistake {
    /// A mistake because of which the rule can't be used.
    pub(super) fn error(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, level: Level::Error, message: message.into() }
    }

    /// A mistake that leaves the rule usable.
    pub(super) fn warning(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, level: Level::Warning, message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}: {}", self.file, self.line, self.level.name(), self.message)
    }
}

/// A message without its middle if it is long: the place is at its beginning, the reason at its end.
pub(super) fn shortened(message: &str) -> String {
    let length = message.chars().count();
    if length <= MESSAGE_MAX {
        return message.to_owned();
    }
    let beginning: String = message.chars().take(MESSAGE_MAX / 2).collect();
    let end: String = message.chars().skip(length - MESSAGE_MAX / 2).collect();
    format!("{beginning} … {end}")
}

/// Why a set of rules could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct Mistakes(pub Vec<Mistake>);

/// A message stays readable when a whole folder is wrong.
const SHOWN_MAX: usize = 20;

fn lines(mistakes: &[Mistake]) -> String {
    let mut lines: Vec<_> = mistakes.iter().take(SHOWN_MAX).map(Mistake::to_string).collect();
    if mistakes.len() > SHOWN_MAX {
        lines.push(format!("and {} more; `trailhound rules check` lists them", mistakes.len() - SHOWN_MAX));
    }
    lines.join("\n")
}
