//! Peak memory of the executable, whatever it is fed: at most 1 GiB for each input here.
//!
//! It is read from `/proc` while the process runs, so Linux only. By default inputs are a fifth of what
//! is promised; `TRAILHOUND_LONG=1` takes them whole: a gigabyte of JSON, a hundred thousand objects.
//! `TRAILHOUND_SEED` sets another seed for what is random.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use serde_json::Value;

use crate::harness::{TestDir, TestLake, gzip, key, object_text};

/// The bound, in KiB.
const MOST_KIB: u64 = 1 << 20;

fn is_long() -> bool {
    std::env::var_os("TRAILHOUND_LONG").is_some_and(|long| long == "1")
}

/// `whole` if there is time, else a fifth.
fn scaled(whole: u64) -> u64 {
    if is_long() { whole } else { whole / 5 }
}

fn random() -> StdRng {
    let seed = std::env::var("TRAILHOUND_SEED").ok().and_then(|text| text.parse().ok());
    StdRng::seed_from_u64(seed.unwrap_or(20_260_115))
}

/// What a run came to.
struct Measured {
    exit: Option<i32>,
    out: Vec<u8>,
    err: String,
}

impl Measured {
    #[track_caller]
    fn expect_exit(self, code: i32) -> Self {
        assert_eq!(self.exit, Some(code), "{}", self.err);
        self
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }
}

/// Runs the executable in a folder, with what `feed` has on its stdin, and checks its peak.
#[track_caller]
fn measure(dir: &TestDir, what: &str, arguments: &[&str], feed: impl Read + Send + 'static) -> Measured {
    let (out, err) = (dir.path().join("out"), dir.path().join("err"));
    let mut command: Command = dir.command();
    command.args(arguments).stdin(Stdio::piped());
    command.stdout(File::create(&out).expect("a file")).stderr(File::create(&err).expect("a file"));
    let begun = Instant::now();
    let mut child = command.spawn().expect("starting the executable");
    let mut pipe = child.stdin.take().expect("stdin is a pipe");
    let feeding = std::thread::spawn(move || {
        let mut feed = feed;
        // A program that ends early closes the pipe; that is its business.
        io::copy(&mut feed, &mut pipe).unwrap_or_default()
    });
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        peak = peak.max(high_water(&status));
        if let Some(ended) = child.try_wait().expect("the executable") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    feeding.join().expect("feeding stdin");
    let err = fs::read_to_string(&err).expect("what it said");
    println!("memory: {} MiB, {:.1} s: {what}", peak >> 10, begun.elapsed().as_secs_f64());
    assert!(peak > 0 && peak <= MOST_KIB, "{what}: {} MiB\n{err}", peak >> 10);
    assert!(!err.contains("panic"), "{what}: {err}");
    Measured { exit: ended.code(), out: fs::read(&out).expect("its output"), err }
}

/// The most memory a process had so far, in KiB; nothing when it is gone.
fn high_water(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

const INGEST: [&str; 5] = ["ingest", "logs", "--format", "json", "--quiet"];

/// The `number`th of many records as CloudTrail writes them, which compress as its logs do.
fn record(number: u64, random: &mut StdRng) -> String {
    let (user, bucket) = (random.random_range(0..500), random.random_range(0..80));
    let (id, request, tail) = (random.random::<u64>(), random.random::<u64>(), random.random::<u32>());
    let (minute, second) = (number / 60 % 60, number % 60);
    format!(
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAEXAMPLEEXAMPLE{user:03}:session-{user}","arn":"arn:aws:sts::111111111111:assumed-role/Role{user}/session-{user}","accountId":"111111111111","accessKeyId":"ASIAEXAMPLEEXAMPLE{user:03}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAEXAMPLEEXAMPLE{user:03}","arn":"arn:aws:iam::111111111111:role/Role{user}","accountId":"111111111111","userName":"Role{user}"}},"attributes":{{"creationDate":"2026-01-15T08:00:00Z","mfaAuthenticated":"false"}}}}}},"eventTime":"2026-01-15T10:{minute:02}:{second:02}Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.{}","userAgent":"[aws-sdk-java/2.20.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.8]","requestParameters":{{"bucketName":"bucket-{bucket}","Host":"bucket-{bucket}.s3.amazonaws.com","key":"data/2026/01/15/part-{number}.parquet"}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":{tail}}},"requestID":"{request:016X}","eventID":"00000000-0000-4000-{:04x}-{number:012x}","readOnly":true,"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bucket-{bucket}/data/2026/01/15/part-{number}.parquet"}},{{"accountId":"111111111111","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bucket-{bucket}"}}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111111111111","eventCategory":"Data"}}"#,
        user % 250,
        id & 0xffff,
    )
}

