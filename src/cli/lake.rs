//! `trailhound lake info | optimize | vacuum | doctor`.

use std::fmt::Write;

use anyhow::Result;

use super::app::App;
use super::args::{self, LakeCommand};
use super::{Exit, terminal};
use crate::lake::{Diagnosis, Health, Info, Optimized, Vacuumed};

pub(super) async fn run(command: &LakeCommand, app: &App) -> Result<Exit> {
    match command {
        LakeCommand::Info(args) => info(args, app).await,
        LakeCommand::Optimize(args) => optimize(args, app).await,
        LakeCommand::Vacuum(args) => vacuum(args, app).await,
        LakeCommand::Doctor(args) => doctor(args, app).await,
    }
}

async fn info(args: &args::LakeInfo, app: &App) -> Result<Exit> {
    let info = app.lake(false).await?.info().await?;
    app.report(args.reporting.format, &info_text(&info), &info)?;
    Ok(Exit::Done)
}

fn info_text(info: &Info) -> String {
    let mut out = format!("{}  (schema {}, {} batches)\n", info.location, info.schema_version, info.batches);
    if let (Some(first), Some(last)) = (&info.first_event_time, &info.last_event_time) {
        _ = writeln!(out, "events from {first} to {last}, on {} dates", info.dates);
    }
    _ = writeln!(out, "\n{:<14}{:>14}{:>8}{:>14}", "table", "rows", "files", "bytes");
    for table in &info.tables {
        _ = writeln!(out, "{:<14}{:>14}{:>8}{:>14}", table.table, table.rows, table.files, table.bytes);
    }
    if !info.objects.is_empty() {
        let states = info.objects.iter().map(|(state, count)| format!("{count} {state}"));
        _ = writeln!(out, "\nobjects: {}", states.collect::<Vec<_>>().join(", "));
    }
    out
}

async fn optimize(args: &args::Optimize, app: &App) -> Result<Exit> {
    let lake = app.lake(false).await?;
    let progress = app.spinner("optimizing");
    if let Err(error) = lake.follow_baseline().await {
        tracing::warn!("the baseline could not be counted: {error:#}");
    }
    let done = lake.optimize(1).await;
    progress.finish();
    let done = done?;
    app.report(args.reporting.format, &optimize_text(&done), &done)?;
    Ok(Exit::Done)
}

fn optimize_text(done: &Optimized) -> String {
    if done.removed == 0 {
        return "nothing to do: no small files\n".to_owned();
    }
    format!(
        "{} files became {}, {} bytes became {}; `lake vacuum` deletes the old ones after a day\n",
        done.removed, done.added, done.bytes_before, done.bytes_after
    )
}

async fn vacuum(args: &args::Vacuum, app: &App) -> Result<Exit> {
    let done = app.lake(false).await?.vacuum(args.older_than.try_into()?, args.dry_run, app.now).await?;
    app.report(args.reporting.format, &vacuum_text(&done), &done)?;
    Ok(Exit::Done)
}

fn vacuum_text(done: &Vacuumed) -> String {
    let would = if done.dry_run { "would be" } else { "were" };
    format!("{} files ({} bytes) that nothing names {would} deleted\n", done.files, done.bytes)
}

async fn doctor(args: &args::Doctor, app: &App) -> Result<Exit> {
    let found = app.lake(false).await?.doctor(args.repair, args.deep).await?;
    app.report(args.reporting.format, &doctor_text(&found), &found)?;
    Ok(match found.health() {
        Health::Good | Health::Mended => Exit::Done,
        Health::Poor => Exit::Incomplete,
        Health::Bad => Exit::Failed,
    })
}

fn doctor_text(found: &Diagnosis) -> String {
    let mut out = String::new();
    for check in &found.checks {
        let mark = match check.health {
            Health::Good => "ok",
            Health::Mended => "mended",
            Health::Poor => "poor",
            Health::Bad => "BAD",
        };
        _ = writeln!(out, "{mark:<8}{:<22}{}", check.name, terminal::escape(&check.message));
    }
    out
}
