//! `--since` and `--until`: a session in which `cloudtrail` has only the events of a range of time, and `baseline` its days.

use anyhow::Result;
use datafusion::common::TableReference;
use datafusion::logical_expr::{col, lit};
use datafusion::scalar::ScalarValue;
use jiff::{SignedDuration, Timestamp};

use super::{INTERNAL, SCHEMA, Session, replace, schema};
use crate::event::EVENT_DATE;
use crate::lake::Table;
use crate::timespan::Timespan;

impl Session {
    /// Leaves in `cloudtrail`, and in the views over it, only events in `span`, and in `baseline` the days that it touches.
    /// An event without a time is in no range.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn restrict(&self, span: &Timespan) -> Result<()> {
        if *span == Timespan::ALL {
            return Ok(());
        }
        let name = Table::Cloudtrail.name();
        let mut rows = self.context.table(name).await?;
        let mut days = self.context.table(TableReference::partial(INTERNAL, Table::Baseline.name())).await?;
        if let Some(since) = span.since {
            rows = rows.filter(
                col("event_time").gt_eq(lit(time(since))).and(col(EVENT_DATE).gt_eq(lit(day(since)))),
            )?;
            days = days.filter(col("day").gt_eq(lit(day(since))))?;
        }
        if let Some(until) = span.until {
            rows = rows
                .filter(col("event_time").lt(lit(time(until))).and(col(EVENT_DATE).lt_eq(lit(day(until)))))?;
            let last = until.checked_sub(SignedDuration::from_micros(1)).unwrap_or(until);
            days = days.filter(col("day").lt_eq(lit(day(last))))?;
        }
        replace(schema(&self.context, SCHEMA)?.as_ref(), name, rows.into_view())?;
        let internal = schema(&self.context, INTERNAL)?;
        replace(internal.as_ref(), Table::Baseline.name(), days.into_view())?;
        Ok(())
    }
}

fn time(at: Timestamp) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), Some("UTC".into()))
}

/// The date, so that whole partitions are passed by.
pub(crate) fn day(at: Timestamp) -> ScalarValue {
    let days = at.as_second().div_euclid(86_400);
    ScalarValue::Date32(i32::try_from(days).ok())
}
