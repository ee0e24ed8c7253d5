//! The decoder as a whole: containers, verdicts, dead letters, and the round trip.

mod hostile;

use std::collections::BTreeMap;
use std::io::Write;

use arrow::array::{Array, AsArray};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// 2026-01-20, after every record of these tests.
const TODAY: Options = Options { today: 20_473 };

/// Any JSON value, of bounded size; numbers as integers, so that their text survives `serde_json`.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("true")),
        Just(json!("2026-01-15T10:00:00Z")),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(any_key(), inner, 0..5).prop_map(object),
        ]
    })
}

fn object(members: BTreeMap<String, Value>) -> Value {
    Value::Object(members.into_iter().collect())
}

/// Keys that CloudTrail knows in some place, and others.
fn any_key() -> impl Strategy<Value = String> {
    let mut known: Vec<_> = FIELD_KEYS.iter().map(ToString::to_string).collect();
    known.extend(["timeWindow", "summary", "windowStart", "eventId", "accountId"].map(String::from));
    prop_oneof![4 => proptest::sample::select(known), 1 => ".{0,6}"]
}

const FIELD_KEYS: [&str; 18] = [
    "eventTime",
    "eventName",
    "eventID",
    "readOnly",
    "userIdentity",
    "sessionContext",
    "sessionIssuer",
    "attributes",
    "mfaAuthenticated",
    "creationDate",
    "type",
    "arn",
    "tlsDetails",
    "onBehalfOf",
    "requestParameters",
    "webIdFederationData",
    "sessionCredentialFromConsole",
    "recipientAccountId",
];

/// A record in which known keys stand in their places, with any value; it has what every record has
/// some of, without which it would not be taken for one.
fn any_record() -> impl Strategy<Value = Value> {
    let level = || proptest::collection::btree_map(any_key(), any_json(), 0..6);
    (level(), level(), level(), level(), 0..4_usize).prop_map(|(top, identity, context, issuer, depth)| {
        let mut context = object(context);
        if depth > 2 {
            context["sessionIssuer"] = object(issuer);
        }
        let mut identity = object(identity);
        if depth > 1 {
            identity["sessionContext"] = context;
        }
        let mut record = object(top);
        record["eventVersion"] = json!("1.11");
        record["awsRegion"] = json!("eu-west-1");
        if depth > 0 {
            record["userIdentity"] = identity;
        }
        record
    })
}

pub(super) fn decode(bytes: &[u8], members: Members) -> (Decoded, Vec<Chunk>) {
    let mut chunks = Vec::new();
    let mut emit = |chunk| -> Result<(), anyhow::Error> {
        chunks.push(chunk);
        Ok(())
    };
    let decoded = Decoder::new(TODAY).decode(bytes, members, &mut emit).unwrap();
    (decoded, chunks)
}

/// The records as JSON.
fn texts(chunks: &[Chunk]) -> Vec<String> {
    let mut records = Vec::new();
    for chunk in chunks {
        let printer = Printer::new(&chunk.batch).unwrap();
        for row in 0..chunk.batch.num_rows() {
            let mut text = String::new();
            printer.write(row, &mut text).unwrap();
            records.push(text);
        }
    }
    records
}

fn printed(chunks: &[Chunk]) -> Vec<Value> {
    let parse = |text: String| serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    texts(chunks).into_iter().map(parse).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn record(name: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventTime": "2026-01-15T10:00:00Z", "eventName": name,
        "eventSource": "iam.amazonaws.com", "eventID": format!("id-{name}"),
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
        "responseElements": null,
    })
}

fn names(chunks: &[Chunk]) -> Vec<String> {
    let name = |record: Value| record["eventName"].as_str().unwrap_or("-").to_owned();
    printed(chunks).into_iter().map(name).collect()
}

