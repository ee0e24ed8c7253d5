//! A store that seals the Delta logs written through it, and hands out no log that breaks its seal.
//!
//! A flipped byte may leave a log entry valid JSON, and a checkpoint valid Parquet: a row more or less
//! that nobody would notice. So an entry carries, first in its commit info, a checksum of its other
//! bytes; a checkpoint's is the name of an empty file in `_seals/`, put there before the checkpoint,
//! since several writers may write one version in different bytes. `_last_checkpoint` is a hint: where
//! it names what is not there, the store answers that there is none.
//!
//! Limits: logs that other tools write have no seal and are taken as they are, but for a checkpoint of a
//! version that one of ours was about to be written for; a seal tells rot from truth, not a forger.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use serde::de::IgnoredAny;
use serde_json::Value;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::layout::{self, LogFile};

const STORE: &str = "lake";

/// How every entry begins that is written here.
const INFO: &str = r#"{"commitInfo":{"#;

/// What follows in a sealed one, before 16 hexadecimal digits and [`END`].
const SEAL: &str = r#""trailhoundChecksum":"xxh3:"#;
const END: &str = r#"","#;

/// The name of a checkpoint's seal; others are of files that are being written.
const SEAL_LENGTH: usize = 16;

/// Either half of [`SEAL`] says that an entry was sealed, so that no one flipped byte can hide it. Text
/// of a log can't look like them: within a JSON string a `\` stands before each `"`.
const MARKS: [&str; 2] = [r#""trailhoundChecksum""#, r#":"xxh3:"#];

/// Writes the checksum of an entry into it.
fn seal(entry: Bytes) -> Bytes {
    match entry.strip_prefix(INFO.as_bytes()) {
        Some(rest) if !rest.starts_with(SEAL.as_bytes()) => {
            let seal = format!("{INFO}{SEAL}{:016x}{END}", xxh3_64(&entry));
            [seal.as_bytes(), rest].concat().into()
        }
        _ => entry,
    }
}

/// What is wrong with an entry.
fn damage(entry: &[u8]) -> Option<String> {
    let begin = [INFO, SEAL].concat();
    let head = &entry[..entry.len().min(begin.len())];
    let has = |mark: &str| head.windows(mark.len()).any(|part| part == mark.as_bytes());
    if !MARKS.iter().any(|mark| has(mark)) {
        let documents = serde_json::Deserializer::from_slice(entry).into_iter::<IgnoredAny>();
        return match documents.into_iter().try_fold(0_u64, |count, document| document.map(|_| count + 1)) {
            Ok(0) => Some("it is empty".to_owned()),
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
    }
    let sealed = entry.strip_prefix(begin.as_bytes()).and_then(|rest| rest.split_at_checked(16));
    let sealed = sealed.and_then(|(sum, rest)| Some((sum, rest.strip_prefix(END.as_bytes())?)));
    let is_whole = sealed.is_some_and(|(sum, rest)| {
        let mut hash = Xxh3::new();
        hash.update(INFO.as_bytes());
        hash.update(rest);
        sum == format!("{:016x}", hash.digest()).as_bytes()
    });
    (!is_whole).then(|| "its bytes are not those that were written (checksum)".to_owned())
}

/// A file that does not hold what was written.
#[derive(Debug, thiserror::Error)]
#[error("{at} is damaged: {what}; `trailhound lake doctor` says what can be done")]
struct Damaged {
    at: Path,
    what: String,
}

fn damaged(at: &Path, what: &str) -> Error {
    Error::Generic { store: STORE, source: Damaged { at: at.clone(), what: what.to_owned() }.into() }
}

/// Whether a file could be read, and was not what was written.
pub(crate) fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Generic { source, .. } if source.is::<Damaged>())
}

/// A lake's store, its logs sealed.
#[derive(Debug)]
pub(crate) struct Sealed {
    inner: Arc<dyn ObjectStore>,
    /// Checkpoints that were compared with their seals, and hints that were told of.
    checked: Mutex<HashSet<String>>,
    checking: tokio::sync::Mutex<()>,
}

impl fmt::Display for Sealed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(out)
    }
}

