//! The `findings` table's columns: one row a revision of a finding.
//!
//! Lists (`attack`, `event_names`, `event_ids`) are JSON text, so that every reader and every output
//! form takes them.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

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
