//! What Delta's statistics say of the files of a table, as arrays: one entry a file.
//!
//! DataFusion's pruning evaluates a predicate once over these arrays and tells which files can hold a
//! matching row. The JSON of the log is parsed once for a snapshot, not once for a query.
//!
//! Other writers cut timestamps to milliseconds, which makes a maximum too small; so a maximum that
//! has no microseconds counts as up to a millisecond more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Field, SchemaRef};
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, ScalarValue, Statistics};
use serde_json::Value;

use crate::decode::parse_time;
use crate::lake::DataFile;

/// Digits of a second's fraction in our own statistics: those are exact.
const EXACT_DIGITS: usize = 6;

/// The statistics of a list of files.
#[derive(Debug)]
pub(crate) struct FileStatistics {
    files: usize,
    rows: UInt64Array,
    columns: HashMap<String, Range>,
}

/// Of one column: an entry a file.
#[derive(Debug)]
struct Range {
    least: ArrayRef,
    most: ArrayRef,
    nulls: UInt64Array,
    /// Whether `least` and `most` are values of the column, and not only bounds of it.
    exact: bool,
}

impl FileStatistics {
    /// Of `files`, of a table with columns `schema`, the partition column included.
    pub(crate) fn new(files: &[Arc<DataFile>], schema: &SchemaRef, partition: Option<&str>) -> Self {
        let parsed: Vec<Value> = files.iter().map(|file| file.statistics()).collect();
        let rows: UInt64Array = parsed.iter().map(|stats| stats["numRecords"].as_u64()).collect();
        let mut columns = HashMap::new();
        for field in schema.fields() {
            let range = match partition == Some(field.name().as_str()) {
                true => Range::of_partition(files, &rows, field),
                false => Range::of_column(&parsed, field),
            };
            if let Some(range) = range {
                columns.insert(field.name().clone(), range);
            }
        }
        Self { files: files.len(), rows, columns }
    }

