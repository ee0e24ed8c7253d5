//! An ingest batch while it is being gathered: rows by date, the objects they came from, and what
//! could not be read.
//!
//! Rows are encoded as soon as a row group's worth of a date is there, on rayon's threads; what waits
//! in memory is at most a row group a date and the encoded rest. For every row its key and its object
//! are remembered, so that rows can still be dropped when another writer was faster.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tokio::sync::{Semaphore, oneshot};

use super::Snapshot;
use super::format::{Format, GROUP_ROWS, ParquetFile};
use super::keys::Keys;
use super::known::{DateKey, Known, Novelty};
use super::layout::Table;
use super::objects::ObjectRow;
use super::rows::{self, Provenance, Rows, Sorted};
use crate::decode::{self, Chunk, DAY, DeadLetter, EventKey};

/// A row group is encoded when its columns take this much, however few rows that are.
const GROUP_BYTES: usize = 48 << 20;

/// Columns that wait, of all dates; beyond it those of the date that has the most are encoded. Trails are listed
/// day by day, so that it is reached only where they are not, or days are late.
const MAX_WAITING: usize = 64 << 20;

/// When a batch has this many rows it is committed: a day of a middling trail.
pub const MAX_ROWS: usize = 1 << 20;

/// What a date must have at least to be encoded for that: else a few hundred rows each of hundreds of dates would be
/// row groups, and the batch is committed instead.
const LEAST_GROUP: usize = 1 << 20;

/// Encoded rows; beyond it the batch is committed.
const MAX_ENCODED: usize = 64 << 20;

/// Row groups that are encoded at a time, each of which takes its columns once more.
pub(super) const MAX_ENCODERS: usize = 4;

/// Dead letters, which wait as they are until the commit and are encoded only then.
const MAX_LETTER_BYTES: usize = 32 << 20;

/// A batch that is open this long is committed, so that an interrupted run loses little.
const MAX_SECONDS: u64 = 60;

/// Objects in a batch: their rows wait in memory too.
const MAX_OBJECTS: usize = 50_000;

/// Rows of one batch, by date, and the objects they came from.
#[derive(Debug)]
pub struct Batch {
    /// The number its rows are written under; another one is taken if somebody is faster.
    pub(super) number: i64,
    /// What the tables held when it was begun.
    pub(super) base: Base,
    /// Microseconds since 1970: the `ingested_at` of all its rows.
    pub(super) now: i64,
    pub(super) objects: Vec<ObjectRow>,
    pub(super) letters: Vec<(usize, DeadLetter)>,
    partitions: BTreeMap<DateKey, Partition>,
    /// Dates whose keys, as of `base`, were looked up.
    pub(super) loaded: HashSet<DateKey>,
    /// How often keys had been let go when they were.
    pub(super) losses: u64,
    encoders: Arc<Semaphore>,
    started: Instant,
    rows: usize,
    waiting: usize,
    letter_bytes: usize,
    /// What the encoders have made.
    encoded: Arc<AtomicUsize>,
}

/// The snapshots against which a batch's checks were made.
#[derive(Debug, Clone)]
pub(super) struct Base {
    pub(super) cloudtrail: Arc<Snapshot>,
    pub(super) objects: Arc<Snapshot>,
}

#[derive(Debug, Default)]
struct Partition {
    waiting: Vec<Rows>,
    waiting_rows: usize,
    waiting_bytes: usize,
    groups: Vec<oneshot::Receiver<Result<Sorted>>>,
    /// In the order of arrival.
    origins: Vec<Origin>,
}

/// Where a row came from, in the order of the rows of its partition.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) key: EventKey,
    /// Index into the batch's objects.
    pub(super) object: u32,
    /// For a row without a date, that of its time: a clock may have judged it otherwise elsewhere.
    pub(super) time_date: DateKey,
    /// Whether it is counted as conflicting.
    pub(super) conflicting: bool,
}

/// The rows of a chunk that have the same date.
#[derive(Debug)]
pub(super) struct Dated {
    pub(super) date: DateKey,
    batch: RecordBatch,
    keys: Vec<EventKey>,
    /// The object of each row, as an index into the batch's; those of one object stand together.
    objects: Vec<u32>,
    /// For rows without a date: that of their time, if they have one.
    time_dates: Vec<DateKey>,
}

