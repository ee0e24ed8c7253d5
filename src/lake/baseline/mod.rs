//! The `baseline` table: what each principal usually does, by day.
//!
//! A row says how often, and when first and last, a value of an [`Attribute`] was seen of a principal in an account on a
//! day. The table follows `cloudtrail` by its batches: what came in since the batch it stands at is counted and added, in
//! one commit that names the new batch, so that no row counts twice whatever crashes or runs at the same time. Rows add
//! up: of one key there may be several, which whoever reads it sums.
//!
//! It can be made anew from `cloudtrail` at any time. One that stands above `cloudtrail` is of a lake that was put back,
//! and is made anew.

mod client;
mod counter;
mod counting;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jiff::Timestamp;

use self::counter::Counter;
use self::counting::Counting;
use super::data_file::DataFile;
use super::format::{Format, GROUP_ROWS};
use super::layout::Table;
use super::log::{Committed, Entry, Snapshot, TableLog};
use super::writer::busy;
use super::{Lake, MAX_LOSSES, create, files};
use crate::event::timestamp_type;

pub(crate) use self::counter::Counter as BaselineCounter;

/// Small files that a month has before they are merged: a schedule of five minutes leaves hundreds a day.
const MERGE_AT: usize = 8;

/// A file with more rows is not merged any more: so many of these are what a counter holds.
const SMALL_ROWS: u64 = 128 << 10;

/// Of a date as text, its month.
const MONTH_LEN: usize = "2026-01".len();

/// What of an event is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// A long-term access key. In its own account the principal is its user, or root.
    AccessKey,
    /// The program and system of the user agent, without versions: `aws-cli linux`. Not for calls by services.
    Client,
    /// An error code.
    Error,
    /// Service and event: `iam:CreateUser`. Not for calls by services.
    Event,
    /// The `/24` of the address, or `/48` of IPv6. Not for calls by services.
    Network,
    /// The region; every event has one, so these rows count all of them.
    Region,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::AccessKey, Self::Client, Self::Error, Self::Event, Self::Network, Self::Region];

    /// As the `attribute` column says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessKey => "access_key",
            Self::Client => "client",
            Self::Error => "error",
            Self::Event => "event",
            Self::Network => "network",
            Self::Region => "region",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attribute| attribute.name() == name)
    }
}

/// What following came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The batch that the table stands at now.
    pub batch: i64,
    /// Rows that were written.
    pub rows: u64,
}

/// The columns of the table's files.
pub(crate) fn file_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let time = |name: &str| Field::new(name, timestamp_type(), true);
        Arc::new(Schema::new(vec![
            Field::new("day", DataType::Date32, true),
            text("account_id"),
            text("principal"),
            text("attribute"),
            text("value"),
            Field::new("count", DataType::Int64, true),
            time("first_time"),
            time("last_time"),
            text("first_event_id"),
        ]))
    });
    SCHEMA.clone()
}

impl Lake {
    /// Brings the table up to what `cloudtrail` holds.
    ///
    /// # Errors
    /// When the lake can't be read or written; the table is as it was then.
    pub async fn follow_baseline(&self) -> Result<Followed> {
        let events = self.snapshot(Table::Cloudtrail).await?;
        let mut log = match self.find_log(Table::Baseline).await? {
            Some(log) => log,
            None => {
                create::create_table(self, Table::Baseline).await?;
                self.log(Table::Baseline).await?
            }
        };
        log.check_version()?;
        for _ in 0..MAX_LOSSES {
            let stands = log.snapshot().batch;
            if stands == events.batch {
                return Ok(Followed { batch: stands, rows: 0 });
            }
            let (entry, rows) = self.next_entry(&log, &events).await?;
            match log.commit(&entry).await? {
                Committed::Won(_) => {
                    log.checkpoint_if_due().await;
                    return Ok(Followed { batch: events.batch, rows });
                }
                // Somebody else has counted the same batches: what was written is nobody's, and vacuum takes it.
                Committed::Lost => log.refresh().await?,
            }
        }
        bail!("lost {MAX_LOSSES} commits in a row to other writers of {self}")
    }

