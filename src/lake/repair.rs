//! What `lake doctor --repair` does to a lake that has lost something: rows that are gone come in again.
//!
//! An object whose rows may be lost is listed as `failed`, so that the next ingest reads it again; what
//! of it is still there is then a duplicate, what was lost is new. Files that are lost are taken out of
//! their table, and damaged ones kept in `_doctor/`: nothing is lost by it. Each step can be repeated, so a
//! repair that is interrupted is simply run again.
//!
//! Limits: no ingest may run meanwhile (it remembers what it knew before); what the source no longer has
//! stays lost, and its objects stay `failed`. Dead letters of an object that is read again are there twice.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Int64Type};
use deltalake::kernel::Add;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStoreExt};

use super::data_file::DataFile;
use super::format::{Format, ParquetFile};
use super::layout::{self, Table};
use super::log::{Committed, Entry};
use super::optimize::conform;
use super::{Lake, MAX_LOSSES, State, files, hashes};
use crate::decode::DAY;

/// What a table has lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Of `cloudtrail` rows, of `dead_letters` letters.
    pub(crate) table: Table,
    /// The batches they came in with.
    pub(crate) batches: RangeInclusive<i64>,
    /// The date of the rows, in days since 1970, if it is known.
    pub(crate) date: Option<i32>,
    /// The files in which they were.
    pub(crate) files: HashSet<String>,
}

impl Lost {
    /// All that came with some batches.
    pub(crate) fn batches(table: Table, batches: RangeInclusive<i64>) -> Self {
        Self { table, batches, date: None, files: HashSet::new() }
    }

    /// What was in a data file.
    pub(crate) fn file(table: Table, file: &DataFile) -> Self {
        let stats = file.statistics();
        let bound = |side: &str| stats[side]["ingest_batch"].as_i64();
        let named = layout::batch_of(&file.path).filter(|_| !layout::is_optimized(&file.path));
        let first = bound("minValues").or(named).unwrap_or(0);
        let last = bound("maxValues").or(named).unwrap_or(i64::MAX);
        let date = file.partition.as_deref().and_then(layout::parse_date);
        let files = HashSet::from([file.path.clone()]);
        Self { table, batches: first..=last, date: date.filter(|_| table == Table::Cloudtrail), files }
    }

    /// Whether an object may have lost something. An event that came in once more, later, was left out:
    /// the later object has to be read again too, in case the first is no longer there.
    fn concerns(&self, object: &ObjectNumbers) -> bool {
        match self.table {
            Table::DeadLetters => object.dead_letters > 0 && self.batches.contains(&object.batch),
            _ => {
                let is_of_date = match (self.date, object.times) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(date), Some((first, last))) => {
                        (first.div_euclid(DAY)..=last.div_euclid(DAY)).contains(&i64::from(date))
                    }
                };
                let came_later = object.batch > *self.batches.end() && object.duplicates > 0;
                is_of_date && (self.batches.contains(&object.batch) || came_later)
            }
        }
    }
}

/// The objects that are read again, by URI and batch, and how many of their rows are still there.
#[derive(Debug, Default)]
struct Left {
    objects: HashMap<String, HashMap<i64, i64>>,
}

impl Left {
    /// Takes in which rows of `objects` are concerned; how many that were.
    fn note(&mut self, batch: &RecordBatch, concerned: &[bool]) -> Result<u64> {
        let (uris, numbers) = (files::text_column(batch, "uri")?, numbers(batch, "ingest_batch")?);
        let mut count = 0;
        for ((uri, number), _) in
            uris.iter().zip(&numbers).zip(concerned).filter(|(_, concerned)| **concerned)
        {
            if let (Some(uri), Some(number)) = (uri, number) {
                self.objects.entry(uri.to_owned()).or_default().entry(number).or_default();
            }
            count += 1;
        }
        Ok(count)
    }

    /// Counts a row, if it is of one of them.
    fn count(&mut self, uri: &str, number: i64) {
        if let Some(rows) = self.objects.get_mut(uri).and_then(|batches| batches.get_mut(&number)) {
            *rows += 1;
        }
    }

    fn rows(&self, uri: &str, number: i64) -> i64 {
        self.objects.get(uri).and_then(|batches| batches.get(&number)).copied().unwrap_or(0)
    }
}

/// What decides whether an object is read again.
#[derive(Debug, Clone, Copy)]
struct ObjectNumbers {
    batch: i64,
    duplicates: i64,
    dead_letters: i64,
    times: Option<(i64, i64)>,
}