impl Batch {
    pub(super) fn new(number: i64, base: Base, now: i64, encoders: Arc<Semaphore>) -> Self {
        Self {
            number,
            base,
            now,
            objects: Vec::new(),
            letters: Vec::new(),
            partitions: BTreeMap::new(),
            loaded: HashSet::new(),
            losses: 0,
            encoders,
            started: Instant::now(),
            rows: 0,
            waiting: 0,
            letter_bytes: 0,
            encoded: Arc::default(),
        }
    }

    /// How many records may come in before it holds `records` new ones.
    pub fn room(&self, records: usize) -> usize {
        records.min(MAX_ROWS).saturating_sub(self.rows)
    }

    /// Whether it should be committed: it holds `records` new ones, or as much as a batch may.
    pub fn is_full(&self, records: usize) -> bool {
        self.rows >= records.min(MAX_ROWS)
            || self.waiting > MAX_WAITING
            || self.encoded.load(Ordering::Relaxed) >= MAX_ENCODED
            || self.letter_bytes >= MAX_LETTER_BYTES
            || self.objects.len() >= MAX_OBJECTS
            || self.started.elapsed().as_secs() >= MAX_SECONDS
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The dates its rows have.
    pub(super) fn dates(&self) -> HashSet<DateKey> {
        self.partitions.keys().copied().collect()
    }

    /// Adds an object with its dead letters; its rows follow.
    pub(super) fn add_object(&mut self, object: ObjectRow, letters: Vec<DeadLetter>) -> usize {
        let index = self.objects.len();
        self.letter_bytes += letters.iter().map(DeadLetter::memory).sum::<usize>();
        self.letters.extend(letters.into_iter().map(|letter| (index, letter)));
        self.objects.push(object);
        index
    }

    /// Adds those rows that are not in the lake, and counts the others.
    pub(super) async fn add_rows(&mut self, rows: Dated, known: &mut Known) -> Result<()> {
        let novelty = known.check(rows.date, &rows.keys, |row| rows.time_dates[row]);
        let partition = self.partitions.entry(rows.date).or_default();
        let mut kept_objects = Vec::with_capacity(rows.objects.len());
        for (row, (key, novelty)) in rows.keys.iter().zip(&novelty).enumerate() {
            let object = rows.objects[row];
            let counts = &mut self.objects[object as usize];
            if *novelty == Novelty::Duplicate {
                counts.duplicates += 1;
                continue;
            }
            let conflicting = *novelty == Novelty::Conflicting;
            counts.records += 1;
            counts.conflicting += u64::from(conflicting);
            let time_date = rows.time_dates.get(row).copied().flatten();
            partition.origins.push(Origin { key: *key, object, time_date, conflicting });
            kept_objects.push(object);
        }
        if kept_objects.is_empty() {
            return Ok(());
        }
        let batch = match kept_objects.len() == novelty.len() {
            true => rows.batch,
            false => {
                let kept = novelty.iter().map(|novelty| Some(*novelty != Novelty::Duplicate));
                filtered(&rows.batch, &kept.collect::<BooleanArray>())?
            }
        };
        let provenance = kept_objects.chunk_by(|one, other| one == other).map(|run| {
            let object = &self.objects[run[0] as usize];
            let provenance = Provenance {
                uri: object.uri.clone(),
                account_id: object.account_id.clone(),
                region: object.region.clone(),
            };
            (provenance, run.len())
        });
        let provenance = provenance.collect();
        let bytes = decode::memory(&batch);
        self.rows += batch.num_rows();
        self.waiting += bytes;
        partition.waiting_rows += batch.num_rows();
        partition.waiting_bytes += bytes;
        partition.waiting.push(Rows { batch, provenance });
        if partition.waiting_rows >= GROUP_ROWS || partition.waiting_bytes >= GROUP_BYTES {
            self.encode_waiting(rows.date).await?;
        }
        while self.waiting > MAX_WAITING
            && let Some(date) = self.largest()
        {
            self.encode_waiting(date).await?;
        }
        Ok(())
    }

    /// The date of which most waits, if that makes a row group.
    fn largest(&self) -> Option<DateKey> {
        let (date, largest) = self.partitions.iter().max_by_key(|(_, partition)| partition.waiting_bytes)?;
        (largest.waiting_bytes >= LEAST_GROUP).then_some(*date)
    }

    /// Hands the waiting rows of a date to an encoder, as soon as one is free.
    async fn encode_waiting(&mut self, date: DateKey) -> Result<()> {
        let permit = self.encoders.clone().acquire_owned().await?;
        let Some(partition) = self.partitions.get_mut(&date) else { return Ok(()) };
        let rows = std::mem::take(&mut partition.waiting);
        self.waiting -= partition.waiting_bytes;
        partition.waiting_rows = 0;
        partition.waiting_bytes = 0;
        let (number, now, encoded) = (self.number, self.now, self.encoded.clone());
        let (done, group) = oneshot::channel();
        rayon::spawn(move || {
            let sorted = rows::encode(rows, number, now);
            encoded.fetch_add(sorted.as_ref().map_or(0, |sorted| sorted.group.bytes), Ordering::Relaxed);
            // When nobody waits for the group any more, the run has failed already.
            drop(done.send(sorted));
            drop(permit);
        });
        partition.groups.push(group);
        Ok(())
    }

    /// Encodes what is left and puts the files together, one a date: each as soon as it can be, since a row
    /// group of a few rows takes several times what it will in its file, and there may be thousands of dates.
    pub(super) async fn into_files(mut self) -> Result<Staged> {
        let mut partitions = BTreeMap::new();
        let mut encoding = VecDeque::new();
        let mut dates: Vec<_> = self.partitions.keys().copied().collect();
        dates.reverse();
        while !dates.is_empty() || !encoding.is_empty() {
            if let Some(date) = dates.pop() {
                if self.partitions.get(&date).is_some_and(|partition| !partition.waiting.is_empty()) {
                    self.encode_waiting(date).await?;
                }
                encoding.extend(self.partitions.remove(&date).map(|partition| (date, partition)));
            }
            if (dates.is_empty() || encoding.len() > MAX_ENCODERS)
                && let Some((date, partition)) = encoding.pop_front()
                && let Some(file) = partition.into_file().await?
            {
                partitions.insert(date, file);
            }
        }
        Ok(Staged {
            number: self.number,
            base: self.base,
            now: self.now,
            objects: self.objects.into_iter().map(Some).collect(),
            letters: self.letters,
            partitions,
        })
    }
}

impl Partition {
    /// Its rows as a file, when they are encoded; `None` when there are none.
    async fn into_file(self) -> Result<Option<StagedFile>> {
        let mut groups = Vec::with_capacity(self.groups.len());
        let mut origins = Vec::with_capacity(self.origins.len());
        for sorted in self.groups {
            let Sorted { group, order } = sorted.await.context("an encoder has stopped")??;
            let arrived = &self.origins[origins.len()..];
            origins.extend(order.iter().map(|row| arrived[*row as usize]));
            groups.push(group);
        }
        if groups.is_empty() {
            return Ok(None);
        }
        let file = Format::of(Table::Cloudtrail).assemble(groups)?;
        Ok(Some(StagedFile { file, origins }))
    }
}

/// A batch whose files are written but not yet committed.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) number: i64,
    pub(super) base: Base,
    pub(super) now: i64,
    /// `None`: another writer has brought it in meanwhile.
    pub(super) objects: Vec<Option<ObjectRow>>,
    pub(super) letters: Vec<(usize, DeadLetter)>,
    pub(super) partitions: BTreeMap<DateKey, StagedFile>,
}

