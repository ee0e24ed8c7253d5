//! The Delta log of one table: which files it has, and how a commit is added.
//!
//! A log is followed entry by entry, so that a refresh costs what was committed since and not what the
//! table holds (the own commit of `deltalake` costs O(active files): 55 ms at 10,000). A log with a
//! checkpoint is first replayed by that crate; one without is followed from its first entry, several of
//! which are read at the same time. A commit is one conditional PUT of the next entry.
//!
//! Limits: Delta reader 1 / writer 2; a log that asks for more is refused.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use deltalake::DeltaTable;
use deltalake::kernel::transaction::CommitData;
use deltalake::kernel::{Action, Add, Remove, Transaction};
use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore, get_actions};
use deltalake::protocol::checkpoints::create_checkpoint;
use deltalake::protocol::{DeltaOperation, SaveMode};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::prefix::PrefixStore;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode};
use serde_json::Value;
use tokio::runtime::Handle;
use url::Url;
use uuid::Uuid;

pub(crate) use super::data_file::DataFile;
use super::layout::{self, LogFile, Table};
use super::log_folder::LogFolder;
use crate::event::SCHEMA_VERSION;
use crate::pause::{self, Point};
use crate::source::count_retry;

/// The appId under which every ingester numbers its batches.
pub(crate) const INGEST_APP: &str = "trailhound-ingest";

/// The appId under which a commit of `cloudtrail` notes that its batch has dead letters too.
const LETTERS_APP: &str = "trailhound-dead-letters";

/// The key of the commit info that carries a commit's operation id.
pub(crate) const OPERATION_ID: &str = "trailhoundOperation";

/// The table property that says which columns the table was made with.
pub(crate) const SCHEMA_PROPERTY: &str = "trailhound.schemaVersion";

/// Every so many versions a log gets a checkpoint.
const CHECKPOINT_EVERY: u64 = 50;

/// Entries of a log without a checkpoint that are read at the same time.
const READ_AT_ONCE: usize = 16;

/// A log that was last looked at longer ago is read anew: vacuum takes away entries after 7 days, and the
/// next one would then look as if it had never been.
const FOLLOWED_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Attempts to settle whether a commit whose answer was lost went through.
const SETTLE_ATTEMPTS: u32 = 6;

/// The first pause between them; each is twice as long as the one before.
const SETTLE_PAUSE: Duration =
    if cfg!(test) { Duration::from_micros(50) } else { Duration::from_millis(100) };

/// What a table holds at one version.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The version of the log.
    pub version: u64,
    /// The number of the last ingest batch; 0 before the first.
    pub batch: i64,
    /// Of `cloudtrail`: the last batch that had dead letters.
    pub(crate) letters: i64,
    /// By path.
    pub files: BTreeMap<String, Arc<DataFile>>,
}

/// How a commit ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Committed {
    /// It is version so and so.
    Won(u64),
    /// Somebody else's commit has the version it was made for.
    Lost,
}

/// One entry to be committed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) add: Vec<Add>,
    pub(crate) remove: Vec<Remove>,
    /// The ingest batch it is the commit of.
    pub(crate) batch: Option<i64>,
    /// Whether that batch has dead letters, which another table takes in.
    pub(crate) letters: bool,
    /// More members of its commit info.
    pub(crate) info: HashMap<String, Value>,
}

/// The log of one table of a lake.
#[derive(Debug)]
pub(crate) struct TableLog {
    store: Arc<dyn ObjectStore>,
    table: Table,
    snapshot: Arc<Snapshot>,
    schema_version: Option<String>,
    /// The version of the last checkpoint that this process knows of.
    checkpoint: u64,
    /// When it was last looked at.
    seen: Timestamp,
}

