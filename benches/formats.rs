//! What the lake's files would be if they were written otherwise: `cargo bench --bench formats`, some minutes.
//!
//! The rows of a trail are ingested once and written again in each way, as one file on one thread: as the lake does
//! it, which is read off its files, and with one thing changed. Printed of each: the time to encode the rows (without
//! sorting them), bytes an event, and how long five queries take on two threads. Medians, of runs in turn.
//! `TRAILHOUND_BENCH_LOGS` names other logs than the trail that is made for it.

mod executable;
mod trail;

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::{SortColumn, cast, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::datatypes::DataType;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use trailhound::generate;
use trailhound::progress::Progress;

use self::executable::Run;
use self::trail::{END, files};

const RUNS: usize = 5;

/// Of the trail that is made.
const EVENTS: u64 = 200_000;

/// As in the lake (`lake/format.rs`).
const GROUP_ROWS: usize = 64 << 10;

/// By which the lake sorts (`lake/rows.rs`).
const ORDER: [&str; 3] = ["event_source", "event_name", "user_arn"];

const IDS: [&str; 3] = ["event_id", "request_id", "shared_event_id"];
const JSON: [&str; 5] =
    ["request_parameters", "response_elements", "additional_event_data", "resources", "extra"];
const LOOKED_UP: [&str; 4] = ["event_id", "access_key_id", "source_ip_address", "user_arn"];

/// A way to write, by what is different from the lake's.
struct Way {
    name: &'static str,
    change: fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
    group_rows: usize,
    order: &'static [&'static str],
}

const AS_THE_LAKE: Way =
    Way { name: "as the lake", change: |as_is| as_is, group_rows: GROUP_ROWS, order: &ORDER };

const WAYS: [Way; 15] = [
    AS_THE_LAKE,
    Way {
        name: "blooms of 4 columns, as by `optimize`",
        change: |way| each(way, &LOOKED_UP, bloom),
        ..AS_THE_LAKE
    },
    Way { name: "ids PLAIN", change: |way| each(way, &IDS, plain), ..AS_THE_LAKE },
    Way { name: "ids with dictionaries", change: |way| each(way, &IDS, dictionary), ..AS_THE_LAKE },
    Way { name: "JSON with dictionaries", change: |way| each(way, &JSON, dictionary), ..AS_THE_LAKE },
    Way { name: "JSON DELTA_BYTE_ARRAY", change: |way| each(way, &JSON, delta), ..AS_THE_LAKE },
    Way {
        name: "statistics of all columns",
        change: |way| way.set_statistics_enabled(EnabledStatistics::Page),
        ..AS_THE_LAKE
    },
    Way { name: "zstd 3", change: |way| way.set_compression(zstd(3)), ..AS_THE_LAKE },
    Way { name: "zstd 9", change: |way| way.set_compression(zstd(9)), ..AS_THE_LAKE },
    Way {
        name: "not compressed",
        change: |way| way.set_compression(Compression::UNCOMPRESSED),
        ..AS_THE_LAKE
    },
    Way { name: "row groups of 16 Ki", group_rows: 16 << 10, ..AS_THE_LAKE },
    Way { name: "row groups of 256 Ki", group_rows: 256 << 10, ..AS_THE_LAKE },
    Way { name: "sorted by time", order: &["event_time"], ..AS_THE_LAKE },
    Way {
        name: "sorted by name and time",
        order: &["event_source", "event_name", "event_time"],
        ..AS_THE_LAKE
    },
    Way {
        name: "sorted by user and name",
        order: &["user_arn", "event_source", "event_name"],
        ..AS_THE_LAKE
    },
];

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (rows, as_stored) = rows_of_a_lake(folder.path());
    let queries = queries(&rows);
    println!("{} events; encoding in µs an event, size in bytes an event, queries in ms", rows.num_rows());
    print!("| way | encoding | size |");
    queries.iter().for_each(|(name, _)| print!(" {name} |"));
    println!();
    let at = folder.path().join("rows.parquet");
    for way in &WAYS {
        let groups = sorted(&rows, way);
        let base = as_stored.iter().fold(WriterProperties::builder(), |base, column| column.apply(base));
        let properties = (way.change)(base).build();
        let encoding = median(|| encode(&groups, &properties, &at));
        let events = rows.num_rows() as f64;
        let size = fs::metadata(&at).expect("the file").len() as f64;
        print!("| {} | {:.2} | {:.1} |", way.name, 1e6 * encoding / events, size / events);
        for (_, sql) in &queries {
            let mut times = Vec::new();
            for _ in 0..RUNS {
                times.push(query(&at, sql).await);
            }
            times.sort_by(f64::total_cmp);
            print!(" {:.1} |", 1e3 * times[RUNS / 2]);
        }
        println!();
    }
}

