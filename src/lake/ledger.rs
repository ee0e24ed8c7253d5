//! Which source objects need not be read again, month by month: what ingest asks of each object that it lists.
//!
//! The table `objects` is partitioned by month, and which month an object is listed under is known before it
//! is looked up; so a month is read when an object of it first turns up, and not before. Of each object
//! its newest verdict is kept, in 16 bytes: `Failed` and `Gone` are none, and `Ingested` stays.
//!
//! Limits: beyond [`MAX_BYTES`] the months unused for longest are let go, which loses nothing, since only what is
//! committed is in here; the last two always fit whole (10 million objects: 160 MB, and half as much again
//! while they are sorted), since objects of one are
//! listed while those of the other are ingested. 93 bits tell an object from
//! others. An object without a date in its key goes by when it was last modified: written again in another
//! month, with the same bytes, it is read again, and its records turn out to be duplicates.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Int64Type};
use futures::{StreamExt, TryStreamExt, stream};

use super::data_file::DataFile;
use super::layout::Table;
use super::objects::{ObjectKey, ObjectRow, State};
use super::{Lake, Snapshot, files};

/// What objects may take in memory before months are let go: 4 million of them.
const MAX_BYTES: usize = 64 << 20;

/// Months that stay, whatever they take.
const KEPT_MONTHS: usize = 2;

/// Objects that are noted before they are sorted in: so many, or this part of those that are.
const LATELY: usize = 64 << 10;
const LATELY_PART: usize = 8;

/// What an object takes that was noted lately, and the name of a file.
const LATE_BYTES: usize = 80;
const FILE_BYTES: usize = 150;

/// Files of the table that are read at a time, whole: `optimize` makes them up to 128 MiB large.
const GETS: usize = 2;

/// Those columns of the table that are read.
const COLUMNS: [&str; 5] = ["uri", "etag", "size", "state", "ingest_batch"];

/// What became of the objects that the lake has met.
#[derive(Debug)]
pub struct Ledger {
    lake: Lake,
    /// By their names; the empty one is that of objects without a month.
    months: HashMap<String, Month>,
    clock: u64,
}

#[derive(Debug, Default)]
struct Month {
    /// Most of them, sorted.
    sorted: Vec<Verdict>,
    /// Those of the last commits.
    lately: HashMap<u128, Verdict>,
    /// Files of the table that were taken in.
    files: HashSet<String>,
    last_used: u64,
}

impl Ledger {
    pub(super) fn new(lake: Lake) -> Self {
        Self { lake, months: HashMap::new(), clock: 0 }
    }

