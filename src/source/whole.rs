//! Whether an answer of S3 is whole, as far as the answer itself can tell.
//!
//! A connection may end early without an error, a proxy may answer with the page before, memory on the
//! way flips bits, and S3 says 200 before it knows that it will fail. Parsers take such a page for the
//! last one and such an error for nothing. So an answer is looked at before it is believed, by sources
//! and lakes alike.
//!
//! Limits: nothing tells a whole page that claims to be the last and is not, nor a flipped letter of a
//! name in a page, nor, where the ETag is no MD5 and no checksum is sent, a flipped byte of plain JSON.

use md5::{Digest, Md5};
use memchr::memmem;
use percent_encoding::percent_decode_str;

/// What a page of a listing was asked for by.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageAsked {
    pub(crate) prefix: Option<String>,
    /// The continuation token.
    pub(crate) token: Option<String>,
    pub(crate) delimiter: Option<String>,
    pub(crate) start_after: Option<String>,
}

/// What is wrong with a page of a listing; `None` when it is whole.
pub(crate) fn page_fault(page: &[u8], asked: &PageAsked) -> Option<String> {
    if let Some(code) = error_code(page) {
        return Some(format!("the answer is the error {code}"));
    }
    if root(page) != Some(b"ListBucketResult") {
        return Some("the answer is no page of a listing".to_owned());
    }
    if !is_balanced(page) {
        return Some("the page breaks off, or is garbled".to_owned());
    }
    let text = |tag: &str| element(page, tag).map(unescaped);
    let has_more = match text("IsTruncated").as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => return Some("the page does not say whether there are more".to_owned()),
    };
    if has_more && text("NextContinuationToken").is_none_or(|token| token.is_empty()) {
        return Some("the page says that there are more, but not how to get them".to_owned());
    }
    let entries = count(page, b"<Contents>") + count(page, b"<CommonPrefixes>");
    let promised = text("KeyCount").and_then(|number| number.parse::<usize>().ok());
    if promised.is_some_and(|promised| promised > entries) {
        return Some(format!("the page has {entries} entries of {} that it promises", promised.unwrap_or(0)));
    }
    // What is not repeated in the answer, or is empty there, says nothing.
    let is_other = |told: Option<String>, asked: Option<&str>| {
        told.filter(|told| !told.is_empty())
            .is_some_and(|told| asked.unwrap_or_default() != told && asked != form_decoded(&told).as_deref())
    };
    if is_other(text("ContinuationToken"), asked.token.as_deref())
        || is_other(text("Delimiter"), asked.delimiter.as_deref())
        || is_other(text("StartAfter"), asked.start_after.as_deref())
        || is_other(page_prefix(page).map(unescaped), asked.prefix.as_deref())
        || !names(page).all(|name| lies_under(&unescaped(name), asked.prefix.as_deref().unwrap_or_default()))
    {
        return Some("the page answers another question".to_owned());
    }
    None
}

/// The prefix that the page as a whole is about; those of its folders are inside other elements.
fn page_prefix(page: &[u8]) -> Option<&str> {
    let folders = memmem::find(page, b"<CommonPrefixes>").unwrap_or(page.len());
    let told = element(&page[..folders], "Prefix");
    // Some write it behind the folders.
    told.or_else(|| element(&page[memmem::rfind(page, b"</CommonPrefixes>")?..], "Prefix"))
}

/// The keys of a page, and its folders.
fn names(page: &[u8]) -> impl Iterator<Item = &str> {
    let of = |entry: &'static [u8], tag: &'static str| {
        memmem::find_iter(page, entry).filter_map(move |at| element(&page[at..], tag))
    };
    of(b"<Contents>", "Key").chain(of(b"<CommonPrefixes>", "Prefix"))
}

/// Whether a name, as it is or in URL encoding, begins with a prefix; as bytes, since a key need not be UTF-8.
fn lies_under(name: &str, prefix: &str) -> bool {
    let is_under = |name: &[u8]| name.starts_with(prefix.as_bytes());
    is_under(name.as_bytes()) || is_under(&percent_decode_str(&name.replace('+', " ")).collect::<Vec<u8>>())
}

/// Whether a body is XML or HTML, and no result of S3's.
pub(crate) fn is_foreign(body: &[u8]) -> bool {
    root(body).is_some_and(|name| !name.ends_with(b"Result"))
}

/// The code of an error, where it stands in place of an answer.
pub(crate) fn error_code(body: &[u8]) -> Option<&str> {
    (root(body)? == b"Error").then(|| element(body, "Code").unwrap_or("without a code"))
}

