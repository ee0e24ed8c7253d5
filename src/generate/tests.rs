//! Whole trails, read back from disk: exact counts, determinism, the quiet without stories, what stories plant.
//!
//! Trails are small, and read back with a JSON parser that knows nothing of how they were written. Whether the shipped
//! rules find the stories is not asked here.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::*;

mod keys;
mod likeness;

const DAY: i64 = 86_400;

struct Trail {
    folder: TempDir,
    summary: Summary,
}

fn options(events: u64, stories: Stories) -> anyhow::Result<Options> {
    Ok(Options { stories, ..Options::new(events, 7, "2026-11-24T15:00:00Z".parse()?) })
}

fn trail(options: &Options) -> anyhow::Result<Trail> {
    let folder = tempfile::tempdir()?;
    let summary = run(folder.path(), options, &Progress::hidden())?;
    Ok(Trail { folder, summary })
}

impl Trail {
    fn objects(&self) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
        objects(self.folder.path())
    }

    /// Every record of every object but the digests, with the path it lies at.
    fn records(&self) -> anyhow::Result<Vec<(String, Value)>> {
        let mut records = Vec::new();
        for (path, bytes) in self.objects()? {
            let path = path.display().to_string();
            if path.contains("Digest") {
                continue;
            }
            let mut document: Value = serde_json::from_slice(&inflated(&bytes)?)?;
            let found = match document.get_mut("Records") {
                Some(records) => records.take(),
                None => document,
            };
            let found = found.as_array().cloned().unwrap_or_default();
            records.extend(found.into_iter().map(|record| (path.clone(), record)));
        }
        Ok(records)
    }
}

/// The ids of the events of look-alikes, which ordinary life knows nothing of.
fn look_alikes(options: &Options) -> anyhow::Result<BTreeSet<String>> {
    let world = World::new(options);
    let mut pen = stint::Pen::new(&world);
    let mut ids = BTreeSet::new();
    for occasion in lookalike::occasions(&world, options, plan::Span::of(options)) {
        pen.out.clear();
        pen.look_alike(&occasion);
        let record: Value = serde_json::from_str(&pen.out)?;
        ids.insert(id(&record).to_owned());
    }
    Ok(ids)
}

fn objects(root: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(root)?.to_owned(), fs::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn inflated(bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut text)?;
    Ok(text)
}

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn id(record: &Value) -> &str {
    record.get("eventID").or_else(|| record.get("eventId")).and_then(Value::as_str).unwrap_or_default()
}

fn second(record: &Value) -> i64 {
    text(record, "/eventTime").parse::<jiff::Timestamp>().map_or(i64::MIN, jiff::Timestamp::as_second)
}

#[test]
fn the_same_seed_gives_the_same_bytes_whatever_the_threads() -> anyhow::Result<()> {
    let options = options(3_000, Stories::all())?;
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let many = rayon::ThreadPoolBuilder::new().num_threads(5).build()?;
    let first = one.install(|| trail(&options))?.objects()?;
    let second = many.install(|| trail(&options))?.objects()?;
    assert_eq!(first.len(), second.len());
    assert!(first == second, "some object differs");
    let other = trail(&Options { seed: 8, ..options })?.objects()?;
    assert!(first != other);
    Ok(())
}

#[test]
fn a_trail_has_exactly_as_many_events_and_every_story_fits() -> anyhow::Result<()> {
    for (events, days) in [(1_000, 28), (1_000, 90), (5_000, 28), (20_011, 28), (1_000, 365)] {
        let trail = trail(&Options { days, ..options(events, Stories::all())? })?;
        let records = trail.records()?;
        let ids: BTreeSet<&str> = records.iter().map(|(_, record)| id(record)).collect();
        assert_eq!(ids.len() as u64, events);
        assert_eq!(trail.summary.events, events);
        assert_eq!(records.len() as u64, events + trail.summary.duplicates);
        assert!(trail.summary.duplicates > 0);
        let planted: Vec<&str> = trail.summary.stories.iter().map(|story| story.name).collect();
        assert_eq!(planted, STORY_NAMES);
        assert_eq!(trail.summary.objects, trail.objects()?.len() as u64);
    }
    Ok(())
}

#[test]
fn every_record_is_whole_and_lies_in_the_trail() -> anyhow::Result<()> {
    let options = options(5_000, Stories::all())?;
    let span = plan::Span::of(&options);
    for (path, record) in trail(&options)?.records()? {
        assert!(uuid::Uuid::parse_str(id(&record)).is_ok(), "{record}");
        if text(&record, "/eventCategory") == "Aggregated" {
            continue;
        }
        assert!((span.start..span.end).contains(&second(&record)), "{path} {record}");
        if text(&record, "/eventCategory") == "Insight" {
            continue;
        }
        for field in ["eventName", "eventSource", "awsRegion", "sourceIPAddress", "recipientAccountId"] {
            assert!(record.get(field).is_some_and(Value::is_string), "{field} {record}");
        }
        assert!(record.get("userIdentity").is_some_and(Value::is_object));
    }
    Ok(())
}

