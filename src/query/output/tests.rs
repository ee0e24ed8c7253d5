use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;

use super::*;

fn rows(columns: Vec<(&str, ArrayRef)>) -> SendableRecordBatchStream {
    let fields: Vec<_> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, column)| column).collect());
    Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter([Ok(batch.unwrap())])))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

async fn bytes(
    stream: SendableRecordBatchStream,
    format: Format,
    width: Option<usize>,
) -> (Vec<u8>, Summary) {
    let mut out = Vec::new();
    let summary = write(stream, format, &mut out, Options { width }).await.unwrap();
    (out, summary)
}

async fn text(stream: SendableRecordBatchStream, format: Format, width: Option<usize>) -> String {
    String::from_utf8(bytes(stream, format, width).await.0).unwrap()
}

/// The same texts in both ways in which they come.
fn texts_and_views(values: &[Option<&str>]) -> [ArrayRef; 2] {
    [texts(values), Arc::new(StringViewArray::from(values.to_vec()))]
}

#[tokio::test]
async fn a_cell_of_csv_is_never_a_formula() {
    let cells = [Some("=1+1"), Some("+x"), Some("-x"), Some("@x"), Some("\tx"), Some("\rx"), Some("a=b")];
    for cells in texts_and_views(&cells) {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![-1; 7]));
        let shown = text(rows(vec![("=a", cells), ("n", numbers)]), Format::Csv, None).await;
        assert_eq!(
            shown,
            "'=a,n\r\n'=1+1,-1\r\n'+x,-1\r\n'-x,-1\r\n'@x,-1\r\n'\tx,-1\r\n\"'\rx\",-1\r\na=b,-1\r\n"
        );
    }
}

#[tokio::test]
async fn csv_keeps_quotes_commas_lines_and_null_apart() {
    let cells = [Some("a,b"), Some("say \"x\""), Some("two\nlines"), Some(" x"), Some(""), None];
    for cells in texts_and_views(&cells) {
        let shown = text(rows(vec![("a", cells), ("b", texts(&[Some("x"); 6]))]), Format::Csv, None).await;
        assert_eq!(
            shown,
            "a,b\r\n\"a,b\",x\r\n\"say \"\"x\"\"\",x\r\n\"two\nlines\",x\r\n\" x\",x\r\n\"\",x\r\n,x\r\n"
        );
    }
}

#[tokio::test]
async fn json_has_every_column_and_moments_in_utc() {
    let zoned: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC"));
    let plain: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![1_500_000]));
    let stream = || rows(vec![("a", zoned.clone()), ("b", plain.clone()), ("c", texts(&[None]))]);
    let object = r#"{"a":"1970-01-01T00:00:00Z","b":"1970-01-01T00:00:01.500Z","c":null}"#;
    assert_eq!(text(stream(), Format::Json, None).await, format!("[{object}]\n"));
    assert_eq!(text(stream(), Format::Ndjson, None).await, format!("{object}\n"));
}

#[tokio::test]
async fn an_empty_result_is_a_whole_document_in_every_form() {
    let none = || rows(vec![("a", texts(&[]))]);
    assert_eq!(text(none(), Format::Json, None).await, "[]\n");
    assert_eq!(text(none(), Format::Ndjson, None).await, "");
    assert_eq!(text(none(), Format::Csv, None).await, "a\r\n");
    assert_eq!(text(none(), Format::Table, None).await, "a\n-\n");
    assert!(bytes(none(), Format::Parquet, None).await.0.ends_with(b"PAR1"));
}

#[tokio::test]
async fn a_table_lines_up_and_escapes_what_a_terminal_acts_on() {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7, 1234]));
    let stream = rows(vec![("name", texts(&[Some("a\u{1b}[2J"), None])), ("n", numbers)]);
    let shown = text(stream, Format::Table, None).await;
    assert_eq!(shown, "name           n\n----------  ----\na\\u{1b}[2J     7\n·           1234\n");
}

#[tokio::test]
async fn a_table_fits_the_terminal_or_turns_into_blocks() {
    let long = "x".repeat(100);
    let columns = |count: usize| {
        let names = ["a", "b", "c", "d", "e", "f"];
        rows(names[..count].iter().map(|name| (*name, texts(&[Some(long.as_str())]))).collect())
    };
    let (out, summary) = bytes(columns(2), Format::Table, Some(40)).await;
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");
    assert!(shown.contains('…') && summary.cut_cells == 2, "{shown}");
    let shown = text(columns(6), Format::Table, Some(40)).await;
    assert!(
        shown.starts_with("-- row 1\na  xxx") && shown.lines().all(|line| line.chars().count() <= 40),
        "{shown}"
    );
    let shown = text(columns(6), Format::Table, None).await;
    assert!(!shown.contains('…'));
}

#[tokio::test]
async fn an_error_on_the_way_is_the_outputs_error() {
    let schema = Arc::new(Schema::new(vec![Field::new("a", arrow::datatypes::DataType::Utf8, true)]));
    let error = DataFusionError::ResourcesExhausted("too much".to_owned());
    let stream = Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter([Err(error)])));
    let result = write(stream, Format::Csv, &mut Vec::new(), Options::default()).await;
    assert!(matches!(result, Err(OutputError::Query(QueryError::Limit(_)))));
}
