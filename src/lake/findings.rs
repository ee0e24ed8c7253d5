//! The `findings` table's columns: one row a revision of a finding.
//!
//! Lists (`attack`, `event_names`, `event_ids`) are JSON text, so that every reader and every output
//! form takes them.

use std::sync::{Arc, LazyLock};

use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::data_file::DataFile;
use super::format::Format;
use super::layout::Table;
use super::log::{Committed, Entry};
use super::{Lake, MAX_LOSSES, create, files};
use crate::event::timestamp_type;

/// The columns of the table's files.
pub fn file_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let number = |name: &str| Field::new(name, DataType::Int64, true);
        let time = |name: &str| Field::new(name, timestamp_type(), true);
        Arc::new(Schema::new(vec![
            text("finding_id"),
            number("revision"),
            text("rule_id"),
            text("rule_version"),
            text("title"),
            text("severity"),
            text("practice"),
            text("attack"),
            time("time"),
            time("last_time"),
            time("window_start"),
            time("window_end"),
            number("count"),
            text("account_id"),
            text("region"),
            text("principal"),
            text("source_ip"),
            text("user_agent"),
            text("event_names"),
            text("message"),
            text("event_ids"),
            text("details"),
            text("source"),
            time("found_at"),
            text("run_id"),
        ]))
    });
    SCHEMA.clone()
}

impl Lake {
    /// Appends revisions of findings, all found at the same time; they are visible at once or not.
    ///
    /// # Errors
    /// When the rows are not of [`file_schema`], or the lake can't be written.
    pub async fn append_findings(&self, rows: &[RecordBatch], found_at: Timestamp) -> Result<()> {
        if rows.iter().all(|rows| rows.num_rows() == 0) {
            return Ok(());
        }
        create::create(self).await?;
        let file = Format::of(Table::Findings).write(rows)?;
        let date = found_at.to_zoned(TimeZone::UTC).date().to_string();
        let mut log = self.log(Table::Findings).await?;
        // A log that has come to this version and does not name the file never will.
        let number = i64::try_from(log.snapshot().version + 1)?;
        let path = Table::Findings.new_file(Some(&date), number);
        files::put(self, &Table::Findings.path(&path), file.bytes.clone()).await?;
        let file = DataFile {
            path,
            size: file.bytes.len() as u64,
            partition: Some(date),
            modified: found_at.as_millisecond(),
            stats: Some(file.stats),
        };
        let entry = Entry { add: vec![file.add(Table::Findings, true)], ..Entry::default() };
        for _ in 0..MAX_LOSSES {
            match log.commit(&entry).await? {
                Committed::Won(_) => {
                    log.checkpoint_if_due().await;
                    return Ok(());
                }
                Committed::Lost => log.refresh().await?,
            }
        }
        bail!("lost {MAX_LOSSES} commits in a row to other writers of {self}")
    }
}
