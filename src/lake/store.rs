//! Where a lake is, and the object store that reads and writes there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use object_store::ObjectStore;

use super::durable::{DurableFolder, create_folders};
use super::{Lake, s3};
use crate::source::Aws;

/// The place of a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder.
    Folder(PathBuf),
    /// A prefix of a bucket; the prefix may be empty and has no `/` at its ends.
    S3 {
        /// The bucket.
        bucket: String,
        /// The prefix.
        prefix: String,
    },
}

/// A lake's place that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// `s3://` and no bucket.
    #[error("`{0}` names no bucket; a lake on S3 is `s3://bucket/prefix`")]
    NoBucket(String),
    /// Another scheme.
    #[error("`{0}`: a lake is a folder or `s3://bucket/prefix`")]
    Scheme(String),
}

impl Location {
    /// Reads `./lake`, `file:///var/lake` or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// When the text is none of those.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(LocationError::NoBucket(text.to_owned()));
            }
            let prefix = prefix.trim_matches('/').to_owned();
            return Ok(Self::S3 { bucket: bucket.to_owned(), prefix });
        }
        if let Some(path) = text.strip_prefix("file://") {
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        match text.contains("://") {
            true => Err(LocationError::Scheme(text.to_owned())),
            false => Ok(Self::Folder(PathBuf::from(text))),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(out, "{}", path.display()),
            Self::S3 { bucket, prefix } => write!(out, "s3://{bucket}/{prefix}"),
        }
    }
}

impl Lake {
    /// The lake at `location`; a folder is made if `make` says so and it is missing.
    ///
    /// # Errors
    /// When the location is not understood, or the folder is not there.
    pub async fn open(location: &str, aws: &Aws, make: bool) -> Result<Self> {
        match Location::parse(location)? {
            Location::Folder(path) => Self::in_folder(&path, make),
            Location::S3 { bucket, prefix } => {
                let store = s3::open(&bucket, &prefix, aws).await?;
                Ok(Self::over(Location::S3 { bucket, prefix }, store))
            }
        }
    }

    /// A lake in a folder, which is made if `make` says so and it is missing.
    ///
    /// # Errors
    /// When the folder is not there or can't be made.
    pub fn in_folder(path: &Path, make: bool) -> Result<Self> {
        if make {
            std::path::absolute(path)
                .and_then(|path| create_folders(&path))
                .with_context(|| format!("can't make the folder {} for the lake", path.display()))?;
        }
        let root = path.canonicalize().with_context(|| {
            format!(
                "there is no lake at {}; `trailhound ingest SOURCE` makes one, --lake names another",
                path.display()
            )
        })?;
        let store: Arc<dyn ObjectStore> = Arc::new(DurableFolder::open(&root)?);
        Ok(Self::over(Location::Folder(path.to_owned()), store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lake_is_a_folder_or_a_prefix_of_a_bucket() {
        let s3 = |bucket: &str, prefix: &str| Location::S3 { bucket: bucket.into(), prefix: prefix.into() };
        assert_eq!(Location::parse("./lake"), Ok(Location::Folder("./lake".into())));
        assert_eq!(Location::parse("file:///a/b"), Ok(Location::Folder("/a/b".into())));
        assert_eq!(Location::parse("s3://b"), Ok(s3("b", "")));
        assert_eq!(Location::parse("s3://b/x/y/"), Ok(s3("b", "x/y")));
        assert!(matches!(Location::parse("s3:///x"), Err(LocationError::NoBucket(_))));
        assert!(matches!(Location::parse("gs://b/x"), Err(LocationError::Scheme(_))));
    }
}
