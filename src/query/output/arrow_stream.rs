//! Arrow's IPC stream: what Polars, DuckDB and pandas read from a pipe.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::ipc::writer::StreamWriter;

use super::{Form, OutputError};

pub(super) struct ArrowStream<'w>(StreamWriter<&'w mut (dyn Write + Send)>);

impl<'w> ArrowStream<'w> {
    pub(super) fn new(schema: &Schema, out: &'w mut (dyn Write + Send)) -> Result<Self, OutputError> {
        Ok(Self(StreamWriter::try_new(out, schema)?))
    }
}

impl Form for ArrowStream<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self: Box<Self>) -> Result<u64, OutputError> {
        Ok(self.0.finish().map(|()| 0)?)
    }
}
