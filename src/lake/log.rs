//! The Delta log of one table: which files it has, and how a commit is added.
//!
//! `deltalake` replays the log once, checkpoints included. From there on we follow it entry by entry,
//! so that a refresh costs what was committed since and not what the table holds (the crate's own
//! commit costs O(active files): 55 ms at 10,000). A commit is one conditional PUT of the next entry.
//!
//! Limits: Delta reader 1 / writer 2; a log that asks for more is refused.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use deltalake::kernel::transaction::CommitData;
use deltalake::kernel::{Action, Add, Remove, Transaction};
use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore, get_actions};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableError};
use object_store::prefix::PrefixStore;
use object_store::{Error as StoreError, ObjectStore, ObjectStoreExt, PutMode};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::layout::{self, Table};
use crate::event::SCHEMA_VERSION;
use crate::pause::{self, Point};

/// The appId under which every ingester numbers its batches.
pub(crate) const INGEST_APP: &str = "trailhound-ingest";

/// The key of the commit info that carries a commit's operation id.
pub(crate) const OPERATION_ID: &str = "trailhoundOperation";

/// The table property that says which columns the table was made with.
pub(crate) const SCHEMA_PROPERTY: &str = "trailhound.schemaVersion";

/// Every so many versions a log gets a checkpoint.
const CHECKPOINT_EVERY: u64 = 50;

/// Attempts to settle whether a commit whose answer was lost went through.
const SETTLE_ATTEMPTS: u32 = 6;

/// An active file of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFile {
    /// Its path, relative to the table.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// The value of the partition column, if the table has one and it is not NULL.
    pub partition: Option<String>,
    /// When it was written, in milliseconds since 1970.
    pub modified: i64,
    /// Delta's statistics, as JSON: `numRecords`, `minValues`, `maxValues`, `nullCount`.
    pub stats: Option<String>,
}

impl DataFile {
    /// The statistics, parsed; `Null` when there are none.
    pub fn statistics(&self) -> Value {
        let parsed = self.stats.as_deref().and_then(|stats| serde_json::from_str(stats).ok());
        parsed.unwrap_or(Value::Null)
    }

    /// Rows in it, by its statistics.
    pub fn rows(&self) -> Option<u64> {
        self.statistics()["numRecords"].as_u64()
    }

    /// The action that adds it to `table`.
    pub(crate) fn add(&self, table: Table, data_change: bool) -> Add {
        Add {
            path: self.path.clone(),
            partition_values: self.partition_values(table),
            size: i64::try_from(self.size).unwrap_or(i64::MAX),
            modification_time: self.modified,
            data_change,
            stats: self.stats.clone(),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        }
    }

    /// The action that takes it out of `table`, its rows being in other files now.
    pub(crate) fn remove(&self, table: Table, now: i64) -> Remove {
        Remove {
            path: self.path.clone(),
            data_change: false,
            deletion_timestamp: Some(now),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition_values(table)),
            size: i64::try_from(self.size).ok(),
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
        }
    }

    fn partition_values(&self, table: Table) -> HashMap<String, Option<String>> {
        let column = table.partition_column().into_iter();
        column.map(|column| (column.to_owned(), self.partition.clone())).collect()
    }

    fn of_add(add: Add) -> Self {
        Self {
            path: add.path,
            size: u64::try_from(add.size).unwrap_or(0),
            partition: add.partition_values.into_values().next().flatten(),
            modified: add.modification_time,
            stats: add.stats,
        }
    }
}

/// What a table holds at one version.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The version of the log.
    pub version: u64,
    /// The number of the last ingest batch; 0 before the first.
    pub batch: i64,
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
}

impl TableLog {
    /// Replays the log of `table`; `None` when the lake has no such table.
    pub(crate) async fn open(store: Arc<dyn ObjectStore>, table: Table) -> Result<Option<Self>> {
        let mut delta = DeltaTable::new(log_store(&store, table)?);
        match delta.load().await {
            Ok(()) => {}
            Err(DeltaTableError::NotATable(_)) => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!(
                        "the log of table `{}` can't be read; `trailhound lake doctor` says more",
                        table.name()
                    )
                });
            }
        }
        let snapshot = Arc::new(read_snapshot(&delta, table).await?);
        let schema_version = delta.snapshot()?.metadata().configuration().get(SCHEMA_PROPERTY).cloned();
        let checkpoint = last_checkpoint(&store, table).await;
        Ok(Some(Self { store, table, snapshot, schema_version, checkpoint }))
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
                "the lake has schema version {version} and this trailhound knows up to {SCHEMA_VERSION}: \
                 use the newer trailhound that made it"
            );
        }
        Ok(())
    }

    pub(crate) fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Follows the log to its end.
    pub(crate) async fn refresh(&mut self) -> Result<()> {
        while let Some(entry) = self.entry(self.snapshot.version + 1).await? {
            let version = self.snapshot.version + 1;
            let actions = get_actions(version, &entry)
                .with_context(|| format!("version {version} of table `{}`", self.table.name()))?;
            let snapshot = Arc::make_mut(&mut self.snapshot);
            for action in actions {
                apply(snapshot, action)?;
            }
            snapshot.version = version;
        }
        Ok(())
    }

    /// The bytes of an entry, if there is one.
    async fn entry(&self, version: u64) -> Result<Option<Bytes>> {
        let at = layout::log_entry(self.table, version);
        match self.store.get(&at).await {
            Ok(found) => Ok(Some(found.bytes().await.with_context(|| format!("reading {at}"))?)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("reading {at}")),
        }
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
            false => DeltaOperation::Optimize { predicate: None, target_size: 0 },
        };
        let mut info = entry.info.clone();
        info.insert(OPERATION_ID.to_owned(), operation.into());
        let batch = entry.batch.map(|number| Transaction::new(INGEST_APP, number));
        let data = CommitData::new(actions, kind, info, batch.into_iter().collect());
        Ok(data.get_bytes()?)
    }

    /// Whether the entry of `version` is ours. A failed PUT may still have gone through, and a PUT
    /// that the HTTP client sent twice is refused because of its own first try: the entry tells.
    async fn put_entry(&self, version: u64, bytes: Bytes, operation: &str) -> Result<bool> {
        let at = layout::log_entry(self.table, version);
        let mut last_error = None;
        for attempt in 0..SETTLE_ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(50 << attempt)).await;
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
        deltalake::protocol::checkpoints::create_checkpoint(&delta, None).await?;
        self.checkpoint = self.snapshot.version;
        pause::at(Point::Checkpoint, self.table.name());
        Ok(())
    }
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
    Ok(Snapshot { version: state.version(), batch, files })
}

fn apply(snapshot: &mut Snapshot, action: Action) -> Result<()> {
    match action {
        Action::Add(add) => {
            let file = DataFile::of_add(add);
            snapshot.files.insert(file.path.clone(), Arc::new(file));
        }
        Action::Remove(remove) => {
            snapshot.files.remove(&remove.path);
        }
        Action::Txn(txn) if txn.app_id == INGEST_APP => snapshot.batch = txn.version,
        Action::Protocol(protocol)
            if protocol.min_reader_version() > 1 || protocol.min_writer_version() > 2 =>
        {
            bail!("the table was upgraded to a Delta protocol that this version does not write");
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
