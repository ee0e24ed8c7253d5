//! Text on a terminal: colours where they are welcome, widths, and nothing a log field could do to it.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::Style;
use crate::detect::Severity;

pub(super) use crate::query::output::escape;

/// The severity's name, in its colour, padded to `width` columns.
pub(super) fn severity(severity: Severity, width: usize, style: Style) -> String {
    let padded = format!("{:width$}", severity.name());
    if !style.color {
        return padded;
    }
    let code = match severity {
        Severity::Info => "2",
        Severity::Low => "36",
        Severity::Medium => "33",
        Severity::High => "31",
        Severity::Critical => "1;37;41",
    };
    format!("\u{1b}[{code}m{padded}\u{1b}[0m")
}

/// Text that stands out, where colours are welcome.
pub(super) fn strong(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// `text` in exactly `width` columns: filled up with blanks, or cut with a `…`.
pub(super) fn fit(text: &str, width: usize) -> String {
    let shown = cut(text, width);
    let blanks = width.saturating_sub(shown.width());
    format!("{shown}{:blanks$}", "")
}

/// `text` in at most `width` columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for char in text.chars() {
        let columns = char.width().unwrap_or(0);
        if used + columns + 1 > width {
            break;
        }
        used += columns;
        shown.push(char);
    }
    if width > 0 {
        shown.push('…');
    }
    shown
}
