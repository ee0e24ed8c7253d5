//! The events that findings will be made of: of each rule the first ones, and how many there are in all.
//!
//! An event is kept once, however many rules match it. When a rule has twice as many as it may keep, the later half is
//! dropped, and from then on only earlier ones are taken in; events that no rule needs any more are let go.

use std::cmp::Ordering;

use anyhow::{Context, Result};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, SchemaRef, TimestampMicrosecondType};
use datafusion::execution::memory_pool::MemoryReservation;

use super::judge::Hit;
use super::share;

/// Kept events, in bytes, from which on those that nobody needs are looked for.
const COLLECT_FROM: usize = 64 << 20;

/// What one partition of a scan keeps.
#[derive(Debug)]
pub(super) struct Kept {
    schema: SchemaRef,
    /// Events of each rule.
    max: usize,
    rules: Vec<First>,
    batches: Vec<Rows>,
    bytes: usize,
    collect_at: usize,
    reservation: MemoryReservation,
}

#[derive(Debug)]
struct Rows {
    batch: RecordBatch,
    ids: StringViewArray,
}

/// The first events of one rule.
#[derive(Debug, Default, Clone)]
struct First {
    count: u64,
    events: Vec<Event>,
    /// Later events are too late.
    until: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Event {
    time: i64,
    batch: u32,
    row: u32,
}

impl Kept {
    /// For `rules` rules, of each of which `max` events are kept; batches have this schema, with `event_time` and
    /// `event_id`.
    pub(super) fn new(schema: SchemaRef, rules: usize, max: usize, reservation: MemoryReservation) -> Self {
        let rules = vec![First::default(); rules];
        Self { schema, max, rules, batches: Vec::new(), bytes: 0, collect_at: COLLECT_FROM, reservation }
    }