/// Writes a log of about so many bytes of JSON; returns how many records are in it.
fn write_log(into: &mut impl Write, json_bytes: u64) -> u64 {
    let (mut random, mut written, mut count) = (random(), 0, 0);
    into.write_all(b"{\"Records\":[").expect("written");
    while written < json_bytes {
        let record = record(count, &mut random);
        let comma: &[u8] = if count > 0 { b"," } else { b"" };
        into.write_all(comma).and_then(|()| into.write_all(record.as_bytes())).expect("written");
        written += record.len() as u64 + 1;
        count += 1;
    }
    into.write_all(b"]}").expect("written");
    count
}

fn gzip_file(path: &Path, write: impl FnOnce(&mut GzEncoder<BufWriter<File>>) -> u64) -> u64 {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let file = BufWriter::new(File::create(path).expect("a file"));
    let mut encoder = GzEncoder::new(file, Compression::fast());
    let written = write(&mut encoder);
    encoder.finish().and_then(|mut file| file.flush()).expect("written");
    written
}

fn in_trail(dir: &TestDir, unique: &str) -> std::path::PathBuf {
    dir.path().join("logs").join(key("111111111111", "us-east-1", "2026-01-15", unique))
}

/// Letters that no compression makes much shorter, and that may stand in a JSON string.
fn dense(length: usize, random: &mut StdRng) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 63)])).collect()
}

fn dense_record(number: u64, length: usize, random: &mut StdRng) -> String {
    let text = dense(length, random);
    format!(
        r#"{{"eventVersion":"1.11","eventTime":"2026-01-15T10:00:00Z","eventSource":"x.amazonaws.com","eventName":"Put","eventID":"dense-{number}","requestParameters":{{"data":"{text}"}}}}"#
    )
}

#[test]
fn a_log_of_a_gigabyte_goes_in_whole_and_cut_leaves_no_row() {
    let lake = TestLake::new();
    let path = in_trail(&lake.dir, "large");
    let json = scaled(1_000_000_000);
    let count = gzip_file(&path, |into| write_log(into, json));
    let size = fs::metadata(&path).expect("a file").len();
    let what = format!("one log of {} MB gzip, {} MB JSON", size / 1_000_000, json / 1_000_000);
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!((&summary["records"], &summary["dead_letters"]), (&count.into(), &0.into()), "{summary}");
    assert_eq!(lake.number("SELECT count(DISTINCT event_id) FROM cloudtrail"), count as i64);
    let cut = TestLake::new();
    let target = in_trail(&cut.dir, "large");
    fs::create_dir_all(target.parent().expect("a folder")).expect("folders");
    fs::rename(&path, &target).expect("moved");
    File::options().write(true).open(&target).and_then(|file| file.set_len(size * 99 / 100)).expect("cut");
    let summary =
        measure(&cut.dir, &format!("{what}, cut at 99 %"), &INGEST, io::empty()).expect_exit(3).json();
    assert_eq!(
        (&summary["objects"]["quarantined"], &summary["records"]),
        (&1.into(), &0.into()),
        "{summary}"
    );
    assert_eq!(cut.number("SELECT count(*) FROM cloudtrail"), 0);
}

