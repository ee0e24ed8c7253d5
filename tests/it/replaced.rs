//! The cases of the shipped rules with everything replaced that a rule must not hang on: account ids, users, addresses,
//! keys, ids of events, times, versions in user agents. The verdicts stay.
//!
//! What stands in a case is replaced wherever it stands, in its parameters too, by the same; what a rule may ask for (the
//! network an address is in, the weekday and the hour, the beginning of a key, names that say something) stays so.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use regex::{Captures, Regex};
use trailhound::detect::RuleSet;
use trailhound::detect::test::test;

use crate::harness::TestDir;
use crate::rules::assert_none_failed;

/// Users of the cases whose names say nothing.
const USERS: [&str; 14] = [
    "alice", "bob", "carol", "dave", "eve", "mallory", "trent", "erin", "frank", "grace", "heidi", "ivan",
    "judy", "oscar",
];

/// Accounts of the cases; others may be those that AWS itself works in.
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(^|[^0-9])(1{12}|2{12}|3{12}|4{12}|5{12}|9{12}|123456789012)").unwrap());
static NETWORK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(192\.0\.2|198\.51\.100|203\.0\.113)\.(\d{1,3})\b").unwrap());
static KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(AKIA|ASIA)([A-Z0-9]{8,16})\b").unwrap());
static EVENT_ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"("eventID"\s*:\s*")([^"]+)(")"#).unwrap());
static TIME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ").unwrap());
static USER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)\b({})\b", USERS.join("|"))).unwrap());
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(aws-cli|Boto3|aws-sdk-[a-z0-9]+)/(\d+)\.\d+\.\d+").unwrap());

/// One way to replace.
struct Replacing {
    random: StdRng,
    replaced: HashMap<String, String>,
    /// Whole years of weeks, so that weekdays, hours and most of summer time stay.
    shift: SignedDuration,
}

impl Replacing {
    fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let years = random.random_range(1..4);
        let shift = SignedDuration::from_hours(-24 * 364 * years);
        Self { random, replaced: HashMap::new(), shift }
    }

    /// What stands for `text`, which `make` makes the first time.
    fn of(&mut self, text: &str, make: impl FnOnce(&mut StdRng) -> String) -> String {
        if let Some(replaced) = self.replaced.get(text) {
            return replaced.clone();
        }
        let made = make(&mut self.random);
        self.replaced.insert(text.to_owned(), made.clone());
        made
    }

    fn replace(&mut self, text: &str) -> String {
        let text = ACCOUNT.replace_all(text, |found: &Captures| {
            let account = self.of(&found[2], |random| {
                format!("{}", random.random_range(100_000_000_000_u64..999_999_999_999))
            });
            format!("{}{account}", &found[1])
        });
        let text = NETWORK.replace_all(&text, |found: &Captures| {
            let network = self.of(&found[1], |random| {
                format!(
                    "{}.{}.{}",
                    random.random_range(60..90),
                    random.random_range(1..250),
                    random.random_range(1..250)
                )
            });
            format!("{network}.{}", &found[2])
        });
        let text = KEY.replace_all(&text, |found: &Captures| {
            let length = found[2].len();
            let end = self.of(&found[2], |random| {
                (0..length)
                    .map(|_| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[random.random_range(0..32)]))
                    .collect()
            });
            format!("{}{end}", &found[1])
        });
        let text = EVENT_ID.replace_all(&text, |found: &Captures| {
            let id = self.of(&format!("event {}", &found[2]), |random| {
                format!("{:08x}-0000-4000-8000-{:012x}", random.random::<u32>(), random.random::<u32>())
            });
            format!("{}{id}{}", &found[1], &found[3])
        });
        let text = TIME.replace_all(&text, |found: &Captures| match found[0].parse::<Timestamp>() {
            Ok(time) => format!("{:.0}", time + self.shift),
            Err(_) => found[0].to_owned(),
        });
        let text = USER.replace_all(&text, |found: &Captures| {
            let user = self.of(&found[1].to_lowercase(), |random| {
                (0..8).map(|_| char::from(b"bcdfghjklmnpqrstvwxz"[random.random_range(0..20)])).collect()
            });
            // The same user in other letters stays the same user in other letters.
            match found[1].chars().next().is_some_and(char::is_uppercase) {
                true => user.to_uppercase(),
                false => user,
            }
        });
        let text = VERSION.replace_all(&text, |found: &Captures| {
            let (minor, patch) = (self.random.random_range(0..40), self.random.random_range(0..40));
            format!("{}/{}.{minor}.{patch}", &found[1], &found[2])
        });
        text.into_owned()
    }
}

/// The cases in `from` with all of that replaced, in `to`.
fn replaced(from: &Path, to: &TestDir, seed: u64) {
    for rule in fs::read_dir(from).unwrap() {
        let rule = rule.unwrap();
        let name = rule.file_name().into_string().unwrap();
        for file in fs::read_dir(rule.path()).unwrap() {
            let file = file.unwrap();
            let text = fs::read_to_string(file.path()).unwrap();
            // A case and its parameters are replaced alike.
            let stem = file.path().file_stem().unwrap().to_string_lossy().into_owned();
            let mut replacing = Replacing::new(xxhash_rust::xxh3::xxh3_64_with_seed(
                format!("{name}/{stem}").as_bytes(),
                seed,
            ));
            let path = format!("{name}/{}", file.file_name().to_string_lossy());
            to.file(&path, both(&mut replacing, &file.path(), &text));
        }
    }
}

/// A file replaced after the case that it belongs to, so that both know what stands for what.
fn both(replacing: &mut Replacing, path: &Path, text: &str) -> String {
    if path.extension().is_some_and(|extension| extension == "toml") {
        replacing.replace(&fs::read_to_string(path.with_extension("json")).unwrap());
    }
    replacing.replace(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_with_other_accounts_names_addresses_keys_and_times_are_judged_alike() {
    let rules = RuleSet::shipped().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/detections");
    let dir = TestDir::new();
    replaced(&from, &dir, 1);
    assert_none_failed(&test(&rules, dir.path()).await, 2 * rules.len());
}

#[test]
fn what_is_replaced_is_replaced_everywhere_and_alike() {
    let text = r#"{"eventID":"a","eventTime":"2026-03-02T10:00:00Z","arn":"arn:aws:iam::111111111111:user/alice",
        "recipientAccountId":"111111111111","accessKeyId":"AKIAIOSFODNN7EXAMPLE","sourceIPAddress":"192.0.2.7",
        "userAgent":"aws-cli/2.1.3","other":"192.0.2.8"}"#;
    let replaced = Replacing::new(7).replace(text);
    assert_eq!(replaced, Replacing::new(7).replace(text));
    let log: serde_json::Value = serde_json::from_str(&replaced).unwrap();
    let part = |name: &str| log[name].as_str().unwrap().to_owned();
    for was in ["111111111111", "alice", "AKIAIOSFODNN7EXAMPLE", "192.0.2", "2026-03-02", "\"a\""] {
        assert!(!replaced.contains(was), "{was} in {replaced}");
    }
    assert!(part("arn").contains(&part("recipientAccountId")));
    assert_eq!(
        part("sourceIPAddress").rsplit_once('.').unwrap().0,
        part("other").rsplit_once('.').unwrap().0
    );
    assert!(part("accessKeyId").starts_with("AKIA") && part("eventTime").ends_with("T10:00:00Z"));
}
