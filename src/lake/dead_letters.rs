//! The `dead_letters` table: the stretches of source objects that could not be decoded, as bytes.

use std::sync::{Arc, LazyLock};

use anyhow::Result;
use arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::Table;
use super::format::{Format, ParquetFile};
use crate::decode::DeadLetter;
use crate::event::timestamp_type;

/// The columns of the table.
pub(crate) fn file_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("source_object", DataType::Utf8, true),
            Field::new("byte_offset", DataType::Int64, true),
            Field::new("reason", DataType::Utf8, true),
            Field::new("raw", DataType::Binary, true),
            Field::new("ingest_batch", DataType::Int64, true),
            Field::new("ingested_at", timestamp_type(), true),
        ]))
    });
    SCHEMA.clone()
}

/// Bytes that are encoded at a time: they are there twice meanwhile.
const GROUP_BYTES: usize = 8 << 20;

/// Dead letters, each with its object's URI, as a file of the table.
pub(crate) fn to_file(letters: &[(&str, &DeadLetter)], batch: i64, now: i64) -> Result<ParquetFile> {
    let format = Format::of(Table::DeadLetters);
    let mut group = format.group()?;
    let mut rest = letters;
    while !rest.is_empty() {
        let mut bytes = 0;
        let count = rest.iter().take_while(|(_, letter)| {
            let fits = bytes < GROUP_BYTES;
            bytes += letter.raw.len();
            fits
        });
        let (some, others) = rest.split_at(count.count());
        group.write(&to_batch(some, batch, now)?)?;
        rest = others;
    }
    format.assemble(vec![group.finish()?])
}

fn to_batch(letters: &[(&str, &DeadLetter)], batch: i64, now: i64) -> Result<RecordBatch> {
    let objects: StringArray = letters.iter().map(|(uri, _)| Some(*uri)).collect();
    let offsets: Int64Array = letters.iter().map(|(_, letter)| i64::try_from(letter.offset).ok()).collect();
    let reasons: StringArray = letters.iter().map(|(_, letter)| Some(letter.reason.as_str())).collect();
    let raw: BinaryArray = letters.iter().map(|(_, letter)| Some(letter.raw.as_slice())).collect();
    let times = TimestampMicrosecondArray::from(vec![now; letters.len()]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        // In the files of `cloudtrail` and here the URI repeats; the writer wants it as a dictionary.
        arrow::compute::cast(&objects, &super::format::repeated_type())?,
        Arc::new(offsets),
        Arc::new(reasons),
        Arc::new(raw),
        Arc::new(Int64Array::from(vec![batch; letters.len()])),
        Arc::new(times),
    ];
    let schema = Format::of(Table::DeadLetters).schema().clone();
    Ok(RecordBatch::try_new(schema, columns)?)
}
