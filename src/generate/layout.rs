//! Where objects lie: S3 keys as CloudTrail makes them, under a folder, gzipped.
//!
//! A key follows from its label alone. A folder takes one trail; nothing in it is ever removed.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use flate2::{Compression, GzBuilder};

use super::text;
use super::world::ORGANISATION;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    CloudTrail,
    Insight,
    NetworkActivity,
    Aggregated,
    Digest,
}

impl Folder {
    fn name(self) -> &'static str {
        match self {
            Self::CloudTrail => "CloudTrail",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
            Self::Digest => "CloudTrail-Digest",
        }
    }
}

/// What an object's key says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) account: &'a str,
    pub(super) folder: Folder,
    pub(super) region: &'a str,
    /// When it was delivered, as its name and folder say
    pub(super) stamp: i64,
    /// Seed of the last part of the name
    pub(super) unique: u64,
}

impl Label<'_> {
    pub(super) fn key(&self) -> String {
        let folder = self.folder.name();
        let mut key = format!("AWSLogs/{ORGANISATION}/{}/{folder}/{}/", self.account, self.region);
        text::date(&mut key, self.stamp, '/');
        key.push_str(&format!("/{}_{folder}_{}_", self.account, self.region));
        if self.folder == Folder::Digest {
            key.push_str(&format!("org-trail_{}_", self.region));
            text::stamp(&mut key, self.stamp);
            // A digest's name has seconds.
            key.insert_str(key.len() - 1, "00");
        } else {
            text::stamp(&mut key, self.stamp);
            key.push('_');
            text::word(&mut key, self.unique, 16);
        }
        key.push_str(".json.gz");
        key
    }
}

/// The folder that takes the objects.
#[derive(Debug)]
pub(super) struct Shelf {
    root: PathBuf,
}

impl Shelf {
    /// Two trails in one folder would contradict each other, so there must be none yet.
    pub(super) fn new(root: &Path) -> anyhow::Result<Self> {
        let holds_one = root.join("AWSLogs").try_exists();
        if holds_one.with_context(|| format!("cannot look into the folder `{}`", root.display()))? {
            bail!("`{}` holds a trail already: name a new folder, or delete `AWSLogs` in it", root.display());
        }
        fs::create_dir_all(root).with_context(|| format!("cannot make the folder `{}`", root.display()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Writes an object and says how many bytes it has.
    pub(super) fn put(&self, label: &Label<'_>, json: &[u8]) -> anyhow::Result<u64> {
        let path = self.root.join(label.key());
        let write = || -> std::io::Result<u64> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut encoder = GzBuilder::new().write(Vec::with_capacity(json.len() / 4), Compression::new(6));
            encoder.write_all(json)?;
            let bytes = encoder.finish()?;
            fs::write(&path, &bytes)?;
            Ok(bytes.len() as u64)
        };
        write().with_context(|| format!("cannot write `{}`", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_form_of_an_organisation_trail() {
        let label = Label {
            account: "222222222222",
            folder: Folder::CloudTrail,
            region: "eu-west-1",
            stamp: 1_793_722_059,
            unique: 7,
        };
        let key = label.key();
        let (start, unique) = key.rsplit_once('_').expect("a name has parts");
        assert_eq!(
            start,
            "AWSLogs/o-demo0trail1/222222222222/CloudTrail/eu-west-1/2026/11/03/222222222222_CloudTrail_eu-west-1_20261103T1607Z"
        );
        assert_eq!(unique.len(), "0123456789abcdef.json.gz".len());
        let digest = Label { folder: Folder::Digest, ..label }.key();
        assert!(
            digest.ends_with("CloudTrail-Digest_eu-west-1_org-trail_eu-west-1_20261103T160700Z.json.gz"),
            "{digest}"
        );
    }

    #[test]
    fn a_folder_that_holds_a_trail_is_refused() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("AWSLogs"))?;
        let error = Shelf::new(folder.path()).expect_err("it is taken").to_string();
        assert!(error.contains("holds a trail already"), "{error}");
        Ok(())
    }
}
