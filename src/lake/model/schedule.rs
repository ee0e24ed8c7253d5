//! A schedule: the choices of one run, in order. It is printed when something is found, and replays
//! exactly.
//!
//! ```text
//! 0 1 0 1! 0? ^0      0 goes, 1 goes, 0 goes, 1 crashes, 0's commit is in and the answer lost,
//!                     the first request that is in the air arrives
//! ```

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail};

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// The next request of an actor is carried out and answered.
    Go(u8),
    /// An actor dies; its next request never left it.
    Crash(u8),
    /// An actor dies; its next request is on its way.
    CrashInTheAir(u8),
    /// A commit is carried out, and the answer lost.
    Lose(u8),
    /// A commit is on its way, and its sender told that the connection is gone.
    Delay(u8),
    /// A request that is on its way arrives.
    Arrive(u8),
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Go(actor) => write!(out, "{actor}"),
            Self::Crash(actor) => write!(out, "{actor}!"),
            Self::CrashInTheAir(actor) => write!(out, "{actor}!~"),
            Self::Lose(actor) => write!(out, "{actor}?"),
            Self::Delay(actor) => write!(out, "{actor}~"),
            Self::Arrive(index) => write!(out, "^{index}"),
        }
    }
}

impl FromStr for Choice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let digits = text.trim_start_matches('^').trim_end_matches(['!', '?', '~']);
        let number: u8 = digits.parse().with_context(|| format!("`{text}` is no choice"))?;
        let choices = [
            Self::Go(number),
            Self::Crash(number),
            Self::CrashInTheAir(number),
            Self::Lose(number),
            Self::Delay(number),
            Self::Arrive(number),
        ];
        match choices.into_iter().find(|choice| choice.to_string() == text) {
            Some(choice) => Ok(choice),
            None => bail!("`{text}` is no choice"),
        }
    }
}

/// Reads what [`print`] has written.
pub(super) fn parse(text: &str) -> Result<Vec<Choice>> {
    text.split_whitespace().map(str::parse).collect()
}

/// As `TRAILHOUND_SCHEDULE` takes it.
pub(super) fn print(choices: &[Choice]) -> String {
    choices.iter().map(Choice::to_string).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_schedule_reads_as_it_is_printed() {
    let text = "0 1 12 1! 0!~ 0? 1~ ^0";
    assert_eq!(print(&parse(text).unwrap()), text);
    for wrong in ["!", "a", "0!!", "^", "~0", "0^"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
