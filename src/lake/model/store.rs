//! A store in memory, and who stands where before it.
//!
//! Each actor has a gate to the one [`World`]. A request is carried out by the scheduler itself,
//! at the moment it is chosen, and only then is its answer handed over: so a run is the list of
//! choices and nothing else. What an actor's requests and answers were says all about where it is,
//! since its code is a function of them: that, and who has written which file, is the state.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, Result};
use tokio::sync::{Notify, oneshot};

use super::request::{Answer, NIGHT_PASSES, Request, gone, is_entry, place, told};
use super::sabotage::Sabotage;

/// Who acts: a number from 0, or [`SEED`].
pub(super) type Actor = usize;

/// Who has written what was there before.
pub(super) const SEED: Actor = usize::MAX;

/// Files are that much older after a night: more than vacuum asks for, less than a log's entries stay.
const NIGHT: Duration = Duration::from_secs(48 * 3600);

/// How long an actor may compute before its next request.
const PATIENCE: Duration = Duration::from_secs(60);

/// Rounds in which everything that is awake on the one thread gets its turn.
const ROUNDS: usize = 8;

/// Who wrote a file, and the how-manieth of its writes that was. Unlike its name it is the same in all
/// runs that made the same choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Tag {
    actor: Actor,
    write: u32,
}

#[derive(Debug, Clone, Copy, Hash)]
struct Written {
    tag: Tag,
    old: bool,
}

#[derive(Debug)]
struct Pending {
    request: Request,
    answer: oneshot::Sender<Result<Answer>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mode {
    /// Not yet begun, or in a part that is taken as one step: nothing waits.
    Free,
    Gated,
    Crashed,
    Ended,
}

#[derive(Debug)]
struct Progress {
    mode: Mode,
    writes: u32,
    /// A hash of all requests and answers so far.
    history: u64,
    pending: VecDeque<Pending>,
    outcome: Option<anyhow::Result<()>>,
}

#[derive(Debug, Default)]
struct State {
    written: BTreeMap<Path, Written>,
    actors: Vec<Progress>,
    seeded: u32,
    /// Requests that somebody has sent and given up on; they may still arrive.
    in_the_air: Vec<(Actor, Request)>,
    trace: Vec<String>,
}

/// The store, and where its actors are.
#[derive(Debug)]
pub(super) struct World {
    pub(super) files: InMemory,
    sabotage: Option<Sabotage>,
    state: Mutex<State>,
    moved: Notify,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(InMemory::new(), None, State::default())
    }

    fn with(files: InMemory, sabotage: Option<Sabotage>, state: State) -> Self {
        Self { files, sabotage, state: Mutex::new(state), moved: Notify::new() }
    }

    /// The same files the day after, with `actors` who have not begun.
    pub(super) fn fork(&self, actors: usize, sabotage: Option<Sabotage>) -> Self {
        let state = self.state();
        let written = state.written.iter().map(|(at, file)| (at.clone(), Written { old: true, ..*file }));
        let new =
            |_| Progress { mode: Mode::Free, writes: 0, history: 0, pending: VecDeque::new(), outcome: None };
        let forked = State {
            written: written.collect(),
            actors: (0..actors).map(new).collect(),
            seeded: state.seeded,
            ..State::default()
        };
        Self::with(self.files.fork(), sabotage, forked)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn set_mode(&self, actor: Actor, mode: Mode) {
        let mut state = self.state();
        let progress = &mut state.actors[actor];
        if progress.mode != Mode::Crashed {
            progress.mode = mode;
        }
    }

    pub(super) fn mode(&self, actor: Actor) -> Mode {
        self.state().actors[actor].mode
    }

    /// An actor has come to its end; of one that has crashed nobody hears.
    pub(super) fn end(&self, actor: Actor, outcome: anyhow::Result<()>) {
        let mut state = self.state();
        let progress = &mut state.actors[actor];
        if progress.mode != Mode::Crashed {
            progress.mode = Mode::Ended;
            progress.outcome = Some(outcome);
        }
        drop(state);
        self.moved.notify_one();
    }

    pub(super) fn take_outcome(&self, actor: Actor) -> Option<anyhow::Result<()>> {
        self.state().actors[actor].outcome.take()
    }

    pub(super) fn trace(&self) -> Vec<String> {
        self.state().trace.clone()
    }

    /// The request of an actor that is next in turn.
    pub(super) fn next_request(&self, actor: Actor) -> Option<Request> {
        self.state().actors[actor].pending.front().map(|pending| pending.request.clone())
    }

    pub(super) fn in_the_air(&self) -> usize {
        self.state().in_the_air.len()
    }

    /// Puts a request at the end of the actor's; `None` if nobody waits for the answer any more.
    pub(super) fn queue(&self, actor: Actor, request: Request) -> Option<oneshot::Receiver<Result<Answer>>> {
        let (answer, answered) = oneshot::channel();
        let mut state = self.state();
        let progress = &mut state.actors[actor];
        if progress.mode == Mode::Crashed {
            return None;
        }
        progress.pending.push_back(Pending { request, answer });
        drop(state);
        self.moved.notify_one();
        Some(answered)
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, at: &Path) -> bool {
        self.state().written.contains_key(at)
    }

    /// Waits until an actor has ended or stands at the gate, and nothing else moves.
    pub(super) async fn settle(&self, actor: Actor) {
        let rests = || {
            let state = self.state();
            let progress = &state.actors[actor];
            !progress.pending.is_empty() || matches!(progress.mode, Mode::Ended | Mode::Crashed)
        };
        while !rests() {
            let moved = tokio::time::timeout(PATIENCE, self.moved.notified()).await;
            assert!(moved.is_ok(), "actor {actor} neither asks nor ends: {:#?}", self.trace());
        }
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
        }
    }

