//! How AWS is asked: the flags that every command shares, and the credentials they lead to.
//!
//! Credentials come as for every AWS tool, by the SDK's own chain: environment, profiles, SSO, web
//! identity, container, instance. Nothing is read or written elsewhere, and no key is ever logged.

use std::error::Error;
use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;

use super::error::{SourceError, chain_text};
use super::retry::Retry;

/// Where a client looks first when nothing names a region; S3 then says where a bucket is.
pub const FIRST_REGION: &str = "us-east-1";

/// What the command line says about AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aws {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--aws-region`.
    pub region: Option<String>,
    /// `--endpoint-url`: another store than AWS's, in path style.
    pub endpoint_url: Option<String>,
    /// `--no-sign-request`: public buckets need no credentials.
    pub no_sign_request: bool,
    /// `--requester-pays`.
    pub requester_pays: bool,
    /// `TRAILHOUND_S3_RETRY`: how stubbornly it is asked, for sources and lakes.
    pub retry: Retry,
}

impl Aws {
    /// Loads files and environment. Each call starts a chain of its own: keep the answer.
    pub async fn sdk_config(&self) -> SdkConfig {
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint_url) = &self.endpoint_url {
            loader = loader.endpoint_url(endpoint_url);
        }
        if self.no_sign_request {
            loader = loader.no_credentials();
        }
        loader.load().await
    }

    /// Whoever answers for the credentials, for signers other than the SDK's clients; `None` with
    /// `--no-sign-request`. It remembers its answer until shortly before that expires: the SDK
    /// leaves this to its clients, and its bare chain asks anew each time.
    pub async fn credentials(&self) -> Option<SharedCredentialsProvider> {
        if self.no_sign_request {
            return None;
        }
        let chain = self.sdk_config().await.credentials_provider()?;
        Some(SharedCredentialsProvider::new(Remembered { chain, last: Mutex::default() }))
    }

    /// Finds out early, and in words, that nobody is signed in.
    ///
    /// # Errors
    /// When no provider has credentials.
    pub(super) async fn check_credentials(&self, config: &SdkConfig) -> Result<(), SourceError> {
        if self.no_sign_request {
            return Ok(());
        }
        let Some(provider) = config.credentials_provider() else {
            return Err(self.no_credentials("no provider is configured".into()));
        };
        match provider.provide_credentials().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.no_credentials(chain_text(&error).into())),
        }
    }

    fn no_credentials(&self, cause: super::error::Cause) -> SourceError {
        SourceError::NoCredentials { profile: self.profile.clone(), cause }
    }
}

/// How long before their expiry credentials are asked for again.
const EARLY: Duration = Duration::from_secs(300);

#[derive(Debug)]
struct Remembered {
    chain: SharedCredentialsProvider,
    /// Held while the chain is asked, so that many signers ask it once.
    last: Mutex<Option<Credentials>>,
}

impl Remembered {
    async fn answer(&self) -> Result<Credentials, CredentialsError> {
        let mut last = self.last.lock().await;
        if let Some(known) = last.as_ref()
            && known.expiry().is_none_or(|expiry| SystemTime::now() + EARLY < expiry)
        {
            return Ok(known.clone());
        }
        let credentials = self.chain.provide_credentials().await?;
        *last = Some(credentials.clone());
        Ok(credentials)
    }
}

impl ProvideCredentials for Remembered {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.answer())
    }
}

/// Whether a failed request failed for want of credentials.
pub(super) fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_missing_profile_is_named_together_with_the_ways_to_sign_in() {
        let config = aws_config::SdkConfig::builder()
            .credentials_provider(SharedCredentialsProvider::new(Nobody))
            .build();
        let aws = Aws { profile: Some("audit".to_owned()), ..Aws::default() };
        let error = aws.check_credentials(&config).await.expect_err("nobody is signed in");
        assert!(
            error.to_string().starts_with("no AWS credentials in profile `audit`; sign in with"),
            "{error}"
        );
        assert!(error.ends_listing());
    }

    #[tokio::test]
    async fn a_public_bucket_needs_nobody() {
        let config = aws_config::SdkConfig::builder().build();
        let aws = Aws { no_sign_request: true, ..Aws::default() };
        aws.check_credentials(&config).await.expect("no credentials are needed");
        assert!(aws.credentials().await.is_none());
    }

    #[tokio::test]
    async fn credentials_are_remembered_until_shortly_before_they_expire() {
        for (lasting, asked) in [(Some(3600), 1), (Some(60), 3), (None, 1)] {
            let counter = Counter { lasting, asked: Arc::default() };
            let chain = SharedCredentialsProvider::new(counter.clone());
            let provider = Remembered { chain, last: Mutex::default() };
            for _ in 0..3 {
                provider.provide_credentials().await.expect("credentials");
            }
            assert_eq!(counter.asked.load(Ordering::SeqCst), asked, "{lasting:?}");
        }
    }

    #[derive(Debug, Clone)]
    struct Counter {
        lasting: Option<u64>,
        asked: Arc<AtomicU32>,
    }

    impl ProvideCredentials for Counter {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let expiry = self.lasting.map(|seconds| SystemTime::now() + Duration::from_secs(seconds));
            future::ProvideCredentials::ready(Ok(Credentials::new("key", "secret", None, expiry, "test")))
        }
    }

    #[derive(Debug)]
    struct Nobody;

    impl ProvideCredentials for Nobody {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let error = CredentialsError::not_loaded("no providers in chain provided credentials");
            future::ProvideCredentials::ready(Err(error))
        }
    }
}
