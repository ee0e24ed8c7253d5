//! Look-alikes: what honest administration has in common with attacks, for each high and critical rule that ships.
//!
//! A platform team rotates keys, shares snapshots with its other accounts, is denied things, signs in as root once a
//! year, with MFA. Rules that cry wolf at that are of no use. Which these are is data, `table.txt`; an occasion is a
//! time and a place at which one of them happens, and its events follow from these alone. In a trail of 50,000 events
//! each happens once, in larger ones once in 50,000; smaller ones have a part of them.

mod occasion;
mod table;
#[cfg(test)]
mod tests;
mod writing;

pub(super) use self::occasion::{Occasion, occasions, planted};

/// A look-alike that a trail has: what a detection run should pass over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedLookAlike {
    /// The rule that it is like, by its id.
    pub rule: &'static str,
    /// What honest people do, in a line.
    pub description: &'static str,
    /// How often it happens.
    pub occasions: u64,
    /// How many events these are, with those that open their sessions; duplicates not counted.
    pub events: u64,
}
