//! Names and places in a lake: tables, partitions, data files and their sidecars. Pure.
//!
//! ```text
//! cloudtrail/_delta_log/00000000000000000001.json
//! cloudtrail/event_date=2026-01-15/0000000007-<uuid>.parquet
//! cloudtrail/_hashes/0000000007-<uuid>.hashes
//! cloudtrail/_seals/00000000000000000050/0123456789abcdef
//! objects/object_month=2026-01/0000000007-<uuid>.parquet
//! ```
//!
//! Names are made from numbers alone, never from a source object's key.

use std::fmt;

use jiff::civil::Date;
use object_store::path::Path;
use uuid::Uuid;

/// The value Hive-style paths give a partition that is NULL.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// What the names of files begin with that `optimize` has written.
const OPTIMIZED: &str = "optimized-";

/// Whether `optimize` has written a data file.
pub(crate) fn is_optimized(file: &str) -> bool {
    file.rsplit('/').next().is_some_and(|name| name.starts_with(OPTIMIZED))
}

/// Where the hash sidecars of the `cloudtrail` table lie. Delta readers pass over names that begin
/// with `_`, and so does their VACUUM.
pub(crate) const HASHES: &str = "_hashes";

/// Where the seals of checkpoints lie: empty files, named by version and checksum.
const SEALS: &str = "_seals";

/// The tables of a lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// One row a CloudTrail record.
    Cloudtrail,
    /// One row a source object and state.
    Objects,
    /// One row a record that could not be decoded.
    DeadLetters,
    /// One row a revision of a finding.
    Findings,
    /// What principals usually do, by day: made from `cloudtrail`, and made anew from it at any time.
    Baseline,
}

impl Table {
    /// All that hold what nothing else does.
    pub const ALL: [Self; 4] = [Self::Cloudtrail, Self::Objects, Self::DeadLetters, Self::Findings];

    /// Its name in SQL and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cloudtrail => "cloudtrail",
            Self::Objects => "objects",
            Self::DeadLetters => "dead_letters",
            Self::Findings => "findings",
            Self::Baseline => "baseline",
        }
    }

    /// The column it is partitioned by.
    pub const fn partition_column(self) -> Option<&'static str> {
        match self {
            Self::Cloudtrail => Some(crate::event::EVENT_DATE),
            Self::Objects => Some("object_month"),
            Self::DeadLetters => None,
            Self::Findings => Some("found_date"),
            Self::Baseline => Some("baseline_month"),
        }
    }

    /// Its folder in the lake.
    pub(crate) fn root(self) -> Path {
        Path::from(self.name())
    }

    /// A new data file of batch `number`, relative to the table.
    pub(crate) fn new_file(self, partition: Option<&str>, number: i64) -> String {
        self.file(partition, &format!("{number:010}-"))
    }

    /// A new data file that `optimize` writes after batch `number`: its name says that it need not be
    /// looked at again.
    pub(crate) fn new_optimized_file(self, partition: Option<&str>, number: i64) -> String {
        self.file(partition, &format!("{OPTIMIZED}{number:010}-"))
    }

    fn file(self, partition: Option<&str>, prefix: &str) -> String {
        let name = format!("{prefix}{}.parquet", Uuid::now_v7().simple());
        match self.partition_column() {
            Some(column) => format!("{column}={}/{name}", partition.unwrap_or(NULL_PARTITION)),
            None => name,
        }
    }

    /// The place in the lake of a file of this table.
    pub(crate) fn path(self, file: &str) -> Path {
        self.root().parts().chain(Path::from(file).parts()).collect()
    }
}

/// A file of a Delta log that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFile {
    /// The commit of a version.
    Entry(u64),
    /// All up to a version, in one file.
    Checkpoint(u64),
    /// `_last_checkpoint`
    Hint,
}

impl LogFile {
    /// What a path in the lake is, if it is one of a log.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let (folder, name) = path.as_ref().rsplit_once('/')?;
        if !folder.ends_with("/_delta_log") {
            return None;
        }
        if name == "_last_checkpoint" {
            return Some(Self::Hint);
        }
        let (version, kind) = name.split_once('.')?;
        let is_version = version.len() == 20 && version.bytes().all(|byte| byte.is_ascii_digit());
        let version = version.parse().ok().filter(|_| is_version)?;
        match kind {
            "json" => Some(Self::Entry(version)),
            "checkpoint.parquet" => Some(Self::Checkpoint(version)),
            _ => None,
        }
    }

    /// Its place in the lake.
    pub(crate) fn path(self, table: Table) -> Path {
        table.path(&format!("_delta_log/{self}"))
    }
}