    /// Carries out the next request of an actor, and answers it.
    pub(super) async fn go(&self, actor: Actor) {
        let Some(Pending { request, answer }) = self.take(actor) else { return };
        let done = self.perform(actor, &request).await;
        self.note(actor, &request, &done);
        drop(answer.send(done));
    }

    /// Carries it out, and answers that the connection is gone.
    pub(super) async fn lose_answer(&self, actor: Actor) {
        let Some(Pending { request, answer }) = self.take(actor) else { return };
        drop(self.perform(actor, &request).await);
        self.refuse(actor, &request, answer);
    }

    /// Answers that the connection is gone, while the request goes on its way.
    pub(super) fn delay(&self, actor: Actor) {
        let Some(Pending { request, answer }) = self.take(actor) else { return };
        self.state().in_the_air.push((actor, request.clone()));
        self.refuse(actor, &request, answer);
    }

    fn refuse(&self, actor: Actor, request: &Request, answer: oneshot::Sender<Result<Answer>>) {
        let gone = Err(gone());
        self.note(actor, request, &gone);
        drop(answer.send(gone));
    }

    /// The actor is no more; of its requests the next may still be on its way.
    pub(super) fn crash(&self, actor: Actor, in_the_air: bool) {
        let next = self.next_request(actor);
        self.dismiss(actor);
        let mut state = self.state();
        state.trace.push(format!("{actor} crashes"));
        state.in_the_air.extend(next.filter(|_| in_the_air).map(|next| (actor, next)));
    }

    /// Nothing that the actor asks is answered any more.
    pub(super) fn dismiss(&self, actor: Actor) {
        let mut state = self.state();
        state.actors[actor].mode = Mode::Crashed;
        state.actors[actor].pending.clear();
    }

    /// A request arrives whose sender has given up on it.
    pub(super) async fn arrive(&self, index: usize) {
        let (actor, request) = self.state().in_the_air.remove(index);
        let done = self.perform(actor, &request).await;
        let told = told(&done);
        self.state().trace.push(format!("late from {actor}: {request} -> {told}"));
    }

    fn take(&self, actor: Actor) -> Option<Pending> {
        self.state().actors[actor].pending.pop_front()
    }

    fn note(&self, actor: Actor, request: &Request, done: &Result<Answer>) {
        let mut state = self.state();
        let mut hasher = DefaultHasher::new();
        state.actors[actor].history.hash(&mut hasher);
        hash_request(&state, request, &mut hasher);
        match done {
            Ok(Answer::Listed(listed)) => listed
                .iter()
                .filter_map(|meta| state.written.get(&meta.location))
                .for_each(|file| file.hash(&mut hasher)),
            Ok(Answer::Got(got)) => state.written[&got.meta.location].hash(&mut hasher),
            Ok(_) => 1.hash(&mut hasher),
            Err(error) => std::mem::discriminant(error).hash(&mut hasher),
        }
        // What begins to look around takes in all there is at once.
        if let Request::Pause(_) = request {
            hash_files(&state, &mut hasher);
        }
        state.actors[actor].history = hasher.finish();
        let told = told(done);
        state.trace.push(format!("{actor}: {request} -> {told}"));
    }

