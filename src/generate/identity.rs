//! The `userIdentity` of a record: who called, in each of the forms CloudTrail has.
//!
//! Each function appends one form, a whole JSON object. Which members a form has is as CloudTrail has it: a
//! service-linked role has no key, a service nothing but its name, somebody of another account no ARN.

use super::dice::mix;
use super::text;
use super::world::{Person, Role, Trust, User};

/// Temporary credentials: one key, one name, from one moment on.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) seed: u64,
    pub(super) name: String,
    pub(super) created: i64,
}

impl Session {
    /// ASIA…
    pub(super) fn key(&self, out: &mut String) {
        out.push_str("ASIA");
        text::base32(out, mix(self.seed, 0x0a51a), 16);
    }
}

pub(super) fn user(out: &mut String, user: &User, account: &str) {
    named(out, &user.id, &user.name, account);
    push(out, "\",\"accessKeyId\":\"", &user.key);
    push(out, "\",\"userName\":\"", &user.name);
    out.push_str("\"}");
}

/// An IAM user at the console: temporary credentials, MFA done.
pub(super) fn console(out: &mut String, person: &Person, account: &str, session: &Session) {
    named(out, &person.id, &person.name, account);
    out.push_str("\",\"accessKeyId\":\"");
    session.key(out);
    push(out, "\",\"userName\":\"", &person.name);
    out.push_str("\",\"sessionContext\":{\"attributes\":{\"creationDate\":\"");
    text::instant(out, session.created);
    out.push_str("\",\"mfaAuthenticated\":\"true\"}}}");
}

/// Credentials that a user asked for on behalf of somebody else (GetFederationToken).
pub(super) fn federated(out: &mut String, user: &User, account: &str, session: &Session) {
    push(out, "{\"type\":\"FederatedUser\",\"principalId\":\"", account);
    push(out, ":", &session.name);
    push(out, "\",\"arn\":\"arn:aws:sts::", account);
    push(out, ":federated-user/", &session.name);
    push(out, "\",\"accountId\":\"", account);
    out.push_str("\",\"accessKeyId\":\"");
    session.key(out);
    out.push_str("\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"IAMUser\",\"principalId\":\"");
    out.push_str(&user.id);
    push(out, "\",\"arn\":\"arn:aws:iam::", account);
    push(out, ":user/", &user.name);
    push(out, "\",\"accountId\":\"", account);
    push(out, "\",\"userName\":\"", &user.name);
    out.push_str("\"},\"attributes\":{\"creationDate\":\"");
    text::instant(out, session.created);
    out.push_str("\",\"mfaAuthenticated\":\"false\"}}}");
}

/// A role's session; `on_behalf` is the service that calls with the role's rights.
pub(super) fn role(out: &mut String, role: &Role, account: &str, session: &Session, on_behalf: Option<&str>) {
    push(out, "{\"type\":\"AssumedRole\",\"principalId\":\"", &role.id);
    push(out, ":", &session.name);
    push(out, "\",\"arn\":\"arn:aws:sts::", account);
    push(out, ":assumed-role/", &role.name);
    push(out, "/", &session.name);
    push(out, "\",\"accountId\":\"", account);
    // A service-linked role's credentials never leave AWS: its calls name no key.
    if !matches!(role.trust, Trust::Linked(_)) {
        out.push_str("\",\"accessKeyId\":\"");
        session.key(out);
    }
    push(out, "\",\"sessionContext\":{\"sessionIssuer\":{\"type\":\"Role\",\"principalId\":\"", &role.id);
    push(out, "\",\"arn\":\"arn:aws:iam::", account);
    push(out, ":role", &role.path);
    out.push_str(&role.name);
    push(out, "\",\"accountId\":\"", account);
    push(out, "\",\"userName\":\"", &role.name);
    out.push_str("\"},");
    if role.trust == Trust::Ci {
        push(out, "\"webIdFederationData\":{\"federatedProvider\":\"arn:aws:iam::", account);
        out.push_str(":oidc-provider/token.actions.githubusercontent.com\",\"attributes\":{}},");
    }
    out.push_str("\"attributes\":{\"creationDate\":\"");
    text::instant(out, session.created);
    out.push_str("\",\"mfaAuthenticated\":\"false\"}");
    if role.trust == Trust::Ec2 {
        out.push_str(",\"ec2RoleDelivery\":\"2.0\"");
    }
    out.push('}');
    if let Some(service) = on_behalf {
        push(out, ",\"invokedBy\":\"", service);
        out.push('"');
    }
    out.push('}');
}

