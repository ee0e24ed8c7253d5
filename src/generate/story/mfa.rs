//! MFA fails, at the console and at the access portal; and MFA is removed from a user.
//!
//! Two stories. In the first the password is right and the code is not, twice at each place; in the second an
//! administrator's session takes away another user's device.

use super::super::dice::mix;
use super::super::identity;
use super::super::record::{Kind, Record};
use super::super::text;
use super::super::world::{HOME, MANAGEMENT};
use super::{INTRUDERS_BROWSER, Teller, console_without_mfa};

impl Teller<'_> {
    pub(super) fn mfa_fail(&mut self) -> &'static str {
        let start = self.night(0.68);
        let person = &self.world.console[1 % self.world.console.len()];
        let place = person.account;
        let account = self.account(place).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:user/{}", person.name);
        let mut identity = String::new();
        identity::signing_in(&mut identity, person, account);
        let used = format!(
            "{{\"LoginTo\":\"https://console.aws.amazon.com/console/home\",\"MobileVersion\":\"No\",\"MFAIdentifier\":\"arn:aws:iam::{account}:mfa/{}\",\"MFAUsed\":\"Yes\"}}",
            person.name
        );
        for attempt in 0..2 {
            let time = start + 130 * attempt;
            let asked = Record {
                identity: &identity,
                source: "signin.amazonaws.com",
                name: "CheckMfa",
                kind: Kind::SignIn,
                ip: "192.0.2.44",
                agent: INTRUDERS_BROWSER,
                response: "{\"CheckMfa\":\"Success\"}",
                additional: "{\"MfaType\":\"Virtual MFA\"}",
                ..self.record(time, place, HOME)
            };
            self.add(place, HOME, asked);
            let refused = Record {
                name: "ConsoleLogin",
                error_message: "Failed authentication",
                response: "{\"ConsoleLogin\":\"Failure\"}",
                additional: &used,
                ..self.record(time + 24, place, HOME)
            };
            self.add(place, HOME, Record { time: refused.time, id: refused.id, ..merge(refused, asked) });
        }
        self.portal_refuses(start + 900);
        "a password is known but the MFA code is wrong, at the console and at the access portal"
    }

    fn portal_refuses(&mut self, start: i64) {
        let mut identity = String::new();
        identity::portal(&mut identity, &self.account(MANAGEMENT).id, None);
        let mut workflow = String::new();
        text::uuid(&mut workflow, mix(self.seed, 0x3f1));
        let steps = [
            ("CredentialChallenge", "PASSWORD", "{\"CredentialChallenge\":\"Success\"}"),
            ("CredentialVerification", "PASSWORD", "{\"CredentialVerification\":\"Success\"}"),
            ("CredentialChallenge", "TOTP", "{\"CredentialChallenge\":\"Success\"}"),
            ("CredentialVerification", "TOTP", "{\"CredentialVerification\":\"Failure\"}"),
            ("CredentialVerification", "TOTP", "{\"CredentialVerification\":\"Failure\"}"),
        ];
        for (index, (name, credential, details)) in steps.into_iter().enumerate() {
            let additional = format!(
                "{{\"AuthWorkflowID\":\"{workflow}\",\"UserName\":\"HIDDEN_DUE_TO_SECURITY_REASONS\",\"CredentialType\":\"{credential}\"}}"
            );
            self.add(
                MANAGEMENT,
                HOME,
                Record {
                    identity: &identity,
                    source: "signin.amazonaws.com",
                    name,
                    kind: Kind::ServiceEvent,
                    ip: "192.0.2.44",
                    agent: INTRUDERS_BROWSER,
                    additional: &additional,
                    service_details: details,
                    ..self.record(start + 12 * index as i64, MANAGEMENT, HOME)
                },
            );
        }
    }

    pub(super) fn mfa_removed(&mut self) -> &'static str {
        let start = self.night(0.72);
        let admin = self.admin();
        let account = self.account(MANAGEMENT).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:user/{}", admin.name);
        let mut identity = String::new();
        console_without_mfa(&mut identity, &admin, account, &self.session(start - 300));
        let serial = format!("arn:aws:iam::{account}:mfa/dana.security");
        let deactivate = format!("{{\"userName\":\"dana.security\",\"serialNumber\":\"{serial}\"}}");
        let delete = format!("{{\"serialNumber\":\"{serial}\"}}");
        for (index, (name, request)) in
            [("DeactivateMFADevice", &deactivate), ("DeleteVirtualMFADevice", &delete)]
                .into_iter()
                .enumerate()
        {
            self.add(
                MANAGEMENT,
                HOME,
                Record {
                    identity: &identity,
                    source: "iam.amazonaws.com",
                    name,
                    ip: "192.0.2.45",
                    agent: INTRUDERS_BROWSER,
                    request,
                    host: "iam.amazonaws.com",
                    from_console: true,
                    ..self.record(start + 19 * index as i64, MANAGEMENT, HOME)
                },
            );
        }
        "the MFA device of a security engineer is deactivated and deleted"
    }
}

/// A record like `like`, with the name, outcome and details of `new`.
fn merge<'a>(new: Record<'a>, like: Record<'a>) -> Record<'a> {
    Record {
        name: new.name,
        error_message: new.error_message,
        response: new.response,
        additional: new.additional,
        ..like
    }
}
