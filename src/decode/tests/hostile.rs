//! What is no CloudTrail log, what is damaged, and what is made to be expensive.

use super::*;

fn verdict_of(text: &str) -> Verdict {
    decode(text.as_bytes(), Members::Any).0.verdict
}

const FOREIGN: Verdict = Verdict::Skipped("JSON that is no CloudTrail log");

fn s3_notification() -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventName": "ObjectCreated:Put",
        "eventTime": "2026-01-15T10:00:00.000Z", "userIdentity": {"principalId": "AWS:AIDA"},
        "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}},
    })
}

#[test]
fn a_bad_byte_in_an_envelope_costs_its_record_and_alters_none() {
    let message = |name| json!({"message": record(name).to_string()});
    let records = ["A", "B", "C"].map(|name| record(name).to_string()).join(",");
    for text in [
        json!({"logEvents": [message("A"), message("B"), message("C")]}).to_string(),
        format!("{{\"first\":1,\"Records\":[{records}]}}"),
    ] {
        let at = text.find("alice").unwrap();
        let at = at + 1 + text[at + 1..].find("alice").unwrap();
        let mut bytes = text.into_bytes();
        bytes[at] = 0xff;
        let (decoded, chunks) = decode(&bytes, Members::One);
        assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["A".to_owned(), "C".to_owned()]));
        let [letter] = &decoded.dead_letters[..] else { panic!("{:?}", decoded.dead_letters) };
        assert_eq!(letter.reason, "bytes that are not UTF-8");
        assert!(letter.raw.contains(&0xff) && bytes[letter.offset as usize..].starts_with(&letter.raw));
    }
}

#[test]
fn a_lone_surrogate_in_an_envelope_alters_no_record() {
    let text = r#"{"CloudTrailEvent":"{\"eventName\":\"\ud800\",\"awsRegion\":\"x\"}"}"#;
    let (decoded, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!((decoded.records, chunks.len()), (0, 0));
    assert!(matches!(decoded.verdict, Verdict::Quarantined(Bad::Unreadable(_))));
}

#[test]
fn items_of_a_bare_list_that_are_no_records_are_dead_letters_and_a_list_of_them_is_no_log() {
    let (foreign, notification) = (json!({"a": 1}), s3_notification());
    for items in [json!([foreign]), json!([notification, foreign]), json!([{}, {}])] {
        assert_eq!(verdict_of(&items.to_string()), FOREIGN, "{items}");
    }
    assert_eq!(verdict_of(&notification.to_string()), FOREIGN);
    let text = json!([foreign, record("A"), notification, record("B")]).to_string();
    let (decoded, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["A".to_owned(), "B".to_owned()]));
    let letters: Vec<_> =
        decoded.dead_letters.iter().map(|letter| (&letter.raw[..], &*letter.reason)).collect();
    let (foreign, notification) = (foreign.to_string(), notification.to_string());
    let reason = "not a CloudTrail record";
    assert_eq!(letters, [(foreign.as_bytes(), reason), (notification.as_bytes(), reason)]);
}

#[test]
fn under_records_even_a_fragment_is_a_record_but_a_notification_is_none() {
    let (fragment, notification) = (json!({"a": 1}), s3_notification());
    assert_eq!(verdict_of(&json!({"Records": [notification]}).to_string()), FOREIGN);
    for text in [
        json!({"Records": [fragment, record("A"), notification]}).to_string(),
        json!({"x": 1, "Records": [fragment, record("A"), notification]}).to_string(),
    ] {
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["-".to_owned(), "A".to_owned()]));
        assert_eq!(decoded.dead_letters.len(), 1, "{text}");
    }
}

