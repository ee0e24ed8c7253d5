//! The bytes of an object, through whatever happens on the way.
//!
//! The SDK gives up a body that is cut, reset or stalled. Here it goes on where it stopped, by
//! range, and only with the same version (`If-Match`): so the bytes are those of one version, or
//! there is an error. Where its ETag is the MD5 of an object, or S3 sends a checksum, they are compared.

use std::sync::atomic::Ordering;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use super::super::error::{SourceError, chain_text};
use super::super::retry::Trouble;
use super::super::whole::{md5, md5_of_etag};
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
    let bytes = BytesMut::with_capacity(capacity);
    let etag = object.etag.clone();
    let mut download = Download { store, object, etag, bytes, other_length: None, other_md5: None };
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
    /// A length that an answer claimed and the listing did not.
    other_length: Option<u64>,
    /// What came whole once, and was not what the ETag says.
    other_md5: Option<u128>,
}

impl Download<'_> {
    /// One request, for what is still missing.
    async fn go_on(&mut self) -> Result<(), Trouble> {
        let mut output = self.ask().await?;
        self.check(&output)?;
        let md5 = md5_told(&output).filter(|_| !self.store.has_odd_etags.load(Ordering::Relaxed));
        let stall = self.store.retry.stall;
        loop {
            let chunk = match timeout(stall, output.body.next()).await {
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(error))) => {
                    let trouble = Trouble::passing(format!("{}: {}", self.reached(), chain_text(&error)));
                    // What fails behind the last byte is the checksum: no telling which byte is wrong.
                    if self.bytes.len() as u64 == self.object.size {
                        self.bytes.clear();
                    }
                    return Err(trouble);
                }
                Ok(None) => break,
                Err(_) => {
                    return Err(Trouble::passing(format!("{}, then nothing for {stall:?}", self.reached())));
                }
            };
            if (self.bytes.len() + chunk.len()) as u64 > self.object.size {
                return Err(self.misfit(u64::MAX));
            }
            self.bytes.extend_from_slice(&chunk);
        }
        if (self.bytes.len() as u64) < self.object.size {
            return Err(Trouble::passing(self.reached()));
        }
        md5.map_or(Ok(()), |told| self.verify(told))
    }

    /// Compares what has come with what the ETag says of it.
    fn verify(&mut self, told: u128) -> Result<(), Trouble> {
        let found = md5(&self.bytes);
        if found == told {
            return Ok(());
        }
        // The same bytes twice are no accident on the way: this store's ETags are something else.
        if self.other_md5.replace(found) == Some(found) {
            if !self.store.has_odd_etags.swap(true, Ordering::Relaxed) {
                let uri = self.object.uri.as_str();
                tracing::warn!(
                    uri,
                    "its ETag is not its MD5, but it came twice with the same bytes: taken as it is, and no more \
                     bytes are compared with ETags of this store"
                );
            }
            return Ok(());
        }
        self.bytes.clear();
        Err(Trouble::passing("the bytes are not those that the ETag is of"))
    }

    /// An answer of another length than was listed: an accident on the way or, where no ETag tells whether
    /// it is the same object and the length is told twice, another one.
    fn misfit(&mut self, length: u64) -> Trouble {
        self.bytes.clear();
        if self.other_length.replace(length) == Some(length) && self.object.etag.is_none() {
            return self.changed();
        }
        Trouble::passing(format!(
            "the answer is longer or shorter than the {} bytes listed",
            self.object.size
        ))
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
            (Some(_), None) => {
                self.bytes.clear();
                return Err(Trouble::passing("the answer has no ETag, though the listing has"));
            }
            _ => {}
        }
        if let Some(length) = length_told(output).filter(|length| *length != self.object.size) {
            return Err(self.misfit(length));
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

/// The length of the whole object, by an answer with all or a part of it.
fn length_told(output: &GetObjectOutput) -> Option<u64> {
    match output.content_range() {
        Some(range) => range.rsplit('/').next()?.parse().ok(),
        None => output.content_length().and_then(|length| u64::try_from(length).ok()),
    }
}

fn md5_told(output: &GetObjectOutput) -> Option<u128> {
    let encryption = output.server_side_encryption().map(|kind| kind.as_str());
    md5_of_etag(output.e_tag()?, encryption, output.sse_customer_algorithm().is_some())
}

fn unquoted(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}
