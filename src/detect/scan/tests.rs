//! One scan of many rules finds what each rule finds by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimestampMicrosecondType};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool, UnboundedMemoryPool};
use jiff::Timestamp;
use proptest::prelude::*;

use super::judge::Hit;
use super::kept::{Columns, Kept};
use super::{Affected, Asked, Counted, Judged, Matched, Wanted, judge, needed};
use crate::detect::Severity;
use crate::detect::sigma::{Condition, JsonRecord, Placeholders, detection};
use crate::detect::test::tests::session_over;
use crate::detect::window::Span;
use crate::event::timestamp_type;
use crate::query::Session;

const RECORDS: [&str; 13] = [
    r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/eve","userName":"eve"},"requestParameters":{"userName":"bob"},"responseElements":null}"#,
    r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","errorCode":"AccessDenied","errorMessage":"no","userIdentity":{"type":"Root"},"requestParameters":null}"#,
    r#"{"eventSource":"IAM.amazonaws.com","eventName":"createuser","readOnly":"false","userIdentity":{"type":"AssumedRole","sessionContext":{"attributes":{"mfaAuthenticated":"true"},"sessionIssuer":{}}}}"#,
    r#"{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","requestParameters":{"ipPermissions":{"items":[{"fromPort":22},{"fromPort":3389,"cidr":"0.0.0.0/0"}]},"tag.key":"x"},"resources":[{"ARN":"a"},{"ARN":"b"}]}"#,
    r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"203.0.113.9","userAgent":"[aws-cli/2]","strange":{"member":["x",{"y":"deep"}]}}"#,
    r#"{"eventSource":"s3.amazonaws.com","eventName":{"odd":"GetObject"},"errorCode":5}"#,
    r#"{"eventSource":"s3.amazonaws.com","eventName":null,"userIdentity":"nobody"}"#,
    r#"{"eventName":"ConsoleLogin","responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"},"userIdentity":{"type":"IAMUser","userName":"eve"}}"#,
    r#"{"eventSource":"kms.amazonaws.com","eventName":"Decrypt","requestParameters":["just","a","list"],"userIdentity":{"unknown":{"a":1},"type":"AWSService"}}"#,
    r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","errorCode":["AccessDenied"],"userIdentity":{"type":"IAMUser"}}"#,
    r#"{"eventSource":"sts.amazonaws.com","eventName":"AssumeRole","errorCode":[null],"userIdentity.type":"Root"}"#,
    r#"{"eventSource":"sts.amazonaws.com","eventName":["AssumeRole","CreateUser"],"userIdentity":{"type":["Root","AWSService"]}}"#,
    r#"{"eventSource":["sts.amazonaws.com",7],"eventName":"AssumeRole"}"#,
];

const DETECTIONS: [&str; 31] = [
    "{s: {eventName: CreateUser}, condition: s}",
    "{s: {eventSource: iam.amazonaws.com, eventName: [CreateUser, DeleteUser]}, f: {errorCode|exists: true}, condition: s and not f}",
    "{s: {eventSource: iam.amazonaws.com}, a: {errorCode|exists: false}, b: {errorMessage: null}, condition: s and (a or b)}",
    "{s: {eventSource: iam.amazonaws.com}, condition: not s}",
    "{s: {eventName|startswith: Get}, condition: s}",
    "{s: {eventName: '*'}, condition: s}",
    "{s: {eventName: null}, condition: s}",
    "{s: {eventName|exists: true}, condition: s}",
    "{s: {eventName.odd: getobject}, condition: s}",
    "{s: {errorCode: 5}, condition: s}",
    "{s: {errorCode|gt: 4}, condition: s}",
    "{s: {userIdentity.type: [Root, IAMUser]}, condition: s}",
    "{s: {userIdentity|contains: eve}, condition: s}",
    "{s: {userIdentity: nobody}, condition: s}",
    "{s: {userIdentity.unknown.a: 1}, condition: s}",
    "{s: {userIdentity.sessionContext.attributes.mfaAuthenticated: 'true'}, condition: s}",
    "{s: {readOnly: false}, condition: s}",
    "{s: {requestParameters.ipPermissions.items.fromPort: 3389}, condition: s}",
    "{s: {requestParameters.tag.key: x}, condition: s}",
    "{s: {requestParameters|contains: list}, condition: s}",
    "{s: {requestParameters: null}, condition: s}",
    "{s: {resources.ARN: b}, condition: s}",
    "{s: {strange.member.y|endswith: eep}, condition: s}",
    "{s: [deep, 'eve'], condition: s}",
    "{s: {eventName: AssumeRole, errorCode|exists: true}, condition: s}",
    "{s: {eventName: AssumeRole}, f: {errorCode|exists: true}, condition: s and not f}",
    "{s: {eventName: AssumeRole, errorCode: null}, condition: s}",
    "{s: {eventSource: sts.amazonaws.com, userIdentity.type: Root}, condition: s}",
    "{s: {eventSource: 7}, condition: s}",
    "{s: {sourceIPAddress|cidr: 203.0.113.0/24, userAgent|contains: cli}, condition: s}",
    "{s: {userIdentity.userName|fieldref: userIdentity.userName}, condition: s}",
];

