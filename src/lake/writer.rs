//! The commit protocol: how a batch gets into the lake, exactly once, beside other writers and across
//! crashes. ARCHITECTURE.md, "The commit protocol", has the steps and the crash table; the comments
//! here name the steps by their numbers.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail, ensure};
use deltalake::kernel::Add;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, Semaphore};

use super::batch::{self, Base, Batch, MAX_ENCODERS, Staged, StagedFile};
use super::data_file::DataFile;
use super::format::{Format, ParquetFile};
use super::keys::Keys;
use super::known::{DateKey, Known};
use super::layout::{self, Table};
use super::ledger::Ledger;
use super::log::{Committed, Entry};
use super::logs::{DEAD_LETTERS_FILES, Logs, OBJECTS_FILES};
use super::objects::{self, ObjectKey, ObjectRow, State};
use super::{Lake, MAX_LOSSES, dead_letters, files, hashes};
use crate::decode::{Chunk, DeadLetter};
use crate::pause::{self, Point};

/// Files that are written at a time: a disk's fsync and a bucket's PUT are mostly waiting.
const PUTS: usize = 16;

/// Sidecars that are read at a time.
const GETS: usize = 16;

/// Files staged longer ago than this are written again: vacuum may delete them at 24 hours.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// Writes batches to a lake. One at a time commits; others may be gathered meanwhile.
#[derive(Debug)]
pub struct Writer {
    lake: Lake,
    logs: Mutex<Logs>,
    known: Mutex<Known>,
    ledger: Mutex<Ledger>,
    /// What [`Self::begin`] starts from; it has a lock of its own because a commit holds the logs long.
    latest: std::sync::Mutex<Latest>,
    encoders: Arc<Semaphore>,
    /// After a failed commit this writer takes rows for known that no table has: it commits no more.
    failed: AtomicBool,
}

#[derive(Debug)]
struct Latest {
    base: Base,
    /// Batches that were begun and are not committed: each will take a number.
    in_flight: i64,
}

/// What became of the objects of a committed batch.
#[derive(Debug, Default)]
pub struct Report {
    /// Its objects.
    pub objects: Vec<ObjectRow>,
    /// Objects that another writer brought in meanwhile.
    pub already: u64,
}

impl Writer {
    /// Opens a lake for writing: finishes what a crash left. What is known is read as it is asked for.
    pub(super) async fn open(lake: Lake) -> Result<Self> {
        let logs = Logs::open(&lake).await?;
        Self::over(lake, logs).await
    }

    /// The same, where the logs were read before.
    pub(super) async fn over(lake: Lake, mut logs: Logs) -> Result<Self> {
        logs.finish_pending().await?;
        let latest = Latest { base: logs.base(), in_flight: 0 };
        Ok(Self {
            ledger: Mutex::new(lake.ledger()),
            lake,
            latest: std::sync::Mutex::new(latest),
            logs: Mutex::new(logs),
            known: Mutex::default(),
            encoders: Arc::new(Semaphore::new(rayon::current_num_threads().min(MAX_ENCODERS))),
            failed: AtomicBool::new(false),
        })
    }