/// The rows of one date.
#[derive(Debug)]
pub(super) struct StagedFile {
    pub(super) file: ParquetFile,
    pub(super) origins: Vec<Origin>,
}

impl Staged {
    /// Drops the objects that `is_settled` says are in the lake by now, and the rows whose key is in
    /// `keys` of their date, and counts them; returns whether anything was dropped.
    pub(super) fn drop_known(
        &mut self,
        is_settled: impl Fn(&ObjectRow) -> bool,
        keys: &HashMap<DateKey, Vec<Keys>>,
    ) -> Result<bool> {
        let mut any = false;
        for object in &mut self.objects {
            if object.as_ref().is_some_and(&is_settled) {
                *object = None;
                any = true;
            }
        }
        self.letters.retain(|(object, _)| self.objects[*object].is_some());
        let mut emptied = Vec::new();
        for (date, partition) in &mut self.partitions {
            let mut kept = Vec::with_capacity(partition.origins.len());
            for origin in &partition.origins {
                let has = |sets: &Vec<Keys>| sets.iter().any(|keys| keys.has(origin.key));
                let of_date = |date: &DateKey| keys.get(date).is_some_and(has);
                let duplicate = of_date(date) || of_date(&None) || of_date(&origin.time_date);
                let object = &mut self.objects[origin.object as usize];
                if let Some(row) = object
                    && duplicate
                {
                    row.records -= 1;
                    row.duplicates += 1;
                    row.conflicting -= u64::from(origin.conflicting);
                }
                kept.push(object.is_some() && !duplicate);
            }
            if kept.iter().all(|kept| *kept) {
                continue;
            }
            any = true;
            partition.keep(&kept, self.number)?;
            if partition.origins.is_empty() {
                emptied.push(*date);
            }
        }
        for date in emptied {
            self.partitions.remove(&date);
        }
        Ok(any)
    }

