//! `lake doctor`: is the lake whole, and can its place keep the promise that commits rest on?
//!
//! It reads; with `repair` it also mends what can be: an interrupted batch is finished, a missing
//! hash sidecar is made anew from its data file. What can't be mended is named, with the way out.

use anyhow::Result;
use bytes::Bytes;
use futures::future::join_all;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode};
use serde::Serialize;
use uuid::Uuid;

use super::layout::{self, Table};
use super::log::{DataFile, TableLog};
use super::{Lake, files};

/// Races of conditional PUTs, and the writers in each: a store that loses one in twenty shows it.
const RACES: usize = 8;
const RACERS: usize = 6;

/// Files that are asked for at a time; hash sidecars are read whole, so fewer of them.
const HEADS: usize = 32;
const SIDECARS: usize = 8;

/// How one thing that was looked at is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// It was not, and is now.
    Mended,
    /// It works, but something should be done.
    Poor,
    /// It does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What.
    pub name: String,
    /// How it is.
    pub health: Health,
    /// What was found, and the way out.
    pub message: String,
}

/// All that was looked at.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Diagnosis {
    /// In the order in which it was looked at.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    /// The worst of it.
    pub fn health(&self) -> Health {
        self.checks.iter().map(|check| check.health).max().unwrap_or(Health::Good)
    }

    fn add(&mut self, name: impl Into<String>, health: Health, message: impl Into<String>) {
        self.checks.push(Check { name: name.into(), health, message: message.into() });
    }
}

impl Lake {
    /// Looks at everything.
    ///
    /// # Errors
    /// Only when the place itself can't be reached; what is wrong with the lake is in the answer.
    pub async fn doctor(&self, repair: bool) -> Result<Diagnosis> {
        let mut found = Diagnosis::default();
        self.check_races(&mut found).await;
        for table in Table::ALL {
            self.check_table(table, &mut found).await;
        }
        self.check_batches(repair, &mut found).await;
        if found.health() < Health::Bad {
            self.check_hashes(repair, &mut found).await?;
        }
        Ok(found)
    }

    /// Whether of several writers of one new name exactly one wins, each time.
    async fn check_races(&self, found: &mut Diagnosis) {
        let mut wrong = None;
        for _ in 0..RACES {
            let at = Path::from(format!("_doctor/{}", Uuid::new_v4().simple()));
            let put = |racer: usize| {
                let at = at.clone();
                async move { self.store().put_opts(&at, format!("{racer}").into(), PutMode::Create.into()).await }
            };
            let ended = join_all((0..RACERS).map(put)).await;
            let won = ended.iter().filter(|ended| ended.is_ok()).count();
            let failed = ended.into_iter().filter_map(Result::err).find(|error| {
                !matches!(error, StoreError::AlreadyExists { .. } | StoreError::Precondition { .. })
            });
            let left = match self.store().get(&at).await {
                Ok(found) => found.bytes().await,
                Err(error) => Err(error),
            };
            // It is garbage now; `vacuum` does not look outside the tables.
            drop(self.store().delete(&at).await);
            wrong = wrong.or(wrong_with_race(won, failed, left));
        }
        match wrong {
            Some(message) => found.add("conditional writes", Health::Bad, message),
            None => found.add("conditional writes", Health::Good, "of several writers one wins"),
        }
    }

    /// Whether a table's log can be read and its files are there.
    async fn check_table(&self, table: Table, found: &mut Diagnosis) {
        let name = format!("table {}", table.name());
        let log = match TableLog::open(self.store().clone(), table).await {
            Ok(Some(log)) => log,
            Ok(None) => {
                return found.add(name, Health::Bad, "it is missing; `trailhound ingest` makes it");
            }
            Err(error) => {
                return found.add(name, Health::Bad, format!("{error:#}; restore the log from a backup"));
            }
        };
        if let Err(error) = log.check_version() {
            return found.add(name, Health::Bad, format!("{error:#}"));
        }
        let files: Vec<_> = log.snapshot().files.values().cloned().collect();
        let count = files.len();
        let looks = stream::iter(files).map(|file| async move { self.damage(table, &file).await });
        let damages: Vec<_> = looks.buffered(HEADS).collect().await;
        let damages: Vec<_> = damages.into_iter().flatten().collect();
        match damages.first() {
            None => found.add(name, Health::Good, format!("{count} files, all there")),
            Some(first) => found.add(
                name,
                Health::Bad,
                format!(
                    "{} of {count} files are damaged, first: {first}; restore them from a backup",
                    damages.len()
                ),
            ),
        }
    }

