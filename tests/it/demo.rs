//! The tour: `demo` finishes, its stories are found by exactly the rules that are to find them, and an
//! ordinary trail is quiet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;

use crate::harness::{Run, TestDir};

/// A demo that was made once for all tests: read it, and leave it as it is.
#[derive(Debug)]
pub(crate) struct Demo {
    folder: PathBuf,
    /// What `trailhound demo` said.
    said: String,
}

/// Where the trail ends; with the seed it decides everything in it.
const END: &str = "2026-11-24";

static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    // Not a temporary folder: nothing in a static is ever dropped. One for each checkout, since several
    // may share a target folder.
    let checkout = xxhash_rust::xxh3::xxh3_64(env!("CARGO_MANIFEST_DIR").as_bytes());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("demo-{checkout:016x}"));
    let dir = TestDir::new();
    let arguments = ["demo", folder.to_str().unwrap(), "--end", END, "--seed", "1", "--events", "20000"];
    let said = dir.run(arguments).expect_exit(0).out().to_owned();
    Demo { folder, said }
});

/// The shared demo.
pub(crate) fn demo() -> &'static Demo {
    &DEMO
}

impl Demo {
    /// Runs the executable in the demo's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = TestDir::new().command();
        command.current_dir(&self.folder).env("HOME", &self.folder).args(arguments);
        Run::of(command, b"")
    }

    /// The rows of a query over its lake.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Value> {
        self.run(&["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson()
    }
}

/// How many findings each rule has in the demo: what is low or a signal is mostly ordinary people.
const FINDINGS: [(&str, u64); 95] = [
    ("access_key_created_for_other_user", 3),
    ("access_key_deactivated", 1),
    ("access_key_deleted", 2),
    ("access_key_from_new_network", 1),
    ("access_key_never_used", 1),
    ("access_key_unused", 1),
    ("account_contact_read", 10),
    ("account_explored_with_long_term_key", 212),
    ("account_new_for_principal", 33),
    ("admin_policy_attached_to_user", 1),
    ("admin_rights_given_by_role_or_tool", 1),
    ("ami_shared_externally", 1),
    ("attack_tool_used", 4),
    ("bedrock_guardrail_changed", 1),
    ("bedrock_invocation_logging_changed", 1),
    ("change_stopped_by_guardrail", 18),
    ("client_new_for_principal", 2),
    ("cloudtrail_deleted", 1),
    ("cloudtrail_safeguard_removed", 2),
    ("cloudtrail_stopped", 1),
    ("cloudtrail_weakened", 2),
    ("console_login_after_failures", 1),
    // The 12 guesses, 2 with a wrong MFA code, and slips of ordinary people.
    ("console_login_failed", 20),
    ("console_login_failed_burst", 1),
    ("console_login_succeeded", 132),
    ("console_login_without_mfa", 1),
    ("console_password_created", 1),
    ("console_password_unused", 62),
    ("cost_read_with_access_key", 5),
    ("dynamodb_table_exported_to_other_account", 1),
    ("ebs_snapshot_created", 10),
    ("ebs_snapshot_shared_externally", 1),
    ("ec2_instance_connect_key_pushed", 1),
    ("ec2_instances_changed_by_hand", 41),
    ("ec2_instances_stopped", 6),
    ("ec2_large_instances_launched", 5),
    ("ecs_workload_created", 6),
    ("eventbridge_rule_created", 13),
    ("federation_token_created", 8),
    ("iam_call_refused", 8),
    ("iam_changed", 18),
    ("iam_changed_by_workload", 1),
    ("iam_changed_with_long_term_key", 1),
    ("iam_user_added_to_group", 2),
    ("iam_user_created", 3),
    ("identity_center_mfa_failed", 2),
    ("identity_center_signed_in", 66),
    ("identity_provider_created_by_tool", 1),
    ("infrastructure_changed_with_long_term_key", 33),
    ("kms_key_deletion_scheduled", 1),
    ("kms_key_policy_changed", 1),
    ("kms_key_policy_shared", 1),
    ("lambda_code_changed", 10),
    ("lambda_invoked_from_other_account", 125),
    ("log_group_deleted", 1),
    ("log_tampering_denied", 1),
    ("mfa_device_removed", 2),
    ("mfa_failed", 2),
    ("network_new_for_fixed_principal", 2),
    ("network_new_for_principal", 2),
    ("password_policy_read", 10),
    ("policy_in_use_rewritten", 1),
    ("principal_changed_client_and_network", 2),
    ("principal_new_explored", 8),
    ("privileged_change_without_mfa", 1),
    ("rds_log_downloaded", 16),
    ("rds_master_password_changed", 1),
    ("rds_snapshot_created", 6),
    ("region_new_for_principal", 2),
    ("role_assumed_by_other_account", 20),
    ("role_created_by_hand", 1),
    ("role_unused", 111),
    ("root_api_activity", 2),
    ("root_api_read", 4),
    ("root_console_login", 2),
    ("root_login_from_unapproved_network", 1),
    ("root_login_without_mfa", 1),
    ("s3_bucket_data_rules_changed", 7),
    ("s3_bucket_deleted", 1),
    ("s3_bucket_encrypted_with_foreign_key", 1),
    ("s3_bucket_encryption_deleted", 1),
    ("s3_bucket_policy_changed", 1),
    ("s3_versioning_suspended", 1),
    ("sagemaker_lifecycle_script_changed", 1),
    ("sagemaker_role_given_to_code", 2),
    ("security_group_changed", 3),
    ("sensitive_call_new_for_principal", 27),
    ("session_token_without_mfa", 4),
    ("signin_token_from_tool", 1),
    ("ssm_session_started", 2),
    ("trail_events_looked_up", 24),
    // What intruders do in any of the stories.
    ("unapproved_ip", 37),
    ("unapproved_region", 3),
    ("unapproved_region_denied", 4),
    ("vpc_endpoint_access_denied", 6),
];

