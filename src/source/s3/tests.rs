//! The parts of the S3 source that need no server, and the way to another region, which the test
//! server can't show.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use aws_config::BehaviorVersion;
use futures::StreamExt;

use super::pages::decode;
use super::*;

#[test]
fn an_address_is_a_bucket_and_a_raw_prefix() {
    for (place, bucket, prefix) in [
        ("logs", "logs", ""),
        ("logs/", "logs", ""),
        ("logs/AWSLogs/a%20b+", "logs", "AWSLogs/a%20b+"),
        ("my.old_Bucket//x", "my.old_Bucket", "/x"),
    ] {
        assert_eq!(split(place).expect("an address"), (bucket, prefix));
    }
    for place in ["", "/x", "..", "a b/x", "a%2Fb", "host:80/x", "a\n"] {
        let error = split(place).expect_err(place);
        assert!(error.to_string().contains("a bucket's name is letters"), "{error}");
    }
}

#[test]
fn encoded_keys_are_decoded_like_a_form_and_others_left_alone() {
    assert_eq!(decode("a+b%2Bc%25%0A%C3%A9", true).as_deref(), Some("a b+c%\n\u{e9}"));
    assert_eq!(decode("a+b%2B", false).as_deref(), Some("a+b%2B"));
    assert_eq!(decode("%FF", true), None);
}

/// Answers each request by what its text says; gives the address and the number of requests.
fn server(answer: fn(&str) -> String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = vec![0; 1 << 16];
            let read = stream.read(&mut request).unwrap_or(0);
            counted.fetch_add(1, Ordering::SeqCst);
            let text = answer(&String::from_utf8_lossy(&request[..read]));
            let _ = stream.write_all(text.as_bytes());
        }
    });
    (url, count)
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

const EMPTY: &str = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
const ONE: &str = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>x</Key><Size>1</Size>\
                   </Contents></ListBucketResult>";

fn aws() -> Aws {
    let retry = Retry { base: Duration::from_millis(1), stall: Duration::from_secs(5), ..Retry::default() };
    Aws { retry, ..Aws::default() }
}

