//! The protocol broken on purpose, by a store that does not do what was asked.
//!
//! A search that finds nothing proves little unless it finds what is there: each of these takes away
//! one thing the protocol rests on, and the search must find what then goes wrong.

use arrow::array::RecordBatch;
use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use object_store::path::Path;
use object_store::{GetResult, GetResultPayload, PutPayload};
use serde_json::Value;

use super::request::is_entry;
use crate::lake::format::{Format, file_schema};
use crate::lake::{Table, hashes};

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sabotage {
    /// A commit does not fail when its version is taken.
    CommitsOverwrite,
    /// The commit of a batch does not say what has to follow it.
    CommitNamesNothing,
    /// The keys of other writers' events are not seen.
    KeysUnseen,
    /// A file's age is not looked at.
    AllLooksOld,
    /// What others have ingested is not seen.
    ObjectsUnseen,
}

impl Sabotage {
    /// What is written instead of `payload`.
    pub(super) fn payload(self, at: &Path, payload: &PutPayload) -> PutPayload {
        if self != Self::CommitNamesNothing || !is_entry(at) {
            return payload.clone();
        }
        let bytes: Vec<u8> = payload.iter().flatten().copied().collect();
        let mut text = String::new();
        for line in String::from_utf8(bytes).unwrap().lines() {
            let mut action: Value = serde_json::from_str(line).unwrap();
            if let Some(info) = action.get_mut("commitInfo").and_then(Value::as_object_mut) {
                // Without its seal, which would tell.
                let gone = ["trailhoundObjects", "trailhoundDeadLetters", "trailhoundChecksum"];
                info.retain(|member, _| !gone.contains(&member.as_str()));
            }
            text.push_str(&format!("{action}\n"));
        }
        text.into()
    }

    /// What is read instead of `found`.
    pub(super) fn found(self, at: &Path, found: GetResult) -> GetResult {
        let at = at.as_ref();
        let none: Bytes = match self {
            Self::KeysUnseen if at.contains("/_hashes/") => hashes::write(Vec::new()),
            Self::ObjectsUnseen if at.starts_with("objects/") && at.ends_with(".parquet") => {
                let rows = RecordBatch::new_empty(file_schema(Table::Objects));
                Format::of(Table::Objects).write(&[rows]).unwrap().bytes
            }
            _ => return found,
        };
        let mut found = found;
        found.meta.size = none.len() as u64;
        found.range = 0..found.meta.size;
        found.payload = GetResultPayload::Stream(async move { Ok(none) }.into_stream().boxed());
        found
    }
}
