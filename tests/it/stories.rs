//! Stories at the command line: over raw logs and a lake, alone and beside their rules, whatever was saved.

use std::path::Path;

use serde_json::Value;

use crate::harness::TestDir;

const STORY: &str = "root_signed_in_and_made_key";

/// The hit of [`STORY`].
fn log() -> String {
    let path = format!("{}/testdata/detections/{STORY}/hit.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(Path::new(&path)).unwrap()
}

/// The findings of the story in a run with these arguments, without what a run says of itself.
fn told(dir: &TestDir, arguments: &[&str]) -> Vec<Value> {
    let run = dir.run([&["detect", "--format", "ndjson"][..], arguments].concat()).expect_exit(0);
    let mut told: Vec<_> = run.ndjson().into_iter().filter(|finding| finding["rule_id"] == STORY).collect();
    for finding in &mut told {
        let finding = finding.as_object_mut().unwrap();
        finding.retain(|name, _| !["run_id", "found_at", "source", "revision"].contains(&name.as_str()));
    }
    told
}

#[test]
fn a_story_is_the_same_over_raw_logs_and_a_lake_alone_and_beside_its_rules_before_and_after_they_are_saved() {
    let dir = TestDir::new();
    dir.file("hit.json", log());
    dir.run(["ingest", "hit.json"]).expect_exit(0);
    let raw = told(&dir, &["--from", "hit.json"]);
    assert_eq!(raw.len(), 2, "{raw:?}");
    for arguments in [
        &["--from", "hit.json", "--only", STORY][..],
        &["--only", STORY, "--no-save"],
        &["--min-severity", "critical", "--no-save"],
        &[],
        &["--only", STORY],
        &["--since", "2026-03-02", "--until", "2026-03-03"],
    ] {
        assert_eq!(told(&dir, arguments), raw, "{arguments:?}");
    }
    let alone = dir.run(["detect", "--only", STORY, "--format", "ndjson"]).expect_exit(0).ndjson();
    assert!(
        alone.iter().all(|finding| finding["rule_id"] == STORY),
        "the findings of its rules are not reported"
    );
}

#[test]
fn findings_that_somebody_saved_tell_no_story() {
    let dir = TestDir::new();
    dir.file("hit.json", log());
    // The sign-ins are found and saved, in a lake that has only them.
    let mut records: Value = serde_json::from_str(&log()).unwrap();
    let records = records["Records"].as_array_mut().unwrap();
    records.retain(|record| record["eventName"] == "ConsoleLogin");
    dir.object("signed-in.json.gz", records);
    dir.run(["ingest", "signed-in.json.gz"]).expect_exit(0);
    dir.run(["detect"]).expect_exit(0);
    // What made the key is not there: nothing is told, though a run over other logs found both.
    dir.run(["detect", "--from", "hit.json", "--format", "summary"]).expect_exit(0).expect_out(STORY);
    assert_eq!(told(&dir, &[]), [] as [Value; 0]);
}

#[test]
fn a_summary_and_an_explained_run_count_stories_too() {
    let dir = TestDir::new();
    dir.file("hit.json", log());
    dir.run(["detect", "--from", "hit.json", "--format", "summary"]).expect_exit(0).expect_out(STORY);
    dir.run(["detect", "--from", "hit.json", "--explain"]).expect_exit(0);
    dir.run(["rules", "backtest", STORY, "--from", "hit.json"])
        .expect_exit(0)
        .expect_out("2 findings on 1 days");
    dir.run(["rules", "show", STORY]).expect_exit(0).expect_out("a story about:\n  - root_console_login");
    let shown = dir.run(["rules", "show", STORY, "--format", "json"]).expect_exit(0).json();
    assert_eq!(shown[0]["kind"], "story");
}

#[test]
fn a_story_of_ones_own_may_be_about_shipped_rules() {
    let dir = TestDir::new();
    let shipped = format!("{}/queries/stories/{STORY}.sql", env!("CARGO_MANIFEST_DIR"));
    let own = std::fs::read_to_string(shipped).unwrap().replace(STORY, "my_story");
    let path = dir.file("rules/my_story.sql", &own).display().to_string();
    dir.file("hit.json", log());
    dir.run(["rules", "check", &path]).expect_exit(0);
    let found = dir.run([
        "detect", "--rules", "rules", "--only", "my_story", "--from", "hit.json", "--format", "ndjson",
    ]);
    assert_eq!(found.expect_exit(0).ndjson().len(), 2);
    dir.file("rules/my_story.sql", own.replace("root_console_login", "root_consol_login"));
    dir.run(["rules", "check", &path]).expect_exit(1).expect_out("no such rule");
    dir.run(["detect", "--rules", "rules", "--from", "hit.json", "--format", "summary"])
        .expect_exit(3)
        .expect_err("no such rule");
}
