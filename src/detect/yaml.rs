//! YAML of rules, SQL headers and Sigma files, as a tree; what is wrong with it is told with its line.

use serde_json::Value;

/// Reads `text`; a number that begins with zero, as `012345678901`, an account, is text.
///
/// # Errors
/// The line, from 1, and the reason.
pub(super) fn read(text: &str) -> Result<Value, (usize, String)> {
    let options = serde_saphyr::options! { leading_zero_numbers_as_strings: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line() as usize);
        // An error at the end is told of the line after the last, one without a place of line 0.
        let line = line.clamp(1, text.lines().count().max(1));
        let message = error.without_snippet().to_string();
        let first = message.lines().next().unwrap_or_default().trim_start_matches("error: ");
        (line, first.to_owned())
    })
}
