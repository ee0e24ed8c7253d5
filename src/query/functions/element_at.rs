//! `element_at`: an item of an array by its place from 1, or from -1 backwards; of a map by its key.
//!
//! DataFusion has both under other names, and gives this name to one that yields a list.

use arrow::datatypes::DataType;
use datafusion::common::plan_err;
use datafusion::error::Result;
use datafusion::functions_nested::extract::array_element_udf;
use datafusion::functions_nested::map_extract::map_extract_udf;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::{SessionContext, lit};

use super::FunctionDoc;

pub(super) const DOC: FunctionDoc = FunctionDoc {
    name: "element_at",
    about: "the item of an array at a place (from 1; from -1 backwards), or of a map at a key",
    example: "element_at(['a', 'b', 'c'], -1)",
    result: "c",
};

pub(super) fn register(context: &SessionContext) {
    context.register_udf(ScalarUDF::from(ElementAt { signature: Signature::any(2, Volatility::Immutable) }));
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct ElementAt {
    signature: Signature,
}

impl ScalarUDFImpl for ElementAt {
    fn name(&self) -> &str {
        DOC.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types {
            [DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _), _] => {
                Ok(item.data_type().clone())
            }
            [DataType::Map(entries, _), _] => match entries.data_type() {
                DataType::Struct(fields) if fields.len() == 2 => Ok(fields[1].data_type().clone()),
                other => plan_err!("a map of {other}"),
            },
            [DataType::Null, _] => Ok(DataType::Null),
            [other, ..] => plan_err!("`element_at` takes an array or a map, not {other}"),
            [] => plan_err!("`element_at` takes an array or a map"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        plan_err!("`element_at` over {} arguments was not planned as what it stands for", args.args.len())
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let is_map = matches!(info.get_data_type(&args[0])?, DataType::Map(..));
        let place =
            |index: Expr| Expr::Cast(datafusion::logical_expr::Cast::new(Box::new(index), DataType::Int64));
        let mut args = args.into_iter();
        let (Some(of), Some(at)) = (args.next(), args.next()) else {
            return plan_err!("`element_at` takes two arguments");
        };
        let element = match is_map {
            true => array_element_udf().call(vec![map_extract_udf().call(vec![of, at]), lit(1_i64)]),
            false => array_element_udf().call(vec![of, place(at)]),
        };
        Ok(ExprSimplifyResult::Simplified(element))
    }
}
