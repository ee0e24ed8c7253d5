//! A key that was used in the trail's first days and then never; a key that was made early and never used.
//!
//! The story needs a trail long enough for a key to grow stale; in a shorter one it is left out.

use super::super::dice::mix;
use super::super::identity;
use super::super::plan::DAY;
use super::super::record::Record;
use super::super::signin;
use super::super::world::{HOME, PRODUCTION, User, prefixed};
use super::{INTRUDERS_BROWSER, Teller};

/// A stale key is one not used for 14 days.
const LONG_ENOUGH: i64 = 17 * DAY;

impl Teller<'_> {
    pub(super) fn stale_key(&mut self) -> &'static str {
        if self.span.end - self.span.start < LONG_ENOUGH {
            return "";
        }
        let account = self.account(PRODUCTION).id.as_str();
        let user = |name: &str, number| User {
            account: PRODUCTION,
            name: name.to_owned(),
            id: prefixed("AIDA", mix(self.seed, number), 17),
            key: prefixed("AKIA", mix(self.seed, number + 1), 16),
            person: false,
            seed: mix(self.seed, number),
        };
        let (left, unused) = (user("svc-legacy-report", 10), user("svc-new-partner", 20));
        self.principal = format!("arn:aws:iam::{account}:user/{}", left.name);
        let mut identity = String::new();
        identity::user(&mut identity, &left, account);
        for index in 0..6 {
            self.add(
                PRODUCTION,
                HOME,
                Record {
                    identity: &identity,
                    source: "s3.amazonaws.com",
                    name: "ListBuckets",
                    ip: "203.0.113.12",
                    agent: "Boto3/1.26.90 Python/3.8.16 Linux/5.4.0 Botocore/1.29.90",
                    read_only: Some(true),
                    request: "{\"Host\":\"s3.us-east-1.amazonaws.com\"}",
                    host: "s3.us-east-1.amazonaws.com",
                    ..self.record(self.span.start + DAY / 3 + index * DAY / 4, PRODUCTION, HOME)
                },
            );
        }
        self.made_and_forgotten(&unused, account);
        "one access key was last used in the trail's first days, another was made and never used"
    }

    fn made_and_forgotten(&mut self, unused: &User, account: &str) {
        // An office morning: it is a mistake, not an attack.
        let time = (self.span.start + DAY).div_euclid(DAY) * DAY + 9 * 3_600;
        let admin = self.admin();
        let mut identity = String::new();
        identity::console(&mut identity, &admin, account, &self.session(time - 600));
        let mut response = String::new();
        signin::created_key(&mut response, &unused.name, &unused.key, time);
        self.add(
            PRODUCTION,
            HOME,
            Record {
                identity: &identity,
                source: "iam.amazonaws.com",
                name: "CreateAccessKey",
                ip: "198.51.100.24",
                agent: INTRUDERS_BROWSER,
                request: &format!("{{\"userName\":\"{}\"}}", unused.name),
                response: &response,
                host: "iam.amazonaws.com",
                from_console: true,
                ..self.record(time, PRODUCTION, HOME)
            },
        );
    }
}
