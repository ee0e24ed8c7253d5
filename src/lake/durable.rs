//! A folder as an object store whose writes survive a power loss.
//!
//! `object_store` writes files without fsync. Here a file's bytes are on disk before its name
//! appears, and the name (and every new folder above it) is on disk before the write is reported
//! done. So what a log entry names is durable before the entry is.
//!
//! Pieces are read on the thread that asks: mostly the system has them in memory, and to hand a piece of a
//! Parquet file to another thread and back takes longer than to read it. The rest is left to [`LocalFileSystem`].

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryFutureExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
    UploadPart,
};

#[cfg(test)]
use super::durability::{self, Step};
use super::layout;
use crate::pause::{self, Point};

const STORE: &str = "DurableFolder";

/// The most that is read on the thread that asks, but for ranges of a Parquet file, which wait for nothing else:
/// some milliseconds.
const PIECE_BYTES: u64 = 4 << 20;

/// A folder with fsync.
#[derive(Debug)]
pub(crate) struct DurableFolder {
    inner: LocalFileSystem,
    root: PathBuf,
}

impl fmt::Display for DurableFolder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.root.display())
    }
}

impl DurableFolder {
    /// The folder must exist.
    pub(crate) fn open(root: &FilePath) -> Result<Self> {
        Ok(Self { inner: LocalFileSystem::new_with_prefix(root)?, root: root.to_owned() })
    }

    async fn write(&self, location: &Path, payload: PutPayload, mode: PutMode) -> Result<PutResult> {
        let target = self.inner.path_to_filesystem(location)?;
        let create = match mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            PutMode::Update(_) => {
                return Err(Error::NotImplemented {
                    operation: "a conditional update".to_owned(),
                    implementer: STORE.to_owned(),
                });
            }
        };
        let written = tokio::task::spawn_blocking(move || {
            write_durably(&target, payload, create).map_err(|error| (target, error))
        });
        match written.await {
            Ok(Ok(())) => Ok(PutResult { e_tag: None, version: None }),
            Ok(Err((target, error))) => Err(describe(&target, error)),
            Err(stopped) => Err(Error::JoinError { source: stopped }),
        }
    }
}

/// Writes a file so that after a crash it is there whole or not at all.
fn write_durably(target: &FilePath, payload: PutPayload, create: bool) -> io::Result<()> {
    let folder = target.parent().unwrap_or(target);
    create_folders(folder)?;
    let temporary = folder.join(layout::temporary());
    let written = fill(&temporary, payload).and_then(|()| {
        pause::at(Point::Fsync, target.display());
        match create {
            // A link fails if the name is taken, which makes it the local compare-and-swap.
            true => fs::hard_link(&temporary, target),
            false => fs::rename(&temporary, target),
        }
    });
    #[cfg(test)]
    if written.is_ok() {
        durability::note(Step::Named { from: temporary.clone(), to: target.to_owned() });
    }
    if create || written.is_err() {
        // It is garbage either way; what matters was reported already.
        drop(fs::remove_file(&temporary));
    }
    written?;
    sync_folder(folder)
}

fn fill(path: &FilePath, payload: PutPayload) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    for bytes in payload {
        file.write_all(&bytes)?;
    }
    file.sync_all()?;
    #[cfg(test)]
    durability::note(Step::Synced(path.to_owned()));
    Ok(())
}

/// Creates the folders down to `folder`, an absolute path, each durable before the next.
///
/// A folder that is there may have been made by a process that died before it was durable. So the
/// first time that this process meets a folder it is made durable again, whoever has made it.
pub(crate) fn create_folders(folder: &FilePath) -> io::Result<()> {
    static DURABLE: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
    // A set is whole at any time, so a panic elsewhere does not spoil it.
    let durable = || DURABLE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_there = folder.is_dir();
    if is_there && durable().as_ref().is_some_and(|durable| durable.contains(folder)) {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    create_folders(parent)?;
    if !is_there {
        match fs::create_dir(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            made => made?,
        }
        #[cfg(test)]
        durability::note(Step::Made(folder.to_owned()));
    }
    match sync_folder(parent) {
        // Above the lake may be folders that we may not open, or file systems that sync no folder.
        Err(error) if is_there && is_refusal(&error) => {}
        synced => synced?,
    }
    durable().get_or_insert_default().insert(folder.to_owned());
    Ok(())
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput | ErrorKind::Unsupported)
}

fn sync_folder(folder: &FilePath) -> io::Result<()> {
    File::open(folder)?.sync_all()?;
    #[cfg(test)]
    durability::note(Step::FolderSynced(folder.to_owned()));
    Ok(())
}

