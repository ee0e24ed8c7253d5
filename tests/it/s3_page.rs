//! Pages of the test server's listings: as S3 writes them, and as they come when something went wrong.

use std::path::Path;

use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

/// What happens to a page.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PageFault {
    /// It ends after so many percent of it, and its length agrees.
    Cut(usize),
    /// Its last tag is missing.
    NoEnd,
    /// It does not say whether there are more.
    NoWord,
    /// An entry is missing that its count has.
    Lost,
    /// A page that was sent before, for another question.
    Repeated,
}

/// The page as it comes; `other` is the one that was sent before.
pub(super) fn damaged(page: &str, fault: PageFault, other: Option<&str>) -> String {
    let without = |from: &str, to: &str| match (page.find(from), page.find(to)) {
        (Some(start), Some(end)) if start < end => format!("{}{}", &page[..start], &page[end + to.len()..]),
        // There is nothing of the kind in it.
        _ => page[..page.len() / 2].to_owned(),
    };
    match fault {
        PageFault::Cut(percent) => page.chars().take((page.chars().count() * percent / 100).max(1)).collect(),
        PageFault::NoEnd => without("</ListBucketResult>", ">"),
        PageFault::NoWord => without("<IsTruncated>", "</IsTruncated>"),
        PageFault::Lost if page.contains("<Contents>") => without("<Contents>", "</Contents>"),
        PageFault::Lost => without("<CommonPrefixes>", "</CommonPrefixes>"),
        PageFault::Repeated => other.map_or_else(|| page[..page.len() / 2].to_owned(), str::to_owned),
    }
}

/// What S3 leaves as it is; a space becomes a `+`.
const KEPT: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b' ');

/// Writes a listing as S3 does: names URL-encoded when that was asked for, an ETag for each object.
pub(super) fn as_s3_writes_it(xml: &str, encodes: bool, bucket: &Path) -> String {
    let mut text = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((at, tag)) =
        ["<Key>", "<Prefix>"].iter().filter_map(|tag| Some((rest.find(tag)?, *tag))).min()
    {
        let (before, named) = rest.split_at(at + tag.len());
        let end = named.find('<').unwrap_or(named.len());
        let name = named[..end].replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        let name = name.replace("&apos;", "'").replace("&#10;", "\n").replace("&amp;", "&");
        text.push_str(before);
        match encodes {
            true => text.push_str(&percent_encode(name.as_bytes(), &KEPT).to_string().replace(' ', "+")),
            false => text.push_str(&named[..end]),
        }
        rest = &named[end..];
        let entry = &rest[..rest.find("</Contents>").unwrap_or(rest.len())];
        if let Some(after) = rest.strip_prefix("</Key>")
            && !entry.contains("<ETag>")
            && let Ok(bytes) = std::fs::read(bucket.join(&name))
        {
            text.push_str(&format!("</Key><ETag>&quot;{}&quot;</ETag>", etag(&bytes)));
            rest = after;
        }
    }
    text + rest
}

/// The MD5 of bytes in hexadecimal, which is their ETag.
pub(super) fn etag(bytes: &[u8]) -> String {
    format!("{:032x}", u128::from_be_bytes(Md5::digest(bytes).into()))
}
