//! Root signs in without MFA from the intruder's network, looks around and makes himself a user.
//!
//! Ordinary life has no root at all, and the look-alikes' root has MFA and comes from the office.

use super::super::dice::mix;
use super::super::record::{Kind, Record};
use super::super::text;
use super::super::world::{HOME, PRODUCTION};
use super::{INTRUDERS_BROWSER, Teller};

const CALLS: [(&str, &str, bool, &str, &str); 6] = [
    ("iam.amazonaws.com", "GetAccountSummary", true, "", ""),
    ("iam.amazonaws.com", "ListUsers", true, "{\"maxItems\":1000}", ""),
    ("s3.amazonaws.com", "ListBuckets", true, "{\"Host\":\"s3.us-east-1.amazonaws.com\"}", ""),
    (
        "iam.amazonaws.com",
        "CreateUser",
        false,
        "{\"userName\":\"aws-support\"}",
        "{\"user\":{\"path\":\"/\",\"userName\":\"aws-support\",\"userId\":\"AIDA2ROOTMADETHISUSER\",\"arn\":\"arn:aws:iam::222222222222:user/aws-support\"}}",
    ),
    (
        "iam.amazonaws.com",
        "AttachUserPolicy",
        false,
        "{\"userName\":\"aws-support\",\"policyArn\":\"arn:aws:iam::aws:policy/AdministratorAccess\"}",
        "",
    ),
    ("ec2.amazonaws.com", "DescribeInstances", true, "{\"instancesSet\":{},\"filterSet\":{}}", ""),
];

impl Teller<'_> {
    pub(super) fn root(&mut self) -> &'static str {
        let start = self.night(0.55);
        let account = self.account(PRODUCTION).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:root");
        let open = format!(
            "{{\"type\":\"Root\",\"principalId\":\"{account}\",\"arn\":\"{}\",\"accountId\":\"{account}\",\"accessKeyId\":\"",
            self.principal
        );
        self.add(
            PRODUCTION,
            HOME,
            Record {
                identity: &format!("{open}\"}}"),
                source: "signin.amazonaws.com",
                name: "ConsoleLogin",
                kind: Kind::SignIn,
                ip: "192.0.2.10",
                agent: INTRUDERS_BROWSER,
                response: "{\"ConsoleLogin\":\"Success\"}",
                additional: "{\"LoginTo\":\"https://console.aws.amazon.com/console/home\",\"MobileVersion\":\"No\",\"MFAUsed\":\"No\"}",
                ..self.record(start, PRODUCTION, HOME)
            },
        );
        let mut identity = format!("{open}ASIA");
        text::base32(&mut identity, mix(self.seed, 1), 16);
        identity.push_str("\",\"sessionContext\":{\"attributes\":{\"creationDate\":\"");
        text::instant(&mut identity, start);
        identity.push_str("\",\"mfaAuthenticated\":\"false\"}}}");
        for (index, (source, name, read_only, request, response)) in CALLS.into_iter().enumerate() {
            self.add(
                PRODUCTION,
                HOME,
                Record {
                    identity: &identity,
                    source,
                    name,
                    read_only: Some(read_only),
                    request,
                    response,
                    ip: "192.0.2.10",
                    agent: INTRUDERS_BROWSER,
                    host: source,
                    from_console: true,
                    ..self.record(start + 95 + 47 * index as i64, PRODUCTION, HOME)
                },
            );
        }
        "root of the production account signs in without MFA from an unknown network and calls APIs"
    }
}
