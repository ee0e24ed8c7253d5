//! Who acts: the real writer, `optimize`, `vacuum` and a reader, each at a gate of its own.
//!
//! An object's URI says what is in it: a capital letter for each event, `!` for a stretch that can't be
//! decoded, and after a dot what tells it from others with the same content.

use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::gate::Gate;
use super::request::NIGHT_PASSES;
use super::store::{Actor, Mode, SEED, World};
use super::truth;
use crate::decode::{Chunk, DeadLetter, Decoder, Members, Options};
use crate::lake::logs::Logs;
use crate::lake::objects::{ObjectRow, State};
use crate::lake::{Batch, Lake, Location, Table, Writer, files, vacuum};

/// What an actor does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// Opens the lake, which counts as one step, and commits batches of objects. The next is gathered
    /// before the one before is committed, as `ingest` does.
    Ingest(&'static [&'static [&'static str]]),
    /// The same, but what opening does is steps too, the making of tables included.
    OpenAndIngest(&'static [&'static [&'static str]]),
    Optimize,
    /// A night passes, if nobody is at work, and then it begins.
    Vacuum,
    /// Takes a snapshot, waits, and reads what it names.
    Read,
}

impl Role {
    /// The objects it brings in.
    pub(super) fn objects(self) -> impl Iterator<Item = &'static str> {
        let batches = match self {
            Self::Ingest(batches) | Self::OpenAndIngest(batches) => batches,
            Self::Optimize | Self::Vacuum | Self::Read => &[],
        };
        batches.iter().copied().flatten().copied()
    }
}

/// The lake as `actor` sees it.
pub(super) fn lake_of(world: &Arc<World>, actor: Actor) -> Lake {
    let gate = Gate { world: world.clone(), actor };
    Lake::over(Location::Folder("model".into()), Arc::new(gate))
}

/// Plays a role to its end.
pub(super) async fn play(world: Arc<World>, actor: Actor, role: Role, logs: Option<Arc<Logs>>) -> Result<()> {
    let lake = lake_of(&world, actor);
    let gate = Gate { world: world.clone(), actor };
    gate.pause(if matches!(role, Role::Vacuum) { NIGHT_PASSES } else { "begins" }).await?;
    if let Role::Ingest(batches) = role {
        let writer = open(lake, logs.as_deref()).await?;
        world.set_mode(actor, Mode::Gated);
        return ingest(&writer, batches).await;
    }
    world.set_mode(actor, Mode::Gated);
    match role {
        Role::Ingest(batches) | Role::OpenAndIngest(batches) => ingest(&lake.writer().await?, batches).await,
        Role::Optimize => lake.optimize(2).await.map(drop),
        Role::Vacuum => lake.vacuum(vacuum::KEEP, false, Timestamp::now()).await.map(drop),
        Role::Read => read(&lake, &gate).await,
    }
}

/// Brings objects in at once, by a writer of its own that waits for nobody.
pub(super) async fn bring(world: &Arc<World>, objects: &[&str], logs: Option<&Logs>) -> Result<()> {
    let writer = open(lake_of(world, SEED), logs).await?;
    ingest(&writer, &[objects]).await
}

/// A writer. Reading logs from their first entry on is most of what a run costs: if they were read
/// before it began, it is by following them that they come up to now.
async fn open(lake: Lake, logs: Option<&Logs>) -> Result<Writer> {
    match logs {
        Some(logs) => {
            let logs = logs.of_copy(&lake).await?;
            Writer::over(lake, logs).await
        }
        None => Writer::open(lake).await,
    }
}

async fn ingest(writer: &Writer, batches: &[&[&str]]) -> Result<()> {
    let mut open = None;
    for objects in batches {
        let next = gather(writer, objects).await?;
        if let Some(batch) = std::mem::replace(&mut open, next) {
            writer.commit(batch).await?;
        }
    }
    if let Some(batch) = open {
        writer.commit(batch).await?;
    }
    Ok(())
}

async fn gather(writer: &Writer, objects: &[&str]) -> Result<Option<Batch>> {
    let mut batch = None;
    for uri in objects {
        let row = object(uri);
        if writer.state_of(row.key(), row.month.as_deref()).await?.is_none() {
            let batch = batch.get_or_insert_with(|| writer.begin());
            writer.add(batch, row, chunks(uri), letters(uri)).await?;
        }
    }
    Ok(batch)
}

async fn read(lake: &Lake, gate: &Gate) -> Result<()> {
    let snapshot = lake.snapshot(Table::Cloudtrail).await?;
    gate.pause("reads").await?;
    let mut rows = Vec::new();
    for path in snapshot.files.keys() {
        let found = files::read(lake, Table::Cloudtrail, path, None).await;
        rows.extend(truth::rows_of(&found.with_context(|| format!("a reader's file {path}"))?)?);
    }
    truth::check_rows(&rows)?;
    Ok(())
}

fn object(uri: &str) -> ObjectRow {
    ObjectRow {
        uri: uri.to_owned(),
        etag: None,
        size: 1,
        state: State::Ingested,
        reason: None,
        records: 0,
        duplicates: 0,
        conflicting: 0,
        dead_letters: letters(uri).len() as u64,
        event_times: None,
        account_id: None,
        region: None,
        sha256: None,
        month: Some("2026-01".to_owned()),
    }
}

/// Its rows as the decoder makes them: A to M of one day, N to Z of the next.
fn chunks(uri: &str) -> Vec<Chunk> {
    let records = truth::events_of(uri).into_iter().map(|event| {
        let day = if event <= 'M' { 15 } else { 16 };
        serde_json::json!({
            "eventVersion": "1.11", "eventTime": format!("2026-01-{day}T10:00:00Z"),
            "eventName": event.to_string(), "eventID": event.to_string(),
        })
    });
    let text = serde_json::json!({ "Records": records.collect::<Vec<_>>() }).to_string();
    let mut chunks = Vec::new();
    let mut emit = |chunk: Chunk| -> Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    Decoder::new(Options { today: 20_473 }).decode(text.as_bytes(), Members::One, &mut emit).unwrap();
    chunks
}

fn letters(uri: &str) -> Vec<DeadLetter> {
    let letter = || DeadLetter { offset: 0, raw: b"?".to_vec(), reason: "no JSON".to_owned() };
    truth::has_letter(uri).then(letter).into_iter().collect()
}
