//! A disk that fails under the executable: full, read-only, closed to this user, out of file handles.
//! Whatever it says no to, the message names the file and the way out, nothing of the lake is corrupt,
//! and the next run comes to the lake that an undisturbed run makes.
//!
//! A small file system and a read-only one take root and `mount`; where they are not to be had, a limit
//! on the size of files stands in for the first, and the second says that it was skipped. Every single
//! write is failed in `src/lake/tests/full_disk.rs`.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Run, TestDir};
use crate::lossless::{exported, files_under, records_under};

/// A user who is nobody, for what root may do and others may not.
const NOBODY: u32 = 65_534;

/// A folder with logs of `events` events in it, some of which root has made.
fn logs(events: u32) -> TestDir {
    let dir = TestDir::new();
    let events = events.to_string();
    dir.run(["generate", "logs", "--events", &events, "--days", "3", "--end", "2026-11-01"]).expect_exit(0);
    dir
}

/// Every record of the logs is in the lake, once, and the doctor has nothing to say.
#[track_caller]
fn assert_complete(dir: &TestDir, folders: &[&str]) {
    let mut found = exported(dir);
    let records = folders.iter().flat_map(|folder| records_under(&dir.path().join(folder)));
    let expected: BTreeSet<String> = records.collect();
    found.sort();
    assert!(found.iter().eq(expected.iter()), "{} records in, {} out", expected.len(), found.len());
    dir.run(["lake", "doctor", "--deep"]).expect_exit(0);
}

/// What is in the lake is whole, however little it is.
#[track_caller]
fn assert_sound(dir: &TestDir) {
    if !dir.path().join("lake/cloudtrail/_delta_log").is_dir() {
        return;
    }
    let found = exported(dir);
    let all: BTreeSet<String> = records_under(&dir.path().join("logs")).into_iter().collect();
    let once: BTreeSet<&String> = found.iter().collect();
    assert_eq!(found.len(), once.len(), "records are there more than once");
    assert!(once.iter().all(|record| all.contains(*record)), "a record that was in no log");
    // Records of an object that is listed as ingested are all there.
    let sql =
        "SELECT (SELECT count(*) FROM cloudtrail) - (SELECT coalesce(sum(records), 0) FROM objects) AS more";
    let run = dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0);
    assert!(run.ndjson()[0]["more"].as_i64() >= Some(0), "{run}");
}

#[track_caller]
fn assert_plain(run: &Run, parts: &[&str]) {
    assert!(!run.stderr.contains("panicked"), "{run}");
    for part in parts {
        assert!(run.stderr.contains(part), "`{part}` is not on stderr\n{run}");
    }
}

/// A mounted file system that goes away with the test.
struct Mount(PathBuf);

impl Mount {
    /// `None` where this user can't mount.
    fn new(at: &Path, arguments: &[&str]) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let done = Command::new("mount").args(arguments).arg(at).output();
        done.is_ok_and(|done| done.status.success()).then(|| Self(at.to_owned()))
    }

    fn again(&self, options: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).output();
        let done = done.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