pub(super) fn service(out: &mut String, service: &str) {
    push(out, "{\"type\":\"AWSService\",\"invokedBy\":\"", service);
    out.push_str("\"}");
}

/// AWS itself, in a service event: no type.
pub(super) fn internal(out: &mut String, account: &str) {
    push(out, "{\"accountId\":\"", account);
    out.push_str("\",\"invokedBy\":\"AWS Internal\"}");
}

/// Somebody of another account, as the owner of the resource sees him.
pub(super) fn outsider(out: &mut String, id: &str, session: &str, account: &str) {
    push(out, "{\"type\":\"AWSAccount\",\"principalId\":\"", id);
    if !session.is_empty() {
        push(out, ":", session);
    }
    push(out, "\",\"accountId\":\"", account);
    out.push_str("\"}");
}

pub(super) fn saml(out: &mut String, name: &str, seed: u64) {
    out.push_str("{\"type\":\"SAMLUser\",\"principalId\":\"");
    text::base64(out, mix(seed, 1), 27);
    push(out, "=:", name);
    push(out, "\",\"userName\":\"", name);
    out.push_str("\",\"identityProvider\":\"");
    text::base64(out, mix(seed, 1), 27);
    out.push_str("=\"}");
}

/// A job of continuous integration that shows its token.
pub(super) fn web_identity(out: &mut String, account: &str, repository: &str) {
    let provider = "oidc-provider/token.actions.githubusercontent.com";
    push(out, "{\"type\":\"WebIdentityUser\",\"principalId\":\"arn:aws:iam::", account);
    push(out, ":", provider);
    push(out, ":sts.amazonaws.com:repo:demo/", repository);
    push(out, ":ref:refs/heads/main\",\"userName\":\"repo:demo/", repository);
    push(out, ":ref:refs/heads/main\",\"identityProvider\":\"arn:aws:iam::", account);
    push(out, ":", provider);
    out.push_str("\"}");
}

/// Somebody at the access portal, before (`None`) or after he has proved who he is.
pub(super) fn portal(out: &mut String, account: &str, person: Option<(&Person, u64)>) {
    let Some((person, sign_in)) = person else {
        push(out, "{\"type\":\"Unknown\",\"accountId\":\"", account);
        out.push_str("\"}");
        return;
    };
    push(out, "{\"type\":\"IdentityCenterUser\",\"accountId\":\"", account);
    push(out, "\",\"onBehalfOf\":{\"userId\":\"", &person.id);
    push(out, "\",\"identityStoreArn\":\"arn:aws:identitystore::", account);
    out.push_str(":identitystore/d-9067demo01\"},\"credentialId\":\"");
    text::uuid(out, sign_in);
    out.push_str("\"}");
}

/// An IAM user who has not signed in yet: no ARN, no key.
pub(super) fn signing_in(out: &mut String, person: &Person, account: &str) {
    push(out, "{\"type\":\"IAMUser\",\"principalId\":\"", &person.id);
    push(out, "\",\"accountId\":\"", account);
    push(out, "\",\"accessKeyId\":\"\",\"userName\":\"", &person.name);
    out.push_str("\"}");
}

/// An IAM user who has just signed in.
pub(super) fn signed_in(out: &mut String, person: &Person, account: &str) {
    named(out, &person.id, &person.name, account);
    push(out, "\",\"userName\":\"", &person.name);
    out.push_str("\"}");
}

fn named(out: &mut String, id: &str, name: &str, account: &str) {
    push(out, "{\"type\":\"IAMUser\",\"principalId\":\"", id);
    push(out, "\",\"arn\":\"arn:aws:iam::", account);
    push(out, ":user/", name);
    push(out, "\",\"accountId\":\"", account);
}

fn push(out: &mut String, before: &str, value: &str) {
    out.push_str(before);
    out.push_str(value);
}
