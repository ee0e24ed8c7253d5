//! One progress bar on stderr. Counters only: what is counted, and when, is the caller's business.
//!
//! It draws nothing when stderr is no terminal; a quiet run takes [`Progress::hidden`]. Messages may
//! hold names out of logs, so what could steer the terminal is replaced before it is drawn.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Below this the eye sees a jump, above it the machine has better things to do.
const TICK: Duration = Duration::from_millis(120);

const BAR: &str = "{prefix} {bar:30} {human_pos}/{human_len} {eta} {wide_msg}";
const SPINNER: &str = "{spinner} {prefix} {human_pos} {wide_msg}";

/// A bar, or a spinner as long as the total is not known. Clones share one bar.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Counts, and draws nothing.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// A bar that begins at nought of nought; see [`Progress::set_total`].
    pub fn bar(label: &str) -> Self {
        Self::drawn(ProgressBar::new(0), BAR, label)
    }

    /// A counter without a total.
    pub fn spinner(label: &str) -> Self {
        Self::drawn(ProgressBar::new_spinner(), SPINNER, label)
    }

    fn drawn(bar: ProgressBar, template: &str, label: &str) -> Self {
        bar.set_style(style(template));
        bar.set_prefix(printable(label));
        // `indicatif` hides a bar by itself when stderr is no terminal; its ticking thread would
        // still run.
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Self { bar }
    }

    /// Sets the total; a spinner becomes a bar. It may grow while a listing still runs.
    pub fn set_total(&self, total: u64) {
        if self.bar.length().is_none() {
            self.bar.set_style(style(BAR));
        }
        self.bar.set_length(total);
    }

    /// So many more are done.
    pub fn add(&self, count: u64) {
        self.bar.inc(count);
    }

    /// How many are done.
    pub fn done(&self) -> u64 {
        self.bar.position()
    }

    /// What is being worked on.
    pub fn message(&self, text: impl AsRef<str>) {
        self.bar.set_message(printable(text.as_ref()));
    }

    /// Runs `write`, which writes to stderr or stdout, with the bar out of its way.
    pub fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        self.bar.suspend(write)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A template is a constant of this file: a test reads each of them.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_valid() {
        for template in [BAR, SPINNER] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_hidden_bar_counts_all_the_same() {
        let progress = Progress::hidden();
        progress.set_total(10);
        progress.add(3);
        progress.clone().add(1);
        assert_eq!(progress.done(), 4);
        progress.finish();
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\r\n"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}");
        assert_eq!(printable("AWSLogs/é/字"), "AWSLogs/é/字");
    }
}
