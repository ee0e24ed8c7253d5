//! Twelve wrong passwords for one IAM user within the hour, then the right one, without MFA.
//!
//! The intruder then looks around in a console session of that user. The user is ordinary, and signs in with MFA
//! otherwise.

use super::super::identity;
use super::super::record::{Kind, Record};
use super::super::world::HOME;
use super::{INTRUDERS_BROWSER, Teller, console_without_mfa};

const WRONG: i64 = 12;
const INTERVAL: i64 = 190;
const WHERE: &str = "{\"LoginTo\":\"https://console.aws.amazon.com/console/home\",\"MobileVersion\":\"No\",\"MFAUsed\":\"No\"}";

impl Teller<'_> {
    pub(super) fn password_guess(&mut self) -> &'static str {
        let start = self.night(0.62);
        let person = &self.world.console[0];
        let place = person.account;
        let account = self.account(place).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:user/{}", person.name);
        let mut identity = String::new();
        identity::signing_in(&mut identity, person, account);
        for guess in 0..=WRONG {
            let right = guess == WRONG;
            if right {
                identity.clear();
                identity::signed_in(&mut identity, person, account);
            }
            self.add(
                place,
                HOME,
                Record {
                    identity: &identity,
                    source: "signin.amazonaws.com",
                    name: "ConsoleLogin",
                    kind: Kind::SignIn,
                    ip: "192.0.2.31",
                    agent: INTRUDERS_BROWSER,
                    error_message: if right { "" } else { "Failed authentication" },
                    response: if right {
                        "{\"ConsoleLogin\":\"Success\"}"
                    } else {
                        "{\"ConsoleLogin\":\"Failure\"}"
                    },
                    additional: WHERE,
                    ..self.record(start + INTERVAL * guess, place, HOME)
                },
            );
        }
        let signed_in = start + INTERVAL * WRONG;
        identity.clear();
        console_without_mfa(&mut identity, person, account, &self.session(signed_in));
        for (index, (source, name)) in [
            ("iam.amazonaws.com", "ListUsers"),
            ("s3.amazonaws.com", "ListBuckets"),
            ("ec2.amazonaws.com", "DescribeInstances"),
        ]
        .into_iter()
        .enumerate()
        {
            self.add(
                place,
                HOME,
                Record {
                    identity: &identity,
                    source,
                    name,
                    ip: "192.0.2.31",
                    agent: INTRUDERS_BROWSER,
                    read_only: Some(true),
                    from_console: true,
                    host: source,
                    ..self.record(signed_in + 60 + 40 * index as i64, place, HOME)
                },
            );
        }
        "twelve wrong passwords for one IAM user within an hour, then a sign-in without MFA"
    }
}
