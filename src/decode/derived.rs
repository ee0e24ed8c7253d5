//! The two columns that are worked out from others: `principal` and `source_ip`.
//!
//! `principal` is the most stable name of who acted: a role rather than its session, so that
//! "first seen" and "who" mean the same thing tomorrow. `source_ip` is the address in canonical text
//! when `sourceIPAddress` is one; CloudTrail also puts service names and `AWS Internal` there.

use std::borrow::Cow;
use std::net::IpAddr;

/// What `principal` is made from; an empty string counts as missing.
#[derive(Debug, Default)]
pub(crate) struct Identity<'a> {
    pub(crate) user_type: Option<Cow<'a, str>>,
    pub(crate) issuer_arn: Option<Cow<'a, str>>,
    pub(crate) arn: Option<Cow<'a, str>>,
    pub(crate) identity_store_arn: Option<Cow<'a, str>>,
    pub(crate) user_id: Option<Cow<'a, str>>,
    pub(crate) principal_id: Option<Cow<'a, str>>,
    pub(crate) invoked_by: Option<Cow<'a, str>>,
    pub(crate) account_id: Option<Cow<'a, str>>,
}

impl<'a> Identity<'a> {
    /// The issuing role's ARN, else the ARN, else Identity Center's user, else the principal id
    /// without its session, else the calling service, else the account, else the type.
    pub(crate) fn principal(&self) -> Option<Cow<'_, str>> {
        let is_role = given(&self.user_type) == Some("AssumedRole");
        if let Some(arn) = given(&self.issuer_arn).filter(|_| is_role).or(given(&self.arn)) {
            return Some(arn.into());
        }
        if let (Some(store), Some(user)) = (given(&self.identity_store_arn), given(&self.user_id)) {
            return Some(format!("{store}#{user}").into());
        }
        let principal_id = given(&self.principal_id).and_then(|id| id.split(':').next());
        principal_id
            .filter(|id| !id.is_empty())
            .or(given(&self.invoked_by))
            .or(given(&self.account_id))
            .or(given(&self.user_type))
            .map(Cow::from)
    }
}

fn given<'s>(text: &'s Option<Cow<'_, str>>) -> Option<&'s str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// The address in canonical text, an IPv4 address mapped into IPv6 as IPv4; `None` for anything else.
pub(crate) fn source_ip(source_ip_address: &str) -> Option<Cow<'_, str>> {
    match source_ip_address.parse().ok()? {
        // It is read in one spelling only.
        IpAddr::V4(_) => Some(source_ip_address.into()),
        address @ IpAddr::V6(_) => Some(address.to_canonical().to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assumed_role_is_named_by_its_role() {
        let mut identity = Identity {
            user_type: Some("AssumedRole".into()),
            issuer_arn: Some("arn:aws:iam::111122223333:role/ci/Deploy".into()),
            arn: Some("arn:aws:sts::111122223333:assumed-role/Deploy/build-7".into()),
            ..Identity::default()
        };
        assert_eq!(identity.principal().unwrap(), "arn:aws:iam::111122223333:role/ci/Deploy");
        identity.user_type = Some("FederatedUser".into());
        assert_eq!(identity.principal().unwrap(), "arn:aws:sts::111122223333:assumed-role/Deploy/build-7");
    }

    #[test]
    fn without_an_arn_the_next_best_name_is_taken() {
        let mut identity = Identity {
            user_type: Some("IdentityCenterUser".into()),
            arn: Some("".into()),
            identity_store_arn: Some("arn:aws:identitystore::1:identitystore/d-1".into()),
            user_id: Some("u-1".into()),
            principal_id: Some("AROAEXAMPLE:session".into()),
            invoked_by: Some("ec2.amazonaws.com".into()),
            account_id: Some("111122223333".into()),
            ..Identity::default()
        };
        let mut named = |change: fn(&mut Identity<'_>)| {
            let name = identity.principal().unwrap().into_owned();
            change(&mut identity);
            name
        };
        assert_eq!(named(|i| i.user_id = None), "arn:aws:identitystore::1:identitystore/d-1#u-1");
        assert_eq!(named(|i| i.principal_id = None), "AROAEXAMPLE");
        assert_eq!(named(|i| i.invoked_by = None), "ec2.amazonaws.com");
        assert_eq!(named(|i| i.account_id = None), "111122223333");
        assert_eq!(named(|i| i.user_type = None), "IdentityCenterUser");
        assert_eq!(identity.principal(), None);
    }

    #[test]
    fn only_addresses_become_a_source_ip() {
        for (text, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("2001:DB8:0:0:0:0:0:1", Some("2001:db8::1")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            ("cloudformation.amazonaws.com", None),
            ("AWS Internal", None),
            ("203.0.113.007", None),
            ("", None),
        ] {
            assert_eq!(source_ip(text).as_deref(), expected, "{text}");
        }
    }
}