impl Sealed {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, checked: Mutex::default(), checking: tokio::sync::Mutex::default() }
    }

    /// An entry, once it is known to be whole.
    async fn get_entry(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        let range = options.range.clone();
        let found = self.inner.get_opts(at, GetOptions { range: None, ..options }).await?;
        let (meta, attributes) = (found.meta.clone(), found.attributes.clone());
        let bytes = found.bytes().await?;
        if let Some(what) = damage(&bytes) {
            return Err(damaged(at, &what));
        }
        let range = match range {
            None => 0..bytes.len() as u64,
            Some(range) => range
                .as_range(bytes.len() as u64)
                .map_err(|error| Error::Generic { store: STORE, source: error.into() })?,
        };
        let part = usize::try_from(range.start).unwrap_or(0)..usize::try_from(range.end).unwrap_or(0);
        let bytes = bytes.slice(part);
        let payload = GetResultPayload::Stream(futures::stream::once(async move { Ok(bytes) }).boxed());
        Ok(GetResult { payload, meta, range, attributes })
    }

    /// Compares a checkpoint with its seals, once.
    async fn check(&self, meta: &ObjectMeta) -> Result<()> {
        let at = &meta.location;
        let identity = format!("{at} {} {} {:?}", meta.size, meta.last_modified, meta.e_tag);
        // Held for so long that of several readers one looks.
        let _one = self.checking.lock().await;
        if self.checked.lock().unwrap_or_else(PoisonError::into_inner).contains(&identity) {
            return Ok(());
        }
        let bytes = self.inner.get(at).await?.bytes().await?;
        // Listed after that: whatever of ours can be read had its seal before.
        let seals: Vec<ObjectMeta> = self.inner.list(seals_of(at).as_ref()).try_collect().await?;
        let seals = seals.iter().filter_map(|seal| seal.location.filename());
        let mut seals = seals.filter(|name| name.len() == SEAL_LENGTH).peekable();
        if seals.peek().is_some() {
            let sum = format!("{:016x}", xxh3_64(&bytes));
            if !seals.any(|seal| seal == sum) {
                return Err(damaged(at, "its bytes are not those that were written (checksum)"));
            }
        }
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(identity);
        Ok(())
    }

    /// Whether the checkpoint that a `_last_checkpoint` names is there. Of those in several files we
    /// write none; they are the library's to judge, as is a hint that says nothing.
    async fn leads_somewhere(&self, at: &Path, hint: &[u8]) -> Result<bool> {
        let Ok(hint) = serde_json::from_slice::<Value>(hint) else { return Ok(true) };
        let in_one_file = hint["parts"].is_null() && hint["v2Checkpoint"].is_null();
        let (Some(version), true) = (hint["version"].as_u64(), in_one_file) else { return Ok(true) };
        let Some((log, _)) = at.as_ref().rsplit_once('/') else { return Ok(true) };
        match self.inner.head(&Path::from(format!("{log}/{}", LogFile::Checkpoint(version)))).await {
            Ok(meta) => Ok(meta.size > 0),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Where the seals of a checkpoint are: one for each content that was written under its name.
fn seals_of(checkpoint: &Path) -> Option<Path> {
    let (table, _) = checkpoint.as_ref().split_once("/_delta_log/")?;
    let Some(LogFile::Checkpoint(version)) = LogFile::of(checkpoint) else { return None };
    Some(Path::from(format!("{table}/{}", layout::seals_of(version))))
}

async fn put_seal(store: &dyn ObjectStore, checkpoint: &Path, sum: u64) -> Result<()> {
    if let Some(seals) = seals_of(checkpoint) {
        store.put(&seals.join(format!("{sum:016x}")), PutPayload::new()).await?;
    }
    Ok(())
}

#[async_trait]
impl ObjectStore for Sealed {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let payload = match LogFile::of(at) {
            Some(LogFile::Entry(_)) => seal(payload.into()).into(),
            Some(LogFile::Checkpoint(_)) => {
                let bytes = Bytes::from(payload);
                put_seal(self.inner.as_ref(), at, xxh3_64(&bytes)).await?;
                bytes.into()
            }
            _ => payload,
        };
        self.inner.put_opts(at, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(at, options).await?;
        Ok(match LogFile::of(at) {
            Some(LogFile::Checkpoint(_)) => {
                let (store, at) = (self.inner.clone(), at.clone());
                Box::new(Upload { store, at, upload, sum: Xxh3::new() })
            }
            _ => upload,
        })
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        match LogFile::of(at) {
            Some(LogFile::Entry(_)) if !options.head => self.get_entry(at, options).await,
            Some(LogFile::Checkpoint(_)) if !options.head => {
                let found = self.inner.get_opts(at, options).await?;
                self.check(&ObjectMeta { location: at.clone(), ..found.meta.clone() }).await?;
                Ok(found)
            }
            Some(LogFile::Hint) if !options.head => {
                let hint = self.inner.get(at).await?.bytes().await?;
                match self.leads_somewhere(at, &hint).await? {
                    true => self.inner.get_opts(at, options).await,
                    false => {
                        if self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(at.to_string())
                        {
                            tracing::warn!(%at, "names a checkpoint that is not there, and is passed over");
                        }
                        let source = "it names a checkpoint that is not there".into();
                        Err(Error::NotFound { path: at.to_string(), source })
                    }
                }
            }
            _ => self.inner.get_opts(at, options).await,
        }
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

/// A checkpoint that goes up in parts: it is sealed when all of it has passed.
struct Upload {
    store: Arc<dyn ObjectStore>,
    at: Path,
    upload: Box<dyn MultipartUpload>,
    sum: Xxh3,
}

impl fmt::Debug for Upload {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Upload").field("at", &self.at).finish_non_exhaustive()
    }
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        part.iter().for_each(|bytes| self.sum.update(bytes));
        self.upload.put_part(part)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        put_seal(self.store.as_ref(), &self.at, self.sum.digest()).await?;
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    const ENTRY: &str = "{\"commitInfo\":{\"timestamp\":1,\"operation\":\"WRITE\"}}\n\
                         {\"add\":{\"path\":\"0000000007-a.parquet\",\"stats\":\"{\\\"a\\\":\\\"xxh3:\\\"}\"}}";

    fn stores() -> (Arc<InMemory>, Sealed) {
        let inner = Arc::new(InMemory::new());
        (inner.clone(), Sealed::new(inner))
    }

    #[test]
    fn no_flipped_byte_and_no_cut_of_an_entry_is_believed() {
        let sealed = seal(Bytes::from(ENTRY));
        assert_eq!(damage(&sealed), None);
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut flipped = sealed.to_vec();
                flipped[at] ^= 1 << bit;
                assert!(damage(&flipped).is_some(), "bit {bit} of byte {at}");
            }
        }
        for cut in 0..sealed.len() {
            assert!(damage(&sealed[..cut]).is_some(), "cut at {cut}");
        }
    }

    #[test]
    fn an_entry_of_another_tool_is_taken_as_it_is_if_it_is_json() {
        assert_eq!(damage(ENTRY.as_bytes()), None);
        assert_eq!(damage(b"{\"add\":{\"stats\":\"\\\"trailhoundChecksum\\\":\\\"xxh3:\"}}"), None);
        for text in ["", "\n", "{\"add\":{", "noise"] {
            assert!(damage(text.as_bytes()).is_some(), "{text:?}");
        }
    }

    #[tokio::test]
    async fn what_is_written_is_sealed_and_read_in_parts_as_well() {
        let (inner, store) = stores();
        let at = Path::from("cloudtrail/_delta_log/00000000000000000001.json");
        store.put(&at, ENTRY.into()).await.unwrap();
        let bytes = inner.get(&at).await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes, seal(Bytes::from(ENTRY)));
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap(), bytes);
        assert_eq!(store.get_range(&at, 3..9).await.unwrap(), bytes.slice(3..9));
        let other = Path::from("cloudtrail/_delta_log/notes.json");
        store.put(&other, "no log".into()).await.unwrap();
        assert_eq!(store.get(&other).await.unwrap().bytes().await.unwrap(), "no log");
        inner.put(&at, bytes.slice(..bytes.len() - 1).into()).await.unwrap();
        let error = store.get(&at).await.unwrap_err().to_string();
        assert!(error.contains("00000000000000000001.json is damaged"), "{error}");
    }

    #[tokio::test]
    async fn a_checkpoint_is_one_of_those_that_were_written() {
        let (inner, store) = stores();
        let at = Path::from("objects/_delta_log/00000000000000000050.checkpoint.parquet");
        inner.put(&at, "of another tool".into()).await.unwrap();
        store.get(&at).await.unwrap();
        store.put(&at, "ours".into()).await.unwrap();
        let mut upload = store.put_multipart(&at).await.unwrap();
        for part in ["ours, ", "in parts"] {
            upload.put_part(part.into()).await.unwrap();
        }
        upload.complete().await.unwrap();
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap(), "ours, in parts");
        inner.put(&at, "ours".into()).await.unwrap();
        assert_eq!(store.get_range(&at, 1..3).await.unwrap(), "ur");
        inner.put(&at, "0urs".into()).await.unwrap();
        let error = store.get_range(&at, 1..3).await.unwrap_err().to_string();
        assert!(error.contains("checkpoint.parquet is damaged"), "{error}");
    }

    #[tokio::test]
    async fn a_hint_at_a_checkpoint_that_is_not_there_is_none() {
        let (inner, store) = stores();
        let at = Path::from("objects/_delta_log/_last_checkpoint");
        inner.put(&at, r#"{"version":50,"size":1}"#.into()).await.unwrap();
        assert!(matches!(store.get(&at).await, Err(Error::NotFound { .. })));
        let checkpoint = Path::from("objects/_delta_log/00000000000000000050.checkpoint.parquet");
        inner.put(&checkpoint, "x".into()).await.unwrap();
        store.get(&at).await.unwrap();
        inner.put(&checkpoint, "".into()).await.unwrap();
        assert!(matches!(store.get(&at).await, Err(Error::NotFound { .. })));
    }
}
