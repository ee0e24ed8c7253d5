//! A lake that is large where ingest looks, and logs that go into it.
//!
//! The hash sidecars, the files of `objects` and the logs are as the documents of their formats say, made
//! without the code under test; the data files, and the sidecars of dates that no new event has, are only named:
//! whoever reads one fails. A fifth of the events of the new logs are in the sidecars.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};
use trailhound::decode::{Chunk, Decoder, Members, Options};
use trailhound::lake::Lake;
use xxhash_rust::xxh3::xxh3_64;

/// The dates of the new events.
const DAYS: [Date; 3] = [date(2026, 1, 13), date(2026, 1, 14), date(2026, 1, 15)];

const ACCOUNT: &str = "111111111111";

/// One event in so many is in the lake before.
const DUPLICATE_EVERY: usize = 5;

/// How large a lake is, and what comes to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Data files, half a date's each but for those of [`DAYS`].
    pub(crate) files: usize,
    /// Files of each of [`DAYS`].
    pub(crate) day_files: usize,
    /// Events in each of those.
    pub(crate) file_events: usize,
    /// Objects that the lake has met.
    pub(crate) objects: usize,
    /// Months over which they are spread, the last of them that of [`DAYS`].
    pub(crate) months: usize,
    /// Objects that come.
    pub(crate) new_objects: usize,
    /// Events in each of them.
    pub(crate) object_events: usize,
}

impl Size {
    /// New events that the lake has.
    pub(crate) fn duplicates(&self) -> usize {
        self.new_objects * self.object_events.div_ceil(DUPLICATE_EVERY)
    }

    /// All new events.
    pub(crate) fn events(&self) -> usize {
        self.new_objects * self.object_events
    }
}

/// Writes the new logs; returns the 88 bits of the keys of those events that the lake is to have, by day.
pub(crate) fn make_logs(folder: &Path, size: &Size) -> [Vec<u128>; DAYS.len()] {
    let mut known = [const { Vec::new() }; DAYS.len()];
    let mut decoder = Decoder::new(Options { today: 20_500 });
    for object in 0..size.new_objects {
        let day = object % DAYS.len();
        let json = object_text(object, DAYS[day], size.object_events);
        let mut keys = Vec::with_capacity(size.object_events);
        let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
            keys.extend(chunk.keys.iter().map(|key| key.to_bits()));
            Ok(())
        };
        decoder.decode(json.as_bytes(), Members::One, &mut emit).expect("a log");
        assert_eq!(keys.len(), size.object_events);
        known[day].extend(keys.into_iter().step_by(DUPLICATE_EVERY));
        let path = folder.join(object_key(DAYS[day], object as u64));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let mut file = GzEncoder::new(File::create(path).expect("an object"), Compression::fast());
        file.write_all(json.as_bytes()).expect("an object");
        file.finish().expect("an object");
    }
    known
}

fn object_key(day: Date, unique: u64) -> String {
    let (path, compact) = (day.strftime("%Y/%m/%d"), day.strftime("%Y%m%d"));
    format!(
        "AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/{path}/\
         {ACCOUNT}_CloudTrail_us-east-1_{compact}T0000Z_{unique:016x}.json.gz"
    )
}

fn object_text(object: usize, day: Date, events: usize) -> String {
    let records: Vec<String> = (0..events).map(|event| record(object, day, event)).collect();
    format!("{{\"Records\":[{}]}}", records.join(","))
}

fn record(object: usize, day: Date, event: usize) -> String {
    let unique = random((object << 20 | event) as u64);
    let role = ["deploy", "read-only", "audit", "build"][unique as usize % 4];
    let name =
        ["AssumeRole", "DescribeInstances", "GetObject", "ListBuckets", "Decrypt"][unique as usize % 5];
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": format!("AROAEXAMPLE{role}:session-{}", unique % 1_000),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session-{}", unique % 1_000),
            "accountId": ACCOUNT,
            "accessKeyId": format!("ASIA{:016X}", unique % 5_000),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": format!("AROAEXAMPLE{role}"),
                    "arn": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
                    "accountId": ACCOUNT,
                    "userName": role
                },
                "attributes": {"creationDate": format!("{day}T00:00:00Z"), "mfaAuthenticated": "false"}
            }
        },
        "eventTime": format!("{day}T{:02}:{:02}:{:02}Z", unique % 24, unique / 24 % 60, unique / 1_440 % 60),
        "eventSource": "sts.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": format!("198.51.100.{}", unique % 250),
        "userAgent": "Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux#6.1.0 lang/python#3.11.6",
        "requestParameters": {
            "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
            "roleSessionName": format!("session-{}", unique % 1_000),
            "durationSeconds": 3600
        },
        "responseElements": {"assumedRoleUser": {"assumedRoleId": format!("AROAEXAMPLE{role}:{unique:x}")}},
        "requestID": uuid(unique),
        "eventID": uuid(unique ^ 0xffff),
        "readOnly": true,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management"
    })
    .to_string()
}

