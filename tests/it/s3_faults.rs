//! Each thing that can go wrong with S3, one by one: what passes leaves no trace but in the count of
//! retries and the log; what stays has a state, a reason and exit code 3, and is in after the next run.

use crate::harness::{Record, Run, TestDir, gzip, object_text};
use crate::s3::{QUICK, day_key, ingest, object, rows, run, run_with, server};
use crate::s3_server::{Fault, PageFault, S3Server};

const OBJECTS: u32 = 3;
const RECORDS: u32 = 20;

fn error(status: u16, code: &str) -> Fault {
    Fault::error(status, code)
}

/// A page of a proxy that was asked for something else.
fn proxy(status: u16) -> Fault {
    let headers = vec![("content-type", "text/html".to_owned())];
    Fault::Answer(status, headers, "<html><body>please sign in</body></html>".to_owned())
}

/// A bucket with three objects, and what an undisturbed ingest makes of them.
async fn logs() -> (S3Server, TestDir, Vec<String>) {
    let (server, dir) = (server().await, TestDir::new());
    for number in 0..OBJECTS {
        server.put("logs", &day_key(&format!("n{number}")), object(number * RECORDS..(number + 1) * RECORDS));
    }
    ingest(&dir, &server, "s3://logs/", "calm").await.expect_exit(0);
    let calm = exported(&dir, &server, "calm").await;
    assert_eq!(calm.len() as u32, OBJECTS * RECORDS);
    (server, dir, calm)
}

