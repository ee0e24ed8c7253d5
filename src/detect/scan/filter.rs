//! SQL filters over the rows of a batch, of which those about any event share what they have in common.
//!
//! A filter that names events is asked of few rows. One that names none is asked of all, and dozens of them begin alike:
//! by the kind of the user, a prefix of the key, no error. Such parts, comparisons of columns that take no more than a
//! look, are computed once a batch for all filters; the rest of a filter is asked of the rows that are left.

use std::collections::HashMap;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::take_record_batch;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{Expr, Operator};

use crate::query::Physical;

/// Elements of a list that a look at a value can be.
const LIST_MAX: usize = 64;

/// A filter, as it is asked.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Parts that all have to hold, by their places in [`Common`].
    pub common: Vec<usize>,
    /// What is to hold besides.
    pub rest: Option<Physical>,
}

impl Filter {
    /// What it asks, for whoever reads.
    pub(super) fn text(&self, common: &[Physical]) -> String {
        let parts = self.common.iter().filter_map(|place| common.get(*place)).chain(&self.rest);
        parts.map(|part| part.expr.to_string()).collect::<Vec<_>>().join(" AND ")
    }
}

/// The common parts of filters, each once.
#[derive(Debug, Default)]
pub(super) struct Common {
    places: HashMap<Expr, usize>,
    parts: Vec<Expr>,
}

impl Common {
    /// Takes a filter apart that is asked of every event: the places of its common parts, and the rest.
    pub(super) fn take_apart(&mut self, filter: &Expr) -> (Vec<usize>, Option<Expr>) {
        let (common, rest): (Vec<_>, Vec<_>) =
            split_conjunction(filter).into_iter().partition(|part| is_a_look(part));
        let place = |part: &Expr| {
            *self.places.entry(part.clone()).or_insert_with(|| {
                self.parts.push(part.clone());
                self.parts.len() - 1
            })
        };
        (common.into_iter().map(place).collect(), conjunction(rest.into_iter().cloned()))
    }

    /// All of them, by place.
    pub(super) fn parts(self) -> Vec<Expr> {
        self.parts
    }
}

/// Whether a condition takes no more than comparing a column.
fn is_a_look(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Literal(..) => true,
        Expr::BinaryExpr(binary) => {
            let is_plain = matches!(
                binary.op,
                Operator::Eq
                    | Operator::NotEq
                    | Operator::Lt
                    | Operator::LtEq
                    | Operator::Gt
                    | Operator::GtEq
                    | Operator::IsDistinctFrom
                    | Operator::IsNotDistinctFrom
                    | Operator::And
                    | Operator::Or
            );
            is_plain && is_a_look(&binary.left) && is_a_look(&binary.right)
        }
        Expr::Alias(alias) => is_a_look(&alias.expr),
        Expr::Not(inner)
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::IsTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsNotFalse(inner) => is_a_look(inner),
        Expr::InList(list) => {
            is_a_look(&list.expr) && list.list.len() <= LIST_MAX && list.list.iter().all(is_a_look)
        }
        Expr::Between(between) => {
            is_a_look(&between.expr) && is_a_look(&between.low) && is_a_look(&between.high)
        }
        Expr::Like(like) => !like.case_insensitive && is_a_look(&like.expr) && is_prefix(&like.pattern),
        Expr::ScalarFunction(call) => call.name() == "coalesce" && call.args.iter().all(is_a_look),
        Expr::Case(case) => {
            let parts = case.when_then_expr.iter().flat_map(|(when, then)| [when, then]);
            parts.chain(&case.expr).chain(&case.else_expr).all(|part| is_a_look(part))
        }
        _ => false,
    }
}

/// A pattern of which all but its end is written out.
fn is_prefix(pattern: &Expr) -> bool {
    let Expr::Literal(
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)),
        _,
    ) = pattern
    else {
        return false;
    };
    text.strip_suffix('%').is_some_and(|prefix| !prefix.contains(['%', '_', '\\']))
}

