//! Where logs come from: a bucket, a folder, one object, or standard input.
//!
//! A [`Source`] lists objects and gets their bytes; it knows nothing of what is in them. A listing
//! is a stream, day by day over all accounts, and starts before the rest is known. One object that
//! can't be listed or read is an error among the objects, not the end of them.
//!
//! Limits: an object in a bucket has at most [`MAX_OBJECT_BYTES`]. Concurrency of gets is the
//! caller's business.

mod aws;
mod error;
mod filter;
mod key;
mod local;
mod memory;
mod retry;
mod s3;
mod stdin;
mod walk;
mod whole;

#[cfg(test)]
mod contract;

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Buf, Bytes};
use futures::stream::BoxStream;
use jiff::Timestamp;

pub use self::aws::{Aws, FIRST_REGION};
pub use self::error::{Cause, SourceError, chain_text};
pub use self::filter::Filter;
pub use self::key::{Folder, KeyParts, parse as parse_key};
pub use self::local::Local;
pub use self::memory::{Fault, Memory};
pub use self::retry::{Retry, retries};
pub use self::s3::S3;
pub use self::stdin::{MAX_SPOOLED_BYTES, Stdin};

pub(crate) use self::retry::{Passing, count_retry};
pub(crate) use self::whole::{
    PageAsked, error_code, is_foreign, is_passing_code, md5, md5_of_etag, page_fault, unclosed,
};

/// The largest object that is read from a bucket, since its bytes are held until they are decoded.
/// CloudTrail's own have 50 MB at most; ten times that leaves room for logs joined by somebody.
pub const MAX_OBJECT_BYTES: u64 = 512 << 20;

/// One object, as it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its name everywhere: `s3://bucket/<raw key>`, `file:///<path, percent-encoded>`,
    /// `stdin:<sha256>`.
    pub uri: String,
    /// Its name in the source: the raw key, or the path below the folder.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Changes with the content; opaque.
    pub etag: Option<String>,
    /// By the store's clock.
    pub last_modified: Option<Timestamp>,
    /// What its place in a trail's tree tells.
    pub parts: Option<KeyParts>,
}

/// The bytes of an object.
#[derive(Debug)]
pub enum Body {
    /// In memory.
    Bytes(Bytes),
    /// On a disk.
    File(File),
}

/// How an object begins and ends.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Its first bytes; zeros where there are none.
    pub first: [u8; 2],
    /// Its last bytes; zeros where there are none.
    pub last: [u8; 4],
    /// How many bytes it has.
    pub size: u64,
}

impl Body {
    /// How it begins and ends.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn ends(&self) -> io::Result<Ends> {
        let (mut first, mut last) = ([0; 2], [0; 4]);
        let size = match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.metadata()?.len(),
        };
        if size >= 4 {
            match self {
                Self::Bytes(bytes) => {
                    first.copy_from_slice(&bytes[..2]);
                    last.copy_from_slice(&bytes[bytes.len() - 4..]);
                }
                Self::File(file) => {
                    file.read_exact_at(&mut first, 0)?;
                    file.read_exact_at(&mut last, size - 4)?;
                }
            }
        }
        Ok(Ends { first, last, size })
    }

    /// Its first `size` bytes, or all there are; those of a file are read into `buffer`.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn bytes<'b>(&'b self, size: usize, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        match self {
            Self::Bytes(bytes) => Ok(&bytes[..bytes.len().min(size)]),
            Self::File(file) => {
                buffer.clear();
                buffer.reserve(size);
                local::FromStart::new(file).take(size as u64).read_to_end(buffer)?;
                Ok(buffer)
            }
        }
    }

    /// Reads from the start, each time it is called and however many readers there are.
    ///
    /// # Errors
    /// When the file can't be opened once more.
    pub fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(bytes.clone().reader()),
            Self::File(file) => Box::new(local::FromStart::new(file.try_clone()?)),
        })
    }
}

/// Something that holds logs.
#[async_trait]
pub trait Source: Debug + Send + Sync {
    /// The objects that the filter chooses: all of one day before the next, and within a day by
    /// key; those whose key tells no day come anywhere between. Nothing is there twice, but what
    /// a link on a disk points at.
    ///
    /// An error stands for an object or a folder that could not be looked at, and the others
    /// follow, unless [`SourceError::ends_listing`].
    fn list(&self, filter: &Filter) -> BoxStream<'static, Result<ObjectRef, SourceError>>;

    /// The bytes of a listed object, whole and of the version that was listed.
    async fn get(&self, object: &ObjectRef) -> Result<Body, SourceError>;

    /// The bytes of several small objects, in their order; a disk reads them in one go.
    async fn get_all(&self, objects: &[ObjectRef]) -> Vec<Result<Body, SourceError>> {
        let mut bodies = Vec::with_capacity(objects.len());
        for object in objects {
            bodies.push(self.get(object).await);
        }
        bodies
    }

    /// Whether bytes come over a network, where they may be garbled: what looks bad is read twice then.
    fn is_remote(&self) -> bool {
        false
    }
}

/// Opens what somebody typed: `s3://bucket/prefix`, a folder, a file, or `-`.
///
/// # Errors
/// When there is nothing of this name, or no credentials for it. Whether a bucket exists shows
/// when it is listed.
pub async fn open(text: &str, aws: &Aws) -> Result<Arc<dyn Source>, SourceError> {
    if text == "-" {
        return Ok(Arc::new(Stdin::spool(io::stdin()).await?));
    }
    if let Some(place) = text.strip_prefix("s3://") {
        return Ok(Arc::new(S3::open(place, aws).await?));
    }
    if let Some((scheme, _)) = text.split_once("://")
        && scheme != "file"
    {
        let reason = "a source is `s3://bucket/prefix`, a folder, a file, or `-` for standard input";
        return Err(SourceError::Misnamed { text: text.to_owned(), reason });
    }
    let path = local::path_of(text);
    if local::is_pipe(&path) {
        let file = File::open(&path).map_err(|source| SourceError::Local { path, source })?;
        return Ok(Arc::new(Stdin::spool(file).await?));
    }
    Ok(Arc::new(Local::open(&path).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_that_is_not_there_is_told_with_the_way_to_write_a_bucket() {
        let error = open("my-bucket/AWSLogs", &Aws::default()).await.expect_err("there is none");
        assert_eq!(
            error.to_string(),
            "there is no file or folder `my-bucket/AWSLogs`; a bucket is written `s3://name/`"
        );
    }

    #[tokio::test]
    async fn another_kind_of_address_is_told_what_a_source_looks_like() {
        let error = open("https://example.com/x", &Aws::default()).await.expect_err("no source");
        assert!(error.to_string().contains("a source is `s3://bucket/prefix`, a folder"), "{error}");
    }

    #[test]
    fn a_body_is_read_from_the_start_by_every_reader() {
        let mut file = tempfile::tempfile().expect("a temporary file");
        io::Write::write_all(&mut file, b"some bytes").expect("written");
        for body in [Body::File(file), Body::Bytes(Bytes::from_static(b"some bytes"))] {
            let mut first = body.reader().expect("a reader");
            let mut second = body.reader().expect("a reader");
            let (mut one, mut two) = (String::new(), String::new());
            first.read_exact(&mut [0; 4]).expect("read");
            second.read_to_string(&mut two).expect("read");
            first.read_to_string(&mut one).expect("read");
            assert_eq!((one.as_str(), two.as_str()), (" bytes", "some bytes"));
        }
    }
}
