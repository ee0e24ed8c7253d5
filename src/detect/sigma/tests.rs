//! What rules mean, case by case: a detection, and records that it matches or does not.

mod hostile;
mod texts;

use proptest::prelude::*;
use serde_json::json;

use super::record::JsonRecord;
use super::{Placeholders, detection};

fn placeholders() -> Placeholders {
    Placeholders::from([
        ("Admins".to_owned(), vec!["alice".to_owned(), "bob*".to_owned()]),
        ("Office".to_owned(), vec!["10.0.0.0/8".to_owned()]),
    ])
}

fn read(yaml: &str) -> Result<detection::Detection, String> {
    let tree: serde_json::Value = crate::detect::yaml::read(yaml).expect("YAML");
    detection::read(&tree, &placeholders()).map_err(|wrong| {
        wrong
            .into_iter()
            .map(|(path, message)| format!("{}: {message}", path.join("/")))
            .collect::<Vec<_>>()
            .join("; ")
    })
}

fn holds(yaml: &str, record: &str) -> bool {
    let detection = read(yaml).unwrap_or_else(|wrong| panic!("{yaml}: {wrong}"));
    assert_eq!(detection.unset, [] as [&str; 0]);
    detection.condition.holds(&mut JsonRecord(record))
}

/// One search with one field.
fn field(key: &str, values: &serde_json::Value, record: &serde_json::Value) -> bool {
    let yaml = json!({"s": {key: values}, "condition": "s"}).to_string();
    holds(&yaml, &record.to_string())
}

#[test]
fn a_field_is_compared_as_its_modifiers_say() {
    let record = json!({
        "eventName": "CreateUser", "userAgent": r"C:\tools\aws-cli /run -x", "awsRegion": "us-east-1",
        "sourceIPAddress": "10.1.2.3", "readOnly": false, "eventTime": "2026-01-15T10:20:30Z", "errorCode": null,
        "requestParameters": {"port": 443, "size": "12.5", "names": ["a", "bc"], "empty": [], "text": "",
            "encoded": "x c2VjcmV0IHRleHQ= y", "wide": "cwBlAGMAcgBlAHQA", "user": "createuser", "part": "Create"},
    });
    for (key, values, wanted) in [
        ("eventName", json!("createuser"), true),
        ("eventName", json!("createuse"), false),
        ("eventName", json!(["x", "CREATE*"]), true),
        ("eventName", json!("*te?ser"), true),
        ("eventName|cased", json!("createUser"), false),
        ("eventName|cased", json!("Create*"), true),
        ("eventName|contains", json!("teus"), true),
        ("eventName|contains|all", json!(["create", "user"]), true),
        ("eventName|contains|all", json!(["create", "role"]), false),
        ("eventName|startswith", json!("create"), true),
        ("eventName|startswith", json!("user"), false),
        ("eventName|endswith", json!("USER"), true),
        ("eventName|endswith|cased", json!("USER"), false),
        ("eventName|neq", json!("createrole"), true),
        ("eventName|neq", json!("createuser"), false),
        ("missing|neq", json!("x"), true),
        ("eventName|re", json!("^Create(User|Role)$"), true),
        ("eventName|re", json!("^create"), false),
        ("eventName|re|i", json!("^create"), true),
        ("eventName|re", json!("teUs"), true),
        ("userAgent", json!(r"C:\tools\aws*"), true),
        ("userAgent|contains", json!(r"tools\\aws"), true),
        ("userAgent|windash|contains", json!(" -run"), true),
        ("userAgent|contains|windash", json!(" /x"), true),
        ("userAgent|contains", json!(" /x"), false),
        ("sourceIPAddress|cidr", json!("10.0.0.0/8"), true),
        ("sourceIPAddress|cidr", json!(["192.168.0.0/16", "10.1.2.3/32"]), true),
        ("sourceIPAddress|cidr", json!("10.2.0.0/16"), false),
        ("awsRegion|cidr", json!("10.0.0.0/8"), false),
        ("sourceIPAddress|expand|cidr", json!("%Office%"), true),
        ("readOnly", json!(false), true),
        ("readOnly", json!("FALSE"), true),
        ("readOnly", json!(true), false),
        ("errorCode", json!(null), true),
        ("eventName", json!(null), false),
        ("missing", json!(null), true),
        ("missing", json!([null, "x"]), true),
        ("errorCode|exists", json!(true), false),
        ("eventName|exists", json!(true), true),
        ("missing|exists", json!(false), true),
        ("eventName|exists", json!(false), false),
        ("requestParameters|exists", json!(true), true),
        ("requestParameters.port", json!(443), true),
        ("requestParameters.port", json!("443"), true),
        ("requestParameters.port|gt", json!(442), true),
        ("requestParameters.port|gte", json!(443), true),
        ("requestParameters.port|lt", json!(443), false),
        ("requestParameters.size|lte", json!(12.5), true),
        ("eventName|lt", json!(1), false),
        ("requestParameters.names", json!("BC"), true),
        ("requestParameters.names|contains|all", json!(["a", "b"]), true),
        ("requestParameters.names", json!("abc"), false),
        ("requestParameters.empty|exists", json!(true), true),
        ("requestParameters.text", json!(""), true),
        ("eventName", json!(""), false),
        ("requestParameters|contains", json!("\"port\":443"), true),
        ("requestParameters.encoded|base64|contains", json!("secret text"), true),
        ("requestParameters.encoded|base64offset|contains", json!("secret"), true),
        ("requestParameters.wide|wide|base64offset|contains", json!("secret"), true),
        ("requestParameters.wide|utf16le|base64", json!("secret"), true),
        ("requestParameters.wide|utf16be|base64", json!("secret"), false),
        ("requestParameters.user|fieldref", json!("eventName"), true),
        ("requestParameters.user|fieldref|cased", json!("eventName"), false),
        ("eventName|fieldref|startswith", json!("requestParameters.part"), true),
        ("eventName|fieldref|endswith", json!("requestParameters.part"), false),
        ("eventName|fieldref|contains", json!("requestParameters.names"), true),
        ("eventName|fieldref", json!("missing"), false),
        ("eventName|expand", json!("%Admins%"), false),
        ("eventTime|hour", json!(10), true),
        ("eventTime|minute", json!(21), false),
        ("eventTime|hour|gte", json!(9), true),
        ("eventTime|day", json!([14, 15]), true),
        ("eventTime|week", json!(3), true),
        ("eventTime|month", json!(1), true),
        ("eventTime|year", json!(2026), true),
    ] {
        assert_eq!(field(key, &values, &record), wanted, "{key}: {values}");
    }
}

