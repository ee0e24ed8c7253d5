//! `trailhound query`: one statement over the lake or over raw logs.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;

use super::app::{App, open_output};
use super::args::{self, Assignment, Bounds, Range, Raw, TableFile};
use super::signals::until_interrupted;
use super::{Exit, terminal};
use crate::ingest::{self, raw_rows};
use crate::query::output::{self, Format};
use crate::query::{self, HUNTS, Hunt, Literal, Session};
use crate::timespan::Timespan;

pub(super) async fn run(args: &args::Query, app: &App) -> Result<Exit> {
    let started = Instant::now();
    let statement = Statement::read(args)?;
    let span = app.span(&args.range)?;
    let session = session(&args.raw, &args.range, &args.tables, &args.bounds, app).await?;
    let params = statement.params(&args.params, &span)?;
    if !statement.uses_span()? && span != Timespan::ALL {
        session.restrict(&span).await?;
    }
    let format = format(args);
    let to_terminal = args.output.is_none() && terminal::is_stdout();
    ensure!(
        !(to_terminal && format.is_binary()),
        "{} is not for terminals; write it to a file with -o",
        format.name()
    );
    let width = to_terminal.then(terminal::width).flatten();
    let summary = until_interrupted(async {
        let mut frame = session.prepare(statement.sql(), &params).await?;
        if let Some(limit) = args.limit {
            frame = frame.limit(0, Some(usize::try_from(limit)?))?;
        }
        let mut out = open_output(args.output.as_deref())?;
        let stream = session.run(frame).await?;
        Ok(output::write(stream, format, out.as_mut(), output::Options { width }).await?)
    })
    .await?;
    if format == Format::Table && !app.global.quiet {
        let cut = match summary.cut_cells {
            0 => String::new(),
            cells => format!(", {cells} long cells cut (--format csv or json shows all)"),
        };
        let rows = if summary.rows == 1 { "row" } else { "rows" };
        eprintln!("{} {rows} in {:.2} s{cut}", summary.rows, started.elapsed().as_secs_f64());
    }
    Ok(Exit::Done)
}

/// A session over the lake, or over the sources of `--from`, with the tables of the configuration and
/// of the command line.
pub(super) async fn session(
    raw: &Raw,
    range: &Range,
    tables: &[TableFile],
    bounds: &Bounds,
    app: &App,
) -> Result<Session> {
    let limits = app.limits(bounds);
    let session = match raw.sources.is_empty() {
        true => Session::over_lake(&app.lake(false).await?, &limits).await?,
        false => {
            let sources = app.sources(&raw.sources).await?;
            let options = ingest::Options { filter: app.filter(range)?, ..ingest::Options::default() };
            Session::over_raw(Arc::new(move || raw_rows(&sources, &options)), &limits)?
        }
    };
    let session = session.with_geoip(&app.geoip);
    for (name, path) in &app.config.tables {
        session.register_file(name, path).await?;
    }
    for table in tables {
        session.register_file(&table.name, &table.path).await?;
    }
    Ok(session)
}

/// What is to be run.
enum Statement {
    Plain(String),
    Hunt(Box<Hunt>),
}

impl Statement {
    fn read(args: &args::Query) -> Result<Self> {
        let text = match (&args.sql, &args.file) {
            (Some(sql), _) => sql.clone(),
            (None, Some(file)) => file_or_hunt(file)?,
            (None, None) => bail!("give a statement, or a file with -f"),
        };
        match text.trim_start().starts_with("/*---") {
            true => Ok(Self::Hunt(Box::new(Hunt::parse(&text)?))),
            false => Ok(Self::Plain(text)),
        }
    }

    fn sql(&self) -> &str {
        match self {
            Self::Plain(sql) => sql,
            Self::Hunt(hunt) => &hunt.sql,
        }
    }

    /// Whether it says by itself what `--since` and `--until` apply to.
    fn uses_span(&self) -> Result<bool> {
        let used = query::parameters(self.sql())?;
        Ok(used.contains("since") || used.contains("until"))
    }

    fn params(&self, given: &[Assignment], span: &Timespan) -> Result<BTreeMap<String, Literal>> {
        // Wide enough for every event, and still years that all functions can print.
        let since = span.since.unwrap_or(Timestamp::constant(0, 0));
        let until = span.until.unwrap_or(Timestamp::constant(4_102_444_800, 0));
        let sql = match self {
            Self::Hunt(hunt) => {
                let given: Vec<_> =
                    given.iter().map(|pair| format!("{}={}", pair.name, pair.value)).collect();
                return Ok(hunt.bind(&given, since, until)?);
            }
            Self::Plain(sql) => sql,
        };
        let used = query::parameters(sql)?;
        let mut params = BTreeMap::new();
        for (name, time) in [("since", since), ("until", until)] {
            if used.contains(name) {
                params.insert(name.to_owned(), Literal::Time(time));
            }
        }
        for pair in given {
            params.insert(pair.name.clone(), guess(&pair.value));
        }
        Ok(params)
    }
}

/// A value whose type nobody has declared.
fn guess(value: &str) -> Literal {
    match (value.parse(), value) {
        (Ok(number), _) => Literal::Int(number),
        (_, "true") => Literal::Bool(true),
        (_, "false") => Literal::Bool(false),
        _ => Literal::Text(value.to_owned()),
    }
}

/// The file at `path`, or the shipped hunt of that name.
fn file_or_hunt(path: &Path) -> Result<String> {
    let read = std::fs::read_to_string(path);
    let hunt = HUNTS.iter().find(|(name, _)| path.as_os_str() == *name);
    match (read, hunt) {
        (Err(error), Some((_, text))) if error.kind() == ErrorKind::NotFound => Ok((*text).to_owned()),
        (read, _) => read.with_context(|| {
            format!("can't read {}, and no hunt has that name; `trailhound hunts` lists them", path.display())
        }),
    }
}

/// `--format`, or what the output's name says, or a table.
fn format(args: &args::Query) -> Format {
    let extension = args.output.as_deref().and_then(Path::extension).and_then(|text| text.to_str());
    args.format.or_else(|| extension?.parse().ok()).unwrap_or(Format::Table)
}