    /// What became of an object of a month, if it need not be read again.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn state_of(&self, object: ObjectKey, month: Option<&str>) -> Result<Option<State>> {
        let objects = self.latest().base.objects.clone();
        self.ledger.lock().await.state_of(&objects, object, month).await
    }

    /// Begins a batch. Only one more may be begun before the one before is committed.
    pub fn begin(&self) -> Batch {
        let mut latest = self.latest();
        latest.in_flight += 1;
        let number = latest.base.cloudtrail.batch + latest.in_flight;
        Batch::new(number, latest.base.clone(), now(), self.encoders.clone())
    }

    fn latest(&self) -> std::sync::MutexGuard<'_, Latest> {
        // What is inside is whole at any time, so a panic elsewhere does not spoil it.
        self.latest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Adds an object to a batch, with those of its rows that are not in the lake; `false` when another
    /// writer has ingested it meanwhile.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn add(
        &self,
        batch: &mut Batch,
        object: ObjectRow,
        chunks: Vec<Chunk>,
        letters: Vec<DeadLetter>,
    ) -> Result<bool> {
        let Some(index) = self.add_object(batch, object, letters).await? else { return Ok(false) };
        for chunk in chunks {
            self.add_chunk(batch, index, chunk).await?;
        }
        Ok(true)
    }

    /// Adds an object whose rows follow by [`Self::add_chunk`]; returns its index in the batch, or
    /// `None` when another writer has ingested it meanwhile.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn add_object(
        &self,
        batch: &mut Batch,
        object: ObjectRow,
        letters: Vec<DeadLetter>,
    ) -> Result<Option<usize>> {
        // Asked again: fetching takes time, and commits learn what others have ingested.
        let objects = self.latest().base.objects.clone();
        if self.ledger.lock().await.settles(&objects, &object).await? {
            return Ok(None);
        }
        Ok(Some(batch.add_object(object, letters)))
    }

    /// Adds several objects whose rows are in one chunk, each with its own; returns how many of them another
    /// writer has ingested meanwhile. Rows of none of them are left out.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn add_together(
        &self,
        batch: &mut Batch,
        objects: Vec<(ObjectRow, Range<usize>)>,
        chunk: Option<Chunk>,
    ) -> Result<u64> {
        let mut already = 0;
        let mut owners = vec![None; chunk.as_ref().map_or(0, |chunk| chunk.keys.len())];
        for (object, rows) in objects {
            match self.add_object(batch, object, Vec::new()).await? {
                Some(index) => owners[rows].fill(Some(u32::try_from(index)?)),
                None => already += 1,
            }
        }
        if let Some(chunk) = chunk {
            self.add_rows(batch, chunk, &owners).await?;
        }
        Ok(already)
    }

    /// Adds rows of an object that is in the batch.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub async fn add_chunk(&self, batch: &mut Batch, object: usize, chunk: Chunk) -> Result<()> {
        let owners = vec![Some(u32::try_from(object)?); chunk.keys.len()];
        self.add_rows(batch, chunk, &owners).await
    }

    async fn add_rows(&self, batch: &mut Batch, chunk: Chunk, owners: &[Option<u32>]) -> Result<()> {
        let parts = batch::by_date(chunk, owners)?;
        let all: BTreeSet<DateKey> = parts.iter().flat_map(|rows| rows.dates_to_check()).collect();
        for rows in parts {
            let dates: BTreeSet<DateKey> = rows.dates_to_check().collect();
            let mut known = self.known.lock().await;
            loop {
                let missing = missing_files(batch, &dates, &known);
                if missing.is_empty() {
                    break;
                }
                drop(known);
                let mut loaded = Vec::with_capacity(missing.len());
                for (date, files) in missing {
                    loaded.push((date, self.keys_of(files).await?));
                }
                known = self.known.lock().await;
                busy(|| loaded.into_iter().for_each(|(date, files)| known.take_files(date, files)));
                known.make_room_within(&all);
            }
            batch.add_rows(rows, &mut known).await?;
        }
        Ok(())
    }

    /// The keys of some data files, with their paths.
    async fn keys_of(&self, files: Vec<Arc<DataFile>>) -> Result<Vec<(String, Keys)>> {
        let reads = files.into_iter().map(|file| async move {
            let keys = files::keys_of(&self.lake, &file).await?;
            anyhow::Ok((file.path.clone(), keys))
        });
        stream::iter(reads).buffer_unordered(GETS).try_collect().await
    }

    /// Commits a batch: steps 1 to 6. After an error the writer commits no more.
    ///
    /// # Errors
    /// When the lake can't be read or written.
    pub async fn commit(&self, batch: Batch) -> Result<Report> {
        ensure!(!self.failed.load(Ordering::SeqCst), "an earlier commit to {} has failed", self.lake);
        let committed = self.commit_batch(batch).await;
        self.latest().in_flight -= 1;
        if committed.is_err() {
            self.failed.store(true, Ordering::SeqCst);
        }
        committed
    }

    async fn commit_batch(&self, batch: Batch) -> Result<Report> {
        let mut staged = batch.into_files().await?;
        let objects = staged.objects.len() as u64;
        let mut logs = self.logs.lock().await;
        let mut put: Option<Put> = None;
        for _ in 0..MAX_LOSSES {
            logs.refresh().await?;
            logs.finish_pending().await?;
            let number = logs.cloudtrail.snapshot().batch + 1;
            let mut changed = self.check_again(&mut staged, &logs).await?;
            if staged.number != number {
                busy(|| staged.renumber(number))?;
                changed = true;
            }
            if staged.objects.iter().all(Option::is_none) {
                return Ok(Report { objects: Vec::new(), already: objects });
            }
            let files = match put.take() {
                Some(files) if !changed && files.is_fresh(Timestamp::now()) => files,
                _ => self.put_files(&staged).await?,
            };
            pause::at(Point::BeforeCommit, format_args!("batch {number}"));
            match logs.cloudtrail.commit(&files.entry(number)?).await? {
                Committed::Won(_) => {
                    self.close(&mut logs, &files, number).await?;
                    self.note_own(&files, &staged).await;
                    self.latest().base = logs.base();
                    let rows: Vec<_> = staged.objects.into_iter().flatten().collect();
                    let already = objects - rows.len() as u64;
                    return Ok(Report { objects: rows, already });
                }
                Committed::Lost => put = Some(files),
            }
        }
        bail!("lost {MAX_LOSSES} commits in a row to other writers of {}", self.lake)
    }

    /// Notes that what this writer has committed is known to it.
    async fn note_own(&self, files: &Put, staged: &Staged) {
        let mut known = self.known.lock().await;
        for add in &files.cloudtrail {
            let date = add.partition_values.values().next().cloned().flatten();
            known.note_file(date.as_deref().and_then(layout::parse_date), &add.path);
        }
        let mut ledger = self.ledger.lock().await;
        let months = staged.months();
        for add in &files.objects {
            let month = add.partition_values.values().next().and_then(Option::as_deref);
            let rows = months.get(&month).map_or(&[][..], Vec::as_slice);
            ledger.note(month, &add.path, staged.number, rows);
        }
    }

    /// Steps 5 and 6, and what follows a commit.
    async fn close(&self, logs: &mut Logs, files: &Put, number: i64) -> Result<()> {
        logs.finish(number, &files.objects, &files.dead_letters).await?;
        logs.own.extend(files.cloudtrail.iter().map(|add| add.path.clone()));
        for log in [&mut logs.cloudtrail, &mut logs.objects, &mut logs.dead_letters] {
            log.checkpoint_if_due().await;
        }
        Ok(())
    }

    /// Lets go of keys that no open batch needs, when there are too many.
    pub async fn make_room(&self, open: &Batch) {
        self.known.lock().await.make_room(&open.dates());
    }

    /// Step 2 again: drops what other writers have committed since the batch was checked.
    async fn check_again(&self, staged: &mut Staged, logs: &Logs) -> Result<bool> {
        let now = logs.base();
        let mut settled = HashSet::new();
        let mut ledger = self.ledger.lock().await;
        for (month, rows) in staged.months() {
            ledger.follow(&now.objects, month).await?;
            for row in rows {
                if ledger.settles(&now.objects, row).await? {
                    settled.insert(row.key());
                }
            }
        }
        drop(ledger);
        let dates = staged.dates();
        let mut files: HashMap<DateKey, Vec<Arc<DataFile>>> = HashMap::new();
        for (path, file) in &now.cloudtrail.files {
            let date = file.partition.as_deref().and_then(layout::parse_date);
            let was_checked = staged.base.cloudtrail.files.contains_key(path) || logs.own.contains(path);
            if !was_checked && dates.contains(&date) {
                files.entry(date).or_default().push(file.clone());
            }
        }
        let mut keys: HashMap<DateKey, Vec<Keys>> = HashMap::new();
        for (date, files) in files {
            let sets = self.keys_of(files).await?.into_iter().map(|(_, keys)| keys);
            keys.insert(date, sets.collect());
        }
        let is_settled = |row: &ObjectRow| settled.contains(&row.key());
        let dropped = match keys.is_empty() {
            true => staged.drop_known(is_settled, &keys)?,
            false => busy(|| staged.drop_known(is_settled, &keys))?,
        };
        staged.base = now;
        Ok(dropped)
    }

    /// Step 3: everything the commit will name, on disk before it.
    async fn put_files(&self, staged: &Staged) -> Result<Put> {
        let at = Timestamp::now();
        let number = staged.number;
        // Boxed: of a closure's own futures the compiler can't tell that they may move to a thread.
        let mut dates: Vec<BoxFuture<'_, Result<Add>>> = Vec::new();
        for (date, rows) in &staged.partitions {
            dates.push(self.put_date(*date, rows, number).boxed());
        }
        let cloudtrail = stream::iter(dates).buffered(PUTS).try_collect().await?;
        let mut objects = Vec::new();
        for (month, rows) in staged.months() {
            let batch = objects::to_batch(&rows, number, staged.now)?;
            let file = Format::of(Table::Objects).write(&[batch])?;
            let path = Table::Objects.new_file(month, number);
            objects.push(self.put_file(Table::Objects, path, month.map(str::to_owned), &file).await?);
        }
        let letters: Vec<_> = staged
            .letters
            .iter()
            .filter_map(|(object, letter)| Some((staged.objects[*object].as_ref()?.uri.as_str(), letter)))
            .collect();
        let mut dead = Vec::new();
        if !letters.is_empty() {
            let file = dead_letters::to_file(&letters, number, staged.now)?;
            let path = Table::DeadLetters.new_file(None, number);
            dead.push(self.put_file(Table::DeadLetters, path, None, &file).await?);
        }
        Ok(Put { at, cloudtrail, objects, dead_letters: dead })
    }

    /// Puts the rows of one date and their keys.
    async fn put_date(&self, date: DateKey, rows: &StagedFile, number: i64) -> Result<Add> {
        let date = date.map(layout::date_text);
        let path = Table::Cloudtrail.new_file(date.as_deref(), number);
        let keys = rows.origins.iter().map(|origin| origin.key).collect();
        let hashes = layout::hashes_of(&path);
        let (_, file) = tokio::try_join!(
            files::put(&self.lake, &hashes, hashes::write(keys)),
            self.put_file(Table::Cloudtrail, path.clone(), date, &rows.file),
        )?;
        Ok(file)
    }

    async fn put_file(
        &self,
        table: Table,
        path: String,
        partition: Option<String>,
        file: &ParquetFile,
    ) -> Result<Add> {
        files::put(&self.lake, &table.path(&path), file.bytes.clone()).await?;
        let file = DataFile {
            path,
            size: file.bytes.len() as u64,
            partition,
            modified: Timestamp::now().as_millisecond(),
            stats: Some(file.stats.clone()),
        };
        Ok(file.add(table, true))
    }
}

