//! What a failed request means: for good, or worth another try.
//!
//! S3 says it in a code, a status or a header; other stores say it in fewer of them. So the code
//! decides where there is one, and the status where there is none.

use std::error::Error;
use std::time::Duration;

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::super::aws::lacks_credentials;
use super::super::error::{Cause, SourceError, chain_text};
use super::super::retry::{Passing, Trouble};
use super::super::whole::is_passing_code;
use super::Store;

/// The longest wish of a server that is listened to.
const LONGEST_WISH: Duration = Duration::from_secs(300);

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Page,
    Object,
}

/// A request that took too long to be answered.
pub(super) fn unanswered(limit: Duration) -> Trouble {
    Trouble::passing(format!("no answer within {limit:?}"))
}

impl Store {
    /// Judges a failure; `uri` is the object's or the prefix's.
    pub(super) fn judge<E>(&self, error: SdkError<E, HttpResponse>, asked: Asked, uri: &str) -> Trouble
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let Some(response) = error.raw_response() else { return self.judge_unsent(&error, uri) };
        let header = |name: &str| response.headers().get(name).map(str::to_owned);
        let status = response.status().as_u16();
        let answer = Answer {
            status,
            code: error.code().map(str::to_owned).unwrap_or_default(),
            message: match error.message() {
                Some(message) => message.to_owned(),
                // No answer of S3's, or none that is whole: what is wrong with it lies at the bottom.
                None if status < 300 && error.code().is_none() => innermost(&error),
                None => String::new(),
            },
            region: header("x-amz-bucket-region"),
            wish: header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs),
            request_id: header("x-amz-request-id"),
        };
        self.judge_answer(answer, asked, uri)
    }

    fn judge_unsent<E>(&self, error: &SdkError<E, HttpResponse>, uri: &str) -> Trouble
    where
        E: Error + Send + Sync + 'static,
    {
        let cause = chain_text(error);
        if lacks_credentials(error) {
            let way_out = "sign in again";
            return Trouble::Final(SourceError::BadCredentials {
                uri: uri.to_owned(),
                way_out,
                cause: cause.into(),
            });
        }
        match error {
            SdkError::ConstructionFailure(_) => {
                Trouble::Final(SourceError::Invalid { uri: uri.to_owned(), reason: cause })
            }
            _ => Trouble::passing(cause),
        }
    }

    fn judge_answer(&self, answer: Answer, asked: Asked, uri: &str) -> Trouble {
        let uri = uri.to_owned();
        let client_region = self.client().config().region().map(|region| region.as_ref().to_owned());
        let here = client_region.unwrap_or_default();
        let final_error = match (answer.status, answer.code.as_str()) {
            _ if answer.is_elsewhere(&here) => {
                let real = answer.real_region();
                SourceError::WrongRegion { bucket: self.bucket.clone(), asked: here, real }
            }
            _ if answer.may_pass() => {
                let wish = answer.wish.map(|wish| wish.min(LONGEST_WISH));
                return Trouble::Passing(Passing { cause: answer.cause(), wish });
            }
            (_, "NoSuchBucket") => self.no_bucket(),
            (_, "NoSuchKey") => SourceError::NotFound { uri },
            (404, _) if asked == Asked::Page => self.no_bucket(),
            (404, _) => SourceError::NotFound { uri },
            // A range behind the end: it has become shorter.
            (412 | 416, _) => SourceError::Changed { uri },
            (_, "InvalidObjectState") => SourceError::Archived { uri },
            (_, code) if code.starts_with("KMS") || answer.speaks_of_kms() => {
                let way_out = "the objects are encrypted: allow kms:Decrypt on the trail's key, in the role's \
                               policy and in the key's";
                SourceError::Denied { uri, way_out: way_out.to_owned(), cause: answer.cause() }
            }
            (_, "InvalidAccessKeyId" | "SignatureDoesNotMatch" | "InvalidToken" | "InvalidSecurity") => {
                let way_out = "check the keys, or sign in again";
                SourceError::BadCredentials { uri, way_out, cause: answer.cause() }
            }
            (_, "ExpiredToken" | "TokenRefreshRequired") => {
                let way_out = "they have expired: sign in again";
                SourceError::BadCredentials { uri, way_out, cause: answer.cause() }
            }
            (_, "RequestTimeTooSkewed") => {
                let way_out = "the clock of this machine is wrong: set it";
                SourceError::BadCredentials { uri, way_out, cause: answer.cause() }
            }
            (401 | 403, _) => {
                SourceError::Denied { uri, way_out: self.permission(asked), cause: answer.cause() }
            }
            _ => SourceError::Invalid { uri, reason: answer.cause().to_string() },
        };
        Trouble::Final(final_error)
    }

    fn no_bucket(&self) -> SourceError {
        SourceError::NoBucket { bucket: self.bucket.clone(), at: self.at.clone() }
    }

    fn permission(&self, asked: Asked) -> String {
        let bucket = &self.bucket;
        match asked {
            Asked::Page => {
                format!("allow s3:ListBucket on arn:aws:s3:::{bucket}, or sign in as somebody else")
            }
            // Without s3:ListBucket a missing object looks the same.
            Asked::Object => {
                format!("allow s3:GetObject on arn:aws:s3:::{bucket}/*, or sign in as somebody else")
            }
        }
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    code: String,
    message: String,
    region: Option<String>,
    wish: Option<Duration>,
    request_id: Option<String>,
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    cause.to_string()
}

impl Answer {
    fn is_elsewhere(&self, here: &str) -> bool {
        let says_so = matches!(self.status, 301 | 302 | 307 | 308)
            || matches!(
                self.code.as_str(),
                "PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed" | "Redirect"
            )
            // An opt-in region answers a stranger's token so.
            || (self.code == "IllegalLocationConstraintException");
        says_so && self.real_region().as_deref() != Some(here)
    }

    /// By header, or in the words of `AuthorizationHeaderMalformed`: "expecting 'eu-west-1'".
    fn real_region(&self) -> Option<String> {
        let is_region = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let named = || Some(self.message.split_once("expecting '")?.1.split_once('\'')?.0.to_owned());
        self.region.clone().or_else(named).filter(|region| is_region(region))
    }

    fn may_pass(&self) -> bool {
        is_passing_code(&self.code)
            || matches!(self.status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            // An error under a status of success, or no answer of S3's: a proxy's page, or one that was cut.
            || self.status < 300
    }

    fn speaks_of_kms(&self) -> bool {
        self.message.contains("kms:") || self.message.contains("KMS")
    }

    fn cause(&self) -> Cause {
        let mut text = format!("S3 answers {}", self.status);
        for part in [&self.code, &self.message] {
            if !part.is_empty() {
                text.push_str(if part == &self.message { ": " } else { " " });
                text.push_str(part);
            }
        }
        if let Some(id) = &self.request_id {
            text.push_str(&format!(" (request {id})"));
        }
        super::super::error::shown(&text).into()
    }
}
