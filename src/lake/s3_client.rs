//! How a lake on S3 asks: every answer is read to its end and looked at before it is believed, and what
//! is not whole is asked for again.
//!
//! `object_store` takes a page that breaks off for the last one, bytes as they come, and most errors
//! under a status of success for answers; of a PUT that nobody answered it asks no second time. Its HTTP
//! client is ours to give: this one has the retries, with the policy of the sources, and `object_store`'s
//! own are turned off. A conditional PUT is sent again as well: that its own first try refuses it then is
//! what the commit expects (`log.rs`).
//!
//! Limits: an answer is held in memory, as those who ask for it do anyway; a part of a file (Parquet, in
//! queries) and an object encrypted under a key of KMS have no ETag to compare their bytes with. A store
//! whose ETags look like MD5 and are something else can't hold a lake.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};
use tokio::time::timeout;
use url::form_urlencoded;

use crate::source::{
    PageAsked, Passing, Retry, error_code, is_foreign, is_passing_code, md5, md5_of_etag, page_fault,
    unclosed,
};

/// Tries before anything was ever answered: a wrong address or no network shows soon.
const FIRST_CONTACT: u32 = 4;

/// A request is signed once for all its tries: S3 takes a signature for 15 minutes, and credentials are
/// good for five at least.
const SIGNED: Duration = Duration::from_secs(270);

/// How slow a line may be on which a file goes up: 32 KiB in a second.
const SLOWEST_UPLOAD: u64 = 32 << 10;

/// Memory that is asked for before anything has come: a wrong length costs no more than this.
const FIRST_CAPACITY: usize = 64 << 20;

/// The longest wish of a server that is listened to.
const LONGEST_WISH: Duration = Duration::from_secs(60);

/// Makes the client.
#[derive(Debug)]
pub(super) struct Careful(pub(super) Retry);

impl HttpConnector for Careful {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let inner = ReqwestConnector::default().connect(options)?;
        let retry = Retry { within: self.0.within.min(SIGNED), ..self.0 };
        Ok(HttpClient::new(Client { inner, retry, reached: AtomicBool::new(false) }))
    }
}

#[derive(Debug)]
struct Client {
    inner: HttpClient,
    retry: Retry,
    /// Whether anything was answered yet.
    reached: AtomicBool,
}

/// An answer with all of its body.
struct Whole {
    response: HttpResponse,
    body: Bytes,
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let what = format!("{} {}", request.method(), request.uri().path());
        let asked = Asked::new(&request);
        let mut tries = self.retry.start();
        loop {
            let answer = self.once(request.clone(), &asked).await;
            let trouble = match &answer {
                Ok(whole) => asked.trouble(whole),
                Err(error) => Some(Passing::new(told(error))),
            };
            let Some(passing) = trouble else { return answer.map(|whole| whole.response) };
            let most = if self.reached.load(Ordering::Relaxed) { u32::MAX } else { FIRST_CONTACT };
            if !tries.again(&what, &passing, false, most).await {
                return give_up(answer, passing, tries.made());
            }
        }
    }
}

impl Client {
    async fn once(&self, request: HttpRequest, asked: &Asked) -> Result<Whole, HttpError> {
        let stall = self.retry.stall;
        let upload = Duration::from_secs(request.body().content_length() as u64 / SLOWEST_UPLOAD);
        let late = |_| HttpError::new(HttpErrorKind::Timeout, late(stall));
        // The length of a HEAD is that of a body that does not come.
        let has_body = request.method() != "HEAD";
        let answer = timeout(stall + upload, self.inner.execute(request)).await.map_err(late)?;
        let (parts, body) = answer?.into_parts();
        self.reached.store(true, Ordering::Relaxed);
        if matches!(asked.what, What::Object(Some(_))) && parts.status.as_u16() == 200 {
            // A gateway that knows no ranges: all of a file in place of a few bytes is not waited for.
            let whole = io::Error::other("the answer is not the range asked for");
            return Err(HttpError::new(HttpErrorKind::Decode, whole));
        }
        let mut body = body.bytes_stream();
        let length = parts.headers.get("content-length").and_then(|text| text.to_str().ok()?.parse().ok());
        let capacity = length.filter(|_| has_body).unwrap_or(0).min(FIRST_CAPACITY);
        let mut bytes = BytesMut::with_capacity(capacity);
        while let Some(chunk) = timeout(stall, body.next()).await.map_err(late)? {
            bytes.extend_from_slice(&chunk?);
        }
        let body = bytes.freeze();
        Ok(Whole { response: HttpResponse::from_parts(parts, body.clone().into()), body })
    }
}

fn late(stall: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("no answer, or no more of it, within {stall:?}"))
}

/// An error with what lies under it: at the top it only says that it is one.
fn told(error: &HttpError) -> String {
    crate::source::chain_text(error)
}

