//! What can go wrong with a source, cut by what a caller can do about it.
//!
//! A caller branches on the variant: gone and changed objects are ordinary life in a bucket,
//! refused and archived ones are tried again by the next run, and what [`SourceError::ends_listing`]
//! names makes all further work pointless. A message names the thing and the way out; what S3 or
//! the file system said is the error's source.
//!
//! Limits: names come from outside, so what would write to a terminal, or turn around what stands behind
//! it, is shown escaped.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// What lies under an error.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why an object, or a whole source, can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Listed, and then no longer there.
    #[error("`{}` is gone: it was listed, then deleted", shown(uri))]
    NotFound {
        /// The object.
        uri: String,
    },
    /// Its content is no longer the one that was listed.
    #[error("`{}` changed after it was listed; the next run reads its new content", shown(uri))]
    Changed {
        /// The object.
        uri: String,
    },
    /// Permission is missing.
    #[error("access to `{}` is denied; {way_out}", shown(uri))]
    Denied {
        /// The object or prefix.
        uri: String,
        /// Which permission is needed.
        way_out: String,
        /// What refused.
        #[source]
        cause: Cause,
    },
    /// In a storage class that can't be read at once.
    #[error("`{}` is archived; restore it with `aws s3api restore-object`, then run again", shown(uri))]
    Archived {
        /// The object.
        uri: String,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{bucket}` at {at}; check the name, or --endpoint-url if it is elsewhere")]
    NoBucket {
        /// As it was asked for.
        bucket: String,
        /// `AWS`, or the endpoint.
        at: String,
    },
    /// There is no such file or folder.
    #[error("there is no file or folder `{}`; a bucket is written `s3://name/`", shown(&path.to_string_lossy()))]
    NoFolder {
        /// As it was asked for.
        path: PathBuf,
    },
    /// Nobody has said who asks.
    #[error(
        "no AWS credentials{}; sign in with `aws configure` or `aws sso login`, choose a --profile, \
         or use --no-sign-request for a public bucket",
        profile.as_ref().map(|name| format!(" in profile `{}`", shown(name))).unwrap_or_default()
    )]
    NoCredentials {
        /// The one that was asked for.
        profile: Option<String>,
        /// What the providers said.
        #[source]
        cause: Cause,
    },
    /// S3 does not accept the credentials.
    #[error("S3 does not accept the credentials for `{}`; {way_out}", shown(uri))]
    BadCredentials {
        /// What was asked for.
        uri: String,
        /// What to do.
        way_out: &'static str,
        /// What S3 said.
        #[source]
        cause: Cause,
    },
    /// The bucket is elsewhere.
    #[error(
        "bucket `{bucket}` is {}, not in `{asked}`; pass --aws-region {}",
        real.as_ref().map_or("in another region".to_owned(), |real| format!("in `{real}`")),
        real.as_deref().unwrap_or("with the bucket's own")
    )]
    WrongRegion {
        /// The bucket.
        bucket: String,
        /// Where it was looked for.
        asked: String,
        /// Where it is, when S3 tells.
        real: Option<String>,
    },
    /// Larger than what is read.
    #[error("`{}` has {size} bytes; objects of more than {limit} are not read, split it", shown(uri))]
    TooLarge {
        /// The object.
        uri: String,
        /// Its size.
        size: u64,
        /// The bound.
        limit: u64,
    },
    /// It failed again and again.
    #[error(
        "`{}` still fails after {attempts} tries in {} s; run again when the trouble is over",
        shown(uri),
        elapsed.as_secs()
    )]
    Exhausted {
        /// The object or prefix.
        uri: String,
        /// How often it was tried.
        attempts: u32,
        /// For how long.
        elapsed: Duration,
        /// The last failure.
        #[source]
        cause: Cause,
    },
    /// It was read twice, and came with other bytes each time, bad ones.
    #[error(
        "`{}` comes with other bytes each time it is read, bad ones; the next run tries again",
        shown(uri)
    )]
    Garbled {
        /// The object.
        uri: String,
    },
    /// An argument that names no source.
    #[error("`{}` is no source: {reason}", shown(text))]
    Misnamed {
        /// What was typed.
        text: String,
        /// What would be one.
        reason: &'static str,
    },
    /// An answer that makes no sense.
    #[error("`{}` can't be read: {reason}", shown(uri))]
    Invalid {
        /// What was asked for.
        uri: String,
        /// What is wrong, and the way out.
        reason: String,
    },
    /// The file system refuses.
    #[error("`{}` can't be read", shown(&path.to_string_lossy()))]
    Local {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl SourceError {
    /// The bytes are there, and reading them fails.
    pub fn unreadable(uri: String, source: io::Error) -> Self {
        Self::Local { path: uri.into(), source }
    }

    /// Whether there is no point in listing, or reading, anything else of the same source.
    pub fn ends_listing(&self) -> bool {
        matches!(
            self,
            Self::NoBucket { .. }
                | Self::NoFolder { .. }
                | Self::NoCredentials { .. }
                | Self::BadCredentials { .. }
                | Self::WrongRegion { .. }
                | Self::Exhausted { .. }
        )
    }
}

/// An error and its causes on one line. Libraries repeat a cause in the text of what wraps it; here it
/// stands once.
pub fn chain_text(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

/// A name as it may stand in a message: no control characters, and none that change the direction of text.
pub(super) fn shown(name: &str) -> String {
    let is_odd = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if is_odd(letter) { text.extend(letter.escape_unicode()) } else { text.push(letter) }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_is_told_already_is_not_told_again() {
        let inner = || io::Error::other("no route");
        let told = SourceError::Local { path: "a".into(), source: inner() };
        assert_eq!(chain_text(&told), "`a` can't be read: no route");
        let twice = SourceError::Local { path: "no route".into(), source: inner() };
        assert_eq!(chain_text(&twice), "`no route` can't be read");
    }

    #[test]
    fn a_wrong_region_names_the_right_one() {
        let at = |real: Option<&str>| SourceError::WrongRegion {
            bucket: "logs".to_owned(),
            asked: "us-east-1".to_owned(),
            real: real.map(str::to_owned),
        };
        assert_eq!(
            at(Some("eu-west-1")).to_string(),
            "bucket `logs` is in `eu-west-1`, not in `us-east-1`; pass --aws-region eu-west-1"
        );
        assert_eq!(
            at(None).to_string(),
            "bucket `logs` is in another region, not in `us-east-1`; pass --aws-region with the bucket's own"
        );
    }

    #[test]
    fn missing_credentials_name_the_profile_and_every_way_to_sign_in() {
        let text = SourceError::NoCredentials { profile: Some("audit".to_owned()), cause: "none".into() };
        assert_eq!(
            text.to_string(),
            "no AWS credentials in profile `audit`; sign in with `aws configure` or `aws sso login`, choose a \
             --profile, or use --no-sign-request for a public bucket"
        );
    }

    #[test]
    fn a_hostile_name_can_not_write_to_the_terminal() {
        let text = SourceError::NotFound { uri: "s3://b/\u{1b}[2Jx\n\u{202e}y".to_owned() }.to_string();
        assert_eq!(text, "`s3://b/\\u{1b}[2Jx\\u{a}\\u{202e}y` is gone: it was listed, then deleted");
    }
}
