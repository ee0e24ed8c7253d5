//! What to generate: how many events, from which seed, up to when, with which attack stories.
//!
//! Equal options make equal trails, byte by byte. Events or days out of range are refused by `run`, before
//! anything is written; a story's name is checked when it is read.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;

use super::story;

/// The fewest events a trail can have: fewer would leave no room for ordinary life around the stories.
pub(super) const FEWEST: u64 = 1_000;
/// The most events: what one worker holds at a time is a day of an account and region, and grows with them.
pub(super) const MOST: u64 = 100_000_000;
/// The most days: a year and a margin.
pub(super) const LONGEST: u32 = 400;

/// What a trail is made of; [`Options::new`] gives the usual one.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many different events the trail has, from 1,000 to 100,000,000.
    pub events: u64,
    /// Where all chance comes from.
    pub seed: u64,
    /// Where the trail ends: no event happens at or after it.
    pub end: Timestamp,
    /// How many days before `end` it begins, from 1 to 400.
    pub days: u32,
    /// The attacks to plant. `stale-key` needs 17 days, for a key to go 14 of them unused: a shorter trail is
    /// made without it, and [`Summary`](super::Summary) doesn't list it.
    pub stories: Stories,
    /// Mean number of events in an object, held between 1 and 20,000; by itself 700, and fewer in small trails.
    pub mean_per_object: Option<f64>,
    /// Number of accounts, held between the 4 of the demo organisation and 20; by itself it grows with the events.
    pub accounts: Option<usize>,
}

impl Options {
    /// A trail of 28 days with all stories.
    pub fn new(events: u64, seed: u64, end: Timestamp) -> Self {
        Self { events, seed, end, days: 28, stories: Stories::all(), mean_per_object: None, accounts: None }
    }
}

/// A set of attack stories, by name; read from `all`, `none`, or names with commas between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stories(BTreeSet<&'static str>);

/// A name that is no story's; its message lists those that are.
#[derive(Debug, thiserror::Error)]
#[error("no story `{name}`; the stories are {known}, or `all`, or `none`")]
pub struct UnknownStory {
    name: String,
    known: String,
}

impl Stories {
    /// Every story of [`STORY_NAMES`](super::STORY_NAMES).
    pub fn all() -> Self {
        Self(story::NAMES.into_iter().collect())
    }

    /// No story: ordinary life alone.
    pub fn none() -> Self {
        Self(BTreeSet::new())
    }

    /// Whether the story of that name was chosen.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// The chosen names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().copied()
    }
}

impl FromStr for Stories {
    type Err = UnknownStory;

    /// `all`, `none`, or names with commas between.
    fn from_str(text: &str) -> Result<Self, UnknownStory> {
        match text.trim() {
            "all" => return Ok(Self::all()),
            "none" | "" => return Ok(Self::none()),
            _ => {}
        }
        let mut chosen = BTreeSet::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let known = story::NAMES.into_iter().find(|known| *known == name);
            chosen.insert(known.ok_or_else(|| UnknownStory {
                name: name.to_owned(),
                known: story::NAMES.map(|name| format!("`{name}`")).join(", "),
            })?);
        }
        Ok(Self(chosen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_chosen_by_name() -> anyhow::Result<()> {
        assert_eq!("all".parse::<Stories>()?, Stories::all());
        assert_eq!("none".parse::<Stories>()?, Stories::none());
        let two: Stories = "root, network".parse()?;
        assert_eq!(two.names().collect::<Vec<_>>(), ["network", "root"]);
        Ok(())
    }

    #[test]
    fn an_unknown_story_is_named_with_those_that_exist() {
        let error = "roots".parse::<Stories>().expect_err("no such story").to_string();
        assert!(error.contains("`roots`") && error.contains("`stale-key`"), "{error}");
    }
}
