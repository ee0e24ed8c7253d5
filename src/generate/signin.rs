//! Sign-ins of ordinary people, at the console and at the access portal, and what an administrator does once.
//!
//! Everybody has MFA and uses it; a wrong password happens once a week, and no code is ever wrong.

use super::client;
use super::dice::{below, mix};
use super::identity::{self, Session};
use super::opener::{credentials, push};
use super::plan::{Actor, Stint};
use super::record::{Kind, Record};
use super::scene::Scene;
use super::stint::{Buffers, Pen};
use super::text;
use super::world::{Person, User};

const MOBILE: &str = "\"MobileVersion\":\"No\"";

/// A sign-in at the portal: source, name, the credential shown, details.
const STEPS: [(&str, &str, &str, &str); 5] = [
    ("signin.amazonaws.com", "CredentialChallenge", "PASSWORD", "{\"CredentialChallenge\":\"Success\"}"),
    (
        "signin.amazonaws.com",
        "CredentialVerification",
        "PASSWORD",
        "{\"CredentialVerification\":\"Success\"}",
    ),
    ("signin.amazonaws.com", "CredentialVerification", "TOTP", "{\"CredentialVerification\":\"Success\"}"),
    ("signin.amazonaws.com", "UserAuthentication", "PASSWORD,TOTP", "{\"UserAuthentication\":\"Success\"}"),
    ("sso.amazonaws.com", "Federate", "", "{\"role_name\":\"Developer\",\"account_id\":\"222222222222\"}"),
];

