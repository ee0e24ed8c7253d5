//! What every source promises, asked of each in the same words.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;

use super::walk::Lister;
use super::{Body, Filter, Local, Memory, ObjectRef, Source, SourceError};
use crate::timespan::Timespan;

const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];

/// Two trails, one of an organisation and one with a prefix, three days of them over a new year,
/// and what else is found in buckets.
fn keys() -> Vec<String> {
    let mut keys = Vec::new();
    for account in ACCOUNTS {
        for (head, folder) in
            [("AWSLogs/o-demo0trail1", "CloudTrail"), ("team/a/AWSLogs", "CloudTrail-Insight")]
        {
            for region in ["eu-west-1", "us-east-1"] {
                for day in ["2025/12/31", "2026/01/01", "2026/01/15", "2026/02/01"] {
                    for file in ["x.json.gz", "y.json.gz"] {
                        keys.push(format!("{head}/{account}/{folder}/{region}/{day}/{file}"));
                    }
                }
            }
        }
    }
    let foreign = [
        "README",
        "AWSLogs/o-demo0trail1/111111111111/elasticloadbalancing/us-east-1/2026/01/01/lb.log.gz",
        "AWSLogs/o-demo0trail1/111111111111/CloudTrail/us-east-1/2026/01/note.txt",
        "AWSLogs/o-demo0trail1/111111111111/CloudTrail/us-east-1/2026/01/01/deeper/still.json",
        "AWSLogs/o-demo0trail1/111111111111/CloudTrail/odd_one/x.json",
        "other/deep/down/here/it/goes/on/and/on/x.json",
        "odd/a b%20+c\u{e9}\n.json",
    ];
    keys.extend(foreign.map(str::to_owned));
    keys
}

async fn list(source: &dyn Source, filter: &Filter) -> Vec<ObjectRef> {
    let objects: Vec<_> = source.list(filter).collect().await;
    objects.into_iter().map(|object| object.expect("listed")).collect()
}

fn text(body: &Body) -> String {
    let mut text = String::new();
    body.reader().expect("a reader").read_to_string(&mut text).expect("text");
    text
}

async fn everything_is_listed_once_and_day_by_day(source: &dyn Source) {
    let objects = list(source, &Filter::default()).await;
    let found: BTreeSet<_> = objects.iter().map(|object| object.key.clone()).collect();
    assert_eq!(found, keys().into_iter().collect());
    assert_eq!(found.len(), objects.len(), "nothing is there twice");
    let dated: Vec<_> = objects
        .iter()
        .filter_map(|object| Some((object.parts.as_ref()?.date, object.key.as_str())))
        .collect();
    assert!(dated.len() == 96 && dated.is_sorted(), "{dated:?}");
}

async fn a_filter_chooses_by_key_and_keeps_what_tells_nothing(source: &dyn Source) {
    let time = |text: &str| Some(text.parse().expect("a time"));
    let filter = Filter {
        span: Timespan { since: time("2026-01-16T00:00:00Z"), until: time("2026-01-20T00:00:00Z") },
        accounts: vec!["111111111111".to_owned(), "333333333333".to_owned()],
        regions: vec!["us-east-1".to_owned()],
    };
    let chosen = list(source, &filter).await;
    let (trail, foreign): (Vec<_>, Vec<_>) = chosen.iter().partition(|object| object.parts.is_some());
    assert_eq!(trail.len(), 8, "{trail:?}");
    for object in &trail {
        let parts = object.parts.as_ref().expect("parts");
        assert_eq!((parts.region.as_str(), parts.date.to_string().as_str()), ("us-east-1", "2026-01-15"));
        assert_ne!(parts.account_id, "222222222222");
    }
    // One lies below a day that the filter leaves out.
    assert_eq!(foreign.len(), 6, "{foreign:?}");
}

async fn a_listed_object_is_read_whole(source: &dyn Source) {
    for object in list(source, &Filter::default()).await {
        let body = source.get(&object).await.expect("read");
        assert_eq!((text(&body), object.size), (object.key.clone(), object.key.len() as u64));
        assert!(object.uri.ends_with(&object.key) || object.uri.starts_with("file:///"));
    }
}

async fn what_is_not_there_is_not_found(source: &dyn Source) {
    let mut object = list(source, &Filter::default()).await.swap_remove(0);
    object.uri.push_str("-no");
    object.key.push_str("-no");
    let error = source.get(&object).await.expect_err("not there");
    assert!(matches!(&error, SourceError::NotFound { uri } if *uri == object.uri), "{error}");
    assert!(!error.ends_listing());
}

async fn a_list_may_be_dropped_at_any_time(source: &dyn Source) {
    for taken in [0, 1, 5] {
        let some: Vec<_> = source.list(&Filter::default()).take(taken).collect().await;
        assert_eq!(some.len(), taken);
    }
}

async fn all(source: &dyn Source) {
    everything_is_listed_once_and_day_by_day(source).await;
    a_filter_chooses_by_key_and_keeps_what_tells_nothing(source).await;
    a_listed_object_is_read_whole(source).await;
    what_is_not_there_is_not_found(source).await;
    a_list_may_be_dropped_at_any_time(source).await;
}

fn memory() -> Memory {
    let memory = Memory::new();
    for key in keys() {
        memory.put(&key, key.clone());
    }
    memory
}

