//! Listing a tree of trails day by day, whatever it lies in.
//!
//! CloudTrail's keys sort by account first. Read that way, a lake would have every day open at
//! once; so a walk expands the tree (`AWSLogs`, organisations, accounts, kinds, regions, years,
//! months) always at its earliest end, and lists one day of all accounts before the next. It starts
//! to give objects as soon as the first month is known, and holds one month's days of prefixes.
//!
//! What does not look like a trail is listed as it lies there, last. Nothing is left out but what
//! the filter says.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::ready;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use jiff::civil::Date;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

use super::key::{self, Level};
use super::{Filter, ObjectRef, SourceError};

/// Listings under way at a time. S3 takes hundreds a second for a prefix; fetching needs them too.
const LISTINGS: usize = 16;

/// Objects that wait for their reader: enough for a page to be fetched meanwhile.
const WAITING: usize = 2000;

/// A folder above the first `AWSLogs` with more entries than one page, or more folders than this,
/// is no layout of trails: it is listed as it lies there.
const BRANCHES: usize = 200;

/// Folders that are looked into for an `AWSLogs`, in all.
const LOOKS: usize = 500;

/// How deep below the start an `AWSLogs` is looked for.
const DEPTH: usize = 6;

/// Somewhere to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The start of the keys of everything below.
    pub key: String,
    /// Where that is on a disk; empty elsewhere.
    pub path: PathBuf,
}

impl Place {
    pub(super) fn key(key: impl Into<String>) -> Self {
        Self { key: key.into(), path: PathBuf::new() }
    }
}

/// Some of what a listing answers.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub objects: Vec<ObjectRef>,
    /// What is folded up at the next `/`.
    pub places: Vec<Place>,
    /// What could not be looked at; the rest is there.
    pub errors: Vec<SourceError>,
    /// How to go on; `None` at the end.
    pub next: Option<String>,
}

/// A store that lists by prefix.
#[async_trait]
pub(super) trait Lister: Debug + Send + Sync + 'static {
    /// One page of what starts with the place's key, folded at the next `/` or whole.
    async fn page(&self, place: &Place, folded: bool, token: Option<String>) -> Result<Page, SourceError>;

    /// Whether it can list a whole tree at once; else it is asked folder by folder.
    fn lists_whole_trees(&self) -> bool {
        true
    }

    /// What stands before every key, when the source starts inside a tree.
    fn head(&self) -> &str {
        ""
    }
}

type Out = Sender<Result<ObjectRef, SourceError>>;

/// The reader is gone, or the rest of the source is out of reach.
struct Stop;

/// Everything at a place that the filter admits. Nothing is asked before the stream is read, and
/// nothing goes on after it is dropped.
pub(super) fn walk(
    lister: Arc<dyn Lister>,
    start: Place,
    filter: Filter,
) -> BoxStream<'static, Result<ObjectRef, SourceError>> {
    let started = async move {
        let (out, objects) = channel(WAITING);
        let walker = Walker { lister, filter, out, queue: BTreeMap::new(), looks: 0, base: 0 };
        let task = tokio::spawn(walker.run(start));
        // A panic must not look like the end of the list.
        let end = task.into_stream().filter_map(|end| {
            if let Err(error) = end
                && let Ok(panic) = error.try_into_panic()
            {
                std::panic::resume_unwind(panic)
            }
            ready(None)
        });
        ReceiverStream::new(objects).chain(end)
    };
    started.flatten_stream().boxed()
}

/// What to do next comes first: the earliest day, and on it the folders that may hold more of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    first_day: Date,
    step: Step,
    key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Expand,
    List,
}

struct Walker {
    lister: Arc<dyn Lister>,
    filter: Filter,
    out: Out,
    queue: BTreeMap<Turn, Place>,
    /// Folders above `AWSLogs` that were looked into.
    looks: usize,
    /// `/`s in the key of the start.
    base: usize,
}