impl TableLog {
    /// Replays the log of `table`; `None` when the lake has no such table.
    pub(crate) async fn open(store: Arc<dyn ObjectStore>, table: Table) -> Result<Option<Self>> {
        let seen = Timestamp::now();
        let mut folder = LogFolder::read(&store, table).await?;
        if folder.is_empty {
            // Somebody may be making the tables, and what asks next already sees the last of them.
            folder = LogFolder::read(&store, table).await?;
        }
        if folder.is_empty {
            return Ok(None);
        }
        if folder.checkpoints.is_empty()
            && folder.gap().is_none()
            && let Some(log) = Self::follow(&store, table, folder.last().unwrap_or(0), seen).await?
        {
            return Ok(Some(log));
        }
        let mut delta = DeltaTable::new(log_store(&store, table)?);
        if let Err(error) = delta.load().await {
            let name = table.name();
            let gap = LogFolder::read(&store, table).await?.gap();
            let gap = gap.map(|version| LogFile::Entry(version).path(table));
            return Err(error).with_context(|| match gap {
                Some(gap) => format!(
                    "{gap} is missing, so the log of table `{name}` can't be read; restore the file from a \
                     backup, or see `trailhound lake doctor`"
                ),
                None => unreadable(table),
            });
        }
        let protocol = delta.snapshot()?.protocol();
        check_protocol(table, protocol.min_reader_version(), protocol.min_writer_version())?;
        let snapshot = Arc::new(read_snapshot(&delta, table).await?);
        let schema_version = delta.snapshot()?.metadata().configuration().get(SCHEMA_PROPERTY).cloned();
        let checkpoint = last_checkpoint(&store, table).await;
        Ok(Some(Self { store, table, snapshot, schema_version, checkpoint, seen }))
    }

    /// A log without a checkpoint, from its first entry to the one of version `last`; `None` when somebody has written a
    /// checkpoint meanwhile and taken entries away.
    async fn follow(
        store: &Arc<dyn ObjectStore>,
        table: Table,
        last: u64,
        seen: Timestamp,
    ) -> Result<Option<Self>> {
        let read = |version| async move { (version, entry(store, table, version).await) };
        let mut entries = futures::stream::iter(0..=last).map(read).buffered(READ_AT_ONCE);
        let (snapshot, schema_version) = (Arc::default(), None);
        let mut log = Self { store: store.clone(), table, snapshot, schema_version, checkpoint: 0, seen };
        while let Some((version, entry)) = entries.next().await {
            let Some(entry) = entry? else { return Ok(None) };
            log.take(version, &entry).with_context(|| unreadable(table))?;
        }
        Ok(Some(log))
    }

    /// The log of a copy of the table, read as far as this one.
    #[cfg(test)]
    pub(crate) fn over(&self, store: Arc<dyn ObjectStore>) -> Self {
        Self { store, snapshot: self.snapshot.clone(), schema_version: self.schema_version.clone(), ..*self }
    }

    /// Refuses a table of a later version, or one that is none of ours.
    pub(crate) fn check_version(&self) -> Result<()> {
        let name = self.table.name();
        let Some(text) = &self.schema_version else {
            bail!("the table `{name}` was not made by trailhound; choose another place with --lake");
        };
        let version: u32 =
            text.parse().with_context(|| format!("schema version `{text}` of table `{name}`"))?;
        if version > SCHEMA_VERSION {
            bail!(
                "table `{name}` has schema version {version} and trailhound {} knows up to {SCHEMA_VERSION}; \
                 install the newer trailhound that made the lake, or name another lake with --lake",
                env!("CARGO_PKG_VERSION"),
            );
        }
        Ok(())
    }

    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Follows the log to its end.
    pub(crate) async fn refresh(&mut self) -> Result<()> {
        let now = Timestamp::now();
        if now.duration_since(self.seen).abs() > FOLLOWED_FOR {
            let table = self.table;
            let anew = Self::open(self.store.clone(), table).await?;
            *self = anew.with_context(|| format!("the table `{}` is gone", table.name()))?;
            return Ok(());
        }
        while let Some(entry) = self.entry(self.snapshot.version + 1).await? {
            self.take(self.snapshot.version + 1, &entry)?;
        }
        self.seen = now;
        Ok(())
    }

    /// Moves to `version`, the next one, whose entry is given.
    fn take(&mut self, version: u64, entry: &Bytes) -> Result<()> {
        let actions = get_actions(version, entry)
            .with_context(|| format!("version {version} of table `{}`", self.table.name()))?;
        let snapshot = Arc::make_mut(&mut self.snapshot);
        for action in actions {
            if let Action::Metadata(metadata) = &action {
                self.schema_version = metadata.configuration().get(SCHEMA_PROPERTY).cloned();
            }
            apply(self.table, snapshot, action)?;
        }
        snapshot.version = version;
        Ok(())
    }