/// How a column of the lake's files is written.
struct Stored {
    path: ColumnPath,
    compression: Compression,
    dictionary: bool,
    lengths_apart: bool,
    statistics: EnabledStatistics,
}

impl Stored {
    fn of(chunks: &[&ColumnChunkMetaData]) -> Self {
        let has = |encoding| chunks.iter().any(|chunk| chunk.encodings().any(|has| has == encoding));
        let any = |of: fn(&ColumnChunkMetaData) -> bool| chunks.iter().any(|chunk| of(chunk));
        let by_page = any(|chunk| chunk.column_index_offset().is_some());
        Self {
            path: chunks[0].column_path().clone(),
            compression: chunks[0].compression(),
            dictionary: has(Encoding::RLE_DICTIONARY),
            lengths_apart: has(Encoding::DELTA_LENGTH_BYTE_ARRAY),
            statistics: match any(|chunk| chunk.statistics().is_some()) {
                true if by_page => EnabledStatistics::Page,
                true => EnabledStatistics::Chunk,
                false => EnabledStatistics::None,
            },
        }
    }

    fn apply(&self, properties: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
        let column = || self.path.clone();
        let properties = properties
            .set_compression(self.compression)
            .set_column_dictionary_enabled(column(), self.dictionary)
            .set_column_statistics_enabled(column(), self.statistics);
        match self.lengths_apart {
            true => properties.set_column_encoding(column(), Encoding::DELTA_LENGTH_BYTE_ARRAY),
            false => properties,
        }
    }
}

/// The rows of a lake that is made of the logs, and how their columns lie in it.
fn rows_of_a_lake(folder: &Path) -> (RecordBatch, Vec<Stored>) {
    let logs = logs(folder);
    let lake = folder.join("lake");
    Run::of(executable::ingest(&logs).arg("--lake").arg(&lake));
    let is_data = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "parquet");
    let paths = files(&lake.join("cloudtrail"));
    let (mut batches, mut metadata) = (Vec::new(), Vec::new());
    for path in paths.iter().filter(|path| is_data(path) && !path.to_string_lossy().contains("_delta_log")) {
        let file =
            ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
        metadata.push(file.metadata().clone());
        batches.extend(file.build().expect("a reader").map(|batch| batch.expect("rows")));
    }
    let rows = concat_batches(&batches[0].schema(), &batches).expect("rows alike");
    (rows, stored(&metadata))
}

fn logs(folder: &Path) -> PathBuf {
    if let Some(logs) = std::env::var_os("TRAILHOUND_BENCH_LOGS") {
        return fs::canonicalize(logs).expect("TRAILHOUND_BENCH_LOGS names a folder");
    }
    let logs = folder.join("logs");
    generate::run(&logs, &generate::Options::new(EVENTS, 7, END), &Progress::hidden()).expect("a trail");
    logs
}

fn stored(files: &[Arc<ParquetMetaData>]) -> Vec<Stored> {
    let mut chunks: HashMap<usize, Vec<&ColumnChunkMetaData>> = HashMap::new();
    for group in files.iter().flat_map(|file| file.row_groups()) {
        for (index, chunk) in group.columns().iter().enumerate() {
            chunks.entry(index).or_default().push(chunk);
        }
    }
    chunks.values().map(|chunks| Stored::of(chunks)).collect()
}

/// The rows in groups, each sorted.
fn sorted(rows: &RecordBatch, way: &Way) -> Vec<RecordBatch> {
    let arrived = by(rows, &["event_time"]);
    (0..rows.num_rows())
        .step_by(way.group_rows)
        .map(|start| by(&arrived.slice(start, way.group_rows.min(rows.num_rows() - start)), way.order))
        .collect()
}