    /// What became of an object of a month, if it is known; `objects` is the table as of now or earlier.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn state_of(
        &mut self,
        objects: &Snapshot,
        object: ObjectKey,
        month: Option<&str>,
    ) -> Result<Option<State>> {
        if !self.months.contains_key(month.unwrap_or_default()) {
            self.follow(objects, month).await?;
        }
        self.clock += 1;
        let found = self.months.get_mut(month.unwrap_or_default());
        Ok(found.and_then(|month| {
            month.last_used = self.clock;
            month.get(object)
        }))
    }

    /// Whether a row about to be written would say nothing new: the object's records are in the lake, or
    /// it is known to be no log. An object that was quarantined may have been read at last.
    pub(super) async fn settles(&mut self, objects: &Snapshot, row: &ObjectRow) -> Result<bool> {
        Ok(match self.state_of(objects, row.key(), row.month.as_deref()).await? {
            Some(State::Ingested) => true,
            Some(State::Skipped) => row.state == State::Skipped,
            Some(State::Quarantined | State::Gone | State::Failed) | None => false,
        })
    }

    /// Reads the files of a month that were not taken in yet.
    pub(super) async fn follow(&mut self, objects: &Snapshot, month: Option<&str>) -> Result<()> {
        let known = self.months.get(month.unwrap_or_default());
        let is_new = |file: &&Arc<DataFile>| {
            file.partition.as_deref() == month && known.is_none_or(|known| !known.files.contains(&file.path))
        };
        let new: Vec<_> = objects.files.values().filter(is_new).cloned().collect();
        if known.is_some() && new.is_empty() {
            return Ok(());
        }
        // Owned: of a closure's borrows the compiler can't tell that they may move to a thread.
        let mut reads = Vec::with_capacity(new.len());
        for file in &new {
            reads.push(verdicts_of(self.lake.clone(), file.clone()));
        }
        let mut read = stream::iter(reads).buffered(GETS);
        let mut verdicts = Vec::new();
        while let Some(of_file) = read.try_next().await? {
            verdicts.extend(of_file);
        }
        drop(read);
        self.clock += 1;
        let known = self.months.entry(month.unwrap_or_default().to_owned()).or_default();
        known.last_used = self.clock;
        known.files.extend(new.iter().map(|file| file.path.clone()));
        known.take(verdicts);
        self.make_room(MAX_BYTES);
        Ok(())
    }

    /// Notes what a batch of this writer came to, whose file for the month is `path`.
    pub(super) fn note(&mut self, month: Option<&str>, path: &str, batch: i64, rows: &[&ObjectRow]) {
        // A month that is not here is read with this file when it is asked for.
        let Some(known) = self.months.get_mut(month.unwrap_or_default()) else { return };
        known.files.insert(path.to_owned());
        for verdict in rows.iter().filter_map(|row| Verdict::new(row.key(), row.state, batch)) {
            known.add(verdict);
        }
        self.make_room(MAX_BYTES);
    }

    fn make_room(&mut self, most: usize) {
        let mut total: usize = self.months.values().map(Month::bytes).sum();
        while total > most && self.months.len() > KEPT_MONTHS {
            let oldest = self.months.iter().min_by_key(|(_, month)| month.last_used);
            let Some(month) = oldest.map(|(name, _)| name.clone()).and_then(|name| self.months.remove(&name))
            else {
                return;
            };
            total -= month.bytes();
        }
    }
}

impl Month {
    fn bytes(&self) -> usize {
        size_of_val(&self.sorted[..]) + self.lately.len() * LATE_BYTES + self.files.len() * FILE_BYTES
    }

    fn get(&self, object: ObjectKey) -> Option<State> {
        let object = Verdict::object(object);
        let at = self.sorted.partition_point(|verdict| verdict.of() < object);
        let sorted = self.sorted.get(at).filter(|verdict| verdict.of() == object);
        let lately = self.lately.get(&object);
        Some(sorted.into_iter().chain(lately).max()?.state())
    }

    /// Sorts verdicts in.
    fn take(&mut self, mut verdicts: Vec<Verdict>) {
        if self.sorted.is_empty() {
            verdicts.shrink_to_fit();
            self.sorted = verdicts;
        } else {
            self.sorted.reserve_exact(verdicts.len());
            self.sorted.extend(verdicts);
        }
        // Not the unstable sort: this one merges what is sorted already.
        self.sorted.sort();
        // Of an object's verdicts the last is the one that counts.
        self.sorted.dedup_by(|next, kept| {
            let is_same = next.of() == kept.of();
            if is_same {
                *kept = *next;
            }
            is_same
        });
    }

    fn add(&mut self, verdict: Verdict) {
        let known = self.lately.entry(verdict.of()).or_insert(verdict);
        *known = verdict.max(*known);
        if self.lately.len() >= LATELY.max(self.sorted.len() / LATELY_PART) {
            let lately = std::mem::take(&mut self.lately).into_values().collect();
            self.take(lately);
        }
    }
}

/// What became of an object: 93 bits of its key, whether it was ingested, 32 bits of the batch's number, and two
/// of the state. So of several verdicts on an object the greatest is the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Verdict(u128);

impl Verdict {
    const STATES: [State; 3] = [State::Ingested, State::Quarantined, State::Skipped];
    const STATE_BITS: u32 = 2;
    const BATCH_BITS: u32 = 32;
    const RANK_BITS: u32 = 1 + Self::BATCH_BITS + Self::STATE_BITS;

