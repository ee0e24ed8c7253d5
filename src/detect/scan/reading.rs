//! Rows that queries read, copied while the events of a scan are judged.
//!
//! What a query wants of `cloudtrail` stands in the program like the filter of a rule; rows that pass it are copied, in
//! the columns that the query wants. So dozens of queries read a lake once, and each computes over the rows of its own.
//! There is a bound for all together: what a query wants most of is given up first, and the query reads for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use datafusion::execution::memory_pool::MemoryReservation;

use super::judge::Hit;

/// What all rows may take: with what is computed of them they stay within 1 GiB.
pub(super) const BYTES_MAX: usize = 384 << 20;

/// Rows of a batch that is kept.
const ROWS: usize = 4096;

/// Entries of the program that are wants of queries: of what they match the rows are copied.
#[derive(Debug, Clone)]
pub(super) struct Readers {
    /// The first of these entries; all after it are, too.
    pub from: u32,
    /// The columns that each wants, by their places in the scan.
    pub columns: Arc<[Vec<usize>]>,
    /// Which were given up.
    pub given_up: Arc<[AtomicBool]>,
    /// What one partition may keep, in bytes.
    pub bytes_max: usize,
}

impl Readers {
    fn has_given_up(&self, reader: usize) -> bool {
        self.given_up.get(reader).is_none_or(|given_up| given_up.load(Ordering::Relaxed))
    }
}

/// What one partition has copied.
#[derive(Debug)]
pub(super) struct Reading {
    readers: Readers,
    kept: Vec<Option<Kept>>,
    reservation: MemoryReservation,
    indices: Vec<u32>,
}

#[derive(Debug, Default)]
struct Kept {
    /// A few rows each.
    open: Vec<RecordBatch>,
    open_rows: usize,
    done: Vec<RecordBatch>,
    bytes: usize,
}

impl Kept {
    fn take(&mut self, rows: &RecordBatch, indices: &[u32]) -> Result<()> {
        let copy = copied(&take_record_batch(rows, &UInt32Array::from(indices.to_vec()))?)?;
        self.bytes += bytes_of(&copy)?;
        self.open_rows += copy.num_rows();
        self.open.push(copy);
        if self.open_rows >= ROWS { self.close() } else { Ok(()) }
    }

    /// Makes one batch of those with a few rows, without the many small buffers of theirs.
    fn close(&mut self) -> Result<()> {
        let Some(first) = self.open.first() else { return Ok(()) };
        let all = copied(&concat_batches(&first.schema(), &self.open)?)?;
        self.bytes -= self.open.iter().map(bytes_of).sum::<Result<usize>>()?;
        self.bytes += bytes_of(&all)?;
        self.open.clear();
        self.open_rows = 0;
        self.done.push(all);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<RecordBatch>> {
        self.close()?;
        Ok(self.done)
    }
}

/// The rows without what else is in the buffers that their texts are views of.
fn copied(rows: &RecordBatch) -> Result<RecordBatch> {
    let own = |column: &ArrayRef| -> ArrayRef {
        match column.as_string_view_opt() {
            Some(texts) => Arc::new(texts.gc()),
            None => column.clone(),
        }
    };
    let columns = rows.columns().iter().map(own).collect();
    Ok(RecordBatch::try_new(rows.schema(), columns)?)
}

/// What its rows take, which buffers they may share with others.
fn bytes_of(rows: &RecordBatch) -> Result<usize> {
    let sizes = rows.columns().iter().map(|column| match column.as_string_view_opt() {
        Some(texts) => Ok(texts.get_array_memory_size()),
        None => column.to_data().get_slice_memory_size(),
    });
    Ok(sizes.sum::<Result<usize, _>>()?)
}

impl Reading {
    pub(super) fn new(readers: Readers, reservation: MemoryReservation) -> Self {
        let kept = readers.columns.iter().map(|_| None).collect();
        Self { readers, kept, reservation, indices: Vec::new() }
    }

