//! What somebody new runs into: each message has the words that help, and the exit code says what kind
//! of trouble it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Record, Run, TestDir, TestLake, object_text};
use crate::s3_server::{Fault, S3Server};

/// A message is short and is no panic. (What each provider of credentials said takes a line.)
#[track_caller]
fn assert_plain(run: &Run) {
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("stack backtrace"), "{run}");
    assert!(run.stderr.lines().count() <= 8, "more than a few lines\n{run}");
}

fn small_lake() -> TestLake {
    let lake = TestLake::new().object("one.json.gz", &[Record::new(1).json()]);
    lake.ingest().expect_exit(0);
    lake
}

/// Runs the executable against a server that is in this process.
async fn run(dir: &TestDir, environment: Vec<(&'static str, String)>, arguments: &[&str]) -> Run {
    let mut command = dir.command();
    command.args(arguments).envs(environment);
    tokio::task::spawn_blocking(move || Run::of(command, b"")).await.expect("a run")
}

#[test]
fn a_folder_that_is_not_there_is_named_and_how_to_write_a_bucket() {
    let dir = TestDir::new();
    let run = dir.run(["ingest", "my-trail/AWSLogs"]);
    assert_plain(&run);
    run.expect_exit(1)
        .expect_no_out()
        .expect_err("trailhound: there is no file or folder `my-trail/AWSLogs`")
        .expect_err("`s3://name/`");
    assert!(!dir.path().join("lake").try_exists().unwrap(), "a lake was made of nothing");
}

#[test]
fn another_kind_of_address_is_told_what_a_source_looks_like() {
    let dir = TestDir::new();
    for source in ["https://example.com/logs", "gs://bucket/logs"] {
        dir.run(["ingest", source]).expect_exit(2).expect_err(source).expect_err("`s3://bucket/prefix`");
    }
    dir.run(["ingest", "s3://"]).expect_exit(2).expect_err("a bucket's name");
    dir.file("logs/x.json", "{}");
    dir.run(["ingest", "logs", "--lake", "gs://bucket"]).expect_exit(2).expect_err("a lake is a folder or");
    dir.run(["ingest", "logs", "--lake", "s3://"]).expect_exit(2).expect_err("names no bucket");
}

#[test]
fn a_folder_without_logs_is_a_warning_not_a_failure() {
    let dir = TestDir::new();
    fs::create_dir(dir.path().join("logs")).unwrap();
    let run = dir.run(["ingest", "logs"]);
    assert_plain(&run);
    run.expect_exit(0).expect_err("no objects at logs").expect_err("is the prefix right");
}

#[test]
fn without_a_lake_every_command_says_how_to_make_one() {
    let dir = TestDir::new();
    for arguments in [
        &["query", "SELECT 1"][..],
        &["detect"],
        &["export"],
        &["lake", "info"],
        &["lake", "doctor"],
        &["lake", "optimize"],
        &["lake", "vacuum"],
    ] {
        let run = dir.run(arguments);
        assert_plain(&run);
        run.expect_exit(1)
            .expect_no_out()
            .expect_err("there is no lake at ./lake")
            .expect_err("`trailhound ingest")
            .expect_err("--lake");
    }
    assert_eq!(dir.path().read_dir().unwrap().count(), 0, "a command that only reads left something");
}

#[test]
fn a_folder_that_is_no_lake_is_told_apart_from_one_that_is_not_there() {
    let dir = TestDir::new();
    dir.file("photos/cat.jpg", "meow");
    for arguments in
        [&["query", "SELECT count(*) FROM cloudtrail"][..], &["lake", "info"], &["lake", "vacuum"]]
    {
        let run = dir.run(arguments.iter().chain(&["--lake", "photos"]));
        assert_plain(&run);
        run.expect_exit(1).expect_no_out().expect_err("photos").expect_err("`trailhound ingest");
    }
    assert_eq!(
        dir.path().join("photos").read_dir().unwrap().count(),
        1,
        "something was written beside the photos"
    );
}

#[test]
fn a_slip_in_sql_is_answered_with_the_nearest_names() {
    let lake = small_lake();
    for (sql, parts) in [
        ("SELECT evnet_name FROM cloudtrail", ["no column `evnet_name`", "event_name"]),
        ("SELECT * FROM cloudtrial", ["no table `cloudtrial`", "cloudtrail"]),
        ("SELEC * FROM cloudtrail", ["syntax error at line 1, column 1", "SELEC"]),
        ("SELECT event_name FROM cloudtrail WHERE", ["syntax error", "an expression, found: EOF"]),
        ("SELECT cidr_contain('10.0.0.0/8', source_ip) FROM cloudtrail", ["cidr_contain", "cidr_contains"]),
        ("DELETE FROM cloudtrail", ["`DELETE` is not allowed", "SELECT"]),
        ("SELECT * FROM cloudtrail WHERE user_name = $who", ["who", "--param"]),
        ("SELECT 1; SELECT 2", ["one", "statement"]),
    ] {
        let run = lake.dir.run(["query", sql]);
        assert_plain(&run);
        let run = run.expect_exit(1).expect_no_out();
        parts.iter().fold(run, |run, part| run.expect_err(part));
    }
}

#[test]
fn a_wrong_condition_of_an_export_is_told_as_that_of_a_query() {
    let lake = small_lake();
    let run = lake.dir.run(["export", "--where", "user_nam = 'alice'"]);
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("no column `user_nam`").expect_err("user_name");
    // A condition can't become another statement.
    lake.dir.run(["export", "--where", "TRUE) UNION SELECT 1 --"]).expect_exit(1).expect_no_out();
}

#[test]
fn a_key_of_the_configuration_that_is_unknown_or_wrong_exits_with_2() {
    let dir = TestDir::new();
    for (text, parts) in [
        ("[parms]\nunused_days = 14\n", ["trailhound.toml:1", "`parms`", "`params`"]),
        ("[limits]\nmemory = \"lots\"\n", ["trailhound.toml:2", "lots", ""]),
        ("[params\n", ["trailhound.toml:1", "", ""]),
    ] {
        dir.file("trailhound.toml", text);
        let run = dir.run(["lake", "info"]);
        assert!(!run.stderr.contains("panicked"), "{run}");
        let run = run.expect_exit(2).expect_no_out();
        parts.iter().fold(run, |run, part| run.expect_err(part));
    }
}

#[test]
fn an_unknown_rule_is_answered_with_the_nearest() {
    let lake = small_lake();
    for arguments in [
        &["detect", "--only", "root_console_logni"][..],
        &["rules", "show", "root_console_logni"],
        &["rules", "backtest", "root_console_logni"],
    ] {
        let run = lake.dir.run(arguments);
        assert_plain(&run);
        run.expect_exit(1)
            .expect_no_out()
            .expect_err("`root_console_logni`")
            .expect_err("root_console_login");
    }
    lake.dir.run(["detect", "--rules", "no/such/rules"]).expect_exit(1).expect_err("no/such/rules");
}

#[test]
fn rules_without_their_parameters_are_listed_and_nothing_fails() {
    let lake = small_lake();
    let report = lake.dir.run(["detect", "--format", "json"]).expect_exit(0).json();
    let rules = report["rules"].as_array().unwrap();
    let state = |id: &str| rules.iter().find(|rule| rule["rule_id"] == id).unwrap();
    let rule = state("unapproved_ip");
    assert_eq!(rule["state"], "not_configured", "{rule}");
    assert!(rule["reasons"].to_string().contains("approved_networks"), "{rule}");
    assert_eq!(state("root_api_activity")["state"], "ran");
}

#[test]
fn a_lake_that_can_not_be_written_is_named() {
    let lake = TestLake::new().object("one.json.gz", &[Record::new(1).json()]);
    let closed = lake.dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("x"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    let run = lake.dir.run(["ingest", "logs", "--lake", "closed/lake"]);
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("closed/lake").expect_err("ermission denied");
}

#[test]
fn a_file_where_a_folder_should_be_is_named() {
    let lake = TestLake::new().object("one.json.gz", &[Record::new(1).json()]);
    lake.dir.file("taken", "by a file");
    let run = lake.dir.run(["ingest", "logs", "--lake", "taken"]);
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("taken");
    lake.ingest().expect_exit(0);
    let run = lake.dir.run(["query", "SELECT 1", "-o", "no/such/folder/x.csv"]);
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("can't write no/such/folder/x.csv");
}

#[test]
fn an_object_that_can_not_be_read_does_not_hide_the_others() {
    let lake = TestLake::new().object("one.json.gz", &[Record::new(1).json()]);
    std::os::unix::fs::symlink("nowhere.json", lake.dir.path().join("logs/dangling.json")).unwrap();
    let run = lake.ingest().expect_exit(3).expect_err("dangling.json");
    assert_eq!(run.json()["records"], 1, "{run}");
}

#[test]
fn what_a_name_or_a_record_says_can_not_write_to_the_terminal() {
    let hostile = "\u{1b}[2J\u{1b}]0;owned\u{7}";
    let lake = TestLake::new()
        .bytes(&format!("{hostile}.json"), "{\"Records\":[{\"eventVersion\":1,}]}")
        .bytes("bad.json.gz", b"\x1f\x8b not gzip")
        .bytes("agent.json", object_text(&[Record::new(1).with("/userAgent", hostile).json()]));
    let run = lake.dir.run(["ingest", "logs"]);
    assert!(!run.stderr.contains('\u{1b}') && !run.stdout.contains(&0x1b), "{run}");
    for format in ["table", "csv", "json", "ndjson"] {
        let run =
            lake.dir.run(["query", "SELECT user_agent, source_object FROM cloudtrail", "--format", format]);
        assert!(format == "csv" || !run.stdout.contains(&0x1b), "{format}: {run}");
        run.expect_exit(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_does_not_exist_is_told_by_name() {
    let server = S3Server::start().await;
    let dir = TestDir::new();
    let run = run(&dir, server.env(), &["ingest", "s3://no-such-bucket/AWSLogs/"]).await;
    assert_plain(&run);
    run.expect_exit(1)
        .expect_no_out()
        .expect_err("there is no bucket `no-such-bucket`")
        .expect_err("check the name");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_every_way_to_sign_in_is_told() {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    let dir = TestDir::new();
    let mut environment = server.env();
    environment.retain(|(name, _)| !name.contains("KEY"));
    let run = run(&dir, environment, &["ingest", "s3://logs/"]).await;
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("no AWS credentials").expect_err("aws sso login");
    assert!(server.seen("GET", "").is_empty(), "S3 was asked without credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_does_not_exist_is_named() {
    let server = S3Server::start().await;
    let dir = TestDir::new();
    let mut environment = server.env();
    environment.retain(|(name, _)| !name.contains("KEY"));
    let run = run(&dir, environment, &["ingest", "s3://logs/", "--profile", "audit"]).await;
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("profile `audit`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_in_another_region_is_told_with_the_option_to_give() {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    server.fault("GET", "/logs", Fault::WrongRegion("eu-west-1"), 99);
    let dir = TestDir::new();
    let run = run(&dir, server.env(), &["ingest", "s3://logs/"]).await;
    assert_plain(&run);
    run.expect_exit(1)
        .expect_no_out()
        .expect_err("bucket `logs` is in `eu-west-1`")
        .expect_err("--aws-region eu-west-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_may_not_be_listed_is_told_with_the_permission() {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    server.fault("GET", "list-type=2", Fault::Status(403), 99);
    let dir = TestDir::new();
    let run = run(&dir, server.env(), &["ingest", "s3://logs/"]).await;
    assert_plain(&run);
    run.expect_exit(1).expect_no_out().expect_err("s3:ListBucket").expect_err("arn:aws:s3:::logs");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_prefix_is_a_warning() {
    let server = S3Server::start().await;
    server.make_bucket("logs");
    server.put("logs", "AWSLogs/1.json", object_text(&[Record::new(1).json()]));
    let dir = TestDir::new();
    let run = run(&dir, server.env(), &["ingest", "s3://logs/AWSlogs/"]).await;
    assert_plain(&run);
    run.expect_exit(0).expect_err("no objects at s3://logs/AWSlogs/").expect_err("is the prefix right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_in_a_bucket_that_does_not_exist_is_named() {
    let server = S3Server::start().await;
    let dir = TestDir::new();
    dir.object("logs/one.json.gz", &[Record::new(1).json()]);
    let ingest = run(&dir, server.env(), &["ingest", "logs", "--lake", "s3://no-such-bucket/lake"]).await;
    assert_plain(&ingest);
    ingest
        .expect_exit(1)
        .expect_no_out()
        .expect_err("there is no bucket for the lake s3://no-such-bucket/lake");
    let mut nobody = server.env();
    nobody.retain(|(name, _)| !name.contains("KEY"));
    let ingest = run(&dir, nobody, &["ingest", "logs", "--lake", "s3://no-such-bucket/lake"]).await;
    assert_plain(&ingest);
    ingest.expect_exit(1).expect_no_out().expect_err("no AWS credentials; sign in with");
    server.make_bucket("lakes");
    let query = run(&dir, server.env(), &["query", "SELECT 1", "--lake", "s3://lakes/lake"]).await;
    assert_plain(&query);
    query.expect_exit(1).expect_no_out().expect_err("s3://lakes/lake").expect_err("`trailhound ingest");
}
