//! An example of each difference, and of what is none; and that any other is noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

const RECORD: &str = r#"{"eventVersion":"1.08","eventName":"GetObject","eventID":"a"}"#;

/// A record with one member more.
fn record(member: &str) -> String {
    format!(r#"{{"eventVersion":"1.08","eventName":"PutObject",{member}}}"#)
}

fn log(records: &[&str]) -> Vec<u8> {
    format!(r#"{{"Records":[{}]}}"#, records.join(",")).into_bytes()
}

/// An object in which a difference shows, and no other.
fn example(difference: Difference) -> Vec<u8> {
    let good = RECORD;
    match difference {
        Difference::ByteOrderMark => [BYTE_ORDER_MARK, &log(&[good])].concat(),
        Difference::NotUtf8 => {
            let mut bytes = log(&[good, &record(r#""userAgent":"~""#)]);
            bytes.iter_mut().filter(|byte| **byte == b'~').for_each(|byte| *byte = 0xff);
            bytes
        }
        Difference::LoneSurrogate => {
            let message = |text: &str| serde_json::Value::from(text).to_string().replace('~', "\\ud800");
            let messages = [good, &record(r#""userAgent":"~""#)].map(message);
            let events = messages.map(|message| format!(r#"{{"message":{message}}}"#));
            format!(r#"{{"logEvents":[{}]}}"#, events.join(",")).into_bytes()
        }
        Difference::LargeRecord => {
            log(&[good, &record(&format!(r#""userAgent":"{}""#, "x".repeat(4 << 20)))])
        }
        Difference::LongEnvelope => {
            format!("{good}\n{{\"x\":1,\"Records\":[{}0]}}", "0,".repeat(1 << 16)).into_bytes()
        }
        Difference::Deep => {
            let depth = DEPTH_MAX;
            log(&[good, &record(&format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth)))])
        }
        Difference::ManyMembers => {
            log(&[good, &record(&format!(r#""x":{{{}"k":0}}"#, r#""k":0,"#.repeat(MEMBERS_MAX)))])
        }
        Difference::RepeatedObjects => {
            log(&[good, &record(&vec![r#""tlsDetails":{}"#; REPEATS_MAX + 2].join(","))])
        }
        Difference::ScalarLine => format!("{good}\n1 {good}\n").into_bytes(),
        Difference::ManyRefused => {
            log(&[&"0,".repeat(REFUSED_MAX - 1), "0,", good].map(|text| text.trim_end_matches(',')))
        }
        Difference::LargeValue => log(&[good, &record(&format!(r#""userAgent":"{}""#, "x".repeat(4 * 64)))]),
        Difference::Damaged => log(&[good, r#"{"eventName":}"#, good]),
    }
}

#[test]
fn each_difference_shows_in_its_example_and_is_told_by_its_name() {
    for difference in Difference::ALL {
        let window = if difference == Difference::LargeValue { 64 } else { WINDOW };
        assert_eq!(compare(&example(difference), window), BTreeSet::from([difference]));
    }
}

#[test]
fn at_a_bound_and_not_beyond_it_there_is_no_difference() {
    let depth = DEPTH_MAX - 1;
    for member in [
        format!(r#""x":{}{}"#, "[".repeat(depth), "]".repeat(depth)),
        format!(r#""x":{{{}"k":0}}"#, r#""k":0,"#.repeat(MEMBERS_MAX - 3)),
        vec![r#""tlsDetails":{}"#; REPEATS_MAX + 1].join(","),
    ] {
        assert_eq!(compare(&log(&[RECORD, &record(&member)]), WINDOW), BTreeSet::new());
    }
    let refused = vec!["0"; REFUSED_MAX - 1].join(",");
    assert_eq!(compare(&log(&[&refused, RECORD]), WINDOW), BTreeSet::new());
}

#[test]
fn what_other_readers_of_json_stumble_over_is_no_difference() {
    for member in [
        r#""eventName":"a","eventName":1,"eventName":null,"eventName":"b""#,
        r#""userIdentity":{"type":"Root","arn":"x"},"userIdentity":{"type":"IAMUser"}"#,
        r#""userIdentity":"x","userIdentity":{"type":1},"tlsDetails":{},"tlsDetails":null"#,
        r#""x":{"k":1,"\u006b":2},"x":{"k":3}"#,
        r#""\u0065ventName":"b","event\u004eame":"c""#,
        r#""x":[1.0,1E5,-0,-0.0,1e999,123456789012345678901234567890,0.1e-400]"#,
        r#""userAgent":"\ud800","x":{"\udc00":"\ud83d\ude00\ud83d"}"#,
        r#""userAgent":"\u0000\u001f\u007f\/\"\\""#,
        r#""eventTime":"2026-01-15T10:00:00.5+05:45","readOnly":"false","sessionCredentialFromConsole":true"#,
        r#""eventId":"a","accountId":"1","timeWindow":{"windowStart":"2026-01-15T10:00:00Z"},"summary":{}"#,
        r#""timeWindow":{},"timeWindow":[],"summary":null,"eventId":7,"accountId":null,"recipientAccountId":"2""#,
        r#""summary":{},"timeWindow":{},"event\u0049d":"a","eventId":"b","s\u0075mmary":"","account\u0049d":1"#,
        r#""eventTime":null,"timeWindow":{"windowStart":"2026-01-15T10:00:00Z","windowStart":3}"#,
    ] {
        let records = log(&[RECORD, &record(member), RECORD]);
        assert_eq!(compare(&records, WINDOW), BTreeSet::new(), "{member}");
    }
}

/// What an outcome is changed by, as a decoder with a mistake would.
type Mistake = fn(&mut Outcome);

#[test]
fn a_decoder_that_errs_is_found_out() {
    let object = log(&[RECORD, "0", &record(r#""eventID":"b","x":1"#)]);
    let text = std::str::from_utf8(&object).unwrap();
    let mistakes: [(&str, Mistake); 5] = [
        ("a value is altered", |outcome| outcome.trees[1] = Tree::of(&record(r#""eventID":"b","x":1.0"#))),
        ("a record is lost", |outcome| drop(outcome.trees.pop())),
        ("a record comes twice", |outcome| outcome.trees.push(outcome.trees[0].clone())),
        ("the order is lost", |outcome| outcome.trees.reverse()),
        ("a refusal is lost", |outcome| outcome.decoded.dead_letters.clear()),
    ];
    for (what, mistake) in mistakes {
        let mut outcome = Outcome::of(&object, WINDOW);
        let compare = |outcome: &Outcome| {
            let case = Case { text, start: 0, window: WINDOW, outcome };
            catch_unwind(AssertUnwindSafe(|| case.compare(reference::read(text, &|_| false).unwrap())))
        };
        assert_eq!(compare(&outcome).unwrap(), BTreeSet::new());
        mistake(&mut outcome);
        assert!(compare(&outcome).is_err(), "{what}");
    }
    let mut outcome = Outcome::of(&log(&[RECORD, RECORD]), WINDOW);
    outcome.check_keys();
    outcome.keys[0] = EventKey::from_bits(outcome.keys[0].to_bits() ^ 1);
    assert!(catch_unwind(AssertUnwindSafe(|| outcome.check_keys())).is_err(), "equal events, different keys");
}

#[test]
fn a_row_that_stands_nowhere_in_a_damaged_text_is_found_out() {
    let object = example(Difference::Damaged);
    let text = std::str::from_utf8(&object).unwrap();
    let mut outcome = Outcome::of(&object, WINDOW);
    outcome.trees[1] = Tree::of(&record(r#""x":1"#));
    let case = Case { text, start: 0, window: WINDOW, outcome: &outcome };
    assert!(catch_unwind(AssertUnwindSafe(|| case.compare_damaged())).is_err());
}
