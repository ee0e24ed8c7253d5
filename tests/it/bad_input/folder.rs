//! Folders with everything in them that is no log: what a walk meets on a disk.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::Value;

use super::{records, tell, trail_key};
use crate::harness::{TestLake, gzip, object_text};

fn listing_errors(summary: &Value) -> Vec<&str> {
    let errors = summary["listing_errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().filter_map(Value::as_str).collect()
}

#[test]
fn what_is_neither_file_nor_folder_is_told_and_the_rest_goes_in() {
    let lake =
        TestLake::new().object(&trail_key("good"), &records(1, 3)).object("other/x.json.gz", &records(2, 2));
    let logs = lake.dir.path().join("logs");
    let made = Command::new("mkfifo").arg(logs.join("pipe.json.gz")).status().expect("mkfifo");
    assert!(made.success());
    let _socket = UnixListener::bind(logs.join("socket.json.gz")).expect("a socket");
    symlink("/dev/zero", logs.join("zero.json.gz")).expect("a link");
    symlink("nowhere", logs.join("dead.json.gz")).expect("a link");
    symlink("itself.json.gz", logs.join("itself.json.gz")).expect("a link");
    symlink("..", logs.join("up")).expect("a link");
    fs::create_dir_all(logs.join("folder.json.gz/deeper.json.gz")).expect("folders");
    lake.dir.file("logs/folder.json.gz/deeper.json.gz/y.json", object_text(&records(3, 1)));
    let run = lake.ingest().expect_exit(3);
    let summary = run.json();
    assert_eq!((&summary["objects"]["ingested"], &summary["records"]), (&3.into(), &6.into()), "{summary}");
    let errors = listing_errors(&summary);
    assert_eq!(errors.len(), 6, "{errors:?}");
    for (name, why) in [
        ("pipe.json.gz", "neither a file nor a folder"),
        ("socket.json.gz", "neither a file nor a folder"),
        ("zero.json.gz", "neither a file nor a folder"),
        ("dead.json.gz", "No such file"),
        ("itself.json.gz", "symbolic links"),
        ("up", "the link leads back to a folder above it"),
    ] {
        let found = errors.iter().find(|text| text.contains(&format!("/{name}`")));
        assert!(found.is_some_and(|text| text.contains(why)), "{name}: {errors:?}");
    }
    tell(9, "things in a folder, six of them no files");
}

#[test]
fn links_take_no_log_from_its_place_and_lead_outside_once() {
    let lake =
        TestLake::new().object(&trail_key("good"), &records(1, 3)).object("aside/x.json.gz", &records(2, 2));
    let root = lake.dir.path().join("logs");
    // Appended bytes under a trail's key are quarantined; a link with a name of its own would hide the key.
    let appended = [gzip(object_text(&records(4, 1))), gzip(object_text(&records(5, 1)))].concat();
    lake.dir.file(&format!("logs/{}", trail_key("appended")), appended);
    symlink(root.join(trail_key("appended")), root.join("A-first.json.gz")).expect("a link");
    symlink(root.join("AWSLogs"), root.join("A-tree")).expect("a link");
    for place in ["one", "two"] {
        lake.dir.file(
            &format!("outside/{place}/{place}.json"),
            object_text(&records(place.len() as u32 + 10, 1)),
        );
    }
    let outside = lake.dir.path().join("outside");
    symlink(&outside, root.join("out-a")).expect("a link");
    symlink(&outside, root.join("out-b")).expect("a link");
    symlink(&outside, outside.join("one/again")).expect("a link");
    let summary = lake.ingest().expect_exit(3).json();
    assert_eq!(summary["objects"]["quarantined"], 1, "{summary}");
    let rows = lake.rows("SELECT uri, state, reason, account_id FROM objects ORDER BY 1");
    let uris: BTreeSet<_> = rows.iter().map(|row| row["uri"].as_str().unwrap().to_owned()).collect();
    assert!(uris.len() == rows.len() && rows.len() == 5, "{rows:?}");
    let appended = rows.iter().find(|row| row["uri"].as_str().unwrap().contains("appended")).unwrap();
    assert_eq!(appended["account_id"], "111111111111", "{appended}");
    tell(7, "links");
}

#[test]
fn odd_names_are_read_and_told_without_writing_to_the_terminal() {
    let long = "x".repeat(250);
    let names = [
        "a b+c%41%2f.json",
        "new\nline.json",
        "\u{1b}[2J\u{1b}[31m.json",
        "\u{202e}nosj.txt",
        "..json",
        "...",
        "-",
        "--lake",
        "$(touch pwned).json",
        "`id`.json",
        "'quoted' \"twice\".json",
        "\u{e9}\u{308}\u{1f980}.json",
        &long,
        "*?.json",
        "C:\\con.json",
        "~",
        "event_date=2026-01-15.parquet",
        "_delta_log",
    ];
    let mut lake = TestLake::new();
    for (number, name) in names.iter().enumerate() {
        let text = object_text(&records(u32::try_from(number).unwrap(), 1));
        // Every other one is cut: its name is told then.
        let text = if number % 2 == 0 { text.as_bytes() } else { &text.as_bytes()[..60] };
        lake = lake.bytes(&format!("odd/{name}"), text);
    }
    let run = lake.ingest().expect_exit(3);
    assert!(!run.stderr.contains('\u{1b}') && !run.stderr.contains('\u{202e}'), "{:?}", run.stderr);
    let summary = run.json();
    assert_eq!(summary["objects"]["ingested"], 9, "{summary}");
    assert_eq!(summary["objects"]["quarantined"], 9, "{summary}");
    assert!(!lake.dir.path().join("pwned").try_exists().unwrap());
    tell(names.len(), "odd names");
}

#[test]
fn a_file_that_may_not_be_read_is_failed_and_comes_in_when_it_may() {
    let lake = TestLake::new().object("good.json.gz", &records(1, 3)).object("shut.json.gz", &records(2, 2));
    let shut = lake.dir.path().join("logs/shut.json.gz");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).expect("permissions");
    if fs::read(&shut).is_ok() {
        println!("left out: this user may read everything");
        return;
    }
    let summary = lake.ingest().expect_exit(3).expect_err("make it readable to this user").json();
    assert_eq!((&summary["objects"]["failed"], &summary["records"]), (&1.into(), &3.into()), "{summary}");
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o600)).expect("permissions");
    assert_eq!(lake.ingest().expect_exit(0).json()["records"], 2);
    tell(2, "files, one of them shut");
}

#[test]
fn very_many_tiny_objects_of_all_sorts_are_each_accounted_for() {
    let lake = TestLake::new();
    let count = 3_000_u32;
    for number in 0..count {
        let record = records(number, 1);
        let bytes = match number % 6 {
            0 => gzip(object_text(&record)),
            1 => object_text(&record).into_bytes(),
            2 => gzip("{\"Records\":[]}"),
            3 => gzip(object_text(&record))[..20].to_vec(),
            4 => b"x".to_vec(),
            _ => Vec::new(),
        };
        lake.dir.file(&format!("logs/{}/{number}.json", number % 7), bytes);
    }
    let summary = lake.ingest().expect_exit(3).json();
    let sixth = u64::from(count / 6);
    let expected = serde_json::json!({
        "listed": count, "ingested": 3 * sixth, "already": 0, "skipped": 2 * sixth, "quarantined": sixth, "failed": 0,
        "gone": 0,
    });
    assert_eq!(summary["objects"], expected, "{summary}");
    assert_eq!(
        (&summary["records"], &summary["dead_letters"]),
        (&(2 * sixth).into(), &0.into()),
        "{summary}"
    );
    tell(count as usize, "tiny objects");
}
