//! `sigma_like`: how the Sigma rule format compares text; see `query::pattern`.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use datafusion::error::Result;

use super::super::pattern::Pattern;
use super::arguments::Call;
use super::{Function, boolean, only_text};

pub(super) const FUNCTIONS: [Function; 1] = [Function {
    name: "sigma_like",
    about: "whether text is as a pattern with `*`, `?` and `\\`, whatever its case, as in Sigma rules",
    example: ("sigma_like('CreateAccessKey', 'create*key')", "true"),
    arguments: 2..=2,
    returns: boolean,
    other: only_text,
    call: sigma_like,
}];

fn sigma_like(call: &Call<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (call.text(0)?, call.text(1)?);
    let constant = patterns.constant().flatten().map(Pattern::new);
    let answer = |row| {
        let text = texts.get(row)?;
        match &constant {
            Some(pattern) => Some(pattern.matches(text)),
            None => Some(Pattern::new(patterns.get(row)?).matches(text)),
        }
    };
    Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()))
}
