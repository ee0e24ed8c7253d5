//! `trailhound export`: CloudTrail JSON back out of the lake, equal to what went in.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Result;
use futures::StreamExt;

use super::Exit;
use super::app::{App, open_output};
use super::args::{self, Bounds, ExportFormat};
use super::signals::until_interrupted;
use crate::decode::Printer;
use crate::query::{QueryError, Session};

pub(super) async fn run(args: &args::Export, app: &App) -> Result<Exit> {
    let mut out = open_output(args.output.as_deref())?;
    let lake = app.lake(false).await?;
    let session = Session::over_lake(&lake, &app.limits(&Bounds::default())).await?.with_geoip(&app.geoip);
    let condition = args.condition.as_deref().unwrap_or("TRUE");
    let columns = Printer::columns().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    // In parentheses: the condition is one operand, whatever it says; `plan` allows one query only.
    let sql = format!("SELECT {columns} FROM cloudtrail WHERE ({condition}\n)");
    session.restrict(&app.span(&args.range)?).await?;
    until_interrupted(write(&session, &sql, args.format, out.as_mut())).await?;
    Ok(Exit::Done)
}

async fn write(
    session: &Session,
    sql: &str,
    format: ExportFormat,
    out: &mut (dyn Write + Send),
) -> Result<()> {
    let mut stream = session.run(session.prepare(sql, &BTreeMap::new()).await?).await?;
    let (before, between, after) = match format {
        ExportFormat::Ndjson => ("", "\n", "\n"),
        ExportFormat::Records => ("{\"Records\":[", ",", "]}\n"),
    };
    out.write_all(before.as_bytes())?;
    let mut text = String::new();
    let mut first = true;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(QueryError::of_running)?;
        let printer = Printer::new(&batch)?;
        text.clear();
        for row in 0..batch.num_rows() {
            if !std::mem::take(&mut first) {
                text.push_str(between);
            }
            printer.write(row, &mut text)?;
        }
        out.write_all(text.as_bytes())?;
    }
    if !first || format == ExportFormat::Records {
        out.write_all(after.as_bytes())?;
    }
    out.flush()?;
    Ok(())
}
