//! What a program settles for a kind of event is what asking the whole condition of each record would say.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::detect::sigma::{JsonRecord, Placeholders, detection};

/// Fields, and values that some record has.
const FIELDS_ASKED: [&str; 9] = [
    "eventName",
    "eventSource",
    "errorCode",
    "readOnly",
    "userIdentity.type",
    "userIdentity",
    "requestParameters.x",
    "requestParameters",
    "strange.member",
];

const CONDITIONS: [&str; 8] = [
    "a",
    "not a",
    "a and not b",
    "a or b and c",
    "not (a or b)",
    "all of them",
    "1 of them and not c",
    "not (a and not (b or not c))",
];

fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("CreateUser"),
        json!("getobject"),
        json!("iam.amazonaws.com"),
        json!("*User"),
        json!("AccessDenied"),
        json!("Root"),
        json!(""),
        json!("*"),
        json!(true),
        json!(null),
        json!(["GetObject", null]),
        json!(["CreateUser", "s3.amazonaws.com", "x"]),
    ])
}

/// `field|modifier` and a value that goes with it.
fn test() -> impl Strategy<Value = (String, Value)> {
    let modifier =
        prop::sample::select(vec!["", "|neq", "|exists", "|contains", "|re", "|cased", "|fieldref"]);
    (prop::sample::select(&FIELDS_ASKED[..]), modifier, value(), any::<bool>()).prop_map(
        |(field, modifier, value, is_there)| {
            let value = match (modifier, value) {
                ("|exists", _) => json!(is_there),
                ("|fieldref", _) => json!(if is_there { "eventName" } else { "errorCode" }),
                ("|contains" | "|re", value) if !value.is_string() => json!("user"),
                ("|re", value) => json!(value.as_str().unwrap_or_default().replace('*', ".*")),
                (_, value) => value,
            };
            (format!("{field}{modifier}"), value)
        },
    )
}

fn search() -> impl Strategy<Value = Value> {
    prop::collection::vec(test(), 1..4).prop_map(|tests| Value::Object(tests.into_iter().collect()))
}

fn condition() -> impl Strategy<Value = Arc<Condition>> {
    (search(), search(), search(), prop::sample::select(&CONDITIONS[..])).prop_map(|(a, b, c, condition)| {
        let tree = json!({"a": a, "b": b, "c": c, "condition": condition});
        detection::read(&tree, &Placeholders::new())
            .unwrap_or_else(|wrong| panic!("{tree}: {wrong:?}"))
            .condition
    })
}

/// Members that columns hold as they are, so that a record is all of its kind.
fn record() -> impl Strategy<Value = Value> {
    let of = |values: &[Value]| prop::option::of(prop::sample::select(values.to_vec()));
    let names = of(&[json!("CreateUser"), json!("createuser"), json!("GetObject"), json!(""), json!(null)]);
    let sources = of(&[json!("iam.amazonaws.com"), json!("S3.amazonaws.com"), json!(null)]);
    let errors = of(&[json!("AccessDenied"), json!("CreateUser"), json!(null)]);
    let reads = of(&[json!(true), json!(false)]);
    let identities = of(&[json!({"type": "Root"}), json!({"type": null}), json!({})]);
    let parameters = of(&[json!({"x": ["CreateUser", 1]}), json!({"x": []}), json!([null]), json!({})]);
    let strange = of(&[json!({"member": "GetObject"})]);
    (names, sources, errors, reads, identities, parameters, strange).prop_map(
        |(name, source, error, read, identity, parameters, strange)| {
            let members = [
                ("eventName", name),
                ("eventSource", source),
                ("errorCode", error),
                ("readOnly", read),
                ("userIdentity", identity),
                ("requestParameters", parameters),
                ("strange", strange),
            ];
            let given = members.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
            Value::Object(given.collect::<Map<_, _>>())
        },
    )
}

