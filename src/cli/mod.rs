//! The command line: what was typed, what it means, how it ends.
//!
//! `args` is what was typed and touches nothing; each command's own file carries it out. Results go
//! to stdout, everything else to stderr, and only [`main`] turns an error into text and exit code.

mod app;
pub mod args;
mod demo;
mod detect;
mod exit;
mod export;
mod generate;
mod hunts;
mod ingest;
mod lake;
mod query;
mod refusal;
mod rules;
mod shell;
mod signals;
mod terminal;

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use jiff::Timestamp;
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, ConfigError};
use crate::lake::LocationError;
use crate::query::output::OutputError;
use crate::query::{GeoDatabases, GeoError, QueryError};
use crate::source::{SourceError, chain_text};

use self::app::App;
use self::args::{Cli, Color, Command, Global};

pub use self::exit::Exit;
pub use self::terminal::{escape, use_color, width};

/// Runs the command line of this process.
pub fn main() -> Exit {
    run(std::env::args_os())
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    start_logging(&cli.global);
    match start(cli) {
        Ok(exit) => exit,
        Err(error) if is_broken_pipe(&error) => Exit::Done,
        Err(error) => {
            // A message may quote a field of a log or the name of an object.
            let message = terminal::escape_lines(&chain_text(error.as_ref()));
            let way_out = refusal::way_out(&message).map(|way| format!("; {way}")).unwrap_or_default();
            _ = writeln!(io::stderr(), "trailhound: {message}{way_out}");
            if is_slip(&error) { Exit::Usage } else { Exit::Failed }
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<Exit> {
    let config = Config::load(cli.global.config.as_deref())?;
    let geoip = Arc::new(GeoDatabases::of_files(&config.geoip));
    let app = App { global: cli.global, config, geoip, now: Timestamp::now() };
    let mut builder = Builder::new_multi_thread();
    builder.enable_all().thread_stack_size(WORKER_STACK).thread_keep_alive(IDLE);
    let runtime = builder.build()?;
    let done = runtime.block_on(dispatch(cli.command, &app));
    // A query that met a limit may still be computing where nothing can stop it, and fill memory meanwhile.
    let grace = if done.as_ref().is_err_and(is_limit) { Duration::ZERO } else { GRACE };
    runtime.shutdown_timeout(grace);
    done
}

/// Expressions are evaluated as deep as the optimizer has joined them: some thousands of levels within the
/// bounds of statements. Pages that are never touched cost nothing.
const WORKER_STACK: usize = 64 << 20;

/// How long a thread that reads and writes files stays without work. Memory that it had asked for and others let go
/// of is of use only to itself until it ends, and work goes round all of them: with tokio's ten seconds an ingest of
/// 20,000,000 events came to 2.7 GB instead of 0.8. To start one takes some 50 µs.
const IDLE: Duration = Duration::from_millis(10);

/// How long what still runs may take to end by itself.
const GRACE: Duration = Duration::from_millis(200);

async fn dispatch(command: Command, app: &App) -> anyhow::Result<Exit> {
    match command {
        Command::Ingest(args) => ingest::run(&args, app).await,
        Command::Query(args) => query::run(&args, app).await,
        Command::Shell(args) => shell::run(&args, app).await,
        Command::Hunts(args) => hunts::run(&args, app),
        Command::Detect(args) => detect::run(&args, app).await,
        Command::Rules(command) => rules::run(&command, app).await,
        Command::Export(args) => export::run(&args, app).await,
        Command::Lake(command) => lake::run(&command, app).await,
        Command::Generate(args) => generate::run(&args, app),
        Command::Demo(args) => demo::run(&args, app).await,
    }
}

/// Help and version are asked for and go to stdout; anything else is a slip.
fn refuse(error: &clap::Error) -> Exit {
    // With stderr or stdout gone there is nobody left to tell.
    _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Usage,
    }
}

/// Log lines on stderr: warnings, with `-v` what is done, `-vv` why; of ours only, unless `RUST_LOG`
/// says otherwise.
fn start_logging(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    // What a library calls an error is often none here: a log that is not there yet, a lost race.
    let libraries = if global.verbose > 1 { "warn" } else { "off" };
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new(format!("{libraries},trailhound={level}")));
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(use_color(global.color, &io::stderr()))
        .with_target(false);
    // A second run within one process keeps the first one's.
    _ = logging.try_init();
}

/// Whether what was typed or configured is at fault, and not what was found.
fn is_slip(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || error.is::<LocationError>()
        || error.is::<GeoError>()
        || of_query(error, |error| matches!(error, QueryError::Geo(_)))
        || matches!(error.downcast_ref(), Some(SourceError::Misnamed { .. }))
}

/// Whether a statement met a limit of memory, rows or time.
fn is_limit(error: &anyhow::Error) -> bool {
    of_query(error, |error| matches!(error, QueryError::Limit(_)))
}

/// Whether an error comes from one of a statement that is such.
fn of_query(error: &anyhow::Error, is_such: impl Fn(&QueryError) -> bool) -> bool {
    error.chain().any(|cause| {
        let of_output = || match cause.downcast_ref() {
            Some(OutputError::Query(error)) => Some(error),
            _ => None,
        };
        cause.downcast_ref().or_else(of_output).is_some_and(&is_such)
    })
}

/// `trailhound query … | head` is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// Whether to write colours to stdout.
pub fn color_stdout(wanted: Color) -> bool {
    use_color(wanted, &io::stdout())
}