    /// What is wrong with a data file, by its size.
    async fn damage(&self, table: Table, file: &DataFile) -> Option<String> {
        match self.store().head(&table.path(&file.path)).await {
            Ok(meta) if meta.size == file.size => None,
            Ok(meta) => Some(format!("{} has {} bytes, not {}", file.path, meta.size, file.size)),
            Err(StoreError::NotFound { .. }) => Some(format!("{} is missing", file.path)),
            Err(error) => Some(format!("{}: {error}", file.path)),
        }
    }

    /// Whether a batch was left half committed.
    async fn check_batches(&self, repair: bool, found: &mut Diagnosis) {
        // An ingest may be running: `standing` says why they are read in this order.
        let open = |table| TableLog::open(self.store().clone(), table);
        let Ok(Some(mut objects)) = open(Table::Objects).await else { return };
        let before = objects.snapshot().batch;
        let Ok(Some(cloudtrail)) = open(Table::Cloudtrail).await else { return };
        if let Err(error) = objects.refresh().await {
            return found.add("batches", Health::Bad, format!("{error:#}"));
        }
        let (rows, after) = (cloudtrail.snapshot().batch, objects.snapshot().batch);
        match (standing(before, rows, after), repair) {
            (Standing::Closed, _) => found.add("batches", Health::Good, format!("{rows}, all closed")),
            (Standing::Impossible, _) => {
                let message = format!(
                    "`cloudtrail` stands at {rows} and `objects` at {after}: something else has changed the lake; \
                     restore both tables from one backup"
                );
                found.add("batches", Health::Bad, message);
            }
            (Standing::Open, false) => {
                let message = format!(
                    "batch {rows} was interrupted, or is being committed now; the next ingest or --repair finishes it"
                );
                found.add("batches", Health::Poor, message);
            }
            (Standing::Open, true) => match self.writer().await {
                Ok(_) => found.add("batches", Health::Mended, format!("batch {rows} was finished")),
                Err(error) => found.add("batches", Health::Bad, format!("batch {rows}: {error:#}")),
            },
        }
    }

    /// Whether every data file has its hash sidecar.
    async fn check_hashes(&self, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let snapshot = self.snapshot(Table::Cloudtrail).await?;
        let data_files: Vec<_> = snapshot.files.values().cloned().collect();
        let looks = stream::iter(data_files).map(|file| async move {
            let is_good = files::has_keys(self, &file).await?;
            if !is_good && repair {
                files::keys_of(self, &file).await?;
            }
            anyhow::Ok(is_good)
        });
        let looks: Vec<bool> = looks.buffered(SIDECARS).try_collect().await?;
        let bad = looks.into_iter().filter(|is_good| !is_good).count();
        let at = Table::Cloudtrail.path(layout::HASHES);
        match (bad, repair) {
            (0, _) => found.add("hash sidecars", Health::Good, "all there"),
            (_, true) => found.add("hash sidecars", Health::Mended, format!("{bad} in {at} were made anew")),
            (_, false) => found.add(
                "hash sidecars",
                Health::Poor,
                format!("{bad} in {at} are missing or damaged; --repair makes them anew"),
            ),
        }
        Ok(())
    }
}

