//! `trailhound hunts`: the queries that come with the binary.

use std::fmt::Write;

use anyhow::{Result, bail};
use serde_json::json;

use super::Exit;
use super::app::{App, print};
use super::args::{self, ReportFormat};
use crate::query::{HUNTS, Hunt};

pub(super) fn run(args: &args::Hunts, app: &App) -> Result<Exit> {
    if let Some(wanted) = &args.name {
        let Some((_, text)) = HUNTS.iter().find(|(name, _)| name == wanted) else {
            bail!("no hunt is called `{wanted}`; `trailhound hunts` lists them");
        };
        print(text)?;
        return Ok(Exit::Done);
    }
    let mut hunts = Vec::with_capacity(HUNTS.len());
    for (_, text) in HUNTS {
        hunts.push(Hunt::parse(text)?);
    }
    match args.reporting.format {
        ReportFormat::Text => print(&listed(&hunts))?,
        ReportFormat::Json => {
            let json: Vec<_> = hunts.iter().map(|hunt| {
                let params: Vec<_> = hunt.params.iter().map(|(name, param)| {
                    json!({"name": name, "required": param.required, "description": param.description})
                }).collect();
                json!({"id": hunt.id, "title": hunt.title, "description": hunt.description, "params": params})
            }).collect();
            app.report(ReportFormat::Json, &"", &json)?;
        }
    }
    Ok(Exit::Done)
}

fn listed(hunts: &[Hunt]) -> String {
    let mut out = String::new();
    for hunt in hunts {
        let params = hunt.params.iter().map(|(name, param)| match param.required {
            true => format!(" --param {name}=…"),
            false => format!(" [--param {name}=…]"),
        });
        _ = writeln!(out, "{:<32}{}{}", hunt.id, hunt.title, params.collect::<String>());
    }
    out.push_str("\nrun one:  trailhound query -f NAME --param name=value [--since 30d]\n");
    out
}