#[test]
fn bombs_are_stopped_or_read_within_the_bound() {
    let lake = TestLake::new();
    let bytes = 1_000_000_000;
    let of = |lake: &TestLake, name: &str, unit: &[u8]| {
        let block = unit.repeat((1 << 20) / unit.len());
        gzip_file(&in_trail(&lake.dir, name), |into| {
            into.write_all(b"{\"Records\":[").expect("written");
            (0..bytes / block.len()).for_each(|_| into.write_all(&block).expect("written"));
            0
        });
    };
    // Stopped by their ratio long before the end.
    of(&lake, "white", b" ");
    of(&lake, "brackets", b"[");
    of(&lake, "numbers", b"1,");
    of(&lake, "members", b"{\"\":1,");
    let summary = measure(&lake.dir, "four bombs of 1 GB", &INGEST, io::empty()).expect_exit(3).json();
    assert_eq!(
        (&summary["objects"]["quarantined"], &summary["records"]),
        (&4.into(), &0.into()),
        "{summary}"
    );
}

#[test]
fn many_bombs_below_every_limit_are_read_within_the_bound() {
    // A hundred times smaller than they are, as nothing but the most repetitive logs; several megabytes of
    // rows each, from objects that all fit into flight by their size.
    let lake = TestLake::new();
    let count = scaled(300);
    for object in 0..count {
        let record = |number: u64| {
            format!(
                r#"{{"eventName":"x","awsRegion":"y","eventID":"{object}-{number}","userAgent":"{}"}}"#,
                "z".repeat(900)
            )
        };
        let records: Vec<_> = (0..4_000).map(record).collect();
        lake.dir.file(
            &format!("logs/{object}.json.gz"),
            gzip(format!("{{\"Records\":[{}]}}", records.join(","))),
        );
    }
    let what = format!("{count} objects of 4 MB that gzip makes 100 times smaller");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!(summary["records"], count * 4_000, "{summary}");
}

#[test]
fn noise_and_records_that_do_not_compress_are_read_within_the_bound() {
    let lake = TestLake::new();
    let mut random = random();
    let mut noise = vec![0_u8; 24 << 20];
    for number in 0..scaled(25) {
        random.fill_bytes(&mut noise);
        lake.dir.file(&format!("logs/noise-{number}.json"), &noise);
        // What is no UTF-8, in lines that could be records.
        if number % 2 == 0 {
            noise.iter_mut().step_by(5_000).for_each(|byte| *byte = b'\n');
            lake.dir.file(&format!("logs/lines-{number}.json"), &noise);
        }
        noise[..2].copy_from_slice(b"[\"");
        lake.dir.file(&format!("logs/string-{number}.json"), &noise);
    }
    let summary = measure(&lake.dir, "noise in files of 24 MB", &INGEST, io::empty()).json();
    assert_eq!(summary["records"], 0, "{summary}");

    let lake = TestLake::new();
    let (objects, each) = (scaled(60), 16);
    for object in 0..objects {
        let records: Vec<_> =
            (0..each).map(|number| dense_record(object * each + number, 900_000, &mut random)).collect();
        let bytes = gzip(format!("{{\"Records\":[{}]}}", records.join(",")));
        lake.dir.file(&format!("logs/{object}.json.gz"), bytes);
    }
    let what = format!("{objects} objects of {each} records that do not compress, 900 kB each");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!(summary["records"], objects * each, "{summary}");
    let optimize = ["lake", "optimize", "--format", "json", "--quiet"];
    measure(&lake.dir, "lake optimize of those", &optimize, io::empty()).expect_exit(0);
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), (objects * each) as i64);
}

#[test]
fn very_many_tiny_objects_are_read_within_the_bound() {
    let lake = TestLake::new();
    let (count, mut random) = (scaled(100_000), random());
    for number in 0..count {
        let text = format!("{{\"Records\":[{}]}}", record(number, &mut random));
        lake.dir.file(&format!("logs/{}/{number}.json", number / 1_000), text);
    }
    let what = format!("{count} objects of one record");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!(
        (&summary["objects"]["ingested"], &summary["records"]),
        (&count.into(), &count.into()),
        "{summary}"
    );
}

