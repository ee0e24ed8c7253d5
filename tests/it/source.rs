//! The S3 source against a server that fails.

use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use futures::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use trailhound::source::{Aws, Filter, ObjectRef, Retry, S3, Source, SourceError, chain_text};

use crate::s3_server::{ACCESS_KEY, Fault, REGION, S3Server, SECRET_KEY};

const SERIES: &str = "AWSLogs/111111111111/CloudTrail/us-east-1";

async fn server() -> S3Server {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    server
}

fn config(server: &S3Server) -> SdkConfig {
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(server.url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

async fn open(server: &S3Server, place: &str) -> S3 {
    let retry = Retry {
        base: Duration::from_millis(2),
        cap: Duration::from_millis(10),
        attempts: 8,
        stall: Duration::from_millis(300),
        ..Retry::default()
    };
    S3::over(place, &config(server), &Aws { retry, ..Aws::default() }).await.expect("a bucket")
}

async fn list(source: &S3) -> Vec<ObjectRef> {
    let listed: Vec<_> = source.list(&Filter::default()).collect().await;
    listed.into_iter().map(|object| object.expect("listed")).collect()
}

async fn first_error(source: &S3) -> SourceError {
    let mut listed: Vec<_> = source.list(&Filter::default()).collect().await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    listed.remove(0).expect_err("an error")
}

async fn read(source: &S3, object: &ObjectRef) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::new();
    let body = source.get(object).await?;
    body.reader().expect("a reader").read_to_end(&mut bytes).expect("in memory");
    Ok(bytes)
}

/// A bucket with one object of a megabyte.
async fn one_object() -> (S3Server, S3, ObjectRef, Vec<u8>) {
    let server = server().await;
    let bytes: Vec<u8> = (0..1u32 << 20).map(|number| (number % 251) as u8).collect();
    server.put("logs", "x.json", &bytes);
    let source = open(&server, "logs/x.json").await;
    let object = list(&source).await.remove(0);
    (server, source, object, bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_writers_that_race_for_a_name_exactly_one_wins() {
    let server = server().await;
    let store = AmazonS3Builder::new()
        .with_bucket_name("logs")
        .with_region(REGION)
        .with_endpoint(server.url())
        .with_allow_http(true)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .build()
        .expect("a store");
    for race in 0..20 {
        let path = object_store::path::Path::from(format!("race/{race}.json"));
        let writers = (0..8).map(|writer| {
            let (store, path) = (store.clone(), path.clone());
            tokio::spawn(async move {
                let payload = PutPayload::from(format!("writer {writer}"));
                store.put_opts(&path, payload, PutMode::Create.into()).await.is_ok()
            })
        });
        let won = futures::future::join_all(writers).await.into_iter().filter(|won| *won.as_ref().unwrap());
        assert_eq!(won.count(), 1, "race {race}");
        let bytes = store.get(&path).await.expect("there").bytes().await.expect("read");
        assert!(bytes.starts_with(b"writer "));
    }
}

#[tokio::test]
async fn more_than_a_page_of_keys_is_listed_whole_and_by_day() {
    let server = server().await;
    let mut keys = BTreeSet::new();
    for number in 0..1200 {
        keys.insert(format!("{SERIES}/2026/01/15/{number:05}.json.gz"));
    }
    for account in ["222222222222", "333333333333"] {
        for day in ["2025/12/31", "2026/01/15", "2026/01/16"] {
            for folder in ["CloudTrail", "CloudTrail-Digest"] {
                keys.insert(format!("p/AWSLogs/o-demo0trail1/{account}/{folder}/eu-west-1/{day}/x.json.gz"));
            }
        }
    }
    for key in &keys {
        server.put("logs", key, "");
    }
    let objects = list(&open(&server, "logs").await).await;
    let found: BTreeSet<_> = objects.iter().map(|object| object.key.clone()).collect();
    assert!(found == keys && objects.len() == keys.len());
    let order: Vec<_> = objects.iter().map(|one| (one.parts.as_ref().unwrap().date, &one.key)).collect();
    assert!(order.is_sorted());
    assert_eq!(objects[0].parts.as_ref().unwrap().org.as_deref(), Some("o-demo0trail1"));
    let pages = server.seen("GET", "/15/&");
    assert!(pages.iter().any(|page| page.path.contains("continuation-token")), "{pages:?}");
}

#[tokio::test]
async fn odd_keys_come_through_a_listing_and_back() {
    let server = server().await;
    let long = ["\u{e9}".repeat(120), "\u{1f600}".repeat(60), "x".repeat(240), "y".repeat(240)].join("/");
    let keys =
        ["a b.json", "a+b.json", "a%20b.json", "a%.json", "line\nfeed.json", "<&>\"'.json", long.as_str()];
    for key in keys {
        server.put("logs", key, key);
    }
    let source = open(&server, "logs").await;
    let objects = list(&source).await;
    let found: BTreeSet<_> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(found, keys.into_iter().collect());
    for object in &objects {
        assert_eq!(object.uri, format!("s3://logs/{}", object.key));
        assert_eq!(read(&source, object).await.expect("read"), object.key.as_bytes());
    }
}

#[tokio::test]
async fn markers_empty_objects_and_keys_that_climb_are_listed_as_they_are() {
    let server = server().await;
    let keys = ["AWSLogs/../../etc/passwd", "AWSLogs/", "/absolute", "empty", "AWSLogs//double"];
    let named: String =
        keys.iter().map(|key| format!("<Contents><Key>{key}</Key><Size>0</Size></Contents>")).collect();
    let page = format!("<ListBucketResult><IsTruncated>false</IsTruncated>{named}</ListBucketResult>");
    server.fault("GET", "list-type=2", Fault::Answer(200, Vec::new(), page), 1);
    let found: Vec<_> = list(&open(&server, "logs").await).await.into_iter().map(|one| one.key).collect();
    assert_eq!(found, keys);
}

#[tokio::test]
async fn a_listing_that_turns_in_circles_is_an_error_and_ends() {
    let server = server().await;
    let page = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again\
                </NextContinuationToken><Contents><Key>AWSLogs/1/Config/x</Key><Size>0</Size></Contents></ListBucketResult>";
    server.fault("GET", "list-type=2", Fault::Answer(200, Vec::new(), page.to_owned()), 99);
    let listed: Vec<_> =
        open(&server, "logs/AWSLogs/1/Config/").await.list(&Filter::default()).collect().await;
    let errors: Vec<_> =
        listed.iter().filter_map(|item| item.as_ref().err()).map(|error| chain_text(error)).collect();
    assert!(matches!(errors.as_slice(), [text] if text.contains("sends back to one")), "{errors:?}");
}

#[tokio::test]
async fn a_page_that_breaks_off_is_asked_for_again_and_in_the_end_an_error() {
    let (server, source, ..) = one_object().await;
    let without_token = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>";
    let without_end = "<ListBucketResult><IsTruncated>false</IsTruncated>";
    let without_word = "<ListBucketResult></ListBucketResult>";
    for page in [without_token, without_end, without_word] {
        let broken = Fault::Answer(200, Vec::new(), page.to_owned());
        server.fault("GET", "list-type=2", broken.clone(), 3);
        assert_eq!(list(&source).await.len(), 1, "{page}");
    }
    server.fault("GET", "list-type=2", Fault::Answer(200, Vec::new(), without_token.to_owned()), 99);
    let error = chain_text(&first_error(&source).await);
    assert!(error.contains("after 8 tries") && error.contains("not how to get them"), "{error}");
}

#[tokio::test]
async fn a_busy_bucket_is_asked_again() {
    let (server, source, object, bytes) = one_object().await;
    for fault in [Fault::Status(503), Fault::Status(429), Fault::Status(500), Fault::Drop] {
        server.fault("GET", "x.json", fault.clone(), 2);
        assert_eq!(read(&source, &object).await.expect("read"), bytes, "{fault:?}");
        server.fault("GET", "list-type=2", fault.clone(), 2);
        assert_eq!(list(&source).await.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_bucket_that_stays_busy_is_given_up_with_the_reason() {
    let (server, source, object, _) = one_object().await;
    server.fault("GET", "/x.json", Fault::Status(503), 100);
    let before = server.seen("GET", "/x.json").len();
    let error = read(&source, &object).await.expect_err("busy");
    let SourceError::Exhausted { attempts: 8, cause, .. } = &error else { panic!("{error:?}") };
    assert_eq!(cause.to_string(), "S3 answers 503 SlowDown: as planned");
    assert_eq!(server.seen("GET", "/x.json").len() - before, 8);
}

#[tokio::test]
async fn a_body_that_is_cut_short_goes_on_where_it_stopped() {
    let (server, source, object, bytes) = one_object().await;
    server.fault("GET", "/x.json", Fault::Cut(300_000), 2);
    assert_eq!(read(&source, &object).await.expect("read"), bytes);
    let asked = server.seen("GET", "/x.json");
    let ranges: Vec<_> = asked.iter().map(|one| one.range.clone()).collect();
    let starts = ["bytes=300000-".to_owned(), "bytes=600000-".to_owned()];
    assert_eq!(ranges, [None, Some(starts[0].clone()), Some(starts[1].clone())]);
    assert!(asked[1].if_match.is_some() && asked[1].if_match == asked[2].if_match, "{asked:?}");
}

#[tokio::test]
async fn a_body_that_stalls_is_left_and_goes_on() {
    let (server, source, object, bytes) = one_object().await;
    server.fault("GET", "/x.json", Fault::Stall(400_000), 1);
    assert_eq!(read(&source, &object).await.expect("read"), bytes);
    assert_eq!(server.seen("GET", "/x.json")[1].range.as_deref(), Some("bytes=400000-"));
}

#[tokio::test]
async fn an_answer_that_does_not_begin_is_not_waited_for() {
    let (server, source, object, bytes) = one_object().await;
    server.fault("GET", "/x.json", Fault::SlowStart(Duration::from_secs(30)), 1);
    assert_eq!(read(&source, &object).await.expect("read"), bytes);
}

#[tokio::test]
async fn an_object_that_changes_while_it_is_read_is_never_a_mixture() {
    let (server, source, object, bytes) = one_object().await;
    server.fault("GET", "/x.json", Fault::Cut(300_000), 1);
    server.fault("GET", "/x.json", Fault::Status(412), 1);
    let error = read(&source, &object).await.expect_err("changed");
    assert!(matches!(error, SourceError::Changed { .. }), "{error}");
    let listed = ObjectRef { etag: Some("\"another\"".to_owned()), ..object.clone() };
    assert!(matches!(read(&source, &listed).await, Err(SourceError::Changed { .. })));
    server.put("logs", "x.json", &bytes[1..]);
    let shorter = read(&source, &object).await.expect_err("shorter");
    assert!(matches!(shorter, SourceError::Changed { .. } | SourceError::Exhausted { .. }), "{shorter}");
}

#[tokio::test]
async fn an_object_deleted_after_the_listing_is_gone() {
    let (server, source, object, _) = one_object().await;
    server.remove("logs", "x.json");
    let error = read(&source, &object).await.expect_err("gone");
    assert!(matches!(&error, SourceError::NotFound { uri } if uri == "s3://logs/x.json"), "{error}");
}

#[tokio::test]
async fn a_refusal_names_the_permission_and_is_not_repeated() {
    let (server, source, object, _) = one_object().await;
    server.fault("GET", "/x.json", Fault::Status(403), 9);
    let error = read(&source, &object).await.expect_err("denied").to_string();
    assert!(error.contains("access to `s3://logs/x.json` is denied; allow s3:GetObject"), "{error}");
    assert_eq!(server.seen("GET", "/x.json").len(), 1);
    server.fault("GET", "list-type=2", Fault::Status(403), 1);
    let error = first_error(&source).await.to_string();
    assert!(error.contains("allow s3:ListBucket on arn:aws:s3:::logs"), "{error}");
}

#[tokio::test]
async fn a_bucket_elsewhere_is_told_with_its_region() {
    let server = server().await;
    server.fault("GET", "/logs", Fault::WrongRegion("eu-west-1"), 9);
    let error = first_error(&open(&server, "logs").await).await.to_string();
    assert_eq!(error, "bucket `logs` is in `eu-west-1`, not in `us-east-1`; pass --aws-region eu-west-1");
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_told_by_name() {
    let server = server().await;
    let error = first_error(&open(&server, "lgos/AWSLogs/").await).await;
    let text = format!("there is no bucket `lgos` at {}; check the name", server.url());
    assert!(error.to_string().starts_with(&text), "{error}");
}

#[tokio::test]
async fn without_credentials_nothing_is_asked() {
    let server = server().await;
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(server.url())
        .build();
    let error = S3::over("logs", &config, &Aws::default()).await.expect_err("nobody");
    let text = "no AWS credentials; sign in with `aws configure` or `aws sso login`";
    assert!(error.to_string().starts_with(text), "{error}");
    assert!(server.seen("GET", "").is_empty());
}

#[tokio::test]
async fn keys_that_the_store_does_not_know_are_told() {
    let server = server().await;
    let credentials = Credentials::new("somebody", "else", None, None, "test");
    let config = config(&server)
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let source = S3::over("logs", &config, &Aws::default()).await.expect("a bucket");
    let error = first_error(&source).await;
    assert!(matches!(error, SourceError::BadCredentials { .. } | SourceError::Denied { .. }), "{error:?}");
}
