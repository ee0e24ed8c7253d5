//! `lake doctor`: is the lake whole, and can its place keep the promise that commits rest on?
//!
//! It looks at one thing after the other, each of which needs the ones before it: the store, the logs,
//! their batches, their files, the hash sidecars, and if asked every row. It reads; with `repair` it
//! also mends what can be (`repair.rs` says how). What can't be mended is named, with the way out.

mod batches;
mod contents;
mod counted;
mod logs;

use anyhow::Result;
use bytes::Bytes;
use futures::future::join_all;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode};
use serde::Serialize;
use uuid::Uuid;

use super::Lake;
use super::layout::Table;
use crate::source::chain_text;

/// Races of conditional PUTs, and the writers in each: a store that loses one in twenty shows it.
const RACES: usize = 8;
const RACERS: usize = 6;

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

    /// Notes what could not be looked at to the end, so that all else still is.
    fn note(&mut self, name: &str, ended: Result<()>) {
        if let Err(error) = ended {
            self.add(name, Health::Bad, format!("{error:#}"));
        }
    }

    fn add(&mut self, name: impl Into<String>, health: Health, message: impl Into<String>) {
        self.checks.push(Check { name: name.into(), health, message: message.into() });
    }
}

impl Lake {
    /// Looks at everything; `deep`, at every row too.
    ///
    /// # Errors
    /// Only when the place itself can't be reached; what is wrong with the lake is in the answer.
    pub async fn doctor(&self, repair: bool, deep: bool) -> Result<Diagnosis> {
        let mut found = Diagnosis::default();
        self.check_races(&mut found).await;
        let mut is_readable = true;
        for table in Table::ALL {
            is_readable &= self.check_log(table, repair && is_readable, &mut found).await?;
        }
        if !is_readable {
            return Ok(found);
        }
        // First of all this table: what the others have lost is noted in it.
        let can_relist = self.check_files(Table::Objects, repair, deep, &mut found).await?;
        let last = self.check_batches(repair, &mut found).await?;
        if can_relist {
            let ended = self.check_letters(last, repair, &mut found).await;
            found.note("dead letters", ended);
        }
        for table in [Table::Cloudtrail, Table::DeadLetters, Table::Findings] {
            let ended = self.check_files(table, repair, deep, &mut found).await;
            found.note(table.name(), ended.map(drop));
        }
        let ended = self.check_findings(repair, &mut found).await;
        found.note("findings", ended);
        let ended = self.check_baseline(repair, deep, &mut found).await;
        found.note("baseline", ended);
        // Of what is known to be damaged no more need be read; a place that takes no files can be.
        let is_whole = found.checks.iter().skip(1).all(|check| check.health < Health::Bad);
        if is_whole {
            let ended = self.check_hashes(repair, &mut found).await;
            found.note("hash sidecars", ended);
        }
        if is_whole && deep {
            let ended = self.check_rows(repair, &mut found).await;
            found.note("rows", ended);
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
        (_, Some(error), _) => Some(format!("a file can't be created: {}", chain_text(&error))),
        (_, None, Err(error)) => Some(format!("a file that was created can't be read: {error}")),
        // Without a winner: an HTTP client that sent its PUT twice was refused because of its own first
        // try. A commit reads back whose entry is there, so that is no loss.
        (_, None, Ok(left)) if is_of_a_racer(&left) => None,
        (_, None, Ok(_)) => Some("a file that was created has other content: use another store".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
