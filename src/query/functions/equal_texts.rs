//! `lower` and `upper` of each text once: few of a column are different, and equal ones often stand together.
//!
//! A text that a page of a file repeats is the same view each time, the same place of the same buffer, and so is any
//! text of at most twelve bytes. So those that differ are found without looking at what they say. What is made of
//! them is handed out to all rows, whose views then share it, so that it takes less memory, too. Where more than half of
//! the rows differ the function is asked of all of them.

use arrow::array::{Array, AsArray, StringViewArray, UInt32Array};
use arrow::compute::take;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use datafusion::prelude::SessionContext;

use super::around;

/// Texts that were met last and are remembered: a power of two. More find more that is equal, and take longer to look in.
const REMEMBERED: usize = 256;

/// Puts the two in the place of DataFusion's.
pub(super) fn register(context: &SessionContext) -> Result<()> {
    ["lower", "upper"].into_iter().try_for_each(|name| around::put(context, name, once))
}

fn once(function: &ScalarUDF, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
    let [ColumnarValue::Array(texts)] = args.args.as_slice() else { return function.invoke_with_args(args) };
    let Some((rows, places)) = texts.as_string_view_opt().and_then(different) else {
        return function.invoke_with_args(args);
    };
    args.number_rows = rows.len();
    args.args = vec![ColumnarValue::Array(take(texts, &rows, None)?)];
    let made = function.invoke_with_args(args)?.into_array(rows.len())?;
    Ok(ColumnarValue::Array(take(&made, &places, None)?))
}

/// Rows with different texts, and for each row where its own is among them; nothing where most rows differ. Equal texts
/// may be among the different ones, too.
pub(super) fn different(texts: &StringViewArray) -> Option<(UInt32Array, UInt32Array)> {
    let most = texts.len() / 2;
    let (mut rows, mut places) = (Vec::new(), Vec::with_capacity(texts.len()));
    // With each text its place; a place that is none yet matches nothing.
    let mut met: Vec<(u128, u32)> = vec![(0, u32::MAX); REMEMBERED];
    for (row, &view) in texts.views().iter().enumerate() {
        if texts.is_null(row) {
            places.push(0);
            continue;
        }
        let (last, place) = &mut met[slot(view)];
        if *place == u32::MAX || *last != view {
            if rows.len() >= most {
                return None;
            }
            (*last, *place) = (view, u32::try_from(rows.len()).ok()?);
            rows.push(u32::try_from(row).ok()?);
        }
        places.push(*place);
    }
    let places = UInt32Array::new(places.into(), texts.nulls().cloned());
    (!rows.is_empty()).then(|| (rows.into(), places))
}

/// Where a text is remembered: by all bits of its view, since the length is in the lowest and the place in the highest.
fn slot(view: u128) -> usize {
    #[allow(clippy::cast_possible_truncation, reason = "the halves of it")]
    let mixed = (view as u64 ^ (view >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 32).unwrap_or(0) & (REMEMBERED - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;
    use arrow::datatypes::{DataType, Field};
    use datafusion::config::ConfigOptions;
    use datafusion::execution::FunctionRegistry;
    use proptest::prelude::*;

    use super::*;

    fn call(function: &ScalarUDF, texts: &ArrayRef) -> Result<ArrayRef> {
        let field = Arc::new(Field::new("text", texts.data_type().clone(), true));
        let args = ScalarFunctionArgs {
            args: vec![ColumnarValue::Array(texts.clone())],
            arg_fields: vec![field.clone()],
            number_rows: texts.len(),
            return_field: field,
            config_options: Arc::new(ConfigOptions::new()),
        };
        function.invoke_with_args(args)?.into_array(texts.len())
    }

    fn functions(name: &str) -> (Arc<ScalarUDF>, Arc<ScalarUDF>) {
        let context = SessionContext::new();
        let theirs = context.udf(name).unwrap();
        register(&context).unwrap();
        (theirs, context.udf(name).unwrap())
    }

    #[test]
    fn texts_that_are_repeated_are_made_once_and_shared() {
        let texts = StringViewArray::from_iter((0..1_000).map(|row| match row % 5 {
            0 => None,
            1 => Some("Short"),
            _ => Some("A text that is longer than a view"),
        }));
        let texts: ArrayRef = Arc::new(
            take(&texts, &UInt32Array::from_iter_values((0..1_000).map(|row| row % 5)), None).unwrap(),
        );
        let (theirs, ours) = functions("lower");
        let made = call(&ours, &texts).unwrap();
        assert_eq!(&made, &call(&theirs, &texts).unwrap());
        let bytes: usize = made.as_string_view().data_buffers().iter().map(|buffer| buffer.len()).sum();
        assert!(bytes < 200, "{bytes}");
    }

    #[test]
    fn what_is_no_view_is_left_to_the_function() {
        let (theirs, ours) = functions("upper");
        let texts: ArrayRef =
            Arc::new(arrow::array::StringArray::from(vec![Some("a"), None, Some("a"), Some("a")]));
        assert_eq!(texts.data_type(), &DataType::Utf8);
        assert_eq!(&call(&ours, &texts).unwrap(), &call(&theirs, &texts).unwrap());
    }

    proptest! {
        #[test]
        fn each_row_has_what_the_function_gives_it(
            values in proptest::collection::vec(proptest::option::of("[aBä€İ]{0,16}"), 0..12),
            picks in proptest::collection::vec(any::<proptest::sample::Index>(), 0..80),
            (from, rows) in (0..20_usize, 0..80_usize),
        ) {
            let values = StringViewArray::from_iter(values);
            let picks: Vec<_> = if values.is_empty() { Vec::new() } else {
                picks.iter().map(|pick| u32::try_from(pick.index(values.len())).unwrap()).collect()
            };
            let texts = take(&values, &UInt32Array::from(picks), None).unwrap();
            let from = from.min(texts.len());
            let texts = texts.slice(from, rows.min(texts.len() - from));
            for name in ["lower", "upper"] {
                let (theirs, ours) = functions(name);
                prop_assert_eq!(&call(&ours, &texts).unwrap(), &call(&theirs, &texts).unwrap());
            }
        }
    }
}