/// All records of a lake, sorted.
async fn exported(dir: &TestDir, server: &S3Server, lake: &str) -> Vec<String> {
    let run = run(dir, server, &["export", "--lake", lake]).await.expect_exit(0);
    let mut lines: Vec<_> = run.out().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

async fn ingest_loudly(dir: &TestDir, server: &S3Server, source: &str, lake: &str) -> Run {
    run(dir, server, &["ingest", source, "--lake", lake, "--format", "json", "-v"]).await
}

/// Something that goes wrong so many times, and words of the log about it.
struct Passing(&'static str, &'static str, Fault, usize, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_while_logs_are_listed_or_fetched_changes_nothing_and_is_told() {
    let (list, get) = ("list-type=2", "_n1.json.gz");
    let page = |fault| Fault::Page(fault);
    let kinds = [
        Passing("list: busy", list, Fault::Status(503), 5, "503 SlowDown"),
        Passing("list: an error", list, Fault::Status(500), 2, "500 InternalError"),
        Passing("list: too many requests", list, Fault::Status(429), 2, "429 TooManyRequests"),
        Passing("list: reset before the answer", list, Fault::Drop, 2, "dispatch failure"),
        Passing("list: reset inside the answer", list, Fault::Cut(100), 2, "trying again"),
        Passing("list: an error under 200", list, error(200, "InternalError"), 2, "InternalError"),
        Passing("list: another error under 200", list, error(200, "Odd"), 2, "S3 answers 200 Odd"),
        Passing("list: a page of a proxy", list, proxy(200), 2, "S3 answers 200"),
        Passing("list: a page that breaks off early", list, page(PageFault::Cut(20)), 2, "S3 answers 200"),
        Passing("list: a page that breaks off late", list, page(PageFault::Cut(97)), 2, "breaks off"),
        Passing("list: a page without an end", list, page(PageFault::NoEnd), 2, "breaks off"),
        Passing("list: a page that does not say if it is the last", list, page(PageFault::NoWord), 2, "more"),
        Passing("list: a page that lost an entry", list, page(PageFault::Lost), 1, "that it promises"),
        Passing("get: busy", get, Fault::Status(503), 5, "503 SlowDown"),
        Passing("get: an error", get, Fault::Status(500), 2, "500 InternalError"),
        Passing("get: too many requests", get, Fault::Status(429), 2, "429 TooManyRequests"),
        Passing("get: a proxy that is busy", get, proxy(502), 2, "S3 answers 502"),
        Passing("get: a page of a proxy", get, proxy(200), 3, "the answer has no ETag"),
        Passing("get: an error under 200", get, error(200, "SlowDown"), 5, "the answer has no ETag"),
        Passing("get: reset before the answer", get, Fault::Drop, 2, "dispatch failure"),
        Passing("get: reset before the first byte", get, Fault::Cut(0), 2, "stopped after 0 of"),
        Passing("get: reset inside the body", get, Fault::Cut(99), 2, "stopped after 198 of"),
        Passing("get: a short body", get, Fault::Short(99), 3, "longer or shorter"),
        Passing("get: a long body", get, Fault::Long(99), 3, "longer or shorter"),
        Passing("get: a flipped bit", get, Fault::Flip, 5, "not those that the ETag is of"),
    ];
    let (server, dir, calm) = logs().await;
    for (number, Passing(name, part, fault, times, words)) in kinds.into_iter().enumerate() {
        let lake = format!("lake{number}");
        server.fault("GET", part, fault, times);
        let run = ingest_loudly(&dir, &server, "s3://logs/", &lake).await;
        assert_eq!(run.exit, Some(0), "{name}\n{run}");
        let summary = run.json();
        assert_eq!(summary["retries"], times, "{name}\n{run}");
        assert!(run.stderr.contains("trying again") && run.stderr.contains(words), "{name}\n{run}");
        assert_eq!(exported(&dir, &server, &lake).await, calm, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_page_of_a_listing_is_never_another_one() {
    let (server, dir) = (server().await, TestDir::new());
    for number in 0..1_100 {
        server.put("logs", &format!("AWSLogs/111111111111/x/{number:05}.json"), "{}");
    }
    server.put("logs", "AWSLogs/222222222222/x/1.json", "{}");
    // What was sent before comes once more, for a page in the middle and for a whole listing.
    server.fault("GET", "continuation-token", Fault::Page(PageFault::Repeated), 2);
    server.fault("GET", "222222222222", Fault::Page(PageFault::Repeated), 2);
    let run = ingest_loudly(&dir, &server, "s3://logs/", "lake").await.expect_exit(0);
    let summary = run.json();
    assert_eq!((&summary["objects"]["listed"], &summary["retries"]), (&1_101.into(), &4.into()), "{run}");
    run.expect_err("answers another question");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_too_long_goes_on_and_a_slow_first_byte_is_no_fault() {
    let (server, dir, calm) = logs().await;
    server.fault("GET", "_n0.json.gz", Fault::SlowStart(std::time::Duration::from_millis(300)), 1);
    let run = ingest_loudly(&dir, &server, "s3://logs/", "slow").await.expect_exit(0);
    assert_eq!(run.json()["retries"], 0, "{run}");

    let short = QUICK.replace("stall=30s", "stall=700ms");
    server.fault("GET", "_n1.json.gz", Fault::Stall(99), 1);
    server.fault("GET", "_n2.json.gz", Fault::SlowStart(std::time::Duration::from_secs(60)), 1);
    server.fault("GET", "list-type=2", Fault::Stall(99), 1);
    let arguments = ["ingest", "s3://logs/", "--lake", "lake", "--format", "json", "-v"];
    let run = run_with(&dir, &server, &arguments, &short).await.expect_exit(0);
    assert!(run.json()["retries"].as_u64() >= Some(3), "{run}");
    run.expect_err("then nothing for 700ms").expect_err("no answer within");
    assert_eq!(exported(&dir, &server, "lake").await, calm);

    let forever = Fault::SlowStart(std::time::Duration::from_secs(60));
    server.fault("PUT", "/cloudtrail/event_date", forever.clone(), 2);
    server.fault("PUT", "/cloudtrail/_delta_log/00000000000000000001.json", forever, 1);
    server.fault("GET", "/cloudtrail/_delta_log/00000000000000000000.json", Fault::Stall(20), 1);
    let arguments = ["ingest", "s3://logs/", "--lake", "s3://lakes/x", "--format", "json", "-v"];
    let run = run_with(&dir, &server, &arguments, &short).await.expect_exit(0);
    assert!(run.json()["retries"].as_u64() >= Some(4) && server.calm() == 0, "{run}");
    run.expect_err("no answer, or no more of it, within 700ms");
    assert_eq!(exported(&dir, &server, "s3://lakes/x").await, calm);
}

/// Something that stays as long as a run, the state of the object then, and words of its reason.
struct Staying(&'static str, Fault, usize, &'static str, &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_has_a_reason_and_exit_code_3_and_is_in_after_the_next_run() {
    let kinds = [
        Staying("refused", Fault::Status(403), 1, "failed", "allow s3:GetObject"),
        Staying("gone after the list", Fault::Status(404), 1, "gone", "it was listed, then deleted"),
        Staying("a key of KMS that is off", error(400, "KMS.DisabledException"), 1, "failed", "kms:Decrypt"),
        Staying("a key of KMS that is gone", error(400, "KMS.NotFoundException"), 1, "failed", "kms:Decrypt"),
        Staying("archived", error(403, "InvalidObjectState"), 1, "failed", "restore it with"),
        Staying("changed after the list", Fault::Status(412), 1, "failed", "changed after it was listed"),
        Staying("busy for long", Fault::Status(503), 12, "failed", "still fails after 12 tries"),
        Staying(
            "an error under 200 for long",
            error(200, "SlowDown"),
            12,
            "failed",
            "the answer has no ETag",
        ),
        Staying("no answer for long", Fault::Drop, 12, "failed", "still fails after 12 tries"),
        Staying("garbled for long", Fault::Flip, 12, "failed", "not those that the ETag is of"),
    ];
    let (server, dir, calm) = logs().await;
    for (number, Staying(name, fault, times, state, words)) in kinds.into_iter().enumerate() {
        let lake = format!("lake{number}");
        server.fault("GET", "_n1.json.gz", fault, times);
        let run = ingest(&dir, &server, "s3://logs/", &lake).await;
        assert_eq!(run.exit, Some(3), "{name}\n{run}");
        assert_eq!(run.json()["objects"][state], 1, "{name}\n{run}");
        assert!(run.stderr.contains("n1.json.gz") && run.stderr.contains(words), "{name}\n{run}");
        let sql = "SELECT state, reason FROM objects WHERE reason IS NOT NULL";
        let kept = rows(&dir, &server, &lake, sql).await;
        assert_eq!(kept.len(), 1, "{name}: {kept:?}");
        assert!(kept[0]["state"] == state && kept[0]["reason"].as_str().unwrap().contains(words), "{kept:?}");

        let next = ingest(&dir, &server, "s3://logs/", &lake).await;
        assert_eq!(next.exit, Some(0), "{name}\n{next}");
        assert_eq!(exported(&dir, &server, &lake).await, calm, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_stays_broken_is_a_failure_and_part_of_one_is_exit_code_3() {
    let (server, dir, calm) = logs().await;
    server.fault("GET", "list-type=2", Fault::Page(PageFault::NoEnd), 99);
    let run = ingest(&dir, &server, "s3://logs/", "lake").await.expect_exit(1);
    run.expect_err("still fails after 12 tries").expect_err("the page breaks off");
    server.calm();
    // A month that comes after the others.
    server.put("logs", "AWSLogs/111111111111/CloudTrail/us-east-1/2026/03/01/x.json.gz", object(0..1));
    server.fault("GET", "2026%2F03%2F", Fault::Page(PageFault::NoEnd), 99);
    let run = ingest(&dir, &server, "s3://logs/", "lake").await.expect_exit(3);
    assert_eq!(run.json()["listing_errors"].as_array().unwrap().len(), 1, "{run}");
    server.calm();
    ingest(&dir, &server, "s3://logs/", "lake").await.expect_exit(0);
    assert_eq!(exported(&dir, &server, "lake").await, calm);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_changes_between_list_and_get_or_within_it_comes_in_whole_by_the_next_run() {
    let (server, dir, _) = logs().await;
    let records = |number: u32| {
        let record = |number| Record::new(number).with("/eventName", "Other").json();
        gzip(object_text(&(number..number + 5).map(record).collect::<Vec<_>>()))
    };
    let changes =
        [("list", Fault::Replace(records(1_000))), ("get", Fault::CutAndReplace(99, records(2_000)))];
    for (lake, change) in changes {
        server.fault("GET", "_n1.json.gz", change, 1);
        let run = ingest(&dir, &server, "s3://logs/", lake).await.expect_exit(3);
        assert_eq!(run.json()["objects"]["failed"], 1, "{run}");
        run.expect_err("changed after it was listed; the next run reads its new content");
        ingest(&dir, &server, "s3://logs/", lake).await.expect_exit(0);
        let others = exported(&dir, &server, lake).await;
        let changed = others.iter().filter(|line| line.contains("\"Other\"")).count();
        assert_eq!((others.len(), changed), (45, 5), "{lake}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_etag_that_helps_bad_content_is_read_once_more_before_it_is_quarantined() {
    let (server, dir, calm) = logs().await;
    // As S3 answers for an object under a key of KMS: the ETag is no MD5 of the bytes.
    server.encrypt("_n1.json.gz");
    server.fault("GET", "_n1.json.gz", Fault::Flip, 1);
    let run = ingest_loudly(&dir, &server, "s3://logs/", "flipped").await.expect_exit(0);
    assert_eq!(run.json()["retries"], 1, "{run}");
    run.expect_err("its content is bad: reading it once more");
    assert_eq!(exported(&dir, &server, "flipped").await, calm);

    server.fault("GET", "_n1.json.gz", Fault::Flip, 2);
    let run = ingest(&dir, &server, "s3://logs/", "garbled").await.expect_exit(3);
    assert_eq!(run.json()["objects"]["failed"], 1, "{run}");
    run.expect_err("comes with other bytes each time it is read");
    ingest(&dir, &server, "s3://logs/", "garbled").await.expect_exit(0);

    // What is bad in the bucket is bad for good.
    server.put("logs", &day_key("n1"), &object(20..40)[..300]);
    let run = ingest(&dir, &server, "s3://logs/", "bad").await.expect_exit(3);
    assert_eq!(run.json()["objects"]["quarantined"], 1, "{run}");
    run.expect_err("truncated");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_while_a_lake_is_written_changes_nothing_and_is_told() {
    let parquet = "/cloudtrail/event_date";
    let commit = "/cloudtrail/_delta_log/00000000000000000001.json";
    let (objects, first) =
        ("/objects/_delta_log/00000000000000000001.json", "/_delta_log/00000000000000000000.json");
    let list = "list-type=2";
    let page = |fault| Fault::Page(fault);
    // Method, part of the path, fault, times; several of one kind in one run.
    /// Method, part of the path, fault, how often.
    type Planned<'f> = &'f [(&'f str, &'f str, Fault, usize)];
    let kinds: [(&str, Planned<'_>); 12] = [
        (
            "busy",
            &[
                ("PUT", parquet, Fault::Status(503), 3),
                ("GET", list, Fault::Status(503), 3),
                ("PUT", commit, Fault::Status(503), 3),
            ],
        ),
        (
            "errors",
            &[
                ("PUT", parquet, Fault::Status(500), 2),
                ("PUT", commit, Fault::Status(500), 2),
                ("GET", commit, Fault::Status(500), 2),
            ],
        ),
        (
            "too many requests",
            &[("PUT", parquet, Fault::Status(429), 2), ("PUT", commit, Fault::Status(429), 2)],
        ),
        (
            "resets before the answer",
            &[
                ("PUT", parquet, Fault::Drop, 2),
                ("PUT", commit, Fault::Drop, 2),
                ("GET", list, Fault::Drop, 2),
            ],
        ),
        (
            "answers that are lost",
            &[
                ("PUT", parquet, Fault::Lost, 2),
                ("PUT", commit, Fault::Lost, 1),
                ("PUT", objects, Fault::Lost, 2),
                ("PUT", first, Fault::Lost, 2),
            ],
        ),
        (
            "conflicts",
            &[
                ("PUT", commit, Fault::Status(409), 3),
                ("PUT", objects, Fault::Status(409), 2),
                ("PUT", first, Fault::Status(409), 2),
            ],
        ),
        (
            "errors under 200, nothing done",
            &[
                ("PUT", parquet, error(200, "InternalError"), 2),
                ("PUT", commit, error(200, "SlowDown"), 2),
                ("PUT", objects, error(200, "Odd"), 1),
            ],
        ),
        (
            "errors under 200, all done",
            &[
                ("PUT", parquet, Fault::LateError("InternalError"), 1),
                ("PUT", commit, Fault::LateError("InternalError"), 1),
            ],
        ),
        (
            "pages that break off",
            &[
                ("GET", list, page(PageFault::Cut(30)), 3),
                ("GET", "cloudtrail%2F_delta_log", page(PageFault::NoEnd), 2),
                ("GET", "objects%2F_delta_log", page(PageFault::NoWord), 2),
            ],
        ),
        (
            "errors in place of pages",
            &[("GET", list, error(200, "InternalError"), 3), ("GET", "objects%2F_delta_log", proxy(200), 1)],
        ),
        ("log entries that are damaged", &[("GET", commit, Fault::Flip, 1), ("GET", first, Fault::Flip, 4)]),
        (
            "log entries that are cut",
            &[
                ("GET", commit, Fault::Cut(99), 1),
                ("GET", first, Fault::Short(99), 2),
                ("GET", first, Fault::Cut(10), 2),
            ],
        ),
    ];
    let (server, dir, calm) = logs().await;
    for number in 0..OBJECTS {
        dir.file(&format!("trail/n{number}.json.gz"), object(number * RECORDS..(number + 1) * RECORDS));
    }
    for (number, (name, faults)) in kinds.into_iter().enumerate() {
        let lake = format!("s3://lakes/{number}");
        let mut planned = 0;
        for (method, part, fault, times) in faults {
            server.fault(method, part, fault.clone(), *times);
            planned += times;
        }
        let run = ingest_loudly(&dir, &server, "trail", &lake).await;
        assert_eq!(run.exit, Some(0), "{name}\n{run}");
        assert_eq!(server.calm(), 0, "faults of `{name}` were not met\n{run}");
        assert_eq!(run.json()["retries"], planned, "{name}\n{run}");
        assert!(run.stderr.contains("trying again"), "{name}\n{run}");
        assert_eq!(exported(&dir, &server, &lake).await, calm, "{name}");
        let again = ingest(&dir, &server, "trail", &lake).await.expect_exit(0).json();
        assert_eq!(again["objects"]["already"], OBJECTS, "{name}: {again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_while_a_lake_is_read_changes_nothing() {
    let (server, dir, calm) = logs().await;
    ingest(&dir, &server, "s3://logs/", "s3://lakes/x").await.expect_exit(0);
    // The ledger, the hashes of what is in, and the log.
    server.fault("GET", "/lakes/x/objects/", Fault::Flip, 3);
    server.fault("GET", "/lakes/x/cloudtrail/_hashes", Fault::Flip, 2);
    server.fault("GET", "/lakes/x/cloudtrail/_delta_log/00000000000000000001.json", Fault::Flip, 2);
    server.fault("GET", "list-type=2", Fault::Page(PageFault::Cut(60)), 2);
    server.put("logs", &day_key("copy"), object(0..RECORDS));
    let run = ingest_loudly(&dir, &server, "s3://logs/", "s3://lakes/x").await.expect_exit(0);
    let summary = run.json();
    assert_eq!((&summary["records"], &summary["duplicates"]), (&0.into(), &RECORDS.into()), "{run}");
    assert_eq!((server.calm(), &summary["retries"]), (0, &9.into()), "{run}");
    // Parts of files, in a query.
    server.fault("GET", ".parquet", Fault::Cut(40), 2);
    server.fault("GET", ".parquet", Fault::Status(503), 2);
    server.fault("GET", ".parquet", Fault::Drop, 2);
    assert_eq!(exported(&dir, &server, "s3://lakes/x").await, calm);
    assert_eq!(server.calm(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_stays_out_of_reach_is_a_failure_with_the_reason_and_the_next_run_goes_on() {
    let (server, dir, calm) = logs().await;
    let commit = "/cloudtrail/_delta_log/00000000000000000001.json";
    let kinds = [
        ("PUT", ".parquet", Fault::Status(503), "S3 answers 503"),
        ("PUT", ".parquet", Fault::Status(403), "AccessDenied"),
        ("PUT", commit, error(200, "InternalError"), "S3 answers 200 with the error InternalError"),
        ("GET", "objects%2F_delta_log", Fault::Page(PageFault::NoEnd), "the page breaks off"),
        ("GET", "/_delta_log/00000000000000000000.json", Fault::Flip, "not those that the ETag is of"),
    ];
    for (number, (method, part, fault, words)) in kinds.into_iter().enumerate() {
        let lake = format!("s3://lakes/{number}");
        server.fault(method, part, fault, 1_000);
        let run = ingest(&dir, &server, "s3://logs/", &lake).await.expect_exit(1);
        assert!(run.stderr.contains(words), "{part}\n{run}");
        server.calm();
        ingest(&dir, &server, "s3://logs/", &lake).await.expect_exit(0);
        assert_eq!(exported(&dir, &server, &lake).await, calm, "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_makes_no_sense_is_wrong_usage() {
    let (server, dir) = (server().await, TestDir::new());
    run_with(&dir, &server, &["lake", "info"], "tries=3")
        .await
        .expect_exit(2)
        .expect_err("is none of attempts");
}