    /// Forgets all that was counted; the next [`Self::follow_baseline`] counts anew.
    pub(crate) async fn reset_baseline(&self) -> Result<()> {
        let Some(mut log) = self.find_log(Table::Baseline).await? else { return Ok(()) };
        for _ in 0..MAX_LOSSES {
            let snapshot = log.snapshot().clone();
            if snapshot.batch == 0 {
                return Ok(());
            }
            let entry =
                Entry { remove: removals(snapshot.files.values()), batch: Some(0), ..Entry::default() };
            match log.commit(&entry).await? {
                Committed::Won(_) => return Ok(()),
                Committed::Lost => log.refresh().await?,
            }
        }
        bail!("lost {MAX_LOSSES} commits in a row to other writers of {self}")
    }

    /// What was counted of the events of a snapshot after batch `after`, which is in no file yet.
    ///
    /// # Errors
    /// When the lake can't be read.
    pub(crate) async fn counted_after(&self, events: &Snapshot, after: i64) -> Result<Vec<RecordBatch>> {
        let mut counting = Counting::new(self, events, after);
        let mut counted = Vec::new();
        while let Some(months) = counting.next().await? {
            counted.extend(months.into_values());
        }
        Ok(counted)
    }

    /// Counts what came in since, and writes it; what has to be committed, and its rows.
    async fn next_entry(&self, log: &TableLog, events: &Snapshot) -> Result<(Entry, u64)> {
        let stands = log.snapshot().clone();
        let is_put_back = stands.batch > events.batch;
        let after = if is_put_back { 0 } else { stands.batch };
        let mut entry = Entry { batch: Some(events.batch), ..Entry::default() };
        if is_put_back {
            entry.remove = removals(stands.files.values());
        }
        let mut merged = BTreeSet::new();
        let mut written = 0;
        let mut counting = Counting::new(self, events, after);
        while let Some(months) = counting.next().await? {
            for (month, mut rows) in months {
                if !is_put_back && merged.insert(month.clone()) {
                    let small = small_files(&stands, &month);
                    rows = self.with_files(rows, &small).await?;
                    entry.remove.extend(removals(small.iter()));
                }
                written += rows.num_rows() as u64;
                entry.add.push(
                    self.put_baseline(&month, &rows, stands.version + 1).await?.add(Table::Baseline, true),
                );
            }
        }
        Ok((entry, written))
    }

    /// Rows with those of files that they take the place of.
    async fn with_files(&self, rows: RecordBatch, small: &[Arc<DataFile>]) -> Result<RecordBatch> {
        if small.is_empty() {
            return Ok(rows);
        }
        let mut counter = Counter::default();
        counter.add(&rows)?;
        for file in small {
            for rows in files::read(self, Table::Baseline, &file.path, None).await? {
                busy(|| counter.add(&rows))?;
            }
        }
        Ok(counter.into_months()?.into_values().next().unwrap_or(rows))
    }

    async fn put_baseline(&self, month: &str, rows: &RecordBatch, version: u64) -> Result<DataFile> {
        let format = Format::of(Table::Baseline);
        let file = busy(|| {
            let starts = (0..rows.num_rows()).step_by(GROUP_ROWS);
            let groups = starts
                .map(|start| format.encode(&[rows.slice(start, GROUP_ROWS.min(rows.num_rows() - start))]));
            format.assemble(groups.collect::<Result<_>>()?)
        })?;
        let path = Table::Baseline.new_file(Some(month), i64::try_from(version)?);
        files::put(self, &Table::Baseline.path(&path), file.bytes.clone()).await?;
        Ok(DataFile {
            path,
            size: file.bytes.len() as u64,
            partition: Some(month.to_owned()),
            modified: Timestamp::now().as_millisecond(),
            stats: Some(file.stats),
        })
    }
}

fn removals<'f>(files: impl Iterator<Item = &'f Arc<DataFile>>) -> Vec<deltalake::kernel::Remove> {
    let now = Timestamp::now().as_millisecond();
    files.map(|file| file.remove(Table::Baseline, now)).collect()
}

/// The small files of a month, if there are so many that they are to be merged.
fn small_files(stands: &Snapshot, month: &str) -> Vec<Arc<DataFile>> {
    let of_month = stands.files.values().filter(|file| file.partition.as_deref() == Some(month));
    let small: Vec<_> =
        of_month.filter(|file| file.rows().is_some_and(|rows| rows < SMALL_ROWS)).cloned().collect();
    if small.len() + 1 < MERGE_AT { Vec::new() } else { small.into_iter().take(MERGE_AT).collect() }
}