/// Reads a file, or one range of it, if it is a piece and nothing else is asked; else nothing.
fn piece(path: &FilePath, at: &Path, options: &GetOptions) -> io::Result<Option<GetResult>> {
    let GetOptions {
        if_match: None,
        if_none_match: None,
        if_modified_since: None,
        if_unmodified_since: None,
        range,
        version: None,
        head: false,
        ..
    } = options
    else {
        return Ok(None);
    };
    let file = File::open(path)?;
    let found = file.metadata()?;
    let range = match range {
        Some(range) => range.as_range(found.len()).map_err(io::Error::other)?,
        None => 0..found.len(),
    };
    if range.end - range.start > PIECE_BYTES || !found.is_file() {
        return Ok(None);
    }
    let bytes = read(&file, &range)?;
    Ok(Some(GetResult {
        payload: GetResultPayload::Stream(futures::stream::iter([Ok(bytes)]).boxed()),
        meta: ObjectMeta {
            location: at.clone(),
            last_modified: found.modified()?.into(),
            size: found.len(),
            // Nobody asks for one in a lake.
            e_tag: None,
            version: None,
        },
        range,
        attributes: Attributes::default(),
    }))
}

fn pieces(path: &FilePath, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    if let Some(range) = ranges.iter().find(|range| range.end > size) {
        let error = format!("it has {size} bytes, and those up to {} were asked for", range.end);
        return Err(io::Error::new(ErrorKind::UnexpectedEof, error));
    }
    ranges.iter().map(|range| read(&file, range)).collect()
}

/// A range that must be there whole.
fn read(mut file: &File, range: &Range<u64>) -> io::Result<Bytes> {
    let length = range.end.saturating_sub(range.start);
    let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    file.seek(SeekFrom::Start(range.start))?;
    match file.take(length).read_to_end(&mut bytes)? as u64 == length {
        true => Ok(bytes.into()),
        false => Err(ErrorKind::UnexpectedEof.into()),
    }
}

fn describe(target: &FilePath, error: io::Error) -> Error {
    let path = target.display().to_string();
    match error.kind() {
        ErrorKind::AlreadyExists => Error::AlreadyExists { path, source: error.into() },
        // Only the error's own number tells the command line the way out: it stays in the chain.
        _ => Error::Generic { store: STORE, source: Unwritten { path, source: error }.into() },
    }
}

/// A file that could not be written, and why.
#[derive(Debug, thiserror::Error)]
#[error("can't write {path}")]
struct Unwritten {
    path: String,
    source: io::Error,
}

#[async_trait]
impl ObjectStore for DurableFolder {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.write(at, payload, options.mode).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let store = Self::open(&self.root)?;
        Ok(Box::new(Upload { store, at: at.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        match piece(&self.inner.path_to_filesystem(at)?, at, &options) {
            Ok(Some(found)) => Ok(found),
            // What is no piece, and what went wrong, in the words of that store.
            Ok(None) | Err(_) => self.inner.get_opts(at, options).await,
        }
    }

    async fn get_ranges(&self, at: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let path = self.inner.path_to_filesystem(at)?;
        match pieces(&path, ranges) {
            Ok(found) => Ok(found),
            // That store would ask for as much memory as a damaged footer says.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                let source = format!("can't read {}: {error}", path.display()).into();
                Err(Error::Generic { store: STORE, source })
            }
            Err(_) => self.inner.get_ranges(at, ranges).await,
        }
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    /// In the order of the paths, as S3 lists: whoever replays a log relies on it, and a file system
    /// promises none.
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let listed = self.inner.list(prefix);
        let sorted = async move {
            let mut listed: Vec<ObjectMeta> = listed.try_collect().await?;
            listed.sort_unstable_by(|one, other| one.location.cmp(&other.location));
            Ok(futures::stream::iter(listed.into_iter().map(Ok)))
        };
        sorted.try_flatten_stream().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    /// The bytes were synced when they were written; the new name is here.
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let target = self.inner.path_to_filesystem(to)?;
        let folder = target.parent().unwrap_or(&target).to_owned();
        let durably = |work: fn(&FilePath) -> io::Result<()>| {
            let (folder, target) = (folder.clone(), target.clone());
            async move {
                let done = tokio::task::spawn_blocking(move || work(&folder)).await;
                done.map_err(|stopped| Error::JoinError { source: stopped })?
                    .map_err(|error| describe(&target, error))
            }
        };
        durably(create_folders).await?;
        self.inner.copy_opts(from, to, options).await?;
        durably(sync_folder).await
    }
}

/// An upload in parts, gathered in memory: only checkpoints are written this way, and those are small.
#[derive(Debug)]
struct Upload {
    store: DurableFolder,
    at: Path,
    parts: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.parts.push(part);
        Box::pin(futures::future::ready(Ok(())))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload: PutPayload = self.parts.drain(..).flatten().collect();
        self.store.write(&self.at, payload, PutMode::Overwrite).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use object_store::{GetRange, ObjectStoreExt};

    use super::*;

