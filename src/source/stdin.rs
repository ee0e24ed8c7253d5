//! Standard input, or any other pipe: one object.
//!
//! It can be read only once, and a decoder, a retry and a hash want it more often: so it is spooled
//! to a temporary file first, which has no name and is gone with the process. Its own name is its
//! hash, so that the same bytes are known again.

use std::fs::File;
use std::io::{self, Read, Write};

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use super::error::SourceError;
use super::{Body, Filter, ObjectRef, Source};

/// What a pipe may bring: far more than anybody pipes, and less than what fills most disks.
pub const MAX_SPOOLED_BYTES: u64 = 16 << 30;

const NAME: &str = "standard input";

/// A pipe, read to its end.
#[derive(Debug)]
pub struct Stdin {
    file: File,
    object: ObjectRef,
}

impl Stdin {
    /// Reads it all.
    ///
    /// # Errors
    /// When it can't be read, is longer than [`MAX_SPOOLED_BYTES`], or the disk is full.
    pub async fn spool(input: impl Read + Send + 'static) -> Result<Self, SourceError> {
        Self::spool_at_most(input, MAX_SPOOLED_BYTES).await
    }

    async fn spool_at_most(input: impl Read + Send + 'static, limit: u64) -> Result<Self, SourceError> {
        let copied = spawn_blocking(move || copy(input, limit))
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)));
        let (file, size, hash) = copied.map_err(|source| SourceError::Local { path: NAME.into(), source })?;
        if size > limit {
            return Err(SourceError::TooLarge { uri: NAME.to_owned(), size, limit });
        }
        let object = ObjectRef {
            uri: format!("stdin:{hash}"),
            key: "-".to_owned(),
            size,
            etag: Some(hash),
            last_modified: None,
            parts: None,
        };
        Ok(Self { file, object })
    }
}

/// Copies up to one byte more than the limit.
fn copy(mut input: impl Read, limit: u64) -> io::Result<(File, u64, String)> {
    let mut file = tempfile::tempfile()?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0;
    while size <= limit {
        let read = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        file.write_all(&buffer[..read])?;
        size += read as u64;
    }
    let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((file, size, hex))
}

#[async_trait]
impl Source for Stdin {
    fn list(&self, _filter: &Filter) -> BoxStream<'static, Result<ObjectRef, SourceError>> {
        let object = self.object.clone();
        stream::once(async move { Ok(object) }.boxed()).boxed()
    }

    async fn get(&self, object: &ObjectRef) -> Result<Body, SourceError> {
        if object.uri != self.object.uri {
            return Err(SourceError::NotFound { uri: object.uri.clone() });
        }
        let file = self.file.try_clone();
        file.map(Body::File).map_err(|source| SourceError::Local { path: NAME.into(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pipe_is_named_by_its_hash_and_read_as_often_as_needed() {
        let source = Stdin::spool(&b"abc"[..]).await.expect("spooled");
        let object = source.list(&Filter::default()).next().await.expect("one").expect("an object");
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((object.uri.as_str(), object.size), (format!("stdin:{hash}").as_str(), 3));
        for _ in 0..2 {
            let mut text = String::new();
            let body = source.get(&object).await.expect("read");
            body.reader().expect("a reader").read_to_string(&mut text).expect("text");
            assert_eq!(text, "abc");
        }
    }

    #[tokio::test]
    async fn an_endless_pipe_ends_at_the_bound() {
        let error = Stdin::spool_at_most(io::repeat(b'x'), 1 << 20).await.expect_err("too much");
        assert!(matches!(error, SourceError::TooLarge { limit: 0x10_0000, .. }), "{error}");
    }

    #[tokio::test]
    async fn a_pipe_that_breaks_is_an_error_not_a_short_object() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let error = Stdin::spool((&b"abc"[..]).chain(Broken)).await.expect_err("broken");
        assert!(matches!(error, SourceError::Local { .. }), "{error}");
    }
}