#[test]
fn placeholders_stand_for_their_values_and_may_be_patterns() {
    for (user, wanted) in [("alice", true), ("Bobby", true), ("carol", false)] {
        let record = json!({"userName": user});
        assert_eq!(field("userName|expand", &json!("%Admins%"), &record), wanted, "{user}");
        assert!(!field("userName", &json!("%Admins%"), &record));
    }
}

#[test]
fn a_placeholder_without_a_value_is_named() {
    let detection = read("{s: {a|expand: '%Nobody%'}, condition: s}").unwrap();
    assert_eq!(detection.unset, ["Nobody"]);
}

#[test]
fn searches_are_maps_lists_and_keywords() {
    let record = r#"{"eventName": "CreateUser", "userIdentity": {"arn": "arn:aws:iam::1:user/Eve"}, "n": [{"deep": "evil tool"}]}"#;
    for (yaml, wanted) in [
        ("{s: {eventName: CreateUser, userIdentity.arn|endswith: eve}, condition: s}", true),
        ("{s: {eventName: CreateUser, userIdentity.arn|endswith: bob}, condition: s}", false),
        ("{s: [{eventName: DeleteUser}, {userIdentity.arn|endswith: eve}], condition: s}", true),
        ("{s: ['EVIL'], condition: s}", true),
        ("{s: evil, condition: s}", true),
        ("{s: ['nothing', 'evil*tool'], condition: s}", true),
        ("{s: {'|all': ['evil', 'create']}, condition: s}", true),
        ("{s: {'|all': ['evil', 'delete']}, condition: s}", false),
        ("{s: {'|re': '^evil'}, condition: s}", true),
        ("{s: [{eventName: DeleteUser}, evil], condition: s}", true),
        ("{keywords: ['eventName'], condition: keywords}", false),
    ] {
        assert_eq!(holds(yaml, record), wanted, "{yaml}");
    }
}

