/*---
id: access_from_unapproved_country
title: Call from a country that isn't on the list
severity: medium
status: stable
attack: [T1078.004]
practice: policy-conditions
description: >
  A stolen key or session is used where the thief is, or at least where the thief's machine is. When it is known in which
  countries people and workloads are, a call signed by one of the account's identities from another one is worth a look,
  denied calls included: the credential was good.
false_positives:
  - People who travel, and those who leave a VPN or a mobile network in another country.
  - Workloads in a region of AWS that is abroad, which call through a public address there.
  - Databases are wrong about a small part of all addresses, most of all about those of mobile networks, VPNs and satellites.
respond:
  - List what the address and the credential did (hunts address_activity, key_activity).
  - Ask the owner of the credential where they are; compare with the country and the network (`geo_as_name`) of the address.
  - >
    If it is stolen: deactivate the key or revoke the role's sessions, then rotate.
references:
  - CloudTrail record contents, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
needs: [geoip]
params:
  approved_countries:
    type: text[]
    required: true
    description: countries from which people and workloads call AWS, as codes of two capital letters like DE
---*/
SELECT * FROM cloudtrail
-- What is no public address is in no country, and so is what the database doesn't know: the rule is silent.
WHERE NOT coalesce(geo_country(source_ip) IN ($approved_countries), true)
  -- Identities of this account. Other accounts' callers, anonymous ones and unfinished sign-ins hold no credential of ours.
  AND user_type IN (
    'Root', 'IAMUser', 'Role', 'AssumedRole', 'FederatedUser', 'SAMLUser', 'WebIdentityUser', 'IdentityCenterUser'
  )
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(coalesce(event_type, '')) NOT LIKE 'awsvpceevent%'
  -- A failed login proves no password, a rejected signature no key: those are other alerts.
  AND lower(coalesce(response_elements ->> 'ConsoleLogin', '')) <> 'failure'
  AND coalesce(error_code, '') NOT IN (
    'AuthFailure', 'Client.AuthFailure', 'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignature',
    'InvalidAccessKeyId', 'InvalidClientTokenId', 'InvalidToken', 'MissingAuthenticationToken', 'RequestExpired',
    'SignatureDoesNotMatch', 'TokenRefreshRequired', 'UnrecognizedClientException'
  )
