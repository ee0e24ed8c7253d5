//! How the lake's Parquet files are written, and what Delta's statistics say of them.
//!
//! A row group is encoded by itself, on whatever thread has time, and files are put together from
//! row groups afterwards; so encoding needs no lock and a file holds no more than its encoded bytes.
//!
//! Unique columns and those of JSON that records hold have no dictionary: in sorted rows (`rows.rs`) it saves nothing, and
//! zstd 3 no more than zstd 1. ARCHITECTURE.md has the measurements, under "Decided".

use std::sync::{Arc, LazyLock};

use anyhow::Result;
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use jiff::Timestamp;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::statistics::Statistics;
use parquet::file::writer::SerializedFileWriter;
use serde_json::{Map, Value, json};

use super::group::{ColumnwiseGroup, FileWriter, GroupWriter, RowGroup};
use super::layout::{self, Table};
use super::{baseline, dead_letters, findings, objects};
use crate::event::{self, FIELDS, Kind};

/// Rows in a row group: enough for columns to compress, few enough to be pruned and to be encoded in
/// tens of megabytes.
pub(crate) const GROUP_ROWS: usize = 64 << 10;

/// Of a page, before it is compressed. What a filter leaves is read by pages: with the usual megabyte, few rows that stand
/// together cost as much as all. Small columns have one page anyway.
const PAGE_BYTES: usize = 128 << 10;

/// Columns whose values are all different: a dictionary would only be tried and given up. Their lengths stand
/// apart, since among the characters they cost more than a byte each.
const UNIQUE: [&str; 5] = ["event_id", "request_id", "shared_event_id", "finding_id", "first_event_id"];

/// Columns that have statistics, Parquet's and Delta's: the ones queries prune by.
const PRUNED: [&str; 14] = [
    "event_time",
    "event_source",
    "event_name",
    "aws_region",
    "recipient_account_id",
    "access_key_id",
    "user_arn",
    "ingest_batch",
    "uri",
    "time",
    "rule_id",
    "found_at",
    "day",
    "attribute",
];

/// Text that is longer is cut in Parquet's statistics, and Delta's leave it out. No ARN or URI of S3 is
/// longer; a hostile value is, and must not fill the footers.
const LONGEST_STATISTIC: usize = 2_048;

/// Columns that repeat one value over many rows and come as Arrow dictionaries.
pub(crate) const REPEATED: [&str; 3] = ["source_object", "source_account_id", "source_region"];

/// How the files of one table are written.
#[derive(Debug)]
pub(crate) struct Format {
    schema: SchemaRef,
    properties: Arc<WriterProperties>,
    columns: ArrowRowGroupWriterFactory,
}

/// A whole Parquet file.
#[derive(Debug, Clone)]
pub(crate) struct ParquetFile {
    pub(crate) bytes: Bytes,
    /// Delta's statistics.
    pub(crate) stats: String,
    pub(crate) rows: usize,
}

