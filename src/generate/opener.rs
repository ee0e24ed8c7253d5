//! The events that open a session: AssumeRole in its forms, and the answers that carry the new credentials.
//!
//! The key in the answer is the one that the session's calls show later. Across accounts one call leaves two records
//! that share an id: `open` writes the one in the role's account, `hop` the one in the caller's.

use super::client;
use super::dice::{below, mix};
use super::identity::{self, Session};
use super::record::Record;
use super::scene::a_word;
use super::stint::{Buffers, Pen};
use super::text;
use super::world::{Role, Trust, User};

/// What an AssumeRole event is about.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) role: &'a Role,
    /// The role's account
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) session: &'a Session,
    pub(super) time: i64,
    pub(super) seed: u64,
}

impl Pen<'_> {
    /// The event that makes a role's credentials, as the role's account records it.
    pub(super) fn open(&mut self, opening: Opening<'_>) {
        let role = opening.role;
        let mut name = "AssumeRole";
        let buffers = &mut self.buffers;
        buffers.clear();
        let mut shared = None;
        match role.trust {
            Trust::Ec2 => buffers.by_service("ec2.amazonaws.com"),
            Trust::Lambda => buffers.by_service("lambda.amazonaws.com"),
            Trust::Ecs => buffers.by_service("ecs-tasks.amazonaws.com"),
            Trust::Linked(service) => buffers.by_service(&format!("{service}.amazonaws.com")),
            Trust::Ci => {
                name = "AssumeRoleWithWebIdentity";
                identity::web_identity(&mut buffers.identity, opening.account, &repository(role));
                client::nat(&mut buffers.ip, opening.session.seed);
                buffers.agent.push_str("aws-sdk-nodejs/2.1396.0 linux/v20.17.0 configure-aws-credentials-for-github-actions promise");
            }
            Trust::Portal => {
                name = "AssumeRoleWithSAML";
                identity::saml(&mut buffers.identity, &opening.session.name, role.seed);
                buffers.ip.push_str("sso.amazonaws.com");
                buffers.agent.push_str("sso.amazonaws.com");
            }
            Trust::Cross => {
                let caller = self.world.foreign_user(role.account).map(|user| &self.world.users[user]);
                let (id, account) = caller.map_or(("", 0), |user| (user.id.as_str(), user.account));
                identity::outsider(&mut buffers.identity, id, "", &self.world.accounts[account].id);
                client::nat(&mut buffers.ip, opening.session.seed);
                client::program(&mut buffers.agent, role.seed, opening.seed);
                shared = Some(mix(opening.session.seed, 0x54a));
            }
        }
        buffers.assume(opening, name);
        let direct = matches!(role.trust, Trust::Ci | Trust::Cross);
        self.finish_opening(opening, name, shared, opening.account, direct);
    }

    /// The same AssumeRole, as the caller's account records it.
    pub(super) fn hop(&mut self, opening: Opening<'_>, user: &User) {
        let account = self.world.accounts[user.account].id.as_str();
        let buffers = &mut self.buffers;
        buffers.clear();
        identity::user(&mut buffers.identity, user, account);
        client::nat(&mut buffers.ip, opening.session.seed);
        client::program(&mut buffers.agent, opening.role.seed, opening.seed);
        buffers.assume(opening, "AssumeRole");
        let shared = Some(mix(opening.session.seed, 0x54a));
        self.finish_opening(opening, "AssumeRole", shared, account, true);
    }

    fn finish_opening(
        &mut self,
        opening: Opening<'_>,
        name: &str,
        shared: Option<u64>,
        recipient: &str,
        direct: bool,
    ) {
        let Buffers { identity, ip, agent, request, response, resources, request_id, host, .. } =
            &mut self.buffers;
        text::uuid(request_id, mix(opening.seed, 0x4e9));
        if direct {
            host.push_str("sts.");
            host.push_str(opening.region);
            host.push_str(".amazonaws.com");
        }
        let record = Record {
            identity,
            time: opening.time,
            source: "sts.amazonaws.com",
            name,
            region: opening.region,
            ip,
            agent,
            request,
            response,
            request_id,
            id: mix(opening.seed, 0xe1d),
            read_only: Some(true),
            resources,
            recipient,
            shared,
            host,
            ..Record::default()
        };
        record.write(&mut self.out);
    }
}

impl Buffers {
    pub(super) fn by_service(&mut self, service: &str) {
        identity::service(&mut self.identity, service);
        self.ip.push_str(service);
        self.agent.push_str(service);
    }

    fn assume(&mut self, opening: Opening<'_>, name: &str) {
        let Opening { role, account, session, .. } = opening;
        let arn = role.arn(account);
        let request = &mut self.request;
        push(request, &["{\"roleArn\":\"", &arn, "\",\"roleSessionName\":\"", &session.name, "\""]);
        match name {
            "AssumeRoleWithSAML" => {
                request.push_str(",\"sAMLAssertionID\":\"_");
                text::uuid(request, mix(session.seed, 3));
                push(request, &["\",\"principalArn\":\"arn:aws:iam::", account, ":saml-provider/AWSSSO_"]);
                text::hex(request, mix(role.seed, 4), 16);
                request.push_str("_DO_NOT_DELETE\",\"durationSeconds\":3600}");
            }
            "AssumeRoleWithWebIdentity" => request.push_str(",\"durationSeconds\":3600}"),
            _ => request.push_str(",\"durationSeconds\":21600}"),
        }
        let response = &mut self.response;
        credentials(response, session, opening.time);
        push(response, &[",\"assumedRoleUser\":{\"assumedRoleId\":\"", &role.id, ":", &session.name]);
        push(response, &["\",\"arn\":\"arn:aws:sts::", account, ":assumed-role/", &role.name, "/"]);
        push(response, &[&session.name, "\"}"]);
        match name {
            "AssumeRoleWithSAML" => {
                push(response, &[",\"subject\":\"", &session.name, "\",\"subjectType\":\"persistent\""]);
            }
            "AssumeRoleWithWebIdentity" => {
                let repository = repository(role);
                push(response, &[",\"subjectFromWebIdentityToken\":\"repo:demo/", &repository]);
                push(response, &[":ref:refs/heads/main\",\"audience\":\"sts.amazonaws.com\""]);
            }
            _ => {}
        }
        response.push('}');
        let resources = &mut self.resources;
        push(
            resources,
            &["[{\"accountId\":\"", account, "\",\"type\":\"AWS::IAM::Role\",\"ARN\":\"", &arn, "\"}]"],
        );
    }
}

/// Opens an object with the credentials of a session.
pub(super) fn credentials(out: &mut String, session: &Session, time: i64) {
    out.push_str("{\"credentials\":{\"accessKeyId\":\"");
    session.key(out);
    out.push_str("\",\"sessionToken\":\"IQoJb3JpZ2luX2VjE");
    text::base64(out, mix(session.seed, 0x70c), 640);
    out.push_str("\",\"expiration\":\"");
    text::locale(out, time + 3_600);
    out.push_str("\"}");
}

fn repository(role: &Role) -> String {
    format!("{}-{}", a_word(role.seed), below(mix(role.seed, 6), 40))
}

pub(super) fn push(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
