//! Objects in memory, which fail as they are told to: for tests of everything behind a source.
//!
//! ```
//! use trailhound::source::{Fault, Memory};
//!
//! let source = Memory::new().with("good.json", "{}").with("bad.json", "{}").failing("bad.json", Fault::Denied);
//! ```
//!
//! It lists in pages as a bucket does, and counts what it was asked. A fault may be set or lifted
//! at any time, also between a listing and a get.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::error::SourceError;
use super::walk::{Lister, Page, Place, walk};
use super::{Body, Filter, ObjectRef, Source, key};

/// Keys on a page.
const PAGE: usize = 1000;

const SCHEME: &str = "memory:///";

/// How a get of one object fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Deleted after it was listed.
    Gone,
    /// Overwritten after it was listed.
    Changed,
    /// Permission is missing.
    Denied,
    /// In an archive storage class.
    Archived,
    /// Tried again and again.
    Exhausted,
    /// Its bytes end after so many; no error.
    Cut(usize),
    /// It answers only after this time.
    Slow(Duration),
}

/// Objects in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    prefix: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, (Bytes, u64)>,
    faults: HashMap<String, Fault>,
    /// Prefixes that can't be listed.
    closed: Vec<String>,
    versions: u64,
    lists: u64,
    gets: u64,
}

impl Memory {
    /// Nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with one object more.
    #[must_use]
    pub fn with(self, key: &str, bytes: impl Into<Bytes>) -> Self {
        self.put(key, bytes);
        self
    }

    /// The same, with a get of this key failing.
    #[must_use]
    pub fn failing(self, key: &str, fault: Fault) -> Self {
        self.set_fault(key, Some(fault));
        self
    }

    /// The same objects, below a prefix only.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), inner: self.inner.clone() }
    }

    /// Writes, or overwrites, an object.
    pub fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let mut inner = self.inner();
        inner.versions += 1;
        let version = inner.versions;
        inner.objects.insert(key.to_owned(), (bytes.into(), version));
    }

    /// Deletes an object.
    pub fn remove(&self, key: &str) {
        self.inner().objects.remove(key);
    }

    /// Sets or lifts a fault.
    pub fn set_fault(&self, key: &str, fault: Option<Fault>) {
        let mut inner = self.inner();
        match fault {
            Some(fault) => inner.faults.insert(key.to_owned(), fault),
            None => inner.faults.remove(key),
        };
    }

    /// Denies to list this prefix.
    pub fn close(&self, prefix: &str) {
        self.inner().closed.push(prefix.to_owned());
    }

    /// How many pages were listed, and how many objects read.
    pub fn asked(&self) -> (u64, u64) {
        let inner = self.inner();
        (inner.lists, inner.gets)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Source for Memory {
    fn list(&self, filter: &Filter) -> BoxStream<'static, Result<ObjectRef, SourceError>> {
        walk(Arc::new(self.clone()), Place::key(self.prefix.clone()), filter.clone())
    }

    async fn get(&self, object: &ObjectRef) -> Result<Body, SourceError> {
        let uri = object.uri.clone();
        let fault = self.inner().faults.get(&object.key).copied();
        if let Some(Fault::Slow(time)) = fault {
            tokio::time::sleep(time).await;
        }
        let mut inner = self.inner();
        inner.gets += 1;
        let found = inner.objects.get(&object.key);
        let Some((bytes, version)) = found.filter(|_| object.uri == format!("{SCHEME}{}", object.key)) else {
            return Err(SourceError::NotFound { uri });
        };
        if object.etag != Some(etag(*version)) {
            return Err(SourceError::Changed { uri });
        }
        let cause = "the test says so".into();
        Err(match fault {
            None | Some(Fault::Slow(_)) => return Ok(Body::Bytes(bytes.clone())),
            Some(Fault::Cut(length)) => return Ok(Body::Bytes(bytes.slice(..length.min(bytes.len())))),
            Some(Fault::Gone) => SourceError::NotFound { uri },
            Some(Fault::Changed) => SourceError::Changed { uri },
            Some(Fault::Denied) => SourceError::Denied { uri, way_out: "lift the fault".to_owned(), cause },
            Some(Fault::Archived) => SourceError::Archived { uri },
            Some(Fault::Exhausted) => {
                SourceError::Exhausted { uri, attempts: 12, elapsed: Duration::from_secs(75), cause }
            }
        })
    }
}

fn etag(version: u64) -> String {
    format!("\"v{version}\"")
}

#[async_trait]
impl Lister for Memory {
    async fn page(&self, place: &Place, folded: bool, token: Option<String>) -> Result<Page, SourceError> {
        let mut inner = self.inner();
        inner.lists += 1;
        let prefix = place.key.as_str();
        if inner.closed.iter().any(|closed| closed == prefix) {
            return Err(SourceError::Denied {
                uri: format!("{SCHEME}{prefix}"),
                way_out: "open it".to_owned(),
                cause: "the test says so".into(),
            });
        }
        let mut page = Page::default();
        // A token is the least key of the next page.
        let start = token.unwrap_or_else(|| prefix.to_owned());
        let mut next = start.clone();
        for (key, (bytes, version)) in inner.objects.range((Bound::Included(start), Bound::Unbounded)) {
            if !key.starts_with(prefix) {
                break;
            }
            if page.places.last().is_some_and(|folder| key.starts_with(&folder.key)) {
                continue;
            }
            if page.objects.len() + page.places.len() == PAGE {
                page.next = Some(next);
                break;
            }
            if let Some(slash) = key[prefix.len()..].find('/').filter(|_| folded) {
                let folder = &key[..prefix.len() + slash];
                // `0` follows `/`.
                next = format!("{folder}0");
                page.places.push(Place::key(format!("{folder}/")));
            } else {
                next = format!("{key}\0");
                page.objects.push(ObjectRef {
                    uri: format!("{SCHEME}{key}"),
                    key: key.clone(),
                    size: bytes.len() as u64,
                    etag: Some(etag(*version)),
                    last_modified: None,
                    parts: key::parse(key),
                });
            }
        }
        Ok(page)
    }
}
