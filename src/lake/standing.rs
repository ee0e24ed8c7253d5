//! How the batch numbers of `cloudtrail` and `objects` stand to each other.
//!
//! `cloudtrail` goes first and `objects` follows before the next batch, so at any moment the former is
//! level or one ahead. Anything else is no ingest's work: one of the tables was put back to an older
//! state, and what `objects` says is no longer true of the rows.

use anyhow::{Result, ensure};

use super::layout::Table;
use super::log::TableLog;

/// Whether `cloudtrail` and `objects` stand as an ingest leaves them: level, or the former one batch
/// ahead. The logs were read at about the same time, so who seems to lag may only have been read first.
pub(crate) async fn ensure_level(cloudtrail: &mut TableLog, objects: &mut TableLog) -> Result<()> {
    if objects.snapshot().batch > cloudtrail.snapshot().batch {
        cloudtrail.refresh().await?;
    } else if objects.snapshot().batch < cloudtrail.snapshot().batch - 1 {
        objects.refresh().await?;
        // It may have passed the other by now, which is as it should be.
        ensure!(objects.snapshot().batch >= cloudtrail.snapshot().batch - 1, apart(cloudtrail, objects));
        return Ok(());
    }
    ensure!(objects.snapshot().batch <= cloudtrail.snapshot().batch, apart(cloudtrail, objects));
    Ok(())
}

/// What to say when no ingest can have left the two tables so.
pub(crate) fn apart(cloudtrail: &TableLog, objects: &TableLog) -> String {
    let (rows, listed) = (cloudtrail.snapshot().batch, objects.snapshot().batch);
    let older = if listed > rows { Table::Cloudtrail } else { Table::Objects };
    format!(
        "table `objects` stands at batch {listed} and `cloudtrail` at {rows}: `{}` was put back to an older \
         state; `trailhound lake doctor --repair` brings them together",
        older.name()
    )
}

/// Whether `dead_letters` has come to the last batch that has any, once that batch is closed.
pub(crate) async fn ensure_letters(
    cloudtrail: &TableLog,
    objects: &TableLog,
    letters: &mut TableLog,
) -> Result<()> {
    let last = cloudtrail.snapshot().letters;
    let is_closed = last <= objects.snapshot().batch;
    if is_closed && letters.snapshot().batch < last {
        letters.refresh().await?;
        ensure!(
            letters.snapshot().batch >= last,
            "table `dead_letters` stands at batch {} and `cloudtrail` has dead letters of batch {last}: the former \
             was put back to an older state; `trailhound lake doctor --repair` brings them together",
            letters.snapshot().batch,
        );
    }
    Ok(())
}

/// How the batch numbers of `cloudtrail` and `objects` stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Closed,
    /// `objects` has to follow: a batch was interrupted, or is being committed.
    Open,
    /// No ingest does this.
    Impossible,
}

/// `cloudtrail` goes first and `objects` follows before the next batch, so at any moment the former is
/// level or one ahead. `rows` was read after `before` and before `after`, whatever went on meanwhile.
pub(crate) fn standing(before: i64, rows: i64, after: i64) -> Standing {
    match rows {
        _ if before > rows || after < rows - 1 => Standing::Impossible,
        _ if after >= rows => Standing::Closed,
        _ => Standing::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_that_go_on_while_they_are_read_are_no_fault() {
        for (numbers, expected) in [
            ((7, 7, 7), Standing::Closed),
            ((0, 7, 7), Standing::Closed),
            ((0, 7, 9), Standing::Closed),
            ((7, 8, 7), Standing::Open),
            ((3, 8, 7), Standing::Open),
            ((3, 8, 6), Standing::Impossible),
            ((9, 8, 9), Standing::Impossible),
        ] {
            let (before, rows, after) = numbers;
            assert_eq!(standing(before, rows, after), expected, "{numbers:?}");
        }
    }
}
