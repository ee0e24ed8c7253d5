//! A folder of logs on a disk, or one file.
//!
//! Listed in the order of a bucket, and named by where files really are: a URI is the canonical
//! path, and an etag the size and time of change, both checked once more when the file is opened.
//! Links are followed out of the tree, each place once; what a link inside the tree points at is listed
//! where it really is, so that no link takes a log away from its account and day. A loop, a folder that
//! can't be read, or a thing that is no file is an error among the objects. No file is passed over for
//! its name.
//!
//! Limits: a folder's own entries are held while it is listed; a file that is written to while it
//! is read is noticed by the decoder, not here.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use tokio::task::spawn_blocking;

use super::error::SourceError;
use super::walk::{Lister, Page, Place, walk};
use super::{Body, Filter, ObjectRef, Source, key};

const SCHEME: &str = "file://";

/// What stands for itself in the path of a URI.
const PLAIN: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'=');

/// Logs on a disk.
#[derive(Debug)]
pub struct Local {
    tree: Arc<Tree>,
    /// When it is no folder but this one file.
    file: Option<PathBuf>,
}

impl Local {
    /// Opens a folder or a file.
    ///
    /// # Errors
    /// When there is none, or it can't be looked at.
    pub async fn open(path: &Path) -> Result<Self, SourceError> {
        let path = path.to_owned();
        blocking(move || {
            let real = fs::canonicalize(&path).map_err(|source| missing(&path, source))?;
            let is_folder = fs::metadata(&real).map_err(|source| missing(&path, source))?.is_dir();
            let root = if is_folder { real.as_path() } else { real.parent().unwrap_or(&real) };
            let tree = Arc::new(Tree { root: root.to_owned(), head: head(root), followed: Arc::default() });
            Ok(Self { tree, file: (!is_folder).then_some(real) })
        })
        .await
    }
}

fn missing(path: &Path, source: io::Error) -> SourceError {
    let path = path.to_owned();
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => SourceError::NoFolder { path },
        _ => SourceError::Local { path, source },
    }
}

/// The folder as the start of a key, so that it may lie deep in a trail's tree.
fn head(root: &Path) -> String {
    let text = root.to_string_lossy();
    let text = text.trim_matches('/');
    if text.is_empty() { String::new() } else { format!("{text}/") }
}

#[async_trait]
impl Source for Local {
    fn list(&self, filter: &Filter) -> BoxStream<'static, Result<ObjectRef, SourceError>> {
        let tree = self.tree.clone();
        match self.file.clone() {
            None => {
                let start = Place { key: String::new(), path: tree.root.clone() };
                walk(tree, start, filter.clone())
            }
            Some(file) => {
                let filter = filter.clone();
                let look = async move {
                    blocking(move || tree.object(&file, String::new()).map(|one| (one, tree))).await
                };
                stream::once(look)
                    .filter_map(move |found| {
                        let chosen = match found {
                            Ok((object, tree)) => filter
                                .admits(&[tree.head.as_str(), &object.key].concat())
                                .then_some(Ok(object)),
                            Err(error) => Some(Err(error)),
                        };
                        std::future::ready(chosen)
                    })
                    .boxed()
            }
        }
    }

    async fn get(&self, object: &ObjectRef) -> Result<Body, SourceError> {
        let object = object.clone();
        blocking(move || open_listed(&object).map(Body::File)).await
    }

    async fn get_all(&self, objects: &[ObjectRef]) -> Vec<Result<Body, SourceError>> {
        let listed = objects.to_vec();
        let read = blocking(move || Ok(listed.iter().map(read_listed).collect())).await;
        // Only when the program is ending.
        read.unwrap_or_else(|_| objects.iter().map(|_| Err(ending())).collect())
    }
}

/// All that was listed of a file: one that is being written to is longer each time it is read.
fn read_listed(object: &ObjectRef) -> Result<Body, SourceError> {
    let file = open_listed(object)?;
    let mut bytes = Vec::with_capacity(usize::try_from(object.size).unwrap_or(0));
    let read = file.take(object.size).read_to_end(&mut bytes);
    read.map_err(|source| SourceError::Local { path: path_of(&object.uri), source })?;
    Ok(Body::Bytes(bytes.into()))
}

fn open_listed(object: &ObjectRef) -> Result<File, SourceError> {
    let path = path_of(&object.uri);
    // A pipe that took the file's place would block its opener for good.
    let found = fs::metadata(&path).map_err(|source| gone(object, &path, source))?;
    if !found.is_file() {
        return Err(SourceError::Changed { uri: object.uri.clone() });
    }
    let file = File::open(&path).map_err(|source| gone(object, &path, source))?;
    let found = file.metadata().map_err(|source| SourceError::Local { path, source })?;
    if Some(etag(&found)) != object.etag {
        return Err(SourceError::Changed { uri: object.uri.clone() });
    }
    Ok(file)
}

fn gone(object: &ObjectRef, path: &Path, source: io::Error) -> SourceError {
    match source.kind() {
        io::ErrorKind::NotFound => SourceError::NotFound { uri: object.uri.clone() },
        io::ErrorKind::PermissionDenied => SourceError::Denied {
            uri: object.uri.clone(),
            way_out: "make it readable to this user".to_owned(),
            cause: source.into(),
        },
        _ => SourceError::Local { path: path.to_owned(), source },
    }
}