    /// Its objects by month.
    pub(super) fn months(&self) -> HashMap<Option<&str>, Vec<&ObjectRow>> {
        let mut months: HashMap<Option<&str>, Vec<&ObjectRow>> = HashMap::new();
        for row in self.objects.iter().flatten() {
            months.entry(row.month.as_deref()).or_default().push(row);
        }
        months
    }

    /// The dates under which its rows may be in the lake.
    pub(super) fn dates(&self) -> HashSet<DateKey> {
        let undated = self.partitions.get(&None).into_iter().flat_map(|partition| &partition.origins);
        let of_times = undated.map(|origin| origin.time_date);
        self.partitions.keys().copied().chain([None]).chain(of_times).collect()
    }

    /// Writes its rows under another number.
    pub(super) fn renumber(&mut self, number: i64) -> Result<()> {
        self.number = number;
        for partition in self.partitions.values_mut() {
            let all = vec![true; partition.origins.len()];
            partition.keep(&all, number)?;
        }
        Ok(())
    }
}

impl StagedFile {
    /// Writes the file again with the rows that are kept, under `number`.
    fn keep(&mut self, kept: &[bool], number: i64) -> Result<()> {
        let mut groups = Vec::new();
        let mut start = 0;
        for batch in read_batches(self.file.bytes.clone())? {
            let batch = batch?;
            let end = start + batch.num_rows();
            let mask: BooleanArray = kept[start..end].iter().map(|kept| Some(*kept)).collect();
            let batch = filter_record_batch(&batch, &mask)?;
            if batch.num_rows() > 0 {
                groups.push(Format::of(Table::Cloudtrail).encode(&[with_number(&batch, number)?])?);
            }
            start = end;
        }
        let mut index = 0;
        self.origins.retain(|_| {
            index += 1;
            kept[index - 1]
        });
        if !groups.is_empty() {
            self.file = Format::of(Table::Cloudtrail).assemble(groups)?;
        }
        Ok(())
    }
}

fn read_batches(bytes: Bytes) -> Result<parquet::arrow::arrow_reader::ParquetRecordBatchReader> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
    Ok(reader.with_batch_size(GROUP_ROWS).build()?)
}