impl Walker {
    async fn run(mut self, start: Place) {
        let out = self.out.clone();
        let walked = async {
            // What is wrong was sent along.
            let _: Result<(), Stop> = self.walk(start).await;
        };
        tokio::select! {
            () = walked => {}
            () = out.closed() => {}
        }
    }

    async fn walk(&mut self, start: Place) -> Result<(), Stop> {
        if !start.key.is_empty() && !start.key.ends_with('/') && self.is_one_object(&start).await? {
            return Ok(());
        }
        self.base = slashes(&start.key);
        let level = self.level(&start.key);
        self.put(start, level);
        while let Some((turn, _)) = self.queue.first_key_value() {
            match turn.step {
                Step::Expand => self.expand().await?,
                Step::List => self.list().await?,
            }
        }
        Ok(())
    }

    /// A key may be the start of others: `x.json.gz` of `x.json.gz.old`. It is then meant itself.
    async fn is_one_object(&mut self, start: &Place) -> Result<bool, Stop> {
        let page = match self.lister.page(start, true, None).await {
            Ok(page) => page,
            Err(error) => {
                self.send(Err(error)).await?;
                return Err(Stop);
            }
        };
        let Some(object) = page.objects.into_iter().find(|object| object.key == start.key) else {
            return Ok(false);
        };
        self.send(Ok(object)).await?;
        Ok(true)
    }

    /// Of a prefix; the rest of a name at its end is no folder yet.
    fn level(&self, prefix: &str) -> Level {
        let full = self.full(prefix);
        key::level(full.rfind('/').map_or("", |slash| &full[..=slash]))
    }

    fn full(&self, key: &str) -> String {
        [self.lister.head(), key].concat()
    }

    fn put(&mut self, place: Place, level: Level) {
        let (first_day, step) = match level {
            Level::Above | Level::Tree => (Date::MIN, Step::Expand),
            Level::Year(first) | Level::Month(first) => (first, Step::Expand),
            Level::Day(day) => (day, Step::List),
            Level::Foreign => (Date::MAX, Step::List),
        };
        self.queue.insert(Turn { first_day, step, key: place.key.clone() }, place);
    }

    /// Takes what may be done together off the queue.
    fn take(&mut self, may: impl Fn(&Turn) -> bool) -> Vec<Place> {
        let mut taken = Vec::new();
        while let Some(entry) = self.queue.first_entry()
            && may(entry.key())
        {
            taken.push(entry.remove());
        }
        taken
    }

    /// Looks into all folders that start on the earliest day.
    async fn expand(&mut self) -> Result<(), Stop> {
        let Some((earliest, _)) = self.queue.first_key_value() else { return Ok(()) };
        let earliest = earliest.first_day;
        let places = self.take(|turn| turn.step == Step::Expand && turn.first_day == earliest);
        let lister = self.lister.clone();
        let mut pages =
            stream::iter(places).map(|place| first_page(lister.clone(), place, true)).buffered(LISTINGS);
        while let Some((place, page)) = pages.next().await {
            self.expand_one(place, page).await?;
        }
        Ok(())
    }

    async fn expand_one(&mut self, place: Place, page: Result<Page, SourceError>) -> Result<(), Stop> {
        let mut page = match page {
            Ok(page) => page,
            Err(error) => return self.fail(error).await,
        };
        if self.level(&place.key) == Level::Above && (page.next.is_some() || page.places.len() > BRANCHES) {
            self.put(place, Level::Foreign);
            return Ok(());
        }
        loop {
            let next = page.next.take();
            for child in std::mem::take(&mut page.places) {
                self.put_child(child);
            }
            self.emit(page).await?;
            let Some(token) = next else { return Ok(()) };
            page = match self.lister.page(&place, true, Some(token)).await {
                Ok(page) => page,
                Err(error) => return self.fail(error).await,
            };
        }
    }

    fn put_child(&mut self, child: Place) {
        if !self.filter.admits(&self.full(&child.key)) {
            return;
        }
        let mut level = self.level(&child.key);
        if level == Level::Above {
            self.looks += 1;
            if self.looks > LOOKS || slashes(&child.key) > self.base + DEPTH {
                level = Level::Foreign;
            }
        }
        self.put(child, level);
    }