impl Format {
    /// The format of a table's files.
    pub(crate) fn of(table: Table) -> &'static Self {
        static FORMATS: LazyLock<[Format; Table::ALL.len()]> =
            LazyLock::new(|| Table::ALL.map(|table| Format::new(&file_schema(table), false)));
        static BASELINE: LazyLock<Format> =
            LazyLock::new(|| Format::new(&file_schema(Table::Baseline), false));
        match Table::ALL.iter().position(|other| *other == table) {
            Some(index) => &FORMATS[index],
            None => &BASELINE,
        }
    }

    /// The format of the files that `optimize` writes: with bloom filters, which cost a third of the
    /// encoding speed and pay only where a file holds many values.
    pub(crate) fn optimized() -> &'static Self {
        static FORMAT: LazyLock<Format> =
            LazyLock::new(|| Format::new(&file_schema(Table::Cloudtrail), true));
        &FORMAT
    }

    fn new(schema: &Schema, blooms: bool) -> Self {
        let schema = Arc::new(with_dictionaries(schema));
        let properties = Arc::new(properties(&schema, blooms));
        // A writer over nothing, only for the column writers it can make.
        let parquet = ArrowSchemaConverter::new().convert(&schema).expect("our own schema converts");
        let nowhere: Vec<u8> = Vec::new();
        let writer = SerializedFileWriter::new(nowhere, parquet.root_schema_ptr(), properties.clone())
            .expect("writing a header to memory");
        let columns = ArrowRowGroupWriterFactory::new(&writer, schema.clone());
        Self { schema, properties, columns }
    }

    /// The Arrow schema that batches must have.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Begins a row group.
    pub(crate) fn group(&self) -> Result<GroupWriter<'_>> {
        Ok(GroupWriter::new(&self.schema, self.columns.create_column_writers(0)?))
    }

    /// Begins a row group that is given column by column.
    pub(super) fn columnwise(&self) -> Result<ColumnwiseGroup> {
        Ok(ColumnwiseGroup::new(self.columns.create_column_writers(0)?))
    }

    /// Encodes batches as one row group.
    pub(crate) fn encode(&self, batches: &[RecordBatch]) -> Result<RowGroup> {
        let mut group = self.group()?;
        batches.iter().try_for_each(|batch| group.write(batch))?;
        group.finish()
    }

    /// Begins a file in `bytes`.
    pub(crate) fn file<'b>(&self, bytes: &'b mut Vec<u8>) -> Result<FileWriter<'_, 'b>> {
        let parquet = ArrowSchemaConverter::new().convert(&self.schema)?;
        let root = parquet.root_schema_ptr();
        let writer = SerializedFileWriter::new(bytes, root, self.properties.clone())?;
        Ok(FileWriter::new(&self.schema, writer))
    }

    /// Puts row groups together into a file.
    pub(crate) fn assemble(&self, groups: Vec<RowGroup>) -> Result<ParquetFile> {
        let mut bytes =
            Vec::with_capacity(groups.iter().map(|group| group.bytes).sum::<usize>() + (64 << 10));
        let mut file = self.file(&mut bytes)?;
        groups.into_iter().try_for_each(|group| file.append(group))?;
        let (stats, rows) = file.finish()?;
        if bytes.capacity() > 2 * bytes.len() {
            // A batch may have a small file for each of thousands of dates.
            bytes.shrink_to_fit();
        }
        Ok(ParquetFile { bytes: bytes.into(), stats, rows })
    }

    /// Encodes a few rows as a file at once.
    pub(crate) fn write(&self, batches: &[RecordBatch]) -> Result<ParquetFile> {
        self.assemble(vec![self.encode(batches)?])
    }
}

/// The columns in the files of a table: all but the partition column.
pub(crate) fn file_schema(table: Table) -> SchemaRef {
    match table {
        Table::Cloudtrail => event::file_schema(),
        Table::Objects => objects::file_schema(),
        Table::DeadLetters => dead_letters::file_schema(),
        Table::Findings => findings::file_schema(),
        Table::Baseline => baseline::file_schema(),
    }
}

/// The columns of a table as SQL sees them.
pub fn table_schema(table: Table) -> SchemaRef {
    if table == Table::Cloudtrail {
        return event::table_schema();
    }
    let file = file_schema(table);
    let mut fields: Vec<_> = file.fields().iter().cloned().collect();
    if let Some(column) = table.partition_column() {
        let data_type = match table {
            Table::Objects | Table::Baseline => DataType::Utf8,
            _ => DataType::Date32,
        };
        fields.push(Arc::new(Field::new(column, data_type, true)));
    }
    Arc::new(Schema::new(fields))
}

