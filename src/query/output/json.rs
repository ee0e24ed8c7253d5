//! JSON: one document, or one object a line. Every object has every column, NULL as `null`.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::json::writer::{JsonArray, JsonFormat, LineDelimited};
use arrow::json::{Writer, WriterBuilder};

use super::{Form, OutputError};

type Out<'w> = &'w mut (dyn Write + Send);

fn writer<'w, F: JsonFormat>(out: Out<'w>) -> Writer<Out<'w>, F> {
    WriterBuilder::new().with_explicit_nulls(true).build(out)
}

pub(super) struct Document<'w>(Writer<Out<'w>, JsonArray>);

impl<'w> Document<'w> {
    pub(super) fn new(out: Out<'w>) -> Self {
        Self(writer(out))
    }
}

impl Form for Document<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self: Box<Self>) -> Result<u64, OutputError> {
        self.0.finish()?;
        self.0.into_inner().write_all(b"\n")?;
        Ok(0)
    }
}

pub(super) struct Lines<'w>(Writer<Out<'w>, LineDelimited>);

impl<'w> Lines<'w> {
    pub(super) fn new(out: Out<'w>) -> Self {
        Self(writer(out))
    }
}

impl Form for Lines<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self: Box<Self>) -> Result<u64, OutputError> {
        self.0.finish()?;
        Ok(0)
    }
}
