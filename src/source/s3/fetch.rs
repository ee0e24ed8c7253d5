//! The bytes of an object, through whatever happens on the way.
//!
//! The SDK gives up a body that is cut, reset or stalled. Here it goes on where it stopped, by
//! range, and only with the same version (`If-Match`): so the bytes are those of one version, or
//! there is an error.

use std::sync::atomic::Ordering;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use super::super::aws::chain;
use super::super::error::SourceError;
use super::super::retry::Trouble;
use super::super::{MAX_OBJECT_BYTES, ObjectRef};
use super::Store;
use super::answer::{Asked, unanswered};

/// Memory that is asked for before anything has come: a wrong size costs no more than this.
const FIRST_CAPACITY: u64 = 64 << 20;

/// Gets an object whole.
pub(super) async fn fetch(store: &Store, object: &ObjectRef) -> Result<Bytes, SourceError> {
    if object.size > MAX_OBJECT_BYTES {
        let (uri, size) = (object.uri.clone(), object.size);
        return Err(SourceError::TooLarge { uri, size, limit: MAX_OBJECT_BYTES });
    }
    let capacity = object.size.min(FIRST_CAPACITY) as usize;
    let mut download =
        Download { store, object, etag: object.etag.clone(), bytes: BytesMut::with_capacity(capacity) };
    let mut tries = store.retry.start();
    loop {
        let before = download.bytes.len();
        match download.go_on().await {
            Ok(()) => return Ok(download.bytes.freeze()),
            Err(trouble) if store.follow(&trouble) => {}
            Err(trouble) => {
                let progress = download.bytes.len() > before;
                store.again(&mut tries, &object.uri, trouble, progress).await?;
            }
        }
    }
}

struct Download<'d> {
    store: &'d Store,
    object: &'d ObjectRef,
    /// The version that is being read.
    etag: Option<String>,
    bytes: BytesMut,
}

impl Download<'_> {
    /// One request, for what is still missing.
    async fn go_on(&mut self) -> Result<(), Trouble> {
        let mut output = self.ask().await?;
        self.check(&output)?;
        let stall = self.store.retry.stall;
        loop {
            let chunk = match timeout(stall, output.body.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => {
                    return Err(Trouble::passing(format!("{}: {}", self.reached(), chain(&error))));
                }
                Ok(None) => break,
                Err(_) => {
                    return Err(Trouble::passing(format!("{}, then nothing for {stall:?}", self.reached())));
                }
            };
            if (self.bytes.len() + chunk.len()) as u64 > self.object.size {
                return Err(self.changed());
            }
            self.bytes.extend_from_slice(&chunk);
        }
        if (self.bytes.len() as u64) < self.object.size {
            return Err(Trouble::passing(self.reached()));
        }
        Ok(())
    }

    fn reached(&self) -> String {
        format!("the answer stopped after {} of {} bytes", self.bytes.len(), self.object.size)
    }

    fn changed(&self) -> Trouble {
        Trouble::Final(SourceError::Changed { uri: self.object.uri.clone() })
    }

    async fn ask(&self) -> Result<GetObjectOutput, Trouble> {
        let store = self.store;
        let range = (!self.bytes.is_empty()).then(|| format!("bytes={}-", self.bytes.len()));
        let request = store
            .client()
            .get_object()
            .bucket(&store.bucket)
            .key(&self.object.key)
            .set_if_match(self.etag.clone())
            .set_range(range)
            .set_request_payer(store.payer.clone());
        match timeout(store.retry.stall, request.send()).await {
            Ok(Ok(output)) => {
                store.reached.store(true, Ordering::Relaxed);
                Ok(output)
            }
            Ok(Err(error)) => {
                if error.raw_response().is_some() {
                    store.reached.store(true, Ordering::Relaxed);
                }
                Err(store.judge(error, Asked::Object, &self.object.uri))
            }
            Err(_) => Err(unanswered(store.retry.stall)),
        }
    }

    /// Whether what comes is what was asked for: some stores know neither `If-Match` nor ranges.
    fn check(&mut self, output: &GetObjectOutput) -> Result<(), Trouble> {
        match (&self.etag, output.e_tag()) {
            (Some(listed), Some(got)) if unquoted(listed) != unquoted(got) => return Err(self.changed()),
            (None, Some(got)) => self.etag = Some(got.to_owned()),
            _ => {}
        }
        if self.bytes.is_empty() {
            return Ok(());
        }
        let begins = output
            .content_range()
            .and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
        match begins {
            Some(at) if self.bytes.len() == at => {}
            // All of it once more, or something else: from the start then.
            Some(0) | None => self.bytes.clear(),
            Some(_) => {
                self.bytes.clear();
                return Err(Trouble::passing("the answer is another range than was asked for"));
            }
        }
        Ok(())
    }
}

fn unquoted(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}