    /// Takes in what rules have matched in `batch`.
    pub(super) fn take(&mut self, batch: &RecordBatch, hits: &[Hit]) -> Result<()> {
        let times = batch.column_by_name("event_time").context("no `event_time`")?;
        let times =
            times.as_primitive_opt::<TimestampMicrosecondType>().context("`event_time` is no time")?;
        let mut wanted = Vec::new();
        for hit in hits {
            let first = &mut self.rules[hit.rule as usize];
            first.count += u64::from(hit.rows.end - hit.rows.start);
            if self.max > 0 {
                let soon = |row: &u32| first.until.is_none_or(|until| times.value(*row as usize) <= until);
                wanted.extend(hit.rows.clone().filter(soon).map(|row| (hit.rule, row)));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let mut places = vec![u32::MAX; batch.num_rows()];
        wanted.iter().for_each(|(_, row)| places[*row as usize] = 0);
        let rows: UInt32Array =
            (0..).zip(&places).filter(|(_, place)| **place == 0).map(|(row, _)| row).collect();
        (0..).zip(rows.values()).for_each(|(place, row)| places[*row as usize] = place);
        let number = u32::try_from(self.batches.len())?;
        for (rule, row) in &wanted {
            let time = times.value(*row as usize);
            self.rules[*rule as usize].events.push(Event { time, batch: number, row: places[*row as usize] });
        }
        self.add(compact(&take_record_batch(batch, &rows)?)?)?;
        for rule in 0..self.rules.len() {
            if self.rules[rule].events.len() >= 2 * self.max {
                self.shorten(rule);
            }
        }
        self.bound()
    }

    /// The events of each rule that has any, sorted by time and id, and how many it matched in all. Of all rules
    /// together no more than `all`: what all partitions come to leaves each rule no more than that.
    pub(super) fn finish(mut self, all: u64) -> Result<Vec<(usize, u64, RecordBatch)>> {
        let counts = self.rules.iter().map(|rule| rule.count);
        let share = share(counts, self.max as u64, all).saturating_add(1);
        self.max = self.max.min(usize::try_from(share).unwrap_or(usize::MAX));
        for rule in 0..self.rules.len() {
            self.shorten(rule);
        }
        self.collect()?;
        let all = match self.batches.first() {
            Some(rows) => rows.batch.clone(),
            None => RecordBatch::new_empty(self.schema.clone()),
        };
        let mut found = Vec::new();
        for (rule, first) in self.rules.iter().enumerate().filter(|(_, first)| first.count > 0) {
            let rows: UInt32Array = first.events.iter().map(|event| Some(event.row)).collect();
            found.push((rule, first.count, take_record_batch(&all, &rows)?));
        }
        Ok(found)
    }

    /// Leaves the first events of a rule, in order.
    fn shorten(&mut self, rule: usize) {
        let batches = &self.batches;
        let id = |event: &Event| {
            let ids = &batches[event.batch as usize].ids;
            ids.is_valid(event.row as usize).then(|| ids.value(event.row as usize))
        };
        let order =
            |a: &Event, b: &Event| -> Ordering { a.time.cmp(&b.time).then_with(|| id(a).cmp(&id(b))) };
        let first = &mut self.rules[rule];
        first.events.sort_unstable_by(order);
        if first.events.len() >= self.max {
            first.events.truncate(self.max);
            first.until = first.events.last().map(|event| event.time);
        }
    }

    fn add(&mut self, batch: RecordBatch) -> Result<()> {
        let ids = batch.column_by_name("event_id").context("no `event_id`")?;
        let ids = cast(ids, &DataType::Utf8View)?.as_string_view().clone();
        self.bytes += batch.get_array_memory_size();
        self.batches.push(Rows { batch, ids });
        Ok(())
    }

    fn bound(&mut self) -> Result<()> {
        if self.bytes > self.collect_at {
            for rule in 0..self.rules.len() {
                if self.rules[rule].events.len() > self.max {
                    self.shorten(rule);
                }
            }
            self.collect()?;
            self.collect_at = COLLECT_FROM.max(2 * self.bytes);
        }
        let events: usize = self.rules.iter().map(|rule| rule.events.capacity() * size_of::<Event>()).sum();
        self.reservation.try_resize(self.bytes + events).context(
            "the events that rules have found do not fit the memory; choose fewer rules (--only) or a shorter time (--since)",
        )
    }

    /// Lets go of events that no rule has, and brings the others into one batch.
    fn collect(&mut self) -> Result<()> {
        let mut used: Vec<Vec<u32>> =
            self.batches.iter().map(|rows| vec![u32::MAX; rows.batch.num_rows()]).collect();
        for event in self.rules.iter().flat_map(|rule| &rule.events) {
            used[event.batch as usize][event.row as usize] = 0;
        }
        let mut left = Vec::new();
        let mut next = 0;
        for (rows, used) in self.batches.drain(..).zip(&mut used) {
            let mut chosen = Vec::new();
            for (row, place) in (0..).zip(used.iter_mut()).filter(|(_, place)| **place == 0) {
                chosen.push(row);
                *place = next;
                next += 1;
            }
            if !chosen.is_empty() {
                left.push(take_record_batch(&rows.batch, &UInt32Array::from(chosen))?);
            }
        }
        for event in self.rules.iter_mut().flat_map(|rule| &mut rule.events) {
            *event = Event { batch: 0, row: used[event.batch as usize][event.row as usize], ..*event };
        }
        let all = concat_batches(&self.schema, &left)?;
        drop(left);
        self.bytes = 0;
        if all.num_rows() > 0 {
            self.add(compact(&all)?)?;
        }
        Ok(())
    }
}

/// The batch without the text around it that its views keep alive.
fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let own = |column: &ArrayRef| -> ArrayRef {
        match column.as_string_view_opt() {
            Some(views) => std::sync::Arc::new(views.gc()),
            None => column.clone(),
        }
    };
    Ok(RecordBatch::try_new(batch.schema(), batch.columns().iter().map(own).collect())?)
}
