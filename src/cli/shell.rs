//! `trailhound shell`: statements one after another, with history.
//!
//! A statement ends with `;` and may have several lines. Ctrl-C stops the statement that runs, Ctrl-D
//! ends the shell. With standard input that is no terminal it reads statements from there.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::app::{App, open_output};
use super::args::{self, Range};
use super::query::session;
use super::signals::until_interrupted;
use super::{Exit, terminal};
use crate::query::Session;
use crate::query::output::{self, Format};

const HELP: &str = "\
Statements end with `;`. Tables: cloudtrail, objects, dead_letters, findings, cloudtrail_logs (Athena's names).
\\d         the tables          \\d NAME    the columns of one
\\h         this help           \\q         leave (or Ctrl-D)
";

pub(super) async fn run(args: &args::Shell, app: &App) -> Result<Exit> {
    let session = session(&args.raw, &Range::default(), &args.tables, &args.bounds, app).await?;
    if !std::io::stdin().is_terminal() {
        return piped(&session, app).await;
    }
    eprintln!("trailhound {}: `;` ends a statement, \\h helps", env!("CARGO_PKG_VERSION"));
    let mut editor = DefaultEditor::new()?;
    let history = history();
    if let Some(path) = &history {
        // The first time there is none.
        drop(editor.load_history(path));
    }
    let mut text = String::new();
    loop {
        let prompt = if text.is_empty() { "> " } else { "… " };
        match editor.readline(prompt) {
            Ok(line) => text.push_str(&line),
            Err(ReadlineError::Interrupted) => {
                text.clear();
                continue;
            }
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(error.into()),
        }
        if !is_whole(&text) {
            text.push('\n');
            continue;
        }
        let statement = std::mem::take(&mut text);
        let statement = statement.trim();
        if statement.is_empty() {
            continue;
        }
        drop(editor.add_history_entry(statement));
        if let Some(path) = &history {
            // At once: what ends this process may leave no time. Without a home there is no history, which
            // is no failure.
            drop(editor.save_history(path));
        }
        if matches!(statement, "\\q" | "exit" | "quit") {
            break;
        }
        if let Err(error) = one(&session, statement, app).await {
            eprintln!("{}", terminal::escape(&format!("{error:#}")));
        }
    }
    Ok(Exit::Done)
}

/// Statements from a pipe; the first that fails ends it.
async fn piped(session: &Session, app: &App) -> Result<Exit> {
    let mut text = String::new();
    for line in std::io::stdin().lock().lines() {
        text.push_str(&line?);
        text.push('\n');
        if is_whole(&text) {
            one(session, std::mem::take(&mut text).trim(), app).await?;
        }
    }
    if !text.trim().is_empty() {
        one(session, text.trim(), app).await?;
    }
    Ok(Exit::Done)
}

fn is_whole(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.ends_with(';') || text.starts_with('\\') || matches!(text, "exit" | "quit")
}

async fn one(session: &Session, statement: &str, app: &App) -> Result<()> {
    let statement = statement.trim_end_matches(';').trim();
    let sql = match statement.split_once(char::is_whitespace).unwrap_or((statement, "")) {
        ("", _) => return Ok(()),
        ("\\h" | "\\?", _) => {
            eprint!("{HELP}");
            return Ok(());
        }
        ("\\d", "") => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
                .to_owned()
        }
        ("\\d", table) => format!("DESCRIBE {}", table.trim()),
        _ => statement.to_owned(),
    };
    let started = Instant::now();
    let width = terminal::is_stdout().then(terminal::width).flatten();
    let mut out = open_output(None)?;
    let summary = until_interrupted(async {
        // What another process has ingested since the last statement is seen by this one.
        session.refresh().await?;
        let frame = session.prepare(&sql, &Default::default()).await?;
        let stream = session.run(frame).await?;
        Ok(output::write(stream, Format::Table, out.as_mut(), output::Options { width }).await?)
    })
    .await?;
    if !app.global.quiet {
        eprintln!("{} rows in {:.2} s", summary.rows, started.elapsed().as_secs_f64());
    }
    Ok(())
}

/// Where the history is kept: beside the other state of the user's programs.
fn history() -> Option<PathBuf> {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    let folder = state.join("trailhound");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
