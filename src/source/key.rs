//! What the key of an object tells: organisation, account, kind of log, region and day.
//!
//! `[prefix/]AWSLogs/[o-…/]<account>/<folder>/<region>/<YYYY>/<MM>/<DD>/<file>`, read from the
//! right-most `AWSLogs` that fits, since a prefix may be anything: an organisation's id, or
//! `AWSLogs` itself. The kind comes from the folder, never from the file's name.
//!
//! Limits: the day is when CloudTrail delivered, the region where; a record may lie a day, or a
//! region, away. Pure: nothing here reads a clock or a disk.

use std::fmt;

use jiff::civil::Date;

/// Above every account there is a folder of this name.
const ROOT: &str = "AWSLogs";

/// What a key says about its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParts {
    /// The organisation, in the tree of an organisation's trail.
    pub org: Option<String>,
    /// Digits nearly always, but nothing promises it.
    pub account_id: String,
    /// What kind of log it is.
    pub folder: Folder,
    /// Where it was delivered.
    pub region: String,
    /// The day it was delivered, about.
    pub date: Date,
}

/// The folder below an account: one for each kind of log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Folder {
    /// Management and data events.
    CloudTrail,
    /// Signed lists of what was delivered.
    Digest,
    /// Unusual rates.
    Insight,
    /// Calls through VPC endpoints.
    NetworkActivity,
    /// Sums of data events.
    Aggregated,
    /// Another one of CloudTrail's, by its whole name.
    Other(String),
}

impl Folder {
    fn parse(name: &str) -> Option<Self> {
        let kind = match name.strip_prefix("CloudTrail")? {
            "" => return Some(Self::CloudTrail),
            rest => rest.strip_prefix('-')?,
        };
        Some(match kind {
            "Digest" => Self::Digest,
            "Insight" => Self::Insight,
            "NetworkActivity" => Self::NetworkActivity,
            "Aggregated" => Self::Aggregated,
            _ if !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                Self::Other(name.to_owned())
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Folder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::CloudTrail => "CloudTrail",
            Self::Digest => "CloudTrail-Digest",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
            Self::Other(name) => name,
        })
    }
}

/// Reads a key; `None` when it is not where CloudTrail would have put it.
pub fn parse(key: &str) -> Option<KeyParts> {
    let (path, file) = key.rsplit_once('/')?;
    if file.is_empty() {
        return None;
    }
    let segments: Vec<&str> = path.split('/').collect();
    roots(&segments).find_map(|tail| match_tail(tail))
}

/// What follows each `AWSLogs`, the right-most first.
fn roots<'s, 'k>(segments: &'s [&'k str]) -> impl Iterator<Item = &'s [&'k str]> {
    (0..segments.len()).rev().filter(|at| segments[*at] == ROOT).map(|at| &segments[at + 1..])
}

fn match_tail(tail: &[&str]) -> Option<KeyParts> {
    let (org, rest) = match tail {
        [org, rest @ ..] if rest.len() == 6 && is_org(org) => (Some((*org).to_owned()), rest),
        rest => (None, rest),
    };
    let &[account, folder, region, year, month, day] = rest else { return None };
    if account.is_empty() || !is_region(region) {
        return None;
    }
    Some(KeyParts {
        org,
        account_id: account.to_owned(),
        folder: Folder::parse(folder)?,
        region: region.to_owned(),
        date: date(year, month, day)?,
    })
}

fn is_org(segment: &str) -> bool {
    segment.strip_prefix("o-").is_some_and(|id| {
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Only its alphabet: AWS adds regions and partitions as it likes.
fn is_region(segment: &str) -> bool {
    segment.contains('-')
        && segment.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn number(segment: &str, digits: usize) -> Option<i16> {
    let all_digits = segment.len() == digits && segment.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { segment.parse().ok() } else { None }
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(number(year, 4)?, number(month, 2)?.try_into().ok()?, number(day, 2)?.try_into().ok()?).ok()
}

/// What a prefix says about everything below it, as far as it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts<'k> {
    pub account_id: &'k str,
    pub region: Option<&'k str>,
    /// The first and the last day that can be below.
    pub days: Option<(Date, Date)>,
}

/// Reads as much of a key, or of a prefix that ends in `/`, as there is; `None` when what lies
/// below could still be anything.
pub(super) fn facts(path: &str) -> Option<Facts<'_>> {
    let folder = &path[..path.rfind('/')?];
    let segments: Vec<&str> = folder.split('/').collect();
    roots(&segments).find_map(|tail| {
        let tail = match tail {
            [org, rest @ ..] if is_org(org) => rest,
            rest => rest,
        };
        let [account_id, kind, rest @ ..] = tail else { return None };
        if account_id.is_empty() {
            return None;
        }
        Folder::parse(kind)?;
        let region = rest.first().copied().filter(|region| is_region(region));
        let days = region.and_then(|_| days(&rest[1..])).map(|(first, last, _)| (first, last));
        Some(Facts { account_id, region, days })
    })
}

/// The first and last day below, and how many of the segments tell it.
fn days(segments: &[&str]) -> Option<(Date, Date, usize)> {
    let part = |at: usize, digits| segments.get(at).and_then(|segment| number(segment, digits));
    let short = |at| part(at, 2).and_then(|number| i8::try_from(number).ok());
    let year = part(0, 4)?;
    let first_of_year = Date::new(year, 1, 1).ok()?;
    let Some(first) = short(1).and_then(|month| Date::new(year, month, 1).ok()) else {
        return Some((first_of_year, first_of_year.last_of_year(), 1));
    };
    match short(2).and_then(|day| Date::new(year, first.month(), day).ok()) {
        Some(day) => Some((day, day, 3)),
        None => Some((first, first.last_of_month(), 2)),
    }
}

/// How far down the tree of a trail a prefix is: what its children mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// No `AWSLogs` yet.
    Above,
    /// Below it are organisations, accounts, kinds of log, regions or years.
    Tree,
    /// Below it are months; its first day.
    Year(Date),
    /// Below it are days; its first day.
    Month(Date),
    /// Below it are objects.
    Day(Date),
    /// Not CloudTrail's.
    Foreign,
}

/// The level of a prefix that is empty or ends in `/`.
pub(super) fn level(prefix: &str) -> Level {
    let Some(folder) = prefix.strip_suffix('/') else { return Level::Above };
    let segments: Vec<&str> = folder.split('/').collect();
    let Some(tail) = roots(&segments).next() else { return Level::Above };
    let tail = match tail {
        [org, rest @ ..] if is_org(org) => rest,
        rest => rest,
    };
    match tail {
        [] | [_] => Level::Tree,
        [_, kind, ..] if Folder::parse(kind).is_none() => Level::Foreign,
        [_, _] => Level::Tree,
        [_, _, region, ..] if !is_region(region) => Level::Foreign,
        [_, _, _] => Level::Tree,
        [_, _, _, dated @ ..] => match (dated.len(), days(dated)) {
            (1, Some((first, _, 1))) => Level::Year(first),
            (2, Some((first, _, 2))) => Level::Month(first),
            (3, Some((first, _, 3))) => Level::Day(first),
            _ => Level::Foreign,
        },
    }
}

#[cfg(test)]
mod tests {
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
            ("AWSLogs/o-looks", None, "o-looks"),
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
}