#[test]
fn every_container_is_opened() {
    let (one, two) = (record("One"), record("Two"));
    let text = |record: &Value| record.to_string();
    for container in [
        json!({"Records": [one, two]}).to_string(),
        json!({"Records": [one, two], "more": {"x": 1}}).to_string(),
        json!([one, two]).to_string(),
        format!("{one}\n{two}\n"),
        format!("\u{feff}{one}\r\n\r\n{two}"),
        format!("{one}{two}"),
        json!({"Events": [{"EventId": "x", "CloudTrailEvent": text(&one)}, {"CloudTrailEvent": text(&two)}]}).to_string(),
        json!({"messageType": "DATA_MESSAGE", "logEvents": [{"message": text(&one)}, {"message": text(&two)}]}).to_string(),
        format!("{}{}", json!({"version": "0", "detail": one}), json!({"detail": two})),
        format!("{{ \"Records\" : [ {one} ,\n {two} ] }}"),
    ] {
        let (decoded, chunks) = decode(container.as_bytes(), Members::One);
        assert_eq!(decoded.verdict, Verdict::Log, "{container}");
        assert_eq!(names(&chunks), ["One", "Two"], "{container}");
        assert_eq!(decode(&gzip(&container), Members::One).0.records, 2);
    }
}

#[test]
fn what_is_no_log_is_told_apart() {
    for (text, verdict) in [
        ("", Verdict::Skipped("an empty object")),
        (" \n", Verdict::Skipped("an empty object")),
        (r#"{"Records":[]}"#, Verdict::Log),
        (r#"{"Records":null}"#, Verdict::Log),
        ("[]", Verdict::Log),
        (r#"{"awsAccountId":"1","digestS3Object":"x","logFiles":[]}"#, Verdict::Skipped("a digest file")),
        (
            r#"{"fileVersion":"1.0","configurationItems":[]}"#,
            Verdict::Skipped("JSON that is no CloudTrail log"),
        ),
        ("https 2026-01-15 app/lb 1.2.3.4\nmore", Verdict::Skipped("not JSON")),
    ] {
        assert_eq!(decode(text.as_bytes(), Members::Any).0.verdict, verdict, "{text}");
    }
    let (decoded, _) = decode(b"<html>", Members::One);
    assert!(matches!(decoded.verdict, Verdict::Quarantined(Bad::Unreadable(_))));
}

#[test]
fn a_log_that_is_cut_anywhere_is_quarantined() {
    let text = json!({"Records": [record("One"), record("Two")]}).to_string();
    for cut in 1..text.len() {
        let (decoded, _) = decode(&text.as_bytes()[..cut], Members::One);
        assert!(matches!(decoded.verdict, Verdict::Quarantined(_)), "{cut}: {:?}", decoded.verdict);
    }
}

#[test]
fn one_bad_byte_costs_its_record_and_no_other() {
    let records: Vec<_> = ["A", "B", "C", "D"].map(record).to_vec();
    let text = json!({ "Records": records }).to_string();
    let at = text.find("id-B").unwrap();
    for bad in [b"\"".as_slice(), b"\\", b"\x01", b"\xff", b"}", b"{", b"]", b"["] {
        for offset in 0.."{\"eventID\":\"".len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at - offset] = bad[0];
            let (decoded, chunks) = decode(&bytes, Members::One);
            assert_eq!(decoded.verdict, Verdict::Log, "{}", String::from_utf8_lossy(&bytes));
            let mut names = names(&chunks);
            names.retain(|name| name != "B" && name != "-");
            assert_eq!(names, ["A", "C", "D"], "{}", String::from_utf8_lossy(&bytes));
            assert_eq!(decoded.records + decoded.dead_letters.len() as u64, 4);
        }
    }
}

#[test]
fn a_dead_letter_has_its_bytes_place_and_reason() {
    let text = format!("[{},{{\"eventName\": oops}},{}]", record("A"), record("B"));
    let (decoded, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!(names(&chunks), ["A", "B"]);
    let [letter] = &decoded.dead_letters[..] else { panic!("{:?}", decoded.dead_letters) };
    assert_eq!(letter.raw, b"{\"eventName\": oops}");
    assert_eq!(letter.offset, text.find("{\"eventName\": oops").unwrap() as u64);
    assert!(letter.reason.contains("`o` where a value was expected"), "{}", letter.reason);
}

#[test]
fn a_record_of_any_odd_shape_is_kept_as_it_was() {
    for text in [
        "{}",
        r#"{"eventTime":"9999-12-31T23:59:59Z"}"#,
        r#"{"eventTime":"9999-12-30T22:00:00Z"}"#,
        r#"{"eventTime":"0000-02-29T00:00:00Z"}"#,
        r#"{"eventTime":"0001-01-01T00:00:00Z"}"#,
        r#"{"userIdentity":"root"}"#,
        r#"{"userIdentity":null,"tlsDetails":{}}"#,
        r#"{"userIdentity":{"sessionContext":{"sessionIssuer":{},"attributes":{"mfaAuthenticated":"false"}}}}"#,
        r#"{"userIdentity":{"sessionContext":{"attributes":{"mfaAuthenticated":false,"creationDate":"20131102T010628Z"}}}}"#,
        r#"{"readOnly":"true","managementEvent":1,"eventVersion":1.08}"#,
        r#"{"eventTime":"2026-01-15T10:00:00.123Z"}"#,
        r#"{"eventTime":1.5e400,"x":[1.0,1e2]}"#,
        r#"{"eventName":"\ud800 \u0000","userAgent":"a\u2028b"}"#,
        r#"{"requestParameters":{"a":1.0},"responseElements":"text","resources":7}"#,
        r#"{"eventId":"e","accountId":"1","timeWindow":{"windowStart":"2026-01-15T10:00:00Z"},"summary":{"n":1}}"#,
        r#"{"eventID":null,"eventId":"e","summary":{},"eventTime":"2026-01-15T10:00:00Z"}"#,
        r#"{"summary":{"n":1},"s\u0075mmary":"","eventId":"e"}"#,
        r#"{"summary":{},"eventId":"\ud800","accountId":"\u0031"}"#,
        r#"{"eventTime":"2026\u002d01-15T10:00:00Z"}"#,
        r#"{"summary":{"n":1},"eventId":"e","event\u0049d":7,"timeWindow":1,"time\u0057indow":{}}"#,
    ] {
        let text = &text.replacen('{', r#"{"eventCategory":null,"awsRegion":7,"#, 1).replace(",}", "}");
        let (decoded, chunks) = decode(format!("[{text}]").as_bytes(), Members::One);
        assert_eq!(decoded.verdict, Verdict::Log, "{text}");
        let printer = Printer::new(&chunks[0].batch).unwrap();
        let mut again = String::new();
        printer.write(0, &mut again).unwrap();
        let hash = |text| json::Scanner::new(text).value().unwrap().hash;
        assert_eq!(hash(text), hash(&again), "{text}\n{again}");
    }
}

#[test]
fn a_repeated_key_counts_once_and_the_last_wins() {
    let text = r#"[{"eventName":"A","userIdentity":{"type":"Root","x":1},"eventName":"B","userIdentity":{"arn":"a"}}]"#;
    let (_, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!(printed(&chunks), [json!({"eventName": "B", "userIdentity": {"arn": "a"}})]);
}

#[test]
fn how_strings_are_spelled_makes_no_difference() {
    for (plain, escaped) in [
        (r#"{"Records":[{"eventName":"A"}]}"#, r#"{"\u0052ecords":[{"eventName":"\u0041"}]}"#),
        (
            r#"[{"eventName":"A","eventTime":"2026-01-15T10:00:00Z"}]"#,
            r#"[{"event\u004eame":"A","eventTime":"2026-01-15T10:00:0\u0030Z"}]"#,
        ),
        (
            r#"[{"eventName":"A","eventId":"e","timeWindow":{"windowStart":"2026-01-15T10:00:00Z"}}]"#,
            r#"[{"eventName":"A","eventI\u0064":"\u0065","time\u0057indow":{"window\u0053tart":"2026-01-15\u005410:00:00Z"}}]"#,
        ),
        (
            r#"{"detail":{"eventName":"A","awsRegion":"r"}}"#,
            r#"{"detai\u006c":{"eventName":"A","awsRegion":"r"}}"#,
        ),
        (
            r#"[{"eventName":"A","eventSource":"aws:s3"},{"eventName":"B","s3":{}},{"eventName":"C"}]"#,
            r#"[{"eventName":"A","eventSource":"aws\u003as3"},{"eventName":"B","s\u0033":{}},{"eventName":"C"}]"#,
        ),
    ] {
        let said = |text: &str| {
            let (decoded, chunks) = decode(text.as_bytes(), Members::One);
            let keys: Vec<_> = chunks.iter().flat_map(|chunk| chunk.keys.clone()).collect();
            (decoded.verdict, decoded.undated, decoded.dead_letters.len(), keys)
        };
        assert_eq!(said(plain).0, Verdict::Log);
        assert_eq!(said(plain), said(escaped), "{escaped}");
    }
}

#[test]
fn the_date_is_that_of_the_time_in_utc_and_null_when_it_can_not_be() {
    let dates = |time: &str| {
        let (decoded, chunks) =
            decode(json!([{"eventTime": time, "eventName": "A"}]).to_string().as_bytes(), Members::One);
        let dates = chunks[0].batch.column_by_name(crate::event::EVENT_DATE).unwrap().clone();
        let dates = dates.as_primitive::<arrow::datatypes::Date32Type>();
        assert_eq!(decoded.undated, dates.null_count() as u64);
        dates.is_valid(0).then(|| dates.value(0))
    };
    assert_eq!(dates("2026-01-15T23:59:59Z"), Some(20_468));
    assert_eq!(dates("2026-01-16T00:30:00+02:00"), Some(20_468));
    assert_eq!(dates("2026-01-22T10:00:00Z"), Some(20_475));
    for wrong in ["2026-01-23T00:00:00Z", "2012-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "soon"] {
        assert_eq!(dates(wrong), None, "{wrong}");
    }
}

#[test]
fn a_large_object_is_read_in_windows_and_whole_or_not_at_all() {
    let filler = "x".repeat(200_000);
    let mut text = String::from("{\"Records\":[");
    for index in 0..400 {
        let comma = if index > 0 { "," } else { "" };
        text.push_str(&format!(
            "{comma}{{\"eventID\":\"{index}\",\"eventName\":null,\"userAgent\":\"{index}-{filler}\"}}"
        ));
    }
    text.push_str("]}");
    assert!(text.len() > 2 * WINDOW);
    for bytes in [text.clone().into_bytes(), gzip(&text)] {
        let (decoded, chunks) = decode(&bytes, Members::One);
        assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, 400));
        assert!(chunks.len() > 2);
        assert_eq!(decoded.inflated, text.len() as u64);
    }
    let cut = &text.as_bytes()[..text.len() * 99 / 100];
    assert_eq!(decode(cut, Members::One).0.verdict, Verdict::Quarantined(Bad::Unfinished));
}

/// Objects in the forms that logs have, most of them whole; a few bytes are others than they were, or the end is
/// missing.
fn any_object() -> impl Strategy<Value = Vec<u8>> {
    let records = proptest::collection::vec(any_record(), 1..30);
    let bytes = proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3);
    (records, 0..8, bytes, proptest::option::weighted(0.2, any::<proptest::sample::Index>())).prop_map(
        |(records, form, bytes, end)| {
            // With the key in front by which parts are found.
            let first = |record: &Value| format!("{{\"eventVersion\":\"1\",{}", &record.to_string()[1..]);
            let items: Vec<_> = records.iter().map(first).collect();
            let text = match form {
                0 => format!("{{\"Records\":[{}]}}", items.join(",")),
                1 => format!("{{ \"Records\" : [\n{}\n] ,\"a\":[1]}}", items.join(" ,\n  ")),
                2 => format!("[{}]", items.join(",")),
                3 => items.join("\n"),
                4 => items.join("\n\n{\"a\":\n{}}\n"),
                // Lists of both kinds, whose items are not taken for the same, and what is like theirs outside.
                5 | 6 => {
                    let foreign = r#"{"eventVersion":{}},{"b":1}"#;
                    let (some, others) = items.split_at(items.len() / 3);
                    let mixed = |items: &[String]| items.join(&format!(",{foreign},"));
                    let object = format!("{{\"Records\":[{}]}}", mixed(some));
                    match form {
                        5 => format!("{object}\n[{}]", mixed(others)),
                        _ => format!("[{foreign},{}]\n{object}\n,{}", mixed(others), others.join("\n,")),
                    }
                }
                _ => records.iter().map(|record| format!("{record:#}\n")).collect(),
            };
            let mut text = text.into_bytes();
            for (index, byte) in bytes {
                *index.get_mut(&mut text) = byte;
            }
            text.truncate(end.map_or(text.len(), |end| end.index(text.len())));
            text
        },
    )
}

proptest! {
    #[test]
    fn what_an_object_comes_to_does_not_depend_on_how_many_threads_read_it(
        object in any_object(),
        window in 100..20_000_usize,
    ) {
        static POOLS: LazyLock<[rayon::ThreadPool; 3]> = LazyLock::new(|| {
            [1, 2, 5].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap())
        });
        let read = |pool: &rayon::ThreadPool| {
            let mut chunks = Vec::new();
            let mut emit = |chunk| -> Result<(), anyhow::Error> {
                chunks.push(chunk);
                Ok(())
            };
            let mut decoder = Decoder::with_window(TODAY, window);
            let decoded = pool.install(|| {
                decoder.decode(&object[..], Members::Any, &mut emit).unwrap()
            });
            // Rows count only of a log.
            let of_log = (decoded.verdict == Verdict::Log)
                .then_some((decoded.records, decoded.undated, decoded.event_times));
            if of_log.is_none() {
                chunks.clear();
            }
            let keys: Vec<_> = chunks.iter().flat_map(|chunk| chunk.keys.clone()).collect();
            let found = (decoded.verdict, decoded.dead_letters, decoded.sha256);
            // As text: JSON allows numbers (`-14e4072082118298`) that `serde_json` does not hold.
            (found, of_log, keys, texts(&chunks))
        };
        let [one, two, five] = POOLS.each_ref().map(read);
        prop_assert_eq!(&one, &two);
        prop_assert_eq!(&one, &five);
    }
}

#[test]
fn a_fork_takes_whole_records_and_fails_at_the_first_thing_that_is_none() {
    let good = record("A").to_string();
    let digest = r#"{"digestS3Object":"x","digestPublicKeyFingerprint":"y"}"#;
    let lines = |other: &str| format!("{good}\n{good}\n{other}\n{good}\n");
    let list = |other: &str| format!("{{\"Records\":[{good},{good},{other},{good}]}}");
    let envelope = |records| format!("{{\"x\":1,\"Records\":[{}]}}", vec![&*good; records].join(","));
    let read = |text: &str| {
        let window = Window::new(text.as_bytes(), 0, true);
        let mut columns = Columns::new(TODAY.today);
        let mut container = Container::new();
        let first = Until { position: text.len(), rows: 1 };
        let done = container.read(&window, 0, first, &mut columns).unwrap().done;
        let mut fork = container.fork();
        let end = text.len() - text.ends_with("]}") as usize * 2;
        let read = fork.read(&window, done, Until { position: end, rows: 10 }, &mut columns);
        assert!(fork.dead_letters.is_empty(), "nothing of a fork is kept but rows");
        read.is_ok() && container.join(&fork)
    };
    assert!(read(&lines(&good)) && read(&list(&good)) && read(&lines(&envelope(6))));
    for other in [r#"{"a":1}"#, "[1]", "{\"eventName\":}", "1", digest, &envelope(11), "\u{0}"] {
        assert!(!read(&lines(other)), "{other}");
    }
    for other in ["{\"eventName\":}", "1", "oops"] {
        assert!(!read(&list(other)), "{other}");
    }
    // Both read what comes next, but one as items of a list and one as lines.
    let mut container = Container::new();
    let fork = container.fork();
    let text = format!("[{good},");
    let window = Window::new(text.as_bytes(), 0, false);
    container.read(&window, 0, TO_THE_END, &mut Columns::new(TODAY.today)).unwrap();
    assert!(!container.join(&fork));
}

#[test]
fn a_value_too_large_for_any_window_is_refused() {
    let text = format!("[{{\"userAgent\":\"{}\"}}]", "x".repeat(MAX_VALUE + 10));
    assert_eq!(decode(text.as_bytes(), Members::One).0.verdict, Verdict::Quarantined(Bad::ValueTooLarge));
    let text = format!("[{{\"userAgent\":\"{}\"}},{}]", "x".repeat(5 << 20), record("A"));
    let (decoded, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!((names(&chunks), decoded.dead_letters.len()), (vec!["A".to_owned()], 1));
}

#[test]
fn a_digest_is_passed_over_alone_and_lost_in_no_list() {
    let digest = r#"{"digestS3Object":"x","digestPublicKeyFingerprint":"y"}"#;
    let decoded = decode(digest.as_bytes(), Members::One).0;
    assert_eq!((decoded.verdict, decoded.records), (Verdict::Skipped("a digest file"), 0));
    for (text, records, letters) in [
        (format!("{{\"Records\":[{digest},{}]}}", record("A")), 2, 0),
        (format!("[{digest},{}]", record("A")), 1, 1),
    ] {
        let decoded = decode(text.as_bytes(), Members::One).0;
        let found = (decoded.verdict, decoded.records, decoded.dead_letters.len());
        assert_eq!(found, (Verdict::Log, records, letters), "{text}");
    }
}

#[test]
fn keys_are_equal_for_equal_events_only() {
    let keys = |text: &str| decode(text.as_bytes(), Members::One).1[0].keys[0];
    let one = keys(r#"[{"eventID":"a","recipientAccountId":"1","x":[1,2]}]"#);
    assert_eq!(one, keys(r#"[{ "x":[1, 2], "recipientAccountId":"\u0031","eventID":"a"}]"#));
    let other_content = keys(r#"[{"eventID":"a","recipientAccountId":"1","x":[2,1]}]"#);
    assert_ne!(one, other_content);
    assert_eq!(one.identity(), other_content.identity());
    let other_account = keys(r#"[{"eventID":"a","recipientAccountId":"2","x":[1,2]}]"#);
    assert_ne!(one.identity(), other_account.identity());
}

#[test]
fn real_records_come_back_as_they_were_and_overflow_stays_rare() {
    let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/events");
    let Ok(files) = std::fs::read_dir(shared) else {
        return eprintln!("skipped: {shared} is not there");
    };
    let (mut rows, mut overflow) = (0, 0);
    for file in files {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let (decoded, chunks) = decode(&bytes, Members::Any);
        if path.to_string_lossy().contains("digest") {
            assert_eq!(decoded.verdict, Verdict::Skipped("a digest file"));
            continue;
        }
        assert_eq!((decoded.verdict, decoded.dead_letters.len()), (Verdict::Log, 0), "{path:?}");
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        let originals: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(printed(&chunks), originals, "{path:?}");
        let ordinary = ["traildiscover", "flaws", "awsdocs"];
        if ordinary.iter().any(|name| path.to_string_lossy().contains(name)) {
            let extra = chunks[0].batch.column_by_name("extra").unwrap().as_string::<i32>().clone();
            rows += extra.len();
            overflow += extra
                .iter()
                .flatten()
                .filter(|extra| !extra.contains(r#""add":{}"#) || !extra.contains(r#""text":{}"#))
                .count();
        }
    }
    eprintln!("{overflow} of {rows} overflow");
    assert!(overflow * 100 <= rows, "{overflow} of {rows} records overflow into `extra`");
}

proptest! {
    #[test]
    fn any_records_come_back_as_they_were(records in proptest::collection::vec(any_record(), 1..5)) {
        let text = json!({ "Records": records }).to_string();
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        prop_assert_eq!(decoded.verdict, Verdict::Log);
        prop_assert_eq!(printed(&chunks), records);
    }

    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        decode(&bytes, Members::One);
    }

    #[test]
    fn any_damage_leaves_no_record_unaccounted_for(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let records = ["A", "B", "C"].map(record);
        let text = json!({ "Records": records }).to_string();
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (decoded, chunks) = decode(&bytes, Members::Any);
        if decoded.verdict == Verdict::Log {
            let rows: usize = chunks.iter().map(|chunk| chunk.batch.num_rows()).sum();
            prop_assert_eq!(rows as u64, decoded.records);
        }
    }
}
