//! Where a list may go on behind an item that can't be read, judged by the characters alone.
//!
//! Brackets are counted and strings passed over, whatever else is wrong between them. A byte that
//! adds or takes a quote or a bracket misleads this; the usual first key of a record helps then.

/// Counts brackets from the start of an item, as far as it is asked to go.
#[derive(Debug)]
pub(crate) struct Balance<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Balance<'a> {
    /// From `start` in `bytes`, and never beyond them.
    pub(crate) fn new(bytes: &'a [u8], start: usize) -> Self {
        Self { bytes, at: start, depth: 0 }
    }

    /// The byte up to which it has counted.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Goes on to `until`: where the brackets that opened first are closed again, if a `,` or `]`
    /// follows there. `None` too, for good, when nothing opens at the start.
    pub(crate) fn advance(&mut self, until: usize) -> Option<usize> {
        while self.at < until.min(self.bytes.len()) {
            match self.bytes[self.at] {
                b'"' => self.at = string_end(self.bytes, self.at).unwrap_or(self.bytes.len()),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 1 => self.depth -= 1,
                b'}' | b']' if self.depth == 1 => {
                    let end = separator(self.bytes, self.at + 1);
                    self.stop();
                    return end;
                }
                _ if self.depth == 0 => self.stop(),
                _ => {}
            }
            self.at += 1;
        }
        None
    }

    /// Counts no further.
    fn stop(&mut self) {
        self.bytes = &self.bytes[..self.at];
    }
}

/// The `,` or `]` at or after `at`, if nothing but white space stands before it.
fn separator(bytes: &[u8], at: usize) -> Option<usize> {
    let next = at + bytes[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    matches!(bytes[next], b',' | b']').then_some(next)
}

/// The closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += 1 + memchr::memchr2(b'"', b'\\', bytes.get(at + 1..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
}

/// If `key` is the first key of an object that follows a `,`: where the `,` and the `{` stand.
pub(crate) fn record_start(text: &str, from: usize, key: usize) -> Option<(usize, usize)> {
    let before = text[from..key].trim_end();
    let before = before.strip_suffix('{')?;
    let open = from + before.len();
    let before = before.trim_end().strip_suffix(',')?;
    Some((from + before.len(), open))
}

/// The end of the bad item itself, without the white space before what follows.
pub(crate) fn trim_separator(text: &str, start: usize, end: usize) -> usize {
    start + text[start..end].trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_across_any_stops_and_not_inside_strings() {
        let text = br#"{oops: ["}", {"a\"}": 1}]} , {}"#;
        let comma = text.len() - " , {}".len() + 1;
        for stop in 0..=text.len() {
            let mut balance = Balance::new(text, 0);
            let first = balance.advance(stop);
            assert_eq!(first.or_else(|| balance.advance(text.len())), Some(comma), "{stop}");
        }
    }

    #[test]
    fn what_opens_nothing_or_is_never_closed_has_no_balance() {
        for text in ["oops, {}", "\"a\" b, {}", "{[}, {", "{} {}", "{}", ""] {
            assert_eq!(Balance::new(text.as_bytes(), 0).advance(text.len()), None, "{text}");
        }
    }
}
