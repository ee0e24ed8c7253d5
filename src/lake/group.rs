//! Row groups while they are encoded, and files while row groups are put into them.
//!
//! A group takes its rows in pieces, so that no more of them is in memory than what is being written; an
//! encoded group is as large as it will be in its file. The ways to write are in `format.rs`.

use anyhow::{Context, Result, ensure};
use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::file::writer::SerializedFileWriter;
use tokio::sync::oneshot;

use super::format::{Format, statistics};

/// What is handed to the encoder at a time.
const PIECE_BYTES: usize = 16 << 20;

/// Rows that are encoded and wait to be put into a file.
#[derive(Debug)]
pub(crate) struct RowGroup {
    pub(super) chunks: Vec<ArrowColumnChunk>,
    /// Of its encoded columns.
    pub(crate) bytes: usize,
}

/// A row group while it is being encoded.
pub(crate) struct GroupWriter<'f> {
    schema: &'f SchemaRef,
    columns: Vec<ArrowColumnWriter>,
}

impl<'f> GroupWriter<'f> {
    pub(super) fn new(schema: &'f SchemaRef, columns: Vec<ArrowColumnWriter>) -> Self {
        Self { schema, columns }
    }

    /// Encodes some rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut next = self.columns.iter_mut();
        for (field, array) in self.schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, array)? {
                next.next().context("more columns than the schema has")?.write(&leaf)?;
            }
        }
        Ok(())
    }

    /// All of them.
    pub(crate) fn finish(self) -> Result<RowGroup> {
        let bytes = self.columns.iter().map(ArrowColumnWriter::get_estimated_total_bytes).sum();
        let chunks = self.columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>()?;
        Ok(RowGroup { chunks, bytes })
    }
}

/// A row group that is encoded column by column: a compressor and a dictionary take a megabyte or two, and here only
/// one column has them at a time.
pub(super) struct ColumnwiseGroup {
    columns: std::vec::IntoIter<ArrowColumnWriter>,
    group: RowGroup,
}

impl ColumnwiseGroup {
    pub(super) fn new(columns: Vec<ArrowColumnWriter>) -> Self {
        let group = RowGroup { chunks: Vec::with_capacity(columns.len()), bytes: 0 };
        Self { columns: columns.into_iter(), group }
    }

    /// Encodes the next column, all its rows.
    pub(super) fn write(
        &mut self,
        field: &Field,
        pieces: impl Iterator<Item = Result<ArrayRef>>,
    ) -> Result<()> {
        let mut writer = self.columns.next().context("more columns than the schema has")?;
        for piece in pieces {
            compute_leaves(field, &piece?)?.iter().try_for_each(|leaf| writer.write(leaf))?;
        }
        self.group.bytes += writer.get_estimated_total_bytes();
        self.group.chunks.push(writer.close()?);
        Ok(())
    }

    /// All of them.
    pub(super) fn finish(self) -> Result<RowGroup> {
        ensure!(self.columns.len() == 0, "fewer columns than the schema has");
        Ok(self.group)
    }
}

/// A file that row groups are put into one by one.
pub(crate) struct FileWriter<'f, 'b> {
    schema: &'f SchemaRef,
    writer: SerializedFileWriter<&'b mut Vec<u8>>,
}

impl<'f, 'b> FileWriter<'f, 'b> {
    pub(super) fn new(schema: &'f SchemaRef, writer: SerializedFileWriter<&'b mut Vec<u8>>) -> Self {
        Self { schema, writer }
    }

    /// Puts in one more.
    pub(crate) fn append(&mut self, group: RowGroup) -> Result<()> {
        let mut into = self.writer.next_row_group()?;
        for chunk in group.chunks {
            chunk.append_to_row_group(&mut into)?;
        }
        into.close()?;
        Ok(())
    }

    /// Its statistics and how many rows it has; the bytes are whole then.
    pub(crate) fn finish(self) -> Result<(String, usize)> {
        let metadata = self.writer.close()?;
        let rows = usize::try_from(metadata.file_metadata().num_rows())?;
        Ok((statistics(self.schema, &metadata).to_string(), rows))
    }
}

/// A row group that is encoded piece by piece on rayon, beside what makes its rows.
pub(crate) struct PiecewiseGroup {
    waiting: Vec<RecordBatch>,
    waiting_bytes: usize,
    writer: oneshot::Receiver<Result<GroupWriter<'static>>>,
    /// Of all that went in.
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
}

impl PiecewiseGroup {
    pub(crate) fn new(format: &'static Format) -> Result<Self> {
        let (ready, writer) = oneshot::channel();
        // Whom it is sent to stands here.
        drop(ready.send(format.group()));
        Ok(Self { waiting: Vec::new(), waiting_bytes: 0, writer, rows: 0, bytes: 0 })
    }

    pub(crate) async fn push(&mut self, batch: RecordBatch) -> Result<()> {
        let bytes = batch.get_array_memory_size();
        self.rows += batch.num_rows();
        self.bytes += bytes;
        self.waiting_bytes += bytes;
        self.waiting.push(batch);
        if self.waiting_bytes >= PIECE_BYTES {
            self.encode_waiting().await?;
        }
        Ok(())
    }

    /// Waits for the piece before, and hands on the next.
    async fn encode_waiting(&mut self) -> Result<()> {
        let mut writer = (&mut self.writer).await.context("an encoder has stopped")??;
        let batches = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        let (done, next) = oneshot::channel();
        rayon::spawn(move || {
            let written = batches.iter().try_for_each(|batch| writer.write(batch));
            drop(done.send(written.map(|()| writer)));
        });
        self.writer = next;
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<RowGroup> {
        self.encode_waiting().await?;
        self.writer.await.context("an encoder has stopped")??.finish()
    }
}