/// Whether a body is XML that breaks off.
pub(crate) fn unclosed(body: &[u8]) -> bool {
    root(body).is_some() && !is_balanced(body)
}

/// Whether each element of an XML text is closed, and in order.
fn is_balanced(xml: &[u8]) -> bool {
    let mut open = Vec::new();
    let mut rest = xml;
    while let Some(start) = memchr::memchr(b'<', rest) {
        rest = &rest[start + 1..];
        let Some(end) = memchr::memchr(b'>', rest) else { return false };
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        match tag {
            [b'?' | b'!', ..] | [.., b'/'] => {}
            [b'/', name @ ..] if open.pop() != Some(name.trim_ascii_end()) => return false,
            [b'/', ..] => {}
            _ => open.push(tag.split(u8::is_ascii_whitespace).next().unwrap_or_default()),
        }
    }
    open.is_empty()
}

/// Whether an error with this code may pass, whatever its status.
pub(crate) fn is_passing_code(code: &str) -> bool {
    matches!(
        code,
        "SlowDown"
            | "InternalError"
            | "ServiceUnavailable"
            | "RequestTimeout"
            | "RequestTimeoutException"
            | "OperationAborted"
            | "ConditionalRequestConflict"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequests"
            | "TooManyRequestsException"
            | "BandwidthLimitExceeded"
            | "RequestLimitExceeded"
            | "KMS.ThrottlingException"
            // The request came garbled or cut to S3, which has checked it.
            | "BadDigest"
            | "IncompleteBody"
            | "XAmzContentSHA256Mismatch"
    )
}

/// The MD5 of an object, where its ETag is that: not of an upload in parts, nor of an object encrypted
/// under a key of KMS (`encryption` is its header) or of the caller's own.
pub(crate) fn md5_of_etag(etag: &str, encryption: Option<&str>, own_key: bool) -> Option<u128> {
    let digits = etag.trim_matches('"');
    let is_md5 = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let is_plain = encryption.is_none_or(|kind| kind == "AES256") && !own_key;
    (is_md5 && is_plain).then(|| u128::from_str_radix(digits, 16).ok())?
}

/// The MD5 of bytes, as `md5_of_etag` tells it.
pub(crate) fn md5(bytes: &[u8]) -> u128 {
    u128::from_be_bytes(Md5::digest(bytes).into())
}

/// The name of the outermost element, if the body is XML.
fn root(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    while rest.starts_with(b"<?") || rest.starts_with(b"<!") {
        rest = rest[memchr::memchr(b'>', rest)? + 1..].trim_ascii_start();
    }
    let rest = rest.strip_prefix(b"<")?;
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    Some(&rest[..length]).filter(|name| !name.is_empty())
}

/// What stands in the first element of this name.
fn element<'x>(xml: &'x [u8], tag: &str) -> Option<&'x str> {
    let start = memmem::find(xml, format!("<{tag}>").as_bytes())? + tag.len() + 2;
    let length = memchr::memchr(b'<', &xml[start..])?;
    std::str::from_utf8(&xml[start..start + length]).ok()
}

