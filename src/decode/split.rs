//! A large window, read on several threads.
//!
//! It is cut where a record seems to begin: at a line that opens an object, or behind a comma at an object whose
//! first key is that of the record before. Each part is read as if the list went on there, and counts if the part
//! before it turns out to end exactly where it begins, and if there is nothing in it but whole records. What does
//! not count is read again in turn, so that where it was cut decides nothing but how long it takes.
//!
//! Limits: gunzip, the check that the text is UTF-8 and its SHA-256 stay on one thread. Each part has its share of the
//! rows that wait in columns ([`MAX_ROWS`]): what records of fewer than 256 bytes have beyond it is read in turn.

use std::ops::Range;

use arrow::error::ArrowError;
use memchr::memmem;

use super::columns::Columns;
use super::container::{Container, Progress, Start, Until};
use super::recovery::record_start;
use super::window::Window;
use super::{Chunk, Failed, MAX_ROWS, Rows};

/// How many places are tried as the start of a part.
const MAX_TRIES: usize = 16;

/// White space that may stand before a record's first key.
const MAX_BEFORE: usize = 256;

/// What is read until the first record is behind: values that come before it, one at a time.
const MAX_BEFORE_FIRST: usize = 8;

/// A part, and what reading it came to.
struct Part {
    range: Range<usize>,
    container: Container,
    columns: Columns,
    /// Its rows, if there is nothing in it but whole records and not too many.
    chunk: Option<Chunk>,
}

impl Rows {
    /// Reads the records of a large window in parts, from its start to the last one that seems to begin in it.
    /// Rows may be left in the columns.
    pub(super) fn in_parts<E: From<ArrowError>>(
        &mut self,
        container: &mut Container,
        window: &Window<'_>,
        parts: usize,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<Progress, Failed<E>> {
        self.columns.expect(window.text().len() / parts);
        let mut progress = self.first_record(container, window)?;
        let Some(start) = container.start_of_next().filter(|_| progress.paused) else { return Ok(progress) };
        let cuts = cuts(window.text(), progress.done, &start, parts);
        let Some((own, others)) = cuts.split_first() else { return Ok(progress) };
        let rows = MAX_ROWS / cuts.len();
        let mut parts: Vec<Part> = others.iter().map(|range| self.part(range, container)).collect();
        progress = rayon::in_place_scope(|scope| {
            for part in &mut parts {
                scope.spawn(|_| part.read(window, rows));
            }
            self.read_to(container, window, own.start, Until { position: own.end, rows }, emit)
        })?;
        for part in parts {
            self.spare.push(part.columns);
            match part.chunk {
                // What began before it does not end in this window.
                _ if !progress.paused => {}
                Some(chunk) if part.range.start == progress.done && container.join(&part.container) => {
                    progress.done = part.range.end;
                    self.hand_out(chunk, emit)?;
                }
                _ => {
                    let until = Until { position: part.range.end, rows };
                    progress = self.read_to(container, window, progress.done, until, emit)?;
                }
            }
        }
        Ok(progress)
    }

    /// Reads up to the end of the object's first record, if it is near; its rows stay in the columns.
    fn first_record<E>(
        &mut self,
        container: &mut Container,
        window: &Window<'_>,
    ) -> Result<Progress, Failed<E>> {
        let mut progress = Progress { done: 0, paused: true };
        for _ in 0..MAX_BEFORE_FIRST {
            if container.records > 0 || !progress.paused {
                break;
            }
            let until = Until { position: progress.done + 1, rows: MAX_ROWS };
            progress = container.read(window, progress.done, until, &mut self.columns)?;
        }
        Ok(progress)
    }

    fn part(&mut self, range: &Range<usize>, container: &Container) -> Part {
        let mut columns = self.spare.pop().unwrap_or_else(|| Columns::new(self.today));
        columns.expect(range.len());
        Part { range: range.clone(), container: container.fork(), columns, chunk: None }
    }

    /// Reads on from `done` until a position is reached or passed, or no more can be read.
    fn read_to<E: From<ArrowError>>(
        &mut self,
        container: &mut Container,
        window: &Window<'_>,
        done: usize,
        until: Until,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<Progress, Failed<E>> {
        let mut progress = Progress { done, paused: true };
        while progress.paused && progress.done < until.position {
            progress = self.read(container, window, progress.done, until, emit)?;
        }
        Ok(progress)
    }
}

impl Part {
    fn read(&mut self, window: &Window<'_>, rows: usize) {
        let until = Until { position: self.range.end, rows };
        let read = self.container.read(window, self.range.start, until, &mut self.columns);
        let is_plain = read.is_ok_and(|progress| progress.done == self.range.end);
        // What is not wanted must not become part of the next one.
        self.chunk = self.columns.finish().ok().filter(|_| is_plain);
    }
}

/// Where a text can be cut into parts of about the same size: stretches that follow each other from `from`.
fn cuts(text: &str, from: usize, start: &Start<'_>, parts: usize) -> Vec<Range<usize>> {
    let Some(end) = last(text, from, start) else { return Vec::new() };
    let mut begin = from;
    let mut ranges = Vec::with_capacity(parts);
    for part in 1..parts {
        let about = text.floor_char_boundary(from + (end - from) / parts * part);
        match next(text, about.max(begin), start) {
            Some(cut) if begin < cut && cut < end => {
                ranges.push(begin..cut);
                begin = cut;
            }
            _ => {}
        }
    }
    ranges.push(begin..end);
    ranges
}

/// The first place at or behind `from` where a record seems to begin.
fn next(text: &str, from: usize, start: &Start<'_>) -> Option<usize> {
    let pattern = start.pattern();
    let found = memmem::find_iter(&text.as_bytes()[from..], &pattern).take(MAX_TRIES);
    found.filter_map(|at| place(text, from + at, start)).find(|place| *place >= from)
}

/// The last such place behind `from`.
fn last(text: &str, from: usize, start: &Start<'_>) -> Option<usize> {
    let pattern = start.pattern();
    let found = memmem::rfind_iter(&text.as_bytes()[from..], &pattern).take(MAX_TRIES);
    found.filter_map(|at| place(text, from + at, start)).find(|place| *place > from)
}

/// Where the reader would stand before the record of which `pattern` was found at `at`.
fn place(text: &str, at: usize, start: &Start<'_>) -> Option<usize> {
    match start {
        Start::Line => Some(at + 1),
        Start::Key(_) => {
            let before = text.floor_char_boundary(at.saturating_sub(MAX_BEFORE));
            record_start(text, before, at).map(|(separator, _)| separator)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_records_begin() {
        let list = r#"[{"k":1},{"a":{"k":2}},{"k":"},{\"k\":"} , {"k":4}, {"k":5}]"#;
        for parts in 1..9 {
            let ranges = cuts(list, 8, &Start::Key("k"), parts);
            assert!(ranges.len() <= parts);
            assert_eq!((ranges[0].start, ranges.last().unwrap().end), (8, list.rfind(", {").unwrap()));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
            for range in &ranges[1..] {
                assert!(list[range.start..].starts_with(" , {\"k\"") || list[range.start..].starts_with(','));
            }
        }
        let lines = "{}\n".repeat(8);
        assert_eq!(cuts(&lines, 2, &Start::Line, 2), [2..12, 12..21]);
        assert!(cuts(&lines, 21, &Start::Line, 2).is_empty());
    }
}
