//! Functions of DataFusion's with something of ours before the call: the same to the planner, under the same names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature,
};
use datafusion::prelude::SessionContext;

/// What is done in the place of a call.
type Call = Box<dyn Fn(&ScalarUDF, ScalarFunctionArgs) -> Result<ColumnarValue> + Send + Sync>;

/// Puts a function in the place of the one called `name`: `call` is given that one and its arguments.
pub(super) fn put(
    context: &SessionContext,
    name: &str,
    call: impl Fn(&ScalarUDF, ScalarFunctionArgs) -> Result<ColumnarValue> + Send + Sync + 'static,
) -> Result<()> {
    let inner = context.udf(name)?;
    context.register_udf(ScalarUDF::from(Around { inner, call: Box::new(call) }));
    Ok(())
}

struct Around {
    inner: Arc<ScalarUDF>,
    call: Call,
}

impl fmt::Debug for Around {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(out)
    }
}

impl PartialEq for Around {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl Eq for Around {}

impl Hash for Around {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.hash(state);
    }
}

impl ScalarUDFImpl for Around {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.inner.simplify(args, info)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        (self.call)(&self.inner, args)
    }
}
