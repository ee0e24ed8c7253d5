//! Keys as they are found in buckets, and the laws that pruning rests on.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const FILE: &str = "111111111111_CloudTrail_us-east-1_20260115T1000Z_abcdefghijklmnop.json.gz";

fn parts(key: &str) -> KeyParts {
    parse(key).unwrap_or_else(|| panic!("`{key}` is a key of CloudTrail's"))
}

#[test]
fn a_plain_key_tells_account_folder_region_and_day() {
    let found = parts(&format!("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/{FILE}"));
    assert_eq!(
        found,
        KeyParts {
            org: None,
            account_id: "111111111111".to_owned(),
            folder: Folder::CloudTrail,
            region: "us-east-1".to_owned(),
            date: date(2026, 1, 15),
        }
    );
}

#[test]
fn every_layout_is_read_from_its_right_most_awslogs() {
    // (before the tail, organisation, account)
    let tail = "CloudTrail/us-gov-west-1/2026/01/15/x.json.gz";
    for (head, org, account) in [
        ("a/b/AWSLogs/111111111111", None, "111111111111"),
        ("AWSLogs/o-demo0trail1/111111111111", Some("o-demo0trail1"), "111111111111"),
        ("o-demo0trail1/AWSLogs/o-demo0trail1/111111111111", Some("o-demo0trail1"), "111111111111"),
        ("o-demo0trail1/AWSLogs/111111111111", None, "111111111111"),
        ("AWSLogs/AWSLogs/111111111111", None, "111111111111"),
        ("AWSLogs/222222222222/CloudTrail/AWSLogs/111111111111", None, "111111111111"),
        ("AWSLogs/000000000012", None, "000000000012"),
        ("AWSLogs/anonymous", None, "anonymous"),
        ("/abs/AWSLogs/111111111111", None, "111111111111"),
    ] {
        let found = parts(&format!("{head}/{tail}"));
        assert_eq!(found.org.as_deref(), org, "{head}");
        assert_eq!(found.account_id, account, "{head}");
        assert_eq!(found.region, "us-gov-west-1", "{head}");
    }
}

#[test]
fn the_right_most_awslogs_that_does_not_fit_is_passed_over() {
    let found = parts("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/x");
    assert_eq!(found.account_id, "111111111111");
    assert_eq!(parse("AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/AWSLogs/x"), None);
}

#[test]
fn an_organisation_is_no_account() {
    let dated = "CloudTrail/us-east-1/2026/01/15/x";
    for key in
        ["AWSLogs/o-demo0trail1", "AWSLogs/o-demo0trail1/o-demo0trail1"].map(|head| format!("{head}/{dated}"))
    {
        assert_eq!((parse(&key), facts(&key)), (None, None), "{key}");
    }
}

#[test]
fn the_kind_of_a_log_is_its_folder_whatever_the_file_is_called() {
    for (folder, kind) in [
        ("CloudTrail", Folder::CloudTrail),
        ("CloudTrail-Digest", Folder::Digest),
        ("CloudTrail-Insight", Folder::Insight),
        ("CloudTrail-NetworkActivity", Folder::NetworkActivity),
        ("CloudTrail-Aggregated", Folder::Aggregated),
        ("CloudTrail-Future", Folder::Other("CloudTrail-Future".to_owned())),
    ] {
        for file in [FILE, "1_CloudTrail_us-east-1_20260115T1000Zabcdefghijklmnop.json.gz", "a b+%2F"] {
            let key = format!("AWSLogs/111111111111/{folder}/us-east-1/2026/01/15/{file}");
            assert_eq!(parts(&key).folder, kind, "{key}");
        }
        assert_eq!(kind.to_string(), folder);
    }
}

#[test]
fn foreign_objects_are_nothing_of_cloudtrails() {
    for key in [
        "",
        "x.json.gz",
        "AWSLogs/111111111111/elasticloadbalancing/us-east-1/2026/01/15/x.log.gz",
        "AWSLogs/111111111111/vpcflowlogs/us-east-1/2026/01/15/x.log.gz",
        "AWSLogs/111111111111/CloudTrail-Lake/Query/2026/01/15/id/result_1.csv.gz",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/1/15/x",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/13/15/x",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/30/x",
        "AWSLogs/111111111111/CloudTrail/us-east-1/+026/01/15/x",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/",
        "AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/deeper/x",
        "AWSLogs/111111111111/CloudTrails/us-east-1/2026/01/15/x",
        "AWSLogs/111111111111/CloudTrail-/us-east-1/2026/01/15/x",
        "AWSLogs//CloudTrail/us-east-1/2026/01/15/x",
        "awslogs/111111111111/CloudTrail/us-east-1/2026/01/15/x",
        "MyAWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/x",
        "aws/CLOUD_TRAIL_MGMT/2.0/region=us-east-1/accountId=1/eventDay=20260115/x.gz.parquet",
    ] {
        assert_eq!(parse(key), None, "{key}");
    }
}

