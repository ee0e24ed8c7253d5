//! A file of the user's as a table: `--table accounts=accounts.csv`.
//!
//! The form is told by the name: CSV with a header line, a JSON document of objects, one object a
//! line, Parquet; the text forms may be gzip. In CSV, numbers that are names (account numbers, or
//! anything with leading zeros) stay text: a number would lose the zeros and match nothing.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use arrow::array::AsArray;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format as CsvFormat;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::execution::options::{CsvReadOptions, JsonReadOptions, ParquetReadOptions};
use datafusion::prelude::SessionContext;
use flate2::bufread::MultiGzDecoder;

/// Rows that types are guessed from.
const SAMPLE_ROWS: usize = 10_000;

/// Integers with this many digits or more are names: an account number has twelve.
const NAME_DIGITS: usize = 12;

/// Makes `path` a table called `name`.
pub(crate) async fn register(context: &SessionContext, name: &str, path: &Path) -> Result<()> {
    check_name(context, name)?;
    let whole =
        path.canonicalize().with_context(|| format!("table `{name}`: can't read {}", path.display()))?;
    ensure!(whole.is_file(), "table `{name}`: {} is no file", path.display());
    let location = url::Url::from_file_path(&whole)
        .map_err(|()| anyhow::anyhow!("table `{name}`: {} is no path", path.display()))?;
    let lower = whole.to_string_lossy().to_lowercase();
    let (stem, gzip) = lower.strip_suffix(".gz").map_or((lower.as_str(), false), |stem| (stem, true));
    let form = stem.rsplit('.').next().unwrap_or_default().to_owned();
    let compression = if gzip { FileCompressionType::GZIP } else { FileCompressionType::UNCOMPRESSED };
    let extension = extension_of(&whole, gzip);
    let context_of = || format!("table `{name}`: {} is not as its name says", path.display());
    match form.as_str() {
        "csv" => {
            let schema = csv_schema(&whole, gzip).with_context(context_of)?;
            let options = CsvReadOptions::new()
                .schema(&schema)
                .newlines_in_values(true)
                .file_extension(&extension)
                .file_compression_type(compression);
            context.register_csv(name, location.as_str(), options).await.with_context(context_of)
        }
        "json" | "ndjson" | "jsonl" => {
            let options = JsonReadOptions::default()
                .newline_delimited(!is_document(&whole, gzip).with_context(context_of)?)
                .file_extension(&extension)
                .file_compression_type(compression);
            context.register_json(name, location.as_str(), options).await.with_context(context_of)
        }
        "parquet" if !gzip => {
            let options = ParquetReadOptions::new().file_extension(&extension);
            context.register_parquet(name, location.as_str(), options).await.with_context(context_of)
        }
        _ => bail!(
            "table `{name}`: {} has none of the endings .csv, .json, .ndjson, .jsonl (also with .gz), .parquet",
            path.display()
        ),
    }
}

fn check_name(context: &SessionContext, name: &str) -> Result<()> {
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    ensure!(plain, "table name `{name}`: use small letters, digits and `_`");
    ensure!(!context.table_exist(name)?, "table `{name}` is there already; choose another name");
    Ok(())
}

/// As it is written, since DataFusion compares it with the path.
fn extension_of(path: &Path, gzip: bool) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut parts = name.rsplitn(if gzip { 3 } else { 2 }, '.');
    let last = parts.next().unwrap_or_default().to_owned();
    match (gzip, parts.next()) {
        (true, Some(before)) => format!(".{before}.{last}"),
        _ => format!(".{last}"),
    }
}

fn open(path: &Path, gzip: bool) -> Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    Ok(if gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// Whether a JSON file is one document, a list, rather than an object a line.
fn is_document(path: &Path, gzip: bool) -> Result<bool> {
    let mut reader = BufReader::new(open(path, gzip)?);
    loop {
        let bytes = reader.fill_buf()?;
        let (length, found) = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(byte) => return Ok(*byte == b'['),
            None => (bytes.len(), bytes.is_empty()),
        };
        if found {
            return Ok(false);
        }
        reader.consume(length);
    }
}

fn csv_schema(path: &Path, gzip: bool) -> Result<Schema> {
    let format = CsvFormat::default().with_header(true);
    let (guessed, _) = format.infer_schema(open(path, gzip)?, Some(SAMPLE_ROWS))?;
    let as_text: Vec<_> =
        guessed.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true)).collect();
    let reader =
        ReaderBuilder::new(Arc::new(Schema::new(as_text))).with_header(true).build(open(path, gzip)?)?;
    let mut names = vec![false; guessed.fields().len()];
    let mut rows = 0;
    for batch in reader {
        let batch = batch?;
        for (column, is_name) in batch.columns().iter().zip(&mut names) {
            *is_name |= column.as_string::<i32>().iter().flatten().any(is_name_like);
        }
        rows += batch.num_rows();
        if rows >= SAMPLE_ROWS {
            break;
        }
    }
    let fields = guessed.fields().iter().zip(names).map(|(field, is_name)| match field.data_type() {
        DataType::Int64 if is_name => Field::new(field.name(), DataType::Utf8, true),
        DataType::Null => Field::new(field.name(), DataType::Utf8, true),
        _ => field.as_ref().clone().with_nullable(true),
    });
    Ok(Schema::new(fields.collect::<Vec<_>>()))
}

fn is_name_like(value: &str) -> bool {
    let digits = value.trim();
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() >= NAME_DIGITS || digits.len() > 1 && digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn show(name: &str, text: &[u8], sql: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let context = SessionContext::new();
        register(&context, "t", &path).await.unwrap();
        let rows = context.sql(sql).await.unwrap().collect().await.unwrap();
        arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string()
    }

    #[tokio::test]
    async fn account_numbers_of_a_csv_stay_text() {
        let csv = b"id,owner,size\n000000000012,ops,7\n123456789012,\"a\nb\",8\n";
        let shown =
            show("a.CSV", csv, "SELECT arrow_typeof(id) AS i, arrow_typeof(size) AS s, id FROM t").await;
        assert!(
            shown.contains("Utf8") && shown.contains("Int64") && shown.contains("000000000012"),
            "{shown}"
        );
    }

    #[tokio::test]
    async fn json_is_read_as_a_document_and_by_lines() {
        for (name, text) in [("a.json", "[{\"a\": 1}, {\"a\": 2}]"), ("a.ndjson", "{\"a\": 1}\n{\"a\": 2}\n")]
        {
            let shown = show(name, text.as_bytes(), "SELECT sum(a) AS s FROM t").await;
            assert!(shown.contains("| 3 |"), "{name}: {shown}");
        }
    }

    #[tokio::test]
    async fn a_name_that_is_taken_or_a_file_that_is_not_there_is_refused() {
        let context = SessionContext::new();
        let refusal = async |name: &str, path: &str| {
            format!("{:#}", register(&context, name, Path::new(path)).await.unwrap_err())
        };
        assert!(refusal("t", "/nowhere.csv").await.starts_with("table `t`: can't read /nowhere.csv"));
        assert!(refusal("T x", "/nowhere.csv").await.starts_with("table name `T x`"));
        assert!(refusal("t", "/").await.contains("is no file"));
    }
}
