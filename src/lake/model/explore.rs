//! The search: runs a scenario again and again, each time by another schedule, until nothing is left
//! to try or the budget is spent.
//!
//! A run replays the choices that lead to where it branches off, and goes on from there by choices of
//! its own; the others it could have made are kept for later runs. When it comes to a state that was
//! met before, it stops: what follows is known. At every new state all that must hold is checked.
//!
//! The Delta crate has threads of its own, so that now and then a schedule that was begun in one run cannot
//! be gone on with in another. Such a run is tried again, and in the end counted as strayed.
//!
//! One reduction: a file that no log names yet is put at once, where nothing in the scenario looks at
//! such files. It gets along with whatever the others do, so the order says nothing.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tokio::task::{AbortHandle, JoinHandle};

use super::actors::{Role, bring, lake_of, play};
use super::request::{Request, is_entry, is_log};
use super::sabotage::Sabotage;
use super::schedule::{self, Choice};
use super::store::{Mode, SEED, World};
use super::truth::{self, Violation};
use crate::lake::logs::Logs;

/// How often a schedule is begun before it counts as strayed.
const TRIES: usize = 4;

/// How much may go wrong in one run.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Faults {
    pub(super) crashes: u8,
    /// Commits that are not answered.
    pub(super) lost: u8,
}

/// Who meets whom.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    /// Batches that are in the lake before, each by a writer of its own.
    pub(super) before: &'static [&'static [&'static str]],
    /// A batch whose writer has died right after its `cloudtrail` commit; it has a dead letter.
    pub(super) interrupted: &'static [&'static str],
    /// The lake is not there yet.
    pub(super) is_new: bool,
    pub(super) roles: &'static [Role],
    pub(super) faults: Faults,
    pub(super) sabotage: Option<Sabotage>,
}

impl Scenario {
    pub(super) const fn of(roles: &'static [Role]) -> Self {
        let faults = Faults { crashes: 1, lost: 1 };
        Self { before: &[], interrupted: &[], is_new: false, roles, faults, sabotage: None }
    }

    fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|other| std::mem::discriminant(other) == std::mem::discriminant(&role))
    }
}

/// What a search came to.
#[derive(Debug)]
pub(super) struct Searched {
    pub(super) runs: usize,
    pub(super) states: usize,
    /// Schedules that could not be followed to where they branch off.
    pub(super) strayed: usize,
    /// Nothing is left to try.
    pub(super) is_complete: bool,
    pub(super) found: Option<Found>,
}

/// A schedule that ends where nothing should.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) violation: Violation,
    pub(super) schedule: String,
    pub(super) trace: Vec<String>,
}

/// How a run without a violation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nobody has a choice any more.
    Over,
    /// At a state that was met before.
    Known,
    /// A given choice could not be made.
    Strayed,
}

/// The state of a search.
struct Search {
    scenario: Scenario,
    seed: Arc<World>,
    /// The logs as they are before anybody begins, if there are any.
    logs: Option<Arc<Logs>>,
    seen: HashSet<u64>,
    /// Schedules that have not been tried.
    ahead: Vec<Vec<Choice>>,
    random: Xoshiro256PlusPlus,
}

/// Searches by at most `budget` runs, in an order that `seed` decides; depth first without one.
pub(super) fn search(scenario: Scenario, budget: usize, seed: Option<u64>) -> Searched {
    on_one_thread(async {
        let mut search = Search::new(scenario, seed.unwrap_or(0)).await;
        search.ahead.push(Vec::new());
        let mut searched = Searched { runs: 0, states: 0, strayed: 0, is_complete: false, found: None };
        while searched.runs < budget && searched.found.is_none() && !search.ahead.is_empty() {
            let at = match seed {
                Some(_) => search.random.random_range(0..search.ahead.len()),
                None => search.ahead.len() - 1,
            };
            let prefix = search.ahead.swap_remove(at);
            match search.follow_or_stray(&prefix).await {
                Ok(End::Strayed) => searched.strayed += 1,
                Ok(End::Over | End::Known) => {}
                Err(found) => searched.found = Some(*found),
            }
            searched.runs += 1;
        }
        searched.states = search.seen.len();
        searched.is_complete = search.ahead.is_empty() && searched.strayed == 0;
        searched
    })
}

/// Runs one schedule; where it ends, the first choice is taken from there on.
///
/// # Panics
/// If the schedule cannot be followed.
pub(super) fn replay(scenario: Scenario, schedule: &[Choice]) -> Option<Found> {
    on_one_thread(async {
        let mut search = Search::new(scenario, 0).await;
        for _ in 0..TRIES {
            match search.run(schedule, true).await {
                Ok(End::Strayed) => {}
                Ok(_) => return None,
                Err(found) => return Some(*found),
            }
        }
        panic!("`{}` could not be followed in {TRIES} runs", schedule::print(schedule))
    })
}

/// On a runtime of one thread, where who is awake goes in turn.
fn on_one_thread<T>(what: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let done = runtime.block_on(what);
    runtime.shutdown_background();
    done
}