fn uuid(seed: u64) -> String {
    let (high, low) = (random(seed), random(!seed));
    let (one, two, three) = (high >> 32, high >> 16 & 0xffff, high & 0xfff);
    format!("{one:08x}-{two:04x}-4{three:03x}-8{:03x}-{:012x}", low >> 52, low & 0xffff_ffff_ffff)
}

/// SplitMix64: a bijection, so different seeds have different numbers.
fn random(seed: u64) -> u64 {
    let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}

/// Makes a lake that has met many objects, with these events among others.
pub(crate) fn make_lake(folder: &Path, size: &Size, known: &[Vec<u128>; DAYS.len()]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let lake = Lake::in_folder(folder, true).expect("a folder");
    runtime.block_on(lake.writer()).expect("tables");
    let mut files = Vec::new();
    for (day, known) in DAYS.iter().zip(known) {
        for file in 0..size.day_files {
            let part = known.iter().skip(file).step_by(size.day_files).copied().collect();
            files.push(data_file(*day, size, files.len()));
            write_sidecar(folder, files.last().expect("a file"), keys(part, size.file_events, files.len()));
        }
    }
    while files.len() < size.files {
        let days_ago = 1 + files.len() as i64 / 2;
        files.push(data_file(DAYS[0] - days_ago.days(), size, files.len()));
    }
    commit(folder, "cloudtrail", files.into_iter().map(|file| file.add));
    let objects = (0..size.months).map(|month| objects_file(folder, size, month)).collect::<Vec<_>>();
    commit(folder, "objects", objects.into_iter());
}

struct DataFile {
    name: String,
    add: Value,
}

fn data_file(day: Date, size: &Size, number: usize) -> DataFile {
    let name = format!("0000000001-{:016x}{:016x}", random(number as u64), number);
    let stats = json!({
        "numRecords": size.file_events,
        "minValues": {"event_time": format!("{day}T00:00:00.000Z"), "event_source": "a4b.amazonaws.com",
            "event_name": "AbortMultipartUpload", "aws_region": "ap-east-1", "ingest_batch": 1},
        "maxValues": {"event_time": format!("{day}T23:59:59.999Z"), "event_source": "xray.amazonaws.com",
            "event_name": "WithdrawByoipCidr", "aws_region": "us-west-2", "ingest_batch": 1},
        "nullCount": {"event_time": 0, "event_source": 0, "event_name": 0, "aws_region": 0},
    });
    let add = json!({"add": {
        "path": format!("event_date={day}/{name}.parquet"),
        "partitionValues": {"event_date": day.to_string()},
        "size": 130 << 20, "modificationTime": 0, "dataChange": true, "stats": stats.to_string(),
    }});
    DataFile { name, add }
}

/// These keys and others that no event has.
fn keys(mut known: Vec<u128>, count: usize, seed: usize) -> Vec<u128> {
    assert!(known.len() <= count, "a lake of {count} events a file is too small for {}", known.len());
    for index in known.len()..count {
        let number = (seed as u64) << 40 | index as u64;
        known.push((u128::from(random(number)) << 64 | u128::from(random(!number))) >> 40);
    }
    known.sort_unstable();
    known
}

