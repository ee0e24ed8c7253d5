//! What to generate: how many events, from which seed, up to when, with which attack stories.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::Timestamp;

use super::story;

/// The fewest events a trail can have: fewer would leave no room for ordinary life around the stories.
pub const FEWEST: u64 = 1_000;
pub const MOST: u64 = 100_000_000;
pub const LONGEST: u32 = 400;

#[derive(Debug, Clone)]
pub struct Options {
    /// How many different events the trail has, from 1,000 to 100,000,000.
    pub events: u64,
    pub seed: u64,
    /// Where the trail ends: no event happens at or after it.
    pub end: Timestamp,
    /// How many days before `end` it begins.
    pub days: u32,
    pub stories: Stories,
    /// Mean number of events in an object; by itself about 700, and fewer in small trails.
    pub mean_per_object: Option<f64>,
    /// Number of accounts, from the 4 of the demo organisation to 20; by itself it grows with the events.
    pub accounts: Option<usize>,
}

impl Options {
    pub fn new(events: u64, seed: u64, end: Timestamp) -> Self {
        Self { events, seed, end, days: 28, stories: Stories::all(), mean_per_object: None, accounts: None }
    }
}

/// A set of attack stories, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stories(BTreeSet<&'static str>);

#[derive(Debug, thiserror::Error)]
#[error("no story is named `{name}`; the stories are {known}, or `all`, or `none`")]
pub struct UnknownStory {
    name: String,
    known: String,
}

impl Stories {
    pub fn all() -> Self {
        Self(story::NAMES.into_iter().collect())
    }

    pub fn none() -> Self {
        Self(BTreeSet::new())
    }

    pub fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

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