    /// Copies what `hits` are rows of, those of rules apart. Those of one reader follow each other, by row.
    pub(super) fn take(&mut self, batch: &RecordBatch, hits: &[Hit]) -> Result<()> {
        let from = self.readers.from;
        for hits in hits.chunk_by(|one, next| one.rule == next.rule) {
            let Some(reader) = hits[0].rule.checked_sub(from).map(|reader| reader as usize) else { continue };
            if self.readers.has_given_up(reader) {
                self.kept[reader] = None;
                continue;
            }
            self.indices.clear();
            self.indices.extend(hits.iter().flat_map(|hit| hit.rows.clone()));
            let rows = batch.project(&self.readers.columns[reader])?;
            self.kept[reader].get_or_insert_default().take(&rows, &self.indices)?;
        }
        self.bound()
    }

    /// Gives up what is most, as long as all is too much.
    fn bound(&mut self) -> Result<()> {
        loop {
            let sizes = self.kept.iter().map(|kept| kept.as_ref().map_or(0, |kept| kept.bytes));
            let bytes: usize = sizes.clone().sum();
            if bytes <= self.readers.bytes_max && self.reservation.try_resize(bytes).is_ok() {
                return Ok(());
            }
            let most = sizes.enumerate().max_by_key(|(_, bytes)| *bytes).context("no query reads rows")?.0;
            self.kept[most] = None;
            self.readers.given_up[most].store(true, Ordering::Relaxed);
        }
    }

    /// What was copied, by reader.
    pub(super) fn finish(self) -> Result<Vec<Vec<RecordBatch>>> {
        self.kept.into_iter().map(|kept| kept.map_or_else(|| Ok(Vec::new()), Kept::finish)).collect()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::StringViewArray;
    use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, UnboundedMemoryPool};

    use super::*;

    fn batch(texts: &[&str]) -> RecordBatch {
        let texts: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts));
        RecordBatch::try_from_iter([("other", texts.clone()), ("text", texts)]).unwrap()
    }

    fn reading(readers: usize, bytes_max: usize) -> Reading {
        let pool: Arc<dyn MemoryPool> = Arc::new(UnboundedMemoryPool::default());
        let readers = Readers {
            from: 10,
            columns: (0..readers).map(|_| vec![1]).collect(),
            given_up: (0..readers).map(|_| AtomicBool::new(false)).collect(),
            bytes_max,
        };
        Reading::new(readers, MemoryConsumer::new("test").register(&pool))
    }

    fn hit(rule: u32, rows: std::ops::Range<u32>) -> Hit {
        Hit { rule, rows }
    }

    fn texts(batches: &[RecordBatch]) -> Vec<&str> {
        batches.iter().flat_map(|batch| batch.column(0).as_string_view().iter().flatten()).collect()
    }

    #[test]
    fn each_reader_has_the_rows_it_wants_in_its_columns_and_rules_have_theirs_apart() {
        let mut reading = reading(2, 1 << 20);
        let hits = [hit(3, 0..3), hit(10, 0..1), hit(10, 2..3), hit(11, 1..3)];
        reading.take(&batch(&["a", "b", "c"]), &hits).unwrap();
        reading.take(&batch(&["d"]), &[hit(11, 0..1)]).unwrap();
        let found = reading.finish().unwrap();
        assert_eq!(texts(&found[0]), ["a", "c"]);
        assert_eq!(texts(&found[1]), ["b", "c", "d"]);
        assert_eq!(found[0][0].num_columns(), 1);
    }

    #[test]
    fn of_too_much_the_most_is_given_up_and_stays_so_for_all_partitions() {
        let mut reading = reading(2, 200 << 10);
        let long = "x".repeat(100_000);
        reading.take(&batch(&["a", &long]), &[hit(10, 0..1), hit(11, 0..2)]).unwrap();
        let mut other = Reading::new(reading.readers.clone(), reading.reservation.new_empty());
        for _ in 0..2 {
            reading.take(&batch(&["b", &long]), &[hit(10, 0..1), hit(11, 1..2)]).unwrap();
        }
        assert!(reading.readers.has_given_up(1) && !reading.readers.has_given_up(0));
        other.take(&batch(&["c"]), &[hit(10, 0..1), hit(11, 0..1)]).unwrap();
        assert_eq!(texts(&reading.finish().unwrap()[0]), ["a", "b", "b"]);
        let other = other.finish().unwrap();
        assert_eq!((texts(&other[0]), texts(&other[1])), (vec!["c"], vec![]));
    }
}
