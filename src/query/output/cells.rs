//! Values as text forms show them: moments in UTC with a `Z`, what no form knows as plain text.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::OutputError;

/// How values print; NULL is nothing, and the forms decide what to write for it.
pub(super) fn formatter(column: &dyn Array) -> Result<ArrayFormatter<'_>, OutputError> {
    static OPTIONS: FormatOptions<'static> = FormatOptions::new();
    Ok(ArrayFormatter::try_new(column, &OPTIONS)?)
}

/// Whether values of a type are text that somebody else has written.
pub(super) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        other => other.is_nested(),
    }
}

/// Whether values of a type stand at the right.
pub(super) fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

fn shown_type(data_type: &DataType) -> DataType {
    match data_type {
        // A moment without a zone is one of UTC: the session's zone is.
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, Some("UTC".into())),
        DataType::Interval(_) | DataType::Duration(_) | DataType::Union(..) => DataType::Utf8,
        other => other.clone(),
    }
}

/// The columns as they are shown.
pub(super) fn shown_schema(schema: &Schema) -> SchemaRef {
    let field = |field: &Arc<Field>| {
        let field = field.as_ref().clone();
        let data_type = shown_type(field.data_type());
        Arc::new(field.with_data_type(data_type).with_nullable(true))
    };
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

/// A batch as it is shown.
pub(super) fn shown(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, OutputError> {
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (column, field) in batch.columns().iter().zip(schema.fields()) {
        columns.push(shown_column(column, field.data_type())?);
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

fn shown_column(column: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, OutputError> {
    if column.data_type() == wanted {
        return Ok(column.clone());
    }
    if *wanted != DataType::Utf8 {
        return Ok(cast(column, wanted)?);
    }
    let formatter = formatter(column)?;
    let mut texts = StringBuilder::new();
    for row in 0..column.len() {
        match column.is_null(row) {
            true => texts.append_null(),
            false => texts.append_value(formatter.value(row).to_string()),
        }
    }
    Ok(Arc::new(texts.finish()))
}