    /// Lists all days that come before the next folder to look into, or all that is foreign.
    ///
    /// The first pages of several are fetched ahead; they are given in order.
    async fn list(&mut self) -> Result<(), Stop> {
        let places = self.take(|turn| turn.step == Step::List);
        let lister = self.lister.clone();
        let whole = lister.lists_whole_trees();
        let mut pages =
            stream::iter(places).map(|place| first_page(lister.clone(), place, !whole)).buffered(LISTINGS);
        while let Some((place, page)) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    self.fail(error).await?;
                    continue;
                }
            };
            if whole { self.list_on(&place, page).await? } else { self.descend(page).await? }
        }
        Ok(())
    }

    async fn list_on(&mut self, place: &Place, mut page: Page) -> Result<(), Stop> {
        loop {
            let next = page.next.take();
            self.emit(page).await?;
            let Some(token) = next else { return Ok(()) };
            page = match self.lister.page(place, false, Some(token)).await {
                Ok(page) => page,
                Err(error) => return self.fail(error).await,
            };
        }
    }

    /// Depth first, in the order of keys.
    async fn descend(&mut self, page: Page) -> Result<(), Stop> {
        let mut open = Vec::new();
        self.unfold(page, &mut open).await?;
        while let Some(entry) = open.pop() {
            match entry {
                Entry::Object(object) => self.offer(object).await?,
                Entry::Place(place) => match self.lister.page(&place, true, None).await {
                    Ok(page) => self.unfold(page, &mut open).await?,
                    Err(error) => self.fail(error).await?,
                },
            }
        }
        Ok(())
    }

    async fn unfold(&mut self, page: Page, open: &mut Vec<Entry>) -> Result<(), Stop> {
        for error in page.errors {
            self.fail(error).await?;
        }
        // Both lists are sorted, but their keys have different heads: the last part decides.
        let mut entries: Vec<(String, Entry)> = Vec::with_capacity(page.objects.len() + page.places.len());
        entries.extend(page.objects.into_iter().map(|one| (last(&one.key), Entry::Object(one))));
        let admitted = page.places.into_iter().filter(|place| self.filter.admits(&self.full(&place.key)));
        entries.extend(admitted.map(|one| (last(&one.key), Entry::Place(one))));
        entries.sort_by(|a, b| b.0.cmp(&a.0));
        open.extend(entries.into_iter().map(|(_, entry)| entry));
        Ok(())
    }

    async fn emit(&mut self, page: Page) -> Result<(), Stop> {
        for error in page.errors {
            self.fail(error).await?;
        }
        for object in page.objects {
            self.offer(object).await?;
        }
        Ok(())
    }

    async fn offer(&mut self, object: ObjectRef) -> Result<(), Stop> {
        if self.filter.admits(&self.full(&object.key)) { self.send(Ok(object)).await } else { Ok(()) }
    }

    async fn fail(&mut self, error: SourceError) -> Result<(), Stop> {
        let is_end = error.ends_listing();
        self.send(Err(error)).await?;
        if is_end { Err(Stop) } else { Ok(()) }
    }

    async fn send(&mut self, item: Result<ObjectRef, SourceError>) -> Result<(), Stop> {
        self.out.send(item).await.map_err(|_| Stop)
    }
}

enum Entry {
    Object(ObjectRef),
    Place(Place),
}

async fn first_page(
    lister: Arc<dyn Lister>,
    place: Place,
    folded: bool,
) -> (Place, Result<Page, SourceError>) {
    let page = lister.page(&place, folded, None).await;
    (place, page)
}

fn slashes(key: &str) -> usize {
    key.bytes().filter(|byte| *byte == b'/').count()
}

/// The last part of a key, with the `/` behind it when it is a prefix.
fn last(key: &str) -> String {
    let end = key.strip_suffix('/').unwrap_or(key);
    key[end.rfind('/').map_or(0, |slash| slash + 1)..].to_owned()
}