    /// The bytes of an entry, if there is one.
    async fn entry(&self, version: u64) -> Result<Option<Bytes>> {
        entry(&self.store, self.table, version).await
    }

    /// Commits `entry` as the version after the snapshot's, unless that is taken.
    ///
    /// An error says that it is unknown whether the commit went through: nothing may be deleted then.
    pub(crate) async fn commit(&mut self, entry: &Entry) -> Result<Committed> {
        let operation = Uuid::new_v4().to_string();
        let bytes = self.entry_bytes(entry, &operation)?;
        let version = self.snapshot.version + 1;
        let won = self.put_entry(version, bytes, &operation).await?;
        if !won {
            return Ok(Committed::Lost);
        }
        pause::at(self.point_of(entry), format_args!("{} {version}", self.table.name()));
        self.refresh().await?;
        Ok(Committed::Won(version))
    }

    /// The point that the commit of an entry passes.
    fn point_of(&self, entry: &Entry) -> Point {
        match self.table {
            Table::Baseline => Point::BaselineCommit,
            _ if !entry.remove.is_empty() => Point::OptimizeSwap,
            Table::Cloudtrail => Point::CloudtrailCommit,
            Table::DeadLetters => Point::DeadLettersCommit,
            Table::Objects => Point::ObjectsCommit,
            Table::Findings => Point::FindingsCommit,
        }
    }

    fn entry_bytes(&self, entry: &Entry, operation: &str) -> Result<Bytes> {
        let adds = entry.add.iter().cloned().map(Action::Add);
        let actions = adds.chain(entry.remove.iter().cloned().map(Action::Remove)).collect();
        let kind = match entry.remove.is_empty() {
            true => DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: self.table.partition_column().map(|column| vec![column.to_owned()]),
                predicate: None,
            },
            // A repair takes rows out; all else that removes files puts their rows elsewhere.
            false if entry.remove.iter().any(|remove| remove.data_change) => {
                DeltaOperation::Delete { predicate: None }
            }
            false => DeltaOperation::Optimize { predicate: None, target_size: 0 },
        };
        let mut info = entry.info.clone();
        info.insert(OPERATION_ID.to_owned(), operation.into());
        let apps = [Some(INGEST_APP), entry.letters.then_some(LETTERS_APP)];
        let numbered = |number| apps.into_iter().flatten().map(move |app| Transaction::new(app, number));
        let data = CommitData::new(actions, kind, info, entry.batch.into_iter().flat_map(numbered).collect());
        Ok(data.get_bytes()?)
    }

    /// Whether the entry of `version` is ours. A failed PUT may still have gone through, and a PUT
    /// that the HTTP client sent twice is refused because of its own first try: the entry tells.
    async fn put_entry(&self, version: u64, bytes: Bytes, operation: &str) -> Result<bool> {
        let at = layout::log_entry(self.table, version);
        let mut last_error = None;
        for attempt in 0..SETTLE_ATTEMPTS {
            if attempt > 0 {
                count_retry();
                tokio::time::sleep(SETTLE_PAUSE * (1 << (attempt - 1))).await;
            }
            match self.store.put_opts(&at, bytes.clone().into(), PutMode::Create.into()).await {
                Ok(_) => return Ok(true),
                Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => {}
                Err(error) => {
                    tracing::warn!(%at, %error, "a commit was not answered; looking whether it went through");
                    last_error = Some(error);
                    continue;
                }
            }
            match self.entry(version).await {
                Ok(Some(found)) => return Ok(operation_of(version, &found)?.as_deref() == Some(operation)),
                Ok(None) => {}
                Err(error) => tracing::warn!(%at, error = %format!("{error:#}"), "can't read a commit back"),
            }
        }
        match last_error {
            Some(error) => Err(error).with_context(|| format!("committing {at}")),
            None => bail!("the store says that {at} exists, but does not hand it out"),
        }
    }

    /// The commit info of ingest batch `number`, searched from the end of the log.
    pub(crate) async fn batch_info(&self, number: i64) -> Result<HashMap<String, Value>> {
        for version in (0..=self.snapshot.version).rev() {
            let Some(entry) = self.entry(version).await? else { break };
            let actions = get_actions(version, &entry)?;
            let is_it = |action: &Action| matches!(action, Action::Txn(txn) if txn.app_id == INGEST_APP && txn.version == number);
            if actions.iter().any(is_it) {
                let info = actions.into_iter().find_map(|action| match action {
                    Action::CommitInfo(info) => Some(info.info),
                    _ => None,
                });
                return info.with_context(|| format!("the commit of batch {number} has no commit info"));
            }
        }
        bail!("the commit of batch {number} is not in the log of table `{}`", self.table.name())
    }

    /// Writes a checkpoint when enough was committed since the last.
    pub(crate) async fn checkpoint_if_due(&mut self) {
        if self.snapshot.version < self.checkpoint + CHECKPOINT_EVERY {
            return;
        }
        if let Err(error) = self.checkpoint().await {
            // The log is whole without it; only opening the lake takes longer.
            tracing::warn!(error = %format!("{error:#}"), "no checkpoint was written");
        }
    }

    /// Writes a checkpoint, so that the next reader need not replay every entry.
    pub(crate) async fn checkpoint(&mut self) -> Result<()> {
        let mut delta = DeltaTable::new(log_store(&self.store, self.table)?);
        delta.load().await?;
        let runtime = Handle::current();
        // The crate waits for its writes on the thread it is called on.
        tokio::task::spawn_blocking(move || runtime.block_on(create_checkpoint(&delta, None))).await??;
        self.checkpoint = self.snapshot.version;
        pause::at(Point::Checkpoint, self.table.name());
        Ok(())
    }
}