#[test]
fn a_prefix_has_a_level_that_says_what_is_below() {
    for (prefix, expected) in [
        ("", Level::Above),
        ("logs/", Level::Above),
        ("AWSLogs/", Level::Tree),
        ("p/AWSLogs/o-demo0trail1/", Level::Tree),
        ("AWSLogs/111111111111/", Level::Tree),
        ("AWSLogs/inside/AWSLogs/", Level::Tree),
        ("AWSLogs/111111111111/CloudTrail/", Level::Tree),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/", Level::Tree),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/", Level::Year(date(2026, 1, 1))),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/", Level::Month(date(2026, 2, 1))),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/03/", Level::Day(date(2026, 2, 3))),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/03/x/", Level::Foreign),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/x/", Level::Foreign),
        ("AWSLogs/111111111111/CloudTrail/us-east-1/2026/02/31/", Level::Foreign),
        ("AWSLogs/111111111111/CloudTrail-Lake/Query/", Level::Foreign),
        ("AWSLogs/111111111111/elasticloadbalancing/", Level::Foreign),
    ] {
        assert_eq!(level(prefix), expected, "{prefix}");
    }
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("o-demo0trail1".to_owned()),
        Just("111111111111".to_owned()),
        Just("CloudTrail".to_owned()),
        Just("CloudTrail-Insight".to_owned()),
        Just("eu-west-1".to_owned()),
        Just("2026".to_owned()),
        Just("01".to_owned()),
        Just("31".to_owned()),
        "[a-zA-Z0-9%+ .\u{e9}-]{0,6}",
    ]
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(key in ".{0,200}") {
        let _ = (parse(&key), facts(&key), level(&key));
    }

    #[test]
    fn a_key_that_is_put_together_is_taken_apart_again(
        prefix in "([a-zA-Z0-9 %+/_-]{0,20}/)?",
        org in proptest::option::of("o-[a-z0-9]{10,32}"),
        account in "[0-9]{12}",
        region in "[a-z]{2}(-[a-z]{3,8}){1,2}-[1-9]",
        day in 0i32..20_000,
        file in "[^/]{1,40}",
    ) {
        let date = date(1990, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let middle = org.as_ref().map(|org| format!("{org}/")).unwrap_or_default();
        let dated = date.strftime("%Y/%m/%d");
        let key = format!("{prefix}AWSLogs/{middle}{account}/CloudTrail/{region}/{dated}/{file}");
        let expected = KeyParts { org, account_id: account, folder: Folder::CloudTrail, region, date };
        prop_assert_eq!(parse(&key), Some(expected));
    }

    /// The law that makes it right to leave out a prefix unseen.
    #[test]
    fn what_a_prefix_says_holds_for_every_key_below(
        head in proptest::collection::vec(segment(), 0..3),
        tail in proptest::collection::vec(segment(), 1..9),
    ) {
        let key = [head.as_slice(), &[ROOT.to_owned()], &tail].concat().join("/");
        for (slash, _) in key.match_indices('/') {
            let Some(above) = facts(&key[..=slash]) else { continue };
            let below = facts(&key).expect("a longer path tells no less");
            prop_assert_eq!(above.account_id, below.account_id);
            if above.region.is_some() {
                prop_assert_eq!(above.region, below.region);
            }
            if let Some(wide) = above.days {
                let narrow = below.days.expect("a longer path tells no less");
                prop_assert!(wide.0 <= narrow.0 && narrow.1 <= wide.1);
            }
        }
        if let (Some(parts), Some(told)) = (parse(&key), facts(&key)) {
            prop_assert_eq!(parts.account_id.as_str(), told.account_id);
            prop_assert_eq!(Some(parts.region.as_str()), told.region);
            prop_assert_eq!(Some((parts.date, parts.date)), told.days);
        }
    }
}
