//! The command line from outside: help, slips, configuration, and what goes to which stream.

use crate::harness::TestDir;

const COMMANDS: [&str; 10] =
    ["demo", "ingest", "query", "shell", "hunts", "detect", "rules", "export", "generate", "lake"];

#[test]
fn help_is_on_stdout_and_lists_every_command() {
    let mut run = TestDir::new().run(["--help"]).expect_exit(0).expect_out("Exit codes:");
    for command in COMMANDS {
        run = run.expect_out(&format!("\n  {command} "));
    }
    assert_eq!(run.stderr, "");
}

#[test]
fn every_command_has_help_with_the_global_options_in_it() {
    let dir = TestDir::new();
    for command in COMMANDS {
        dir.run([command, "--help"])
            .expect_exit(0)
            .expect_out("Usage: trailhound")
            .expect_out("--lake <URI>");
    }
}

#[test]
fn the_version_is_on_stdout() {
    TestDir::new()
        .run(["--version"])
        .expect_exit(0)
        .expect_out(concat!("trailhound ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_exits_with_2_and_leaves_nothing_behind() {
    let dir = TestDir::new();
    for (arguments, message) in [
        (vec!["frobnicate"], "frobnicate"),
        (vec![], "Usage"),
        (vec!["ingest"], "SOURCE"),
        (vec!["query"], "SQL"),
        (vec!["ingest", "x", "--since", "someday"], "`someday` is no time"),
        (vec!["detect", "--fail-on", "urgent"], "critical"),
        (vec!["generate", "out", "--stories", "toor"], "no story `toor`"),
    ] {
        dir.run(arguments).expect_exit(2).expect_no_out().expect_err(message);
    }
    assert_eq!(dir.path().read_dir().unwrap().count(), 0);
}

#[test]
fn an_unknown_key_of_the_configuration_exits_with_2_and_names_the_nearest() {
    let dir = TestDir::new();
    dir.file("trailhound.toml", "[limits]\nmemroy = \"1GiB\"\n");
    dir.run(["lake", "info"])
        .expect_exit(2)
        .expect_no_out()
        .expect_err("trailhound.toml:2:1: unknown key `memroy`; did you mean `memory`");
}

#[test]
fn a_configuration_that_is_named_must_exist() {
    let dir = TestDir::new();
    dir.run(["lake", "info", "--config", "other.toml"]).expect_exit(2).expect_err("`other.toml`");
}

#[test]
fn colours_are_never_in_a_file_unless_asked_for() {
    let dir = TestDir::new();
    let plain = dir.run(["--help"]);
    assert!(!plain.stdout.contains(&0x1b), "{plain}");
}
