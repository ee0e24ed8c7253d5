//! An S3 server in this process, which fails as it is told to.
//!
//! `s3s-fs` keeps the objects as files, so that a test may put them there by hand. Around it are a
//! lock for conditional writes (its own check and write are two steps), listings with ETags and
//! URL-encoded (it only says that they are), `If-Match` of a GET, and faults: planned ones, by method
//! and path, and those of a storm. Every request is remembered.
//!
//! Limits: path style; no versions.

#[path = "s3_fault.rs"]
mod s3_fault;
#[path = "s3_page.rs"]
mod s3_page;
#[path = "s3_storm.rs"]
mod s3_storm;

use std::convert::Infallible;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, RANGE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::s3_fault::inject;

/// Whom the server knows.
pub(crate) const ACCESS_KEY: &str = "test-access-key";
pub(crate) const SECRET_KEY: &str = "test-secret-key";
pub(crate) const REGION: &str = "us-east-1";

/// Pages that are remembered, to be sent once more in the wrong place.
const PAGES: usize = 8;

#[allow(unused_imports, reason = "not every test that has the server makes it fail")]
pub(crate) use self::{s3_fault::Fault, s3_page::PageFault, s3_storm::Storm};

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
    root: PathBuf,
    conditional: tokio::sync::Mutex<()>,
    plans: Mutex<Vec<Plan>>,
    storm: Mutex<Option<Arc<Storm>>>,
    seen: Mutex<Vec<Seen>>,
    /// The last pages sent, each with the query it answers.
    pages: Mutex<Vec<(String, String)>>,
    /// Parts of the paths of objects under a key of KMS.
    encrypted: Mutex<Vec<String>>,
    /// How many bits were flipped.
    flips: AtomicU64,
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
            root: root.path().to_owned(),
            conditional: tokio::sync::Mutex::default(),
            plans: Mutex::default(),
            storm: Mutex::default(),
            seen: Mutex::default(),
            pages: Mutex::default(),
            encrypted: Mutex::default(),
            flips: AtomicU64::new(0),
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

    /// Forgets the faults that are planned still; how many there were.
    pub(crate) fn calm(&self) -> usize {
        lock(&self.state.plans).drain(..).map(|plan| plan.times).sum()
    }

    /// Answers for objects whose path contains a text as S3 does when a key of KMS encrypts them.
    pub(crate) fn encrypt(&self, part: &str) {
        lock(&self.state.encrypted).push(part.to_owned());
    }

    /// Lets faults come at random, or stops that.
    pub(crate) fn weather(&self, storm: Option<Arc<Storm>>) {
        *lock(&self.state.storm) = storm;
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
    match state.fault_for(&request, &path) {
        None => state.serve(request).await,
        Some((fault, plan)) => inject(&state, request, fault, plan).await,
    }
}

impl State {
    /// A planned fault, with the place of its plan, or one of the storm.
    fn fault_for(&self, request: &Request<Incoming>, path: &str) -> Option<(Fault, Option<usize>)> {
        let mut plans = lock(&self.plans);
        let is_for =
            |plan: &Plan| plan.times > 0 && plan.method == *request.method() && contains(path, &plan.part);
        if let Some(number) = plans.iter().position(is_for) {
            plans[number].times -= 1;
            return Some((plans[number].fault.clone(), Some(number)));
        }
        let storm = lock(&self.storm).clone()?;
        let header = |name: HeaderName| request.headers().contains_key(name);
        let fault = storm.next(request.method().as_str(), path, header(RANGE), header(IF_NONE_MATCH))?;
        Some((fault, None))
    }

    /// Keeps a planned fault for the next request.
    fn put_back(&self, plan: usize) {
        if let Some(plan) = lock(&self.plans).get_mut(plan) {
            plan.times += 1;
        }
    }

    /// Where an object is that a request names.
    fn path_of(&self, path: &str) -> PathBuf {
        self.root.join(percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy().as_ref())
    }

    /// The last page that was sent for another prefix than this query's.
    fn other_page(&self, query: &str) -> Option<String> {
        let prefix =
            |query: &str| query.split('&').find(|part| part.starts_with("prefix=")).map(str::to_owned);
        let pages = lock(&self.pages);
        let other = pages.iter().rev().find(|(other, _)| prefix(other) != prefix(query));
        other.map(|(_, page)| page.clone())
    }

    async fn serve(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let headers = request.headers();
        let is_conditional = *request.method() != Method::GET
            && (headers.contains_key(IF_NONE_MATCH) || headers.contains_key(IF_MATCH));
        let query = request.uri().query().unwrap_or_default().to_owned();
        let path = self.path_of(request.uri().path());
        if *request.method() == Method::GET
            && let Some(wanted) = headers.get(IF_MATCH).and_then(|value| value.to_str().ok())
            && let Ok(bytes) = fs::read(&path)
            && wanted.trim_matches('"') != s3_page::etag(&bytes)
        {
            return Ok(refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed"));
        }
        let _held = if is_conditional { Some(self.conditional.lock().await) } else { None };
        let response = self.service.call(request.map(s3s::Body::from)).await;
        let response = response.map_err(|error| io::Error::other(format!("{error:?}")))?;
        let (mut parts, body) = response.into_parts();
        let body: Body = body.map_err(|error| io::Error::other(error.to_string())).boxed_unsync();
        let name = path.to_string_lossy();
        if lock(&self.encrypted).iter().any(|part| name.contains(part)) {
            parts.headers.insert("x-amz-server-side-encryption", HeaderValue::from_static("aws:kms"));
        }
        if !query.contains("list-type=2") || parts.status != StatusCode::OK {
            return Ok(Response::from_parts(parts, body));
        }
        let text = body.collect().await?.to_bytes();
        let encodes = query.contains("encoding-type=url");
        let text = s3_page::as_s3_writes_it(&String::from_utf8_lossy(&text), encodes, &path);
        self.remember_page(query, &text);
        parts.headers.remove(CONTENT_LENGTH);
        Ok(Response::from_parts(parts, full(text)))
    }

    fn remember_page(&self, query: String, text: &str) {
        let mut pages = lock(&self.pages);
        pages.push((query, text.to_owned()));
        let old = pages.len().saturating_sub(PAGES);
        pages.drain(..old);
    }
}

fn refusal(status: StatusCode, code: &str) -> Response<Body> {
    let mut response = Response::new(full(format!("<Error><Code>{code}</Code></Error>")));
    *response.status_mut() = status;
    response
}

fn full(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed_unsync()
}