#[test]
fn notifications_of_every_service_are_no_records() {
    for (source, member) in [("aws:sqs", "body"), ("aws:kinesis", "kinesis"), ("minio:s3", "s3")] {
        let item =
            json!({"eventSource": source, "awsRegion": "x", "eventID": "1", "eventName": "n", member: {}});
        assert_eq!(verdict_of(&json!({ "Records": [item] }).to_string()), FOREIGN, "{source}");
    }
    let text = json!([{"eventSource": "s3.amazonaws.com", "eventName": "PutObject"}]).to_string();
    assert_eq!(verdict_of(&text), Verdict::Log);
}

#[test]
fn envelopes_in_a_list_are_opened() {
    let text = json!([
        {"detail-type": "AWS API Call via CloudTrail", "detail": record("A")},
        {"EventId": "x", "EventName": "B", "CloudTrailEvent": record("B").to_string()},
        record("C"),
    ]);
    assert_eq!(names(&decode(text.to_string().as_bytes(), Members::Any).1), ["A", "B", "C"]);
}

#[test]
fn an_envelope_of_other_logs_is_skipped_and_a_cut_record_in_it_is_not() {
    let envelope = |message: &str| json!({"logEvents": [{"message": message}]}).to_string();
    assert_eq!(verdict_of(&envelope("2 123456789012 eni-1 ACCEPT OK")), FOREIGN);
    assert_eq!(verdict_of(&envelope(r#"{"action":"ALLOW"}"#)), FOREIGN);
    let cut = verdict_of(&envelope(r#"{"eventVersion":"1.11","eventName":"Get"#));
    assert!(matches!(cut, Verdict::Quarantined(Bad::Unreadable(_))), "{cut:?}");
}

#[test]
fn a_foreign_file_of_any_length_is_skipped() {
    for lines in [10, MANY] {
        assert_eq!(verdict_of(&"{\"action\":\"ALLOW\"}\n".repeat(lines)), FOREIGN, "{lines}");
        assert_eq!(
            verdict_of(&"2 123456789012 eni-1 ACCEPT OK\n".repeat(lines)),
            Verdict::Skipped("not JSON")
        );
        assert_eq!(verdict_of(&format!("[{{}}{}]", ",{}".repeat(lines))), FOREIGN, "{lines}");
        let under_a_key = decode("no log\n".repeat(lines).as_bytes(), Members::One).0.verdict;
        assert!(matches!(under_a_key, Verdict::Quarantined(Bad::Unreadable(_))), "{under_a_key:?}");
        let broken = verdict_of(&format!("[oops{}]", ",{oops}".repeat(lines)));
        assert!(matches!(broken, Verdict::Quarantined(Bad::Unreadable(_))), "{broken:?}");
    }
}

/// More than are kept of an object without a record.
const MANY: usize = 3000;

#[test]
fn a_record_behind_many_foreign_lines_is_not_passed_by_in_silence() {
    let few = format!("{}{}\n", "{\"a\":1}\n".repeat(10), record("A"));
    let (decoded, chunks) = decode(few.as_bytes(), Members::Any);
    assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["A".to_owned()]));
    assert_eq!(decoded.dead_letters.len(), 10);
    let many = format!("{}{}\n", "{\"a\":1}\n".repeat(MANY), record("A"));
    let verdict = verdict_of(&many);
    assert!(matches!(verdict, Verdict::Quarantined(Bad::TooManyDeadLetters(_))), "{verdict:?}");
}

#[test]
fn tiny_records_come_in_chunks_of_bounded_rows() {
    let tiny = r#"{"eventName":1,"awsRegion":1}"#;
    let rows = 2 * MAX_ROWS + 10;
    let list = format!("{{\"Records\":[{tiny}{}]}}", format!(",{tiny}").repeat(rows - 1));
    for text in [list, format!("{tiny}\n").repeat(rows)] {
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, rows as u64));
        let sizes: Vec<_> = chunks.iter().map(|chunk| chunk.batch.num_rows()).collect();
        assert_eq!(sizes, [MAX_ROWS, MAX_ROWS, 10]);
        assert_eq!(decoded.undated, rows as u64);
    }
    // Enough of them that parts are read beside each other: together they have no more rows than one otherwise.
    let (rows, threads) = (5 * MAX_ROWS, 4);
    let text = format!("{tiny}\n").repeat(rows);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (decoded, chunks) = pool.install(|| {
        let mut chunks = Vec::new();
        let mut emit = |chunk| -> Result<(), anyhow::Error> {
            chunks.push(chunk);
            Ok(())
        };
        (Decoder::new(TODAY).decode(text.as_bytes(), Members::One, &mut emit).unwrap(), chunks)
    });
    assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, rows as u64));
    let most = chunks.iter().map(|chunk| chunk.batch.num_rows()).max();
    assert_eq!(most, Some(MAX_ROWS / threads));
    let envelope = format!("{{\"x\":1,\"Records\":[{tiny}{}]}}", format!(",{tiny}").repeat(MAX_ROWS));
    let verdict = verdict_of(&envelope);
    assert!(matches!(verdict, Verdict::Quarantined(Bad::Unreadable(_))), "{verdict:?}");
}

