//! `trailhound ingest`: from sources into the lake.

use std::num::NonZeroUsize;

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

use super::app::App;
use super::{Exit, args};
use crate::ingest::{self, Options};
use crate::lake::MAX_ROWS;
use crate::source::Filter;

pub(super) async fn run(args: &args::Ingest, app: &App) -> Result<Exit> {
    let jobs = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs as usize)).unwrap_or(ingest::DEFAULT_JOBS);
    let options = Options {
        filter: Filter {
            span: app.span(&args.range)?,
            accounts: args.accounts.clone(),
            regions: args.regions.clone(),
        },
        jobs,
        retry_quarantined: args.retry_quarantined,
        commit_every: args.commit_every.map_or(MAX_ROWS, |records| records as usize),
    };
    let sources = app.sources(&args.sources).await?;
    let summary = match args.dry_run {
        true => ingest::dry_run(app.lake_if_any().await?.as_ref(), &sources, &options).await?,
        false => {
            let lake = app.lake(true).await?;
            let progress = app.spinner("ingesting");
            let summary = ingest::run(&lake, &sources, &options, &progress, interrupted()).await;
            progress.finish();
            summary?
        }
    };
    if summary.objects.listed == 0 {
        tracing::warn!(
            "no objects at {}: is the prefix right, and does --since leave any?",
            args.sources.join(", ")
        );
    }
    app.report(args.reporting.format, &summary, &summary)?;
    Ok(match summary.is_incomplete() {
        _ if summary.interrupted => Exit::Failed,
        true => Exit::Incomplete,
        false => Exit::Done,
    })
}

/// Done when somebody presses Ctrl-C or the system asks to end; asked again, the process ends at once.
async fn interrupted() {
    if asked().await.is_err() {
        // Without a handler there is no asking to stop.
        std::future::pending::<()>().await;
    }
    eprintln!(
        "stopping: what was read is being committed; Ctrl-C again ends at once, and loses nothing either"
    );
    tokio::spawn(async {
        if asked().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
}

async fn asked() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        _ = terminate.recv() => Ok(()),
    }
}

/// What a shell says of a process that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;
