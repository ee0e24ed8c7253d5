//! One object of each kind, through the executable: what becomes of each, and why.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{gzip_well, records, tell, trail_key};
use crate::harness::{Record, TestDir, TestLake, object_text};

/// What becomes of an object.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// So many records are in, and so many dead letters.
    In(u64, u64),
    /// Nothing of it is in; the reason holds this.
    Quarantined(&'static str),
    /// It is no log; the reason is this.
    Skipped(&'static str),
}

use Fate::{In, Quarantined, Skipped};

struct Kind {
    name: String,
    bytes: Vec<u8>,
    fate: Fate,
}

/// Objects, each with records of its own.
#[derive(Default)]
struct Kinds {
    kinds: Vec<Kind>,
}

impl Kinds {
    /// An object in a trail.
    fn trail(&mut self, name: &str, bytes: impl Into<Vec<u8>>, fate: Fate) {
        self.kinds.push(Kind { name: trail_key(name), bytes: bytes.into(), fate });
    }

    /// An object that somebody has put somewhere.
    fn other(&mut self, name: &str, bytes: impl Into<Vec<u8>>, fate: Fate) {
        self.kinds.push(Kind { name: format!("other/{name}"), bytes: bytes.into(), fate });
    }

    /// A text, plain and packed, in a trail and elsewhere, which all comes to the same.
    fn text(&mut self, name: &str, text: impl Fn(u32) -> Vec<u8>, fate: Fate) {
        self.trail(&format!("{name}-gz"), gzip_well(&text(self.next())), fate);
        self.trail(&format!("{name}-plain"), text(self.next()), fate);
        self.other(&format!("{name}.json"), text(self.next()), fate);
        self.other(&format!("{name}.json.gz"), gzip_well(&text(self.next())), fate);
    }

    /// The number of the next object.
    fn next(&self) -> u32 {
        u32::try_from(self.kinds.len()).expect("few")
    }

    /// A log of three records, packed.
    fn log(&self) -> Vec<u8> {
        gzip_well(object_text(&records(self.next(), 3)).as_bytes())
    }
}

/// The text of three records.
fn three(object: u32) -> [String; 3] {
    let [a, b, c] = [0, 1, 2].map(|number| Record::new(object * 1_000 + number).json().to_string());
    [a, b, c]
}

/// Rows 1 to 5 of the fault matrix: what gzip can suffer.
fn packed(kinds: &mut Kinds) {
    for (name, cut) in [("first-byte", 1), ("magic", 2), ("header", 9), ("whole-header", 10), ("some", 40)] {
        let bytes = kinds.log();
        kinds.trail(&format!("cut-{name}"), &bytes[..cut], Quarantined("truncated: the gzip stream ends"));
        let bytes = kinds.log();
        kinds.other(
            &format!("cut-{name}.json.gz"),
            &bytes[..cut],
            Quarantined("truncated: the gzip stream ends"),
        );
    }
    for percent in [1, 25, 50, 75, 99] {
        let bytes = gzip_well(object_text(&records(kinds.next(), 60)).as_bytes());
        let cut = (bytes.len() * percent / 100).max(1);
        kinds.trail(&format!("cut-{percent}"), &bytes[..cut], Quarantined("truncated: the gzip stream ends"));
    }
    for last in [1, 4, 8] {
        let bytes = kinds.log();
        let cut = bytes.len() - last;
        kinds.trail(
            &format!("without-last-{last}"),
            &bytes[..cut],
            Quarantined("truncated: the gzip stream ends"),
        );
    }
    let log = kinds.log();
    kinds.trail("two-members", [log.clone(), log.clone()].concat(), Quarantined("appended data"));
    let two = [kinds.log(), gzip_well(object_text(&records(kinds.next() + 500, 2)).as_bytes())].concat();
    kinds.other("two-members.json.gz", two, In(5, 0));
    let empty = gzip_well(b"");
    kinds.trail("empty-member-behind", [log.clone(), empty.clone()].concat(), Quarantined("appended data"));
    let log = kinds.log();
    kinds.other("empty-member-behind.json.gz", [log, empty.clone()].concat(), In(3, 0));
    let log = kinds.log();
    kinds.other("empty-member-before.json.gz", [empty.clone(), log].concat(), In(3, 0));
    for (name, tail) in
        [("garbage", b"\x01more garbage than a header".as_slice()), ("zeros", &[0; 512]), ("one-byte", b"\n")]
    {
        let bytes = [&kinds.log()[..], tail].concat();
        kinds.trail(&format!("with-{name}"), bytes, Quarantined("appended data"));
        let bytes = [&kinds.log()[..], tail].concat();
        let reason = if name == "one-byte" { "gzip" } else { "corrupt gzip: " };
        kinds.other(&format!("with-{name}.json.gz"), bytes, Quarantined(reason));
    }
    let mut bytes = kinds.log();
    let crc = bytes.len() - 8;
    bytes[crc] ^= 1;
    kinds.trail("wrong-checksum", bytes, Quarantined("corrupt gzip: "));
    let mut bytes = kinds.log();
    let length = bytes.len() - 1;
    bytes[length] ^= 1;
    kinds.trail("wrong-length", bytes, Quarantined("corrupt gzip: "));
    let mut bytes = kinds.log();
    bytes[2] = 7;
    kinds.trail("unknown-method", bytes, Quarantined("corrupt gzip: "));
    let bytes = gzip_well(&kinds.log());
    kinds.trail("gzip-twice", bytes, Quarantined("gzip in gzip: unpack it"));
    let bytes = gzip_well(&kinds.log());
    kinds.other("gzip-twice.json.gz", bytes, Quarantined("gzip in gzip: unpack it"));
    kinds.other("x.zip", *b"PK\x03\x04\x14\x00\x00\x00", Quarantined("a zip archive: unpack it"));
    kinds.other("x.json.zst", *b"\x28\xb5\x2f\xfd\x04\x00", Quarantined("a zstd file: unpack it"));
    kinds.other("x.json.xz", *b"\xfd7zXZ\x00\x00\x04", Quarantined("an xz file: unpack it"));
    kinds.other("x.json.bz2", *b"BZh91AY&SY", Quarantined("a bzip2 file: unpack it"));
    kinds.trail("nothing", *b"", Skipped("an empty object"));
    kinds.other("nothing.json", *b"", Skipped("an empty object"));
    kinds.trail("packed-nothing", empty, Skipped("an empty object"));
    kinds.other("white.json", *b" \r\n\t\n", Skipped("an empty object"));
    kinds.trail("bomb", gzip_well(&vec![b' '; 24 << 20]), Quarantined("a gzip bomb"));
}

/// Row 6: letters that are none.
fn letters(kinds: &mut Kinds) {
    kinds.text("as-it-should-be", |object| object_text(&records(object, 3)).into(), In(3, 0));
    kinds.text(
        "byte-order-mark",
        |object| format!("\u{feff}{}", object_text(&records(object, 3))).into(),
        In(3, 0),
    );
    kinds.text(
        "two-marks",
        |object| format!("\u{feff}\u{feff}{}", object_text(&records(object, 3))).into(),
        Quarantined("it speaks of CloudTrail events"),
    );
    let not_utf8 = |object| {
        let [a, b, c] = three(object);
        let b = b.replace("aws-cli", "aws\u{1}cli");
        let text = format!("{{\"Records\":[{a},{b},{c}]}}").into_bytes();
        text.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect()
    };
    kinds.text("not-utf8", not_utf8, In(2, 1));
    let with = |from: &'static str, to: &'static str| {
        move |object| {
            let [a, b, c] = three(object);
            format!("{{\"Records\":[{a},{},{c}]}}", b.replace(from, to)).into_bytes()
        }
    };
    kinds.text(
        "latin-1",
        |object| {
            let text = with("alice", "al\u{ef}ce")(object);
            String::from_utf8(text).expect("text").chars().map(|letter| letter as u8).collect()
        },
        In(2, 1),
    );
    kinds.text("lone-surrogate", with("aws-cli", "\\ud800"), In(3, 0));
    kinds.text("low-surrogate", with("aws-cli", "\\udfff x"), In(3, 0));
    kinds.text("nul-escaped", with("aws-cli", "a\\u0000b"), In(3, 0));
    kinds.text("nul", with("aws-cli", "a\0b"), In(2, 1));
    kinds.text("newline-in-a-string", with("aws-cli", "a\nb"), In(2, 1));
    kinds.text("bad-escape", with("aws-cli", "a\\x41"), In(2, 1));
    kinds.text("half-an-escape", with("aws-cli", "\\u12"), In(2, 1));
    kinds.text("terminal-escape", with("aws-cli", "\\u001b[2J\\u202e"), In(3, 0));
    for (name, bytes) in [("le", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("be", u16::to_be_bytes)] {
        for mark in ["", "\u{feff}"] {
            let text = move |object| {
                let text = format!("{mark}{}", object_text(&records(object, 3)));
                text.encode_utf16().flat_map(bytes).collect()
            };
            kinds.text(&format!("utf16-{name}{}", mark.len()), text, Quarantined("text in UTF-16"));
        }
    }
    kinds.text(
        "utf32",
        |object| object_text(&records(object, 3)).chars().flat_map(|c| (c as u32).to_le_bytes()).collect(),
        Quarantined("text in UTF-32"),
    );
}

/// Row 7: containers.
fn containers(kinds: &mut Kinds) {
    kinds.text("no-records", |_| b"{\"Records\":[]}".to_vec(), In(0, 0));
    kinds.text("null-records", |_| b"{\"Records\":null}".to_vec(), In(0, 0));
    kinds.text("empty-list", |_| b" [ ] ".to_vec(), In(0, 0));
    kinds.text("list", |object| json!(records(object, 3)).to_string().into(), In(3, 0));
    kinds.text("lines", |object| three(object).join("\n").into(), In(3, 0));
    kinds.text("lines-crlf", |object| (three(object).join("\r\n") + "\r\n\r\n").into(), In(3, 0));
    kinds.text("no-lines", |object| three(object).concat().into(), In(3, 0));
    kinds.text("single", |object| three(object)[0].clone().into(), In(1, 0));
    kinds.text(
        "pretty",
        |object| serde_json::to_vec_pretty(&json!({"Records": records(object, 3)})).expect("JSON"),
        In(3, 0),
    );
    kinds.text(
        "several-objects",
        |object| {
            let [a, b, c] = three(object);
            format!("{{\"Records\":[{a}]}}\n{{\"Records\":[{b},{c}]}}").into()
        },
        In(3, 0),
    );
    kinds.text(
        "lookup",
        |object| {
            let event = |text: String| json!({"EventId": "x", "CloudTrailEvent": text, "ReadOnly": "true"});
            json!({"Events": three(object).map(event), "NextToken": "t"}).to_string().into()
        },
        In(3, 0),
    );
    kinds.text("eventbridge", |object| {
        json!({"version": "0", "source": "aws.s3", "resources": ["arn:aws:s3:::b"], "detail": records(object, 1)[0]})
            .to_string().into()
    }, In(1, 0));
    kinds.text("cloudwatch", |object| {
        let message = |text: String| json!({"id": "1", "timestamp": 1, "message": text});
        json!({"messageType": "DATA_MESSAGE", "subscriptionFilters": ["f"], "logEvents": three(object).map(message)})
            .to_string().into()
    }, In(3, 0));
    kinds.text("insight", |object| {
        let id = format!("insight-{object}");
        json!({"Records": [{
            "eventVersion": "1.08", "eventTime": "2026-01-15T10:00:00Z", "awsRegion": "us-east-1", "eventID": id,
            "eventType": "AwsCloudTrailInsight", "eventCategory": "Insight",
            "insightDetails": {"state": "Start", "eventSource": "iam.amazonaws.com"},
        }]}).to_string().into()
    }, In(1, 0));
    kinds.text(
        "aggregated",
        |object| {
            let id = format!("aggregated-{object}");
            json!([{
            "eventVersion": "1.0", "accountId": "111122223333", "eventId": id, "eventCategory": "Aggregated",
            "awsRegion": "us-west-2", "eventSource": "s3.amazonaws.com", "summary": {"details": []},
            "timeWindow": {"windowStart": "2026-01-15T10:00:00Z", "windowEnd": "2026-01-15T10:05:00Z"},
        }]).to_string().into()
        },
        In(1, 0),
    );
    let digest = json!({"awsAccountId": "111111111111", "digestS3Object": "x", "logFiles": []}).to_string();
    kinds.text("digest", |_| digest.clone().into(), Skipped("a digest file"));
    for (name, text) in [
        ("config", json!({"fileVersion": "1.0", "configurationItems": [{"resourceId": "i-1"}]}).to_string()),
        ("s3-notification", json!({"Records": [{
            "eventVersion": "2.6", "eventSource": "aws:s3", "awsRegion": "us-east-1", "eventName": "ObjectCreated:Put",
            "eventTime": "2026-01-15T10:05:29.000Z", "s3": {"bucket": {"name": "logs"}, "object": {"key": "k"}},
        }]}).to_string()),
        ("test-event", json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"}).to_string()),
        ("waf", "{\"timestamp\":1,\"action\":\"ALLOW\"}\n{\"timestamp\":2,\"action\":\"BLOCK\"}\n".to_owned()),
        ("records-of-nothing", json!({"Records": {"a": 1}}).to_string()),
    ] {
        kinds.text(name, |_| text.clone().into(), Skipped("JSON that is no CloudTrail log"));
    }
    for (name, text) in [
        ("elb", "https 2026-01-15T10:00:00Z app/lb/1 203.0.113.7:4711 10.0.0.1:80 200 \"GET / HTTP/1.1\"\n"),
        ("page", "<html><body>503 Slow Down</body></html>"),
        ("error-page", "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
        ("word", "true"),
        ("number", "17"),
    ] {
        kinds.other(&format!("{name}.log"), text, Skipped("not JSON"));
        // Where only logs are written it is a fault.
        kinds.trail(name, gzip_well(text.as_bytes()), Quarantined("nothing in it can be read: not JSON"));
    }
    let unknown = "it speaks of CloudTrail events in a form that is not known";
    kinds.text(
        "unknown-envelope",
        |object| json!({"payload": {"Records": records(object, 3)}}).to_string().into(),
        Quarantined(unknown),
    );
    kinds.text(
        "damaged-envelope",
        |object| object_text(&records(object, 3)).replace("Records", "Recrods").into(),
        Quarantined(unknown),
    );
    kinds.text(
        "lower-case",
        |object| object_text(&records(object, 3)).to_lowercase().into(),
        Quarantined(unknown),
    );
    kinds.other(
        "first-byte-lost.json",
        &object_text(&records(kinds.next(), 3)).as_bytes()[1..],
        Quarantined(unknown),
    );
    kinds.text(
        "cut-list",
        |object| {
            let text = object_text(&records(object, 3));
            text.as_bytes()[..text.len() - 40].to_vec()
        },
        Quarantined("truncated: the JSON ends inside a record"),
    );
    kinds.text(
        "list-not-closed",
        |object| {
            let text = object_text(&records(object, 3));
            text.as_bytes()[..text.len() - 2].to_vec()
        },
        Quarantined("truncated: the JSON ends inside a record"),
    );
    kinds.text(
        "object-not-closed",
        |object| {
            let text = object_text(&records(object, 3));
            text.as_bytes()[..text.len() - 1].to_vec()
        },
        Quarantined("truncated: the JSON ends inside a record"),
    );
    kinds.text(
        "cut-line",
        |object| {
            let text = three(object).join("\n");
            text.as_bytes()[..text.len() - 40].to_vec()
        },
        In(2, 1),
    );
    kinds.text("text-behind", |object| (object_text(&records(object, 3)) + "\nsome more").into(), In(3, 1));
}

/// Rows 8 and 20: JSON that is allowed, and what no log has.
fn shapes(kinds: &mut Kinds) {
    kinds.text(
        "records-twice",
        |object| {
            let [a, b, c] = three(object);
            format!("{{\"Records\":[{a}],\"Records\":[{b},{c}]}}").into()
        },
        In(3, 0),
    );
    kinds.text(
        "records-twice-not-first",
        |object| {
            let [a, b, c] = three(object);
            format!("{{\"x\":1,\"Records\":[{a}],\"Records\":[{b},{c}]}}").into()
        },
        In(3, 0),
    );
    kinds.text(
        "data-beside",
        |object| {
            let [a, b, c] = three(object);
            format!("{{\"Records\":[{a},{b}],\"more\":[{c}]}}").into()
        },
        In(2, 1),
    );
    kinds.text(
        "data-before",
        |object| {
            let [a, b, c] = three(object);
            format!("{{\"more\":[{c}],\"Records\":[{a},{b}]}}").into()
        },
        In(2, 1),
    );
    kinds.text(
        "token-beside",
        |object| {
            format!("{{\"Records\":[{}],\"NextToken\":\"t\",\"empty\":{{}}}}", three(object).join(",")).into()
        },
        In(3, 0),
    );
    let with = |member: &'static str| {
        move |object| {
            let [a, b, c] = three(object);
            let b = format!("{{{member},{}", &b[1..]);
            format!("{{\"Records\":[{a},{b},{c}]}}").into_bytes()
        }
    };
    kinds.text("key-twice", with(r#""eventName":"First","eventName":"Second""#), In(3, 0));
    kinds.text("object-twice", with(r#""userIdentity":{"type":"Root"},"userIdentity":null"#), In(3, 0));
    kinds.text("huge-number", with(r#""x":1e400,"y":-0.0,"z":123456789012345678901234567890"#), In(3, 0));
    kinds.text("no-number", with(r#""x":NaN"#), In(2, 1));
    kinds.text("plus-number", with(r#""x":+1"#), In(2, 1));
    kinds.text("leading-zero", with(r#""x":01"#), In(2, 1));
    kinds.text("comment", with(r#"/* x */ "x":1"#), In(2, 1));
    kinds.text("single-quotes", with(r#"'x':1"#), In(2, 1));
    kinds.text("no-colon", with(r#""x" 1"#), In(2, 1));
    kinds.text("unknown-members", with(r#""x":{"deep":[1,{"a":null}]},"":0,"\u0000":[]"#), In(3, 0));
    kinds.text(
        "flipped-types",
        with(r#""awsRegion":{"a":1},"resources":"none","readOnly":"yes","eventTime":7"#),
        In(3, 0),
    );
    kinds.text("odd-parameters", with(r#""requestParameters":["a"],"responseElements":"HIDDEN""#), In(3, 0));
    kinds.text("versions", with(r#""eventVersion":1.11,"apiVersion":null"#), In(3, 0));
    kinds.text("future-version", with(r#""eventVersion":"2.0""#), In(3, 0));
    kinds.text(
        "trailing-comma",
        |object| format!("{{\"Records\":[{},]}}", three(object).join(",")).into(),
        In(3, 1),
    );
    kinds.text(
        "double-comma",
        |object| format!("{{\"Records\":[{}]}}", three(object).join(",,")).into(),
        In(3, 2),
    );
    kinds.text(
        "no-comma",
        |object| format!("{{\"Records\":[{}]}}", three(object).join(" ")).into(),
        Quarantined("nothing in it can be read: `{` where `,` or `]` was expected"),
    );
    kinds.text(
        "items-of-all-types",
        |object| format!("{{\"Records\":[1,null,\"x\",[{}],{}]}}", three(object)[0], three(object)[1]).into(),
        In(1, 4),
    );
    kinds.text(
        "deep",
        |object| {
            let [a, b, c] = three(object);
            let deep = format!("{{\"x\":{}{},{}", "[".repeat(100_000), "]".repeat(100_000), &b[1..]);
            format!("{{\"Records\":[{a},{deep},{c}]}}").into()
        },
        In(2, 1),
    );
    kinds.text(
        "deep-and-open",
        |object| {
            let [a, b, c] = three(object);
            let deep = format!("{{\"x\":{}1,{}", "{\"a\":".repeat(100_000), &b[1..]);
            format!("{{\"Records\":[{a},{deep},{c}]}}").into()
        },
        In(2, 1),
    );
    kinds.text("only-brackets", |_| vec![b'['; 100_000], Quarantined("truncated: the JSON ends inside"));
    kinds.text(
        "only-braces",
        |_| b"{\"a\":".repeat(50_000),
        Quarantined("nothing in it can be read: nesting deeper"),
    );
    kinds.text(
        "long-string",
        |object| {
            let [a, b, c] = three(object);
            let long = format!("{{\"x\":\"{}\",{}", "y".repeat(5 << 20), &b[1..]);
            format!("{{\"Records\":[{a},{long},{c}]}}").into()
        },
        In(2, 1),
    );
    let long = |object: u32| {
        let [a, b, c] = three(object);
        // Random letters, which no limit on the ratio stops.
        let letters: String =
            (0..(40_u32 << 20)).map(|at| char::from(b'a' + (at.wrapping_mul(at) >> 7) as u8 % 26)).collect();
        format!("{{\"Records\":[{a},{{\"x\":\"{letters}\",{},{c}]}}", &b[1..]).into_bytes()
    };
    kinds.other(
        "longer-string.json",
        long(kinds.next()),
        Quarantined("a single value of more than 33554432 bytes"),
    );
    kinds.text(
        "many-members",
        |object| {
            let [a, b, c] = three(object);
            let many = format!("{{{}{}", "\"\":1,".repeat(140_000), &b[1..]);
            format!("{{\"Records\":[{a},{many},{c}]}}").into()
        },
        In(2, 1),
    );
}

#[test]
fn every_kind_of_object_comes_to_what_it_should_and_says_why() {
    let mut kinds = Kinds::default();
    for add in [packed, letters, containers, shapes] {
        add(&mut kinds);
    }
    let lake = TestLake::new();
    for kind in &kinds.kinds {
        lake.dir.file(&format!("logs/{}", kind.name), &kind.bytes);
    }
    let run = lake.ingest().expect_exit(3);
    assert!(!run.stderr.contains("panic"), "{run}");
    let rows = objects(&lake.dir);
    let mut wrong = Vec::new();
    for kind in &kinds.kinds {
        let Some(row) = rows.get(&kind.name) else {
            wrong.push(format!("{}: no row", kind.name));
            continue;
        };
        let number = |name: &str| row[name].as_u64().unwrap_or(u64::MAX);
        let (state, reason) = (row["state"].as_str().unwrap_or("-"), row["reason"].as_str().unwrap_or(""));
        let is_right = match kind.fate {
            In(records, letters) => {
                state == "ingested" && number("records") == records && number("dead_letters") == letters
            }
            Quarantined(why) => state == "quarantined" && reason.contains(why) && number("visible") == 0,
            Skipped(why) => state == "skipped" && reason == why && number("visible") == 0,
        };
        if !is_right || number("visible") != number("records") {
            wrong.push(format!("{}: not {:?} but {row}", kind.name, kind.fate));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), kinds.kinds.len(), wrong.join("\n"));
    let summary = run.json();
    assert_eq!(summary["objects"]["listed"], kinds.kinds.len() as u64, "{summary}");
    assert_eq!((&summary["objects"]["failed"], &summary["duplicates"]), (&0.into(), &0.into()), "{summary}");
    // Every dead letter says what is wrong with it.
    let letters = lake.rows("SELECT reason, count(*) AS n FROM dead_letters GROUP BY 1");
    assert!(
        letters.iter().all(|row| row["reason"].as_str().is_some_and(|reason| reason.len() > 10)),
        "{letters:?}"
    );
    tell(kinds.kinds.len(), "objects of all kinds, each with the fate that is written beside it");
}

/// The rows of the table `objects` by key, each with the number of its records that are visible.
pub(super) fn objects(dir: &TestDir) -> BTreeMap<String, Value> {
    let sql = "SELECT split_part(o.uri, '/logs/', 2) AS key, o.state, o.reason, o.records, o.dead_letters, \
               coalesce(c.n, 0) AS visible FROM objects o LEFT JOIN (SELECT source_object, count(*) AS n \
               FROM cloudtrail GROUP BY 1) c ON c.source_object = o.uri";
    let rows = dir.run(["query", sql, "--format", "ndjson", "--limit", "100000"]).expect_exit(0).ndjson();
    rows.into_iter().map(|row| (row["key"].as_str().expect("a key").to_owned(), row)).collect()
}

#[test]
fn a_run_over_one_bad_object_exits_with_3_and_the_next_with_0() {
    let lake = TestLake::new().bytes("utf16.json", [0xff, 0xfe, b'{', 0, b'}', 0]);
    lake.ingest().expect_exit(3).expect_err("text in UTF-16, and CloudTrail writes UTF-8: convert it");
    lake.ingest().expect_exit(0);
    assert!(Path::new(&lake.dir.path().join("lake")).is_dir());
    tell(1, "object by itself");
}
