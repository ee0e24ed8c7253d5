//! SQL functions of our own, and the ones of Trino that Athena's queries use.
//!
//! A function is a [`Function`]: a name, an example that is its test, and a plain Rust function over
//! [`Call`]'s arguments. One adapter makes DataFusion's of all of them, so that each takes every type of
//! string there is (plain, large, view, dictionary, and the union that `->` yields), gives NULL for
//! what can't be read, and runs once where all arguments are constants.
//!
//! Not here: functions that the planner treats specially (`iso_time`, `element_at`).

mod arguments;
mod around;
mod distinct;
mod element_at;
mod equal_texts;
mod geo;
mod group_texts;
mod growth;
mod ip;
mod iso_time;
mod json_path;
mod lists;
mod policy;
mod resources;
mod sigma_like;
mod time;

use std::hash::{Hash, Hasher};
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{ScalarValue, plan_err};
use datafusion::error::Result;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, TypeSignature, Volatility,
};
use datafusion::prelude::SessionContext;

use self::arguments::Call;

pub(super) use self::geo::place;
pub(super) use self::growth::CONSTANT_MAX;
pub(crate) use self::ip::parse_block;

/// A function over text.
struct Function {
    name: &'static str,
    /// What it does, in a sentence.
    about: &'static str,
    /// A call, and what it gives, as text.
    example: (&'static str, &'static str),
    arguments: RangeInclusive<usize>,
    returns: fn() -> DataType,
    /// Which arguments may be something else than text.
    other: fn(usize, &DataType) -> bool,
    call: fn(&Call<'_>) -> Result<ArrayRef>,
}

/// What a function does, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionDoc {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// An expression.
    pub example: &'static str,
    /// What the example gives.
    pub result: &'static str,
}

fn only_text(_: usize, _: &DataType) -> bool {
    false
}

fn all() -> impl Iterator<Item = &'static Function> {
    let lists: [&'static [Function]; 5] =
        [&ip::FUNCTIONS, &sigma_like::FUNCTIONS, &policy::FUNCTIONS, &json_path::FUNCTIONS, &time::FUNCTIONS];
    lists.into_iter().flatten().chain(&resources::FUNCTIONS)
}

/// What our functions do.
pub fn docs() -> Vec<FunctionDoc> {
    let ours = all().map(|function| FunctionDoc {
        name: function.name,
        about: function.about,
        example: function.example.0,
        result: function.example.1,
    });
    ours.chain(geo::docs()).chain([element_at::DOC, iso_time::TO_ISO8601, iso_time::PARTITION_DAY]).collect()
}

/// Registers all functions: ours and the JSON operators. A worker calls it too.
///
/// # Errors
/// When DataFusion refuses one.
pub fn register(context: &SessionContext) -> Result<()> {
    datafusion_functions_json::register_all(&mut *context.state_ref().write())?;
    lists::register(context)?;
    for function in all() {
        context.register_udf(ScalarUDF::from(Adapter::new(function)));
    }
    geo::register(context);
    element_at::register(context);
    iso_time::register(context);
    distinct::register(context)?;
    equal_texts::register(context)?;
    growth::register(context)
}

/// A [`Function`] as DataFusion wants it.
struct Adapter {
    function: &'static Function,
    signature: Signature,
}

impl Adapter {
    fn new(function: &'static Function) -> Self {
        let counts = function.arguments.clone().map(TypeSignature::Any).collect();
        Self { function, signature: Signature::one_of(counts, Volatility::Immutable) }
    }
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.function.name)
    }
}

impl PartialEq for Adapter {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for Adapter {}

impl Hash for Adapter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for Adapter {
    fn name(&self) -> &str {
        self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        for (index, data_type) in types.iter().enumerate() {
            if !arguments::is_text(data_type) && !(self.function.other)(index, data_type) {
                return plan_err!(
                    "argument {} of `{}` is {data_type}, not text: for example `{}`",
                    index + 1,
                    self.function.name,
                    self.function.example.0
                );
            }
        }
        Ok((self.function.returns)())
    }

    /// Reading the text that a moment was printed as gives the moment.
    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        match self.function.name == time::FROM_ISO8601 {
            true => iso_time::undo(args, info),
            false => Ok(ExprSimplifyResult::Original(args)),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let result = (self.function.call)(&Call::new(self.function.name, &args.args, rows))?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(result))
    }
}

fn boolean() -> DataType {
    DataType::Boolean
}

fn text() -> DataType {
    DataType::Utf8
}

fn texts() -> DataType {
    DataType::List(Arc::new(arrow::datatypes::Field::new_list_field(DataType::Utf8, true)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::query::{Limits, Session};

    async fn evaluate(expression: &str) -> String {
        let session = Session::empty(&Limits::default()).unwrap().with_geoip(&geo::tests::documentation());
        let frame = session.plan(&format!("SELECT {expression} AS result"), &BTreeMap::new()).unwrap();
        let batches = frame.collect().await.unwrap();
        let column = batches[0].column(0);
        let options = arrow::util::display::FormatOptions::default().with_null("NULL");
        arrow::util::display::ArrayFormatter::try_new(column, &options).unwrap().value(0).to_string()
    }

    #[tokio::test]
    async fn every_example_gives_what_it_says() {
        for doc in docs() {
            assert_eq!(evaluate(doc.example).await, doc.result, "{}", doc.example);
            assert!(doc.example.contains(doc.name), "{}", doc.name);
        }
    }

    #[tokio::test]
    async fn every_type_of_text_is_taken() {
        for kind in ["Utf8", "LargeUtf8", "Utf8View", "Dictionary(Int32, Utf8)"] {
            let cast = |text: &str| format!("arrow_cast({text}, '{kind}')");
            let column = format!(
                "(SELECT cidr_contains({}, {}) FROM (VALUES ('10.0.0.0/8', '10.1.1.1')) AS t(a, b))",
                cast("a"),
                cast("b")
            );
            assert_eq!(evaluate(&column).await, "true", "{kind}");
            let like = format!("(SELECT sigma_like({}, 'A*') FROM (VALUES ('abc')) AS t(a))", cast("a"));
            assert_eq!(evaluate(&like).await, "true", "{kind}");
        }
    }

    #[tokio::test]
    async fn a_number_where_text_is_wanted_is_told() {
        let session = Session::empty(&Limits::default()).unwrap();
        let error = session.plan("SELECT ip_kind(1)", &BTreeMap::new()).unwrap_err().to_string();
        assert!(error.contains("argument 1 of `ip_kind` is Int64, not text"), "{error}");
    }
}
