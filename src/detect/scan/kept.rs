//! The events that findings will be made of: of each rule the first ones, and how many there are in all.
//!
//! An event is kept once, however many rules match it. When a rule has twice as many as it may keep, the later half is
//! dropped, and from then on only earlier ones are taken in; events that no rule needs any more are let go.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringViewArray, StringViewBuilder,
    TimestampMicrosecondBuilder, UInt32Array,
};
use arrow::compute::{cast, not, nullif, take, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimestampMicrosecondType};
use datafusion::execution::memory_pool::MemoryReservation;

use super::judge::Hit;
use super::share;
use crate::detect::events::{self, CONTENT, PARAMETERS};
use crate::event::timestamp_type;

/// Kept events, in bytes, from which on those that nobody needs are looked for.
const COLLECT_FROM: usize = 64 << 20;

/// Rows of a batch of kept events, at least. Scans of small raw objects give a few rows at a time, each with its own
/// buffers.
const ROWS: u32 = 8192;

/// Which columns of the scan's input are kept.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// Their places in the input.
    pub places: Vec<usize>,
    /// Whether the input has all columns, so that an event without an id can be told by its content.
    pub whole: bool,
    /// Of events of which rules the [`PARAMETERS`] are kept, which are among the columns then.
    pub told: Arc<[bool]>,
}

impl Columns {
    fn tells(&self, rule: u32) -> bool {
        self.told.get(rule as usize).copied().unwrap_or_default()
    }

    /// The columns of kept events, of an input with this schema.
    pub(super) fn kept(&self, input: &Schema) -> Schema {
        let kept = self.places.iter().map(|place| input.field(*place).name());
        let fields = kept.map(|name| Field::new(name, events::kept_type(name), true));
        let content = Field::new(CONTENT, DataType::Utf8View, true);
        Schema::new(fields.chain([content]).collect::<Vec<_>>())
    }
}

/// What one partition of a scan keeps.
#[derive(Debug)]
pub(super) struct Kept {
    columns: Columns,
    schema: SchemaRef,
    /// Events of each rule.
    max: usize,
    /// Of all rules together.
    all: u64,
    rules: Vec<First>,
    /// Events that do not fill a batch yet.
    begun: Begun,
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

/// What is left of everything that was taken in.
#[derive(Debug)]
pub(super) struct Found {
    /// How many events each rule matched.
    pub counts: Vec<u64>,
    /// The events kept, with the rules that each one is kept for: rows and rules, in order.
    pub events: Vec<(RecordBatch, Vec<(u32, u32)>)>,
}

impl Kept {
    /// For `rules` rules, of each of which `max` events are kept and of all together `all`; `columns` are of batches of
    /// this schema, with `event_time` and `event_id` among them.
    pub(super) fn new(
        input: &Schema,
        columns: Columns,
        rules: usize,
        (max, all): (usize, u64),
        reservation: MemoryReservation,
    ) -> Self {
        let schema: SchemaRef = Arc::new(columns.kept(input));
        Self {
            columns,
            max,
            all,
            rules: vec![First::default(); rules],
            begun: Begun::new(&schema),
            batches: Vec::new(),
            bytes: 0,
            collect_at: COLLECT_FROM,
            reservation,
            schema,
        }
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
        let (number, begun) = (u32::try_from(self.batches.len())?, self.begun.rows);
        for (rule, row) in &wanted {
            let (time, row) = (times.value(*row as usize), begun + places[*row as usize]);
            self.rules[*rule as usize].events.push(Event { time, batch: number, row });
        }
        let mut told = vec![false; rows.len()];
        for (_, row) in wanted.iter().filter(|(rule, _)| self.columns.tells(*rule)) {
            told[places[*row as usize] as usize] = true;
        }
        self.begun.append(batch, &rows, &told.into(), &self.columns, &self.schema)?;
        if self.begun.rows >= ROWS {
            self.flush()?;
        }
        for rule in 0..self.rules.len() {
            if self.rules[rule].events.len() >= self.max.saturating_mul(2) {
                self.shorten(rule)?;
            }
        }
        self.bound()
    }