#[test]
fn keys_have_the_layout_of_s3_and_every_kind_of_object_is_there() -> anyhow::Result<()> {
    let objects = trail(&options(1_000, Stories::all())?)?.objects()?;
    let mut folders = BTreeSet::new();
    for (path, _) in &objects {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let ["AWSLogs", "o-demo0trail1", account, folder, region, year, month, day, name] = parts[..] else {
            panic!("`{}` is no key", path.display());
        };
        assert!(
            name.starts_with(&format!("{account}_{folder}_{region}_")) || folder.contains("Digest"),
            "{name}"
        );
        assert!(name.contains(&format!("{year}{month}{day}T")) && name.ends_with(".json.gz"), "{name}");
        folders.insert(folder.to_owned());
    }
    let expected = ["", "-Aggregated", "-Digest", "-Insight", "-NetworkActivity"];
    assert_eq!(folders.into_iter().collect::<Vec<_>>(), expected.map(|kind| format!("CloudTrail{kind}")));
    Ok(())
}

#[test]
fn records_come_late_and_astray() -> anyhow::Result<()> {
    let trail = trail(&options(1_000, Stories::none())?)?;
    let (mut neighbours, mut late, mut astray) = (0, 0, 0);
    for (path, record) in trail.records()? {
        if !path.contains("/CloudTrail/") {
            continue;
        }
        let day = text(&record, "/eventTime")[..10].replace('-', "/");
        neighbours += usize::from(!path.contains(&day));
        let global = path.contains("us-east-1") || text(&record, "/awsRegion") == "us-east-1";
        astray += usize::from(!path.contains(text(&record, "/awsRegion")) && global);
        let stamp =
            path.rsplit_once("Z_").map(|(stamp, _)| stamp[stamp.len() - 13..].to_owned()).unwrap_or_default();
        let delivered = jiff::civil::DateTime::strptime("%Y%m%dT%H%M", &stamp)?
            .to_zoned(jiff::tz::TimeZone::UTC)?
            .timestamp()
            .as_second();
        late += usize::from(delivered - second(&record) > DAY);
    }
    assert!(neighbours > 3, "{neighbours}");
    assert!(astray > 0, "{astray}");
    assert!(late > 0, "{late}");
    Ok(())
}

#[test]
fn without_stories_life_is_quiet() -> anyhow::Result<()> {
    const ALARMS: [&str; 6] = [
        "StopLogging",
        "DeleteTrail",
        "UpdateTrail",
        "PutEventSelectors",
        "DeactivateMFADevice",
        "DeleteVirtualMFADevice",
    ];
    let options = options(20_000, Stories::none())?;
    let trail = trail(&options)?;
    assert!(trail.summary.stories.is_empty());
    let mut failures = Vec::new();
    let mut seen = look_alikes(&options)?;
    let planted: u64 = trail.summary.look_alikes.iter().map(|one| one.events).sum();
    assert_eq!(planted, seen.len() as u64);
    for (_, record) in trail.records()? {
        if !seen.insert(id(&record).to_owned()) {
            continue;
        }
        assert_ne!(text(&record, "/userIdentity/type"), "Root", "{record}");
        assert!(["us-east-1", "eu-west-1"].contains(&text(&record, "/awsRegion")), "{record}");
        assert!(!ALARMS.contains(&text(&record, "/eventName")), "{record}");
        let ip = text(&record, "/sourceIPAddress");
        let approved = ["198.51.100.", "2001:db8:100:", "10."].iter().any(|network| ip.starts_with(network))
            || ip
                .strip_prefix("203.0.113.")
                .is_some_and(|host| host.parse::<u8>().is_ok_and(|host| host < 128))
            || !ip.starts_with(|first: char| first.is_ascii_digit());
        assert!(approved, "{record}");
        if text(&record, "/eventName") == "ConsoleLogin" {
            match text(&record, "/responseElements/ConsoleLogin") {
                "Success" => assert_eq!(text(&record, "/additionalEventData/MFAUsed"), "Yes"),
                _ => failures.push(second(&record)),
            }
        }
        assert_ne!(text(&record, "/serviceEventDetails/CredentialVerification"), "Failure");
    }
    assert!((1..=8).contains(&failures.len()), "{failures:?}");
    Ok(())
}