fn etag(found: &Metadata) -> String {
    let changed = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", found.len(), changed.unwrap_or_default().as_nanos())
}

/// The path that a URI, or what somebody typed, names.
pub(super) fn path_of(text: &str) -> PathBuf {
    match text.strip_prefix(SCHEME) {
        Some(path) => PathBuf::from(OsString::from_vec(percent_decode_str(path).collect())),
        None => PathBuf::from(text),
    }
}

fn uri(path: &Path) -> String {
    format!("{SCHEME}{}", percent_encode(path.as_os_str().as_bytes(), &PLAIN))
}

/// Whether what a path names can be read only once.
pub(super) fn is_pipe(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo() || found.file_type().is_char_device())
}

#[derive(Debug, Clone)]
struct Tree {
    root: PathBuf,
    head: String,
    /// Places outside to which links have led, and the link that was followed to each.
    followed: Arc<Mutex<HashMap<PathBuf, PathBuf>>>,
}

impl Tree {
    fn object(&self, path: &Path, above: String) -> Result<ObjectRef, SourceError> {
        let looked = fs::metadata(path).and_then(|found| Ok((found, fs::canonicalize(path)?)));
        let (found, real) = looked.map_err(|source| SourceError::Local { path: path.to_owned(), source })?;
        if !found.is_file() {
            let source = io::Error::other("neither a file nor a folder");
            return Err(SourceError::Local { path: path.to_owned(), source });
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let key = above + &name;
        let parts = key::parse(&[self.head.as_str(), &key].concat());
        Ok(ObjectRef {
            uri: uri(&real),
            key,
            size: found.len(),
            etag: Some(etag(&found)),
            last_modified: found.modified().ok().and_then(|time| Timestamp::try_from(time).ok()),
            parts,
        })
    }

    fn read(&self, place: &Place) -> Result<Page, SourceError> {
        let refused = |source| SourceError::Local { path: place.path.clone(), source };
        let mut page = Page::default();
        for entry in fs::read_dir(&place.path).map_err(refused)? {
            let looked = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)));
            let (path, kind) = match looked {
                Ok(entry) => entry,
                Err(source) => {
                    page.errors.push(refused(source));
                    continue;
                }
            };
            let leads_to_folder = kind.is_symlink() && fs::metadata(&path).is_ok_and(|found| found.is_dir());
            if kind.is_symlink() && self.is_listed_elsewhere(place, &path) {
                continue;
            }
            if leads_to_folder && self.is_loop(place, &path) {
                let source = io::Error::other("the link leads back to a folder above it");
                page.errors.push(SourceError::Local { path, source });
            } else if kind.is_dir() || leads_to_folder {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                page.places.push(Place { key: format!("{}{name}/", place.key), path });
            } else {
                match self.object(&path, place.key.clone()) {
                    Ok(object) => page.objects.push(object),
                    Err(error) => page.errors.push(error),
                }
            }
        }
        page.objects.sort_by(|a, b| a.key.cmp(&b.key));
        page.places.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(page)
    }

    /// Whether what a link leads to is met without it: because it lies in the tree and not above the link, or
    /// because another link leads there. Links from folder to folder are more ways than can be gone.
    fn is_listed_elsewhere(&self, place: &Place, link: &Path) -> bool {
        let Ok(target) = fs::canonicalize(link) else { return false };
        if self.is_loop(place, link) {
            return false;
        }
        // It is whole at any time, so a panic elsewhere does not spoil it.
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        // A folder may be read twice, and must say the same.
        target.starts_with(&self.root) || followed.entry(target).or_insert_with(|| link.to_owned()) != link
    }

    /// A loop may go by several links, so every folder on the way here is looked at, not only
    /// the last one's real place.
    fn is_loop(&self, place: &Place, link: &Path) -> bool {
        let Ok(target) = fs::canonicalize(link) else { return true };
        place
            .path
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.root))
            .any(|folder| fs::canonicalize(folder).map_or(true, |real| real.starts_with(&target)))
    }
}

#[async_trait]
impl Lister for Tree {
    async fn page(&self, place: &Place, _folded: bool, _token: Option<String>) -> Result<Page, SourceError> {
        let (tree, place) = (self.clone(), place.clone());
        blocking(move || tree.read(&place)).await
    }

    fn lists_whole_trees(&self) -> bool {
        false
    }

    fn head(&self) -> &str {
        &self.head
    }
}

/// Disks can be slow, and network disks can hang: not on the threads that serve the network.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(ending()),
        },
    }
}

fn ending() -> SourceError {
    SourceError::Invalid { uri: SCHEME.to_owned(), reason: "the program is ending".to_owned() }
}

/// Reads a file from its start with a place of its own: clones of a handle share theirs.
#[derive(Debug)]
pub(super) struct FromStart<F> {
    file: F,
    at: u64,
}

impl<F: Borrow<File>> FromStart<F> {
    pub(super) fn new(file: F) -> Self {
        Self { file, at: 0 }
    }
}

impl<F: Borrow<File>> Read for FromStart<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.borrow().read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