    /// What is known of the files `chosen` together, in the order of `schema`'s columns.
    pub(crate) fn summary(&self, chosen: &[u64], bytes: u64, schema: &SchemaRef) -> Statistics {
        let chosen = UInt64Array::from(chosen.to_vec());
        let rows = take(&self.rows, &chosen, None).ok().filter(|rows| rows.null_count() == 0);
        let rows = rows.as_deref().and_then(|rows| rows.as_any().downcast_ref::<UInt64Array>()).cloned();
        let count = rows.map(|rows| arrow::compute::sum(&rows).unwrap_or(0));
        let columns = schema.fields().iter().map(|field| match self.columns.get(field.name()) {
            Some(range) => range.summary(&chosen).unwrap_or_else(ColumnStatistics::new_unknown),
            None => ColumnStatistics::new_unknown(),
        });
        Statistics {
            num_rows: count.map_or(Precision::Absent, |count| Precision::Exact(to_usize(count))),
            total_byte_size: Precision::Inexact(to_usize(bytes)),
            column_statistics: columns.collect(),
        }
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Range {
    fn of_partition(files: &[Arc<DataFile>], rows: &UInt64Array, field: &Field) -> Option<Self> {
        let text: StringArray = files.iter().map(|file| file.partition.as_deref()).collect();
        let values = cast(&text, field.data_type()).ok()?;
        let nulls = files.iter().zip(rows).map(|(file, rows)| match file.partition {
            Some(_) => Some(0),
            None => rows,
        });
        Some(Self { least: values.clone(), most: values, nulls: nulls.collect(), exact: false })
    }

    fn of_column(stats: &[Value], field: &Field) -> Option<Self> {
        let name = field.name().as_str();
        let nulls: UInt64Array = stats.iter().map(|stats| stats["nullCount"][name].as_u64()).collect();
        if nulls.null_count() == nulls.len() {
            return None;
        }
        let values = |side: &'static str| stats.iter().map(move |stats| &stats[side][name]);
        let (least, most, exact): (ArrayRef, ArrayRef, bool) = match field.data_type() {
            DataType::Timestamp(..) => {
                let exact = values("minValues").chain(values("maxValues")).all(is_exact_time);
                let least = values("minValues").map(time).collect::<TimestampMicrosecondArray>();
                let most = values("maxValues").map(latest).collect::<TimestampMicrosecondArray>();
                (Arc::new(least.with_timezone("UTC")), Arc::new(most.with_timezone("UTC")), exact)
            }
            DataType::Int64 => {
                let numbers = |side| values(side).map(Value::as_i64).collect::<Int64Array>();
                (Arc::new(numbers("minValues")), Arc::new(numbers("maxValues")), true)
            }
            DataType::Date32 => {
                let dates = |side| values(side).map(Value::as_str).collect::<StringArray>();
                (Arc::new(dates("minValues")), Arc::new(dates("maxValues")), true)
            }
            DataType::Utf8 | DataType::Utf8View => {
                let texts = |side| values(side).map(Value::as_str).collect::<StringArray>();
                (Arc::new(texts("minValues")), Arc::new(texts("maxValues")), false)
            }
            _ => return None,
        };
        let least = cast(&least, field.data_type()).ok()?;
        let most = cast(&most, field.data_type()).ok()?;
        Some(Self { least, most, nulls, exact })
    }

    /// Over all chosen files; only what is exact, so that `min(event_time)` may be answered by it.
    fn summary(&self, chosen: &UInt64Array) -> Option<ColumnStatistics> {
        let mut summary = ColumnStatistics::new_unknown();
        let nulls = take(&self.nulls, chosen, None).ok()?;
        let nulls = nulls.as_any().downcast_ref::<UInt64Array>()?;
        if nulls.null_count() == 0 {
            summary.null_count = Precision::Exact(to_usize(arrow::compute::sum(nulls).unwrap_or(0)));
        }
        let least = take(&self.least, chosen, None).ok()?;
        let most = take(&self.most, chosen, None).ok()?;
        if self.exact && least.null_count() == 0 && most.null_count() == 0 {
            summary.min_value = extreme(&least, false).map_or(Precision::Absent, Precision::Exact);
            summary.max_value = extreme(&most, true).map_or(Precision::Absent, Precision::Exact);
        }
        Some(summary)
    }
}

fn extreme(values: &ArrayRef, most: bool) -> Option<ScalarValue> {
    let mut found: Option<ScalarValue> = None;
    for row in 0..values.len() {
        let value = ScalarValue::try_from_array(values, row).ok()?;
        let better = found.as_ref().is_none_or(|found| if most { value > *found } else { value < *found });
        if better {
            found = Some(value);
        }
    }
    found
}

fn time(value: &Value) -> Option<i64> {
    parse_time(value.as_str()?).map(|time| time.micros)
}

fn latest(value: &Value) -> Option<i64> {
    Some(time(value)? + if is_exact_time(value) { 0 } else { 999 })
}

fn is_exact_time(value: &Value) -> bool {
    let fraction = value.as_str().and_then(|text| text.split_once('.')).map(|(_, fraction)| fraction);
    fraction.is_some_and(|fraction| fraction.bytes().take_while(u8::is_ascii_digit).count() >= EXACT_DIGITS)
}

impl PruningStatistics for FileStatistics {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.columns.get(&column.name).map(|range| range.least.clone())
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.columns.get(&column.name).map(|range| range.most.clone())
    }

    fn num_containers(&self) -> usize {
        self.files
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        self.columns.get(&column.name).map(|range| Arc::new(range.nulls.clone()) as ArrayRef)
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.rows.clone()))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maximum_of_milliseconds_counts_as_the_end_of_its_millisecond() {
        let exact = Value::from("2026-01-15T08:00:00.000000Z");
        let cut = Value::from("2026-01-15T08:00:00.000Z");
        assert_eq!(latest(&cut), Some(latest(&exact).unwrap() + 999));
        assert_eq!(time(&cut), time(&exact));
    }
}
