//! The law of time: what a run over [A, B) evaluates, and which findings are its own.
//!
//! **One run over two weeks gives the same findings as the union of its fourteen daily runs**, however the
//! days cut the windows of a rule. It holds because of two rules, of which the engine keeps the first and
//! the author of a rule the second:
//!
//! 1. *The engine evaluates whole windows.* Windows of length W tile the time line from 1970 on, as
//!    `date_bin` does. A run over [A, B) evaluates every window it touches, over rows of [A′ − L, B′) where
//!    A′ is A rounded down, B′ is B rounded up to a window, and L the rule's lookback; other rows of
//!    `cloudtrail` don't exist for it. Of the findings it keeps those whose `time` lies in [A, B). A window
//!    that A or B cuts is thus computed whole by both runs that touch it, alike, and kept by exactly the
//!    one that its `time` belongs to.
//! 2. *A finding depends only on its window and the lookback before it.* Whatever a rule says of the window
//!    [w, w + W) follows from rows of [w − L, w + W), and its `time` lies in that window. Then it does not
//!    matter what else a run could see. (`lag(event_time)` compared with L is such a rule; `min(event_time)`
//!    over all rows is not.)
//!
//! An event rule is the case W = L = 0: the finding's time is its event's.
//!
//! A rule with `clock: true` speaks of silence: "no use of the key for 14 days". It dates the finding at
//! the moment the silence was long enough, last use + 14 d. That moment lies in [A, B) for one run only,
//! all rows up to it are visible (L ≥ 14 d), and rows after it don't undo it: the law holds again. `$as_of`
//! is B, so such a rule may say "by now"; findings dated at or after B are dropped in any case.
//!
//! A run whose B lies in the present sees a last window that is not over. The finding then grows: the next
//! run that evaluates the window finds it under the same id with more events, and saves a new revision.

use jiff::{SignedDuration, Timestamp};

/// A range of time in whole microseconds, as event times are: [since, until).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant inside.
    pub since: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Span {
    /// Both, and what is between them.
    pub(super) fn and(self, other: Self) -> Self {
        Self { since: self.since.min(other.since), until: self.until.max(other.until) }
    }
}

/// What one rule reads and keeps in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Rows that exist for the rule.
    pub read: Span,
    /// Whole windows.
    pub windows: Span,
    /// Findings that belong to the run.
    pub keep: Span,
}

impl Frame {
    /// The frame of a run over `run` for a rule with this window and lookback.
    pub(super) fn new(run: Span, window: Option<SignedDuration>, lookback: Option<SignedDuration>) -> Self {
        let step = window.map_or(1, micros).max(1);
        let since = floor(run.since.as_microsecond(), step);
        let until = floor(run.until.as_microsecond().saturating_add(step - 1), step);
        let read = since.saturating_sub(lookback.map_or(0, micros));
        let windows = Span { since: at(since), until: at(until) };
        Self { read: Span { since: at(read), until: windows.until }, windows, keep: run }
    }
}

/// Whether `time` is the start of a window.
pub(super) fn is_start(time: Timestamp, window: SignedDuration) -> bool {
    let step = micros(window).max(1);
    time.as_microsecond().rem_euclid(step) == 0
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn floor(time: i64, step: i64) -> i64 {
    time.saturating_sub(time.rem_euclid(step))
}

/// The nearest time there is: rounding may step over the edge of what a timestamp holds.
fn at(micros: i64) -> Timestamp {
    let edge = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(micros).unwrap_or(edge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn span(since: &str, until: &str) -> Span {
        Span { since: time(since), until: time(until) }
    }

    #[test]
    fn a_run_that_cuts_windows_evaluates_them_whole_and_reads_back_from_there() {
        let run = span("2026-01-15T10:20:00Z", "2026-01-15T11:10:00.5Z");
        let hour = SignedDuration::from_hours(1);
        let frame = Frame::new(run, Some(hour), Some(hour * 2));
        assert_eq!(frame.windows, span("2026-01-15T10:00:00Z", "2026-01-15T12:00:00Z"));
        assert_eq!(frame.read, span("2026-01-15T08:00:00Z", "2026-01-15T12:00:00Z"));
        assert_eq!(frame.keep, run);
    }

    #[test]
    fn whole_windows_stay_as_they_are_and_without_a_window_nothing_is_rounded() {
        let day = span("2026-01-15T00:00:00Z", "2026-01-16T00:00:00Z");
        assert_eq!(Frame::new(day, Some(SignedDuration::from_hours(24)), None).windows, day);
        let odd = span("2026-01-15T00:00:00.000001Z", "2026-01-15T00:00:00.000003Z");
        let frame = Frame::new(odd, None, None);
        assert!(frame.windows == odd && frame.read == odd);
    }

    #[test]
    fn windows_before_1970_and_at_the_edge_of_time_are_rounded_too() {
        let hour = SignedDuration::from_hours(1);
        let early = Frame::new(span("1969-12-31T23:30:00Z", "1969-12-31T23:45:00Z"), Some(hour), None);
        assert_eq!(early.windows, span("1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"));
        let all = Frame::new(Span { since: Timestamp::MIN, until: Timestamp::MAX }, Some(hour), Some(hour));
        assert!(all.read.since == Timestamp::MIN && all.read.until == Timestamp::MAX);
    }

    #[test]
    fn a_time_is_the_start_of_a_window_or_not() {
        let hour = SignedDuration::from_hours(1);
        assert!(is_start(time("2026-01-15T10:00:00Z"), hour));
        assert!(!is_start(time("2026-01-15T10:00:00.000001Z"), hour));
    }
}