impl Lake {
    /// How many objects may have lost something; with `repair` they are listed as `failed`. `new` is what
    /// will be in the place of lost files.
    pub(crate) async fn relist(&self, lost: &[Lost], new: &[DataFile], repair: bool) -> Result<u64> {
        if lost.is_empty() {
            return Ok(0);
        }
        let log = self.log(Table::Objects).await?;
        let mut old = Vec::new();
        let mut left = Left::default();
        let mut count = 0;
        for file in log.snapshot().files.values() {
            let before = count;
            for batch in files::each(self, Table::Objects, &file.path, None).await? {
                let batch = batch?;
                count += left.note(&batch, &concerned(&batch, lost)?)?;
            }
            if count > before {
                old.push(file.clone());
            }
        }
        if old.is_empty() || !repair {
            return Ok(count);
        }
        self.count_left(lost, new, &mut left).await?;
        let mut relisted = Vec::new();
        for file in &old {
            let mut rows = Vec::new();
            for batch in files::each(self, Table::Objects, &file.path, None).await? {
                let batch = batch?;
                rows.push(as_failed(&batch, &concerned(&batch, lost)?, &left)?);
            }
            relisted.push(self.put_rows(Table::Objects, file, &rows, log.snapshot().batch).await?);
        }
        self.exchange(Table::Objects, &old, &relisted).await?;
        Ok(count)
    }

