//! What goes wrong between S3 and who asks it, and how the test server does it.
//!
//! A fault stands in for an answer (`Status`, `Answer`, `Drop`), garbles one (`Flip`, `Cut`, `Page`), or
//! comes between an answer and what it was about (`Lost`, `LateError`, `Replace`). Each has a name, by
//! which a storm counts it.

use std::fs;
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{Request, Response};

use super::s3_page::{PageFault, damaged};
use super::{Body, State, full};

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
    /// The body has so many bytes only, and its length agrees.
    Short(usize),
    /// So many bytes follow the body, and its length agrees.
    Long(usize),
    /// One bit is another, each time a different one.
    Flip,
    /// It is done, and the connection closes before anybody hears of it.
    Lost,
    /// It is done, and an error of this code is sent under a status of success.
    LateError(&'static str),
    /// The object has this content from now on.
    Replace(Vec<u8>),
    /// The body ends after so many bytes; from then on the object has this content.
    CutAndReplace(usize, Vec<u8>),
    /// A page of a listing is damaged.
    Page(PageFault),
}

impl Fault {
    /// An error with a code, under any status.
    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::Answer(status, Vec::new(), error_text(code))
    }
}

fn error_text(code: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>as planned</Message></Error>")
}

/// Answers a request with a fault, of this plan or of a storm.
pub(super) async fn inject(
    state: &State,
    request: Request<Incoming>,
    fault: Fault,
    plan: Option<usize>,
) -> io::Result<Response<Body>> {
    if matches!(fault, Fault::Short(_) | Fault::Long(_) | Fault::Flip) {
        let response = state.serve(request).await?;
        return match plan {
            _ if response.status().is_success() => garble(state, response, fault).await,
            // There is no object to garble: the plan waits for one, and the storm does something else.
            Some(plan) => {
                state.put_back(plan);
                Ok(response)
            }
            None => made_up(503, Vec::new(), error_text("SlowDown")),
        };
    }
    let path = state.path_of(request.uri().path());
    match fault {
        Fault::Status(status) => {
            let code = match status {
                403 => "AccessDenied",
                404 => "NoSuchKey",
                409 => "ConditionalRequestConflict",
                429 => "TooManyRequests",
                500 => "InternalError",
                503 => "SlowDown",
                _ => "Unknown",
            };
            made_up(status, Vec::new(), error_text(code))
        }
        Fault::Answer(status, headers, text) => made_up(status, headers, text),
        Fault::WrongRegion(region) => {
            let headers = vec![("x-amz-bucket-region", region.to_owned())];
            made_up(301, headers, error_text("PermanentRedirect"))
        }
        Fault::Drop => Err(io::Error::other("dropped as planned")),
        Fault::SlowStart(time) => {
            tokio::time::sleep(time).await;
            state.serve(request).await
        }
        Fault::Cut(length) => Ok(broken(state.serve(request).await?, length, true)),
        Fault::Stall(length) => Ok(broken(state.serve(request).await?, length, false)),
        Fault::Short(_) | Fault::Long(_) | Fault::Flip => unreachable!("done above"),
        Fault::Lost => {
            // The answer is whole before it is lost: what was asked for is done by then.
            state.serve(request).await?.into_body().collect().await?;
            Err(io::Error::other("lost as planned"))
        }
        Fault::LateError(code) => {
            state.serve(request).await?.into_body().collect().await?;
            made_up(200, Vec::new(), error_text(code))
        }
        Fault::Replace(content) => {
            fs::write(path, content)?;
            state.serve(request).await
        }
        Fault::CutAndReplace(length, content) => {
            let response = state.serve(request).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            fs::write(path, content)?;
            let body: Body = http_body_util::Full::new(body).map_err(|never| match never {}).boxed_unsync();
            Ok(broken(Response::from_parts(parts, body), length, true))
        }
        Fault::Page(fault) => {
            let asked = request.uri().query().unwrap_or_default().to_owned();
            let (mut parts, body) = state.serve(request).await?.into_parts();
            let page = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
            let page = damaged(&page, fault, state.other_page(&asked).as_deref());
            parts.headers.remove(CONTENT_LENGTH);
            Ok(Response::from_parts(parts, full(page)))
        }
    }
}

fn made_up(status: u16, headers: Vec<(&'static str, String)>, text: String) -> io::Result<Response<Body>> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(full(text)).map_err(io::Error::other)
}

/// The same answer with another body, whose length is told as it is.
async fn garble(state: &State, response: Response<Body>, fault: Fault) -> io::Result<Response<Body>> {
    let (mut parts, body) = response.into_parts();
    let mut body = body.collect().await?.to_bytes().to_vec();
    match fault {
        Fault::Short(length) => body.truncate(before_end(length, &body)),
        Fault::Long(more) => body.resize(body.len() + more, b'x'),
        _ => body = flipped(body, state.flips.fetch_add(1, Ordering::Relaxed)),
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(TRANSFER_ENCODING);
    let body = http_body_util::Full::new(Bytes::from(body)).map_err(|never| match never {});
    Ok(Response::from_parts(parts, body.boxed_unsync()))
}

/// Flips one bit; the numbers 0, 1, 2 … choose bits far from each other.
fn flipped(mut body: Vec<u8>, number: u64) -> Vec<u8> {
    let bits = body.len() as u64 * 8;
    if bits > 0 {
        let bit = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % bits;
        body[(bit / 8) as usize] ^= 1 << (bit % 8);
    }
    body
}

/// A length that is less than all of it.
fn before_end(length: usize, body: &[u8]) -> usize {
    if length < body.len() { length } else { body.len() / 2 }
}

/// The same answer, whose body does not reach its end.
fn broken(response: Response<Body>, length: usize, ends: bool) -> Response<Body> {
    response.map(|body| {
        let whole = stream::once(async move { body.collect().await.map(|whole| whole.to_bytes()) });
        let start =
            whole.map(move |whole| whole.map(|whole| Frame::data(whole.slice(..before_end(length, &whole)))));
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
