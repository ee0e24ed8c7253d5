//! Named points of a commit at which a test can stop this process, to kill it there or to let another
//! one go first.
//!
//! In a debug build `TRAILHOUND_PAUSE=point[@part]:n[+][:end]` says where: at the n-th passing of the
//! point by something whose name contains `part` (with `+`, at each passing from the n-th on) the process
//! says so on stderr and sleeps: for `end` milliseconds, until there is a file `end` if that is a path, or
//! without one until it is killed. One thread sleeps; what other threads have begun goes on. A release
//! build has none of this.

use std::fmt::Display;

/// A step that was just done; its name in the setting is in snake case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A data file or a hash sidecar was written.
    DataFile,
    /// A file of a lake in a folder is on disk under its temporary name.
    Fsync,
    /// The files of a batch are staged and checked; its commit comes next.
    BeforeCommit,
    /// The rows of a batch are visible.
    CloudtrailCommit,
    /// The dead letters of a batch are visible.
    DeadLettersCommit,
    /// A batch is closed.
    ObjectsCommit,
    /// Findings are visible.
    FindingsCommit,
    /// The baseline stands at a batch.
    BaselineCommit,
    /// One file stands in the place of several.
    OptimizeSwap,
    /// A log has a checkpoint and the pointer to it.
    Checkpoint,
}

/// Says that a step was done to `what`.
#[inline]
pub fn at(point: Point, what: impl Display) {
    #[cfg(debug_assertions)]
    setting::pass(point, what);
    #[cfg(not(debug_assertions))]
    let _ = (point, what);
}

#[cfg(debug_assertions)]
mod setting {
    use std::fmt::Display;
    use std::path::PathBuf;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::Point;

    const VARIABLE: &str = "TRAILHOUND_PAUSE";

    /// How often is looked whether a file is there.
    const LOOK_EVERY: Duration = Duration::from_millis(2);

    /// What ends a stop.
    #[derive(Debug)]
    enum End {
        Kill,
        After(Duration),
        When(PathBuf),
    }

    /// Where to stop.
    #[derive(Debug)]
    pub(super) struct Setting {
        point: Point,
        part: String,
        from: u32,
        again: bool,
        end: End,
        passed: AtomicU32,
    }

    pub(super) fn pass(point: Point, what: impl Display) {
        static SETTING: LazyLock<Option<Setting>> = LazyLock::new(|| {
            let text = std::env::var(VARIABLE).ok()?;
            let setting = Setting::parse(&text);
            Some(setting.unwrap_or_else(|| panic!("{VARIABLE}=`{text}` is not point[@part]:n[+][:end]")))
        });
        let Some(setting) = SETTING.as_ref().filter(|setting| setting.point == point) else { return };
        let what = what.to_string();
        let Some(passing) = setting.stops(&what) else { return };
        eprintln!("{VARIABLE}: {point:?} {passing}: {what}");
        match &setting.end {
            End::After(time) => std::thread::sleep(*time),
            End::When(file) => {
                while !file.try_exists().unwrap_or(true) {
                    std::thread::sleep(LOOK_EVERY);
                }
            }
            End::Kill => loop {
                std::thread::park();
            },
        }
    }

    impl Setting {
        pub(super) fn parse(text: &str) -> Option<Self> {
            let mut parts = text.split(':');
            let (name, count) = (parts.next()?, parts.next()?);
            let end = match parts.next() {
                None => End::Kill,
                Some(path) if path.contains('/') => End::When(path.into()),
                Some(millis) => End::After(Duration::from_millis(millis.parse().ok()?)),
            };
            let (name, part) = name.split_once('@').unwrap_or((name, ""));
            let (count, again) = count.strip_suffix('+').map_or((count, false), |count| (count, true));
            let point = match name {
                "data_file" => Point::DataFile,
                "fsync" => Point::Fsync,
                "before_commit" => Point::BeforeCommit,
                "cloudtrail_commit" => Point::CloudtrailCommit,
                "dead_letters_commit" => Point::DeadLettersCommit,
                "objects_commit" => Point::ObjectsCommit,
                "findings_commit" => Point::FindingsCommit,
                "baseline_commit" => Point::BaselineCommit,
                "optimize_swap" => Point::OptimizeSwap,
                "checkpoint" => Point::Checkpoint,
                _ => return None,
            };
            let from = count.parse().ok()?;
            let setting = Self { point, part: part.to_owned(), from, again, end, passed: AtomicU32::new(0) };
            parts.next().is_none().then_some(setting)
        }

        /// Counts a passing; its number if the process is to stop there.
        pub(super) fn stops(&self, what: &str) -> Option<u32> {
            if !what.contains(&self.part) {
                return None;
            }
            let passing = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
            (passing == self.from || self.again && passing > self.from).then_some(passing)
        }
    }
}

#[cfg(test)]
#[cfg(debug_assertions)]
mod tests {
    use super::setting::Setting;

    #[track_caller]
    fn stops(setting: &str, passings: &[&str]) -> Vec<u32> {
        let setting = Setting::parse(setting).unwrap();
        passings.iter().filter_map(|what| setting.stops(what)).collect()
    }

    #[test]
    fn a_process_stops_at_the_passing_that_the_setting_names() {
        let passings = ["objects/1", "cloudtrail/1", "objects/2", "cloudtrail/2"];
        assert_eq!(stops("data_file:2", &passings), [2]);
        assert_eq!(stops("fsync:2+:10", &passings), [2, 3, 4]);
        assert_eq!(stops("checkpoint@objects:2", &passings), [2]);
        assert_eq!(stops("before_commit@findings:1+:/tmp/go", &passings), [0; 0]);
    }

    #[test]
    fn a_setting_that_names_no_point_is_none() {
        for text in ["", "data_file", "datafile:1", "data_file:x", "data_file:1:x", "data_file:1:2:3"] {
            assert!(Setting::parse(text).is_none(), "{text}");
        }
    }
}