/// As rows are read: strings and bytes as views, so that the Parquet reader copies no text that repeats or that a filter drops.
pub(crate) fn with_views(schema: &Schema) -> Schema {
    let field = |field: &Arc<Field>| {
        let data_type = match field.data_type() {
            DataType::Utf8 => DataType::Utf8View,
            DataType::Binary => DataType::BinaryView,
            DataType::Dictionary(_, values) if **values == DataType::Utf8 => DataType::Utf8View,
            other => other.clone(),
        };
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

fn with_dictionaries(schema: &Schema) -> Schema {
    let field = |field: &Arc<Field>| match REPEATED.contains(&field.name().as_str()) {
        true => Field::new(field.name(), repeated_type(), true),
        false => field.as_ref().clone(),
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

/// The type of the columns in [`REPEATED`] while they are being written.
pub(crate) fn repeated_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn properties(schema: &Schema, blooms: bool) -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("trailhound ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(level))
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_statistics_truncate_length(Some(LONGEST_STATISTIC))
        .set_column_statistics_enabled("event_time".into(), EnabledStatistics::Page)
        .set_column_statistics_enabled("event_name".into(), EnabledStatistics::Page);
    for field in schema.fields() {
        let name = field.name().as_str();
        let json = is_json(name);
        let unique = UNIQUE.contains(&name);
        // `extra` names the members that are `null`: of all events of a kind the same ones.
        if (json && name != "extra") || unique {
            properties = properties.set_column_dictionary_enabled(name.into(), false);
        }
        if unique {
            properties = properties.set_column_encoding(name.into(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
        }
        if json || !PRUNED.contains(&name) {
            properties = properties.set_column_statistics_enabled(name.into(), EnabledStatistics::None);
        }
        if blooms && BLOOMS.contains(&name) {
            properties = properties
                .set_column_bloom_filter_enabled(name.into(), true)
                .set_column_bloom_filter_fpp(name.into(), 0.01);
        }
    }
    properties.build()
}

/// Columns that a responder looks single values up in.
const BLOOMS: [&str; 4] = ["event_id", "access_key_id", "source_ip_address", "user_arn"];

fn is_json(column: &str) -> bool {
    let of_record = FIELDS.iter().any(|field| field.column == column && field.kind == Kind::Json);
    of_record || matches!(column, "aggregation" | "extra" | "raw" | "details" | "event_ids")
}

/// Delta's per-file statistics (Delta protocol, "Per-file Statistics").
pub(super) fn statistics(schema: &Schema, metadata: &ParquetMetaData) -> Value {
    let (mut least, mut most, mut nulls) = (Map::new(), Map::new(), Map::new());
    for (index, field) in schema.fields().iter().enumerate() {
        if !PRUNED.contains(&field.name().as_str()) {
            continue;
        }
        let groups = metadata.row_groups().iter().map(|group| group.column(index).statistics());
        let Some(range) = Range::over(groups, field.data_type()) else { continue };
        nulls.insert(field.name().clone(), range.nulls.into());
        if let Some((first, last)) = range.values {
            least.insert(field.name().clone(), first);
            most.insert(field.name().clone(), last);
        }
    }
    json!({
        "numRecords": metadata.file_metadata().num_rows(),
        "minValues": least,
        "maxValues": most,
        "nullCount": nulls,
    })
}

struct Range {
    nulls: u64,
    values: Option<(Value, Value)>,
}

impl Range {
    /// Over the row groups of a file; `None` when one of them has no statistics. Values are left out
    /// when one was cut, or is a time that can't be written.
    fn over<'s>(groups: impl Iterator<Item = Option<&'s Statistics>>, data_type: &DataType) -> Option<Self> {
        let mut nulls = 0;
        let mut numbers: Option<(i64, i64)> = None;
        let mut texts: Option<(&[u8], &[u8])> = None;
        let mut is_whole = true;
        for group in groups {
            let group = group?;
            nulls += group.null_count_opt()?;
            match group {
                Statistics::Int64(group) => {
                    if let (Some(least), Some(most)) = (group.min_opt(), group.max_opt()) {
                        let (first, last) = numbers.unwrap_or((*least, *most));
                        numbers = Some((first.min(*least), last.max(*most)));
                    }
                }
                Statistics::Int32(group) => {
                    if let (Some(least), Some(most)) = (group.min_opt(), group.max_opt()) {
                        let (first, last) = numbers.unwrap_or((i64::from(*least), i64::from(*most)));
                        numbers = Some((first.min(i64::from(*least)), last.max(i64::from(*most))));
                    }
                }
                Statistics::ByteArray(group) => {
                    if let (Some(least), Some(most)) = (group.min_bytes_opt(), group.max_bytes_opt()) {
                        is_whole &= group.min_is_exact() && group.max_is_exact();
                        let (first, last) = texts.unwrap_or((least, most));
                        texts = Some((first.min(least), last.max(most)));
                    }
                }
                _ => return None,
            }
        }
        let values = match (numbers, texts) {
            (Some((first, last)), _) => number(first, data_type).zip(number(last, data_type)),
            (_, Some((first, last))) if is_whole => text(first).zip(text(last)),
            _ => None,
        };
        Some(Self { nulls, values })
    }
}

fn text(value: &[u8]) -> Option<Value> {
    Some(std::str::from_utf8(value).ok()?.into())
}

fn number(value: i64, data_type: &DataType) -> Option<Value> {
    /// 0001-01-01: Delta's times have years of four digits. `Timestamp` ends with the year 9999.
    const FIRST: i64 = -62_135_596_800_000_000;
    match data_type {
        // CloudTrail's times are whole seconds; a fraction (of another shipper, or of our own clock)
        // must not be rounded the wrong way, so it is written out.
        DataType::Timestamp(..) if value < FIRST => None,
        DataType::Timestamp(..) => {
            let time = Timestamp::from_microsecond(value).ok()?;
            Some(time.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string().into())
        }
        DataType::Date32 => Some(layout::date_text(i32::try_from(value).ok()?).into()),
        _ => Some(value.into()),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, StringArray, TimestampMicrosecondArray, new_null_array};

    use super::*;

    fn statistics_of(arns: &[Option<&str>], times: Vec<i64>) -> Value {
        let format = Format::of(Table::Cloudtrail);
        let columns = format.schema().fields().iter().map(|field| -> ArrayRef {
            match field.name().as_str() {
                "user_arn" => Arc::new(StringArray::from(arns.to_vec())),
                "event_time" => Arc::new(TimestampMicrosecondArray::from(times.clone()).with_timezone("UTC")),
                _ => new_null_array(field.data_type(), arns.len()),
            }
        });
        let batch = RecordBatch::try_new(format.schema().clone(), columns.collect()).unwrap();
        serde_json::from_str(&format.write(&[batch]).unwrap().stats).unwrap()
    }

    #[test]
    fn a_long_arn_has_statistics_and_a_longer_text_only_its_nulls() {
        let arn = format!("arn:aws:sts::111111111111:assumed-role/{}", "long-name/".repeat(20));
        let stats = statistics_of(&[Some(&arn), None], vec![0, 1]);
        assert_eq!(stats["minValues"]["user_arn"], arn);
        assert_eq!(
            (&stats["maxValues"]["user_arn"], &stats["nullCount"]["user_arn"]),
            (&arn.into(), &1.into())
        );
        let hostile = "x".repeat(LONGEST_STATISTIC + 1);
        let stats = statistics_of(&[Some(&hostile), None, None], vec![0, 1, 2]);
        assert_eq!(
            (&stats["minValues"]["user_arn"], &stats["maxValues"]["user_arn"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(stats["nullCount"]["user_arn"], 2);
    }

    #[test]
    fn times_are_written_with_their_fraction_and_left_out_where_no_calendar_has_them() {
        let of = |least, most| {
            let stats = statistics_of(&[None, None], vec![least, most]);
            assert_eq!(stats["nullCount"]["event_time"], 0);
            let time = |side: &str| stats[side]["event_time"].as_str().map(str::to_owned);
            time("minValues").zip(time("maxValues"))
        };
        let both = |least: &str, most: &str| Some((least.to_owned(), most.to_owned()));
        assert_eq!(of(-1, 1_500_000), both("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:01.500000Z"));
        let (first, last) = (-62_135_596_800_000_000, 253_402_207_200_000_000);
        assert_eq!(of(first, last), both("0001-01-01T00:00:00.000000Z", "9999-12-30T22:00:00.000000Z"));
        assert_eq!(of(first - 1, 0), None);
        assert_eq!(of(0, last + 86_400_000_000), None);
        assert_eq!(of(i64::MIN, i64::MAX), None);
    }
}
