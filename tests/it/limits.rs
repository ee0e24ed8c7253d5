//! What a query may use: memory with spilling, rows, time; and that signals stop it, whatever it does.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::harness::{Record, TestDir, TestLake};
use super::victim::send;

/// Long enough for a machine that does much else; what is stopped ends in a small part of it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both spill, within seconds and for as long as they may.
const ENDLESS_SORT: &str = "SELECT * FROM generate_series(1, 100000000000) ORDER BY value DESC";
const ENDLESS_GROUPING: &str = "SELECT count(*) FROM
    (SELECT value % 100000000 AS k, count(*) FROM generate_series(1, 100000000000) GROUP BY k)";

fn lake() -> TestLake {
    let lake = TestLake::new().object("one.json.gz", &[Record::new(1).json()]);
    lake.ingest().expect_exit(0);
    lake
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

/// Bytes of all files below.
fn bytes(folder: &Path) -> u64 {
    // Files come and go meanwhile.
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => bytes(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

#[test]
fn a_sort_larger_than_the_memory_spills_and_is_right_or_says_so() {
    let lake = lake();
    let rows = 500_000;
    let sql = format!("SELECT md5(value::text) AS key, value FROM generate_series(1, {rows}) ORDER BY key");
    let mut right = 0;
    for memory in ["1MB", "16MB", "64MB", "2GiB"] {
        let run = lake.dir.run(["query", &sql, "--memory", memory, "-o", "sorted.csv"]);
        if run.exit == Some(0) {
            let sorted = lake.dir.read("sorted.csv");
            assert_eq!(sorted.lines().count(), rows + 1, "{memory}");
            assert!(sorted.lines().skip(1).is_sorted(), "{memory}");
            right += 1;
        } else {
            run.expect_exit(1).expect_err("the query needs more memory").expect_err("[limits] memory");
        }
    }
    assert!(right >= 1);
}

#[test]
fn a_grouping_larger_than_the_memory_spills_or_says_so() {
    let lake = lake();
    let sql = "SELECT count(*) AS keys, sum(c) AS rows FROM
        (SELECT md5((value % 400000)::text) AS key, count(*) AS c FROM generate_series(1, 800000) GROUP BY key)";
    for memory in ["1MB", "40MB", "1GiB"] {
        let run = lake.dir.run(["query", sql, "--memory", memory, "--format", "ndjson"]);
        match run.exit {
            Some(0) => assert_eq!(run.out(), "{\"keys\":400000,\"rows\":800000}\n", "{memory} {run}"),
            _ => drop(
                run.expect_exit(1).expect_err("the query needs more memory").expect_err("[limits] memory"),
            ),
        }
    }
}

#[test]
fn a_result_of_too_many_rows_is_an_error_and_not_a_part_of_it() {
    let lake = lake();
    lake.dir.file("trailhound.toml", "[limits]\nrows = 1000\n");
    lake.dir.run(["query", "SELECT * FROM generate_series(1, 1000)", "--format", "csv"]).expect_exit(0);
    lake.dir
        .run(["query", "SELECT * FROM generate_series(1, 1001)", "--format", "csv"])
        .expect_exit(1)
        .expect_err("the result has more than 1000 rows ([limits] rows)");
}

#[test]
fn a_query_that_takes_too_long_ends_while_every_thread_computes() {
    let lake = lake();
    // One row, one call: nothing yields between.
    let one_call = "SELECT max(levenshtein(repeat('a', 20000), concat(repeat('b', 20000), value::text)))
        FROM generate_series(1, 100000)";
    for sql in [one_call, "SELECT count(*) FROM generate_series(1, 100000000000) a WHERE a.value % 7 = 8"] {
        let started = Instant::now();
        lake.dir
            .run(["query", sql, "--timeout", "1s"])
            .expect_exit(1)
            .expect_err("takes longer than 1s ([limits] time, --timeout)");
        assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    }
}

/// Starts a query whose temporary files go to `./tmp`.
fn start(dir: &TestDir, arguments: &[&str]) -> Child {
    let temporary = dir.path().join("tmp");
    fs::create_dir_all(&temporary).unwrap();
    let mut command = dir.command();
    command.args(arguments).env("TMPDIR", temporary);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end; how long it took, the exit code and stderr.
fn end(mut child: Child) -> (Duration, Option<i32>, String) {
    let started = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if started.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it still runs after {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    (started.elapsed(), code, error)
}

#[test]
fn a_signal_stops_a_query_and_takes_what_it_spilled_away() {
    let lake = lake();
    for (signal, memory, sql) in [("INT", "100MB", ENDLESS_SORT), ("TERM", "40MB", ENDLESS_GROUPING)] {
        let child = start(&lake.dir, &["query", sql, "--memory", memory]);
        let spilled = lake.dir.path().join("tmp");
        let started = Instant::now();
        while bytes(&spilled) == 0 {
            assert!(started.elapsed() < PATIENCE, "nothing is spilled");
            std::thread::sleep(Duration::from_millis(10));
        }
        send(&child, signal);
        let (took, code, error) = end(child);
        assert_eq!((code, error.as_str()), (Some(1), "trailhound: interrupted\n"), "{signal}");
        assert!(took < Duration::from_secs(5), "{signal}: {took:?}");
        assert!(is_empty(&spilled), "{signal}: files stay");
    }
}

#[test]
fn a_limit_takes_what_was_spilled_away_too() {
    let lake = lake();
    let child = start(&lake.dir, &["query", ENDLESS_GROUPING, "--memory", "40MB", "--timeout", "3s"]);
    let (_, code, error) = end(child);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("takes longer than 3s"), "{error}");
    assert!(is_empty(&lake.dir.path().join("tmp")));
}

#[test]
fn a_signal_is_heard_while_nobody_reads_and_between_the_statements_of_a_shell() {
    let lake = lake();
    let endless = "SELECT value, repeat('x', 1000) FROM generate_series(1, 100000000000)";
    for (arguments, codes) in [
        (&["query", endless, "--format", "csv"][..], [Some(1), Some(143)]),
        // Its stdin stays open: it waits for a statement.
        (&["shell"], [None, Some(143)]),
    ] {
        let child = start(&lake.dir, arguments);
        std::thread::sleep(Duration::from_millis(1500));
        send(&child, "TERM");
        let (took, code, error) = end(child);
        assert!(codes.contains(&code), "{arguments:?}: {code:?} {error}");
        assert!(took < Duration::from_secs(5), "{arguments:?}: {took:?}");
    }
}
