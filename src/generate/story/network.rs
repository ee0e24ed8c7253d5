//! A stolen access key is used from outside the approved networks, over IPv4 and IPv6.
//!
//! Only reading calls, and all of them succeed: the address is all that is odd. The key is a robot's and goes on being
//! used by its owner, in the production account if it has a robot.

use super::super::identity;
use super::super::record::Record;
use super::super::world::{HOME, PRODUCTION};
use super::{INTRUDER, INTRUDER_V6, Teller};

const CALLS: [(&str, &str, &str); 5] = [
    ("sts.amazonaws.com", "GetCallerIdentity", ""),
    ("s3.amazonaws.com", "ListBuckets", "{\"Host\":\"s3.us-east-1.amazonaws.com\"}"),
    ("secretsmanager.amazonaws.com", "ListSecrets", "{\"maxResults\":100}"),
    ("iam.amazonaws.com", "ListAttachedUserPolicies", ""),
    ("ssm.amazonaws.com", "DescribeParameters", "{\"maxResults\":50}"),
];

impl Teller<'_> {
    pub(super) fn network(&mut self) -> &'static str {
        let start = self.night(0.84);
        let user = self.stolen(PRODUCTION);
        let place = user.account;
        let account = self.account(place).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:user/{}", user.name);
        let mut identity = String::new();
        identity::user(&mut identity, user, account);
        for (round, ip) in [INTRUDER, INTRUDER_V6].into_iter().enumerate() {
            for (index, (source, name, request)) in CALLS.into_iter().enumerate() {
                self.add(
                    place,
                    HOME,
                    Record {
                        identity: &identity,
                        source,
                        name,
                        ip,
                        request,
                        read_only: Some(true),
                        host: source,
                        ..self.record(start + 1_800 * round as i64 + 21 * index as i64, place, HOME)
                    },
                );
            }
        }
        "a robot's stolen access key is used from networks that are not approved"
    }
}