/// What a race says against a store, of whose writers `won` were told that they created the file.
fn wrong_with_race(
    won: usize,
    failed: Option<StoreError>,
    left: Result<Bytes, StoreError>,
) -> Option<String> {
    let is_of_a_racer = |left: &Bytes| (0..RACERS).any(|racer| *left == racer.to_string());
    match (won, failed, left) {
        (2.., ..) => Some(format!(
            "{won} of {RACERS} writers created the same file: this store loses commits without a word; \
             use one writer at a time, or another store"
        )),
        (_, Some(error), _) => Some(format!("a file can't be created: {error}")),
        (_, None, Err(error)) => Some(format!("a file that was created can't be read: {error}")),
        // Without a winner: an HTTP client that sent its PUT twice was refused because of its own first
        // try. A commit reads back whose entry is there, so that is no loss.
        (_, None, Ok(left)) if is_of_a_racer(&left) => None,
        (_, None, Ok(_)) => Some("a file that was created has other content: use another store".to_owned()),
    }
}

/// How the batch numbers of `cloudtrail` and `objects` stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Closed,
    /// `objects` has to follow: a batch was interrupted, or is being committed.
    Open,
    /// No ingest does this.
    Impossible,
}

/// `cloudtrail` goes first and `objects` follows before the next batch, so at any moment the former is
/// level or one ahead. `rows` was read after `before` and before `after`, whatever went on meanwhile.
fn standing(before: i64, rows: i64, after: i64) -> Standing {
    match rows {
        _ if before > rows || after < rows - 1 => Standing::Impossible,
        _ if after >= rows => Standing::Closed,
        _ => Standing::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::lake::Location;
    use crate::lake::log::Entry;

    #[test]
    fn only_two_winners_or_no_content_speak_against_a_store() {
        let missing = || StoreError::NotFound { path: "x".to_owned(), source: "gone".into() };
        let failed = || StoreError::Generic { store: "x", source: "full".into() };
        assert_eq!(wrong_with_race(1, None, Ok("3".into())), None);
        assert_eq!(wrong_with_race(0, None, Ok("0".into())), None);
        for (won, error, left, word) in [
            (2, None, Ok("0".into()), "loses commits"),
            (2, Some(failed()), Err(missing()), "loses commits"),
            (0, Some(failed()), Err(missing()), "full"),
            (1, Some(failed()), Ok("0".into()), "full"),
            (0, None, Err(missing()), "gone"),
            (1, None, Ok("01".into()), "other content"),
        ] {
            let message = wrong_with_race(won, error, left).unwrap();
            assert!(message.contains(word), "{message}");
        }
    }

    #[test]
    fn batches_that_go_on_while_they_are_read_are_no_fault() {
        for (numbers, expected) in [
            ((7, 7, 7), Standing::Closed),
            ((0, 7, 7), Standing::Closed),
            ((0, 7, 9), Standing::Closed),
            ((7, 8, 7), Standing::Open),
            ((3, 8, 7), Standing::Open),
            ((3, 8, 6), Standing::Impossible),
            ((9, 8, 9), Standing::Impossible),
        ] {
            let (before, rows, after) = numbers;
            assert_eq!(standing(before, rows, after), expected, "{numbers:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_open_batch_is_finished_and_one_that_cannot_be_is_named() {
        let lake = Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new()));
        lake.writer().await.unwrap();
        let commit = async |table, number| {
            let entry = Entry { batch: Some(number), ..Entry::default() };
            lake.log(table).await.unwrap().commit(&entry).await.unwrap();
        };
        commit(Table::Cloudtrail, 1).await;
        assert_eq!(lake.doctor(false).await.unwrap().health(), Health::Poor);
        assert_eq!(lake.doctor(true).await.unwrap().health(), Health::Mended);
        assert_eq!(lake.doctor(false).await.unwrap().health(), Health::Good);
        commit(Table::Objects, 2).await;
        assert_eq!(lake.doctor(true).await.unwrap().health(), Health::Bad);
        commit(Table::Cloudtrail, 4).await;
        assert_eq!(lake.doctor(true).await.unwrap().health(), Health::Bad);
    }
}
