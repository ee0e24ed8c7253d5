//! A Parquet file, zstd, written row group by row group.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{Form, OutputError};

/// Rows in a row group: what is held in memory until it is written.
const GROUP_ROWS: usize = 64 << 10;

pub(super) struct Parquet<'w>(ArrowWriter<&'w mut (dyn Write + Send)>);

impl<'w> Parquet<'w> {
    pub(super) fn new(schema: &SchemaRef, out: &'w mut (dyn Write + Send)) -> Result<Self, OutputError> {
        let level = ZstdLevel::try_new(1).unwrap_or_default();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        Ok(Self(ArrowWriter::try_new(out, schema.clone(), Some(properties))?))
    }
}

impl Form for Parquet<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(self: Box<Self>) -> Result<u64, OutputError> {
        self.0.close()?;
        Ok(0)
    }
}
