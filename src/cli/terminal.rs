//! What a terminal gets: colours or none, its width, and hostile text made harmless.
//!
//! Fields of a log are written by whoever calls an API, an attacker included. Before they reach a
//! terminal, all that could move the cursor, change colours, reorder text or hide it is spelled out
//! as `\u{1b}`. The decisions are pure functions of what was asked for and what the world is like.

use std::io::IsTerminal;

use super::args::Color;

pub use crate::query::output::escape;

/// Whether to write colours to a stream.
pub fn use_color(wanted: Color, stream: &impl IsTerminal) -> bool {
    decide_color(wanted, stream.is_terminal(), |name| {
        std::env::var_os(name).is_some_and(|value| !value.is_empty())
    })
}

/// `NO_COLOR` (no-color.org) and `TERM=dumb` hold for `auto` only: an explicit wish wins.
fn decide_color(wanted: Color, is_terminal: bool, is_set: impl Fn(&str) -> bool) -> bool {
    match wanted {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !is_set("NO_COLOR"),
    }
}

/// The width that tables may take: of the terminal if stdout is one, else of `COLUMNS`, else none.
pub fn width() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok();
    let terminal = std::io::stdout().is_terminal().then(terminal_width).flatten();
    decide_width(terminal, columns.as_deref())
}

fn decide_width(terminal: Option<usize>, columns: Option<&str>) -> Option<usize> {
    // Below 20 columns a table is no table, and a broken pty says 0.
    let usable = |width: &usize| (20..=1_000).contains(width);
    terminal.filter(usable).or_else(|| columns?.parse().ok().filter(usable))
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// [`escape`] for text of our own that has lines: those are kept.
pub(super) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Whether results are shown to somebody.
pub(super) fn is_stdout() -> bool {
    std::io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_unless_asked_for() {
        let plain = |_: &str| false;
        let no_color = |name: &str| name == "NO_COLOR";
        assert!(decide_color(Color::Auto, true, plain));
        assert!(!decide_color(Color::Auto, false, plain));
        assert!(!decide_color(Color::Auto, true, no_color));
        assert!(decide_color(Color::Always, false, no_color));
        assert!(!decide_color(Color::Never, true, plain));
    }

    #[test]
    fn a_width_is_used_only_when_it_makes_sense() {
        assert_eq!(decide_width(Some(120), Some("80")), Some(120));
        assert_eq!(decide_width(None, Some("80")), Some(80));
        assert_eq!(decide_width(Some(0), None), None);
        for columns in ["", "wide", "-1", "3", "99999999999999999999"] {
            assert_eq!(decide_width(None, Some(columns)), None, "{columns}");
        }
    }
}
