//! A bucket in memory on loopback, for benchmarks.
//!
//! The server of the tests reads objects in pieces of 4 KiB, hashes them twice for each answer and walks the whole
//! bucket for each page: beside it nothing of the client's could be measured. This one knows every ETag, hands out
//! bytes as they lie in memory and seeks in its sorted keys.
//!
//! Limits: whole objects and listings only; one bucket, whatever its name; nothing ever fails.

#![allow(dead_code, reason = "each benchmark takes the parts it needs")]

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::{Duration, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;
use hyper_util::rt::TokioIo;
use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use s3s::auth::SimpleAuth;
use s3s::dto::{
    CommonPrefix, ETag, GetObjectInput, GetObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Object,
    StreamingBlob, Timestamp,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub(crate) const ACCESS_KEY: &str = "bench-access-key";
pub(crate) const SECRET_KEY: &str = "bench-secret-key";
pub(crate) const REGION: &str = "us-east-1";

/// Entries of a page, as S3 has them.
const PAGE: usize = 1000;

/// What S3 leaves as it is in a key.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*');

/// The server; it is gone when this is dropped.
pub(crate) struct Server {
    url: String,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves objects by their keys.
    pub(crate) async fn start(objects: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let with_etag = |(key, bytes): (String, Bytes)| {
            let md5 = u128::from_be_bytes(Md5::digest(&bytes).into());
            (key, Stored { etag: format!("{md5:032x}"), bytes })
        };
        let mut builder =
            S3ServiceBuilder::new(Bucket { objects: objects.into_iter().map(with_etag).collect() });
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        Self { url, task: tokio::spawn(accept(listener, builder.build())) }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The environment of a process that is to use this server.
    pub(crate) fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }
}

async fn accept(listener: TcpListener, service: S3Service) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = service.clone();
        tokio::spawn(async move {
            // A client that goes away ends its connection, which is no failure of the benchmark.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

struct Stored {
    etag: String,
    bytes: Bytes,
}

struct Bucket {
    objects: BTreeMap<String, Stored>,
}

impl Bucket {
    /// A page of what begins with a prefix, behind a key or a folder, and whether there is more.
    fn page(&self, prefix: &str, delimiter: Option<&str>, behind: Option<&str>) -> (Vec<Entry<'_>>, bool) {
        let mut entries = Vec::new();
        let mut from = match behind {
            // All that lies in a folder that was told is behind it too.
            Some(folder) if delimiter.is_some_and(|delimiter| folder.ends_with(delimiter)) => {
                Bound::Included(end_of(folder))
            }
            Some(key) => Bound::Excluded(key.to_owned()),
            None => Bound::Included(prefix.to_owned()),
        };
        loop {
            let mut range =
                self.objects.range::<str, _>((from.as_ref().map(String::as_str), Bound::Unbounded));
            let Some((key, stored)) = range.next().filter(|(key, _)| key.starts_with(prefix)) else {
                return (entries, false);
            };
            if entries.len() == PAGE {
                return (entries, true);
            }
            let folded = delimiter.and_then(|delimiter| {
                let at = key[prefix.len()..].find(delimiter)?;
                Some(&key[..prefix.len() + at + delimiter.len()])
            });
            from = match folded {
                Some(folder) => {
                    entries.push(Entry::Folder(folder));
                    Bound::Included(end_of(folder))
                }
                None => {
                    entries.push(Entry::Object(key, stored));
                    Bound::Excluded(key.clone())
                }
            };
        }
    }
}

/// The first text behind all that begin with this one, which ends with an ASCII character.
fn end_of(folder: &str) -> String {
    let mut bytes = folder.as_bytes().to_vec();
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
    String::from_utf8(bytes).expect("a delimiter in ASCII")
}

enum Entry<'b> {
    Folder(&'b str),
    Object(&'b str, &'b Stored),
}

impl Entry<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Folder(name) | Self::Object(name, _) => name,
        }
    }
}

#[async_trait]
impl S3 for Bucket {
    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let stored = self.objects.get(&request.input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(GetObjectOutput {
            content_length: i64::try_from(stored.bytes.len()).ok(),
            body: Some(StreamingBlob::from(Body::from(stored.bytes.clone()))),
            e_tag: Some(ETag::Strong(stored.etag.clone())),
            ..GetObjectOutput::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let prefix = input.prefix.clone().unwrap_or_default();
        let (entries, is_truncated) =
            self.page(&prefix, input.delimiter.as_deref(), input.continuation_token.as_deref());
        let next_continuation_token =
            entries.last().filter(|_| is_truncated).map(|last| last.name().to_owned());
        let encoded = |name: &str| Some(percent_encode(name.as_bytes(), &KEPT).to_string());
        let (mut contents, mut common_prefixes) = (Vec::new(), Vec::new());
        for entry in &entries {
            match entry {
                Entry::Folder(name) => common_prefixes.push(CommonPrefix { prefix: encoded(name) }),
                Entry::Object(key, stored) => contents.push(Object {
                    key: encoded(key),
                    size: i64::try_from(stored.bytes.len()).ok(),
                    e_tag: Some(ETag::Strong(stored.etag.clone())),
                    last_modified: Some(Timestamp::from(UNIX_EPOCH + Duration::from_secs(1_769_904_000))),
                    ..Object::default()
                }),
            }
        }
        Ok(S3Response::new(ListObjectsV2Output {
            key_count: i32::try_from(entries.len()).ok(),
            is_truncated: Some(is_truncated),
            contents: Some(contents),
            common_prefixes: Some(common_prefixes),
            continuation_token: input.continuation_token,
            next_continuation_token,
            delimiter: input.delimiter,
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            prefix: encoded(&prefix),
            ..ListObjectsV2Output::default()
        }))
    }
}
