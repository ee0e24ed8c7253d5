//! What an ingest came to, in numbers that reconcile.
//!
//! `listed` is the sum of the other object counts, and what the ingested objects held is
//! `records + duplicates + dead_letters`.

use std::fmt;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::decode::{Decoded, Verdict, print_time};
use crate::lake::{Report, State};
use crate::source::ObjectRef;

/// Things that could not be listed and are named: a folder may hold a million dead links.
const MAX_LISTING_ERRORS: usize = 1_000;

/// The whole of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Source objects.
    pub objects: Objects,
    /// Records that are new in the lake.
    pub records: u64,
    /// Records that the lake had.
    pub duplicates: u64,
    /// Records whose id the lake had with other content; they are among `records`.
    pub conflicting: u64,
    /// Records that could not be decoded.
    pub dead_letters: u64,
    /// What was moved.
    pub bytes: Bytes,
    /// Requests to S3 that were made again: the trouble was over before they were given up.
    pub retries: u64,
    /// Earliest event time among the ingested objects.
    pub first_event_time: Option<String>,
    /// Latest event time among them.
    pub last_event_time: Option<String>,
    /// Wall time.
    pub seconds: f64,
    /// Nothing was read: it was only asked what would be.
    #[serde(skip_serializing_if = "is_false")]
    pub dry_run: bool,
    /// It was stopped early; the next run goes on there.
    #[serde(skip_serializing_if = "is_false")]
    pub interrupted: bool,
    /// Parts of the sources that could not be listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listing_errors: Vec<String>,
    #[serde(skip)]
    times: Option<(i64, i64)>,
}

/// Source objects by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Objects {
    /// All that were listed.
    pub listed: u64,
    /// Their records are in the lake now.
    pub ingested: u64,
    /// They were known.
    pub already: u64,
    /// They are no CloudTrail logs.
    pub skipped: u64,
    /// Their bytes are bad.
    pub quarantined: u64,
    /// They could not be read; the next run tries again.
    pub failed: u64,
    /// They were listed, and then not there.
    pub gone: u64,
    /// What a dry run would ingest.
    #[serde(skip_serializing_if = "is_zero")]
    pub to_ingest: u64,
}

/// Bytes of source objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// As fetched.
    pub fetched: u64,
    /// As JSON.
    pub inflated: u64,
}

// Serde hands fields to `skip_serializing_if` by reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

impl Summary {
    /// Whether some input was not taken in.
    pub fn is_incomplete(&self) -> bool {
        let objects = &self.objects;
        objects.quarantined + objects.failed + objects.gone + self.dead_letters > 0
            || !self.listing_errors.is_empty()
    }

    pub(super) fn count(&mut self, object: &ObjectRef, decoded: &Decoded) {
        self.bytes.fetched += object.size;
        self.bytes.inflated += decoded.inflated;
        if decoded.verdict == Verdict::Log
            && let Some((first, last)) = decoded.event_times
        {
            let (least, most) = self.times.unwrap_or((first, last));
            self.times = Some((least.min(first), most.max(last)));
            self.first_event_time = self.times.map(|(first, _)| print_time(first));
            self.last_event_time = self.times.map(|(_, last)| print_time(last));
        }
    }

    /// Notes what could not be listed, as long as somebody may read it; all of it is on stderr.
    pub(super) fn note_listing_error(&mut self, error: String) {
        match self.listing_errors.len() {
            0..MAX_LISTING_ERRORS => self.listing_errors.push(error),
            MAX_LISTING_ERRORS => self.listing_errors.push("and more, which stderr names".to_owned()),
            _ => {}
        }
    }

    pub(super) fn add(&mut self, report: Report) {
        self.objects.already += report.already;
        for row in report.objects {
            let count = match row.state {
                State::Ingested => &mut self.objects.ingested,
                State::Quarantined => &mut self.objects.quarantined,
                State::Skipped => &mut self.objects.skipped,
                State::Gone => &mut self.objects.gone,
                State::Failed => &mut self.objects.failed,
            };
            *count += 1;
            self.records += row.records;
            self.duplicates += row.duplicates;
            self.conflicting += row.conflicting;
            self.dead_letters += row.dead_letters;
        }
    }

    /// A source of which nothing could be listed is a failure, not an empty source.
    pub(super) fn check_listing(&self) -> Result<()> {
        match self.listing_errors.first() {
            Some(error) if self.objects.listed == 0 => bail!("{error}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects = &self.objects;
        if self.dry_run {
            let (new, listed) = (objects.to_ingest, objects.listed);
            return writeln!(
                out,
                "{new} of {listed} objects would be ingested ({}), {} are known",
                size(self.bytes.fetched),
                objects.already
            );
        }
        writeln!(out, "{:>12} objects listed", grouped(objects.listed))?;
        for (count, what) in [
            (objects.ingested, "ingested"),
            (objects.already, "already in the lake"),
            (objects.skipped, "skipped: no CloudTrail logs"),
            (objects.quarantined, "quarantined: their bytes are bad"),
            (objects.failed, "failed: the next run tries again"),
            (objects.gone, "gone before they could be read"),
        ] {
            if count > 0 {
                writeln!(out, "{:>12}   {what}", grouped(count))?;
            }
        }
        writeln!(out, "{:>12} new records", grouped(self.records))?;
        for (count, what) in [
            (self.duplicates, "duplicates left out"),
            (self.conflicting, "of the new ones have an id that was there with other content"),
            (self.dead_letters, "records unreadable: see table dead_letters"),
        ] {
            if count > 0 {
                writeln!(out, "{:>12}   {what}", grouped(count))?;
            }
        }
        if let (Some(first), Some(last)) = (&self.first_event_time, &self.last_event_time) {
            writeln!(out, "{:>12} {first} to {last}", "from")?;
        }
        let rate = |count: u64| count as f64 / self.seconds.max(0.001);
        writeln!(
            out,
            "{:>12} in {:.1} s: {} events/s, {}/s of JSON",
            size(self.bytes.fetched),
            self.seconds,
            grouped(rate(self.records + self.duplicates) as u64),
            size(rate(self.bytes.inflated) as u64),
        )?;
        if self.retries > 0 {
            writeln!(out, "{:>12} requests to S3 were made again: -v says why", grouped(self.retries))?;
        }
        if self.interrupted {
            writeln!(out, "stopped early: the same command goes on from here")?;
        }
        Ok(())
    }
}

/// A number with its thousands set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size as people say it.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.2} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_read_well() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!((size(10), size(41_000_000)), ("10 B".to_owned(), "41.0 MB".to_owned()));
    }
}
