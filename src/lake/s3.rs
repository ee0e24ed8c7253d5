//! A lake on S3: the object store that reads and writes a prefix of a bucket.
//!
//! It uses the credentials that the AWS SDK finds, so that a lake and its sources follow the same
//! `--profile` and the same refresh. A log entry is created by a conditional PUT (`If-None-Match: *`).
//! How often it asks, and what it believes, is the business of `s3_client`.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use async_trait::async_trait;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::aws::{AmazonS3Builder, AwsCredential};
use object_store::{ClientOptions, CredentialProvider, Error, ObjectStore, RetryConfig};

use super::rooted::Rooted;
use super::s3_client::Careful;
use crate::source::{Aws, SourceError};

/// Where S3 is when nothing says otherwise; the SDKs ask for a region, S3's own default is this one.
const DEFAULT_REGION: &str = "us-east-1";

/// A host that does not take a connection within this time is taken for dead.
const CONNECT: Duration = Duration::from_secs(5);

/// The SDK's credentials, as `object_store` asks for them.
#[derive(Debug)]
struct SdkCredentials(SharedCredentialsProvider);

#[async_trait]
impl CredentialProvider for SdkCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        // The provider remembers what it found until shortly before it expires.
        let found = self.0.provide_credentials().await;
        let found = found.map_err(|error| Error::Generic { store: "S3", source: error.into() })?;
        Ok(Arc::new(AwsCredential {
            key_id: found.access_key_id().to_owned(),
            secret_key: found.secret_access_key().to_owned(),
            token: found.session_token().map(str::to_owned),
        }))
    }
}

/// The store of `s3://bucket/prefix`.
pub(super) async fn open(bucket: &str, prefix: &str, aws: &Aws) -> Result<Arc<dyn ObjectStore>> {
    let config = aws.sdk_config().await;
    let region = config.region().map_or(DEFAULT_REGION, |region| region.as_ref());
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(region)
        .with_http_connector(Careful(aws.retry))
        // Both are the client's; its time runs from byte to byte, so that a large file may take long.
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .with_client_options(ClientOptions::new().with_connect_timeout(CONNECT).with_timeout_disabled());
    if let Some(endpoint) = config.endpoint_url() {
        // A server of one's own rarely has a name for each bucket.
        builder = builder
            .with_endpoint(endpoint)
            .with_virtual_hosted_style_request(false)
            .with_allow_http(endpoint.starts_with("http://"));
    }
    builder = match aws.credentials().await {
        Some(provider) => {
            // Asked once now, so that a lack of them is told as what it is and not as a log that can't be read.
            let missing = |cause| SourceError::NoCredentials { profile: aws.profile.clone(), cause };
            provider.provide_credentials().await.map_err(|error| missing(error.into()))?;
            builder.with_credentials(Arc::new(SdkCredentials(provider)))
        }
        None => builder.with_skip_signature(true),
    };
    if aws.requester_pays {
        builder = builder.with_request_payer(true);
    }
    let store = builder.build().with_context(|| format!("the lake's bucket `{bucket}`"))?;
    Ok(match prefix {
        "" => Arc::new(store),
        prefix => Arc::new(Rooted::new(store, prefix)),
    })
}
