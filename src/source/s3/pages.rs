//! Pages of a bucket's listing.
//!
//! Keys are asked for URL-encoded: XML has no way to write some of the characters that a key may
//! have. A page that is not whole, or leads back to one that was there before, is asked for again, and
//! in the end an error: the listing would lack something, or never end.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{EncodingType, Object};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::super::error::SourceError;
use super::super::retry::Trouble;
use super::super::walk::{Lister, Page, Place};
use super::super::whole::{PageAsked, page_fault};
use super::super::{ObjectRef, key};
use super::Store;
use super::answer::{Asked, unanswered};

/// A bucket as the walk sees it.
#[derive(Debug)]
pub(super) struct Bucket {
    pub store: Arc<Store>,
    /// The tokens that each listing under way has had, by prefix and whether it is folded.
    seen: Mutex<HashMap<(String, bool), HashSet<String>>>,
}

impl Bucket {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self { store, seen: Mutex::default() }
    }

    /// Remembers the way on, and refuses to go in a circle.
    fn go_on(
        &self,
        place: &Place,
        folded: bool,
        is_first: bool,
        output: &ListObjectsV2Output,
    ) -> Result<Option<String>, Trouble> {
        let listing = (place.key.clone(), folded);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if is_first {
            seen.remove(&listing);
        }
        if !output.is_truncated().unwrap_or_default() {
            seen.remove(&listing);
            return Ok(None);
        }
        let token = output.next_continuation_token().unwrap_or_default();
        match seen.entry(listing).or_default().insert(token.to_owned()) {
            true => Ok(Some(token.to_owned())),
            false => Err(Trouble::passing("the page sends back to one that was there before")),
        }
    }

    async fn ask(
        &self,
        place: &Place,
        folded: bool,
        token: Option<&str>,
    ) -> Result<(ListObjectsV2Output, Option<String>), Trouble> {
        let store = &self.store;
        let delimiter = folded.then(|| "/".to_owned());
        let asked = PageAsked {
            prefix: Some(place.key.clone()),
            token: token.map(str::to_owned),
            delimiter: delimiter.clone(),
            start_after: None,
        };
        let request = store
            .client()
            .list_objects_v2()
            .bucket(&store.bucket)
            .prefix(&place.key)
            .encoding_type(EncodingType::Url)
            .set_delimiter(delimiter)
            .set_continuation_token(token.map(str::to_owned))
            .set_request_payer(store.payer.clone())
            .customize()
            .interceptor(WholePage(asked));
        // The body of a page counts too: it is read before `send` is done.
        let limit = store.retry.stall * 2;
        match tokio::time::timeout(limit, request.send()).await {
            Ok(Ok(output)) => {
                let next = self.go_on(place, folded, token.is_none(), &output)?;
                Ok((output, next))
            }
            Ok(Err(error)) => {
                if error.raw_response().is_some() {
                    store.reached.store(true, Ordering::Relaxed);
                }
                Err(store.judge(error, Asked::Page, &store.uri(&place.key)))
            }
            Err(_) => Err(unanswered(limit)),
        }
    }
}

/// Looks at a page before it is believed; the SDK takes one that breaks off for the last.
#[derive(Debug)]
struct WholePage(PageAsked);

impl Intercept for WholePage {
    fn name(&self) -> &'static str {
        "WholePage"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if context.output_or_error().is_err() {
            return Ok(());
        }
        let body = context.response().body().bytes().unwrap_or_default();
        page_fault(body, &self.0).map_or(Ok(()), |fault| Err(fault.into()))
    }
}

#[async_trait]
impl Lister for Bucket {
    async fn page(&self, place: &Place, folded: bool, token: Option<String>) -> Result<Page, SourceError> {
        let store = &self.store;
        let mut tries = store.retry.start();
        let (output, next) = loop {
            match self.ask(place, folded, token.as_deref()).await {
                Ok(page) => break page,
                Err(trouble) if store.follow(&trouble) => {}
                Err(trouble) => store.again(&mut tries, &store.uri(&place.key), trouble, false).await?,
            }
        };
        store.reached.store(true, Ordering::Relaxed);
        let encoded = output.encoding_type() == Some(&EncodingType::Url);
        let mut page = Page { next, ..Page::default() };
        for object in output.contents() {
            match store.object(object, encoded) {
                Ok(object) => page.objects.push(object),
                Err(error) => page.errors.push(error),
            }
        }
        for prefix in output.common_prefixes().iter().filter_map(|one| one.prefix()) {
            match decode(prefix, encoded) {
                Some(prefix) if prefix != place.key => page.places.push(Place::key(prefix)),
                // To list it would never end.
                Some(_) => {}
                None => page.errors.push(store.no_text(prefix)),
            }
        }
        Ok(page)
    }
}

impl Store {
    fn object(&self, object: &Object, encoded: bool) -> Result<ObjectRef, SourceError> {
        let raw = object.key().unwrap_or_default();
        let key = decode(raw, encoded).ok_or_else(|| self.no_text(raw))?;
        Ok(ObjectRef {
            uri: self.uri(&key),
            parts: key::parse(&key),
            size: object.size().and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            etag: object.e_tag().map(str::to_owned),
            last_modified: object.last_modified().and_then(time),
            key,
        })
    }

    fn no_text(&self, raw: &str) -> SourceError {
        SourceError::Invalid {
            uri: self.uri(raw),
            reason: "the key is not UTF-8; copy it to another".to_owned(),
        }
    }
}

fn time(time: &DateTime) -> Option<Timestamp> {
    Timestamp::from_nanosecond(time.as_nanos()).ok()
}

/// S3 writes a space as `+`, and a `+` as `%2B`, like a form.
pub(super) fn decode(text: &str, encoded: bool) -> Option<String> {
    if !encoded {
        return Some(text.to_owned());
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}
