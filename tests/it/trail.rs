//! A generated trail with records that can't be read among its own, and whether a lake holds it.
//!
//! Records are compared as hashes of their canonical texts, each as often as it is there; so are the
//! stretches that became dead letters, and the counters of `objects` with the rows themselves.

use std::fs;

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use crate::harness::{Run, TestDir, gunzip, gzip};
use crate::lossless::{Tree, files_under, records_of};

/// What is put among the records of every other object: no record, and JSON all the same.
const BAD: &str = r#""not a record""#;

/// What a folder of logs holds.
#[derive(Debug)]
pub(crate) struct Trail {
    /// The hash of each record that is another one, sorted.
    records: Vec<u128>,
    /// Records with all their copies.
    held: usize,
    /// The objects with a bad record, by the end of their URIs, sorted.
    spoilt: Vec<String>,
    objects: usize,
}

impl Trail {
    /// Generates a trail in `./logs` and spoils every other object.
    pub(crate) fn generate(dir: &TestDir, events: u32, days: u32, seed: u64) -> Self {
        let (events, days, seed) = (events.to_string(), days.to_string(), seed.to_string());
        let generate = ["generate", "logs", "--events", &events, "--days", &days, "--seed", &seed];
        dir.run(generate.into_iter().chain(["--end", "2026-11-01"])).expect_exit(0);
        let root = dir.path().join("logs");
        let mut trail = Self { records: Vec::new(), held: 0, spoilt: Vec::new(), objects: 0 };
        for (number, file) in files_under(&root).into_iter().enumerate() {
            let text = String::from_utf8(gunzip(&fs::read(&file).unwrap())).unwrap();
            trail.objects += 1;
            let records = records_of(&text);
            if records.is_empty() {
                continue;
            }
            trail.records.extend(records.iter().map(|record| xxh3_128(record.as_bytes())));
            // Objects of aggregated events are bare lists; they stay as they are.
            let head = "{\"Records\":[";
            if number % 2 == 0
                && let Some(rest) = text.strip_prefix(head)
            {
                fs::write(&file, gzip(format!("{head}{BAD},{rest}"))).unwrap();
                trail.spoilt.push(file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            }
        }
        assert!(!trail.spoilt.is_empty(), "no object begins as CloudTrail's do");
        trail.held = trail.records.len();
        trail.records.sort_unstable();
        trail.records.dedup();
        trail.spoilt.sort_unstable();
        trail
    }

    /// A lake holds each record once, each bad one as a dead letter, and its `objects` say so; `run` runs
    /// the executable on that lake.
    pub(crate) fn assert_once(&self, run: impl Fn(&[&str]) -> Run) {
        let export = run(&["export"]).expect_exit(0);
        let hash = |line: &str| xxh3_128(Tree::parse(line).canonical().as_bytes());
        let mut found: Vec<u128> = export.out().lines().map(hash).collect();
        found.sort_unstable();
        let doubled = found.windows(2).filter(|pair| pair[0] == pair[1]).count();
        let lost = self.records.iter().filter(|record| found.binary_search(record).is_err()).count();
        assert_eq!(doubled, 0, "records that are there more than once");
        assert_eq!(lost, 0, "records that are lost");
        assert!(found == self.records, "{} records in, {} out", self.records.len(), found.len());

        let rows = |sql: &str| run(&["query", sql, "--format", "ndjson"]).expect_exit(0).ndjson();
        let letters =
            rows("SELECT source_object AS uri, arrow_cast(raw, 'Utf8') AS raw FROM dead_letters ORDER BY 1");
        assert!(letters.iter().all(|letter| letter["raw"] == BAD), "{:?}", letters.first());
        let uris: Vec<_> = letters.iter().map(|letter| letter["uri"].as_str().unwrap()).collect();
        assert_eq!(uris.len(), self.spoilt.len(), "dead letters");
        assert!(uris.iter().zip(&self.spoilt).all(|(uri, key)| uri.ends_with(key.as_str())), "dead letters");
        assert_counters(rows, self.objects, self.held);
        let counted = rows(
            "SELECT (SELECT sum(\"count\") FROM baseline WHERE attribute = 'region') AS counted,
                    (SELECT count(*) FROM cloudtrail
                     WHERE event_date IS NOT NULL AND principal IS NOT NULL AND aws_region <> '') AS events",
        );
        assert_eq!(counted[0]["counted"], counted[0]["events"], "what the baseline has counted");

        let doctor = run(&["lake", "doctor", "--format", "json"]).expect_exit(0);
        for check in doctor.json()["checks"].as_array().unwrap() {
            assert_eq!(check["health"], "good", "{doctor}");
        }
    }
}

/// `objects` has so many objects with so many records and duplicates together, and says of each what
/// the tables say.
pub(crate) fn assert_counters(rows: impl Fn(&str) -> Vec<Value>, objects: usize, held: usize) {
    // Joins: a subquery that looks at the row outside is not planned everywhere.
    let sql = "SELECT count(*) AS objects, count(DISTINCT o.uri) AS uris,
                      sum(o.records + o.duplicates) AS held,
                      count(*) FILTER (WHERE coalesce(o.records, 0) <> coalesce(r.n, 0)) AS wrong_records,
                      count(*) FILTER (WHERE coalesce(o.dead_letters, 0) <> coalesce(d.n, 0)) AS wrong_letters
               FROM objects o
               FULL JOIN (SELECT source_object AS uri, count(*) AS n FROM cloudtrail GROUP BY 1) r ON r.uri = o.uri
               FULL JOIN (SELECT source_object AS uri, count(*) AS n FROM dead_letters GROUP BY 1) d ON d.uri = o.uri";
    let found = rows(sql);
    let number = |column: &str| found[0][column].as_u64().unwrap_or_else(|| panic!("{column} of {found:?}"));
    assert_eq!(
        (number("objects"), number("uris"), number("held")),
        (objects as u64, objects as u64, held as u64),
        "objects, their URIs, records with their copies: {found:?}"
    );
    assert_eq!((number("wrong_records"), number("wrong_letters")), (0, 0), "{found:?}");
}
