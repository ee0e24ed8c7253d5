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
    roots(&segments).find_map(match_tail)
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
    // What looks like an organisation is no account: `facts` and `level` take it for one too.
    if account.is_empty() || is_org(account) || !is_region(region) {
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
        if account_id.is_empty() || is_org(account_id) {
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
mod tests;