fn count(xml: &[u8], tag: &[u8]) -> usize {
    memmem::find_iter(xml, tag).count()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.find(';').map(|end| &rest[1..end]);
        match entity.and_then(|entity| Some((entity, letter_of(entity)?))) {
            Some((entity, letter)) => {
                plain.push(letter);
                rest = &rest[entity.len() + 2..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

/// The letter that an entity stands for: `amp`, `#38`, `#x26`.
fn letter_of(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let number = match number.strip_prefix('x') {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)
        }
    }
}

/// Text of a page that was asked for in URL encoding: like a form, a space is a `+`.
fn form_decoded(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"x\"><Name>b</Name><Prefix>a+b/</Prefix>\
                        <KeyCount>2</KeyCount><IsTruncated>true</IsTruncated>\
                        <ContinuationToken>t&amp;1</ContinuationToken>\
                        <NextContinuationToken>t2</NextContinuationToken><Contents><Key>a+b/x</Key></Contents>\
                        <CommonPrefixes><Prefix>a+b/c/</Prefix></CommonPrefixes></ListBucketResult>\n";

    fn asked() -> PageAsked {
        let (prefix, token) = (Some("a b/".to_owned()), Some("t&1".to_owned()));
        PageAsked { prefix, token, ..PageAsked::default() }
    }

    fn fault(page: &str) -> String {
        page_fault(page.as_bytes(), &asked()).unwrap_or_default()
    }

    #[test]
    fn a_page_is_whole_only_up_to_its_last_letter() {
        assert_eq!(page_fault(PAGE.as_bytes(), &asked()), None);
        for length in 0..PAGE.trim_end().len() {
            assert!(page_fault(&PAGE.as_bytes()[..length], &asked()).is_some(), "the first {length} bytes");
        }
    }

    #[test]
    fn a_page_that_lost_something_in_between_is_not_whole() {
        let entry = "<Contents><Key>a+b/x</Key></Contents>";
        for (page, words) in [
            (PAGE.replace("<IsTruncated>true</IsTruncated>", ""), "whether there are more"),
            (PAGE.replace("<IsTruncated>true", "<IsTruncated>t2ue"), "whether there are more"),
            (PAGE.replace("<NextContinuationToken>t2</NextContinuationToken>", ""), "not how to get them"),
            (PAGE.replace(entry, ""), "1 entries of 2"),
            (PAGE.replace("</Key></Contents>", "</Key>"), "breaks off"),
            (PAGE.replace("t&amp;1", "t0"), "another question"),
            (PAGE.replace("<Prefix>a+b/</Prefix>", "<Prefix>a/</Prefix>"), "another question"),
            (PAGE.replace("<Prefix>a+b/</Prefix>", "<Prefix/>").replace("a+b/x", "z"), "another question"),
            (PAGE.replace("<Prefix>a+b/c/", "<Prefix>elsewhere/"), "another question"),
            (PAGE.replace("<KeyCount>", "<Delimiter>%2F</Delimiter><KeyCount>"), "another question"),
            ("<Error><Code>SlowDown</Code></Error>".to_owned(), "the error SlowDown"),
            ("<html><body>busy</body></html>".to_owned(), "no page of a listing"),
            (PAGE.replace("<KeyCount>", "<KexCount>"), "garbled"),
            (PAGE.replace("<?xml", "=?xml"), "no page of a listing"),
        ] {
            assert!(fault(&page).contains(words), "{words}: {:?}", fault(&page));
        }
    }

    #[test]
    fn entities_are_the_letters_that_they_stand_for() {
        assert_eq!(
            unescaped("a&amp;lt; &#34;&#x26;&quot;&apos;&lt;&gt; & &x; &#x110000; &"),
            "a&lt; \"&\"'<> & &x; &#x110000; &"
        );
    }

    #[test]
    fn only_results_are_answers_of_s3() {
        for (body, expected) in [
            ("<html><body>please sign in</body></html>", true),
            ("<DeleteResult/>", false),
            ("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>", false),
            ("", false),
            ("{}", false),
        ] {
            assert_eq!(is_foreign(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_store_that_says_less_is_believed() {
        let page = b"<ListBucketResult><IsTruncated>false</IsTruncated><Prefix/></ListBucketResult>";
        assert_eq!(page_fault(page, &asked()), None);
    }

    #[test]
    fn an_error_in_place_of_an_answer_is_seen_and_one_within_it_is_not() {
        assert_eq!(
            error_code(b"<?xml version=\"1.0\"?> <Error><Code>InternalError</Code></Error>"),
            Some("InternalError")
        );
        assert_eq!(
            error_code(b"<DeleteResult><Error><Code>AccessDenied</Code></Error></DeleteResult>"),
            None
        );
        assert_eq!(error_code(b"{\"Error\": 1}"), None);
        assert_eq!(error_code(b""), None);
    }

    #[test]
    fn xml_ends_with_its_root() {
        assert!(unclosed(b"<CopyObjectResult><ETag>x</ETag>"));
        assert!(unclosed(b"<CopyObjectResult"));
        for whole in [&b"<A>1</A>\n"[..], b"<A/>", b"", b"{}", b"PAR1"] {
            assert!(!unclosed(whole), "{whole:?}");
        }
    }

    #[test]
    fn an_etag_is_an_md5_unless_something_says_otherwise() {
        let etag = "\"5d41402abc4b2a76b9719d911017c592\"";
        assert_eq!(md5_of_etag(etag, None, false), Some(md5(b"hello")));
        assert_eq!(md5_of_etag(etag, Some("AES256"), false), Some(md5(b"hello")));
        assert_eq!(md5_of_etag(etag, Some("aws:kms"), false), None);
        assert_eq!(md5_of_etag(etag, None, true), None);
        assert_eq!(md5_of_etag("\"5d41402abc4b2a76b9719d911017c592-2\"", None, false), None);
        assert_eq!(md5_of_etag("W/\"5d41402abc4b2a76b9719d911017c592\"", None, false), None);
    }
}