fn by(rows: &RecordBatch, order: &[&str]) -> RecordBatch {
    let column = |name: &&str| SortColumn {
        values: rows.column_by_name(name).expect("a column of the lake").clone(),
        options: None,
    };
    let order = lexsort_to_indices(&order.iter().map(column).collect::<Vec<_>>(), None).expect("an order");
    take_record_batch(rows, &order).expect("rows")
}

fn encode(groups: &[RecordBatch], properties: &WriterProperties, at: &Path) -> f64 {
    let started = Instant::now();
    let mut writer =
        ArrowWriter::try_new(Vec::new(), groups[0].schema(), Some(properties.clone())).expect("a writer");
    for group in groups {
        writer.write(group).expect("rows");
        writer.flush().expect("a row group");
    }
    let bytes = writer.into_inner().expect("a file");
    let seconds = started.elapsed().as_secs_f64();
    fs::write(at, bytes).expect("the file");
    seconds
}

/// What is asked for, with values from the middle of the trail.
fn queries(rows: &RecordBatch) -> [(&'static str, String); 5] {
    let some = |column: &str| {
        let values = rows.column_by_name(column).expect("a column of the lake");
        let values = cast(values, &DataType::Utf8).expect("text");
        let values = values.as_string::<i32>();
        let row = (values.len() / 2..values.len()).find(|row| values.is_valid(*row)).expect("a value");
        values.value(row).to_owned()
    };
    let (id, key) = (some("event_id"), some("access_key_id"));
    [
        ("one event", format!("SELECT * FROM t WHERE event_id = '{id}'")),
        (
            "one key",
            format!(
                "SELECT event_name, source_ip_address, count(*) FROM t WHERE access_key_id = '{key}' GROUP BY 1, 2"
            ),
        ),
        (
            "a rule",
            "SELECT event_time, principal, source_ip_address, request_parameters FROM t \
             WHERE event_source = 'iam.amazonaws.com' AND event_name IN ('CreateAccessKey', 'CreateUser', 'AttachUserPolicy')"
                .to_owned(),
        ),
        ("counts", "SELECT event_source, event_name, count(*) FROM t GROUP BY 1, 2".to_owned()),
        (
            "an hour",
            "SELECT count(DISTINCT user_arn) FROM t WHERE event_time >= (SELECT max(event_time) - INTERVAL '1 hour' FROM t)"
                .to_owned(),
        ),
    ]
}

async fn query(at: &Path, sql: &str) -> f64 {
    let mut config = SessionConfig::new().with_target_partitions(2);
    config.options_mut().execution.parquet.pushdown_filters = true;
    config.options_mut().execution.parquet.reorder_filters = true;
    let context = SessionContext::new_with_config(config);
    let at = at.to_str().expect("a path of UTF-8");
    context.register_parquet("t", at, ParquetReadOptions::default()).await.expect("a table");
    let started = Instant::now();
    let rows = context.sql(sql).await.expect("a query").collect().await.expect("an answer");
    assert!(rows.iter().any(|batch| batch.num_rows() > 0), "{sql}");
    started.elapsed().as_secs_f64()
}

fn median(run: impl Fn() -> f64) -> f64 {
    let mut times: Vec<f64> = (0..RUNS).map(|_| run()).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Changes some columns alike.
fn each(
    properties: WriterPropertiesBuilder,
    columns: &[&str],
    change: fn(WriterPropertiesBuilder, ColumnPath) -> WriterPropertiesBuilder,
) -> WriterPropertiesBuilder {
    columns.iter().fold(properties, |properties, column| change(properties, ColumnPath::from(*column)))
}

fn bloom(properties: WriterPropertiesBuilder, column: ColumnPath) -> WriterPropertiesBuilder {
    properties.set_column_bloom_filter_enabled(column.clone(), true).set_column_bloom_filter_fpp(column, 0.01)
}

fn dictionary(properties: WriterPropertiesBuilder, column: ColumnPath) -> WriterPropertiesBuilder {
    properties.set_column_dictionary_enabled(column, true)
}

fn plain(properties: WriterPropertiesBuilder, column: ColumnPath) -> WriterPropertiesBuilder {
    properties.set_column_encoding(column, Encoding::PLAIN)
}

fn delta(properties: WriterPropertiesBuilder, column: ColumnPath) -> WriterPropertiesBuilder {
    properties.set_column_encoding(column, Encoding::DELTA_BYTE_ARRAY)
}

fn zstd(level: i32) -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(level).expect("a level of zstd"))
}