/// What is handed on when no try was good: an error of S3's as it is, but never a garbled answer.
fn give_up(
    answer: Result<Whole, HttpError>,
    passing: Passing,
    tries: u32,
) -> Result<HttpResponse, HttpError> {
    match answer {
        Ok(whole) if whole.response.status().is_success() => {
            let cause = format!("{} ({tries} tries); run again when the trouble is over", passing.cause);
            Err(HttpError::new(HttpErrorKind::Decode, io::Error::other(cause)))
        }
        answer => answer.map(|whole| whole.response),
    }
}

/// What was asked for, as far as it says how the answer must look.
#[derive(Debug)]
struct Asked {
    what: What,
    is_conditional: bool,
}

#[derive(Debug)]
enum What {
    Page(PageAsked),
    /// With the range as it was asked for.
    Object(Option<String>),
    /// A write, or what has no body.
    Other,
}

impl Asked {
    fn new(request: &HttpRequest) -> Self {
        let header = |name: &str| request.headers().get(name)?.to_str().ok().map(str::to_owned);
        let query = request.uri().query().unwrap_or_default().as_bytes();
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query);
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        let what = match request.method().as_str() {
            "GET" if value("list-type").is_some() => What::Page(PageAsked {
                prefix: value("prefix"),
                token: value("continuation-token"),
                delimiter: value("delimiter"),
                start_after: value("start-after"),
            }),
            "GET" => What::Object(header("range")),
            _ => What::Other,
        };
        let is_conditional = header("if-none-match").or_else(|| header("if-match")).is_some();
        Self { what, is_conditional }
    }

    /// Why the request is worth another try; `None` when the answer stands.
    fn trouble(&self, whole: &Whole) -> Option<Passing> {
        let status = whole.response.status().as_u16();
        match status {
            200..300 => self.fault(whole).map(Passing::new),
            408 | 425 | 429 | 500 | 502 | 503 | 504 => Some(refusal(whole)),
            // Another request for the same name is under way: who wins shows when this one is sent again.
            409 if self.is_conditional => Some(refusal(whole)),
            400..500 if error_code(&whole.body).is_some_and(is_passing_code) => Some(refusal(whole)),
            _ => None,
        }
    }

    /// What is wrong with an answer that claims to be good.
    fn fault(&self, whole: &Whole) -> Option<String> {
        let body = &whole.body;
        match &self.what {
            What::Page(asked) => page_fault(body, asked),
            _ if error_code(body).is_some() => {
                Some(format!("S3 answers 200 with the error {}", error_code(body).unwrap_or_default()))
            }
            What::Object(range) => object_fault(whole, range.as_deref()),
            What::Other if is_foreign(body) => Some("the answer is none of S3's".to_owned()),
            What::Other => unclosed(body).then(|| "the answer breaks off".to_owned()),
        }
    }
}

/// What is wrong with the bytes of an object, or with the part of it that was asked for.
fn object_fault(whole: &Whole, asked: Option<&str>) -> Option<String> {
    let header = |name: &str| whole.response.headers().get(name)?.to_str().ok();
    let length = whole.body.len() as u64;
    let part = header("content-range").and_then(content_range);
    let is_all = match (asked, part) {
        (None, None) => true,
        (Some(asked), Some((start, end, total))) if fits(asked, start) && end + 1 == start + length => {
            start == 0 && length == total
        }
        _ => return Some("the answer is not the range asked for".to_owned()),
    };
    // Every store that takes our conditional PUTs has them.
    let Some(etag) = header("etag") else {
        return Some("the answer has no ETag, which S3 sends with every object".to_owned());
    };
    if !is_all {
        return None;
    }
    let own_key = header("x-amz-server-side-encryption-customer-algorithm").is_some();
    let told = md5_of_etag(etag, header("x-amz-server-side-encryption"), own_key)?;
    (md5(&whole.body) != told).then(|| {
        "the bytes are not those that the ETag is of (if it stays so, this store's ETags are no MD5s, and the \
         lake needs another one)"
            .to_owned()
    })
}

/// Whether what was asked for, `bytes=7-9`, begins there; `bytes=-9` is wherever it is.
fn fits(asked: &str, start: u64) -> bool {
    let from = asked.strip_prefix("bytes=").and_then(|range| range.split('-').next());
    from.and_then(|from| from.parse::<u64>().ok()).is_none_or(|from| from == start)
}

/// Start, last byte and total of `bytes 0-9/100`.
fn content_range(text: &str) -> Option<(u64, u64, u64)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    Some((start.parse().ok()?, end.parse().ok()?, total.parse().ok()?))
}

