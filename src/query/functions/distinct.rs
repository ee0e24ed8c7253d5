//! `count(DISTINCT text)` and `array_agg(DISTINCT text)` whose memory grows with the texts, not with the groups.
//!
//! DataFusion 55 keeps a set for each group, of 35 KB when there is one text in it: the hunts that count agents
//! for each principal and hour ran out of 2 GiB. Here both functions are DataFusion's own, but for plain texts
//! that are asked for DISTINCT and in groups: those are kept in one [`GroupTexts`]. Windows, other types, and
//! `ORDER BY` within the call stay as they were.

use std::sync::Arc;

use arrow::datatypes::{DataType, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, Expr, GroupsAccumulator, ReversedUDAF,
    SetMonotonicity, Signature, StatisticsArgs,
};
use datafusion::prelude::SessionContext;

use super::group_texts::{Gives, GroupTexts};

/// Puts both functions in the place of DataFusion's.
pub(super) fn register(context: &SessionContext) -> Result<()> {
    for (name, lists) in [("count", false), ("array_agg", true)] {
        let inner = context.udaf(name)?;
        context.register_udaf(AggregateUDF::from(Distinct { inner, lists }));
    }
    Ok(())
}

/// A function of DataFusion's, but for distinct texts.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Distinct {
    inner: Arc<AggregateUDF>,
    /// Whether it gives lists, and no counts.
    lists: bool,
}

impl Distinct {
    fn wrap(&self, inner: AggregateUDF) -> Arc<dyn AggregateUDFImpl> {
        Arc::new(Self { inner: Arc::new(inner), lists: self.lists })
    }

    /// The type of the texts, if they are what is kept here.
    fn texts(args: &AccumulatorArgs<'_>) -> Option<DataType> {
        let [field] = args.expr_fields else { return None };
        let ours = args.is_distinct && args.order_bys.is_empty();
        (ours && field.data_type().is_string()).then(|| field.data_type().clone())
    }
}

impl AggregateUDFImpl for Distinct {
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

    fn return_field(&self, fields: &[FieldRef]) -> Result<FieldRef> {
        self.inner.return_field(fields)
    }

    fn is_nullable(&self) -> bool {
        self.inner.is_nullable()
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.inner.accumulator(args)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.inner.state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        Self::texts(&args).is_some() || self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let Some(kind) = Self::texts(&args) else { return self.inner.create_groups_accumulator(args) };
        let gives = match self.lists {
            true => Gives::Lists { nulls: !args.ignore_nulls },
            false => Gives::Counts,
        };
        Ok(Box::new(GroupTexts::new(gives, kind)))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.inner.create_sliding_accumulator(args)
    }

    fn with_beneficial_ordering(
        self: Arc<Self>,
        beneficial: bool,
    ) -> Result<Option<Arc<dyn AggregateUDFImpl>>> {
        let inner = AggregateUDF::clone(&self.inner).with_beneficial_ordering(beneficial)?;
        Ok(inner.map(|inner| self.wrap(inner)))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.inner.order_sensitivity()
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        self.inner.simplify()
    }

    fn simplify_expr_op_literal(
        &self,
        call: &AggregateFunction,
        argument: &Expr,
        operator: datafusion::logical_expr::Operator,
        literal: &Expr,
        literal_is_left: bool,
    ) -> Result<Option<Expr>> {
        self.inner.simplify_expr_op_literal(call, argument, operator, literal, literal_is_left)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.inner.reverse_udf()
    }

    fn is_descending(&self) -> Option<bool> {
        self.inner.is_descending()
    }

    fn value_from_stats(&self, args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.inner.value_from_stats(args)
    }

    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        self.inner.default_value(data_type)
    }

    fn supports_null_handling_clause(&self) -> bool {
        self.inner.supports_null_handling_clause()
    }

    fn supports_within_group_clause(&self) -> bool {
        self.inner.supports_within_group_clause()
    }

    fn set_monotonicity(&self, data_type: &DataType) -> SetMonotonicity {
        self.inner.inner().set_monotonicity(data_type)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }
}