async fn entry(store: &Arc<dyn ObjectStore>, table: Table, version: u64) -> Result<Option<Bytes>> {
    let at = layout::log_entry(table, version);
    match store.get(&at).await {
        Ok(found) => Ok(Some(found.bytes().await.with_context(|| format!("reading {at}"))?)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {at}")),
    }
}

fn unreadable(table: Table) -> String {
    format!(
        "the log of table `{}` can't be read; `trailhound lake doctor` says what can be done",
        table.name()
    )
}

/// The version that a log's pointer to its last checkpoint names; 0 when it has none. A wrong answer
/// costs a checkpoint too many or too few.
async fn last_checkpoint(store: &Arc<dyn ObjectStore>, table: Table) -> u64 {
    let at = table.path("_delta_log/_last_checkpoint");
    let Ok(found) = store.get(&at).await else { return 0 };
    let Ok(bytes) = found.bytes().await else { return 0 };
    let pointer: Option<Value> = serde_json::from_slice(&bytes).ok();
    pointer.and_then(|pointer| pointer["version"].as_u64()).unwrap_or(0)
}

/// The log of a table, as `deltalake` wants it: both stores are ours, the URL is a name within them.
pub(crate) fn log_store(store: &Arc<dyn ObjectStore>, table: Table) -> Result<LogStoreRef> {
    let location = Url::parse(&format!("memory:///{}/", table.name()))?;
    let prefixed = Arc::new(PrefixStore::new(store.clone(), table.root()));
    Ok(default_logstore(prefixed, store.clone(), &location, &StorageConfig::default()))
}

async fn read_snapshot(delta: &DeltaTable, table: Table) -> Result<Snapshot> {
    let state = delta.snapshot()?;
    let mut files = BTreeMap::new();
    for view in state.log_data().iter() {
        let partition = view.partition_values_map().into_values().next().flatten();
        let file = DataFile {
            path: view.path().into_owned(),
            size: u64::try_from(view.size()).unwrap_or(0),
            partition: partition.filter(|_| table.partition_column().is_some()),
            modified: view.modification_time(),
            stats: view.stats(),
        };
        files.insert(file.path.clone(), Arc::new(file));
    }
    let log = delta.log_store();
    let batch = state.transaction_version(log.as_ref(), INGEST_APP).await?.unwrap_or(0);
    let letters = state.transaction_version(log.as_ref(), LETTERS_APP).await?.unwrap_or(0);
    Ok(Snapshot { version: state.version(), batch, letters, files })
}

fn check_protocol(table: Table, reader: i32, writer: i32) -> Result<()> {
    ensure!(
        reader <= 1 && writer <= 2,
        "table `{}` asks for version {reader} of Delta's reader protocol and {writer} of its writer protocol, and \
         trailhound {} knows 1 and 2: another tool has upgraded it; use a newer trailhound, or name another \
         lake with --lake",
        table.name(),
        env!("CARGO_PKG_VERSION"),
    );
    Ok(())
}

fn apply(table: Table, snapshot: &mut Snapshot, action: Action) -> Result<()> {
    match action {
        Action::Add(add) => {
            let file = DataFile::of_add(add);
            snapshot.files.insert(file.path.clone(), Arc::new(file));
        }
        Action::Remove(remove) => {
            snapshot.files.remove(&remove.path);
        }
        Action::Txn(txn) if txn.app_id == INGEST_APP => snapshot.batch = txn.version,
        Action::Txn(txn) if txn.app_id == LETTERS_APP => snapshot.letters = txn.version,
        Action::Protocol(protocol) => {
            check_protocol(table, protocol.min_reader_version(), protocol.min_writer_version())?;
        }
        _ => {}
    }
    Ok(())
}

fn operation_of(version: u64, entry: &Bytes) -> Result<Option<String>> {
    let actions = get_actions(version, entry)?;
    Ok(actions.into_iter().find_map(|action| match action {
        Action::CommitInfo(info) => info.info.get(OPERATION_ID)?.as_str().map(str::to_owned),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;
    use crate::lake::{Lake, Location};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_log_that_was_cleaned_meanwhile_is_read_anew() {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let lake = Lake::over(Location::Folder("memory".into()), store.clone());
        lake.writer().await.unwrap();
        let mut asleep = lake.log(Table::Cloudtrail).await.unwrap();
        let mut other = lake.log(Table::Cloudtrail).await.unwrap();
        for _ in 0..3 {
            other.commit(&Entry::default()).await.unwrap();
        }
        other.checkpoint().await.unwrap();
        for version in 0..3 {
            store.delete(&layout::log_entry(Table::Cloudtrail, version)).await.unwrap();
        }
        asleep.seen -= SignedDuration::from_hours(8 * 24);
        asleep.refresh().await.unwrap();
        assert_eq!(asleep.snapshot().version, 3);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_log_that_is_followed_from_its_first_entry_is_what_deltalake_replays() {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let lake = Lake::over(Location::Folder("memory".into()), store.clone());
        let table = Table::Cloudtrail;
        lake.writer().await.unwrap();
        let mut log = lake.log(table).await.unwrap();
        let add = |name: &str| {
            let file = DataFile {
                path: format!("event_date=2026-01-15/{name}.parquet"),
                size: 7,
                partition: Some("2026-01-15".to_owned()),
                modified: 1,
                stats: Some(r#"{"numRecords":3}"#.to_owned()),
            };
            (file.add(table, true), file)
        };
        let ((one, gone), (two, _)) = (add("one"), add("two"));
        log.commit(&Entry { add: vec![one], batch: Some(1), letters: true, ..Entry::default() })
            .await
            .unwrap();
        log.commit(&Entry { add: vec![two], batch: Some(2), ..Entry::default() }).await.unwrap();
        log.commit(&Entry { remove: vec![gone.remove(table, 0)], ..Entry::default() }).await.unwrap();
        let mut delta = DeltaTable::new(log_store(&store, table).unwrap());
        delta.load().await.unwrap();
        let replayed = read_snapshot(&delta, table).await.unwrap();
        let followed = TableLog::open(store, table).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", followed.snapshot()), format!("{replayed:?}"));
        assert_eq!((replayed.batch, replayed.letters, replayed.files.len()), (2, 1, 1));
        followed.check_version().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_log_whose_first_entries_go_while_it_is_read_has_a_checkpoint_to_be_read_from() {
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let lake = Lake::over(Location::Folder("memory".into()), store.clone());
        let table = Table::Cloudtrail;
        lake.writer().await.unwrap();
        let mut log = lake.log(table).await.unwrap();
        let last = log.snapshot().version;
        let follow = || TableLog::follow(&store, table, last, Timestamp::now());
        assert!(follow().await.unwrap().is_some());
        log.checkpoint().await.unwrap();
        store.delete(&layout::log_entry(table, 0)).await.unwrap();
        assert!(follow().await.unwrap().is_none());
        let opened = TableLog::open(store.clone(), table).await.unwrap().unwrap();
        assert_eq!(opened.snapshot().version, last);
    }
}