fn condition(yaml: &str) -> Arc<Condition> {
    let tree = crate::detect::yaml::read(yaml).expect("YAML");
    detection::read(&tree, &Placeholders::new()).expect("a detection").condition
}

/// The record with an id and a time; `{` is its first byte.
fn record(number: usize, text: &str) -> String {
    let minute = number % 60;
    format!(
        "{{\"eventID\":\"id-{number:03}\",\"eventTime\":\"2026-01-15T10:{minute:02}:00Z\",\"eventVersion\":\"1.08\",{}",
        &text[1..]
    )
}

fn always() -> Span {
    Span { since: Timestamp::MIN, until: Timestamp::MAX }
}

/// What a rule matched: how many events, and the ids of those that were handed back, the first ones of each
/// thread, and whom they are about.
struct Matching {
    count: u64,
    ids: Vec<String>,
    events: Vec<([Option<String>; 3], Timestamp)>,
}

fn matching(judged: &Judged) -> Vec<Matching> {
    let of = |matched: &Matched| {
        let events = matched.hits.iter().map(|hit| (&judged.events[hit.batch as usize], hit.row as usize));
        let events: Vec<_> = events.collect();
        let ids = events.iter().map(|(events, row)| events.key(*row).0.unwrap_or("none").to_owned());
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let about = events.iter().map(|(events, row)| {
            let time = Timestamp::from_microsecond(events.time(*row)).unwrap();
            let about = [events.principal(*row), events.account(*row), events.address(*row)];
            (about.map(owned), time)
        });
        let about = about.collect();
        let mut ids: Vec<_> = ids.collect();
        ids.sort();
        Matching { count: matched.count, ids, events: about }
    };
    judged.rules.iter().map(|matched| of(matched.as_ref().unwrap())).collect()
}

fn graded(rules: Vec<Asked<'_>>) -> Vec<(Asked<'_>, Severity)> {
    rules.into_iter().map(|rule| (rule, Severity::Low)).collect()
}

async fn judged(session: &Session, rules: Vec<Asked<'_>>, max: usize) -> Vec<Matching> {
    matching(&judge(session, graded(rules), always(), Wanted::First(max), None, None).await.unwrap())
}