#[test]
fn a_pipe_of_a_gigabyte_is_read_within_the_bound() {
    let dir = TestDir::new();
    let json = scaled(1_000_000_000);
    let (reader, mut writer) = io::pipe().expect("a pipe");
    let writing = std::thread::spawn(move || {
        let (mut random, mut written, mut count) = (random(), 0, 0);
        let mut into = BufWriter::new(&mut writer);
        while written < json {
            let line = record(count, &mut random) + "\n";
            into.write_all(line.as_bytes()).expect("written");
            written += line.len() as u64;
            count += 1;
        }
        count
    });
    let arguments = ["ingest", "-", "--format", "json", "--quiet"];
    let what = format!("a pipe of {} MB", json / 1_000_000);
    let summary = measure(&dir, &what, &arguments, reader).expect_exit(0).json();
    assert_eq!(summary["records"], writing.join().expect("written"), "{summary}");
}

#[test]
fn objects_with_rows_of_every_date_are_read_within_the_bound() {
    let lake = TestLake::new();
    let objects = scaled(25);
    let first: jiff::civil::Date = jiff::civil::date(2013, 1, 1);
    // All there are since CloudTrail began, or some.
    let days = if is_long() { 4_700_i64 } else { 1_000 };
    for object in 0..objects {
        let record = |day: i64| {
            let date = first + jiff::Span::new().days(day);
            format!(
                r#"{{"eventName":"x","awsRegion":"y","eventID":"{object}-{day}","eventTime":"{date}T10:00:00Z"}}"#
            )
        };
        let records: Vec<_> = (0..days).map(record).collect();
        lake.dir.file(&format!("logs/{object}.json"), format!("[{}]", records.join(",")));
    }
    let what = format!("{objects} objects with rows of {days} dates each");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!(summary["records"], objects * days as u64, "{summary}");
}

#[test]
fn dead_letters_many_or_large_are_kept_within_the_bound() {
    let lake = TestLake::new();
    let (many, large) = (scaled(400), scaled(40));
    let mut random = random();
    for number in 0..many {
        let text = format!("{{\"Records\":[{}{}]}}", record(number, &mut random), ",1".repeat(9_000));
        lake.dir.file(&format!("logs/many-{number}.json.gz"), gzip(text));
    }
    for number in 0..large {
        let letters: Vec<_> = (0..20).map(|_| format!("\"{}\"", dense(1_400_000, &mut random))).collect();
        let text = format!("[{},{}]", record(1_000_000 + number, &mut random), letters.join(","));
        lake.dir.file(&format!("logs/large-{number}.json"), text);
    }
    let what = format!("{many} objects of 9,000 dead letters and {large} of 28 MB of them");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(3).json();
    assert_eq!(summary["records"], many + large, "{summary}");
    assert_eq!(summary["dead_letters"], many * 9_000 + large * 20, "{summary}");
}

#[test]
fn the_widest_rows_are_read_and_merged_within_the_bound() {
    let lake = TestLake::new();
    let (count, mut random) = (scaled(250), random());
    for number in 0..count {
        let records = [dense_record(number, 3_900_000, &mut random)];
        lake.dir.file(&format!("logs/{number}.json"), format!("[{}]", records[0]));
    }
    let what = format!("{count} records of 3.9 MB");
    let summary = measure(&lake.dir, &what, &INGEST, io::empty()).expect_exit(0).json();
    assert_eq!(summary["records"], count, "{summary}");
    lake.dir.file("logs/last.json", object_text(&[crate::harness::Record::new(1).json()]));
    measure(&lake.dir, "one more", &INGEST, io::empty()).expect_exit(0);
    let optimize = ["lake", "optimize", "--format", "json", "--quiet"];
    measure(&lake.dir, "lake optimize of the widest rows", &optimize, io::empty()).expect_exit(0);
    assert_eq!(lake.number("SELECT count(*) FROM cloudtrail"), count as i64 + 1);
}
