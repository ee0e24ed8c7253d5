//! The arguments of a call, read as text whatever their type.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringViewArray, StringViewBuilder, UnionArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{ScalarValue, exec_datafusion_err};
use datafusion::error::Result;
use datafusion::logical_expr::ColumnarValue;
use datafusion_functions_json::{JsonUnionEncoder, JsonUnionValue};

/// Whether values of a type are text, or what `->` yields.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        DataType::Union(..) => true,
        _ => false,
    }
}

/// One call over a batch.
pub(crate) struct Call<'a> {
    name: &'static str,
    args: &'a [ColumnarValue],
    pub(crate) rows: usize,
}

/// An argument as text: one value for all rows, or one a row.
pub(crate) enum Texts {
    One(Option<String>),
    Each(StringViewArray),
}

impl Texts {
    /// The value at a row.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::One(value) => value.as_deref(),
            Self::Each(values) => values.is_valid(row).then(|| values.value(row)),
        }
    }

    /// The value, if it is the same for all rows; what is made of it need be made only once.
    pub(crate) fn constant(&self) -> Option<Option<&str>> {
        match self {
            Self::One(value) => Some(value.as_deref()),
            Self::Each(_) => None,
        }
    }
}

impl<'a> Call<'a> {
    pub(crate) fn new(name: &'static str, args: &'a [ColumnarValue], rows: usize) -> Self {
        Self { name, args, rows }
    }

    /// Its name, for errors.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// An argument as it is, if it was given.
    pub(crate) fn raw(&self, index: usize) -> Option<&'a ColumnarValue> {
        self.args.get(index)
    }

    /// An argument as text; NULLs when it was not given.
    pub(crate) fn text(&self, index: usize) -> Result<Texts> {
        match self.args.get(index) {
            None => Ok(Texts::One(None)),
            Some(ColumnarValue::Array(array)) => Ok(Texts::Each(as_texts(array)?)),
            Some(ColumnarValue::Scalar(scalar)) => {
                let values = as_texts(&scalar.to_array()?)?;
                Ok(Texts::One(values.is_valid(0).then(|| values.value(0).to_owned())))
            }
        }
    }

    /// An argument as whole numbers, one a row.
    pub(crate) fn numbers(&self, index: usize) -> Result<Int64Array> {
        let array = match self.args.get(index) {
            None => return Ok(Int64Array::new_null(self.rows)),
            Some(argument) => argument.to_array(self.rows)?,
        };
        Ok(cast(&array, &DataType::Int64)?.as_primitive().clone())
    }
}

/// A column of any type of text.
fn as_texts(array: &ArrayRef) -> Result<StringViewArray> {
    if let DataType::Union(..) = array.data_type() {
        return of_union(array);
    }
    Ok(cast(array, &DataType::Utf8View)?.as_string_view().clone())
}

/// What `->` yields: text as itself, all else as JSON.
fn of_union(array: &ArrayRef) -> Result<StringViewArray> {
    let union = array.as_any().downcast_ref::<UnionArray>().cloned();
    let encoder = union.and_then(JsonUnionEncoder::from_union);
    let encoder = encoder.ok_or_else(|| exec_datafusion_err!("a union that is not of `->`"))?;
    let mut texts = StringViewBuilder::with_capacity(encoder.len());
    for row in 0..encoder.len() {
        match encoder.get_value(row) {
            JsonUnionValue::JsonNull => texts.append_null(),
            JsonUnionValue::Bool(value) => texts.append_value(value.to_string()),
            JsonUnionValue::Int(value) => texts.append_value(value.to_string()),
            JsonUnionValue::Float(value) => texts.append_value(value.to_string()),
            JsonUnionValue::Str(value) | JsonUnionValue::Array(value) | JsonUnionValue::Object(value) => {
                texts.append_value(value);
            }
        }
    }
    Ok(texts.finish())
}

/// The lists of an argument, one a row; a scalar list is one row.
pub(crate) fn list_values(value: &ColumnarValue) -> Result<Option<Vec<Option<Vec<String>>>>> {
    let array = match value {
        ColumnarValue::Array(array) => array.clone(),
        ColumnarValue::Scalar(scalar) => scalar.to_array()?,
    };
    let rows: Vec<Option<ArrayRef>> = match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().iter().collect(),
        DataType::LargeList(_) => array.as_list::<i64>().iter().collect(),
        DataType::FixedSizeList(..) => array.as_fixed_size_list().iter().collect(),
        _ => return Ok(None),
    };
    let texts = |items: ArrayRef| -> Result<Vec<String>> {
        // The type of `[]` is not text.
        if items.is_empty() {
            return Ok(Vec::new());
        }
        Ok(as_texts(&items)?.iter().flatten().map(str::to_owned).collect())
    };
    Ok(Some(rows.into_iter().map(|row| row.map(texts).transpose()).collect::<Result<_>>()?))
}

/// Whether a type is a list.
pub(crate) fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..))
}

/// A scalar that is NULL.
pub(crate) fn is_null(value: &ColumnarValue) -> bool {
    matches!(value, ColumnarValue::Scalar(scalar) if *scalar == ScalarValue::Null || scalar.is_null())
}
