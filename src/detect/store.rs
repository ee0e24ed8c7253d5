//! Saving findings into the lake: only what it doesn't have yet.
//!
//! `findings` is append-only. A finding that is there unchanged is not written again; one that has grown is
//! written as its next revision, and SQL shows the newest.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use futures::StreamExt;

use super::Finding;
use super::batch;
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
pub async fn save(lake: &Lake, session: &Session, findings: &mut [Finding]) -> Result<Saved> {
    if findings.is_empty() {
        return Ok(Saved::default());
    }
    let stored = newest(session, findings).await.context("reading the findings that are stored")?;
    let (fresh, saved) = compare(findings, &stored);
    if let Some(first) = fresh.first() {
        lake.append_findings(&batch::to_batch(&fresh)?, first.found_at).await.context("saving findings")?;
    }
    Ok(saved)
}

/// What has to be written, and the count of it. Sets each finding's revision.
fn compare(findings: &mut [Finding], stored: &HashMap<String, Finding>) -> (Vec<Finding>, Saved) {
    let mut fresh = Vec::new();
    let mut saved = Saved::default();
    for finding in findings {
        match stored.get(&finding.finding_id) {
            None => {
                finding.revision = 1;
                saved.new += 1;
            }
            Some(before) if before.has_grown_into(finding) => {
                finding.revision = before.revision + 1;
                saved.grown += 1;
            }
            Some(before) => {
                finding.revision = before.revision;
                saved.unchanged += 1;
                continue;
            }
        }
        fresh.push(finding.clone());
    }
    (fresh, saved)
}

/// The newest stored revision of each of `findings` that is stored at all.
///
/// The table is streamed and only those are kept, so memory follows the findings of this run.
async fn newest(session: &Session, findings: &[Finding]) -> Result<HashMap<String, Finding>> {
    let wanted: HashSet<_> = findings.iter().map(|finding| finding.finding_id.as_str()).collect();
    let context = session.context();
    let mut newest: HashMap<String, Finding> = HashMap::new();
    if !context.table_exist("findings")? {
        return Ok(newest);
    }
    let mut rows = context.table("findings").await?.execute_stream().await?;
    while let Some(batch) = rows.next().await {
        for finding in batch::from_batch(&batch?)? {
            if !wanted.contains(finding.finding_id.as_str()) {
                continue;
            }
            let known = newest.get(&finding.finding_id).map_or(0, |known| known.revision);
            if finding.revision > known {
                newest.insert(finding.finding_id.clone(), finding);
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
        let stored = HashMap::from([(before.finding_id.clone(), Finding { revision: 4, ..before.clone() })]);
        let new = Finding { finding_id: "other".to_owned(), ..before.clone() };
        let grown = Finding { count: before.count + 1, ..before.clone() };

        let mut findings = [new, grown];
        let (fresh, saved) = compare(&mut findings, &stored);
        assert_eq!(saved, Saved { new: 1, grown: 1, unchanged: 0 });
        assert_eq!(fresh.iter().map(|finding| finding.revision).collect::<Vec<_>>(), [1, 5]);

        // Found again later by another run: nothing about it has changed.
        let mut again = [Finding { run_id: "later".to_owned(), ..before }];
        let (fresh, saved) = compare(&mut again, &stored);
        assert_eq!(saved, Saved { new: 0, grown: 0, unchanged: 1 });
        assert!(fresh.is_empty() && again[0].revision == 4);
    }
}
