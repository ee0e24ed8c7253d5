//! IAM policies: who they let in.
//!
//! CloudTrail holds a policy as an object, as a JSON string, or URL-encoded, by the service; all are
//! read. A statement counts only if it allows. One for everybody is public unless a condition narrows
//! it: to an account, an organization, a network, a service. What anybody can bring along (TLS, a user
//! agent, a prefix), what only says who is kept out, and every address there is, don't narrow. A key that
//! is not known here does: better a silence than a false alarm.

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
        about: "whether a policy lets everybody in, and no condition narrows it; NULL for what is no policy",
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

/// Keys of conditions, in small letters, that anybody can meet: those of a request, or of the time.
const OPEN_KEYS: [&str; 13] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:viaawsservice",
    "aws:tagkeys",
    "sns:endpoint",
    "sns:protocol",
];

/// Beginnings of such keys: what a request is about, not who makes it. Two of S3's keys say whose an access point is.
const OPEN_PREFIXES: [&str; 3] = ["aws:requesttag/", "aws:resource", "s3:"];
const NARROWING_OF_S3: &str = "s3:dataaccesspoint";

/// Whether a condition of the statement keeps strangers out.
fn is_narrowed(statement: &Value) -> bool {
    match member(statement, "Condition") {
        None | Some(Value::Null) => false,
        Some(Value::Object(conditions)) => conditions.iter().any(|(operator, of)| narrows(operator, of)),
        Some(_) => true,
    }
}

/// Whether one operator of a condition, with its keys and their values, does.
fn narrows(operator: &str, keys: &Value) -> bool {
    let operator = operator.to_ascii_lowercase();
    // All but some; or whoever has no such key at all.
    let lets_strangers_pass = operator.contains("not")
        || operator == "null"
        || operator.starts_with("forallvalues:")
        || operator.ends_with("ifexists");
    let Some(keys) = keys.as_object() else { return !lets_strangers_pass };
    !lets_strangers_pass && keys.iter().any(|(key, values)| is_narrowing(&key.to_ascii_lowercase(), values))
}

fn is_narrowing(key: &str, values: &Value) -> bool {
    let is_open = OPEN_KEYS.contains(&key) || OPEN_PREFIXES.iter().any(|prefix| key.starts_with(prefix));
    if is_open && !key.starts_with(NARROWING_OF_S3) {
        return false;
    }
    let everything = |value: &str| matches!(value, "*" | "0.0.0.0/0" | "::/0");
    let is_service = key != "aws:principalisawsservice" || items(values) == ["true"] || *values == true;
    is_service && !items(values).into_iter().any(everything)
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
        |statement: &Value| allows(statement) && is_for_everybody(statement) && !is_narrowed(statement);
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

    #[test]
    fn a_condition_that_everybody_meets_keeps_nobody_out() {
        let one = |condition: &str| {
            let policy =
                format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Condition":{condition}}}}}"#);
            is_public(&policy).unwrap()
        };
        for open in [
            "{}",
            r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
            r#"{"StringLike":{"AWS:UserAgent":"x*"},"NumericLessThan":{"s3:max-keys":"10"}}"#,
            r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#,
            r#"{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}"#,
            r#"{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/0"]}}"#,
            r#"{"StringLike":{"aws:PrincipalArn":"*"}}"#,
            r#"{"Null":{"aws:PrincipalOrgID":"true"}}"#,
            r#"{"StringEqualsIfExists":{"aws:SourceAccount":"111111111111"}}"#,
            r#"{"ForAllValues:StringEquals":{"aws:PrincipalOrgPaths":"o-1/"}}"#,
            r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        ] {
            assert!(one(open), "{open}");
        }
        for narrow in [
            r#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#,
            r#"{"StringEquals":{"aws:SecureTransport":"true","kms:CallerAccount":"111111111111"}}"#,
            r#"{"IpAddress":{"aws:sourceip":"192.0.2.0/24"}}"#,
            r#"{"StringEquals":{"s3:DataAccessPointAccount":"111111111111"}}"#,
            r#"{"Bool":{"aws:PrincipalIsAWSService":true}}"#,
            r#"{"StringEquals":{"sts:ExternalId":"x"}}"#,
            r#"{"Bool":"what is this"}"#,
            r#""nor this""#,
        ] {
            assert!(!one(narrow), "{narrow}");
        }
    }
}
