//! Synthetic trails: what an organisation's CloudTrail would have delivered, the same for the same seed.
//!
//! A world (accounts, people, roles) comes from the options; a plan says who is active when and how often; the days
//! of accounts and regions are then written independently, in parallel, straight to gzipped JSON. Memory holds the
//! plan and one object a worker, so a trail may have 10⁸ events. Attack stories are planted on top of ordinary life, and so
//! are look-alikes: what honest people do that rules must not take for an attack.

mod api;
mod caller;
mod cell;
mod client;
mod dice;
mod fault;
mod identity;
mod layout;
mod lookalike;
mod opener;
mod options;
mod plan;
mod record;
mod scene;
mod shape;
mod signin;
mod special;
mod stint;
mod story;
mod text;
mod world;

#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::ensure;
use rayon::prelude::*;

use self::cell::{Tally, Writer};
use self::layout::Shelf;
use self::options::{FEWEST, LONGEST, MOST};
use self::plan::Plan;
use self::special::Others;
use self::world::World;
use crate::progress::Progress;

pub use self::lookalike::PlantedLookAlike;
pub use self::options::{Options, Stories, UnknownStory};
pub use self::story::{NAMES as STORY_NAMES, PlantedStory};

/// What was written.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Files under the folder, the digests among them.
    pub objects: u64,
    /// Different events: exactly as many as asked for.
    pub events: u64,
    /// Records beyond those, each of which repeats an event.
    pub duplicates: u64,
    /// Size of all objects on disk.
    pub bytes_gz: u64,
    /// Size of all objects' JSON before compression.
    pub bytes_json: u64,
    /// The stories that the trail tells, in the order of [`STORY_NAMES`]; one that didn't fit isn't here.
    pub stories: Vec<PlantedStory>,
    /// What only looks like an attack.
    pub look_alikes: Vec<PlantedLookAlike>,
}

/// Writes a trail under the folder `out`, as `out/AWSLogs/<organisation>/<account>/…`.
///
/// The folder is made if need be, and must not hold a trail yet. `progress` counts events. An error leaves what
/// was written so far.
pub fn run(out: &Path, options: &Options, progress: &Progress) -> anyhow::Result<Summary> {
    ensure!(
        (FEWEST..=MOST).contains(&options.events),
        "cannot make `{}` events: a trail has from {FEWEST} to {MOST}",
        options.events
    );
    ensure!(
        (1..=LONGEST).contains(&options.days),
        "cannot make a trail of `{}` days: it has from 1 to {LONGEST}",
        options.days
    );
    let world = World::new(options);
    let others = Others::of(options.events, options.days);
    let plan = Plan::new(&world, options, others.events())?;
    let shelf = Shelf::new(out)?;
    progress.set_total(options.events);
    let special = special::write(&world, plan.span, others, &shelf)?;
    progress.add(special.events);
    let busiest = plan.cells.iter().max_by_key(|(key, cell)| (cell.events, *key));
    let writer = Writer {
        world: &world,
        plan: &plan,
        shelf: &shelf,
        progress,
        mean_per_object: mean_per_object(options),
        showcase: busiest.map_or((0, 0, 0), |(key, _)| *key),
    };
    let tallies: Vec<Tally> =
        plan.cells.par_iter().map(|(key, cell)| writer.write(*key, cell)).collect::<anyhow::Result<_>>()?;
    let sum: Tally = tallies.into_iter().chain([special]).sum();
    Ok(Summary {
        objects: sum.objects,
        events: sum.events,
        duplicates: sum.duplicates,
        bytes_gz: sum.bytes_gz,
        bytes_json: sum.bytes_json,
        look_alikes: lookalike::planted(&plan.occasions),
        stories: plan.planted,
    })
}

/// As asked for; by itself what real trails have, or less where that would make only a few objects.
fn mean_per_object(options: &Options) -> f64 {
    options.mean_per_object.unwrap_or((options.events as f64 / 150.0).clamp(12.0, 700.0)).clamp(1.0, 20_000.0)
}