/// The actors of one run.
struct Cast {
    plays: Vec<AbortHandle>,
    ends: Vec<JoinHandle<()>>,
}

impl Cast {
    async fn start(world: &Arc<World>, roles: &[Role], logs: Option<&Arc<Logs>>) -> Self {
        let mut cast = Self { plays: Vec::new(), ends: Vec::new() };
        for (actor, role) in roles.iter().enumerate() {
            let play = tokio::spawn(play(world.clone(), actor, *role, logs.cloned()));
            cast.plays.push(play.abort_handle());
            let world_of_end = world.clone();
            cast.ends.push(tokio::spawn(async move {
                let outcome = play.await.unwrap_or_else(|stopped| Err(stopped.into()));
                world_of_end.end(actor, outcome);
            }));
            world.settle(actor).await;
        }
        cast
    }

    /// Lets go of everybody.
    async fn stop(self, world: &World) {
        for (actor, play) in self.plays.iter().enumerate() {
            world.dismiss(actor);
            play.abort();
        }
        for end in self.ends {
            drop(end.await);
        }
    }
}

impl Search {
    async fn new(scenario: Scenario, seed: u64) -> Self {
        let world = Arc::new(seed_world(&scenario).await);
        let logs = match scenario.is_new {
            true => None,
            false => Some(Arc::new(Logs::open(&lake_of(&world, SEED)).await.unwrap())),
        };
        let random = Xoshiro256PlusPlus::seed_from_u64(seed);
        Self { scenario, seed: world, logs, seen: HashSet::new(), ahead: Vec::new(), random }
    }

    /// Runs a schedule, several times if it strays.
    async fn follow_or_stray(&mut self, prefix: &[Choice]) -> Result<End, Box<Found>> {
        for _ in 1..TRIES {
            let end = self.run(prefix, false).await?;
            if end != End::Strayed {
                return Ok(end);
            }
        }
        self.run(prefix, false).await
    }

    async fn run(&mut self, prefix: &[Choice], is_replay: bool) -> Result<End, Box<Found>> {
        let world = Arc::new(self.seed.fork(self.scenario.roles.len(), self.scenario.sabotage));
        let cast = Cast::start(&world, self.scenario.roles, self.logs.as_ref()).await;
        let mut taken = Vec::new();
        let mut ended = self.follow(&world, &cast, prefix, is_replay, &mut taken).await;
        cast.stop(&world).await;
        if let Ok(End::Over) = ended {
            ended = self.finish(&world).await.map(|()| End::Over);
        }
        ended.map_err(|violation| {
            Box::new(Found { violation, schedule: schedule::print(&taken), trace: world.trace() })
        })
    }

    /// Makes choices until nobody has any, or the rest is known.
    async fn follow(
        &mut self,
        world: &Arc<World>,
        cast: &Cast,
        prefix: &[Choice],
        is_replay: bool,
        taken: &mut Vec<Choice>,
    ) -> Result<End, Violation> {
        let mut faults = self.scenario.faults;
        loop {
            let given = prefix.get(taken.len()).copied();
            if given.is_none() || is_replay {
                let mut hasher = DefaultHasher::new();
                (world.digest(), faults).hash(&mut hasher);
                if !self.seen.insert(hasher.finish()) && !is_replay {
                    return Ok(End::Known);
                }
                truth::check(world).await?;
            }
            let mut options = self.options(world, faults);
            if given.is_some_and(|given| !options.contains(&given)) {
                return Ok(End::Strayed);
            }
            if options.iter().all(|choice| matches!(choice, Choice::Arrive(_))) {
                return Ok(End::Over);
            }
            let choice = match given {
                Some(given) => given,
                None if is_replay => options[0],
                None => {
                    let choice = options.swap_remove(self.pick(&options, taken.last()));
                    self.ahead.extend(options.iter().map(|other| [taken, &[*other][..]].concat()));
                    choice
                }
            };
            taken.push(choice);
            take(world, cast, choice, &mut faults).await;
        }
    }

    /// Mostly whoever went last goes on: what can go wrong does so after few changes of turn.
    fn pick(&mut self, options: &[Choice], last: Option<&Choice>) -> usize {
        let same = options.iter().position(|choice| matches!(choice, Choice::Go(_)) && Some(choice) == last);
        match same {
            Some(same) if self.random.random_bool(0.8) => same,
            _ => self.random.random_range(0..options.len()),
        }
    }