    /// Counts the rows of objects that will still be there.
    async fn count_left(&self, lost: &[Lost], new: &[DataFile], left: &mut Left) -> Result<()> {
        let columns = ["source_object", "ingest_batch"];
        let log = self.log(Table::Cloudtrail).await?;
        let is_lost = |path: &&String| lost.iter().any(|lost| lost.files.contains(*path));
        let stay = log.snapshot().files.keys().filter(|path| !is_lost(path));
        for path in stay.chain(new.iter().map(|file| &file.path)) {
            let rows = match files::each(self, Table::Cloudtrail, path, Some(&columns)).await {
                Ok(rows) => rows,
                Err(error) if files::is_of_store(&error) => return Err(error),
                // It is lost too, and is told of when its table is looked at.
                Err(_) => continue,
            };
            for batch in rows {
                let Ok(batch) = batch else { break };
                let uris = files::text_column(&batch, "source_object")?;
                for (uri, number) in uris.iter().zip(&numbers(&batch, "ingest_batch")?) {
                    if let (Some(uri), Some(number)) = (uri, number) {
                        left.count(uri, number);
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes rows in the place of a file; nobody sees them until they are committed.
    pub(crate) async fn put_rows(
        &self,
        table: Table,
        old: &DataFile,
        rows: &[RecordBatch],
        batch: i64,
    ) -> Result<DataFile> {
        let file = encode(table, rows)?;
        let path = table.new_optimized_file(old.partition.as_deref(), batch);
        files::put(self, &table.path(&path), file.bytes.clone()).await?;
        Ok(DataFile {
            path,
            size: file.bytes.len() as u64,
            partition: old.partition.clone(),
            modified: Timestamp::now().as_millisecond(),
            stats: Some(file.stats),
        })
    }

    /// Takes files out of a table and others in; its rows change by that.
    pub(crate) async fn exchange(&self, table: Table, old: &[Arc<DataFile>], new: &[DataFile]) -> Result<()> {
        if table == Table::Cloudtrail {
            // What is taken out was counted.
            self.reset_baseline().await?;
        }
        let mut log = self.log(table).await?;
        let now = Timestamp::now().as_millisecond();
        let remove = old.iter().map(|file| {
            let mut remove = file.remove(table, now);
            remove.data_change = true;
            remove
        });
        let entry = Entry {
            add: new.iter().map(|file| file.add(table, true)).collect(),
            remove: remove.collect(),
            ..Entry::default()
        };
        for _ in 0..MAX_LOSSES {
            if let Some(gone) = old.iter().find(|file| !log.snapshot().files.contains_key(&file.path)) {
                bail!("{} was taken out of its table meanwhile; run `lake doctor --repair` again", gone.path);
            }
            match log.commit(&entry).await? {
                Committed::Won(_) => return Ok(()),
                Committed::Lost => log.refresh().await?,
            }
        }
        bail!("lost {MAX_LOSSES} commits in a row to other writers of {self}")
    }

    /// Brings a table to a batch by a commit, with those of its files that are there.
    pub(crate) async fn bring_to(&self, table: Table, number: i64, named: Vec<Add>) -> Result<()> {
        if table == Table::Cloudtrail {
            // By its number alone nobody would see that its rows are others.
            self.reset_baseline().await?;
        }
        let mut log = self.log(table).await?;
        let mut add = Vec::new();
        for file in named {
            let is_known = log.snapshot().files.contains_key(&file.path);
            if !is_known && self.store().head(&table.path(&file.path)).await.is_ok() {
                add.push(file);
            }
        }
        let entry = Entry { add, batch: Some(number.max(log.snapshot().batch)), ..Entry::default() };
        match log.commit(&entry).await? {
            Committed::Won(_) => Ok(()),
            Committed::Lost => bail!("another writer is at work on {self}; run `lake doctor --repair` again"),
        }
    }

    /// Puts a file out of the way, where it can be looked at.
    pub(crate) async fn set_aside(&self, file: &Path) -> Result<()> {
        let aside = self.keep_aside(file).await?;
        self.store().delete(file).await.with_context(|| format!("deleting {file}, which is at {aside} too"))
    }

    /// Keeps a copy of a file where it can be looked at, by the time: an earlier one stays. A file that is
    /// gone has none.
    pub(crate) async fn keep_aside(&self, file: &Path) -> Result<Path> {
        let now = Timestamp::now().as_millisecond().to_string();
        let aside: Path = Path::from("_doctor").parts().chain([now.into()]).chain(file.parts()).collect();
        match self.store().copy(file, &aside).await {
            Ok(()) | Err(StoreError::NotFound { .. }) => Ok(aside),
            Err(error) => Err(error).with_context(|| format!("copying {file} to {aside}")),
        }
    }

    /// What is left of a data file whose rows are not all those that were written: another file, or none.
    pub(crate) async fn good_rows(&self, file: &DataFile, batch: i64) -> Result<Option<DataFile>> {
        let at = layout::hashes_of(&file.path);
        let written = hashes::read(self.store().get(&at).await?.bytes().await?)?;
        let pieces = match files::each(self, Table::Cloudtrail, &file.path, None).await {
            Ok(pieces) => pieces,
            Err(error) if files::is_of_store(&error) => return Err(error),
            Err(_) => return Ok(None),
        };
        let mut keys = Vec::new();
        let mut rows = Vec::new();
        // What follows a page that can't be read is left too: it stays in the copy that is set aside.
        for batch in pieces.map_while(Result::ok) {
            // A row that can't be printed spoils the batch it is in.
            let Ok(found) = files::keys_of_rows(&batch) else { continue };
            let is_good: BooleanArray = found.iter().map(|key| Some(written.has(*key))).collect();
            rows.push(filter_record_batch(&batch, &is_good)?);
            keys.extend(found.into_iter().filter(|key| written.has(*key)));
        }
        if keys.is_empty() {
            return Ok(None);
        }
        let new = self.put_rows(Table::Cloudtrail, file, &rows, batch).await?;
        files::put(self, &layout::hashes_of(&new.path), hashes::write(keys)).await?;
        Ok(Some(new))
    }
}

/// Rows, as they were read, as a file of their table.
pub(crate) fn encode(table: Table, rows: &[RecordBatch]) -> Result<ParquetFile> {
    let format = Format::of(table);
    let rows = rows.iter().map(|rows| conform(rows, format)).collect::<Result<Vec<_>>>()?;
    format.write(&rows)
}

fn numbers(batch: &RecordBatch, name: &str) -> Result<Int64Array> {
    let column = batch.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
    let column = cast(column, &DataType::Int64)?;
    Ok(column.as_primitive::<Int64Type>().clone())
}

/// Which rows of `objects` are of ingested objects that may have lost something.
fn concerned(batch: &RecordBatch, lost: &[Lost]) -> Result<Vec<bool>> {
    let states = files::text_column(batch, "state")?;
    let columns = ["ingest_batch", "duplicates", "dead_letters", "first_event_time", "last_event_time"];
    let columns = columns.map(|name| numbers(batch, name));
    let [numbers, duplicates, dead_letters, first, last] = columns;
    let (numbers, duplicates, dead_letters, first, last) =
        (numbers?, duplicates?, dead_letters?, first?, last?);
    let value = |column: &Int64Array, row: usize| column.is_valid(row).then(|| column.value(row));
    let concerned = states.iter().enumerate().map(|(row, state)| {
        let object = ObjectNumbers {
            batch: value(&numbers, row).unwrap_or(0),
            duplicates: value(&duplicates, row).unwrap_or(0),
            dead_letters: value(&dead_letters, row).unwrap_or(0),
            times: value(&first, row).zip(value(&last, row)),
        };
        state == Some(State::Ingested.name()) && lost.iter().any(|lost| lost.concerns(&object))
    });
    Ok(concerned.collect())
}

/// Rows of `objects`, some of them as objects that have to be read again.
fn as_failed(batch: &RecordBatch, concerned: &[bool], left: &Left) -> Result<RecordBatch> {
    const REASON: &str = "rows of it were lost from the lake; the next ingest reads it again";
    let text = |name: &str, value: &str| -> Result<ArrayRef> {
        let column = files::text_column(batch, name)?;
        let values =
            column.iter().zip(concerned).map(|(old, concerned)| if *concerned { Some(value) } else { old });
        Ok(Arc::new(values.collect::<StringArray>()))
    };
    let (uris, batches) = (files::text_column(batch, "uri")?, numbers(batch, "ingest_batch")?);
    let records = numbers(batch, "records")?;
    let rows = uris.iter().zip(&batches).zip(&records).zip(concerned);
    let records = rows.map(|(((uri, number), records), concerned)| match concerned {
        true => Some(left.rows(uri?, number?)),
        false => records,
    });
    let records: ArrayRef = Arc::new(records.collect::<Int64Array>());
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(|(field, column)| {
        Ok(match field.name().as_str() {
            "state" => cast(&text("state", State::Failed.name())?, field.data_type())?,
            "reason" => cast(&text("reason", REASON)?, field.data_type())?,
            "records" => records.clone(),
            _ => column.clone(),
        })
    });
    Ok(RecordBatch::try_new(schema.clone(), columns.collect::<Result<Vec<_>>>()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_again_if_rows_of_its_batch_and_dates_are_lost_or_it_came_later_with_duplicates() {
        let lost = |date| Lost { date, ..Lost::batches(Table::Cloudtrail, 3..=5) };
        let object = |batch, duplicates, times| ObjectNumbers { batch, duplicates, dead_letters: 0, times };
        let day = |first: i64, last: i64| Some((first * DAY, last * DAY + DAY - 1));
        for (date, object, expected) in [
            (None, object(3, 0, None), true),
            (None, object(5, 0, day(1, 1)), true),
            (None, object(2, 9, day(1, 1)), false),
            (None, object(6, 0, day(1, 1)), false),
            (None, object(6, 1, day(1, 1)), true),
            (Some(7), object(4, 0, day(6, 7)), true),
            (Some(7), object(4, 0, day(8, 9)), false),
            (Some(7), object(4, 0, day(5, 6)), false),
            (Some(7), object(4, 0, None), false),
            (Some(-1), object(4, 0, day(-1, -1)), true),
        ] {
            assert_eq!(lost(date).concerns(&object), expected, "{date:?} {object:?}");
        }
        let letters = Lost::batches(Table::DeadLetters, 3..=5);
        let object = |batch, dead_letters| ObjectNumbers { dead_letters, ..object(batch, 1, None) };
        assert!(letters.concerns(&object(4, 1)) && !letters.concerns(&object(4, 0)));
        assert!(!letters.concerns(&object(6, 1)));
    }

    #[test]
    fn what_a_file_held_is_known_from_its_statistics_or_its_name() {
        let file = |path: &str, stats: Option<&str>| DataFile {
            path: path.to_owned(),
            size: 1,
            partition: Some("1970-01-08".to_owned()),
            modified: 0,
            stats: stats.map(str::to_owned),
        };
        let unique = "0".repeat(32);
        let stats = r#"{"minValues":{"ingest_batch":2},"maxValues":{"ingest_batch":4}}"#;
        for (name, stats, batches) in [
            (format!("event_date=1970-01-08/0000000007-{unique}.parquet"), None, 7..=7),
            (format!("event_date=1970-01-08/optimized-0000000007-{unique}.parquet"), Some(stats), 2..=4),
            (format!("event_date=1970-01-08/optimized-0000000007-{unique}.parquet"), None, 0..=i64::MAX),
        ] {
            let lost = Lost::file(Table::Cloudtrail, &file(&name, stats));
            assert_eq!((lost.batches, lost.date), (batches, Some(7)), "{name}");
        }
    }
}
