//! Saving findings into the lake: only what it doesn't have yet.
//!
//! `findings` is append-only. A finding that is there unchanged is not written again; one that has grown is
//! written as its next revision, and SQL shows the newest.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use arrow::array::RecordBatch;
use futures::StreamExt;
use jiff::Timestamp;

use super::{Finding, Findings, batch};
use crate::lake::Lake;
use crate::query::Session;

/// What saving came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Saved {
    /// Findings the lake didn't have.
    pub new: u64,
    /// Findings that were there with fewer events; saved as a new revision.
    pub grown: u64,
    /// Findings that were there as they are; not saved.
    pub unchanged: u64,
}

/// Saves findings, all of one run, into the lake that `session` reads. Their revisions are set.
///
/// # Errors
/// When the lake can't be read or written; nothing is saved then.
pub async fn save(lake: &Lake, session: &Session, findings: &mut Findings) -> Result<Saved> {
    let Some(found_at) = findings.iter().next().map(|finding| finding.found_at) else {
        return Ok(Saved::default());
    };
    let stored = newest(session, findings).await.context("reading the findings that are stored")?;
    let (fresh, saved) = compare(findings, &stored)?;
    lake.append_findings(&fresh, found_at).await.context("saving findings")?;
    Ok(saved)
}

/// What has to be written, and the count of it. Sets each finding's revision.
fn compare(findings: &mut Findings, stored: &HashMap<String, Stored>) -> Result<(Vec<RecordBatch>, Saved)> {
    let mut saved = Saved::default();
    let mut fresh = Fresh::default();
    findings.revise(|finding| match stored.get(&finding.finding_id) {
        None => {
            saved.new += 1;
            fresh.add(finding, 1)
        }
        Some(before) if before.has_grown_into(finding) => {
            saved.grown += 1;
            fresh.add(finding, before.revision + 1)
        }
        Some(before) => {
            saved.unchanged += 1;
            before.revision
        }
    });
    Ok((fresh.finish()?, saved))
}

/// Findings to be written, as rows.
#[derive(Debug, Default)]
struct Fresh {
    some: Vec<Finding>,
    rows: Vec<Result<RecordBatch>>,
}

impl Fresh {
    fn add(&mut self, finding: &Finding, revision: i64) -> i64 {
        self.some.push(Finding { revision, ..finding.clone() });
        if self.some.len() == batch::ROWS {
            self.rows.push(batch::to_batch(&self.some));
            self.some.clear();
        }
        revision
    }

    fn finish(mut self) -> Result<Vec<RecordBatch>> {
        if !self.some.is_empty() {
            self.rows.push(batch::to_batch(&self.some));
        }
        self.rows.into_iter().collect()
    }
}

/// What has to be known of a stored finding to tell whether it has grown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stored {
    revision: i64,
    count: i64,
    last_time: Timestamp,
    event_ids: Vec<String>,
}

impl Stored {
    fn of(finding: Finding) -> (String, Self) {
        let Finding { finding_id, revision, count, last_time, event_ids, .. } = finding;
        (finding_id, Self { revision, count, last_time, event_ids })
    }

    /// Whether a later look at the same finding saw more than this one.
    fn has_grown_into(&self, later: &Finding) -> bool {
        (self.count, self.last_time, &self.event_ids) != (later.count, later.last_time, &later.event_ids)
    }
}

/// The newest stored revision of each of `findings` that is stored at all.
///
/// The table is streamed and only those are kept, so memory follows the findings of this run.
async fn newest(session: &Session, findings: &Findings) -> Result<HashMap<String, Stored>> {
    let context = session.context();
    let mut newest: HashMap<String, Stored> = HashMap::new();
    if !context.table_exist("findings")? {
        return Ok(newest);
    }
    let wanted: HashSet<_> = findings.iter().map(|finding| finding.into_owned().finding_id).collect();
    let mut rows = context.table("findings").await?.execute_stream().await?;
    while let Some(batch) = rows.next().await {
        for finding in batch::from_batch(&batch?)? {
            if !wanted.contains(finding.finding_id.as_str()) {
                continue;
            }
            let known = newest.get(&finding.finding_id).map_or(0, |known| known.revision);
            if finding.revision > known {
                newest.extend([Stored::of(finding)]);
            }
        }
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::super::finding::tests::sample;
    use super::*;

    #[test]
    fn a_new_finding_is_saved_a_grown_one_revised_and_the_same_one_left_alone() {
        let before = sample();
        let stored = HashMap::from([Stored::of(Finding { revision: 4, ..before.clone() })]);
        let new = Finding { finding_id: "other".to_owned(), ..before.clone() };
        let grown = Finding { count: before.count + 1, ..before.clone() };

        let mut findings = Findings::from(vec![new, grown]);
        let (fresh, saved) = compare(&mut findings, &stored).unwrap();
        assert_eq!(saved, Saved { new: 1, grown: 1, unchanged: 0 });
        let written = batch::from_batch(&fresh[0]).unwrap();
        assert_eq!(written.iter().map(|finding| finding.revision).collect::<Vec<_>>(), [5, 1]);
        assert_eq!(findings.iter().map(|finding| finding.revision).collect::<Vec<_>>(), [5, 1]);

        // Found again later by another run: nothing about it has changed.
        let mut again = Findings::from(vec![Finding { run_id: "later".to_owned(), ..before }]);
        let (fresh, saved) = compare(&mut again, &stored).unwrap();
        assert_eq!(saved, Saved { new: 0, grown: 0, unchanged: 1 });
        assert!(fresh.is_empty() && again.iter().all(|finding| finding.revision == 4));
    }
}
