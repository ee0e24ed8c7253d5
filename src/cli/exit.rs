//! Exit codes, and which one wins when a run earned several.

use std::process::ExitCode;

use crate::detect::RuleSet;

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// All was done.
    #[default]
    Done = 0,
    /// It could not be done.
    Failed = 1,
    /// The command line or the configuration is wrong; nothing was done.
    Usage = 2,
    /// It was done, but some input was quarantined, failed, or could not be read.
    Incomplete = 3,
    /// There are findings at or above `--fail-on`.
    Findings = 4,
}

impl Exit {
    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What a command ends with that has done its work with these rules: some may have been left out.
    pub(super) fn of_rules(rules: &RuleSet) -> Self {
        if rules.refused().is_empty() { Self::Done } else { Self::Incomplete }
    }

    /// The graver of two. Findings go before incomplete input: what was found stands, and a gate
    /// in a pipeline asks for findings.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.gravity() >= other.gravity() { self } else { other }
    }

    const fn gravity(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Incomplete => 1,
            Self::Findings => 2,
            Self::Usage => 3,
            Self::Failed => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_GRAVITY: [Exit; 5] = [Exit::Done, Exit::Incomplete, Exit::Findings, Exit::Usage, Exit::Failed];

    #[test]
    fn the_numbers_are_those_of_the_documentation() {
        assert_eq!(BY_GRAVITY.map(Exit::code), [0, 3, 4, 2, 1]);
    }

    #[test]
    fn the_graver_code_wins_whatever_came_first() {
        for (place, milder) in BY_GRAVITY.into_iter().enumerate() {
            for graver in BY_GRAVITY.into_iter().skip(place) {
                assert_eq!(milder.merge(graver), graver);
                assert_eq!(graver.merge(milder), graver);
            }
        }
    }
}