#[tokio::test]
async fn neighbours_of_one_kind_are_told_apart_by_what_differs() {
    let variant = |number: usize| {
        let text = RECORDS[(number / 11) % RECORDS.len()].to_owned();
        let text = if (number / 3).is_multiple_of(2) { text.replace("eve", "mallory") } else { text };
        let text = if number.is_multiple_of(5) {
            text.replace("3389", "3390").replace("true", "false")
        } else {
            text
        };
        if number.is_multiple_of(4) {
            text.replace("203.0.113.9", "198.51.100.9").replace("Root", "IAMUser")
        } else {
            text
        }
    };
    let records: Vec<_> = (0..300).map(|number| record(number, &variant(number))).collect();
    let conditions: Vec<_> = DETECTIONS.iter().map(|yaml| condition(yaml)).collect();
    let asked = conditions.iter().map(|condition| Asked::Sigma(condition.clone())).collect();
    let matched = judged(&session_over(&records), asked, 1000).await;
    for ((yaml, condition), matched) in DETECTIONS.iter().zip(&conditions).zip(&matched) {
        let holds = |number: &usize| condition.holds(&mut JsonRecord(&records[*number]));
        let wanted: Vec<_> =
            (0..records.len()).filter(holds).map(|number| format!("id-{number:03}")).collect();
        assert_eq!(matched.ids, wanted, "{yaml}");
    }
}

#[tokio::test]
async fn rules_in_one_scan_match_the_records_that_their_conditions_hold_of() {
    let records: Vec<_> = (0..).zip(RECORDS).map(|(number, text)| record(number, text)).collect();
    let conditions: Vec<_> = DETECTIONS.iter().map(|yaml| condition(yaml)).collect();
    let asked = conditions.iter().map(|condition| Asked::Sigma(condition.clone())).collect();
    let matched = judged(&session_over(&records), asked, 100).await;
    for ((yaml, condition), matched) in DETECTIONS.iter().zip(&conditions).zip(&matched) {
        let holds = |number: &usize| condition.holds(&mut JsonRecord(&records[*number]));
        let wanted: Vec<_> =
            (0..records.len()).filter(holds).map(|number| format!("id-{number:03}")).collect();
        assert_eq!(matched.ids, wanted, "{yaml}");
        assert_eq!(matched.count, wanted.len() as u64, "{yaml}");
        assert!(!wanted.is_empty(), "{yaml} matches nothing");
    }
}