/// Rows of a file of the lake, as they are written, under `number`.
fn with_number(batch: &RecordBatch, number: i64) -> Result<RecordBatch> {
    let schema = Format::of(Table::Cloudtrail).schema();
    let column = |(field, column): (&Arc<arrow::datatypes::Field>, &ArrayRef)| match field.name().as_str() {
        "ingest_batch" => Ok(Arc::new(Int64Array::from(vec![number; batch.num_rows()])) as ArrayRef),
        _ => cast(column, field.data_type()),
    };
    let columns = schema.fields().iter().zip(batch.columns()).map(column).collect::<Result<_, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// A chunk's rows by date, without the date column: that one is in the path and in the log. `objects` says
/// which object each row is of; rows that are of none are left out.
pub(super) fn by_date(chunk: Chunk, objects: &[Option<u32>]) -> Result<Vec<Dated>> {
    let (chunk, objects) = owned(chunk, objects)?;
    let last = chunk.batch.num_columns() - 1;
    let dates = chunk.batch.column(last).as_primitive::<Date32Type>().clone();
    let times = chunk.batch.column(0).as_primitive::<TimestampMicrosecondType>().clone();
    let rows = chunk.batch.project(&(0..last).collect::<Vec<_>>())?;
    let mut distinct: Vec<DateKey> = dates.iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if let [date] = distinct[..] {
        let time_dates = time_dates(date, &times, |_| true);
        return Ok(vec![Dated { date, batch: rows, keys: chunk.keys, objects, time_dates }]);
    }
    let part = |date: &DateKey| -> Result<Dated> {
        let mask = same_date(&dates, *date);
        let batch = filtered(&rows, &mask)?;
        let kept = |row: usize| mask.value(row);
        let rows = || (0..chunk.keys.len()).filter(|row| kept(*row));
        let keys = rows().map(|row| chunk.keys[row]).collect();
        let objects = rows().map(|row| objects[row]).collect();
        Ok(Dated { date: *date, batch, keys, objects, time_dates: time_dates(*date, &times, kept) })
    };
    distinct.iter().map(part).collect()
}

/// The rows that are of an object, and which.
fn owned(chunk: Chunk, objects: &[Option<u32>]) -> Result<(Chunk, Vec<u32>)> {
    let owners: Vec<u32> = objects.iter().copied().flatten().collect();
    if owners.len() == chunk.keys.len() {
        return Ok((chunk, owners));
    }
    let mask: BooleanArray = objects.iter().map(|object| Some(object.is_some())).collect();
    let batch = filtered(&chunk.batch, &mask)?;
    let keys = chunk.keys.iter().zip(objects).filter(|(_, object)| object.is_some()).map(|(key, _)| *key);
    let undated = batch.column(batch.num_columns() - 1).null_count() as u64;
    Ok((Chunk { batch, keys: keys.collect(), undated }, owners))
}

/// Some rows of a batch. Columns of text without any value share one again, as the decoder makes them.
fn filtered(batch: &RecordBatch, mask: &BooleanArray) -> Result<RecordBatch> {
    let (schema, mut columns, rows) = filter_record_batch(batch, mask)?.into_parts();
    let nulls = new_null_array(&DataType::Utf8, rows);
    for column in columns.iter_mut().filter(|column| decode::is_shared(column)) {
        *column = nulls.clone();
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}

fn same_date(dates: &Date32Array, date: DateKey) -> BooleanArray {
    dates.iter().map(|other| Some(other == date)).collect()
}

fn time_dates(
    date: DateKey,
    times: &TimestampMicrosecondArray,
    kept: impl Fn(usize) -> bool,
) -> Vec<DateKey> {
    if date.is_some() {
        return Vec::new();
    }
    let of_time = |row: usize| {
        times.is_valid(row).then(|| times.value(row).div_euclid(DAY)).and_then(|day| i32::try_from(day).ok())
    };
    (0..times.len()).filter(|row| kept(*row)).map(of_time).collect()
}

impl Dated {
    /// The dates whose keys have to be loaded to check it.
    pub(super) fn dates_to_check(&self) -> impl Iterator<Item = DateKey> {
        [self.date, None].into_iter().chain(self.time_dates.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringArray;

    use super::*;

    #[test]
    fn a_date_that_has_little_is_not_encoded_for_room_but_the_batch_is_full() {
        let base = Base { cloudtrail: Arc::default(), objects: Arc::default() };
        let mut batch = Batch::new(1, base, 0, Arc::new(Semaphore::new(1)));
        let waiting = |waiting_bytes| Partition { waiting_bytes, ..Partition::default() };
        batch.partitions.extend((0..3).map(|date| (Some(date), waiting(LEAST_GROUP - 1))));
        batch.waiting = MAX_WAITING;
        assert_eq!((batch.largest(), batch.is_full(usize::MAX)), (None, false));
        batch.waiting += 1;
        assert!(batch.is_full(usize::MAX));
        batch.partitions.insert(Some(1), waiting(LEAST_GROUP));
        assert_eq!(batch.largest(), Some(Some(1)));
    }

    #[test]
    fn columns_without_a_value_are_one_again_when_rows_are_left_out() {
        let text = |values: [Option<&str>; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("a", text([Some("x"), None]), true),
            ("b", text([Some("y"), None]), true),
            ("c", text([None, Some("z")]), true),
        ]);
        let kept = filtered(&batch.unwrap(), &BooleanArray::from(vec![false, true])).unwrap();
        assert!(Arc::ptr_eq(kept.column(0), kept.column(1)));
        assert_eq!(kept.column(2).as_string::<i32>().value(0), "z");
        assert_eq!(decode::memory(&kept), kept.column(2).get_array_memory_size());
    }
}
