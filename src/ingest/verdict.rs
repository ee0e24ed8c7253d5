//! What is written down of an object: its row in `objects`.

use crate::decode::{Bad, DeadLetter, Decoded, Verdict};
use crate::lake::{ObjectKey, ObjectRow, State};
use crate::source::{Folder, ObjectRef, SourceError, chain_text};

use super::incoming::Content;

/// What an object is known by.
pub(super) fn key(object: &ObjectRef) -> ObjectKey {
    ObjectKey::new(&object.uri, object.etag.as_deref(), object.size)
}

/// Whether an object that the lake has met with this result need not be read again.
pub(super) fn is_known(state: Option<State>, retry_quarantined: bool) -> bool {
    match state {
        Some(State::Quarantined) => !retry_quarantined,
        Some(State::Ingested | State::Skipped) => true,
        Some(State::Gone | State::Failed) | None => false,
    }
}

/// Why an object need not be fetched: its listing says that no record is in it.
pub(super) fn passed_by(object: &ObjectRef) -> Option<&'static str> {
    match &object.parts {
        _ if object.key.ends_with('/') => Some("a folder marker"),
        _ if object.size == 0 => Some("an empty object"),
        Some(parts) if parts.folder == Folder::Digest => Some("a digest file"),
        _ => None,
    }
}

/// Whether what an object came to may be the fault of how it came: a garbled byte makes a log unreadable,
/// in part or as a whole, or look like something else than the log that its key promises.
pub(super) fn is_doubtful(object: &ObjectRef, content: &Content) -> bool {
    match content {
        Content::Decoded { decoded, .. } | Content::Large { decoded, .. } => match decoded.verdict {
            Verdict::Log => !decoded.dead_letters.is_empty(),
            Verdict::Skipped(_) => object.parts.is_some(),
            Verdict::Quarantined(_) => true,
        },
        Content::Passed(_) | Content::Failed(_) => false,
    }
}

/// The row of an object, before its records are counted.
pub(super) fn object_row(object: &ObjectRef, content: &Content) -> ObjectRow {
    match content {
        Content::Decoded { decoded, .. } | Content::Large { decoded, .. } => {
            row(object, state(content), Some(decoded))
        }
        Content::Passed(_) | Content::Failed(_) => row(object, state(content), None),
    }
}

/// The row of an object that is a log.
pub(super) fn log_row(object: &ObjectRef, decoded: &Decoded) -> ObjectRow {
    row(object, (State::Ingested, None), Some(decoded))
}

fn row(object: &ObjectRef, (state, reason): (State, Option<String>), decoded: Option<&Decoded>) -> ObjectRow {
    let is_log = state == State::Ingested;
    ObjectRow {
        uri: object.uri.clone(),
        etag: object.etag.clone(),
        size: object.size,
        state,
        reason,
        records: 0,
        duplicates: 0,
        conflicting: 0,
        dead_letters: decoded.filter(|_| is_log).map_or(0, |decoded| decoded.dead_letters.len() as u64),
        event_times: decoded.filter(|_| is_log).and_then(|decoded| decoded.event_times),
        account_id: object.parts.as_ref().map(|parts| parts.account_id.clone()),
        region: object.parts.as_ref().map(|parts| parts.region.clone()),
        sha256: decoded.and_then(|decoded| decoded.sha256),
        month: month(object),
    }
}

fn state(content: &Content) -> (State, Option<String>) {
    match content {
        Content::Passed(reason) => (State::Skipped, Some((*reason).to_owned())),
        Content::Failed(error @ SourceError::NotFound { .. }) => (State::Gone, Some(chain_text(error))),
        Content::Failed(error) => (State::Failed, Some(chain_text(error))),
        Content::Decoded { decoded, .. } | Content::Large { decoded, .. } => match &decoded.verdict {
            Verdict::Log => (State::Ingested, None),
            Verdict::Skipped(what) => (State::Skipped, Some((*what).to_owned())),
            Verdict::Quarantined(bad) => (State::Quarantined, Some(Bad::to_string(bad))),
        },
    }
}

/// The dead letters that are kept: those of an object whose rows count.
pub(super) fn letters(decoded: Decoded) -> Vec<DeadLetter> {
    match decoded.verdict {
        Verdict::Log => decoded.dead_letters,
        Verdict::Skipped(_) | Verdict::Quarantined(_) => Vec::new(),
    }
}

/// `YYYY-MM` of the key's date, or else of when the object was last modified.
pub(super) fn month(object: &ObjectRef) -> Option<String> {
    let date = match &object.parts {
        Some(parts) => parts.date,
        None => object.last_modified?.to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    Some(format!("{:04}-{:02}", date.year(), date.month()))
}