fn store(url: &str, follows: bool) -> Arc<Store> {
    let credentials = aws_sdk_s3::config::Credentials::new("key", "secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .credentials_provider(aws_sdk_s3::config::SharedCredentialsProvider::new(credentials))
        .build();
    let mut store = Store::new("logs", &config, &aws());
    store.follows = follows;
    Arc::new(store)
}

async fn list(store: &Arc<Store>) -> Vec<Result<ObjectRef, SourceError>> {
    S3 { prefix: String::new(), store: store.clone() }.list(&Filter::default()).collect().await
}

fn in_ireland(request: &str) -> String {
    if request.contains("/eu-west-1/s3/aws4_request") {
        return reply("200 OK", "", ONE);
    }
    reply(
        "301 Moved Permanently",
        "x-amz-bucket-region: eu-west-1\r\n",
        "<Error><Code>PermanentRedirect</Code></Error>",
    )
}

#[tokio::test]
async fn a_bucket_in_another_region_is_found_there_by_itself() {
    let (url, _) = server(in_ireland);
    let store = store(&url, true);
    let listed = list(&store).await;
    assert!(matches!(listed.as_slice(), [Ok(object)] if object.uri == "s3://logs/x"), "{listed:?}");
    assert_eq!(store.client().config().region().map(|region| region.as_ref()), Some("eu-west-1"));
}

#[tokio::test]
async fn with_an_endpoint_a_wrong_region_is_told_and_not_followed() {
    let (url, _) = server(in_ireland);
    let listed = list(&store(&url, false)).await;
    let [Err(error)] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(
        error.to_string(),
        "bucket `logs` is in `eu-west-1`, not in `us-east-1`; pass --aws-region eu-west-1"
    );
}

#[tokio::test]
async fn a_store_that_sends_from_region_to_region_is_not_followed_for_ever() {
    let (url, count) = server(|request| {
        let real = if request.contains("/eu-west-1/s3/") { "us-east-1" } else { "eu-west-1" };
        reply(
            "301 Moved",
            &format!("x-amz-bucket-region: {real}\r\n"),
            "<Error><Code>PermanentRedirect</Code></Error>",
        )
    });
    let listed = list(&store(&url, true)).await;
    assert!(matches!(listed.as_slice(), [Err(SourceError::WrongRegion { .. })]), "{listed:?}");
    assert!(count.load(Ordering::SeqCst) < 5);
}

#[tokio::test]
async fn the_region_is_read_from_the_words_of_a_malformed_authorization() {
    let (url, _) = server(|_| {
        let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is wrong; \
                    expecting 'ap-south-2'</Message></Error>";
        reply("400 Bad Request", "", body)
    });
    let listed = list(&store(&url, false)).await;
    let [Err(SourceError::WrongRegion { real, .. })] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(real.as_deref(), Some("ap-south-2"));
}

#[tokio::test]
async fn an_empty_prefix_is_no_error() {
    let (url, count) = server(|_| reply("200 OK", "", EMPTY));
    assert!(list(&store(&url, false)).await.is_empty());
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_at_the_address_shows_after_few_tries() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let listed = list(&store(&url, false)).await;
    let [Err(SourceError::Exhausted { attempts: FIRST_CONTACT, .. })] = listed.as_slice() else {
        panic!("{listed:?}")
    };
}

/// (status line, headers, body) → what it is for a get.
#[tokio::test]
async fn what_s3_refuses_is_told_by_what_helps() {
    fn code(status: &str, code: &str, message: &str) -> String {
        reply(status, "", &format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"))
    }
    type Answer = fn(&str) -> String;
    type Is = fn(&SourceError) -> bool;
    let cases: [(Answer, Is); 8] = [
        (
            |_| code("403 Forbidden", "AccessDenied", "no"),
            |error| matches!(error, SourceError::Denied { way_out, .. } if way_out.contains("s3:GetObject on arn:aws:s3:::logs/*")),
        ),
        (
            |_| code("403 Forbidden", "AccessDenied", "not authorized to perform: kms:Decrypt"),
            |error| matches!(error, SourceError::Denied { way_out, .. } if way_out.contains("kms:Decrypt")),
        ),
        (
            |_| code("400 Bad Request", "KMS.DisabledException", "the key is disabled"),
            |error| matches!(error, SourceError::Denied { way_out, .. } if way_out.contains("kms:Decrypt")),
        ),
        (
            |_| code("403 Forbidden", "InvalidObjectState", "archived"),
            |error| matches!(error, SourceError::Archived { .. }),
        ),
        (
            |_| code("412 Precondition Failed", "PreconditionFailed", ""),
            |error| matches!(error, SourceError::Changed { .. }),
        ),
        (|_| code("404 Not Found", "NoSuchKey", ""), |error| matches!(error, SourceError::NotFound { .. })),
        (
            |_| code("400 Bad Request", "ExpiredToken", ""),
            |error| matches!(error, SourceError::BadCredentials { way_out, .. } if way_out.contains("expired")),
        ),
        (
            |_| code("403 Forbidden", "InvalidAccessKeyId", ""),
            |error| matches!(error, SourceError::BadCredentials { .. }) && error.ends_listing(),
        ),
    ];
    for (number, (answer, is)) in cases.into_iter().enumerate() {
        let (url, count) = server(answer);
        let object = ObjectRef {
            uri: "s3://logs/x".to_owned(),
            key: "x".to_owned(),
            size: 1,
            etag: None,
            last_modified: None,
            parts: None,
        };
        let error = fetch::fetch(&store(&url, false), &object).await.expect_err("refused");
        assert!(is(&error), "case {number}: {error:?}");
        assert_eq!(count.load(Ordering::SeqCst), 1, "no use in asking again");
    }
}

#[tokio::test]
async fn an_object_beyond_the_bound_is_not_asked_for() {
    let (url, count) = server(|_| reply("200 OK", "", ""));
    let object = ObjectRef {
        uri: "s3://logs/x".to_owned(),
        key: "x".to_owned(),
        size: u64::MAX,
        etag: None,
        last_modified: None,
        parts: None,
    };
    let error = fetch::fetch(&store(&url, false), &object).await.expect_err("too large");
    assert!(matches!(error, SourceError::TooLarge { .. }), "{error}");
    assert_eq!(count.load(Ordering::SeqCst), 0);
}