    /// What is kept. Events may be among it that no rule has any more.
    pub(super) fn finish(mut self) -> Result<Found> {
        self.share_out()?;
        self.collect()?;
        let counts = self.rules.iter().map(|rule| rule.count).collect();
        let mut rules = vec![Vec::new(); self.batches.len()];
        for (rule, first) in (0_u32..).zip(&self.rules) {
            first.events.iter().for_each(|event| rules[event.batch as usize].push((event.row, rule)));
        }
        rules.iter_mut().for_each(|rules| rules.sort_unstable());
        let events = self.batches.into_iter().map(|rows| rows.batch).zip(rules);
        Ok(Found { counts, events: events.filter(|(batch, _)| batch.num_rows() > 0).collect() })
    }

    /// Leaves each rule what is its share of all. Counts only grow, and a share gets no larger by that: what is left is
    /// no less than what all partitions leave in the end.
    fn share_out(&mut self) -> Result<()> {
        let share = share(self.rules.iter().map(|rule| rule.count), self.max as u64, self.all);
        self.max = self.max.min(usize::try_from(share.saturating_add(1)).unwrap_or(usize::MAX));
        for rule in 0..self.rules.len() {
            if self.rules[rule].events.len() > self.max {
                self.shorten(rule)?;
            }
        }
        Ok(())
    }

    /// Leaves the first events of a rule, in order.
    fn shorten(&mut self, rule: usize) -> Result<()> {
        self.flush()?;
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
        Ok(())
    }

    /// Ends the batch that has been begun.
    fn flush(&mut self) -> Result<()> {
        if self.begun.rows > 0 {
            let begun = std::mem::replace(&mut self.begun, Begun::new(&self.schema));
            let batch = begun.finish(&self.schema)?;
            self.bytes += bytes(&batch);
            self.batches.push(Rows::new(batch)?);
        }
        Ok(())
    }

    fn bound(&mut self) -> Result<()> {
        if self.bytes + self.begun.bytes > self.collect_at {
            self.share_out()?;
            self.collect()?;
            self.collect_at = COLLECT_FROM.max(2 * self.bytes);
        }
        let events: usize = self.rules.iter().map(|rule| rule.events.capacity() * size_of::<Event>()).sum();
        self.reservation.try_resize(self.bytes + self.begun.bytes + events).context(
            "the events that rules have found do not fit the memory; choose fewer rules (--only) or a shorter time (--since)",
        )
    }

    /// Lets go of events that no rule has, where they are more than half of a batch.
    fn collect(&mut self) -> Result<()> {
        self.flush()?;
        let mut used: Vec<Vec<u32>> =
            self.batches.iter().map(|rows| vec![u32::MAX; rows.batch.num_rows()]).collect();
        for event in self.rules.iter().flat_map(|rule| &rule.events) {
            used[event.batch as usize][event.row as usize] = 0;
        }
        for (rows, used) in self.batches.iter_mut().zip(&mut used) {
            let needed = used.iter().filter(|place| **place == 0).count();
            if needed >= used.len() / 2 {
                (0..).zip(used).for_each(|(row, place)| *place = row);
                continue;
            }
            let mut chosen = Vec::with_capacity(needed);
            for (row, place) in (0..).zip(used.iter_mut()).filter(|(_, place)| **place == 0) {
                *place = u32::try_from(chosen.len())?;
                chosen.push(row);
            }
            *rows = Rows::new(compact(&take_record_batch(&rows.batch, &UInt32Array::from(chosen))?)?)?;
        }
        for event in self.rules.iter_mut().flat_map(|rule| &mut rule.events) {
            event.row = used[event.batch as usize][event.row as usize];
        }
        self.bytes = self.batches.iter().map(|rows| bytes(&rows.batch)).sum();
        Ok(())
    }
}

/// A batch of kept events that grows. Each text is held once, however many of its events have it.
#[derive(Debug)]
struct Begun {
    times: TimestampMicrosecondBuilder,
    texts: Vec<StringViewBuilder>,
    rows: u32,
    /// About; what repeats counts again.
    bytes: usize,
}

impl Begun {
    fn new(schema: &Schema) -> Self {
        let texts = schema.fields().iter().filter(|field| field.data_type() == &DataType::Utf8View);
        let texts = texts.map(|_| StringViewBuilder::new().with_deduplicate_strings()).collect();
        let times = TimestampMicrosecondBuilder::new().with_data_type(timestamp_type());
        Self { times, texts, rows: 0, bytes: 0 }
    }

