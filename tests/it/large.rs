//! An ingest into a lake that is large where it looks: what is known is found, and nothing else is read.
//! `benches/large_lake.rs` measures the same with 10⁹ events.

use crate::harness::TestDir;
use crate::large_lake::{Size, make_lake, make_logs, reset};

#[test]
fn of_new_objects_exactly_the_known_events_are_dropped_and_only_their_dates_are_read() {
    let dir = TestDir::new();
    let size = Size {
        files: 200,
        day_files: 5,
        file_events: 700,
        objects: 3_000,
        months: 12,
        new_objects: 30,
        object_events: 101,
    };
    let known = make_logs(&dir.path().join("logs"), &size);
    make_lake(&dir.path().join("lake"), &size, &known);
    for _ in 0..2 {
        let run = dir.run(["ingest", "logs", "--format", "json"]);
        let summary = run.expect_exit(0).json();
        assert_eq!(summary["duplicates"], size.duplicates());
        assert_eq!(summary["records"], size.events() - size.duplicates());
        assert_eq!(summary["conflicting"], 0);
        assert_eq!(summary["objects"]["ingested"], size.new_objects);
        let again = dir.run(["ingest", "logs", "--format", "json"]).expect_exit(0).json();
        assert_eq!(again["objects"]["already"], size.new_objects);
        reset(&dir.path().join("lake"));
    }
}