#[test]
fn a_text_made_to_be_read_over_and_over_is_given_up() {
    // Each item holds the next, so each is read as deep as reading goes, and then given up.
    let good = json!({"eventVersion": "1.11", "eventName": "A"});
    let pad = "x".repeat(64 << 10);
    let item = format!("{{\"eventVersion\":[\"{pad}\",{good},");
    let bomb = |count| format!("[{good},{}]", item.repeat(count));
    let verdict = verdict_of(&bomb(100));
    assert!(matches!(verdict, Verdict::Quarantined(Bad::TooManyDeadLetters(_))), "{verdict:?}");
    let damaged = format!("[{good}{}]", format!(",{{\"eventVersion\": oops \"{pad}\"}},{good}").repeat(100));
    let (decoded, _) = decode(damaged.as_bytes(), Members::One);
    assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, 101));
    assert_eq!(decoded.dead_letters.len(), 100);
}

#[test]
fn a_lost_quote_far_from_the_end_costs_its_record_only() {
    let mut records: Vec<_> = (0..2000).map(|index| record(&index.to_string()).to_string()).collect();
    for damaged in records.iter_mut().skip(1).step_by(4) {
        *damaged = damaged.replacen("\"eventName\"", "eventName\"", 1);
    }
    let (decoded, chunks) = decode(format!("[{}]", records.join(",")).as_bytes(), Members::One);
    assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, 1500));
    assert!(names(&chunks).iter().all(|name| name.parse::<usize>().unwrap() % 4 != 1));
}

#[test]
fn of_many_members_the_last_of_a_key_counts_and_objects_given_again_and_again_are_refused() {
    let members: String = (0..60_000).map(|index| format!(",\"k{index}\":1")).collect();
    let text = format!("[{{\"eventName\":\"A\",\"awsRegion\":\"x\"{members},\"k7\":2}}]");
    let (_, chunks) = decode(text.as_bytes(), Members::One);
    let [record] = &printed(&chunks)[..] else { panic!("one record") };
    assert_eq!((&record["k7"], &record["k59999"]), (&json!(2), &json!(1)));
    let repeated =
        format!("[{{\"eventName\":\"A\"{}}},{}]", ",\"tlsDetails\":{}".repeat(60_000), super::record("B"));
    let (decoded, chunks) = decode(repeated.as_bytes(), Members::One);
    assert_eq!((names(&chunks), decoded.dead_letters.len()), (vec!["B".to_owned()], 1));
    assert!(decoded.dead_letters[0].reason.contains("again and again"));
}

#[test]
fn a_broken_first_key_in_a_large_file_costs_its_line() {
    let line = format!("{}\n", record("A"));
    let text = format!("{line}{{\"Rec\\xords\":[]}}\n{}", line.repeat(WINDOW / line.len() + 10));
    let (decoded, _) = decode(text.as_bytes(), Members::Any);
    assert_eq!((decoded.verdict, decoded.dead_letters.len()), (Verdict::Log, 1));
}