fn refusal(whole: &Whole) -> Passing {
    let status = whole.response.status().as_u16();
    let code = error_code(&whole.body).unwrap_or_default();
    let wish = whole.response.headers().get("retry-after").and_then(|text| text.to_str().ok()?.parse().ok());
    let wish = wish.map(|seconds| Duration::from_secs(seconds).min(LONGEST_WISH));
    Passing { cause: format!("S3 answers {status} {code}").trim_end().to_owned().into(), wish }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use object_store::client::HttpRequestBody;

    use super::*;

    /// Answers in a fixed order, and fails when there are no more.
    #[derive(Debug, Clone)]
    struct Script(Arc<Mutex<VecDeque<Answer>>>);

    /// Status, headers, body.
    type Answer = (u16, Vec<(&'static str, String)>, String);

    #[async_trait]
    impl HttpService for Script {
        async fn call(&self, _: HttpRequest) -> Result<HttpResponse, HttpError> {
            let next = self.0.lock().unwrap().pop_front();
            let Some((status, headers, body)) = next else {
                return Err(HttpError::new(HttpErrorKind::Unknown, io::Error::other("nobody")));
            };
            let mut response = HttpResponse::new(body.into());
            *response.status_mut() = status.try_into().unwrap();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            Ok(response)
        }
    }

    fn over(script: Vec<Answer>) -> (Client, Script) {
        let script = Script(Arc::new(Mutex::new(script.into())));
        let quick = "attempts=5,base=1ms,cap=1ms,stall=1s".parse().unwrap();
        let inner = HttpClient::new(script.clone());
        (Client { inner, retry: quick, reached: AtomicBool::new(true) }, script)
    }

    fn request(method: &str, uri: &str, headers: &[(&'static str, &str)]) -> HttpRequest {
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        request
    }

    fn plain(status: u16, body: &str) -> Answer {
        (status, Vec::new(), body.to_owned())
    }

    fn with_etag(of: &str, body: &str) -> Answer {
        (200, vec![("etag", format!("\"{:032x}\"", md5(of.as_bytes())))], body.to_owned())
    }

    async fn text(answer: Result<HttpResponse, HttpError>) -> String {
        let bytes = answer.expect("an answer").into_body().bytes().await.expect("a body");
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    const PAGE: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";

    #[tokio::test]
    async fn a_broken_page_and_an_error_in_place_of_one_are_asked_for_again() {
        let error = "<Error><Code>InternalError</Code></Error>";
        let script = vec![plain(200, error), plain(200, &PAGE[..40]), plain(503, ""), plain(200, PAGE)];
        let (client, _) = over(script);
        let answer = client.call(request("GET", "http://s3/lakes?list-type=2&prefix=a%2Fb", &[])).await;
        assert_eq!(text(answer).await, PAGE);
    }

    #[tokio::test]
    async fn bytes_that_are_not_those_of_the_etag_are_asked_for_again() {
        let (client, _) =
            over(vec![with_etag("log", "lag"), with_etag("log", "bog"), with_etag("log", "log")]);
        assert_eq!(text(client.call(request("GET", "http://s3/lakes/x", &[])).await).await, "log");
    }

    #[tokio::test]
    async fn the_same_damage_twice_is_still_damage() {
        let (client, left) =
            over(vec![with_etag("log", "lo"), with_etag("log", "lo"), with_etag("log", "log")]);
        assert_eq!(text(client.call(request("GET", "http://s3/lakes/x", &[])).await).await, "log");
        assert!(left.0.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_garbled_answer_is_never_handed_on() {
        let script = (0..5).map(|_| plain(200, "<Error><Code>SlowDown</Code></Error>")).collect();
        let (client, _) = over(script);
        let error = client.call(request("PUT", "http://s3/lakes/x", &[])).await.expect_err("garbled");
        assert!(told(&error).contains("S3 answers 200 with the error SlowDown"), "{}", told(&error));
        let (client, _) = over(vec![plain(200, "<CompleteMultipartUploadResult><ETag>")]);
        let error = client.call(request("POST", "http://s3/lakes/x?uploadId=1", &[])).await.expect_err("cut");
        assert_eq!(error.kind(), HttpErrorKind::Unknown, "the last try found nobody: {error}");
    }

    #[tokio::test]
    async fn a_conflict_of_conditional_writes_is_tried_again_and_a_refusal_is_final() {
        let condition = [("if-none-match", "*")];
        let (client, left) = over(vec![plain(409, ""), plain(412, ""), plain(200, "")]);
        let answer = client.call(request("PUT", "http://s3/lakes/x", &condition)).await.expect("an answer");
        assert_eq!((answer.status().as_u16(), left.0.lock().unwrap().len()), (412, 1));
    }

    #[tokio::test]
    async fn what_stays_refused_is_handed_on_in_s3s_own_words() {
        let (client, _) = over(vec![plain(403, "<Error><Code>AccessDenied</Code></Error>")]);
        let answer = client.call(request("GET", "http://s3/lakes/x", &[])).await;
        assert!(text(answer).await.contains("AccessDenied"));
    }

    #[tokio::test]
    async fn a_range_is_the_one_that_was_asked_for() {
        let part = |range: &str, body: &str| {
            let headers = vec![("content-range", range.to_owned()), ("etag", "\"x\"".to_owned())];
            (206, headers, body.to_owned())
        };
        let script = vec![
            part("bytes 0-3/9", "abcd"),
            plain(200, "abcdefghi"),
            part("bytes 4-7/9", "ef"),
            part("bytes 4-7/9", "efgh"),
        ];
        let (client, _) = over(script);
        let answer = client.call(request("GET", "http://s3/lakes/x", &[("range", "bytes=4-7")])).await;
        assert_eq!(text(answer).await, "efgh");
    }
}