/// What each story leaves: so many events that fit its rules.
#[test]
fn each_story_plants_what_it_says() -> anyhow::Result<()> {
    let options = options(1_000, Stories::all())?;
    let trail = trail(&options)?;
    let mut seen = look_alikes(&options)?;
    let records: Vec<Value> = trail
        .records()?
        .into_iter()
        .map(|(_, record)| record)
        .filter(|record| seen.insert(id(record).to_owned()))
        .collect();
    for name in STORY_NAMES {
        let count = |fits: &dyn Fn(&Value) -> bool| records.iter().filter(|record| fits(record)).count();
        let named = |wanted: &'static str| move |record: &Value| text(record, "/eventName") == wanted;
        let ip = |wanted: &'static str| move |record: &Value| text(record, "/sourceIPAddress") == wanted;
        let login = |record: &Value, outcome: &str, mfa: &str| {
            text(record, "/responseElements/ConsoleLogin") == outcome
                && text(record, "/additionalEventData/MFAUsed") == mfa
        };
        let region = |record: &Value, wanted: &str| text(record, "/awsRegion") == wanted;
        match name {
            "root" => {
                let root = |record: &Value| text(record, "/userIdentity/type") == "Root";
                assert_eq!(count(&|record| root(record) && login(record, "Success", "No")), 1);
                assert_eq!(count(&|record| root(record) && text(record, "/eventType") == "AwsApiCall"), 6);
            }
            "password-guess" => {
                let guess = ip("192.0.2.31");
                assert_eq!(count(&|record| guess(record) && login(record, "Failure", "No")), 12);
                assert_eq!(count(&|record| guess(record) && login(record, "Success", "No")), 1);
            }
            "mfa-fail" => {
                assert_eq!(count(&|record| login(record, "Failure", "Yes")), 2);
                let totp = |record: &Value| text(record, "/additionalEventData/CredentialType") == "TOTP";
                let failure =
                    |record: &Value| text(record, "/serviceEventDetails/CredentialVerification") == "Failure";
                assert_eq!(count(&|record| totp(record) && failure(record)), 2);
            }
            "mfa-removed" => {
                assert_eq!(count(&named("DeactivateMFADevice")), 1);
                assert_eq!(count(&named("DeleteVirtualMFADevice")), 1);
            }
            "region" => {
                let run = named("RunInstances");
                assert_eq!(count(&|record| region(record, "ap-southeast-1") && run(record)), 3);
                let denied = |record: &Value| text(record, "/errorCode") == "Client.UnauthorizedOperation";
                assert_eq!(count(&|record| region(record, "sa-east-1") && denied(record)), 4);
            }
            "network" => {
                assert_eq!(count(&ip("192.0.2.66")), 5);
                assert_eq!(count(&ip("2001:db8:bad::66")), 5);
            }
            "stale-key" => {
                let left = |record: &Value| text(record, "/userIdentity/userName") == "svc-legacy-report";
                assert_eq!(count(&left), 6);
                let made = |record: &Value| text(record, "/requestParameters/userName") == "svc-new-partner";
                assert_eq!(count(&made), 1);
            }
            _ => {
                for call in ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"] {
                    assert_eq!(count(&|record| text(record, "/eventName") == call), 1);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn a_story_can_be_planted_alone() -> anyhow::Result<()> {
    for name in STORY_NAMES {
        let options = options(1_000, name.parse()?)?;
        let (told, planted) = story::tell(&World::new(&options), &options, plan::Span::of(&options));
        assert_eq!(planted.iter().map(|story| story.name).collect::<Vec<_>>(), [name]);
        assert_eq!(planted[0].events, told.len() as u64);
        assert!(planted[0].principal.starts_with("arn:aws:iam::") && !planted[0].description.is_empty());
    }
    Ok(())
}

#[test]
fn a_trail_too_short_for_a_story_leaves_it_out() -> anyhow::Result<()> {
    let trail = trail(&Options { days: 3, ..options(2_000, Stories::all())? })?;
    assert_eq!(trail.summary.events, 2_000);
    assert!(trail.summary.stories.iter().all(|story| story.name != "stale-key"));
    assert_eq!(trail.summary.stories.len(), STORY_NAMES.len() - 1);
    Ok(())
}

#[test]
fn wrong_numbers_are_refused_with_what_would_do() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (wrong, word) in [
        (options(999, Stories::all())?, "1000"),
        (Options { days: 0, ..options(1_000, Stories::all())? }, "400"),
    ] {
        let error = run(folder.path(), &wrong, &Progress::hidden()).expect_err("it is wrong").to_string();
        assert!(error.contains(word), "{error}");
    }
    Ok(())
}