#[test]
fn many_containers_in_a_row_are_each_read_as_lists() {
    let text = json!({"Records": [record("A")]}).to_string().repeat(200) + r#"{"Records":[{oops},"#;
    let (decoded, chunks) = decode(format!("{text}{}]}}", record("B")).as_bytes(), Members::Any);
    assert_eq!((decoded.verdict, decoded.dead_letters.len()), (Verdict::Log, 1));
    assert_eq!(names(&chunks).len(), 201);
}

#[test]
fn a_record_is_printed_on_one_line_however_it_was_written() {
    let record = json!({
        "eventVersion": "1.11", "eventName": "A\n\u{8}", "unknown": {"a": [1, "\r\n"]},
        "requestParameters": {"b": [2, {"c": "x\ny"}]}, "timeWindow": {"windowStart": "soon"}, "summary": {"n": [1]},
    });
    let pretty = serde_json::to_string_pretty(&[&record]).unwrap();
    for text in [pretty.replace('\n', "\r\n"), pretty] {
        let chunks = decode(text.as_bytes(), Members::One).1;
        let mut line = String::new();
        Printer::new(&chunks[0].batch).unwrap().write(0, &mut line).unwrap();
        assert!(!line.contains(['\n', '\r']), "{line:?}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), record);
    }
}

#[test]
fn the_deepest_record_that_is_read_is_printed() {
    let depth = json::MAX_DEPTH - 1;
    let text = format!(
        "[{{\"eventName\":\"A\",\"awsRegion\":\"x\",\"y\":{}1{}}}]",
        "[".repeat(depth),
        "]".repeat(depth)
    );
    let (decoded, chunks) = decode(text.as_bytes(), Members::One);
    assert_eq!(decoded.records, 1);
    let mut line = String::new();
    Printer::new(&chunks[0].batch).unwrap().write(0, &mut line).unwrap();
    assert_eq!(line.matches('[').count(), depth);
}

#[test]
fn records_are_read_wherever_they_stand_in_the_object_and_however_often() {
    let [a, b, c] = ["A", "B", "C"].map(|name| record(name).to_string());
    for text in [
        format!(r#"{{"x":1,"Records":[{a}],"Records":[{b},{c}]}}"#),
        format!(r#"{{"Records":[{a}],"x":{{}},"Records":[{b}],"Records":null,"Records":[{c}]}}"#),
        format!(r#"{{"Records":null,"Records":[{a},{b}],"Records":[{c}],"NextToken":"t"}}"#),
        format!(r#"{{"x":[],"Records":[{a}],"detail":{b},"Records":[{c}],"Records":null}}"#),
        format!(r#"{{"digestS3Object":"x","Records":[{a},{b}],"Records":[{c}]}}"#),
        format!(r#"{{"Record\u0073":[{a}],"Records":[{b}],"\u0052ecords":[{c}]}}"#),
        format!(r#"{{"detail":{a},"detail":{b},"logEvents":[{{"message":{}}}]}}"#, json!(c)),
    ] {
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        assert_eq!(
            (decoded.verdict, names(&chunks)),
            (Verdict::Log, ["A", "B", "C"].map(String::from).to_vec())
        );
        assert_eq!(decoded.dead_letters, [], "{text}");
    }
}

#[test]
fn what_stands_beside_records_and_could_hold_some_is_a_dead_letter() {
    let (a, b) = (record("A").to_string(), record("B").to_string());
    for (text, beside) in [
        (format!(r#"{{"Records":[{a}],"Recrods":[{b}]}}"#), format!("[{b}]")),
        (format!(r#"{{"Recrods":[{b}],"Records":[{a}],"y":2}}"#), format!("[{b}]")),
        (format!(r#"{{"Records":[{a}],"Records":{{"0":{b}}}}}"#), format!(r#"{{"0":{b}}}"#)),
        (format!(r#"{{"userIdentity":{{"x":1}},"Records":[{a}]}}"#), r#"{"x":1}"#.to_owned()),
        (format!(r#"{{"Records":[{a}],"Records":"{{}}"}}"#), r#""{}""#.to_owned()),
    ] {
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["A".to_owned()]), "{text}");
        let [letter] = &decoded.dead_letters[..] else { panic!("{text}: {:?}", decoded.dead_letters) };
        assert_eq!(letter.reason, "data beside `Records`, where CloudTrail writes none");
        assert_eq!(String::from_utf8_lossy(&letter.raw), beside);
        assert!(text[letter.offset as usize..].starts_with(&beside), "{text}");
    }
}

#[test]
fn an_object_that_speaks_of_cloudtrail_is_never_passed_over() {
    let a = record("A").to_string();
    let lower =
        a.replace("eventSource", "eventsource").replace("eventTime", "eventtime").replace("eventName", "n");
    for text in [
        format!(r#"x"Records":[{a}]}}"#),
        format!(r#"{{"Recrods":[{a}]}}"#),
        format!(r#"{{"data":{{"Records":[{a}]}}}}"#),
        format!(r#"{{"Records":{{"0":{a}}}}}"#),
        format!(r#"{{"payload":{}}}"#, json!(a)),
        format!("2026-01-15 host trail: {a}"),
        lower.replace("eventVersion", "v").replace("userIdentity", "u").replace("eventID", "i"),
    ] {
        let verdict = verdict_of(&text);
        assert!(matches!(verdict, Verdict::Quarantined(Bad::Unfamiliar(_))), "{text}: {verdict:?}");
    }
    // A pattern that matches events, and a notification.
    let pattern = json!({"detail": {"eventSource": ["s3.amazonaws.com"]}, "source": ["aws.s3"]});
    for foreign in [pattern, json!({"Records": [s3_notification()]})] {
        assert_eq!(verdict_of(&foreign.to_string()), FOREIGN, "{foreign}");
    }
}

#[test]
fn text_in_another_encoding_and_what_is_packed_twice_is_quarantined() {
    let text = json!({"Records": [record("A")]}).to_string();
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, reason) in [(utf16, "text in UTF-16"), (gzip(&text), "gzip in gzip")] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&bytes).unwrap();
        let verdict = decode(&encoder.finish().unwrap(), Members::Any).0.verdict;
        let Verdict::Quarantined(bad) = verdict else { panic!("{verdict:?}") };
        assert!(bad.to_string().starts_with(reason), "{bad}");
    }
}

#[test]
fn a_value_of_more_members_than_any_record_has_is_refused_before_they_fill_memory() {
    let many = "\"\":1,".repeat(json::MAX_MEMBERS + 1);
    for text in [
        format!("[{{{many}\"a\":1}},{}]", record("A")),
        format!("[{{\"x\":{{{many}\"a\":1}}}},{}]", record("A")),
    ] {
        let (decoded, chunks) = decode(text.as_bytes(), Members::One);
        assert_eq!((decoded.verdict, names(&chunks)), (Verdict::Log, vec!["A".to_owned()]));
        let [letter] = &decoded.dead_letters[..] else { panic!("{}", decoded.dead_letters.len()) };
        assert!(letter.reason.starts_with("more than 131072 members"), "{}", letter.reason);
    }
}

#[test]
fn a_number_beside_records_that_a_window_cuts_is_read_whole() {
    let a = record("A").to_string();
    for pad in 0..4 {
        let head = format!("{{\"Records\":[{a}]{},\"x\":", " ".repeat(WINDOW - a.len() - 24 + pad));
        let text = format!("{head}1234567}}");
        let (decoded, _) = decode(text.as_bytes(), Members::One);
        assert_eq!((decoded.verdict, decoded.records), (Verdict::Log, 1), "{pad}");
    }
}
