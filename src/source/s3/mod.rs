//! A bucket, through `aws-sdk-s3`.
//!
//! The SDK makes requests, and that is all it does here: retries, resumed bodies and the way to a
//! bucket in another region are ours, so that one policy bounds them. `pages` lists, `fetch` gets,
//! and `answer` decides what a failure means.
//!
//! Limits: current versions only; one object is held in memory.

mod answer;
mod fetch;
mod pages;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, RequestChecksumCalculation, ResponseChecksumValidation, StalledStreamProtectionConfig,
};
use aws_sdk_s3::types::RequestPayer;
use futures::stream::BoxStream;

use self::pages::Bucket;
use super::aws::{Aws, FIRST_REGION};
use super::error::SourceError;
use super::retry::{Retry, Tries, Trouble};
use super::walk::{Place, walk};
use super::{Body, Filter, ObjectRef, Source};

const SCHEME: &str = "s3://";

/// A host that does not take a connection within this time is taken for dead.
const CONNECT: Duration = Duration::from_secs(5);

/// Tries before anything was ever answered: a wrong address or no network shows soon.
const FIRST_CONTACT: u32 = 4;

/// Objects of a bucket.
#[derive(Debug)]
pub struct S3 {
    prefix: String,
    store: Arc<Store>,
}

impl S3 {
    /// Opens `bucket/prefix`, as it stands behind `s3://`.
    ///
    /// # Errors
    /// When that is no name of a bucket, or there are no credentials.
    pub async fn open(place: &str, aws: &Aws) -> Result<Self, SourceError> {
        split(place)?;
        Self::over(place, &aws.sdk_config().await, aws).await
    }

    /// The same, with what `aws.sdk_config()` would have loaded.
    ///
    /// # Errors
    /// As for `open`.
    pub async fn over(place: &str, config: &SdkConfig, aws: &Aws) -> Result<Self, SourceError> {
        let (bucket, prefix) = split(place)?;
        aws.check_credentials(config).await?;
        let store = Store::new(bucket, config, aws);
        Ok(Self { prefix: prefix.to_owned(), store: Arc::new(store) })
    }
}

/// The bucket, and the start of keys in it: raw, since a `%` in a key is one.
fn split(place: &str) -> Result<(&str, &str), SourceError> {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let is_name = bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    if bucket.is_empty() || !is_name || bucket.bytes().all(|byte| byte == b'.') {
        let reason = "a bucket's name is letters, digits, `-` and `.`: `s3://my-bucket/AWSLogs/`";
        return Err(SourceError::Misnamed { text: format!("{SCHEME}{place}"), reason });
    }
    Ok((bucket, prefix))
}

#[async_trait]
impl Source for S3 {
    fn list(&self, filter: &Filter) -> BoxStream<'static, Result<ObjectRef, SourceError>> {
        walk(Arc::new(Bucket::new(self.store.clone())), Place::key(self.prefix.clone()), filter.clone())
    }

    async fn get(&self, object: &ObjectRef) -> Result<Body, SourceError> {
        fetch::fetch(&self.store, object).await.map(Body::Bytes)
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// How to ask for one bucket.
#[derive(Debug)]
struct Store {
    bucket: String,
    /// `AWS`, or another endpoint.
    at: String,
    retry: Retry,
    payer: Option<RequestPayer>,
    client: RwLock<Client>,
    /// Whether S3's word on the bucket's region is followed: not when an endpoint was named, which
    /// would send signed requests somewhere else than was said.
    follows: bool,
    /// Whether it was followed already.
    moved: AtomicBool,
    /// Whether anything was answered yet.
    reached: AtomicBool,
    /// Whether an ETag that looked like an MD5 was none.
    has_odd_etags: AtomicBool,
}

impl Store {
    fn new(bucket: &str, config: &SdkConfig, aws: &Aws) -> Self {
        let retry = aws.retry;
        let endpoint = endpoint(config);
        let mut builder = Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECT).build())
            // Other stores than AWS's know no checksums in trailers.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            // Old objects, and other stores, have none: then the ETag is what there is.
            .response_checksum_validation(ResponseChecksumValidation::WhenSupported)
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled().grace_period(retry.stall).build(),
            )
            .force_path_style(endpoint.is_some());
        if config.region().is_none() {
            builder = builder.region(Region::new(FIRST_REGION));
        }
        if aws.no_sign_request {
            builder = builder.allow_no_auth();
        }
        Self {
            bucket: bucket.to_owned(),
            follows: endpoint.is_none(),
            at: endpoint.unwrap_or_else(|| "AWS".to_owned()),
            retry,
            payer: aws.requester_pays.then_some(RequestPayer::Requester),
            client: RwLock::new(Client::from_conf(builder.build())),
            moved: AtomicBool::new(false),
            reached: AtomicBool::new(false),
            has_odd_etags: AtomicBool::new(false),
        }
    }

    fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn uri(&self, key: &str) -> String {
        format!("{SCHEME}{}/{key}", self.bucket)
    }

    /// Whether a request is worth sending again, at once, since the bucket was found elsewhere.
    fn follow(&self, trouble: &Trouble) -> bool {
        let Trouble::Final(SourceError::WrongRegion { asked, real: Some(real), .. }) = trouble else {
            return false;
        };
        if !self.follows {
            return false;
        }
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        let current = client.config().region().map(|region| region.as_ref().to_owned());
        if current.as_ref() != Some(asked) {
            // Another request was told the same, and followed.
            return current.as_ref() == Some(real);
        }
        // A bucket has one region: a store that names a second one would send us round for ever.
        if asked == real || self.moved.swap(true, Ordering::Relaxed) {
            return false;
        }
        tracing::info!(bucket = %self.bucket, region = %real, "the bucket is in another region");
        let config = client.config().to_builder().region(Region::new(real.clone())).build();
        *client = Client::from_conf(config);
        true
    }

    /// Waits, or gives up.
    async fn again(
        &self,
        tries: &mut Tries,
        uri: &str,
        trouble: Trouble,
        progress: bool,
    ) -> Result<(), SourceError> {
        let most = if self.reached.load(Ordering::Relaxed) { u32::MAX } else { FIRST_CONTACT };
        tries.wait(uri, trouble, progress, most).await
    }
}

/// Another store than AWS's: by flag, by profile or by environment.
fn endpoint(config: &SdkConfig) -> Option<String> {
    let named = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    config.endpoint_url().map(str::to_owned).or_else(|| named("AWS_ENDPOINT_URL_S3"))
}
