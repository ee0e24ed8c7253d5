//! How fast rows become files of the lake, in bytes of the JSON that they are from: `encode` into a store in
//! memory (de-duplication, sorting, Parquet, and one commit), `commit` of one object into a folder, which
//! mostly waits for fsync. `cargo bench --bench lake`, a minute or so.
//!
//! Sorting and encoding have no door of their own: both go by `Writer::add` and `Writer::commit`, as ingests
//! do, on as many threads as they take. Each run but those of `commit/one more` is into a new lake, the making
//! of which is not measured.

mod trail;

use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use object_store::memory::InMemory;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use trailhound::decode::{Chunk, DAY, Decoded, Decoder, Members, print_time};
use trailhound::lake::{Lake, Location, ObjectRow, State, Writer};

use self::trail::{TODAY, Trail};

/// Events of the trail: some hundred objects, 28 MB of JSON, on 28 dates.
const EVENTS: u64 = 20_000;

/// Of the one object of a commit.
const EVENTS_OF_OBJECT: i64 = 400;

/// An object that was decoded.
type Ready = (ObjectRow, Vec<Chunk>);

fn encode(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let trail = Trail::new(EVENTS, None);
    let objects: Vec<_> = trail.keyed().map(|(key, object)| decoded(&key, object)).collect();
    let mut group = criterion.benchmark_group("encode");
    group.throughput(Throughput::Bytes(trail.json_bytes)).sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("into memory", |bencher| {
        let ready = || (runtime.block_on(writer_in_memory()), objects.clone());
        bencher.iter_batched(
            ready,
            |(writer, objects)| runtime.block_on(add(writer, objects)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn commit(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for (name, dates) in [("1 date", 1), ("400 dates", EVENTS_OF_OBJECT)] {
        let text = log(0, dates);
        let object = decoded(name, text.as_bytes());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            let ready = || {
                let folder = tempfile::tempdir().expect("a temporary folder");
                (runtime.block_on(writer_in(&folder)), folder, vec![object.clone()])
            };
            let run = |(writer, folder, objects)| (runtime.block_on(add(writer, objects)), folder);
            bencher.iter_batched(ready, run, BatchSize::PerIteration);
        });
    }
    // Of a lake to which one such commit after the other is made.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let writer = runtime.block_on(writer_in(&folder));
    let mut number = 0;
    group.throughput(Throughput::Bytes(log(0, 1).len() as u64));
    group.bench_function("one more", |bencher| {
        let ready = || {
            number += 1;
            vec![decoded(&number.to_string(), log(number, 1).as_bytes())]
        };
        bencher.iter_batched(
            ready,
            |objects| runtime.block_on(add(writer.clone(), objects)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Adds objects to a batch and commits it; the writer comes back, so that letting go of it is not measured.
async fn add(writer: Arc<Writer>, objects: Vec<Ready>) -> Arc<Writer> {
    let mut batch = writer.begin();
    for (row, chunks) in objects {
        assert!(writer.add(&mut batch, row, chunks, Vec::new()).await.expect("a lake"), "it is new");
    }
    writer.commit(batch).await.expect("a lake");
    writer
}

async fn writer_in_memory() -> Arc<Writer> {
    let location = Location::parse("s3://bench/lake").expect("a place");
    Arc::new(Lake::over(location, Arc::new(InMemory::new())).writer().await.expect("a lake"))
}

async fn writer_in(folder: &TempDir) -> Arc<Writer> {
    Arc::new(Lake::in_folder(folder.path(), true).expect("a folder").writer().await.expect("a lake"))
}

fn decoded(name: &str, object: &[u8]) -> Ready {
    let mut chunks = Vec::new();
    let mut emit = |chunk| -> anyhow::Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    let decoded = Decoder::new(TODAY).decode_bytes(object, Members::One, &mut emit).expect("a log");
    (row(name, object, &decoded), chunks)
}

fn row(name: &str, object: &[u8], decoded: &Decoded) -> ObjectRow {
    ObjectRow {
        uri: format!("file:///logs/{name}"),
        etag: None,
        size: object.len() as u64,
        state: State::Ingested,
        reason: None,
        records: 0,
        duplicates: 0,
        conflicting: 0,
        dead_letters: 0,
        event_times: decoded.event_times,
        account_id: None,
        region: None,
        sha256: decoded.sha256,
        month: None,
    }
}

/// An object of [`EVENTS_OF_OBJECT`] events, spread over so many dates.
fn log(number: u64, dates: i64) -> String {
    let record = |index: i64| {
        let time = print_time((i64::from(TODAY.today) - index % dates) * DAY + index * 1_000_000);
        format!(
            r#"{{"eventVersion":"1.11","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{}","accountId":"111122223333","userName":"{}"}},"eventTime":"{time}","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.{}","userAgent":"aws-cli/2.15","requestParameters":{{"bucketName":"logs","key":"{index}"}},"responseElements":null,"requestID":"{number:x}-{index:x}","eventID":"{number:08x}-0000-4000-8000-{index:012x}","readOnly":true,"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data"}}"#,
            index % 7,
            index % 7,
            index % 250,
        )
    };
    format!("{{\"Records\":[{}]}}", (0..EVENTS_OF_OBJECT).map(record).collect::<Vec<_>>().join(","))
}

fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4))
}

criterion_group!(name = all; config = brief(); targets = encode, commit);
criterion_main!(all);