/// `src/lake/hashes.rs` says how.
fn write_sidecar(lake: &Path, file: &DataFile, keys: Vec<u128>) {
    let lead = match keys.len() {
        0..256 => 0,
        256..65_536 => 1,
        _ => 2,
    };
    let mut runs = vec![0_u32; 1 << (8 * lead)];
    for key in &keys {
        runs[(key >> (88 - 8 * lead)) as usize] += 1;
    }
    let mut bytes = b"THHASH3\n".to_vec();
    bytes.extend((keys.len() as u64).to_be_bytes());
    for mut run in runs {
        while run >= 128 {
            bytes.push(run as u8 | 128);
            run >>= 7;
        }
        bytes.push(run as u8);
    }
    for key in keys {
        bytes.extend(&key.to_be_bytes()[16 - (11 - lead)..]);
    }
    bytes.extend(xxh3_64(&bytes).to_be_bytes());
    let folder = lake.join("cloudtrail/_hashes");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join(format!("{}.hashes", file.name)), bytes).expect("a sidecar");
}

/// A file of one month's objects, as `optimize` would leave it.
fn objects_file(lake: &Path, size: &Size, month: usize) -> Value {
    let last = DAYS[0].first_of_month();
    let first = last - (size.months as i64 - 1 - month as i64).months();
    let name = first.strftime("%Y-%m").to_string();
    let path = format!("object_month={name}/optimized-0000000001-{:032x}.parquet", month);
    let at = lake.join("objects").join(&path);
    fs::create_dir_all(at.parent().expect("a folder")).expect("a folder");
    let zstd = ParquetCompression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).build();
    let count = size.objects / size.months;
    let mut writer: Option<ArrowWriter<File>> = None;
    for start in (0..count).step_by(50_000) {
        let batch = objects_batch(first, month, start..count.min(start + 50_000), count);
        let writer = writer.get_or_insert_with(|| {
            let file = File::create(&at).expect("a file");
            ArrowWriter::try_new(file, batch.schema(), Some(properties.clone())).expect("a writer")
        });
        writer.write(&batch).expect("rows");
    }
    writer.expect("objects in each month").close().expect("a file");
    json!({"add": {
        "path": path, "partitionValues": {"object_month": name},
        "size": at.metadata().expect("a file").len(), "modificationTime": 0, "dataChange": true,
    }})
}

fn objects_batch(first: Date, month: usize, rows: std::ops::Range<usize>, count: usize) -> RecordBatch {
    let unique = |row: usize| random((month << 32 | row) as u64);
    let uri = |row: usize| {
        let day = first + (row as i64 * 28 / count as i64).days();
        format!("s3://a-bucket-of-logs/{}", object_key(day, unique(row)))
    };
    let text = |of: &dyn Fn(usize) -> String| -> ArrayRef {
        Arc::new(rows.clone().map(|row| Some(of(row))).collect::<StringArray>())
    };
    let number = |of: &dyn Fn(usize) -> i64| -> ArrayRef {
        Arc::new(rows.clone().map(|row| Some(of(row))).collect::<Int64Array>())
    };
    let columns = [
        ("uri", text(&uri)),
        ("etag", text(&|row| format!("\"{:016x}{:016x}\"", unique(row), random(unique(row))))),
        ("size", number(&|row| unique(row) as i64 & 0xffff)),
        ("state", text(&|_| "ingested".to_owned())),
        ("records", number(&|_| 100)),
        ("account_id", text(&|_| ACCOUNT.to_owned())),
        ("region", text(&|_| "us-east-1".to_owned())),
        ("ingest_batch", number(&|_| 1)),
    ];
    RecordBatch::try_from_iter(columns).expect("columns")
}

/// Adds files to a table, as batch 1.
fn commit(lake: &Path, table: &str, adds: impl Iterator<Item = Value>) {
    let mut entry = json!({"txn": {"appId": "trailhound-ingest", "version": 1}}).to_string();
    for add in adds {
        entry.push('\n');
        entry.push_str(&add.to_string());
    }
    fs::write(log_of(lake, table).join(format!("{:020}.json", 1)), entry).expect("an entry");
}

fn log_of(lake: &Path, table: &str) -> PathBuf {
    lake.join(table).join("_delta_log")
}

/// Takes a lake back to what [`make_lake`] made; files of ingests since stay, and nothing names them.
pub(crate) fn reset(lake: &Path) {
    for table in ["cloudtrail", "objects", "dead_letters"] {
        for entry in fs::read_dir(log_of(lake, table)).expect("a log") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.ends_with(".json") && name.as_str() > "00000000000000000001.json" {
                fs::remove_file(path).expect("an entry");
            }
        }
    }
}
