//! Do the tables stand to each other as an ingest leaves them?

use anyhow::Result;
use jiff::Timestamp;
use object_store::{Error as StoreError, ObjectStoreExt};

use super::super::Lake;
use super::super::layout::{self, Table};
use super::super::logs::{OBJECTS_FILES, named_files};
use super::super::repair::Lost;
use super::super::standing::{self, Standing, standing};
use super::{Diagnosis, Health};

impl Lake {
    /// Whether `cloudtrail` and `objects` stand as an ingest leaves them; up to which batch they do now.
    pub(super) async fn check_batches(&self, repair: bool, found: &mut Diagnosis) -> Result<i64> {
        // An ingest may be running: `standing` says why they are read in this order.
        let mut objects = self.log(Table::Objects).await?;
        let before = objects.snapshot().batch;
        let cloudtrail = self.log(Table::Cloudtrail).await?;
        objects.refresh().await?;
        let (rows, after) = (cloudtrail.snapshot().batch, objects.snapshot().batch);
        match (standing(before, rows, after), repair) {
            (Standing::Closed, _) => found.add("batches", Health::Good, format!("{rows}, all closed")),
            (Standing::Impossible, false) => {
                found.add("batches", Health::Bad, standing::apart(&cloudtrail, &objects));
            }
            (Standing::Open, false) => {
                let message = format!(
                    "batch {rows} was interrupted, or is being committed now; the next ingest or --repair finishes it"
                );
                found.add("batches", Health::Poor, message);
            }
            (Standing::Impossible, true) if after > rows => {
                let again =
                    self.relist(&[Lost::batches(Table::Cloudtrail, rows + 1..=after)], &[], true).await?;
                self.bring_to(Table::Cloudtrail, after, Vec::new()).await?;
                let message = format!(
                    "`cloudtrail` had lost the batches after {rows}; the next ingest reads their {again} objects again"
                );
                found.add("batches", Health::Mended, message);
            }
            (Standing::Open, true) => {
                drop(self.writer().await?);
                found.add("batches", Health::Mended, format!("batch {rows} was finished"));
            }
            (Standing::Impossible, true) => {
                for number in after + 1..=rows {
                    // What no entry tells any more comes in again, as duplicates.
                    let info = cloudtrail.batch_info(number).await;
                    let named = info.and_then(|info| named_files(&info, OBJECTS_FILES)).unwrap_or_default();
                    self.bring_to(Table::Objects, number, named).await?;
                }
                let message =
                    format!("`objects` had lost the batches after {after}; they were finished again");
                found.add("batches", Health::Mended, message);
            }
        }
        Ok(if repair { rows.max(after) } else { rows.min(after) })
    }

    /// Whether `dead_letters` has the files that commits of `cloudtrail` up to batch `last` name.
    pub(super) async fn check_letters(&self, last: i64, repair: bool, found: &mut Diagnosis) -> Result<()> {
        let promised = self.history(Table::Cloudtrail, Timestamp::MAX).await?.promised;
        // In this order: a file that is swapped out meanwhile is in the one or the other.
        let log = self.log(Table::DeadLetters).await?;
        let removed = self.history(Table::DeadLetters, Timestamp::MAX).await?.removed;
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        for add in promised.into_values().filter(|add| add.partition_values.is_empty()) {
            let is_open = layout::batch_of(&add.path).is_none_or(|number| number > last);
            if is_open || log.snapshot().files.contains_key(&add.path) || removed.contains_key(&add.path) {
                continue;
            }
            match self.store().head(&Table::DeadLetters.path(&add.path)).await {
                Ok(_) => there.push(add),
                Err(StoreError::NotFound { .. }) => gone.extend(layout::batch_of(&add.path)),
                Err(error) => return Err(error.into()),
            }
        }
        let gone: Vec<_> =
            gone.into_iter().map(|number| Lost::batches(Table::DeadLetters, number..=number)).collect();
        let again = self.relist(&gone, &[], repair).await?;
        let noted = self.log(Table::Cloudtrail).await?.snapshot().letters;
        let is_behind = noted <= last && log.snapshot().batch < noted;
        if there.is_empty() && again == 0 && !is_behind {
            return Ok(());
        }
        let what = format!(
            "`dead_letters` was put back to an older state: {} files that ingests have written are not in it, and the \
             dead letters of {again} objects are lost",
            there.len()
        );
        let name = "dead letters";
        if !repair {
            let message =
                format!("{what}; --repair takes the files in, and the next ingest reads the objects again");
            found.add(name, Health::Bad, message);
            return Ok(());
        }
        let batch = self.log(Table::Cloudtrail).await?.snapshot().batch;
        self.bring_to(Table::DeadLetters, batch, there).await?;
        found.add(
            name,
            Health::Mended,
            format!("{what}; the files were taken in, and the next ingest reads the objects again"),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;

    use super::*;
    use crate::lake::Location;
    use crate::lake::log::Entry;

    #[tokio::test(flavor = "multi_thread")]
    async fn an_open_batch_is_finished_and_tables_that_are_apart_are_brought_together() {
        let lake = Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new()));
        lake.writer().await.unwrap();
        let commit = async |table, number| {
            let entry = Entry { batch: Some(number), ..Entry::default() };
            lake.log(table).await.unwrap().commit(&entry).await.unwrap();
        };
        commit(Table::Cloudtrail, 1).await;
        assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Poor);
        assert_eq!(lake.doctor(true, false).await.unwrap().health(), Health::Mended);
        assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Good);
        for (table, number) in [(Table::Objects, 2), (Table::Cloudtrail, 4)] {
            commit(table, number).await;
            let error = lake.writer().await.unwrap_err().to_string();
            assert!(error.contains("`trailhound lake doctor --repair`"), "{error}");
            assert!(lake.snapshot(Table::Objects).await.is_err());
            assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Bad);
            assert_eq!(lake.doctor(true, false).await.unwrap().health(), Health::Mended);
            assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Good);
            lake.writer().await.unwrap();
        }
    }
}
