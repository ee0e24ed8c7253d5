//! Bounds on functions of DataFusion's whose result may be far larger than what they are given.
//!
//! `repeat('x', 2000000000)` asks for all its memory at once, before anybody can see it grow, and a
//! request that the system refuses ends the process. So the size of the result is reckoned from the
//! arguments first. What grows little by little (`replace`, `concat` over and over) is not here: the
//! watchdog sees it.

use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF};
use datafusion::prelude::SessionContext;

use super::arguments::Call;
use super::around;

/// Bytes that one call may make of one batch of rows.
const RESULT_MAX: u64 = 64 << 20;

/// Bytes of a text that is the same in all rows: in 8,192 of them it comes to less than the 2 GiB at which a
/// column ends.
pub(in crate::query) const CONSTANT_MAX: u64 = 200 << 10;

/// Bytes that an item of a list takes at least, with what is kept beside it.
const ITEM: u64 = 8;

/// About how many bytes a call makes.
type Size = fn(&Call<'_>) -> Result<u64>;

/// The functions, by all their names.
const FUNCTIONS: [(&str, Size); 7] = [
    ("repeat", repeated),
    ("lpad", padded),
    ("rpad", padded),
    ("array_repeat", repeated_in_list),
    ("array_resize", padded_list),
    ("range", counted),
    ("generate_series", counted),
];

/// Puts the bounded functions in the place of the others.
pub(super) fn register(context: &SessionContext) -> Result<()> {
    let bounded = |size| move |inner: &ScalarUDF, args| bounded(inner, args, size);
    FUNCTIONS.into_iter().try_for_each(|(name, size)| around::put(context, name, bounded(size)))
}

fn sum(call: &Call<'_>, of_row: impl Fn(usize) -> u64) -> u64 {
    (0..call.rows).map(of_row).fold(0, u64::saturating_add)
}

fn count_at(numbers: &arrow::array::Int64Array, row: usize) -> u64 {
    use arrow::array::Array;
    if numbers.is_null(row) { 0 } else { u64::try_from(numbers.value(row)).unwrap_or(0) }
}

fn repeated(call: &Call<'_>) -> Result<u64> {
    let (texts, counts) = (call.text(0)?, call.numbers(1)?);
    let length = |row| texts.get(row).map_or(0, str::len) as u64;
    Ok(sum(call, |row| length(row).saturating_mul(count_at(&counts, row))))
}

fn padded(call: &Call<'_>) -> Result<u64> {
    let lengths = call.numbers(1)?;
    Ok(sum(call, |row| count_at(&lengths, row)))
}

fn repeated_in_list(call: &Call<'_>) -> Result<u64> {
    let (item, counts) = (item_size(call.raw(0)), call.numbers(1)?);
    Ok(sum(call, |row| count_at(&counts, row).saturating_mul(item)))
}

/// What one of the items takes that a list is filled with.
fn item_size(item: Option<&ColumnarValue>) -> u64 {
    let size = match item {
        Some(ColumnarValue::Scalar(item)) => item.size() as u64,
        Some(ColumnarValue::Array(items)) if !items.is_empty() => {
            items.get_array_memory_size() as u64 / items.len() as u64
        }
        _ => 0,
    };
    size.max(ITEM)
}

fn padded_list(call: &Call<'_>) -> Result<u64> {
    let (item, lengths) = (item_size(call.raw(2)), call.numbers(1)?);
    Ok(sum(call, |row| count_at(&lengths, row).saturating_mul(item)))
}

/// Of whole numbers only: dates and moments are made one by one.
fn counted(call: &Call<'_>) -> Result<u64> {
    use arrow::array::Array;
    let given = (0..3).map_while(|index| call.raw(index)).count();
    if (0..given).any(|index| call.raw(index).is_some_and(|argument| !argument.data_type().is_integer())) {
        return Ok(0);
    }
    let (first, last) = if given == 1 { (1, 0) } else { (0, 1) };
    let (starts, stops, steps) = (call.numbers(first)?, call.numbers(last)?, call.numbers(2)?);
    let at = |numbers: &arrow::array::Int64Array, row, otherwise| match numbers.is_null(row) {
        true => otherwise,
        false => numbers.value(row),
    };
    Ok(sum(call, |row| {
        let (start, step) = (if given == 1 { 0 } else { at(&starts, row, 0) }, at(&steps, row, 1));
        let stop = at(&stops, row, start);
        let towards = step != 0 && (stop >= start) == (step > 0);
        if towards { (stop.abs_diff(start) / step.unsigned_abs()).saturating_mul(ITEM) } else { 0 }
    }))
}

/// Asks a function only for what may be made.
fn bounded(inner: &ScalarUDF, args: ScalarFunctionArgs, size: Size) -> Result<ColumnarValue> {
    let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
    let rows = if constant { 1 } else { args.number_rows };
    let bytes = size(&Call::new("", &args.args, rows))?;
    let is_text = args.return_field.data_type().is_string();
    let most = if constant && is_text { CONSTANT_MAX } else { RESULT_MAX };
    if bytes > most {
        return exec_err!(
            "`{}` would make {bytes} bytes of {rows} rows; at most {most} are made at a time",
            inner.name()
        );
    }
    inner.invoke_with_args(args)
}