    #[tokio::test]
    async fn a_name_is_created_once_and_no_temporary_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::open(folder.path()).unwrap();
        let at = Path::from("a/b/1.json");
        store.put_opts(&at, "one".into(), PutMode::Create.into()).await.unwrap();
        let second = store.put_opts(&at, "two".into(), PutMode::Create.into()).await;
        assert!(matches!(second, Err(Error::AlreadyExists { .. })), "{second:?}");
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap(), "one");
        store.put(&at, "three".into()).await.unwrap();
        assert_eq!(store.get(&at).await.unwrap().bytes().await.unwrap(), "three");
        let names: Vec<_> = fs::read_dir(folder.path().join("a/b")).unwrap().collect();
        assert_eq!(names.len(), 1);
    }

    /// What a store says, but for the e-tag.
    async fn said(store: &dyn ObjectStore, at: &Path, options: GetOptions) -> String {
        match store.get_opts(at, options).await {
            Ok(found) => {
                let said = (found.range.clone(), found.meta.size, found.meta.last_modified);
                format!("{said:?} {:?}", found.bytes().await.unwrap())
            }
            Err(error) => error.to_string(),
        }
    }

    #[tokio::test]
    async fn what_is_read_is_what_the_other_store_reads_and_so_is_what_goes_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let ours = DurableFolder::open(folder.path()).unwrap();
        let theirs = LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let (at, large) = (Path::from("a/b"), Path::from("large"));
        ours.put(&at, "0123456789".into()).await.unwrap();
        ours.put(&large, vec![7; usize::try_from(PIECE_BYTES + 1).unwrap()].into()).await.unwrap();
        let range = |range| GetOptions { range: Some(range), ..GetOptions::default() };
        let asked = [
            GetOptions::default(),
            GetOptions { head: true, ..GetOptions::default() },
            GetOptions { if_none_match: Some("*".to_owned()), ..GetOptions::default() },
            range(GetRange::Bounded(2..5)),
            range(GetRange::Bounded(8..20)),
            range(GetRange::Bounded(10..11)),
            range(GetRange::Offset(7)),
            range(GetRange::Offset(70)),
            range(GetRange::Suffix(3)),
            range(GetRange::Suffix(30)),
        ];
        for at in [&at, &large, &Path::from("missing"), &Path::from("a")] {
            for options in &asked {
                let (ours, theirs) =
                    (said(&ours, at, options.clone()).await, said(&theirs, at, options.clone()).await);
                assert_eq!(ours, theirs, "{at} {options:?}");
            }
            for ranges in [&[][..], &[0..0, 10..10], &[3..7, 1..2, 9..10]] {
                let of = async |store: &dyn ObjectStore| {
                    store.get_ranges(at, ranges).await.map_err(|error| error.to_string())
                };
                assert_eq!(of(&ours).await, of(&theirs).await, "{at} {ranges:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_range_that_is_not_there_takes_no_memory() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::open(folder.path()).unwrap();
        let at = Path::from("a");
        store.put(&at, "0123456789".into()).await.unwrap();
        for ranges in [&[3..7, 9..12][..], &[0..1, 20..30], &[0..1 << 50, 0..1]] {
            let error = store.get_ranges(&at, ranges).await.unwrap_err().to_string();
            assert!(error.contains("it has 10 bytes, and those up to"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_folder_that_somebody_takes_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::open(folder.path()).unwrap();
        for _ in 0..2 {
            store.put(&Path::from("a/b/c"), "x".into()).await.unwrap();
            fs::remove_dir_all(folder.path().join("a")).unwrap();
        }
        fs::write(folder.path().join("a"), "no folder").unwrap();
        store.put(&Path::from("a/b/c"), "x".into()).await.unwrap_err();
    }

    #[tokio::test]
    async fn of_many_writers_of_one_name_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let at = Path::from(format!("{round}.json"));
            let races = (0..8).map(|writer| {
                let store = DurableFolder::open(folder.path()).unwrap();
                let at = at.clone();
                tokio::spawn(async move {
                    store.put_opts(&at, format!("{writer}").into(), PutMode::Create.into()).await.is_ok()
                })
            });
            let won = futures::future::join_all(races).await;
            assert_eq!(won.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
        }
    }

    #[tokio::test]
    async fn a_listing_is_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::open(folder.path()).unwrap();
        for name in ["b/2", "a", "b/1", "c", "b/10"] {
            store.put(&Path::from(name), "x".into()).await.unwrap();
        }
        let found: Vec<_> =
            store.list(None).map_ok(|meta| meta.location.to_string()).try_collect().await.unwrap();
        assert_eq!(found, ["a", "b/1", "b/10", "b/2", "c"]);
    }

    #[tokio::test]
    async fn an_upload_in_parts_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let store = DurableFolder::open(folder.path()).unwrap();
        let mut upload = store.put_multipart(&Path::from("x/y")).await.unwrap();
        upload.put_part("ab".into()).await.unwrap();
        upload.put_part("cd".into()).await.unwrap();
        upload.complete().await.unwrap();
        let found: Vec<_> = store.list(None).try_collect().await.unwrap();
        assert_eq!((found.len(), found[0].size), (1, 4));
    }
}
