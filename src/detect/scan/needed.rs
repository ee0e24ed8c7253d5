//! Which events a few rules could match at all, as a filter of the scan.
//!
//! Most rules ask for a few event names. When none of a run asks for any name, the scan needs no others: row groups
//! that have none of the names are not read, nor are the other columns of rows without them. It errs on the side of
//! more, and with many rules it says nothing: they ask for most of a log together.

use std::sync::Arc;

use datafusion::logical_expr::utils::{conjunction, disjunction, split_conjunction};
use datafusion::logical_expr::{Expr, lit};
use datafusion::prelude::lower;

use super::Planned;
use super::names::{Names, Required};
use crate::detect::run::column;
use crate::detect::sigma::Condition;

/// Rules of a run that a filter is made for; more ask for most of a log together.
const RULES_MAX: usize = 100;

/// Names that are asked for without case; more of them are a list that takes longer than it saves.
const NAMES_MAX: usize = 200;

/// A filter that every event passes which one of these matches; none if any event might.
pub(super) fn filter<'a>(planned: impl Iterator<Item = &'a Planned>, fed: &[Arc<Condition>]) -> Option<Expr> {
    let mut filters = Vec::new();
    let mut names = Names { name: Some(Default::default()), source: Some(Default::default()) };
    let mut rules = fed.len();
    let mut conditions: Vec<&Condition> = fed.iter().map(AsRef::as_ref).collect();
    for question in planned {
        rules += 1;
        match question {
            Planned::Filter(filter) => filters.push(of_names(filter)?),
            Planned::Condition(condition) => conditions.push(condition),
        }
    }
    if rules > RULES_MAX {
        return None;
    }
    for condition in conditions.iter().copied() {
        let Names { name, source } = Names::of_condition(condition);
        let (all, of_rule) =
            if name.is_some() { (&mut names.name, name) } else { (&mut names.source, source) };
        add(all, of_rule)?;
    }
    filters.extend(without_case("event_name", names.name)?);
    filters.extend(without_case("event_source", names.source)?);
    if !conditions.is_empty() {
        // A member that no column holds may be another name of the event.
        filters.push(column("extra").like(lit("{\"add\":{\"%")));
    }
    disjunction(filters)
}

/// The part of an SQL filter that is about names alone.
fn of_names(filter: &Expr) -> Option<Expr> {
    let is_of_names = |part: &&Expr| {
        let columns = part.column_refs();
        !columns.is_empty()
            && columns.iter().all(|column| matches!(column.name(), "event_name" | "event_source"))
    };
    conjunction(split_conjunction(filter).into_iter().filter(is_of_names).cloned())
}

fn add(all: &mut Required, more: Required) -> Option<()> {
    all.as_mut()?.extend(more?);
    Some(())
}

/// Whether a column is one of these, which are in small letters; nothing if there are too many, or if some have
/// letters that SQL and Sigma fold differently.
fn without_case(name: &str, values: Required) -> Option<Option<Expr>> {
    let mut values: Vec<_> = values?.into_iter().collect();
    if values.len() > NAMES_MAX || !values.iter().all(|value| value.is_ascii()) {
        return None;
    }
    if values.is_empty() {
        return Some(None);
    }
    values.sort_unstable();
    Some(Some(lower(column(name)).in_list(values.into_iter().map(lit).collect(), false)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::sigma::{Placeholders, detection};

    fn sigma(detection: serde_json::Value) -> Planned {
        Planned::Condition(detection::read(&detection, &Placeholders::new()).unwrap().condition)
    }

    fn named(name: &str) -> Planned {
        sigma(json!({"s": {"eventName": name, "awsRegion": "x"}, "condition": "s"}))
    }

    fn shown(planned: &[Planned]) -> Option<String> {
        filter(planned.iter(), &[]).map(|filter| filter.to_string())
    }

    #[test]
    fn rules_with_names_read_only_these() {
        let sql =
            Planned::Filter(column("event_name").eq(lit("StopLogging")).and(column("read_only").is_true()));
        assert_eq!(
            shown(&[named("CreateUser"), named("deleteUser"), sql]).unwrap(),
            "event_name = Utf8(\"StopLogging\") OR lower(event_name) IN ([Utf8(\"createuser\"), Utf8(\"deleteuser\")]) \
             OR extra LIKE Utf8(\"{\"add\":{\"%\")"
        );
        let of_source = sigma(json!({"s": {"eventSource": "iam.amazonaws.com"}, "condition": "s"}));
        assert!(shown(&[of_source]).unwrap().starts_with("lower(event_source) IN"));
    }

    #[test]
    fn a_rule_of_any_name_and_many_rules_and_letters_beyond_ascii_read_all() {
        let any = sigma(json!({"s": {"userAgent|contains": "kali"}, "condition": "s"}));
        let sql = Planned::Filter(column("read_only").is_true());
        let either = Planned::Filter(column("event_name").eq(lit("A")).or(column("read_only").is_true()));
        for other in [any, sql, either, named("ÄB")] {
            assert_eq!(shown(&[named("CreateUser"), other]), None);
        }
        let many: Vec<_> = (0..101).map(|number| named(&format!("Name{number}"))).collect();
        assert_eq!(shown(&many), None);
        let Planned::Condition(fed) = named("Fed") else { unreachable!("a Sigma rule") };
        assert!(filter(many[..99].iter(), std::slice::from_ref(&fed)).is_some());
        assert!(filter(many[..100].iter(), std::slice::from_ref(&fed)).is_none());
    }
}
