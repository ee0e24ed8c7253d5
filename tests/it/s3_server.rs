//! An S3 server in this process, which fails as it is told to.
//!
//! `s3s-fs` keeps the objects as files, so that a test may put them there by hand. Around it are a
//! lock for conditional writes (its own check and write are two steps), URL-encoded listings (it
//! only says that they are), and a plan of faults. Every request is remembered.
//!
//! Limits: path style; no versions; etags only with an object, not in a listing.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, HeaderName, IF_MATCH, IF_NONE_MATCH, RANGE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Whom the server knows.
pub(crate) const ACCESS_KEY: &str = "test-access-key";
pub(crate) const SECRET_KEY: &str = "test-secret-key";
pub(crate) const REGION: &str = "us-east-1";

/// What happens to a request instead of, or with, its answer.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// An error of this status, with the code that S3 gives with it.
    Status(u16),
    /// A made-up answer: status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection closes before there is an answer.
    Drop,
    /// The body ends after so many bytes, and the connection with it.
    Cut(usize),
    /// The body goes on no further after so many bytes.
    Stall(usize),
    /// The bucket is in another region.
    WrongRegion(&'static str),
    /// The answer takes so long.
    SlowStart(Duration),
}

/// A request that was made.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// With its query, as it was sent.
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) if_match: Option<String>,
}

struct Plan {
    method: Method,
    part: String,
    fault: Fault,
    times: usize,
}

struct State {
    service: S3Service,
    conditional: tokio::sync::Mutex<()>,
    plans: Mutex<Vec<Plan>>,
    seen: Mutex<Vec<Seen>>,
}

/// The server; it is gone when this is dropped.
pub(crate) struct S3Server {
    url: String,
    root: TempDir,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

impl S3Server {
    pub(crate) async fn start() -> Self {
        let root = tempfile::tempdir().expect("a folder for the buckets");
        let files = s3s_fs::FileSystem::new(root.path()).expect("a file system of buckets");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let state = Arc::new(State {
            service: builder.build(),
            conditional: tokio::sync::Mutex::default(),
            plans: Mutex::default(),
            seen: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { url, root, state, task }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The environment of a process that is to use this server.
    #[allow(dead_code, reason = "for tests of the executable")]
    pub(crate) fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    pub(crate) fn make_bucket(&self, bucket: &str) {
        fs::create_dir(self.root.path().join(bucket)).expect("a new bucket");
    }

    /// Where an object is, or would be.
    pub(crate) fn path(&self, bucket: &str, key: &str) -> PathBuf {
        self.root.path().join(bucket).join(key)
    }

    pub(crate) fn put(&self, bucket: &str, key: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(bucket, key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the object");
        fs::write(path, bytes).expect("the object");
    }

    pub(crate) fn remove(&self, bucket: &str, key: &str) {
        fs::remove_file(self.path(bucket, key)).expect("an object to remove");
    }

    /// Plans a fault for the next so many requests of this method whose path and query, as sent or
    /// decoded, contain a text.
    pub(crate) fn fault(&self, method: &str, part: &str, fault: Fault, times: usize) {
        let method = method.parse().expect("a method");
        lock(&self.state.plans).push(Plan { method, part: part.to_owned(), fault, times });
    }

    /// All requests so far whose method is this and whose path contains a text.
    pub(crate) fn seen(&self, method: &str, part: &str) -> Vec<Seen> {
        let seen = lock(&self.state.seen);
        seen.iter().filter(|one| one.method == method && contains(&one.path, part)).cloned().collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn contains(path: &str, part: &str) -> bool {
    path.contains(part) || percent_decode_str(path).decode_utf8_lossy().contains(part)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| answer(Arc::clone(&state), request));
            // A connection that breaks is what half of the tests are about.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// `io::Error` on purpose: a boxed error is "not general enough" for hyper's bounds.
async fn answer(state: Arc<State>, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let header = |name: HeaderName| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    lock(&state.seen).push(Seen {
        method: request.method().to_string(),
        path: path.clone(),
        range: header(RANGE),
        if_match: header(IF_MATCH),
    });
    match state.planned(request.method(), &path) {
        None => state.serve(request).await,
        Some(Fault::Status(status)) => {
            let code = match status {
                403 => "AccessDenied",
                404 => "NoSuchKey",
                429 => "TooManyRequests",
                500 => "InternalError",
                503 => "SlowDown",
                _ => "Unknown",
            };
            let text = format!("<Error><Code>{code}</Code><Message>as planned</Message></Error>");
            made_up(status, Vec::new(), text)
        }
        Some(Fault::Answer(status, headers, text)) => made_up(status, headers, text),
        Some(Fault::WrongRegion(region)) => {
            let text = "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>".to_owned();
            made_up(301, vec![("x-amz-bucket-region", region.to_owned())], text)
        }
        Some(Fault::Drop) => Err(io::Error::other("dropped as planned")),
        Some(Fault::SlowStart(time)) => {
            tokio::time::sleep(time).await;
            state.serve(request).await
        }
        Some(Fault::Cut(length)) => state.serve(request).await.map(|response| broken(response, length, true)),
        Some(Fault::Stall(length)) => {
            state.serve(request).await.map(|response| broken(response, length, false))
        }
    }
}

impl State {
    fn planned(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut plans = lock(&self.plans);
        let plan = plans
            .iter_mut()
            .find(|plan| plan.times > 0 && plan.method == *method && contains(path, &plan.part))?;
        plan.times -= 1;
        Some(plan.fault.clone())
    }

    async fn serve(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let headers = request.headers();
        let is_conditional = *request.method() != Method::GET
            && (headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MATCH));
        let encodes = request.uri().query().is_some_and(|query| query.contains("encoding-type=url"));
        let _held = if is_conditional { Some(self.conditional.lock().await) } else { None };
        let response = self.service.call(request.map(s3s::Body::from)).await;
        let response = response.map_err(|error| io::Error::other(format!("{error:?}")))?;
        let (mut parts, body) = response.into_parts();
        let body: Body = body.map_err(|error| io::Error::other(error.to_string())).boxed_unsync();
        if !encodes || parts.status != StatusCode::OK {
            return Ok(Response::from_parts(parts, body));
        }
        let text = body.collect().await?.to_bytes();
        let text = url_encoded(&String::from_utf8_lossy(&text));
        parts.headers.remove(CONTENT_LENGTH);
        Ok(Response::from_parts(parts, full(text)))
    }
}

fn full(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed_unsync()
}

fn made_up(status: u16, headers: Vec<(&'static str, String)>, text: String) -> io::Result<Response<Body>> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(full(text)).map_err(io::Error::other)
}

/// The same answer, whose body does not reach its end.
fn broken(response: Response<Body>, length: usize, ends: bool) -> Response<Body> {
    response.map(|body| {
        let whole = stream::once(async move { body.collect().await.map(|whole| whole.to_bytes()) });
        let start =
            whole.map(move |whole| whole.map(|whole| Frame::data(whole.slice(..length.min(whole.len())))));
        let end = stream::once(async move {
            if !ends {
                std::future::pending::<()>().await;
            }
            // What was written goes out before the connection breaks.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::Error::other("cut as planned"))
        });
        StreamBody::new(start.chain(end)).boxed_unsync()
    })
}

/// What S3 leaves as it is; a space becomes a `+`.
const KEPT: AsciiSet =
    NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b' ');

/// Writes the names in a listing as S3 does when it is asked to.
fn url_encoded(xml: &str) -> String {
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
        text.push_str(&percent_encode(name.as_bytes(), &KEPT).to_string().replace(' ', "+"));
        rest = &named[end..];
    }
    text + rest
}
