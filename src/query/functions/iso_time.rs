//! Athena's text forms of time, made so that comparisons with a literal still prune files.
//!
//! `to_iso8601(event_time) >= '2026-01-15T00:00:00Z'` is turned by DataFusion into a comparison of
//! `event_time`, since each text stands for one range of moments: its preimage. Other literals than
//! whole ones (`'2026-01-15'`) are compared as text, which is right and slow.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};
use datafusion::common::{ScalarValue, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;

use super::FunctionDoc;
use crate::decode::{parse_time, print_time};
use crate::event::timestamp_type;

pub(super) const TO_ISO8601: FunctionDoc = FunctionDoc {
    name: "to_iso8601",
    about: "a moment as CloudTrail writes it; fractions of a second are left out",
    example: "to_iso8601(TIMESTAMP '2026-01-15 08:00:00')",
    result: "2026-01-15T08:00:00Z",
};

pub(super) const PARTITION_DAY: FunctionDoc = FunctionDoc {
    name: "partition_day",
    about: "a date as Athena's partition projection writes it",
    example: "partition_day(DATE '2026-01-15')",
    result: "2026/01/15",
};

const SECOND: i64 = 1_000_000;

pub(super) fn register(context: &SessionContext) {
    for form in [Form::Second, Form::Day] {
        context.register_udf(ScalarUDF::from(IsoTime {
            form,
            signature: Signature::any(1, Volatility::Immutable),
        }));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    Second,
    Day,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct IsoTime {
    form: Form,
    signature: Signature,
}

impl Form {
    /// The type its argument is taken in.
    fn input(self) -> DataType {
        match self {
            Self::Second => timestamp_type(),
            Self::Day => DataType::Date32,
        }
    }

    /// The texts are as long as this, and sorted as the moments are.
    fn print(self, array: &ArrayRef) -> Result<StringArray> {
        let array = cast(array, &self.input())?;
        Ok(match self {
            Self::Second => array
                .as_primitive::<TimestampMicrosecondType>()
                .iter()
                .map(|time| time.map(print_time))
                .collect(),
            Self::Day => array.as_primitive::<Date32Type>().iter().map(|day| day.map(print_day)).collect(),
        })
    }

    /// The first value that a text stands for, and the first after.
    fn range(self, text: &str) -> Option<(ScalarValue, ScalarValue)> {
        match self {
            Self::Second => {
                let time = parse_time(text).filter(|time| time.usual)?;
                let at = |micros| ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()));
                Some((at(time.micros), at(time.micros + SECOND)))
            }
            Self::Day => {
                let day = parse_day(text)?;
                Some((ScalarValue::Date32(Some(day)), ScalarValue::Date32(Some(day + 1))))
            }
        }
    }
}

/// `from_iso8601_timestamp(to_iso8601(x))` is `x`: a comparison of it prunes then. A fraction of a
/// second, which the text leaves out, is kept.
pub(super) fn undo(args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
    if let [Expr::ScalarFunction(inner)] = args.as_slice()
        && inner.func.name() == TO_ISO8601.name
        && let [moment] = inner.args.as_slice()
        && info.get_data_type(moment)? == timestamp_type()
    {
        return Ok(ExprSimplifyResult::Simplified(moment.clone()));
    }
    Ok(ExprSimplifyResult::Original(args))
}

fn print_day(day: i32) -> String {
    let midnight = print_time(i64::from(day) * 86_400 * SECOND);
    midnight.split('T').next().unwrap_or_default().replace('-', "/")
}

fn parse_day(text: &str) -> Option<i32> {
    let time = parse_time(&format!("{}T00:00:00Z", text.replace('/', "-")))?;
    let day = i32::try_from(time.micros.div_euclid(86_400 * SECOND)).ok()?;
    (print_day(day) == text).then_some(day)
}

impl ScalarUDFImpl for IsoTime {
    fn name(&self) -> &str {
        match self.form {
            Form::Second => TO_ISO8601.name,
            Form::Day => PARTITION_DAY.name,
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [DataType::Timestamp(..) | DataType::Date32 | DataType::Null] => Ok(DataType::Utf8),
            _ => plan_err!("`{}` takes a timestamp or a date", self.name()),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match &args.args[0] {
            ColumnarValue::Array(array) => Ok(ColumnarValue::Array(Arc::new(self.form.print(array)?))),
            ColumnarValue::Scalar(scalar) => {
                let text = self.form.print(&scalar.to_array()?)?;
                let text = text.is_valid(0).then(|| text.value(0).to_owned());
                Ok(ColumnarValue::Scalar(ScalarValue::Utf8(text)))
            }
        }
    }

    fn preimage(&self, args: &[Expr], literal: &Expr, info: &SimplifyContext) -> Result<PreimageResult> {
        let ([expr], Expr::Literal(value, _)) = (args, literal) else { return Ok(PreimageResult::None) };
        let range = value.try_as_str().flatten().and_then(|text| self.form.range(text));
        match range {
            Some((first, after)) if info.get_data_type(expr)? == self.form.input() => {
                let interval = Box::new(Interval::try_new(first, after)?);
                Ok(PreimageResult::Range { expr: expr.clone(), interval })
            }
            _ => Ok(PreimageResult::None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stands_for_the_moments_that_print_as_it() {
        let (first, after) = Form::Second.range("2026-01-15T08:00:00Z").unwrap();
        let text =
            |value: &ScalarValue| Form::Second.print(&value.to_array().unwrap()).unwrap().value(0).to_owned();
        assert_eq!(text(&first), "2026-01-15T08:00:00Z");
        assert_eq!(text(&after), "2026-01-15T08:00:01Z");
        assert!(Form::Second.range("2026-01-15").is_none());
        assert!(Form::Day.range("2026/01/15").is_some() && Form::Day.range("2026-01-15").is_none());
        assert!(Form::Day.range("2026/13/15").is_none());
    }
}
