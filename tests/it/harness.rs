//! A fresh folder, the executable run in it, and what came out.
//!
//! The folder is the working folder, so the default lake `./lake` and configuration
//! `./trailhound.toml` are the test's own. The environment is emptied of all that would let a test
//! see the account or the configuration of whoever runs it.

#![allow(dead_code, reason = "each test takes the parts it needs")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// A fresh folder that goes away with the test.
#[derive(Debug)]
pub(crate) struct TestDir {
    folder: tempfile::TempDir,
}

impl TestDir {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("making folders");
        fs::write(&path, bytes).expect("writing a file");
        path
    }

    /// Writes a CloudTrail object: gzip of `{"Records":[…]}`.
    pub(crate) fn object(&self, name: &str, records: &[Value]) -> PathBuf {
        self.file(name, gzip(object_text(records)))
    }

    /// The text of a file.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("reading {name}: {error}"))
    }

    /// The executable, with this folder as its world.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trailhound"));
        command.current_dir(self.path()).env("HOME", self.path()).env("TZ", "Asia/Kathmandu");
        // Nobody answers there: a test that reaches for AWS by mistake must not find credentials.
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            let ours = ["AWS_", "TRAILHOUND_"].iter().any(|prefix| name_text.starts_with(prefix));
            if ours && name_text != "AWS_EC2_METADATA_DISABLED"
                || ["RUST_LOG", "NO_COLOR", "COLUMNS"].contains(&&*name_text)
            {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Runs the executable to its end.
    pub(crate) fn run<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        self.run_with(arguments, b"")
    }

    /// Runs it with bytes on stdin.
    pub(crate) fn run_with<A: AsRef<str>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        stdin: &[u8],
    ) -> Run {
        let mut command = self.command();
        command.args(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        Run::of(command, stdin)
    }
}

/// A folder with logs in `./logs`, and the lake `./lake` made of them.
#[derive(Debug)]
pub(crate) struct TestLake {
    pub(crate) dir: TestDir,
}

impl TestLake {
    pub(crate) fn new() -> Self {
        Self { dir: TestDir::new() }
    }

    /// Adds an object to the logs.
    pub(crate) fn object(self, name: &str, records: &[Value]) -> Self {
        self.dir.object(&format!("logs/{name}"), records);
        self
    }

    /// Adds bytes, as they are, to the logs.
    pub(crate) fn bytes(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.dir.file(&format!("logs/{name}"), bytes);
        self
    }

    /// Ingests the logs; the report is `json` of the result.
    pub(crate) fn ingest(&self) -> Run {
        self.dir.run(["ingest", "logs", "--format", "json"])
    }

    /// The rows of a query over the lake.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Value> {
        self.dir.run(["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson()
    }

    /// The one number that a query gives.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        let only = rows.first().and_then(Value::as_object).and_then(|row| row.values().next());
        only.and_then(Value::as_i64).unwrap_or_else(|| panic!("{sql} gives {rows:?}"))
    }
}

