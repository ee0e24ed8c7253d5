//! `trailhound generate`: a synthetic trail, the same for the same seed.

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::app::App;
use super::{Exit, args};
use crate::generate::{self, Options, Summary};
use crate::timespan::When;

pub(super) fn run(args: &args::Generate, app: &App) -> Result<Exit> {
    let mut options = Options::new(args.events, args.seed, end(args.end, app.now)?);
    options.days = args.days;
    options.stories = args.stories.clone();
    let progress = app.bar("generating");
    let written = generate::run(&args.out, &options, &progress);
    progress.finish();
    let written = written?;
    app.report(args.reporting.format, &text(&written), &json(&written))?;
    Ok(Exit::Done)
}

/// Where a trail ends: today's midnight unless said otherwise, so that it is the same all day.
pub(super) fn end(end: Option<When>, now: Timestamp) -> Result<Timestamp> {
    match end {
        Some(end) => Ok(end.resolve(now)?),
        None => Ok(now.to_zoned(TimeZone::UTC).date().to_zoned(TimeZone::UTC)?.timestamp()),
    }
}

pub(super) fn text(written: &Summary) -> String {
    let mut out = format!(
        "{} events in {} objects ({} bytes, {} of JSON; {} records are duplicates)\n",
        written.events, written.objects, written.bytes_gz, written.bytes_json, written.duplicates
    );
    for story in &written.stories {
        out.push_str(&format!(
            "  {:<16}{} ({} events, {} to {})\n",
            story.name, story.description, story.events, story.first, story.last
        ));
    }
    let look_alikes = &written.look_alikes;
    if !look_alikes.is_empty() {
        let events: u64 = look_alikes.iter().map(|one| one.events).sum();
        out.push_str(&format!(
            "  and what only looks like the attacks of {} rules ({events} events)\n",
            look_alikes.len()
        ));
    }
    out
}

fn json(written: &Summary) -> serde_json::Value {
    let stories: Vec<_> = written
        .stories
        .iter()
        .map(|story| {
            json!({
                "name": story.name, "description": story.description, "principal": story.principal,
                "first": story.first.to_string(), "last": story.last.to_string(), "events": story.events,
            })
        })
        .collect();
    let look_alikes: Vec<_> = written
        .look_alikes
        .iter()
        .map(|one| {
            json!({
                "rule": one.rule, "description": one.description, "occasions": one.occasions, "events": one.events,
            })
        })
        .collect();
    json!({
        "objects": written.objects, "events": written.events, "duplicates": written.duplicates,
        "bytes": {"gz": written.bytes_gz, "json": written.bytes_json}, "stories": stories,
        "look_alikes": look_alikes,
    })
}
