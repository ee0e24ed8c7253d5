//! A folder as an object store whose writes survive a power loss.
//!
//! `object_store` writes files without fsync. Here a file's bytes are on disk before its name
//! appears, and the name (and every new folder above it) is on disk before the write is reported
//! done. So what a log entry names is durable before the entry is. Everything but writing is left to
//! [`LocalFileSystem`].

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryFutureExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

#[cfg(test)]
use super::durability::{self, Step};
use super::layout;
use crate::pause::{self, Point};

const STORE: &str = "DurableFolder";

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
        self.inner.get_opts(at, options).await
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
    use object_store::ObjectStoreExt;

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
