//! How fast objects become rows, in bytes of JSON on one core: gunzip by itself, and the decoder, of text and
//! of gzip. `cargo bench --bench decode`, half a minute; the trail is generated, the same each time.
//!
//! Objects that fit a window are inflated at once by libdeflate, others are streamed by flate2: both are
//! measured. The decoder's own gunzip has no door to the outside, so `gunzip` calls the two libraries as
//! `decode/whole.rs` and `decode/inflate.rs` do. Within `decode`, SHA-256 of the text is included.

mod trail;

use std::hint::black_box;
use std::io::Read;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use libdeflater::Decompressor;
use trailhound::decode::{Chunk, Decoded, Decoder, Members};

use self::trail::{TODAY, Trail};

/// Events of the trail: some hundred objects, 28 MB of JSON.
const EVENTS: u64 = 20_000;

/// How much is inflated at a time, as in `decode/inflate.rs`.
const STEP: usize = 1 << 20;

fn gunzip(criterion: &mut Criterion) {
    let trail = Trail::new(EVENTS, None);
    let mut group = criterion.benchmark_group("gunzip");
    group.throughput(Throughput::Bytes(trail.json_bytes)).sample_size(10);
    let (mut decompressor, mut buffer) = (Decompressor::new(), Vec::new());
    group.bench_function("whole", |bencher| {
        bencher.iter(|| {
            for object in &trail.objects {
                let length = object.last_chunk().map_or(0, |length| u32::from_le_bytes(*length)) as usize;
                buffer.resize(length.max(buffer.len()), 0);
                decompressor.gzip_decompress(object, &mut buffer[..length]).expect("gzip");
            }
        });
    });
    let mut buffer = vec![0; STEP];
    group.bench_function("streamed", |bencher| {
        bencher.iter(|| {
            for object in &trail.objects {
                let mut inflated = GzDecoder::new(&object[..]);
                while inflated.read(&mut buffer).expect("gzip") > 0 {}
            }
        });
    });
    group.finish();
}

fn decode(criterion: &mut Criterion) {
    let trail = Trail::new(EVENTS, None);
    let texts = trail.texts();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(trail.json_bytes)).sample_size(10);
    let mut decoder = Decoder::new(TODAY);
    group.bench_function("text", |bencher| {
        bencher.iter(|| texts.iter().map(|text| whole(&mut decoder, text)).sum::<u64>());
    });
    group.bench_function("gzip, whole", |bencher| {
        bencher.iter(|| trail.objects.iter().map(|object| whole(&mut decoder, object)).sum::<u64>());
    });
    group.bench_function("gzip, streamed", |bencher| {
        bencher.iter(|| trail.objects.iter().map(|object| streamed(&mut decoder, object)).sum::<u64>());
    });
    group.finish();
}

/// As ingests decode what they have in memory.
fn whole(decoder: &mut Decoder, object: &[u8]) -> u64 {
    records(decoder.decode_bytes(object, Members::One, &mut drop_chunk))
}

/// As ingests decode what is larger than a window.
fn streamed(decoder: &mut Decoder, object: &[u8]) -> u64 {
    records(decoder.decode(object, Members::One, &mut drop_chunk))
}

fn drop_chunk(chunk: Chunk) -> anyhow::Result<()> {
    black_box(chunk);
    Ok(())
}

fn records(decoded: anyhow::Result<Decoded>) -> u64 {
    decoded.expect("a log").records
}

fn brief() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3))
}

criterion_group!(name = all; config = brief(); targets = gunzip, decode);
criterion_main!(all);
