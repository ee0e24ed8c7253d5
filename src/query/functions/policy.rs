//! IAM policies: who they let in.
//!
//! CloudTrail holds a policy as an object, as a JSON string, or URL-encoded, by the service; all are
//! read. A statement counts only if it allows; one with a condition is not public, since the
//! conditions that leave a policy public are rarer than those that don't.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, ListBuilder, StringBuilder};
use datafusion::error::Result;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::arguments::Call;
use super::{Function, boolean, only_text, texts};

/// Wrappings that are taken off: a JSON string of a URL-encoded string of a policy, and one more.
const WRAPPINGS: usize = 4;

pub(super) const FUNCTIONS: [Function; 2] = [
    Function {
        name: "policy_is_public",
        about: "whether a policy lets everybody in without a condition; NULL for what is no policy",
        example: (
            r#"policy_is_public('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}}')"#,
            "true",
        ),
        arguments: 1..=1,
        returns: boolean,
        other: only_text,
        call: policy_is_public,
    },
    Function {
        name: "policy_principals",
        about: "whom a policy lets in, sorted; NULL for what is no policy",
        example: (
            r#"policy_principals('{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"], "Service": "sns.amazonaws.com"}}]}')"#,
            "[*, sns.amazonaws.com]",
        ),
        arguments: 1..=1,
        returns: texts,
        other: only_text,
        call: policy_principals,
    },
];

/// The statements of a policy, in whatever it is wrapped.
fn statements(text: &str) -> Option<Vec<Value>> {
    let mut text = text.trim().to_owned();
    for _ in 0..WRAPPINGS {
        if text.starts_with('%') {
            text = percent_decode_str(&text).decode_utf8().ok()?.trim().to_owned();
        }
        match serde_json::from_str(&text).ok()? {
            Value::String(inner) => text = inner.trim().to_owned(),
            Value::Object(policy) => {
                let statement = policy.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("Statement"))?.1;
                return Some(match statement {
                    Value::Array(statements) => statements,
                    single => vec![single],
                });
            }
            _ => return None,
        }
    }
    None
}

fn member<'a>(statement: &'a Value, key: &str) -> Option<&'a Value> {
    let members = statement.as_object()?;
    members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

fn allows(statement: &Value) -> bool {
    member(statement, "Effect")
        .and_then(Value::as_str)
        .is_some_and(|effect| effect.eq_ignore_ascii_case("Allow"))
}

fn has_condition(statement: &Value) -> bool {
    match member(statement, "Condition") {
        None | Some(Value::Null) => false,
        Some(Value::Object(conditions)) => !conditions.is_empty(),
        Some(_) => true,
    }
}

fn items(value: &Value) -> Vec<&str> {
    match value {
        Value::String(item) => vec![item],
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Everybody: `*`, `{"AWS": "*"}`, or everybody but some.
fn is_for_everybody(statement: &Value) -> bool {
    let Some(principal) = member(statement, "Principal") else {
        return member(statement, "NotPrincipal").is_some();
    };
    let all = |value: &Value| items(value).contains(&"*");
    all(principal) || member(principal, "AWS").is_some_and(all)
}

fn principals(statement: &Value, into: &mut BTreeSet<String>) {
    let Some(principal) = member(statement, "Principal") else {
        if member(statement, "NotPrincipal").is_some() {
            into.insert("*".to_owned());
        }
        return;
    };
    let mut add = |value: &Value| into.extend(items(value).into_iter().map(str::to_owned));
    match principal {
        Value::Object(kinds) => kinds.values().for_each(add),
        other => add(other),
    }
}

fn is_public(policy: &str) -> Option<bool> {
    let is_open =
        |statement: &Value| allows(statement) && !has_condition(statement) && is_for_everybody(statement);
    Some(statements(policy)?.iter().any(is_open))
}

fn policy_is_public(call: &Call<'_>) -> Result<ArrayRef> {
    let policies = call.text(0)?;
    Ok(Arc::new((0..call.rows).map(|row| is_public(policies.get(row)?)).collect::<BooleanArray>()))
}

fn policy_principals(call: &Call<'_>) -> Result<ArrayRef> {
    let policies = call.text(0)?;
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in 0..call.rows {
        let Some(statements) = policies.get(row).and_then(statements) else {
            lists.append_null();
            continue;
        };
        let mut found = BTreeSet::new();
        statements
            .iter()
            .filter(|statement| allows(statement))
            .for_each(|statement| principals(statement, &mut found));
        lists.append_value(found.into_iter().map(Some));
    }
    Ok(Arc::new(lists.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*"}]}"#;

    #[test]
    fn a_policy_is_read_in_whatever_it_is_wrapped() {
        let text = serde_json::to_string(OPEN).unwrap();
        let url = percent_encoding::utf8_percent_encode(OPEN, percent_encoding::NON_ALPHANUMERIC).to_string();
        let both = serde_json::to_string(&url).unwrap();
        for policy in [OPEN, &text, &url, &both] {
            assert_eq!(is_public(policy), Some(true), "{policy}");
        }
        for nothing in ["", "{}", "[]", "null", "\"x\"", "{"] {
            assert_eq!(is_public(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn only_what_lets_everybody_in_without_a_condition_is_public() {
        let one = |statement: &str| is_public(&format!(r#"{{"Statement":{statement}}}"#)).unwrap();
        assert!(one(r#"{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::1:root"}}"#));
        assert!(one(
            r#"[{"Effect":"Deny","Principal":"*"},{"Effect":"Allow","Principal":["*"],"Condition":{}}]"#
        ));
        assert!(!one(r#"{"Effect":"Deny","Principal":"*"}"#));
        assert!(!one(
            r#"{"Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:SourceArn":"x"}}}"#
        ));
        assert!(!one(r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root","Federated":"*"}}"#));
        assert!(!one("7"));
    }
}