    fn options(&self, world: &World, faults: Faults) -> Vec<Choice> {
        let waiting: Vec<(u8, Role, Request)> = (0_u8..)
            .zip(self.scenario.roles)
            .filter_map(|(actor, role)| Some((actor, *role, world.next_request(actor.into())?)))
            .collect();
        let is_staging = |request: &Request| matches!(request, Request::Put { at, .. } if !is_log(at));
        let staging =
            waiting.iter().find(|(.., request)| is_staging(request) && !self.scenario.has(Role::Vacuum));
        let mut options = Vec::new();
        for (actor, role, request) in staging.map_or(&waiting[..], std::slice::from_ref) {
            options.push(Choice::Go(*actor));
            let is_commit = matches!(request, Request::Put { at, create: true, .. } if is_entry(at));
            let has_begun = world.mode(usize::from(*actor)) == Mode::Gated;
            if faults.crashes > 0 && has_begun && !matches!(role, Role::Read) {
                options.push(Choice::Crash(*actor));
                if is_commit {
                    options.push(Choice::CrashInTheAir(*actor));
                }
            }
            // The making of a table is not tried again when its answer is lost.
            let is_first = matches!(request, Request::Put { at, .. } if at.as_ref().ends_with("/00000000000000000000.json"));
            if faults.lost > 0 && is_commit && !is_first {
                options.extend([Choice::Lose(*actor), Choice::Delay(*actor)]);
            }
        }
        if staging.is_none() {
            options.extend((0..world.in_the_air()).map(|index| Choice::Arrive(index as u8)));
        }
        options
    }

    /// Everybody has ended. What was not brought in is brought in again, what is still on its way arrives.
    async fn finish(&self, world: &Arc<World>) -> Result<(), Violation> {
        let mut all: BTreeSet<&str> = self.scenario.before.iter().copied().flatten().copied().collect();
        all.extend(self.scenario.interrupted);
        for (actor, role) in self.scenario.roles.iter().enumerate() {
            match world.take_outcome(actor) {
                Some(Err(error)) => return Err(Violation::of_actor(actor, error)),
                Some(Ok(())) => truth::check_listed(world, &role.objects().collect()).await?,
                None => {}
            }
            all.extend(role.objects());
        }
        let objects: Vec<&str> = all.iter().copied().collect();
        let again = |error| Violation::of_actor(usize::MAX, error);
        // Where there are checkpoints, or may be, the logs are read as anybody would.
        let logs = self.logs.as_deref().filter(|_| !self.scenario.has(Role::Optimize));
        bring(world, &objects, logs).await.map_err(again)?;
        truth::check_end(world, &all).await?;
        if world.in_the_air() > 0 {
            while world.in_the_air() > 0 {
                world.arrive(0).await;
                truth::check(world).await?;
            }
            bring(world, &objects, logs).await.map_err(again)?;
            truth::check_end(world, &all).await?;
        }
        Ok(())
    }
}

async fn take(world: &World, cast: &Cast, choice: Choice, faults: &mut Faults) {
    match choice {
        Choice::Go(actor) => world.go(actor.into()).await,
        Choice::Crash(actor) | Choice::CrashInTheAir(actor) => {
            faults.crashes -= 1;
            world.crash(actor.into(), matches!(choice, Choice::CrashInTheAir(_)));
            cast.plays[usize::from(actor)].abort();
        }
        Choice::Lose(actor) => {
            faults.lost -= 1;
            world.lose_answer(actor.into()).await;
        }
        Choice::Delay(actor) => {
            faults.lost -= 1;
            world.delay(actor.into());
        }
        Choice::Arrive(index) => return world.arrive(index.into()).await,
    }
    let (Choice::Go(actor)
    | Choice::Crash(actor)
    | Choice::CrashInTheAir(actor)
    | Choice::Lose(actor)
    | Choice::Delay(actor)
    | Choice::Arrive(actor)) = choice;
    world.settle(actor.into()).await;
}

async fn seed_world(scenario: &Scenario) -> World {
    let world = Arc::new(World::new());
    if !scenario.is_new {
        lake_of(&world, SEED).writer().await.unwrap();
    }
    for objects in scenario.before {
        bring(&world, objects, None).await.unwrap();
    }
    if !scenario.interrupted.is_empty() {
        bring(&world, scenario.interrupted, None).await.unwrap();
        // Its writer has died between steps 4 and 5.
        world.undo("objects").await;
        world.undo("dead_letters").await;
    }
    Arc::into_inner(world).expect("everybody who has seeded is gone")
}

#[test]
fn a_schedule_that_cannot_be_followed_strays_and_counts_as_nothing_seen() {
    on_one_thread(async {
        let mut search = Search::new(Scenario::of(&[Role::Read]), 1).await;
        assert_eq!(search.follow_or_stray(&[Choice::Go(7)]).await.ok(), Some(End::Strayed));
        assert!(search.seen.is_empty() && search.ahead.is_empty());
        assert_eq!(search.follow_or_stray(&[Choice::Go(0)]).await.ok(), Some(End::Over));
    });
}

#[test]
fn a_schedule_that_goes_on_after_the_end_strays() {
    on_one_thread(async {
        let mut search = Search::new(Scenario::of(&[Role::Read]), 1).await;
        let far_too_long = [Choice::Go(0); 100];
        assert_eq!(search.follow_or_stray(&far_too_long).await.ok(), Some(End::Strayed));
    });
}