#[test]
fn a_number_that_begins_with_zero_is_text() {
    let record = json!({"recipientAccountId": "012345678901"}).to_string();
    assert!(holds("{s: {recipientAccountId: 012345678901}, condition: s}", &record));
}

#[test]
fn rules_that_a_refused_correlation_names_do_not_fire_by_themselves() {
    let correlation =
        "title: Many\nid: many\ncorrelation: {type: event_count, rules: [T], timespan: 5m}\n---\n";
    let (rules, mistakes) = super::rules("r.yml", &format!("{correlation}{RULE}"), &placeholders());
    assert_eq!((rules.len(), mistakes.len()), (0, 1), "{mistakes:?}");
    let generating = correlation.replace("5m}", "5m, generate: true}");
    let (rules, _) = super::rules("r.yml", &format!("{generating}{RULE}"), &placeholders());
    assert_eq!(rules.len(), 1);
}

#[test]
fn conditions_join_searches() {
    let searches = "a: {x: 1}, b: {x: 2}, f_1: {y: 1}, f_2: {y: 2}, _h: {z: 9}";
    for (condition, record, wanted) in [
        ("a or b", json!({"x": 2}), true),
        ("not a and not b", json!({"x": 3}), true),
        ("a and not 1 of f_*", json!({"x": 1, "y": 2}), false),
        ("a and not 1 of f_*", json!({"x": 1}), true),
        ("all of f_*", json!({"y": [1, 2]}), true),
        ("all of f_*", json!({"y": 1}), false),
        ("1 of them", json!({"z": 9}), false),
        ("1 of them", json!({"y": 1}), true),
        ("_h", json!({"z": 9}), true),
        ("[a, b]", json!({"x": 2}), true),
    ] {
        let yaml = format!("{{{searches}, condition: {condition}}}");
        assert_eq!(holds(&yaml, &record.to_string()), wanted, "{condition}: {record}");
    }
}

#[test]
fn what_is_wrong_is_told_with_the_keys_that_lead_to_it() {
    for (yaml, wanted) in [
        (
            "{s: {a|contians: x}, condition: s}",
            "s/a|contians: unknown modifier `contians`; did you mean `contains`?",
        ),
        ("{s: {a: {b: 1}}, condition: s}", "s/a: fields in fields"),
        ("{s: {a: []}, condition: s}", "s/a: the list of values is empty"),
        ("{s: {}, condition: s}", "s: the search is empty"),
        ("{s: {a|re: '('}, condition: s}", "s/a|re: the regular expression `(` can't be used"),
        ("{s: {a|re: '(?=x)'}, condition: s}", "look-around"),
        ("{s: {a|re: '(a{1000}){1000}'}, condition: s}", "size limit"),
        ("{s: {a|cidr: 10.0.0.0/33}, condition: s}", "is no network"),
        ("{s: {a|gt: x}, condition: s}", "is no number"),
        ("{s: {a|exists: maybe}, condition: s}", "`exists` takes true or false"),
        ("{s: {a|re|contains: x}, condition: s}", "do not go together"),
        ("{s: {a|gt|lt: 1}, condition: s}", "does not go with"),
        ("{s: {a|i: x}, condition: s}", "comes after `re`"),
        ("{s: {a|all|all: x}, condition: s}", "stands twice"),
        ("{s: {a|base64: 'x*'}, condition: s}", "can't be encoded"),
        ("{s: {a|utf16: x}, condition: s}", "is no text"),
        ("{s: {a|contains: null}, condition: s}", "null can only be compared as it is"),
        ("{s: {a: [[1]]}, condition: s}", "is no value"),
        ("{s: {a: 1}, condition: t}", "condition: unknown search `t`"),
        ("{s: {a: 1}, condition: 1 of x*}", "no search is named `x*`"),
        ("{s: {a: 1}}", "has no `condition`"),
        ("{s: {a: 1}, condition: 7}", "it is a text"),
        ("[1]", "no list of searches"),
    ] {
        let error = read(yaml).unwrap_err();
        assert!(error.contains(wanted), "{yaml}: {error}");
    }
}

