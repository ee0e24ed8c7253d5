//! How fast `ingest::run` fills a lake within this process, in bytes of JSON: from a folder and from S3 on
//! loopback, objects as real trails have them and 2,500 of a handful of events; and how long it takes to see
//! that nothing is new. `cargo bench --bench pipeline`, a minute or two.
//!
//! `ingest` is the same for the whole executable, with memory and the size of the lake. The S3 server runs
//! on the threads that ingest: what it takes is in the figures. Each run but those of nothing new is into
//! a new lake, the making and the removing of which are not measured; the optimizing at its end is.

mod bucket;
mod trail;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use trailhound::ingest::{self, Options, Summary};
use trailhound::lake::Lake;
use trailhound::progress::Progress;
use trailhound::source::{self, Aws, S3, Source};

use self::bucket::{ACCESS_KEY, REGION, SECRET_KEY, Server};
use self::trail::Trail;

/// Some hundred objects, 28 MB of JSON.
const EVENTS: u64 = 20_000;

/// Some 2,500 objects.
const EVENTS_OF_SMALL: u64 = 10_000;

const BUCKET: &str = "logs";

fn ordinary(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let trail = Trail::new(EVENTS, None);
    let mut group = group(criterion, "ingest", &trail);
    into_new_lakes(&mut group, &runtime, "folder", &runtime.block_on(folder(&trail)));
    let (_server, source) = runtime.block_on(bucket(&trail));
    into_new_lakes(&mut group, &runtime, "S3 on loopback", &source);
    group.finish();
}

fn small(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let trail = Trail::new(EVENTS_OF_SMALL, Some(5.0));
    let mut group = group(criterion, &format!("ingest of {} small objects", trail.objects.len()), &trail);
    let source = runtime.block_on(folder(&trail));
    into_new_lakes(&mut group, &runtime, "folder", &source);
    again(&mut group, &runtime, "folder, nothing new", &source);
    let (_server, source) = runtime.block_on(bucket(&trail));
    into_new_lakes(&mut group, &runtime, "S3 on loopback", &source);
    again(&mut group, &runtime, "S3 on loopback, nothing new", &source);
    group.finish();
}

fn group<'c>(criterion: &'c mut Criterion, name: &str, trail: &Trail) -> BenchmarkGroup<'c, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(trail.json_bytes)).sample_size(10).sampling_mode(SamplingMode::Flat);
    group
}

fn into_new_lakes(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    name: &str,
    source: &Arc<dyn Source>,
) {
    group.bench_function(name, |bencher| {
        let ready = || tempfile::tempdir().expect("a temporary folder");
        let run = |folder: TempDir| {
            let summary = runtime.block_on(run(&folder, source));
            assert!(summary.records > 0);
            folder
        };
        bencher.iter_batched(ready, run, BatchSize::PerIteration);
    });
}

/// Into a lake that has it all.
fn again(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, name: &str, source: &Arc<dyn Source>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    runtime.block_on(run(&folder, source));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let summary = runtime.block_on(run(&folder, source));
            assert_eq!(summary.objects.already, summary.objects.listed);
        });
    });
}

async fn run(folder: &TempDir, source: &Arc<dyn Source>) -> Summary {
    let lake = Lake::in_folder(folder.path(), true).expect("a folder");
    let sources = [source.clone()];
    ingest::run(&lake, &sources, &Options::default(), &Progress::hidden(), pending()).await.expect("a lake")
}

async fn folder(trail: &Trail) -> Arc<dyn Source> {
    source::open(&trail.folder().to_string_lossy(), &Aws::default()).await.expect("a folder")
}

async fn bucket(trail: &Trail) -> (Server, Arc<dyn Source>) {
    let server = Server::start(trail.keyed().map(|(key, object)| (key, object.to_vec().into()))).await;
    let credentials = Credentials::new(ACCESS_KEY, SECRET_KEY, None, None, "bench");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(server.url())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    let source = S3::over(BUCKET, &config, &Aws::default()).await.expect("a bucket");
    (server, Arc::new(source))
}

fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(4))
}

criterion_group!(name = all; config = brief(); targets = ordinary, small);
criterion_main!(all);