    /// Takes in these rows of a scan's batch, and the [`PARAMETERS`] of those that are `told`.
    fn append(
        &mut self,
        batch: &RecordBatch,
        rows: &UInt32Array,
        told: &BooleanArray,
        columns: &Columns,
        schema: &Schema,
    ) -> Result<()> {
        let mut texts = self.texts.iter_mut();
        for (place, field) in columns.places.iter().zip(schema.fields()) {
            let column = take(batch.column(*place), rows, None)?;
            if field.data_type() != &DataType::Utf8View {
                let times = column.as_primitive_opt::<TimestampMicrosecondType>().context("no time")?;
                times.iter().for_each(|time| self.times.append_option(time));
                continue;
            }
            let column = match PARAMETERS.contains(&field.name().as_str()) {
                true => nullif(&column, &not(told)?)?,
                false => column,
            };
            let column = cast(&column, &DataType::Utf8View)?;
            let builder = texts.next().context("a builder for each text")?;
            for text in column.as_string_view() {
                self.bytes += size_of::<u128>() + text.map_or(0, str::len);
                builder.append_option(text);
            }
        }
        let ids = batch.column_by_name("event_id").context("no `event_id`")?;
        let content = texts.next().context("a builder for the content")?;
        for row in rows.values() {
            let nameless = columns.whole && ids.is_null(*row as usize);
            content.append_option(nameless.then(|| events::content(batch, *row as usize)).transpose()?);
        }
        self.rows += u32::try_from(rows.len())?;
        Ok(())
    }

    fn finish(mut self, schema: &SchemaRef) -> Result<RecordBatch> {
        let mut texts = self.texts.iter_mut();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            columns.push(match field.data_type() {
                DataType::Utf8View => Arc::new(texts.next().context("a builder for each text")?.finish()),
                _ => Arc::new(self.times.finish()),
            });
        }
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    }
}

impl Rows {
    fn new(batch: RecordBatch) -> Result<Self> {
        let ids = batch.column_by_name("event_id").and_then(|ids| ids.as_string_view_opt());
        let ids = ids.context("kept events have ids")?.clone();
        Ok(Self { batch, ids })
    }
}

/// What a batch takes; columns may share a buffer.
fn bytes(batch: &RecordBatch) -> usize {
    let mut seen = HashSet::new();
    let mut bytes = 0;
    for column in batch.columns() {
        match column.as_string_view_opt() {
            Some(column) => {
                bytes += column.views().len() * size_of::<u128>();
                let new = column.data_buffers().iter().filter(|buffer| seen.insert(buffer.as_ptr()));
                bytes += new.map(|buffer| buffer.capacity()).sum::<usize>();
            }
            None => bytes += column.get_array_memory_size(),
        }
    }
    bytes
}

/// The batch without the text around it that its views keep alive.
fn compact(batch: &RecordBatch) -> Result<RecordBatch> {
    let own = |column: &ArrayRef| -> ArrayRef {
        let Some(texts) = column.as_string_view_opt() else { return column.clone() };
        let mut own = StringViewBuilder::with_capacity(texts.len()).with_deduplicate_strings();
        texts.iter().for_each(|text| own.append_option(text));
        Arc::new(own.finish())
    };
    Ok(RecordBatch::try_new(batch.schema(), batch.columns().iter().map(own).collect())?)
}
