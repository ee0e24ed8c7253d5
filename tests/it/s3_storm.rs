//! Faults at random: how often, which kinds, and what came of it in numbers.
//!
//! Which request fails and how is a function of the seed, of what is asked, and of how often it was
//! asked before: not of the order in which requests arrive. So a seed gives the same weather again, up
//! to the names that the lake draws for its files. No request fails more than [`MOST_IN_A_ROW`] times in
//! a row, which is what "now and then" means.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::lock;
use super::s3_fault::Fault;
use super::s3_page::PageFault;

/// How often the same request may fail in a row.
const MOST_IN_A_ROW: u32 = 4;

/// How long a first byte may take without being a fault.
const SLOW: Duration = Duration::from_millis(60);

/// What is asked for, as far as it decides what can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Page,
    Object,
    Part,
    Write,
    Commit,
}

/// Weather for the test server.
#[derive(Debug)]
pub(crate) struct Storm {
    seed: u64,
    /// Of all requests, how many fail.
    rate: f64,
    /// The bucket whose objects are also refused, archived, encrypted and gone, which nobody retries.
    harsh: Option<&'static str>,
    /// Faults of log entries that `deltalake` may have asked for ahead: it drops such a request once a newer
    /// entry has told enough, and nobody asks again.
    ahead: AtomicUsize,
    requests: Mutex<HashMap<String, (u64, u32)>>,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Storm {
    /// Faults that pass.
    pub(crate) fn new(seed: u64, rate: f64) -> Self {
        Self {
            seed,
            rate,
            harsh: None,
            ahead: AtomicUsize::new(0),
            requests: Mutex::default(),
            counts: Mutex::default(),
        }
    }

    /// The same, and in this bucket faults that stay for a run.
    pub(crate) fn harsh_on(self, bucket: &'static str) -> Self {
        Self { harsh: Some(bucket), ..self }
    }

    /// How many faults there were, by kind.
    pub(crate) fn counts(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.counts).clone()
    }

    /// How many faults there were, at least, after which a client asks again.
    pub(crate) fn repeated(&self) -> usize {
        let passing = self.counts().into_iter().filter(|(kind, _)| is_passing(kind));
        passing.map(|(_, count)| count).sum::<usize>() - self.ahead.load(Ordering::Relaxed)
    }

    /// What happens to a request.
    pub(super) fn next(&self, method: &str, path: &str, is_part: bool, is_commit: bool) -> Option<Fault> {
        let asked = match method {
            "GET" if path.contains("list-type=2") => Asked::Page,
            "GET" if is_part => Asked::Part,
            "GET" => Asked::Object,
            "PUT" if is_commit => Asked::Commit,
            "PUT" | "POST" | "DELETE" => Asked::Write,
            _ => return None,
        };
        let mut requests = lock(&self.requests);
        // What was cut is asked for by range: it is the same request still.
        let (times, in_a_row) = requests.entry(format!("{method} {path}")).or_default();
        let mut hasher = DefaultHasher::new();
        (self.seed, method, path, *times).hash(&mut hasher);
        *times += 1;
        let mut random = StdRng::seed_from_u64(hasher.finish());
        if *in_a_row >= MOST_IN_A_ROW || !random.random_bool(self.rate) {
            *in_a_row = 0;
            return None;
        }
        *in_a_row += 1;
        drop(requests);
        let is_harsh = asked == Asked::Object
            && self.harsh.is_some_and(|bucket| path.starts_with(&format!("/{bucket}/")))
            && random.random_bool(0.15);
        let (kind, fault) = match is_harsh {
            true => final_fault(&mut random),
            false => passing_fault(asked, &mut random),
        };
        if method == "GET" && asked != Asked::Page && path.contains("/_delta_log/") && is_passing(kind) {
            self.ahead.fetch_add(1, Ordering::Relaxed);
        }
        *lock(&self.counts).entry(kind).or_default() += 1;
        Some(fault)
    }
}

fn is_passing(kind: &str) -> bool {
    kind != "slow first byte" && !kind.starts_with("final")
}

fn final_fault(random: &mut StdRng) -> (&'static str, Fault) {
    match random.random_range(0..5) {
        0 => ("final: 403", Fault::Status(403)),
        1 => ("final: 404 after the list", Fault::Status(404)),
        2 => ("final: KMS", Fault::error(400, "KMS.DisabledException")),
        3 => ("final: Glacier", Fault::error(403, "InvalidObjectState")),
        _ => ("final: 412", Fault::error(412, "PreconditionFailed")),
    }
}

fn passing_fault(asked: Asked, random: &mut StdRng) -> (&'static str, Fault) {
    let at = random.random_range(0..400);
    // A third of what happens may happen to any request.
    if random.random_bool(0.33) {
        return match random.random_range(0..16) {
            0..4 => ("503", Fault::Status(503)),
            4..7 => ("500", Fault::Status(500)),
            7..9 => ("429", Fault::Status(429)),
            9..11 => ("502 of a proxy", Fault::Answer(502, Vec::new(), "<html>busy</html>".to_owned())),
            11..14 => ("reset before the answer", Fault::Drop),
            // Each of these takes as long as the client waits; the answer to a write has no body.
            14 if matches!(asked, Asked::Page | Asked::Object | Asked::Part) => {
                ("stalled body", Fault::Stall(at))
            }
            14 => ("reset before the answer", Fault::Drop),
            _ => ("slow first byte", Fault::SlowStart(SLOW)),
        };
    }
    match asked {
        Asked::Page => match random.random_range(0..7) {
            0 => ("page cut", Fault::Page(PageFault::Cut(random.random_range(1..100)))),
            1 => ("page without its end", Fault::Page(PageFault::NoEnd)),
            2 => ("page without IsTruncated", Fault::Page(PageFault::NoWord)),
            3 => ("page with an entry lost", Fault::Page(PageFault::Lost)),
            4 => ("page of another listing", Fault::Page(PageFault::Repeated)),
            5 => ("200 with an error", Fault::error(200, "InternalError")),
            _ => ("reset inside the body", Fault::Cut(at)),
        },
        Asked::Object => match random.random_range(0..7) {
            0..2 => ("flipped bit", Fault::Flip),
            2 => ("short body", Fault::Short(at)),
            3 => ("long body", Fault::Long(1 + at)),
            4 => ("200 with an error", Fault::error(200, "SlowDown")),
            _ => ("reset inside the body", Fault::Cut(at)),
        },
        Asked::Part => ("reset inside the body", Fault::Cut(at)),
        Asked::Write => match random.random_range(0..3) {
            0 => ("answer lost", Fault::Lost),
            1 => ("200 with an error", Fault::error(200, "InternalError")),
            _ => ("200 with an error, done", Fault::LateError("InternalError")),
        },
        Asked::Commit => match random.random_range(0..4) {
            0 => ("commit's answer lost", Fault::Lost),
            1 => ("409 of a commit", Fault::Status(409)),
            2 => ("commit: 200 with an error", Fault::error(200, "InternalError")),
            _ => ("commit: 200 with an error, done", Fault::LateError("SlowDown")),
        },
    }
}