#[tokio::test]
async fn rules_that_look_for_texts_together_match_what_each_does_by_itself() {
    let agents = [
        "aws-cli/2.1",
        "[AWS-CLI/2.1 kali]",
        "Boto3/1.26 KALI linux",
        "pacu",
        "xpacux Ärger",
        "console.amazonaws.com",
        "",
    ];
    let records: Vec<_> = (0..70)
        .map(|number| {
            let agent = agents[number / 3 % agents.len()];
            let more = match number % 5 {
                0 => String::new(),
                1 => format!(r#""userAgent":["{agent}",7],"#),
                2 => format!(r#""userAgent":"{agent}","errorCode":"AccessDenied","#),
                _ => format!(r#""userAgent":"{agent}","#),
            };
            record(
                number,
                &format!(r#"{{{more}"eventSource":"iam.amazonaws.com","eventName":"CreateUser"}}"#),
            )
        })
        .collect();
    let detections: Vec<_> = [
        "{s: {userAgent|contains: kali}, condition: s}",
        "{s: {userAgent|contains|cased: kali}, condition: s}",
        "{s: {userAgent|contains: [pacu, cli]}, condition: s}",
        "{s: {userAgent|contains|all: [cli, kali]}, condition: s}",
        "{s: {userAgent|startswith: BOTO}, condition: s}",
        "{s: {userAgent|endswith: linux}, condition: s}",
        "{s: {userAgent: [pacu, aws-cli/2.1]}, condition: s}",
        "{s: {userAgent|contains: cli, errorCode: AccessDenied}, condition: s}",
        "{s: {userAgent|contains: cli}, t: {userAgent|contains: pacu}, condition: s or t}",
        "{s: {userAgent|contains: cli}, t: {errorCode: AccessDenied}, condition: s or t}",
        "{s: {userAgent|contains: aws}, t: {userAgent|contains: kali}, condition: s and not t}",
        "{s: {userAgent|contains: ärg}, condition: s}",
        "{s: {userAgent: 'x*c?x*'}, condition: s}",
        "{s: {userAgent: ''}, condition: s}",
        "{s: {userAgent|contains: console.}, condition: s}",
        "{s: {userAgent|re: 'k.li'}, condition: s}",
    ]
    .into();
    let conditions: Vec<_> = detections.iter().map(|yaml| condition(yaml)).collect();
    let asked = conditions.iter().map(|condition| Asked::Sigma(condition.clone())).collect();
    let matched = judged(&session_over(&records), asked, 1000).await;
    for ((yaml, condition), matched) in detections.iter().zip(&conditions).zip(&matched) {
        let holds = |number: &usize| condition.holds(&mut JsonRecord(&records[*number]));
        let wanted: Vec<_> =
            (0..records.len()).filter(holds).map(|number| format!("id-{number:03}")).collect();
        assert_eq!(matched.ids, wanted, "{yaml}");
        assert!(!wanted.is_empty(), "{yaml} matches nothing");
    }
}

#[tokio::test]
async fn what_a_rule_matches_passes_the_filter_of_the_names_that_are_needed() {
    let records: Vec<_> = (0..).zip(RECORDS).map(|(number, text)| record(number, text)).collect();
    let session = session_over(&records);
    let mut dropped = 0;
    for yaml in DETECTIONS {
        let condition = condition(yaml);
        let Some(filter) = needed::filter([].into_iter(), std::slice::from_ref(&condition)) else { continue };
        let rows = session.context().table("cloudtrail").await.unwrap().filter(filter).unwrap();
        let rows = rows.select_columns(&["event_id"]).unwrap().collect().await.unwrap();
        let passed: BTreeSet<String> = rows
            .iter()
            .flat_map(|rows| {
                let ids = arrow::compute::cast(rows.column(0), &DataType::Utf8).unwrap();
                ids.as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        for (number, text) in records.iter().enumerate() {
            let id = format!("id-{number:03}");
            assert!(passed.contains(&id) || !condition.holds(&mut JsonRecord(text)), "{yaml}: {text}");
        }
        dropped += records.len() - passed.len();
    }
    assert!(dropped > 10, "{dropped} rows are not needed");
}

#[tokio::test]
async fn sql_rules_share_the_scan_and_match_what_their_queries_select() {
    let records: Vec<_> = (0..60).map(|number| record(number, RECORDS[number % RECORDS.len()])).collect();
    let session = session_over(&records);
    let queries = [
        "SELECT * FROM cloudtrail WHERE event_name = 'CreateUser'",
        "SELECT * FROM cloudtrail WHERE coalesce(user_type, '') IN ('x', coalesce(error_code, user_type, ''))",
        "SELECT * FROM cloudtrail c WHERE c.event_name IN ('CreateUser', 'Decrypt') AND c.error_code IS NULL",
        "SELECT * FROM cloudtrail WHERE lower(event_name) = 'createuser' OR event_source LIKE 's3.%'",
        "SELECT * FROM cloudtrail WHERE NOT event_name = 'CreateUser'",
        "SELECT * FROM cloudtrail WHERE event_source = 'iam.amazonaws.com' AND event_name <> 'x'",
        "SELECT * FROM cloudtrail WHERE request_parameters ->> 'userName' = 'bob'",
        "SELECT * FROM cloudtrail WHERE false",
        "SELECT * FROM cloudtrail WHERE event_time >= '2026-01-15T10:30:00Z'",
    ];
    let asked = queries.iter().map(|sql| Asked::Sql(sql, BTreeMap::new())).collect();
    let matched = judged(&session, asked, 1000).await;
    for (sql, matched) in queries.iter().zip(&matched) {
        let rows =
            session.plan(&sql.replace('*', "event_id"), &BTreeMap::new()).unwrap().collect().await.unwrap();
        let ids = rows.iter().flat_map(|rows| {
            let ids = arrow::compute::cast(rows.column(0), &DataType::Utf8).unwrap();
            ids.as_string::<i32>().iter().map(|id| id.unwrap().to_owned()).collect::<Vec<_>>()
        });
        let mut wanted: Vec<_> = ids.collect();
        wanted.sort();
        assert_eq!((matched.count, &matched.ids), (wanted.len() as u64, &wanted), "{sql}");
    }
    assert!(matched[..7].iter().all(|matched| matched.count > 0));
}

#[tokio::test]
async fn a_rule_that_cannot_be_planned_fails_alone() {
    let session = session_over(&[record(0, RECORDS[0])]);
    let sql = |text| Asked::Sql(text, BTreeMap::new());
    let rules = vec![
        sql("SELECT * FROM cloudtrail WHERE no_such_column = 1"),
        sql("SELECT * FROM cloudtrail WHERE event_name = 'CreateUser'"),
        Asked::Sigma(condition(DETECTIONS[0])),
    ];
    let matched =
        judge(&session, graded(rules), always(), Wanted::First(10), None, None).await.unwrap().rules;
    assert!(matched[0].as_ref().unwrap_err().to_string().contains("no_such_column"));
    assert!(matched[1..].iter().all(|matched| matched.as_ref().unwrap().count == 1));
}

#[tokio::test]
async fn a_rule_that_cannot_be_computed_for_a_row_fails_alone() {
    let session = session_over(&[record(0, RECORDS[0]), record(1, RECORDS[4])]);
    let rules = vec![
        Asked::Sql(
            "SELECT * FROM cloudtrail WHERE CAST(substr(user_agent, 2, 3) AS INT) = 1",
            BTreeMap::new(),
        ),
        Asked::Sql("SELECT * FROM cloudtrail WHERE event_name = 'CreateUser'", BTreeMap::new()),
        Asked::Sigma(condition(DETECTIONS[0])),
    ];
    let matched =
        judge(&session, graded(rules), always(), Wanted::First(10), None, None).await.unwrap().rules;
    assert!(matched[0].as_ref().unwrap_err().to_string().contains("aws"));
    assert!(matched[1..].iter().all(|matched| matched.as_ref().unwrap().count == 1));
}

#[tokio::test]
async fn neighbours_that_differ_only_beside_the_columns_are_told_apart() {
    let text = |code: u8| {
        format!(r#"{{"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":{code}}}"#)
    };
    let records: Vec<_> = (0..6).map(|number| record(number, &text([5, 6, 5, 5, 6, 6][number]))).collect();
    let rules = vec![Asked::Sigma(condition("{s: {errorCode: 5}, condition: s}"))];
    let matched = judged(&session_over(&records), rules, 10).await;
    assert_eq!(matched[0].ids, ["id-000", "id-002", "id-003"]);
}

#[tokio::test]
async fn neighbours_that_differ_in_one_thing_only_are_of_two_kinds() {
    let texts = [
        r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}"#,
        r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObjects"}"#,
        r#"{"eventSource":"s4.amazonaws.com","eventName":"GetObject"}"#,
        r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"E"}"#,
        r#"{"eventSource":"s3.amazonaws.com","eventName":null}"#,
        r#"{"eventSource":"s3.amazonaws.com","eventName":""}"#,
        r#"{"eventSource":"s3.amazonaws.com","eventName":["GetObject","Other"]}"#,
    ];
    let yaml = [
        "{s: {eventSource: s3.amazonaws.com, eventName: GetObject, errorCode: null}, condition: s}",
        "{s: {eventName: GetObjects}, condition: s}",
        "{s: {eventSource: s4.amazonaws.com}, condition: s}",
        "{s: {errorCode|exists: true}, condition: s}",
        "{s: {eventName: null}, condition: s}",
        "{s: {eventName: ''}, condition: s}",
        "{s: {eventName: Other}, condition: s}",
    ];
    // Each beside each other, twice the same too.
    let pairs = (0..texts.len()).flat_map(|one| (0..texts.len()).flat_map(move |other| [one, other, other]));
    let records: Vec<_> = pairs.enumerate().map(|(number, which)| record(number, texts[which])).collect();
    let rules = yaml.iter().map(|yaml| Asked::Sigma(condition(yaml))).collect();
    let matched = judged(&session_over(&records), rules, 1000).await;
    for (yaml, matched) in yaml.iter().zip(&matched) {
        let condition = condition(yaml);
        let holds = |text: &String| condition.holds(&mut JsonRecord(text));
        let wanted = (0..).zip(&records).filter(|(_, text)| holds(text));
        let wanted: Vec<_> = wanted.map(|(number, _): (usize, _)| format!("id-{number:03}")).collect();
        assert!(!wanted.is_empty(), "{yaml}");
        assert_eq!(matched.ids, wanted, "{yaml}");
    }
}

#[test]
fn what_is_kept_is_shared_by_letting_those_with_most_keep_fewer() {
    let shared = |counts: &[u64], max, all| super::share(counts.iter().copied(), max, all);
    assert_eq!(shared(&[5, 7, 3], 10, 100), 10);
    assert_eq!(shared(&[5, 700, 3], 10, 100), 10);
    assert_eq!(shared(&[5, 50, 3, 80], 100, 100), 46);
    assert_eq!(shared(&[50, 50], 100, 10), 5);
    assert_eq!(shared(&[1; 100], 10, 10), 1, "each keeps one at least");
    assert_eq!(shared(&[], 10, 10), 10);
}

#[tokio::test]
async fn the_first_events_are_handed_back_and_all_are_counted() {
    let records: Vec<_> = (0..50).rev().map(|number| record(number, RECORDS[0])).collect();
    let matched = judged(&session_over(&records), vec![Asked::Sigma(condition(DETECTIONS[0]))], 3).await;
    assert_eq!(
        (matched[0].count, &matched[0].ids[..3]),
        (50, ["id-000", "id-001", "id-002"].map(String::from).as_slice())
    );
}

#[tokio::test]
async fn counting_comes_to_what_handing_back_would() {
    let records = (0..90).map(|number| {
        // Runs of one account and of one address, short enough to lie in a view or longer, and events without them.
        let account = ["111122223333", "444455556666", ""][number / 9 % 3];
        let address = ["192.0.2.1", "198.51.100.200", "cloudformation.amazonaws.com"][number / 4 % 3];
        let account = match account {
            "" => String::new(),
            account => format!("\"recipientAccountId\":\"{account}\","),
        };
        let text = &RECORDS[number % RECORDS.len()][1..];
        record(number, &format!("{{{account}\"sourceIPAddress\":\"{address}\",{text}"))
    });
    let records: Vec<_> = records.collect();
    let session = session_over(&records);
    let asked = || DETECTIONS.iter().map(|yaml| Asked::Sigma(condition(yaml)));
    let severity = |number: usize| Severity::ALL[number % Severity::ALL.len()];
    let rules = asked().enumerate().map(|(number, rule)| (rule, severity(number))).collect();
    let counted = judge(&session, rules, always(), Wanted::Count, None, None).await.unwrap();
    let mut wanted: [BTreeMap<String, Affected>; 3] = Default::default();
    let mut all: Option<Affected> = None;
    for (number, (rule, counted)) in asked().zip(&counted.rules).enumerate() {
        let matched = &judged(&session, vec![rule], 1000).await[0];
        assert_eq!(counted.as_ref().unwrap().count, matched.count, "{}", DETECTIONS[number]);
        for (about, time) in &matched.events {
            let once = Affected::once(severity(number), *time, *time);
            all = Some(all.map_or(once, |mut all| {
                all.add(&once);
                all
            }));
            for (names, name) in wanted.iter_mut().zip(about) {
                let Some(name) = name else { continue };
                names.entry(name.clone()).and_modify(|own| own.add(&once)).or_insert(once);
            }
        }
    }
    assert!(wanted[0].len() > 2 && wanted[1].len() >= 2 && wanted[2].len() > 2);
    let Counted { all: counted, principals, accounts, addresses } = counted.counted;
    assert_eq!(counted, all);
    let counted =
        [principals, accounts, addresses].map(|names| names.into_iter().collect::<BTreeMap<_, _>>());
    assert_eq!(counted, wanted);
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("event_time", timestamp_type(), true),
        Field::new("event_id", DataType::Utf8, true),
    ]))
}

fn rows(times: &[i64], ids: &[String]) -> RecordBatch {
    let times = TimestampMicrosecondArray::from(times.to_vec()).with_timezone("UTC");
    RecordBatch::try_new(schema(), vec![Arc::new(times), Arc::new(StringArray::from(ids.to_vec()))]).unwrap()
}

fn kept(rules: usize, max: usize, pool: Arc<dyn MemoryPool>) -> Kept {
    let columns = Columns { places: vec![0, 1], whole: false, told: Arc::default() };
    Kept::new(&schema(), columns, rules, (max, u64::MAX), MemoryConsumer::new("test").register(&pool))
}

proptest! {
    #[test]
    fn what_is_kept_is_what_sorting_everything_would_leave(
        batches in proptest::collection::vec(proptest::collection::vec((0_i64..20, any::<u8>()), 1..20), 1..20),
        max in 0_usize..6,
    ) {
        let mut kept = kept(8, max, Arc::new(UnboundedMemoryPool::default()));
        let mut all: Vec<Vec<(i64, String)>> = vec![Vec::new(); 8];
        for (number, batch) in batches.iter().enumerate() {
            let times: Vec<_> = batch.iter().map(|(time, _)| *time).collect();
            let ids: Vec<_> = (0..batch.len()).map(|row| format!("{:03}-{number}", (row * 37) % 100)).collect();
            let mut hits = Vec::new();
            for (row, (time, rules)) in (0..).zip(batch) {
                for rule in (0..8).filter(|rule| rules & (1 << rule) != 0) {
                    hits.push(Hit { rule, rows: row..row + 1 });
                    all[rule as usize].push((*time, ids[row as usize].clone()));
                }
            }
            kept.take(&rows(&times, &ids), &hits).unwrap();
        }
        let found = kept.finish().unwrap();
        let mut events: Vec<Vec<(i64, String)>> = vec![Vec::new(); 8];
        for (batch, rules) in &found.events {
            let times = batch.column(0).as_primitive::<TimestampMicrosecondType>();
            let ids = batch.column(1).as_string_view();
            let needed: BTreeSet<_> = rules.iter().map(|(row, _)| *row).collect();
            prop_assert!(2 * needed.len() + 1 >= batch.num_rows());
            for (row, rule) in rules {
                let row = *row as usize;
                events[*rule as usize].push((times.value(row), ids.value(row).to_owned()));
            }
        }
        for ((mut wanted, mut got), count) in all.into_iter().zip(events).zip(found.counts) {
            prop_assert_eq!(count, wanted.len() as u64);
            wanted.sort();
            wanted.truncate(max);
            got.sort();
            prop_assert!(got.len() <= max + 1);
            got.truncate(max);
            prop_assert_eq!(got, wanted);
        }
    }
}

#[test]
fn events_that_no_rule_needs_any_more_are_let_go_and_too_many_are_refused() {
    // Later and later batches of a megabyte, then earlier and earlier ones: each pushes the last one out.
    let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(200 << 20));
    let mut first = kept(1, 10, pool.clone());
    for number in (0..300_i64).rev() {
        let ids: Vec<_> = (0..10).map(|row| format!("{row}{}-{number}", "x".repeat(100_000))).collect();
        first.take(&rows(&[number; 10], &ids), &[Hit { rule: 0, rows: 0..10 }]).unwrap();
    }
    let found = first.finish().unwrap();
    let left: usize = found.events.iter().map(|(_, rules)| rules.len()).sum();
    assert_eq!((found.counts, left), (vec![3000], 10));
    let mut many = kept(1, 10_000, pool);
    let mut take = |number: i64| {
        let ids: Vec<_> = (0..10).map(|row| format!("{row}{}-{number}", "x".repeat(100_000))).collect();
        many.take(&rows(&[number; 10], &ids), &[Hit { rule: 0, rows: 0..10 }])
    };
    let error = (0..300).find_map(|number| take(number).err()).expect("300 MB do not fit 200");
    assert!(error.to_string().contains("--since"), "{error}");
}