    /// Does what is asked, now.
    pub(super) async fn perform(&self, actor: Actor, request: &Request) -> Result<Answer> {
        match request {
            Request::Put { at, payload, create } => {
                let payload = self.sabotage.map_or(payload.clone(), |it| it.payload(at, payload));
                let create = *create && self.sabotage != Some(Sabotage::CommitsOverwrite);
                let mode = if create { PutMode::Create } else { PutMode::Overwrite };
                let done = self.files.put_opts(at, payload, mode.into()).await?;
                let mut state = self.state();
                let writes = match actor {
                    SEED => &mut state.seeded,
                    _ => &mut state.actors[actor].writes,
                };
                *writes += 1;
                let tag = Tag { actor, write: *writes };
                state.written.insert(at.clone(), Written { tag, old: false });
                Ok(Answer::Put(done))
            }
            Request::Get { at, options } => {
                let found = self.files.get_opts(at, options.clone()).await?;
                Ok(Answer::Got(match self.sabotage {
                    Some(sabotage) => sabotage.found(at, found),
                    None => found,
                }))
            }
            Request::List { prefix, .. } => {
                let mut listed: Vec<_> = self.files.list(Some(prefix)).try_collect().await?;
                let state = self.state();
                for meta in &mut listed {
                    let is_old = state.written.get(&meta.location).is_some_and(|file| file.old);
                    if is_old || self.sabotage == Some(Sabotage::AllLooksOld) {
                        meta.last_modified -= NIGHT;
                    }
                }
                Ok(Answer::Listed(listed))
            }
            Request::Delete { at } => {
                self.files.delete(at).await?;
                self.state().written.remove(at);
                Ok(Answer::Done)
            }
            Request::Pause(what) => {
                if *what == NIGHT_PASSES {
                    self.state().pass_night(actor);
                }
                Ok(Answer::Done)
            }
        }
    }

    /// Whether a night has passed since a file was written.
    pub(super) fn is_old(&self, at: &Path) -> bool {
        self.state().written.get(at).is_some_and(|file| file.old)
    }

    /// Takes the last entry of a table's log away, as if it had never been.
    pub(super) async fn undo(&self, table: &str) {
        let of_table = |at: &&Path| is_entry(at) && at.as_ref().starts_with(table);
        let last = self.state().written.keys().rfind(of_table).cloned().unwrap();
        self.perform(SEED, &Request::Delete { at: last }).await.unwrap();
    }

    /// What tells this moment from others: of two runs that come to the same, one need go on.
    pub(super) fn digest(&self) -> u64 {
        let state = self.state();
        let mut hasher = DefaultHasher::new();
        hash_files(&state, &mut hasher);
        for progress in &state.actors {
            (progress.mode, progress.history, progress.pending.len()).hash(&mut hasher);
            progress.pending.iter().for_each(|pending| hash_request(&state, &pending.request, &mut hasher));
        }
        for (actor, request) in &state.in_the_air {
            actor.hash(&mut hasher);
            hash_request(&state, request, &mut hasher);
        }
        hasher.finish()
    }
}

impl State {
    /// What those have written who are at work stays young, and nothing ages while others are: a promise
    /// for 24 hours says nothing of who takes longer.
    fn pass_night(&mut self, who: Actor) {
        let rests = |progress: &Progress| {
            matches!(progress.mode, Mode::Crashed | Mode::Ended) || progress.history == 0
        };
        if self.actors.iter().enumerate().all(|(actor, progress)| actor == who || rests(progress)) {
            self.written.values_mut().for_each(|file| file.old = true);
        }
    }
}

fn hash_files(state: &State, hasher: &mut DefaultHasher) {
    // By tag: names have parts that no run shares with another.
    let mut files: Vec<_> = state.written.iter().map(|(at, file)| (place(at), file)).collect();
    files.sort_unstable_by_key(|(place, file)| (*place, file.tag.actor, file.tag.write));
    files.hash(hasher);
}

fn hash_request(state: &State, request: &Request, hasher: &mut DefaultHasher) {
    std::mem::discriminant(request).hash(hasher);
    match request {
        Request::Put { at, .. } | Request::Get { at, .. } => place(at).hash(hasher),
        Request::List { prefix, replays } => {
            prefix.as_ref().hash(hasher);
            replays.hash(hasher);
        }
        Request::Delete { at } => state.written.get(at).hash(hasher),
        Request::Pause(what) => what.hash(hasher),
    }
}