/// What a run of the executable left.
#[derive(Debug)]
pub(crate) struct Run {
    command: String,
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command, stdin: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("starting the executable");
        let mut pipe = child.stdin.take().expect("stdin is a pipe");
        let input = stdin.to_vec();
        // A program that ends without reading all of it closes the pipe; that is its business.
        let feeding = std::thread::spawn(move || drop(pipe.write_all(&input)));
        let output = child.wait_with_output().expect("waiting for the executable");
        feeding.join().expect("feeding stdin");
        Self {
            command: format!("{command:?}"),
            exit: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Its stdout as text.
    pub(crate) fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|_| panic!("stdout is no text\n{self}"))
    }

    #[track_caller]
    pub(crate) fn expect_exit(self, code: i32) -> Self {
        assert_eq!(self.exit, Some(code), "exit code\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_out(self, part: &str) -> Self {
        assert!(self.out().contains(part), "`{part}` is not on stdout\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_err(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "`{part}` is not on stderr\n{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_no_out(self) -> Self {
        assert!(self.stdout.is_empty(), "something is on stdout\n{self}");
        self
    }

    /// Its stdout as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.out()).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// Its stdout as one JSON document a line.
    #[track_caller]
    pub(crate) fn ndjson(&self) -> Vec<Value> {
        let document =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{self}"));
        self.out().lines().map(document).collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stdout = String::from_utf8_lossy(&self.stdout);
        let Self { command, exit, stderr, .. } = self;
        write!(out, "$ {command}\nexit {exit:?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

/// `{"Records":[…]}`
pub(crate) fn object_text(records: &[Value]) -> String {
    json!({ "Records": records }).to_string()
}

/// One gzip member.
pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes.as_ref()).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// What a gzip file holds, one member after the other.
pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut inflated = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut inflated).expect("a gzip file");
    inflated
}

/// What `../shared/FOLDER` or `$TRAILHOUND_SHARED/FOLDER` is. Where neither is there, that is said, and the test has nothing
/// to do.
pub(crate) fn shared(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let named = std::env::var_os("TRAILHOUND_SHARED").map(PathBuf::from);
    let found =
        named.into_iter().chain([beside]).map(|shared| shared.join(folder)).find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no ../shared/{folder} nor $TRAILHOUND_SHARED/{folder}");
    }
    found
}

/// The key of a CloudTrail object of an account, region and day, as AWS names them.
pub(crate) fn key(account: &str, region: &str, day: &str, unique: &str) -> String {
    let folder = day.replace('-', "/");
    let compact = day.replace('-', "");
    format!(
        "AWSLogs/{account}/CloudTrail/{region}/{folder}/{account}_CloudTrail_{region}_{compact}T0000Z_{unique}.json.gz"
    )
}

/// A record like CloudTrail's, one of a kind by its number; change what matters with [`Record::with`].
#[derive(Debug, Clone)]
pub(crate) struct Record(Value);

impl Record {
    /// Alice lists the buckets of account 111111111111 at 2026-01-15T10:00:00Z.
    pub(crate) fn new(number: u32) -> Self {
        Self(json!({
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAEXAMPLEALICE00000",
                "arn": "arn:aws:iam::111111111111:user/alice",
                "accountId": "111111111111",
                "accessKeyId": "AKIAEXAMPLEALICE0000",
                "userName": "alice"
            },
            "eventTime": "2026-01-15T10:00:00Z",
            "eventSource": "s3.amazonaws.com",
            "eventName": "ListBuckets",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "198.51.100.7",
            "userAgent": "aws-cli/2.17.0",
            "requestParameters": null,
            "responseElements": null,
            "requestID": format!("REQ{number:013}"),
            "eventID": format!("00000000-0000-4000-8000-{number:012}"),
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111111111111",
            "eventCategory": "Management"
        }))
    }

    /// Sets what a JSON Pointer (RFC 6901) leads to; its parents must be objects, and are made.
    pub(crate) fn with(mut self, pointer: &str, value: impl Into<Value>) -> Self {
        let mut place = &mut self.0;
        for key in pointer.trim_start_matches('/').split('/') {
            let parent = match place {
                Value::Object(parent) => parent,
                other => {
                    *other = json!({});
                    other.as_object_mut().expect("made just now")
                }
            };
            place = parent.entry(key).or_insert(Value::Null);
        }
        *place = value.into();
        self
    }

    /// Leaves a member of the record out.
    pub(crate) fn without(mut self, key: &str) -> Self {
        self.0.as_object_mut().expect("a record is an object").remove(key);
        self
    }

    /// Sets its time.
    pub(crate) fn at(self, time: &str) -> Self {
        self.with("/eventTime", time)
    }

    /// Sets what is called.
    pub(crate) fn call(self, source: &str, name: &str) -> Self {
        self.with("/eventSource", source).with("/eventName", name)
    }

    /// The record.
    pub(crate) fn json(self) -> Value {
        self.0
    }
}