impl Pen<'_> {
    /// The opening event of that number of a stint that somebody begins by signing in or asking for credentials.
    pub(super) fn sign_in(&mut self, stint: &Stint, index: u64, scene: Scene<'_>) {
        self.buffers.clear();
        client::office(&mut self.buffers.ip, stint.session);
        let world = self.world;
        match stint.actor {
            Actor::Console(person) if index == 0 => self.check_mfa(&world.console[person], scene),
            Actor::Console(person) => self.console_login(&world.console[person], scene, true),
            Actor::Failed(person) => self.console_login(&world.console[person], scene, false),
            Actor::Portal(person) => self.portal(&world.portal[person], index, stint, scene),
            Actor::NewKey(admin, user) => {
                self.new_key(&world.console[admin], &world.users[user], stint, scene);
            }
            Actor::Federated(user) => self.federation_token(&world.users[user], stint, scene),
            Actor::User(_) | Actor::Role(_) | Actor::Hop(..) | Actor::Outsider(_) | Actor::Service => {}
        }
    }

    fn check_mfa(&mut self, person: &Person, scene: Scene<'_>) {
        let Buffers { identity, ip, agent, .. } = &mut self.buffers;
        identity::signing_in(identity, person, &scene.account.id);
        client::browser(agent, person.seed);
        let record = Record {
            identity,
            ip,
            agent,
            name: "CheckMfa",
            response: "{\"CheckMfa\":\"Success\"}",
            additional: "{\"MfaType\":\"Virtual MFA\"}",
            ..console_event(&scene)
        };
        record.write(&mut self.out);
    }

    fn console_login(&mut self, person: &Person, scene: Scene<'_>, succeeds: bool) {
        let account = scene.account.id.as_str();
        let Buffers { identity, ip, agent, additional, .. } = &mut self.buffers;
        client::browser(agent, person.seed);
        push(
            additional,
            &["{\"LoginTo\":\"https://console.aws.amazon.com/console/home?region=us-east-1\",", MOBILE],
        );
        if succeeds {
            identity::signed_in(identity, person, account);
            push(additional, &[",\"MFAIdentifier\":\"arn:aws:iam::", account, ":mfa/", &person.name]);
            additional.push_str("\",\"MFAUsed\":\"Yes\"}");
        } else {
            identity::signing_in(identity, person, account);
            additional.push_str(",\"MFAUsed\":\"No\"}");
        }
        let record = Record {
            identity,
            ip,
            agent,
            name: "ConsoleLogin",
            error_message: if succeeds { "" } else { "Failed authentication" },
            response: if succeeds {
                "{\"ConsoleLogin\":\"Success\"}"
            } else {
                "{\"ConsoleLogin\":\"Failure\"}"
            },
            additional,
            ..console_event(&scene)
        };
        record.write(&mut self.out);
    }

    /// Password, code, done; then the portal vends a role.
    fn portal(&mut self, person: &Person, index: u64, stint: &Stint, scene: Scene<'_>) {
        let workflow = mix(stint.session, 0x3f1);
        let done = index >= 3;
        let Buffers { identity, ip, agent, additional, request_id, message, .. } = &mut self.buffers;
        identity::portal(identity, &scene.account.id, done.then_some((person, workflow)));
        client::browser(agent, person.seed);
        text::uuid(request_id, mix(scene.seed, 0x4e9));
        text::uuid(message, workflow);
        push(
            additional,
            &["{\"AuthWorkflowID\":\"", message, "\",\"UserName\":\"HIDDEN_DUE_TO_SECURITY_REASONS\""],
        );
        let (source, name, credential, details) = STEPS[(index as usize).min(STEPS.len() - 1)];
        if credential.is_empty() {
            additional.clear();
        } else {
            push(
                additional,
                &[
                    ",\"LoginTo\":\"https://d-9067demo01.awsapps.com/start\",\"CredentialType\":\"",
                    credential,
                    "\"}",
                ],
            );
        }
        let record = Record {
            identity,
            ip,
            agent,
            source,
            name,
            additional,
            request_id,
            kind: Kind::ServiceEvent,
            service_details: details,
            ..console_event(&scene)
        };
        record.write(&mut self.out);
    }

    fn new_key(&mut self, admin: &Person, user: &User, stint: &Stint, scene: Scene<'_>) {
        let account = scene.account.id.as_str();
        let session = Session { seed: stint.session, name: String::new(), created: stint.start - 900 };
        let Buffers { identity, ip, agent, request, response, request_id, .. } = &mut self.buffers;
        identity::console(identity, admin, account, &session);
        client::browser(agent, admin.seed);
        push(request, &["{\"userName\":\"", &user.name, "\"}"]);
        created_key(response, &user.name, &user.key, scene.time);
        text::uuid(request_id, mix(scene.seed, 0x4e9));
        let record = Record {
            identity,
            ip,
            agent,
            source: "iam.amazonaws.com",
            name: "CreateAccessKey",
            request,
            response,
            request_id,
            kind: Kind::Call,
            host: "iam.amazonaws.com",
            from_console: true,
            ..console_event(&scene)
        };
        record.write(&mut self.out);
    }

    fn federation_token(&mut self, user: &User, stint: &Stint, scene: Scene<'_>) {
        let account = scene.account.id.as_str();
        let session = Session { seed: stint.session, name: user.name.clone(), created: stint.start };
        let Buffers { identity, ip, agent, request, response, request_id, .. } = &mut self.buffers;
        identity::user(identity, user, account);
        ip.clear();
        client::nat(ip, stint.session);
        client::program(agent, user.seed, scene.seed);
        push(request, &["{\"name\":\"", &user.name, "\",\"durationSeconds\":3600}"]);
        credentials(response, &session, scene.time);
        push(response, &[",\"federatedUser\":{\"federatedUserId\":\"", account, ":", &user.name]);
        push(response, &["\",\"arn\":\"arn:aws:sts::", account, ":federated-user/", &user.name, "\"}"]);
        push(response, &[",\"packedPolicySize\":", ["6", "12", "20"][below(scene.seed, 3) as usize], "}"]);
        text::uuid(request_id, mix(scene.seed, 0x4e9));
        let record = Record {
            identity,
            ip,
            agent,
            source: "sts.amazonaws.com",
            name: "GetFederationToken",
            request,
            response,
            request_id,
            kind: Kind::Call,
            host: "sts.us-east-1.amazonaws.com",
            ..console_event(&scene)
        };
        record.write(&mut self.out);
    }
}

/// The answer to CreateAccessKey.
pub(super) fn created_key(out: &mut String, user: &str, key: &str, time: i64) {
    push(out, &["{\"accessKey\":{\"userName\":\"", user, "\",\"accessKeyId\":\"", key]);
    out.push_str("\",\"status\":\"Active\",\"createDate\":\"");
    text::locale(out, time);
    out.push_str("\"}}");
}

fn console_event<'a>(scene: &Scene<'a>) -> Record<'a> {
    Record {
        time: scene.time,
        source: "signin.amazonaws.com",
        region: scene.region,
        id: mix(scene.seed, 0xe1d),
        read_only: Some(false),
        kind: Kind::SignIn,
        recipient: &scene.account.id,
        ..Record::default()
    }
}