#[tokio::test]
async fn memory_keeps_the_contract() {
    all(&memory()).await;
}

#[tokio::test]
async fn a_folder_keeps_the_contract() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path());
    all(&Local::open(dir.path()).await.expect("opened")).await;
}

fn write(root: &Path) {
    for key in keys() {
        let path = root.join(&key);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, &key).expect("written");
    }
}

#[tokio::test]
async fn a_prefix_may_start_anywhere_in_the_tree() {
    let memory = memory();
    let mut prefixes = BTreeSet::new();
    for key in keys() {
        prefixes.extend(
            (0..=key.len()).filter(|end| key.is_char_boundary(*end)).map(|end| key[..end].to_owned()),
        );
    }
    for prefix in prefixes {
        let found: Vec<_> = list(&memory.below(&prefix), &Filter::default()).await;
        let found: BTreeSet<_> = found.into_iter().map(|object| object.key).collect();
        let expected: BTreeSet<_> = keys().into_iter().filter(|key| key.starts_with(&prefix)).collect();
        assert_eq!(found, expected, "{prefix}");
    }
}

#[tokio::test]
async fn a_whole_key_means_that_object_and_not_those_that_start_like_it() {
    let memory = Memory::new().with("a/x.json", "1").with("a/x.json.old", "2").with("a/x.json/y", "3");
    let found = list(&memory.below("a/x.json"), &Filter::default()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(list(&memory.below("a/x.js"), &Filter::default()).await.len(), 3);
}

#[tokio::test]
async fn days_outside_the_filter_are_never_asked_for() {
    let memory = memory();
    let everything = memory.below("AWSLogs/");
    list(&everything, &Filter::default()).await;
    let (asked_for_all, _) = memory.asked();
    let span = Timespan { since: Some("2030-01-01T00:00:00Z".parse().expect("a time")), until: None };
    list(&everything, &Filter { span, ..Filter::default() }).await;
    let (asked, _) = memory.asked();
    // The start, the organisation, three accounts, their folders, two regions each; two that are foreign.
    assert_eq!(asked - asked_for_all, 1 + 1 + 3 + 3 + 6 + 2, "{asked_for_all} for everything");
    assert!(asked_for_all > 60);
}

#[tokio::test]
async fn the_first_object_comes_long_before_the_last_page_is_asked_for() {
    let memory = Memory::new();
    for number in 0..50_000 {
        let day = number / 2000 + 1;
        let key = format!("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/{day:02}/{number:06}.json");
        memory.put(&key, "");
    }
    let mut objects = memory.list(&Filter::default());
    objects.next().await.expect("one").expect("listed");
    let (asked, _) = memory.asked();
    assert!(asked < 40, "{asked} of more than 50");
    assert_eq!(objects.count().await, 49_999);
}

#[tokio::test]
async fn a_folder_that_can_not_be_listed_is_an_error_and_the_rest_follows() {
    let memory = memory();
    memory.close("AWSLogs/o-demo0trail1/222222222222/");
    memory.close("AWSLogs/o-demo0trail1/111111111111/CloudTrail/us-east-1/2026/01/15/");
    let listed: Vec<_> = memory.list(&Filter::default()).collect().await;
    let (objects, errors): (Vec<_>, Vec<_>) = listed.into_iter().partition(Result::is_ok);
    assert_eq!((objects.len(), errors.len()), (keys().len() - 16 - 2, 2), "{errors:?}");
}

#[tokio::test]
async fn a_bucket_with_far_too_many_folders_is_listed_as_it_lies_there() {
    let memory = Memory::new();
    let mut keys: Vec<_> = (0..3000).map(|number| format!("{number:04}/x.json")).collect();
    keys.push("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/01/x.json".to_owned());
    for key in &keys {
        memory.put(key, "");
    }
    let found = list(&memory, &Filter::default()).await;
    assert_eq!(found.len(), keys.len());
    let (asked, _) = memory.asked();
    assert!(asked < 10, "{asked}");
}

#[tokio::test]
async fn a_panic_in_a_listing_is_not_its_end() {
    #[derive(Debug)]
    struct Panics;
    #[async_trait::async_trait]
    impl Lister for Panics {
        async fn page(
            &self,
            _: &super::walk::Place,
            _: bool,
            _: Option<String>,
        ) -> Result<super::walk::Page, SourceError> {
            panic!("a bug")
        }
    }
    let start = super::walk::Place::key("");
    let list = super::walk::walk(Arc::new(Panics), start, Filter::default());
    let end = tokio::spawn(list.collect::<Vec<_>>()).await;
    assert!(end.expect_err("a panic").is_panic());
}

#[path = "../../tests/it/s3_server.rs"]
#[allow(dead_code, reason = "the end-to-end tests use the rest of it")]
mod s3_server;

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let server = s3_server::S3Server::start().await;
    server.make_bucket("logs");
    write(&server.path("logs", ""));
    let credentials = aws_credential_types::Credentials::new(
        s3_server::ACCESS_KEY,
        s3_server::SECRET_KEY,
        None,
        None,
        "test",
    );
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new(s3_server::REGION))
        .endpoint_url(server.url())
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .build();
    all(&super::S3::over("logs", &config, &super::Aws::default()).await.expect("opened")).await;
}
