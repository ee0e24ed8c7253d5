//! Reading and writing the lake's files, whole.

use anyhow::{Context, Result, ensure};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::DataType;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error as StoreError, ObjectStoreExt, WriteMultipart};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tokio::sync::Semaphore;

use super::data_file::DataFile;
use super::keys::Keys;
use super::layout::{self, Table};
use super::{Lake, hashes};
use crate::decode::{self, EventKey, Printer};
use crate::pause::{self, Point};

/// Larger files go up in parts, so that a lost connection costs one part.
const PART: usize = 32 << 20;

/// Writes a file.
pub(crate) async fn put(lake: &Lake, at: &Path, bytes: Bytes) -> Result<()> {
    let context = || format!("writing {lake}/{at}");
    if bytes.len() <= PART || lake.is_local() {
        lake.store().put(at, bytes.into()).await.with_context(context)?;
    } else {
        let upload = lake.store().put_multipart(at).await.with_context(context)?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        let size = bytes.len() as u64;
        parts.put(bytes);
        if let Err(error) = parts.finish().await {
            // The answer to its end may have been lost, and a second one refused because of it.
            let is_there = matches!(lake.store().head(at).await, Ok(found) if found.size == size);
            ensure!(is_there, anyhow::Error::new(error).context(context()));
        }
    }
    pause::at(Point::DataFile, at);
    Ok(())
}

/// Reads a file of `table`; of its columns only `columns`, if they are given.
pub(crate) async fn read(
    lake: &Lake,
    table: Table,
    path: &str,
    columns: Option<&[&str]>,
) -> Result<Vec<RecordBatch>> {
    each(lake, table, path, columns).await?.collect()
}

/// The rows of a file, one piece after the other: all of them at once may be ten times its size.
pub(crate) async fn each(
    lake: &Lake,
    table: Table,
    path: &str,
    columns: Option<&[&str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let at = format!("{lake}/{}", table.path(path));
    let context = move || format!("reading {at}; `trailhound lake doctor` says what is missing");
    let at = table.path(path);
    let bytes = lake.store().get(&at).await.with_context(&context)?.bytes().await.with_context(&context)?;
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(bytes).with_context(&context)?;
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(reader.parquet_schema(), columns.iter().copied());
        reader = reader.with_projection(mask);
    }
    Ok(reader.build()?.map(move |batch| batch.with_context(&context)))
}

/// Whether it was the store that failed, which says nothing of what a file holds.
pub(crate) fn is_of_store(error: &anyhow::Error) -> bool {
    let is_failure = |error: &StoreError| !matches!(error, StoreError::NotFound { .. });
    error.chain().any(|cause| cause.downcast_ref().is_some_and(is_failure))
}

/// Whether a data file's hash sidecar is there and whole.
pub(crate) async fn has_keys(lake: &Lake, file: &DataFile) -> Result<bool> {
    let at = layout::hashes_of(&file.path);
    match lake.store().get(&at).await {
        Ok(found) => {
            let bytes = found.bytes().await.with_context(|| format!("reading {lake}/{at}"))?;
            Ok(hashes::read(bytes).is_ok())
        }
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(error).with_context(|| format!("reading {lake}/{at}")),
    }
}

/// Sidecars that are made anew at a time: each takes its data file whole, and an upgrade may ask for thousands.
static REBUILDS: Semaphore = Semaphore::const_new(1);

/// The keys of a data file's events: from its sidecar, or from its rows if that one is gone.
pub(crate) async fn keys_of(lake: &Lake, file: &DataFile) -> Result<Keys> {
    let at = layout::hashes_of(&file.path);
    let found = match lake.store().get(&at).await {
        Ok(found) => Some(found.bytes().await.with_context(|| format!("reading {lake}/{at}"))?),
        Err(StoreError::NotFound { .. }) => None,
        Err(error) => return Err(error).with_context(|| format!("reading {lake}/{at}")),
    };
    let problem = match found.map(hashes::read) {
        Some(Ok(keys)) => return Ok(keys),
        Some(Err(error)) => format!("{error:#}"),
        None => "it is missing".to_owned(),
    };
    tracing::warn!(%at, problem, "a hash sidecar can't be used: making it anew from its data file");
    // It is never closed, so waiting for it can't fail.
    let _one = REBUILDS.acquire().await;
    let keys = rebuild(lake, file).await?;
    let packed = Keys::of(&keys);
    put(lake, &at, hashes::write(keys)).await?;
    Ok(packed)
}

/// The keys of a data file's events, sorted, from the rows: each is printed as its record and decoded again.
pub(crate) async fn rebuild(lake: &Lake, file: &DataFile) -> Result<Vec<EventKey>> {
    let mut keys = Vec::new();
    for batch in each(lake, Table::Cloudtrail, &file.path, None).await? {
        keys.extend(keys_of_rows(&batch?)?);
    }
    keys.sort_unstable();
    Ok(keys)
}

/// The keys of rows with at least the columns that records are printed from.
pub(crate) fn keys_of_rows(batch: &RecordBatch) -> Result<Vec<EventKey>> {
    let printer = Printer::new(batch)?;
    let mut text = String::from("[");
    for row in 0..batch.num_rows() {
        if row > 0 {
            text.push(',');
        }
        printer.write(row, &mut text)?;
    }
    text.push(']');
    let mut keys = Vec::with_capacity(batch.num_rows());
    let mut decoder = decode::Decoder::new(decode::Options { today: i32::MAX });
    let mut emit = |chunk: decode::Chunk| -> Result<()> {
        keys.extend(chunk.keys);
        Ok(())
    };
    decoder.decode(text.as_bytes(), decode::Members::One, &mut emit)?;
    anyhow::ensure!(keys.len() == batch.num_rows(), "a row does not print as a record");
    Ok(keys)
}

/// A column as text, whatever string type it has.
pub(crate) fn text_column(batch: &RecordBatch, name: &str) -> Result<arrow::array::StringArray> {
    let column = batch.column_by_name(name).with_context(|| format!("no column `{name}`"))?;
    Ok(arrow::compute::cast(column, &DataType::Utf8)?.as_string().clone())
}