/// Files that are written and wait for their commit.
#[derive(Debug)]
struct Put {
    /// By the clock on the wall, as vacuum has it: others stand still while a machine sleeps.
    at: Timestamp,
    cloudtrail: Vec<Add>,
    objects: Vec<Add>,
    dead_letters: Vec<Add>,
}

impl Put {
    /// Whether vacuum lets the files be for long enough. After a clock was set back nobody knows.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (SignedDuration::ZERO..STALE_AFTER).contains(&now.duration_since(self.at))
    }

    /// Step 4's entry.
    fn entry(&self, number: i64) -> Result<Entry> {
        let info = HashMap::from([
            (OBJECTS_FILES.to_owned(), serde_json::to_value(&self.objects)?),
            (DEAD_LETTERS_FILES.to_owned(), serde_json::to_value(&self.dead_letters)?),
        ]);
        let letters = !self.dead_letters.is_empty();
        Ok(Entry { add: self.cloudtrail.clone(), remove: Vec::new(), batch: Some(number), letters, info })
    }
}

/// The files of some dates whose keys are to be loaded: what the batch's snapshot has of them and nobody has read.
///
/// Looked for once a batch: an earlier one may have loaded a date from an older snapshot, and what this one's
/// has beyond it is not looked at again at its commit.
fn missing_files(
    batch: &mut Batch,
    dates: &BTreeSet<DateKey>,
    known: &Known,
) -> Vec<(DateKey, Vec<Arc<DataFile>>)> {
    if batch.losses != known.losses() {
        batch.losses = known.losses();
        batch.loaded.clear();
    }
    let mut missing = Vec::new();
    for date in dates {
        if batch.loaded.contains(date) {
            continue;
        }
        let value = date.map(layout::date_text);
        let of_date = batch.base.cloudtrail.files.values().filter(|file| file.partition == value);
        let files: Vec<_> = of_date.filter(|file| !known.has_file(*date, &file.path)).cloned().collect();
        if files.is_empty() {
            batch.loaded.insert(*date);
        } else {
            missing.push((*date, files));
        }
    }
    missing
}

/// Runs what takes long, beside whatever else this thread has to do; a runtime of one thread has no other. Not for
/// what every commit does: another thread takes over this one's place, and this one's memory is of no use to it.
pub(super) fn busy<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::CurrentThread => work(),
        _ => tokio::task::block_in_place(work),
    }
}

fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_vacuum_may_soon_take_are_written_again() {
        let at = Timestamp::now();
        let put = Put { at, cloudtrail: Vec::new(), objects: Vec::new(), dead_letters: Vec::new() };
        assert!(put.is_fresh(at) && put.is_fresh(at + SignedDuration::from_hours(11)));
        assert!(!put.is_fresh(at + STALE_AFTER));
        assert!(!put.is_fresh(at - SignedDuration::from_secs(1)));
    }
}