/// Whether the column of a field has a value.
fn is_present(record: &Value, field: usize) -> bool {
    let field = &FIELDS[field];
    let pointer = format!("{}/{}", field.object.pointer(), field.key);
    record.pointer(&pointer).is_some_and(|value| !value.is_null())
}

proptest! {
    #[test]
    fn what_is_settled_for_a_kind_is_true_of_its_records(
        conditions in prop::collection::vec(condition(), 1..5), records in prop::collection::vec(record(), 1..8),
    ) {
        let entry = |condition: &Arc<Condition>| Entry {
            question: Question::Condition(condition.clone()),
            names: Names::of_condition(condition),
        };
        let program = Program::new(conditions.iter().map(entry).collect(), Vec::new());
        for record in &records {
            let text = record.to_string();
            let bits = program.present.iter().enumerate();
            let known = Known {
                source: record["eventSource"].as_str(),
                name: record["eventName"].as_str(),
                present: bits.fold(0, |bits, (bit, of)| bits | u64::from(is_present(record, of.field)) << bit),
            };
            let settled = program.settle(known);
            for (rule, condition) in (0..).zip(&conditions) {
                let of_texts = settled.of_texts.iter().flat_map(|of_text| &of_text.rules);
                let mut open = settled.open.iter().chain(of_texts).filter(|open| open.rule == rule);
                let found = settled.always.contains(&rule)
                    || open.any(|open| open.condition.holds(&mut JsonRecord(&text)));
                prop_assert_eq!(found, condition.holds(&mut JsonRecord(&text)), "{:?} of {}", condition, text);
            }
        }
    }
}

fn looking_for(texts: impl Iterator<Item = String>) -> Settled {
    let entry = |text: String| {
        let detection = json!({"s": {"userAgent|contains": text}, "condition": "s"});
        let condition = detection::read(&detection, &Placeholders::new()).unwrap().condition;
        Entry { names: Names::of_condition(&condition), question: Question::Condition(condition) }
    };
    let program = Program::new(texts.map(entry).collect(), Vec::new());
    program.settle(Known { source: Some("s3.amazonaws.com"), name: Some("GetObject"), present: 0 })
}

/// The rules that look for texts and may hold of `text`.
fn possible(settled: &Settled, text: &str) -> Vec<u32> {
    let mut rules = Vec::new();
    for of_text in &settled.of_texts {
        let mut places = Vec::new();
        of_text.possible(text, &mut Vec::new(), &mut places);
        rules.extend(places.iter().map(|place| of_text.rules[*place as usize].rule));
    }
    rules
}

#[test]
fn texts_of_many_rules_are_looked_for_together_as_far_as_they_are_few_bytes() {
    for count in [50, 5] {
        let settled = looking_for((0..count).map(|number| format!("Agent-{number:02}")));
        assert!(settled.open.is_empty());
        assert_eq!(possible(&settled, "an AGENT-04 and agent-02, agent-04"), [2, 4]);
        assert!(possible(&settled, "none of them").is_empty());
    }
    let long = looking_for((0..100).map(|number| format!("{number:02}").repeat(1000)));
    assert_eq!((long.open.len(), long.of_texts[0].rules.len()), (68, 32));
    assert!(long.weight() >= 64_000);
}

proptest! {
    #[test]
    fn a_rule_is_possible_of_a_text_that_has_its_own_in_it(
        texts in prop::collection::vec("[abcAB.Ä]{1,4}", 1..100), begin in "[abcABC.ÄäK]{0,40}", end in "[abc.]{0,3}"
    ) {
        let text = format!("{begin}{end}");
        let lower = text.to_ascii_lowercase();
        // Others are asked of every text.
        let wanted = (0_u32..).zip(&texts).filter(|(_, part)| part.is_ascii());
        let wanted = wanted.filter(|(_, part)| lower.contains(&part.to_ascii_lowercase()));
        let found = possible(&looking_for(texts.iter().cloned()), &text);
        prop_assert_eq!(found, wanted.map(|(rule, _)| rule).collect::<Vec<_>>());
    }
}