/// What is known of the common parts in one batch.
#[derive(Debug, Default)]
pub(super) struct Answered {
    of: Vec<Option<BooleanBuffer>>,
}

impl Answered {
    /// Forgets: another batch, for so many parts.
    pub(super) fn begin_batch(&mut self, parts: usize) {
        self.of.clear();
        self.of.resize(parts, None);
    }

    /// The rows among `asked` that pass.
    pub(super) fn ask(
        &mut self,
        batch: &RecordBatch,
        common: &[Physical],
        filter: &Filter,
        asked: &[u32],
    ) -> Result<Vec<u32>> {
        let mut passing: Option<BooleanBuffer> = None;
        for place in &filter.common {
            let part = common.get(*place).context("a filter has parts that there are")?;
            let answer = self.answer(batch, *place, part)?;
            let both = passing.map_or_else(|| answer.clone(), |passing| &passing & answer);
            if both.count_set_bits() == 0 {
                return Ok(Vec::new());
            }
            passing = Some(both);
        }
        let all = asked.len() == batch.num_rows();
        let rows: Vec<u32> = match passing {
            None => asked.to_vec(),
            Some(passing) if all => passing.set_indices_u32().collect(),
            Some(passing) => asked.iter().copied().filter(|row| passing.value(*row as usize)).collect(),
        };
        let Some(rest) = &filter.rest else { return Ok(rows) };
        let mut of = batch.project(&rest.columns)?;
        if rows.len() < batch.num_rows() {
            of = take_record_batch(&of, &UInt32Array::from(rows.clone()))?;
        }
        let passing = holds(rest, &of)?;
        Ok(passing.set_indices_u32().filter_map(|row| rows.get(row as usize).copied()).collect())
    }

    fn answer(&mut self, batch: &RecordBatch, place: usize, part: &Physical) -> Result<&BooleanBuffer> {
        let answer = self.of.get_mut(place).context("a batch has answers for all parts")?;
        if answer.is_none() {
            *answer = Some(holds(part, &batch.project(&part.columns)?)?);
        }
        answer.as_ref().context("it was answered")
    }
}

/// Of which rows it is true.
fn holds(condition: &Physical, rows: &RecordBatch) -> Result<BooleanBuffer> {
    let answers = condition.expr.evaluate(rows)?.into_array(rows.num_rows())?;
    let answers = answers.as_boolean_opt().context("a filter that is no boolean")?;
    Ok(match answers.nulls() {
        Some(nulls) => answers.values() & nulls.inner(),
        None => answers.values().clone(),
    })
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{col, lit, lower};

    use super::*;

    #[test]
    fn looks_at_columns_are_common_and_what_computes_is_not() {
        let mut common = Common::default();
        let key = || col("access_key_id").like(lit("AKIA%"));
        let user = || col("user_type").eq(lit("IAMUser"));
        let console = || lower(col("user_agent")).like(lit("%console%"));
        let first = common.take_apart(&key().and(user()).and(console()));
        let second = common.take_apart(&user().and(col("error_code").is_null()));
        assert_eq!(first, (vec![0, 1], Some(console())));
        assert_eq!(second, (vec![1, 2], None));
        assert_eq!(common.parts(), [key(), user(), col("error_code").is_null()]);
        for computed in [
            col("user_agent").like(lit("%kali%")),
            col("user_agent").like(lit("a_i%")),
            col("user_agent").ilike(lit("kali%")),
            lower(col("event_name")).eq(lit("x")),
            col("a").is_null().or(console()),
        ] {
            assert!(!is_a_look(&computed), "{computed}");
        }
        let coalesced = datafusion::functions::expr_fn::coalesce(vec![col("user_invoked_by"), lit("")]);
        for look in
            [coalesced.eq(lit("")), col("a").in_list(vec![lit("x"), lit("y")], true), user().or(key())]
        {
            assert!(is_a_look(&look), "{look}");
        }
    }
}
