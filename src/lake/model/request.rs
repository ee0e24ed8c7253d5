//! What actors ask of the store and are told, and what is the same of it in all runs.

use std::fmt;

use object_store::path::Path;
use object_store::{Error, GetOptions, GetResult, ObjectMeta, PutPayload, PutResult, Result};

/// What an actor asks of the store, or of the clock.
#[derive(Debug, Clone)]
pub(super) enum Request {
    Put {
        at: Path,
        payload: PutPayload,
        create: bool,
    },
    Get {
        at: Path,
        options: GetOptions,
    },
    /// `replays`: to replay a log, which asks for what comes after a name.
    List {
        prefix: Path,
        replays: bool,
    },
    Delete {
        at: Path,
    },
    /// No request: a point at which others may come in between.
    Pause(&'static str),
}

/// The pause at which what has been written so far grows old, if nobody is at work.
pub(super) const NIGHT_PASSES: &str = "night";

/// What it is told.
#[derive(Debug)]
pub(super) enum Answer {
    Put(PutResult),
    Got(GetResult),
    Listed(Vec<ObjectMeta>),
    Done,
}

/// A path without those parts of its name that differ from run to run.
pub(super) fn place(at: &Path) -> &str {
    match is_log(at) {
        true => at.as_ref(),
        false => at.as_ref().rsplit_once('/').map_or("", |(folder, _)| folder),
    }
}

/// Whether a file is part of a log.
pub(super) fn is_log(at: &Path) -> bool {
    at.as_ref().contains("/_delta_log/")
}

/// Whether it is an entry of one.
pub(super) fn is_entry(at: &Path) -> bool {
    is_log(at) && at.as_ref().ends_with(".json")
}

/// As a lost connection says it.
pub(super) fn gone() -> Error {
    Error::Generic { store: "model", source: "the connection is gone".into() }
}

/// An answer, for the trace.
pub(super) fn told(done: &Result<Answer>) -> String {
    match done {
        Ok(Answer::Listed(listed)) => format!("{} files", listed.len()),
        Ok(_) => "done".to_owned(),
        Err(Error::NotFound { .. }) => "not there".to_owned(),
        Err(Error::AlreadyExists { .. }) => "there already".to_owned(),
        Err(error) => error.to_string(),
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put { at, .. } => write!(out, "put {at}"),
            Self::Get { at, .. } => write!(out, "get {at}"),
            Self::List { prefix, .. } => write!(out, "list {prefix}"),
            Self::Delete { at } => write!(out, "delete {at}"),
            Self::Pause(what) => write!(out, "({what})"),
        }
    }
}