impl fmt::Display for LogFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(version) => write!(out, "{version:020}.json"),
            Self::Checkpoint(version) => write!(out, "{version:020}.checkpoint.parquet"),
            Self::Hint => out.write_str("_last_checkpoint"),
        }
    }
}

/// Where the seals of a checkpoint lie, relative to its table.
pub(crate) fn seals_of(version: u64) -> String {
    format!("{SEALS}/{version:020}")
}

/// The version of the checkpoint that a file seals; `None` if it is no seal.
pub(crate) fn sealed_version(file: &str) -> Option<u64> {
    let (version, _) = file.strip_prefix(SEALS)?.strip_prefix('/')?.split_once('/')?;
    version.parse().ok()
}

/// The entry of version `version` in the log of `table`.
pub(crate) fn log_entry(table: Table, version: u64) -> Path {
    LogFile::Entry(version).path(table)
}

/// The batch by whose number a data file or hash sidecar is named; `None` if the name is none of ours.
pub(crate) fn batch_of(file: &str) -> Option<i64> {
    let name = file.rsplit('/').next()?;
    let stem = name.strip_suffix(".parquet").or_else(|| name.strip_suffix(".hashes"))?;
    let (number, unique) = stem.strip_prefix(OPTIMIZED).unwrap_or(stem).split_once('-')?;
    let is_ours = number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()) && is_unique(unique);
    number.parse().ok().filter(|_| is_ours)
}

/// A new name for a file that is being written; readers of Delta tables pass over those with a `.`.
pub(crate) fn temporary() -> String {
    format!(".{}.tmp", Uuid::new_v4().simple())
}

/// Whether a file was being written by a process that has ended.
pub(crate) fn is_temporary(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let unique = name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp"));
    unique.is_some_and(is_unique)
}

/// Whether this is a UUID as file names have it.
fn is_unique(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The hash sidecar of a `cloudtrail` data file: named by it, so that either is found by the other.
pub(crate) fn hashes_of(file: &str) -> Path {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.strip_suffix(".parquet").unwrap_or(name);
    Table::Cloudtrail.path(&format!("{HASHES}/{stem}.hashes"))
}

/// A date as partition values spell it.
pub(crate) fn date_text(days: i32) -> String {
    let date = Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(i64::from(days)));
    date.to_string()
}

/// The date that a partition value spells, in days since 1970.
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let date: Date = text.parse().ok()?;
    let days = (date - Date::constant(1970, 1, 1)).get_days();
    Some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_their_text_convert_both_ways() {
        for (days, text) in
            [(0, "1970-01-01"), (20_468, "2026-01-15"), (15_706, "2013-01-01"), (-1, "1969-12-31")]
        {
            assert_eq!(date_text(days), text);
            assert_eq!(parse_date(text), Some(days));
        }
        assert_eq!(parse_date(NULL_PARTITION), None);
    }

    #[test]
    fn names_tell_what_a_file_is_and_whose() {
        let (data, merged) = (Table::Objects.new_file(None, 7), Table::Objects.new_optimized_file(None, 12));
        assert_eq!((batch_of(&data), batch_of(&merged)), (Some(7), Some(12)));
        assert!(is_optimized(&merged) && !is_optimized(&data));
        assert_eq!(batch_of(hashes_of(&data).as_ref()), Some(7));
        for name in ["part-00000.parquet", "0000000007-x.parquet", "7-0123.parquet", "0000000007.parquet"] {
            assert_eq!(batch_of(name), None, "{name}");
        }
        assert!(is_temporary(&format!("a/{}", temporary())) && !is_temporary("a/.x.tmp"));
        for file in [LogFile::Entry(7), LogFile::Checkpoint(50), LogFile::Hint] {
            assert_eq!(LogFile::of(&file.path(Table::Findings)), Some(file));
        }
        for name in ["7.json", "00000000000000000007.json.bak", "00000000000000000007.crc"] {
            assert_eq!(LogFile::of(&Table::Objects.path(&format!("_delta_log/{name}"))), None, "{name}");
        }
        assert_eq!(LogFile::of(&Path::from("objects/00000000000000000007.json")), None);
    }

    #[test]
    fn a_sidecar_is_named_by_its_data_file() {
        let file = Table::Cloudtrail.new_file(Some("2026-01-15"), 7);
        assert!(file.starts_with("event_date=2026-01-15/0000000007-"), "{file}");
        let sidecar = hashes_of(&file).to_string();
        assert!(sidecar.starts_with("cloudtrail/_hashes/0000000007-") && sidecar.ends_with(".hashes"));
        assert!(Table::Cloudtrail.new_file(None, 7).starts_with("event_date=__HIVE"));
        assert_eq!(Table::DeadLetters.path("x.parquet").as_ref(), "dead_letters/x.parquet");
    }
}