/// The executable under a shell that has set limits.
fn limited(dir: &TestDir, limits: &str, arguments: &[&str]) -> Run {
    let mut shell = dir.command();
    let program = shell.get_program().to_owned();
    shell = {
        let mut other = Command::new("sh");
        other.current_dir(dir.path()).env("HOME", dir.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        other
    };
    shell.arg("-c").arg(format!("{limits}; exec \"$0\" \"$@\"")).arg(program).args(arguments);
    Run::of(shell, b"")
}

#[test]
fn a_small_disk_that_fills_up_spoils_nothing_and_once_it_is_larger_the_next_run_carries_on() {
    let dir = logs(4_000);
    let steps: [&[&str]; 3] =
        [&["ingest", "logs"], &["lake", "optimize"], &["detect", "--only", "root_api_activity"]];
    let mut full = 0;
    for kilobytes in [64, 240, 480, 720, 1_000] {
        let lake = dir.path().join("lake");
        let size = |kilobytes: u32| format!("size={kilobytes}k");
        let Some(mount) = Mount::new(&lake, &["-t", "tmpfs", "-o", &size(kilobytes), "tmpfs"]) else {
            eprintln!("skipped: this user can't mount a small file system");
            return;
        };
        for step in steps {
            let run = dir.run(step);
            if run.exit != Some(0) {
                full += 1;
                assert_plain(&run, &["lake", "the disk is full", "run again"]);
                assert_eq!(run.exit, Some(1), "{run}");
            }
            // Reading takes no room.
            assert_sound(&dir);
        }
        mount.again("size=64m");
        for step in steps {
            dir.run(step).expect_exit(0);
        }
        assert_complete(&dir, &["logs"]);
        let temporary = files_under(&lake).into_iter().find(|file| file.to_str().unwrap().ends_with(".tmp"));
        assert_eq!(temporary, None, "a half-written file stayed");
    }
    assert!(full >= 3, "the disk was full only {full} times");
    eprintln!("a small disk was full {full} times");
}

#[test]
fn a_limit_on_the_size_of_files_is_named_and_the_next_run_carries_on() {
    let dir = logs(3_000);
    let mut refused = 0;
    // In blocks of 512 bytes.
    for blocks in [0, 8, 64] {
        let limits = format!("trap '' XFSZ; ulimit -f {blocks}");
        let run = limited(&dir, &limits, &["ingest", "logs"]);
        if run.exit != Some(0) {
            refused += 1;
            assert_plain(&run, &["lake", "ulimit -f"]);
        }
        assert_sound(&dir);
    }
    assert!(refused > 0, "no limit was met");
    dir.run(["ingest", "logs"]).expect_exit(0);
    assert_complete(&dir, &["logs"]);
}

#[test]
fn without_file_handles_a_run_says_so_and_the_next_one_carries_on() {
    let dir = logs(3_000);
    let mut refused = 0;
    for handles in [8, 12, 16, 24, 32] {
        let run = limited(&dir, &format!("ulimit -n {handles}"), &["ingest", "logs", "--jobs", "64"]);
        assert!(!run.stderr.contains("panicked"), "{run}");
        match run.exit {
            Some(0) => {}
            // Objects that could not be read are named, each with the reason, and are tried again.
            Some(3) => {
                refused += 1;
                assert_plain(&run, &["os error 24"]);
            }
            _ => {
                refused += 1;
                assert_plain(&run, &["os error 24", "ulimit -n"]);
            }
        }
        assert_sound(&dir);
    }
    assert!(refused > 0, "there were always enough handles");
    dir.run(["ingest", "logs"]).expect_exit(0);
    assert_complete(&dir, &["logs"]);
}

#[test]
fn a_folder_that_this_user_may_not_write_is_named_and_can_still_be_read() {
    let dir = logs(1_000);
    dir.run(["ingest", "logs"]).expect_exit(0);
    let more = TestDir::new();
    more.run(["generate", "logs", "--events", "1000", "--seed", "7", "--end", "2026-11-02"]).expect_exit(0);
    let more = more.path().join("logs");
    let open = |path: &Path, mode: u32| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    let set_all = |folder: &Path, folders: u32, files: u32| {
        for file in files_under(folder) {
            open(&file, files);
            file.ancestors().skip(1).take_while(|at| at.starts_with(folder)).for_each(|at| open(at, folders));
        }
    };
    open(dir.path(), 0o755);
    set_all(&more, 0o755, 0o644);
    more.ancestors().skip(1).take(1).for_each(|at| open(at, 0o755));
    set_all(&dir.path().join("lake"), 0o555, 0o444);
    let as_nobody = |arguments: &[&str]| {
        let mut command = dir.command();
        command.args(arguments);
        if fs::metadata(dir.path()).unwrap().permissions().mode() & 0o400 != 0 && is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        Run::of(command, b"")
    };
    let more = more.to_str().unwrap();
    let before = dir.run(["query", "SELECT count(*) AS n FROM cloudtrail"]).expect_exit(0);
    let run = as_nobody(&["ingest", more]);
    assert_plain(&run, &["lake/", "Permission denied", "give this user access", "--lake"]);
    assert_eq!(run.exit, Some(1), "{run}");
    let after = as_nobody(&["query", "SELECT count(*) AS n FROM cloudtrail"]).expect_exit(0);
    assert_eq!(before.out(), after.out());
    let run = as_nobody(&["lake", "optimize"]);
    assert!(run.exit == Some(0) || run.stderr.contains("give this user access"), "{run}");
    as_nobody(&["lake", "doctor"]).expect_exit(1).expect_out("Permission denied");

    set_all(&dir.path().join("lake"), 0o755, 0o644);
    dir.run(["ingest", more]).expect_exit(0);
    dir.run(["lake", "doctor", "--deep"]).expect_exit(0);
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| String::from_utf8_lossy(&id.stdout).trim() == "0")
}

#[test]
fn a_read_only_file_system_is_named_and_can_still_be_read() {
    let dir = logs(1_000);
    dir.run(["ingest", "logs"]).expect_exit(0);
    let lake = dir.path().join("lake");
    let Some(mount) = Mount::new(&lake, &["--bind", lake.to_str().unwrap()]) else {
        eprintln!("skipped: this user can't mount a folder");
        return;
    };
    mount.again("bind,ro");
    dir.run(["generate", "more", "--events", "1000", "--seed", "7", "--end", "2026-11-02"]).expect_exit(0);
    for arguments in [&["ingest", "more"][..], &["detect"]] {
        let run = dir.run(arguments);
        assert_plain(&run, &["lake/", "the file system is read-only", "--lake"]);
        assert_eq!(run.exit, Some(1), "{run}");
    }
    dir.run(["query", "SELECT count(*) AS n FROM cloudtrail"]).expect_exit(0);
    dir.run(["detect", "--no-save"]).expect_exit(0);
    dir.run(["lake", "info"]).expect_exit(0);
    dir.run(["lake", "doctor"]).expect_exit(1).expect_out("Read-only file system");
    drop(mount);
    dir.run(["ingest", "more"]).expect_exit(0);
    assert_complete(&dir, &["logs", "more"]);
}
