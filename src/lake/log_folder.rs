//! What lies in the folder of a Delta log: which versions can be replayed, and what is missing.
//!
//! `deltalake` says only that a log can't be read. Which file is to blame, and whether the others can do
//! without it, follows from the names alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::TryStreamExt;
use object_store::ObjectStore;

use super::layout::{LogFile, Table};

/// The files of a log, by version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LogFolder {
    pub(crate) entries: BTreeSet<u64>,
    /// But for those without a byte, which every reader passes over.
    pub(crate) checkpoints: BTreeSet<u64>,
    /// Whether there is none: a writer that was killed may have left a file without a name.
    pub(crate) is_empty: bool,
}

impl LogFolder {
    /// Lists the log of a table.
    pub(crate) async fn read(store: &Arc<dyn ObjectStore>, table: Table) -> Result<Self> {
        let mut found = Self { is_empty: true, ..Self::default() };
        let mut files = store.list(Some(&table.path("_delta_log")));
        let context = || format!("listing the log of table `{}`", table.name());
        while let Some(file) = files.try_next().await.with_context(context)? {
            let log_file = LogFile::of(&file.location);
            found.is_empty &= log_file.is_none();
            match log_file {
                Some(LogFile::Entry(version)) => drop(found.entries.insert(version)),
                Some(LogFile::Checkpoint(version)) if file.size > 0 => {
                    found.checkpoints.insert(version);
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// The newest version.
    pub(crate) fn last(&self) -> Option<u64> {
        self.entries.last().max(self.checkpoints.last()).copied()
    }

    /// The first version that a replay has to read: the one after the newest checkpoint.
    pub(crate) fn first_needed(&self) -> u64 {
        self.checkpoints.last().map_or(0, |version| version.saturating_add(1))
    }

    /// The first version whose entry a replay lacks.
    pub(crate) fn gap(&self) -> Option<u64> {
        let last = self.last()?;
        (self.first_needed()..=last).find(|version| !self.entries.contains(version))
    }

    /// Whether the log is the same without its newest checkpoint.
    pub(crate) fn can_do_without_checkpoint(&self) -> bool {
        let last = self.last();
        let mut without = self.clone();
        without.checkpoints.pop_last();
        without.last() == last && without.gap().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(entries: &[u64], checkpoints: &[u64]) -> LogFolder {
        LogFolder {
            entries: entries.iter().copied().collect(),
            checkpoints: checkpoints.iter().copied().collect(),
            is_empty: false,
        }
    }

    #[test]
    fn a_gap_is_what_a_replay_lacks_and_a_checkpoint_replaces_what_is_before_it() {
        for (entries, checkpoints, gap, can_do_without) in [
            (&[0, 1, 2][..], &[][..], None, true),
            (&[1, 2], &[], Some(0), false),
            (&[0, 2], &[], Some(1), false),
            (&[0, 1, 2, 3], &[2], None, true),
            (&[3], &[2], None, false),
            (&[], &[2], None, false),
            (&[4], &[2], Some(3), false),
            (&[3, 4, 5], &[2, 4], None, true),
            (&[0, 1], &[2], None, false),
        ] {
            let folder = folder(entries, checkpoints);
            let found = (folder.gap(), folder.can_do_without_checkpoint());
            assert_eq!(found, (gap, can_do_without), "{entries:?} {checkpoints:?}");
        }
    }
}