/// Who did it, where rules name somebody: a user, root, or the id of a user whose name is not told.
const ROOT: &str = "arn:aws:iam::222222222222:root";
const ALICE: &str = "arn:aws:iam::222222222222:user/alice.lund";
const ADMIN: &str = "arn:aws:iam::111111111111:user/ops.admin";
const NIGHTLY: &str = "arn:aws:iam::333333333333:user/svc-nightly-10";
const INVOICE: &str = "arn:aws:iam::222222222222:user/svc-invoice-1";
const LEGACY: &str = "arn:aws:iam::222222222222:user/svc-legacy-report";
const GUESSED: &str = "AIDACBKN6TN6LIMGZNLE5";
const REFUSED: &str = "AIDA5MCOICESWKLPRLQTK";
const NOBODY: &str = "";

/// A rule, the principal and the address it names, and how many findings.
type Fired = (&'static str, &'static str, &'static str, usize);

/// What each story sets off.
#[rustfmt::skip]
const STORIES: [(&str, &[Fired]); 8] = [
    ("root", &[
        ("root_console_login", ROOT, "192.0.2.10", 1),
        ("root_login_without_mfa", ROOT, "192.0.2.10", 1),
        ("root_login_from_unapproved_network", ROOT, "192.0.2.10", 1),
        ("root_api_activity", ROOT, "192.0.2.10", 2),
        ("root_api_read", ROOT, "192.0.2.10", 4),
        ("iam_user_created", ROOT, "192.0.2.10", 1),
        ("admin_policy_attached_to_user", ROOT, "192.0.2.10", 1),
        ("unapproved_ip", ROOT, "192.0.2.10", 7),
    ]),
    ("password-guess", &[
        ("console_login_failed", GUESSED, "192.0.2.31", 12),
        ("console_login_failed_burst", NOBODY, "192.0.2.31", 1),
        ("console_login_after_failures", NOBODY, "192.0.2.31", 1),
        ("console_login_without_mfa", ALICE, "192.0.2.31", 1),
        ("unapproved_ip", ALICE, "192.0.2.31", 4),
    ]),
    ("mfa-fail", &[
        ("mfa_failed", REFUSED, "192.0.2.44", 2),
        ("console_login_failed", REFUSED, "192.0.2.44", 2),
        ("identity_center_mfa_failed", "111111111111", "192.0.2.44", 2),
    ]),
    ("mfa-removed", &[
        ("mfa_device_removed", ADMIN, "192.0.2.45", 2),
        ("privileged_change_without_mfa", ADMIN, "192.0.2.45", 1),
        ("unapproved_ip", ADMIN, "192.0.2.45", 2),
    ]),
    ("region", &[
        ("unapproved_region", NIGHTLY, "192.0.2.77", 3),
        ("unapproved_region_denied", NIGHTLY, "192.0.2.77", 4),
        ("ec2_large_instances_launched", NIGHTLY, "192.0.2.77", 5),
        ("attack_tool_used", NIGHTLY, "192.0.2.77", 1),
        ("unapproved_ip", NIGHTLY, "192.0.2.77", 7),
    ]),
    ("network", &[
        ("attack_tool_used", INVOICE, "192.0.2.66", 1),
        ("attack_tool_used", INVOICE, "2001:db8:bad::66", 1),
        ("unapproved_ip", INVOICE, "192.0.2.66", 5),
        ("unapproved_ip", INVOICE, "2001:db8:bad::66", 5),
    ]),
    ("stale-key", &[
        ("access_key_unused", LEGACY, NOBODY, 1),
        ("access_key_never_used", NOBODY, "198.51.100.24", 1),
    ]),
    ("trail-stopped", &[
        ("cloudtrail_stopped", ADMIN, "192.0.2.99", 1),
        ("cloudtrail_deleted", ADMIN, "192.0.2.99", 1),
        ("cloudtrail_weakened", ADMIN, "192.0.2.99", 2),
        ("cloudtrail_safeguard_removed", ADMIN, "192.0.2.99", 2),
        ("attack_tool_used", ADMIN, "192.0.2.99", 1),
        ("unapproved_ip", ADMIN, "192.0.2.99", 5),
    ]),
];

fn findings(report: &Value) -> Vec<Value> {
    report["findings"].as_array().unwrap().clone()
}

fn by_rule(findings: &[Value]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding["rule_id"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

fn expected() -> BTreeMap<String, u64> {
    FINDINGS.map(|(rule, count)| (rule.to_owned(), count)).into()
}

#[test]
fn the_demo_tells_what_it_makes_ingests_and_finds() {
    let said = &demo().said;
    for part in [
        "Making a trail of 20000 events",
        "20,000 new records",
        "stale-key",
        "by rule",
        "root_api_activity",
        "Next, in this folder",
        "trailhound query -f address_activity --param ip=192.0.2.66",
    ] {
        assert!(said.contains(part), "`{part}` is not in\n{said}");
    }
    assert_eq!(demo().rows("SELECT count(*) AS n FROM cloudtrail")[0]["n"], 20_000);
}

#[test]
fn every_rule_finds_exactly_what_the_stories_have_for_it() {
    let report = demo().run(&["detect", "--format", "json", "--no-save"]).expect_exit(0).json();
    for rule in report["rules"].as_array().unwrap() {
        assert!(rule["state"] == "ran" || rule["state"] == "not_configured", "{rule}");
    }
    assert_eq!(by_rule(&findings(&report)), expected());
    assert_eq!(report["warnings"], Value::Array(Vec::new()));
}

#[test]
fn each_story_is_found_by_its_rules_for_whoever_did_it() {
    let findings = findings(&demo().run(&["detect", "--format", "json", "--no-save"]).expect_exit(0).json());
    for (story, wanted) in STORIES {
        for (rule, principal, ip, count) in wanted {
            let is = |finding: &Value, field: &str, text: &str| finding[field].as_str().unwrap_or("") == text;
            let found = findings.iter().filter(|finding| {
                is(finding, "rule_id", rule)
                    && is(finding, "principal", principal)
                    && is(finding, "source_ip", ip)
            });
            assert_eq!(found.count(), *count, "story {story}: {rule} of `{principal}` from `{ip}`");
        }
    }
}

#[test]
fn what_the_demo_found_is_saved_and_detecting_again_saves_nothing_new() {
    let sql = "SELECT rule_id, count(*) AS n, max(revision) AS revision FROM findings GROUP BY rule_id";
    let saved = || -> BTreeMap<String, u64> {
        let rows = demo().rows(sql);
        assert!(rows.iter().all(|row| row["revision"] == 1), "{rows:?}");
        rows.iter()
            .map(|row| (row["rule_id"].as_str().unwrap().to_owned(), row["n"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(saved(), expected());
    let version = || {
        let info = demo().run(&["lake", "info", "--format", "json"]).expect_exit(0).json();
        info["tables"].as_array().unwrap().iter().find(|table| table["table"] == "findings").unwrap().clone()
    };
    let before = version();
    demo().run(&["detect", "--quiet"]).expect_exit(0);
    assert_eq!(saved(), expected());
    assert_eq!(version(), before);
}

#[test]
fn detecting_over_the_raw_logs_finds_the_same() {
    let report = demo().run(&["detect", "--from", "logs", "--format", "json"]).expect_exit(0).json();
    assert_eq!(by_rule(&findings(&report)), expected());
    let ids = |findings: &[Value]| -> Vec<String> {
        let mut ids: Vec<_> =
            findings.iter().map(|one| one["finding_id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&findings(&report)), ids(&demo().rows("SELECT finding_id FROM findings")));
}

#[test]
fn findings_at_or_above_the_gate_exit_with_4() {
    let gate = |only: &str, gate: &str| {
        let arguments = ["detect", "--no-save", "--format", "summary", "--only", only, "--fail-on", gate];
        demo().run(&arguments).exit
    };
    assert_eq!(gate("cloudtrail_*", "critical"), Some(4));
    assert_eq!(gate("root_api_*", "critical"), Some(0));
    assert_eq!(gate("root_api_*", "high"), Some(4));
    assert_eq!(gate("console_login_failed", "medium"), Some(0));
    assert_eq!(gate("console_login_failed", "low"), Some(4));
}

#[test]
fn time_severity_and_suppression_narrow_what_is_reported() {
    let counts = |more: &[&str]| {
        let arguments = [&["detect", "--no-save", "--format", "json"], more].concat();
        by_rule(&findings(&demo().run(&arguments).expect_exit(0).json()))
    };
    let last = counts(&["--since", "2026-11-22", "--until", "2026-11-23", "--min-severity", "medium"]);
    let trail = [
        ("attack_tool_used", 1),
        ("cloudtrail_deleted", 1),
        ("cloudtrail_safeguard_removed", 2),
        ("cloudtrail_stopped", 1),
        ("cloudtrail_weakened", 2),
        ("unapproved_ip", 5),
    ];
    assert_eq!(last, trail.map(|(rule, count)| (rule.to_owned(), count)).into());
    let worst = counts(&["--min-severity", "critical"]);
    assert_eq!(
        worst.into_keys().collect::<Vec<_>>(),
        [
            "cloudtrail_deleted",
            "cloudtrail_stopped",
            "root_login_from_unapproved_network",
            "root_login_without_mfa"
        ]
    );
    let approved = counts(&[
        "--only",
        "unapproved_ip",
        "--param",
        "approved_networks=192.0.2.0/24,198.51.100.0/24,203.0.113.0/25,2001:db8:100::/48",
    ]);
    assert_eq!(approved, [("unapproved_ip".to_owned(), 5)].into(), "only those over IPv6 are left");
}

#[test]
fn findings_come_in_every_form() {
    let form = |format: &str| demo().run(&["detect", "--no-save", "--format", format]).expect_exit(0);
    let total: u64 = FINDINGS.iter().map(|(_, count)| count).sum();
    assert_eq!(form("ndjson").ndjson().len() as u64, total);
    let ocsf = form("ocsf").ndjson();
    assert_eq!(ocsf.len() as u64, total);
    assert!(ocsf.iter().all(|finding| finding["class_uid"] == 2004));
    assert!(form("csv").out().lines().next().unwrap().contains("rule_id"));
    let page = form("html");
    let of_rule = "Nothing that runs every day should do this";
    for said in
        ["<li class=\"critical\"><b>4</b> critical</li>", "root_api_activity", of_rule, "What to do</h4>"]
    {
        assert!(page.out().contains(said), "{said}");
    }
    form("summary").expect_out(&format!("{total} findings: 4 critical"));
    let table = form("table").expect_out("root_console_login").expect_out("below medium are not listed");
    assert!(!table.out().contains("role_unused"), "signals are no alerts: {table}");
    demo().run(&["detect", "--no-save", "--only", "role_unused"]).expect_exit(0).expect_out("role_unused");
}

#[test]
fn a_summary_is_the_same_whether_events_are_counted_or_findings_kept() {
    let summary =
        |more: &[&str]| demo().run(&[&["detect", "--format", "summary"], more].concat()).expect_exit(0);
    let (counted, kept) = (summary(&["--no-save"]), summary(&[]));
    assert_eq!(counted.out(), kept.out());
    for said in ["by principal\n", "by source address\n", "by account\n", " accounts\n"] {
        assert!(counted.out().contains(said), "{said}");
    }
}

#[test]
fn a_run_can_be_explained_and_a_rule_looked_at_by_itself() {
    let mut explained = demo().run(&["detect", "--explain"]).expect_exit(0);
    for wanted in [
        "event rules, in one scan",
        "for stoplogging",
        "columns that were read",
        "console_login_failed_burst",
    ] {
        explained = explained.expect_out(wanted);
    }
    assert!(
        demo().run(&["detect", "--explain", "--format", "json"]).exit != Some(0),
        "there is one form of it"
    );
    let backtest = ["rules", "backtest", "root_console_login", "--format", "json"];
    let told = demo().run(&backtest).expect_exit(0).json();
    let of = |rule: &str| FINDINGS.iter().find(|(name, _)| *name == rule).unwrap().1;
    let days: u64 = told["days"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(days, of("root_console_login"));
    let overlap = told["overlap"].as_array().unwrap();
    assert!(
        overlap.iter().all(|pair| pair[0] != "root_console_login" && pair[1].as_u64().unwrap() <= days),
        "{told}"
    );
}

/// Findings of medium severity that an ordinary trail may have: 2, and of what only looks like an attack one in a
/// thousand events, such as a user that is made.
const ORDINARY_MAX: usize = 2;
const ORDINARY_EACH: usize = 1_000;

#[test]
fn a_trail_without_stories_has_nothing_above_medium_and_hardly_anything_above_low() {
    for (seed, events) in [("1", "20000"), ("2", "5000"), ("3", "5000")] {
        let dir = TestDir::new();
        let arguments =
            ["demo", "quiet", "--end", END, "--seed", seed, "--events", events, "--stories", "none"];
        dir.run(arguments).expect_exit(0);
        let detect =
            ["detect", "--lake", "quiet/lake", "--config", "quiet/trailhound.toml", "--format", "json"];
        let run = dir.run(detect.iter().chain(&["--fail-on", "high"])).expect_exit(0);
        let mut all = findings(&run.json());
        all.retain(|finding| finding["severity"] == "medium");
        let most = ORDINARY_MAX + events.parse::<usize>().unwrap() / ORDINARY_EACH;
        assert!(all.len() <= most, "seed {seed}: {all:?}");
    }
}

#[test]
fn the_demo_makes_its_own_folder_anew_and_leaves_any_other_alone() {
    let dir = TestDir::new();
    let demo = ["demo", "--events", "1000", "--end", END];
    dir.run(demo).expect_exit(0);
    let first = std::fs::metadata(dir.path().join("trailhound-demo/lake")).unwrap().modified().unwrap();
    dir.run(demo).expect_exit(0);
    let second = std::fs::metadata(dir.path().join("trailhound-demo/lake")).unwrap().modified().unwrap();
    assert!(second > first);
    dir.file("mine/notes.txt", "mine");
    dir.run(["demo", "mine"]).expect_exit(1).expect_err("mine holds something that is no demo");
    assert_eq!(dir.read("mine/notes.txt"), "mine");
}