    /// `None`: the object has to be tried again.
    fn new(object: ObjectKey, state: State, batch: i64) -> Option<Self> {
        let state_code = Self::STATES.iter().position(|other| *other == state)? as u128;
        let is_ingested = u128::from(state == State::Ingested);
        let batch = u128::from(u32::try_from(batch.max(0)).unwrap_or(u32::MAX));
        let rank = (is_ingested << Self::BATCH_BITS | batch) << Self::STATE_BITS | state_code;
        Some(Self(Self::object(object) << Self::RANK_BITS | rank))
    }

    fn object(object: ObjectKey) -> u128 {
        object.to_bits() >> Self::RANK_BITS
    }

    fn of(self) -> u128 {
        self.0 >> Self::RANK_BITS
    }

    fn state(self) -> State {
        let code = self.0 as usize % (1 << Self::STATE_BITS);
        Self::STATES.get(code).copied().unwrap_or(State::Failed)
    }
}

/// The verdicts that a file of the table has.
async fn verdicts_of(lake: Lake, file: Arc<DataFile>) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for batch in files::each(&lake, Table::Objects, &file.path, Some(&COLUMNS)).await? {
        add_verdicts(&batch?, &mut verdicts)?;
    }
    Ok(verdicts)
}

fn add_verdicts(batch: &RecordBatch, verdicts: &mut Vec<Verdict>) -> Result<()> {
    let text = |name: &str| files::text_column(batch, name);
    let number = |name: &str| -> Result<Int64Array> {
        let column = batch.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
        Ok(arrow::compute::cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    };
    let (uris, etags, states) = (text("uri")?, text("etag")?, text("state")?);
    let (sizes, batches) = (number("size")?, number("ingest_batch")?);
    for row in 0..batch.num_rows() {
        if uris.is_null(row) || states.is_null(row) {
            continue;
        }
        let etag = etags.is_valid(row).then(|| etags.value(row));
        let number = |column: &Int64Array| if column.is_valid(row) { column.value(row) } else { 0 };
        let object = ObjectKey::new(uris.value(row), etag, u64::try_from(number(&sizes)).unwrap_or(0));
        let state = State::parse(states.value(row));
        verdicts.extend(state.and_then(|state| Verdict::new(object, state, number(&batches))));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;
    use proptest::prelude::*;

    use super::super::{Location, objects};
    use super::*;

    fn ledger() -> Ledger {
        Ledger::new(Lake::over(Location::Folder("memory".into()), Arc::new(InMemory::new())))
    }

    fn row(uri: &str, state: State) -> ObjectRow {
        objects::tests::row(uri, state)
    }

    fn verdicts(batch: i64, rows: &[ObjectRow]) -> Vec<Verdict> {
        let rows = objects::to_batch(&rows.iter().collect::<Vec<_>>(), batch, 0).unwrap();
        let mut verdicts = Vec::new();
        add_verdicts(&rows, &mut verdicts).unwrap();
        verdicts
    }

    #[test]
    fn what_failed_is_never_known_and_what_is_ingested_stays_known() {
        let mut month = Month::default();
        let old = [row("b", State::Failed), row("a", State::Ingested), row("c", State::Quarantined)];
        month.take(verdicts(1, &old));
        month.take(verdicts(2, &[row("a", State::Quarantined), row("d", State::Gone)]));
        let state = |uri: &str| month.get(ObjectKey::new(uri, Some("e"), 7));
        assert_eq!(state("a"), Some(State::Ingested));
        assert_eq!(state("c"), Some(State::Quarantined));
        assert_eq!((state("b"), state("d")), (None, None));
        assert_eq!(month.get(ObjectKey::new("a", Some("other"), 7)), None);
        assert_eq!(month.get(ObjectKey::new("a", Some("e"), 8)), None);
    }

    #[test]
    fn what_was_noted_lately_is_sorted_in_and_then_takes_what_the_rest_does() {
        let mut month = Month::default();
        let key = |number: usize| ObjectKey::new(&format!("s3://b/{number}"), Some("e"), 7);
        for number in 0..2 * LATELY + 1 {
            month.add(Verdict::new(key(number), State::Ingested, 1).unwrap());
        }
        assert_eq!((month.sorted.len(), month.lately.len()), (2 * LATELY, 1));
        assert_eq!(month.bytes(), 2 * LATELY * 16 + LATE_BYTES);
        assert!((0..2 * LATELY + 1).all(|number| month.get(key(number)) == Some(State::Ingested)));
        assert_eq!(month.get(key(2 * LATELY + 1)), None);
    }

    #[tokio::test]
    async fn months_are_let_go_and_read_again_as_they_are_asked_for() {
        let mut ledger = ledger();
        let mut snapshot = Snapshot::default();
        for month in ["2026-01", "2026-02", "2026-03"] {
            let file = DataFile {
                path: format!("object_month={month}/0000000001-{}.parquet", "0".repeat(32)),
                size: 1,
                partition: Some(month.to_owned()),
                modified: 0,
                stats: None,
            };
            let rows = objects::to_batch(&[&row(month, State::Ingested)], 1, 0).unwrap();
            let bytes = super::super::format::Format::of(Table::Objects).write(&[rows]).unwrap().bytes;
            files::put(&ledger.lake, &Table::Objects.path(&file.path), bytes).await.unwrap();
            snapshot.files.insert(file.path.clone(), Arc::new(file));
        }
        let key = |uri: &str| row(uri, State::Ingested).key();
        let state = State::Ingested;
        for month in ["2026-01", "2026-02", "2026-01"] {
            let found = ledger.state_of(&snapshot, key(month), Some(month)).await.unwrap();
            assert_eq!(found, Some(state));
        }
        assert_eq!(ledger.state_of(&snapshot, key("2026-01"), Some("2026-02")).await.unwrap(), None);
        assert_eq!(ledger.state_of(&snapshot, key("2026-01"), None).await.unwrap(), None);
        assert!(!ledger.months.contains_key("2026-03"));
        assert_eq!(ledger.months.len(), 3);
        ledger.make_room(1);
        let mut kept: Vec<_> = ledger.months.keys().map(String::as_str).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["", "2026-02"], "the two that were asked for last");
        ledger.state_of(&snapshot, key("2026-01"), Some("2026-01")).await.unwrap();
        ledger.make_room(1);
        // Of a month that is not here nothing is noted, and its file is read with the others.
        ledger.note(Some("2026-02"), "own", 2, &[&row("new", state)]);
        assert_eq!(ledger.state_of(&snapshot, key("2026-02"), Some("2026-02")).await.unwrap(), Some(state));
        ledger.note(Some("2026-02"), "own", 2, &[&row("new", state)]);
        assert_eq!(ledger.state_of(&snapshot, key("new"), Some("2026-02")).await.unwrap(), Some(state));
        assert!(ledger.months["2026-02"].files.contains("own"));
    }

    proptest! {
        #[test]
        fn the_newest_verdict_counts_in_whatever_order_files_are_read(
            rows in proptest::collection::vec((0..6_usize, 0..5_usize), 0..40), cut in 0..40_usize, turn in 0..40_usize,
        ) {
            let mut expected: HashMap<usize, State> = HashMap::new();
            let mut files: Vec<Vec<Verdict>> = Vec::new();
            for (batch, (uri, state)) in (1..).zip(&rows) {
                let state = State::ALL[*state];
                let is_verdict = !matches!(state, State::Failed | State::Gone);
                if is_verdict && expected.get(uri) != Some(&State::Ingested) {
                    expected.insert(*uri, state);
                }
                files.push(verdicts(batch, &[row(&uri.to_string(), state)]));
            }
            let turn = turn.min(files.len());
            files.rotate_left(turn);
            let later = files.split_off(cut.min(files.len()));
            let mut month = Month::default();
            files.into_iter().for_each(|file| month.take(file));
            later.into_iter().flatten().for_each(|verdict| month.add(verdict));
            for uri in 0..6 {
                let found = month.get(ObjectKey::new(&uri.to_string(), Some("e"), 7));
                prop_assert_eq!(found, expected.get(&uri).copied());
            }
        }
    }
}
