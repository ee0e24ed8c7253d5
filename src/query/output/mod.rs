//! What a query gives, in the form that is asked for.
//!
//! One trait, one file a form; batches are written as they come. All text of a result may have been
//! chosen by an attacker: what a terminal or a spreadsheet would act on is escaped by the form that is
//! read there ([`escape`], and `csv`).

mod arrow_stream;
mod cells;
mod csv;
mod escape;
mod json;
mod parquet;
mod table;

use std::io::Write;
use std::str::FromStr;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use super::QueryError;

pub use self::escape::escape;

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns for people.
    Table,
    /// RFC 4180, safe for spreadsheets.
    Csv,
    /// One document: a list of objects.
    Json,
    /// One object a line.
    Ndjson,
    /// A Parquet file.
    Parquet,
    /// Arrow's IPC stream.
    Arrow,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Table, Self::Csv, Self::Json, Self::Ndjson, Self::Parquet, Self::Arrow];

    /// As the command line says it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Whether it is bytes that no terminal should be shown.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| format!("no format `{text}`; there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}

/// Where a result goes to and how it is shown there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Columns of the terminal; `None` where there is none, so that nothing is cut.
    pub width: Option<usize>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows.
    pub rows: u64,
    /// Cells that a table showed only the beginning of.
    pub cut_cells: u64,
}

/// Why a result was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The query ended with an error.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Writing failed; a broken pipe says that the reader has enough.
    #[error("can't write the result: {0}")]
    Io(#[from] std::io::Error),
    /// The form can't hold a type of the result.
    #[error("the result can't be written in this format: {0}")]
    Form(String),
}

impl From<arrow::error::ArrowError> for OutputError {
    fn from(error: arrow::error::ArrowError) -> Self {
        match error {
            arrow::error::ArrowError::IoError(_, error) => Self::Io(error),
            other => Self::Form(other.to_string()),
        }
    }
}

impl From<::parquet::errors::ParquetError> for OutputError {
    fn from(error: ::parquet::errors::ParquetError) -> Self {
        match error {
            ::parquet::errors::ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
                Ok(error) => Self::Io(*error),
                Err(cause) => Self::Form(cause.to_string()),
            },
            other => Self::Form(other.to_string()),
        }
    }
}

/// One form, being written.
trait Form {
    /// Writes a batch; all have the same columns.
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError>;

    /// Writes what is left, and the end.
    fn finish(self: Box<Self>) -> Result<u64, OutputError>;
}

fn form<'w>(
    format: Format,
    schema: &SchemaRef,
    out: &'w mut (dyn Write + Send),
    options: Options,
) -> Result<Box<dyn Form + 'w>, OutputError> {
    Ok(match format {
        Format::Table => Box::new(table::Table::new(schema, out, options.width)),
        Format::Csv => Box::new(csv::Csv::new(schema, out)?),
        Format::Json => Box::new(json::Document::new(out)),
        Format::Ndjson => Box::new(json::Lines::new(out)),
        Format::Parquet => Box::new(parquet::Parquet::new(schema, out)?),
        Format::Arrow => Box::new(arrow_stream::ArrowStream::new(schema, out)?),
    })
}

/// Writes a result to `out` as it comes. The caller says to people how many rows there were.
///
/// # Errors
/// When the query fails on its way, or writing does.
pub async fn write(
    mut stream: SendableRecordBatchStream,
    format: Format,
    out: &mut (dyn Write + Send),
    options: Options,
) -> Result<Summary, OutputError> {
    let schema = if format.is_binary() { stream.schema() } else { cells::shown_schema(&stream.schema()) };
    let mut summary = Summary::default();
    let mut form = form(format, &schema, out, options)?;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(QueryError::of_running)?;
        let batch = if format.is_binary() { batch } else { cells::shown(&batch, &schema)? };
        summary.rows += batch.num_rows() as u64;
        form.batch(&batch)?;
    }
    summary.cut_cells = form.finish()?;
    out.flush()?;
    Ok(summary)
}

impl From<DataFusionError> for OutputError {
    fn from(error: DataFusionError) -> Self {
        Self::Query(QueryError::of_running(error))
    }
}

#[cfg(test)]
mod tests;
