//! YAML of rules, SQL headers and Sigma files, as a tree; what is wrong with it is told with its line.
//!
//! An alias stands for a copy of what it names, so a short text can come to any size. What is allowed is in
//! proportion to the text: without aliases it can't come to more values than it has bytes.

use serde_json::Value;

/// Values that any text may come to, and those that each of its bytes adds; bytes of text likewise.
const VALUES_MIN: usize = 1_000;
const VALUES_PER_BYTE: usize = 2;

/// Reads `text`; a number that begins with zero, as `012345678901`, an account, is text.
///
/// # Errors
/// The line, from 1, and the reason.
pub(super) fn read(text: &str) -> Result<Value, (usize, String)> {
    let most = VALUES_MIN + text.len().saturating_mul(VALUES_PER_BYTE);
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: most.min(250_000), max_total_scalar_bytes: most },
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line() as usize);
        // An error at the end is told of the line after the last, one without a place of line 0.
        let line = line.clamp(1, text.lines().count().max(1));
        let message = error.to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
        // Places in the text are none in the file, of which it may be a part.
        let reason = [" (defined at line ", " at line "]
            .iter()
            .fold(first, |reason, place| reason.rsplit_once(place).map_or(reason, |(reason, _)| reason));
        (line, reason.replacen("budget breached", "more than is allowed", 1))
    })
}
