//! Names and places in a lake: tables, partitions, data files and their sidecars. Pure.
//!
//! ```text
//! cloudtrail/_delta_log/00000000000000000001.json
//! cloudtrail/event_date=2026-01-15/0000000007-<uuid>.parquet
//! cloudtrail/_hashes/0000000007-<uuid>.hashes
//! objects/object_month=2026-01/0000000007-<uuid>.parquet
//! ```
//!
//! Names are made from numbers alone, never from a source object's key.

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
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cloudtrail, Self::Objects, Self::DeadLetters, Self::Findings];

    /// Its name in SQL and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cloudtrail => "cloudtrail",
            Self::Objects => "objects",
            Self::DeadLetters => "dead_letters",
            Self::Findings => "findings",
        }
    }

    /// The column it is partitioned by.
    pub const fn partition_column(self) -> Option<&'static str> {
        match self {
            Self::Cloudtrail => Some(crate::event::EVENT_DATE),
            Self::Objects => Some("object_month"),
            Self::DeadLetters => None,
            Self::Findings => Some("found_date"),
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

    /// A new data file that `optimize` writes: its name says that it need not be looked at again.
    pub(crate) fn new_optimized_file(self, partition: Option<&str>) -> String {
        self.file(partition, OPTIMIZED)
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

/// The entry of version `version` in the log of `table`.
pub(crate) fn log_entry(table: Table, version: u64) -> Path {
    table.path(&format!("_delta_log/{version:020}.json"))
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
    fn a_sidecar_is_named_by_its_data_file() {
        let file = Table::Cloudtrail.new_file(Some("2026-01-15"), 7);
        assert!(file.starts_with("event_date=2026-01-15/0000000007-"), "{file}");
        let sidecar = hashes_of(&file).to_string();
        assert!(sidecar.starts_with("cloudtrail/_hashes/0000000007-") && sidecar.ends_with(".hashes"));
        assert!(Table::Cloudtrail.new_file(None, 7).starts_with("event_date=__HIVE"));
        assert_eq!(Table::DeadLetters.path("x.parquet").as_ref(), "dead_letters/x.parquet");
    }
}
