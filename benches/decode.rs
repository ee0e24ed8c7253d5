//! How fast objects become rows, in bytes of JSON: gunzip, scanning, hashing and column building on one
//! core. `cargo bench --bench decode`; the trail is generated, the same each time.

use std::fs;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use trailhound::decode::{Chunk, Decoder, Members, Options};
use trailhound::generate;
use trailhound::progress::Progress;

/// Events of the trail: some hundred objects, 20 MB of JSON.
const EVENTS: u64 = 20_000;

/// 2026-02-01T00:00:00Z
const END: Timestamp = Timestamp::constant(1_769_904_000, 0);

const TODAY: Options = Options { today: 20_500 };

fn objects() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trail = generate::Options::new(EVENTS, 7, END);
    generate::run(folder.path(), &trail, &Progress::hidden()).expect("a trail");
    let mut objects = Vec::new();
    collect(folder.path(), &mut objects);
    objects
}

fn collect(folder: &Path, objects: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => collect(&path, objects),
            false => objects.push(fs::read(&path).expect("an object")),
        }
    }
}

fn inflate(object: &[u8]) -> Vec<u8> {
    let mut json = Vec::new();
    GzDecoder::new(object).read_to_end(&mut json).expect("gzip");
    json
}

fn decode(decoder: &mut Decoder, object: &[u8]) -> u64 {
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        black_box(chunk);
        Ok(())
    };
    decoder.decode(object, Members::One, &mut emit).expect("a log").records
}

fn benches(criterion: &mut Criterion) {
    let gzipped = objects();
    let plain: Vec<_> = gzipped.iter().map(|object| inflate(object)).collect();
    let bytes: usize = plain.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(bytes as u64)).sample_size(10);
    group.bench_function("gunzip", |bencher| {
        bencher.iter(|| gzipped.iter().map(|object| inflate(object).len()).sum::<usize>());
    });
    let mut decoder = Decoder::new(TODAY);
    group.bench_function("json", |bencher| {
        bencher.iter(|| plain.iter().map(|object| decode(&mut decoder, object)).sum::<u64>());
    });
    group.bench_function("gzip", |bencher| {
        bencher.iter(|| gzipped.iter().map(|object| decode(&mut decoder, object)).sum::<u64>());
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