#[test]
fn hostile_rules_are_refused_before_they_cost_anything() {
    let many = |count: usize| (0..count).map(|n| format!("'v{n}'")).collect::<Vec<_>>().join(",");
    let error = read(&format!("{{s: {{a: [{}]}}, condition: s}}", many(20_000))).unwrap_err();
    assert!(error.contains("more than 10000 values"), "{error}");
    let again = vec!["s"; 1000].join(" or ");
    let error = read(&format!("{{s: {{a|re: [{}]}}, condition: {again}}}", many(90))).unwrap_err();
    assert!(error.contains("comes to 90000 tests"), "{error}");
    let error = read(&format!("{{s: {{a|re: [{}]}}, condition: s}}", many(200))).unwrap_err();
    assert!(error.contains("too many characters and expressions"), "{error}");
    let long = format!("-a -b -c -d {}", "x".repeat(100_000));
    let error = read(&format!("{{s: {{a|windash: '{long}'}}, condition: s}}")).unwrap_err();
    assert!(error.contains("too many characters and expressions"), "{error}");
    let error = read("{s: {a|windash: '-a -b -c -d -e -f -g -h -i -j'}, condition: s}").unwrap_err();
    assert!(error.contains("windash"), "{error}");
}

proptest! {
    #[test]
    fn a_text_is_equal_to_itself_however_it_is_escaped(text in any::<String>()) {
        let escaped = text.replace('\\', r"\\").replace('*', r"\*").replace('?', r"\?");
        let record = json!({"a": text});
        prop_assert!(field("a", &json!(escaped), &record));
        prop_assert!(field("a|cased", &json!(escaped), &record));
        for key in ["a|contains", "a|startswith", "a|endswith"] {
            prop_assert!(field(key, &json!(escaped), &record), "{key}");
        }
    }

    #[test]
    fn text_around_a_value_is_what_its_modifier_allows(before in "[a-zÄß*?]{0,4}", text in "[a-z]{2,4}", after in "[a-zÄß]{0,4}") {
        let whole = format!("{before}{text}{after}");
        let record = json!({"a": whole});
        let encoded = json!({"a": base64(&whole)});
        let stars = format!("*{text}*");
        prop_assert!(field("a|contains", &json!(text), &record));
        prop_assert_eq!(field("a|startswith", &json!(text), &record), whole.starts_with(&text));
        prop_assert_eq!(field("a|endswith", &json!(text), &record), whole.ends_with(&text));
        prop_assert!(field("a", &json!(stars), &record));
        prop_assert!(field("a|base64offset|contains", &json!(text), &encoded));
    }

    #[test]
    fn reading_what_looks_like_a_rule_never_panics(text in "[a-z0-9|*?%\\\\{}\\[\\]:,'\" \n-]{0,200}") {
        let file = format!("title: t\nlogsource: {{product: aws}}\ndetection:\n  s:\n    a: {text}\n  condition: s {text}\n");
        let (rules, mistakes) = super::rules("r.yml", &file, &placeholders());
        prop_assert!(rules.len() + mistakes.len() > 0);
        let lines = file.lines().count() + 1;
        prop_assert!(mistakes.iter().all(|mistake| (1..=lines).contains(&mistake.line)), "{:?}", mistakes);
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

const RULE: &str = "title: T
id: 11111111-0000-4000-8000-000000000001
status: test
level: informational
tags: [attack.initial-access, attack.t1078.004, cve.2021-1]
logsource: {product: aws, service: cloudtrail}
falsepositives: [none]
detection:
  s:
    eventName: X
  condition: s
";

#[test]
fn a_rule_has_the_header_of_its_document() {
    let (rules, mistakes) = super::rules("folder/r.yml", RULE, &placeholders());
    assert_eq!(mistakes, []);
    let rule = &rules[0];
    assert_eq!(rule.id, "11111111-0000-4000-8000-000000000001");
    assert_eq!((rule.title.as_str(), rule.severity), ("T", crate::detect::Severity::Info));
    assert_eq!(rule.attack, ["T1078.004"]);
    assert_eq!(rule.false_positives, ["none"]);
    let (nameless, _) = super::rules("folder/r.yml", &RULE.replace("id: ", "name: "), &placeholders());
    assert_eq!(nameless[0].id, "r");
    let (older, _) = super::rules("other.yml", &format!("{RULE}date: 2020-01-01\n"), &placeholders());
    assert_eq!(older[0].version, rule.version, "a date decides nothing");
    let (other, _) =
        super::rules("other.yml", &RULE.replace("eventName: X", "eventName: Y"), &placeholders());
    assert_ne!(other[0].version, rule.version);
}

#[test]
fn a_rule_that_cannot_be_used_names_its_line_and_leaves_the_others() {
    for (from, to, line, wanted) in [
        ("    eventName: X", "    eventName|x: X", 10, "unknown modifier `x`"),
        ("condition: s", "condition: t", 11, "unknown search `t`"),
        ("service: cloudtrail", "service: guardduty", 6, "not a rule for CloudTrail"),
        ("level: informational", "level: hihg", 4, "did you mean `high`?"),
        ("title: T", "name: T", 1, "no `title`"),
        ("id: 1", "id: /1", 2, "is no id"),
        ("detection:", "correlation: 5\nodd:", 8, "no list of keys"),
        ("condition: s", "condition: s | count() > 5", 11, "has no `timeframe`"),
        ("condition: s", "condition: s | top() > 5", 11, "has no `timeframe`"),
    ] {
        let broken = RULE.replace(from, to).replace("-000000000001", "-000000000002");
        let (rules, mistakes) = super::rules("r.yml", &format!("{broken}---\n{RULE}"), &placeholders());
        assert_eq!(rules.len(), 1, "{to}");
        let shown: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        let good = shown.len() == 1
            && shown[0].starts_with(&format!("r.yml:{line}: error:"))
            && shown[0].contains(wanted);
        assert!(good, "{to}: {shown:?}");
    }
}

fn linted(from: &str, to: &str) -> Vec<String> {
    let text = RULE.replace(from, to).replace("eventName: X", "eventName: CreateUser");
    let file = crate::detect::RuleFile { path: "r.yml".to_owned(), text };
    let session = crate::detect::test::tests::session_over(&[]);
    crate::detect::check(&session, &[file], &placeholders()).iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn odd_rules_are_told_from_good_ones() {
    assert_eq!(linted("x", "x"), [] as [&str; 0]);
    for (from, to, wanted) in [
        ("eventName: X", "eventName: CreateUsre", "r.yml:10: warning: CloudTrail has no event `CreateUsre`"),
        (
            "eventName: X",
            "eventName: CreateUser\n    eventSource: ec2.amazonaws.com",
            "r.yml:10: error: `CreateUser` is an event of",
        ),
        ("eventName: X", "eventName: CreateUsr\n    eventSource: iam.amazonaws.com", "is it `CreateUser`?"),
        ("eventName: X", "eventSource: iam.amazon.com", "is it `iam.amazonaws.com`?"),
        ("eventName: X", "eventname: X", "no field `eventname`, as far as is known; is it `eventName`?"),
        ("eventName: X", "userIdentity.accountid: X", "is it `userIdentity.accountId`?"),
        (
            "eventName: X",
            "userIdentity.userName: requestParameters.userName",
            "write `userIdentity.userName|fieldref`",
        ),
        ("eventName: X", "eventName|fieldref: requestparameters.x", "no field `requestparameters.x`"),
        ("attack.t1078.004", "attack.t9999", "ATT&CK has no technique `T9999`"),
        (
            "condition: s",
            "unused: {eventName: PutObject}\n  condition: s",
            "does not use the search `unused`",
        ),
        (
            "condition: s",
            "t: {eventName: PutObject}\n  condition: s and t",
            "r.yml:12: error: no record can match",
        ),
        ("eventName: X", "eventName|expand: '%Nobody%'", "has no value; set it in [sigma.placeholders]"),
    ] {
        let found = linted(from, to);
        assert!(found.len() == 1 && found[0].contains(wanted), "{to}: {found:?}");
    }
}
