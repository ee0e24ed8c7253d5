/*---
id: access_from_unapproved_asn
title: Call from a network operator that isn't on the list
severity: medium
status: stable
attack: [T1078.004, T1583.003]
practice: policy-conditions
description: >
  Whoever uses a stolen key hides behind a rented server or a VPN, which is in the right country but belongs to an operator
  (autonomous system) from which nobody of yours calls AWS. Where the operators are known, offices, build services and
  AWS itself, a call through another one is a good sign of theft, denied calls included.
false_positives:
  - People at home, in hotels and on mobile networks use operators that nobody has on a list; say which identities the rule is about with a suppression of the others.
  - An operator that was bought, or a network that moved to another one.
respond:
  - Look up who runs the network (`geo_as_name`) and what else came from it (hunts address_activity, key_activity).
  - Ask the owner of the credential; a hosting company or a VPN that nobody rents is theft until shown otherwise.
  - >
    If it is stolen: deactivate the key or revoke the role's sessions, then rotate.
references:
  - CloudTrail record contents, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
needs: ['geoip:asn']
params:
  approved_asns:
    type: text[]
    required: true
    description: autonomous systems from which people and workloads call AWS, like AS64500; those of AWS itself are AS16509 and AS14618
---*/
SELECT * FROM cloudtrail
-- What is no public address is in no such system, and so is what the database doesn't know: the rule is silent.
WHERE NOT coalesce(
    'AS' || CAST(geo_asn(source_ip) AS VARCHAR) IN ($approved_asns)
      OR CAST(geo_asn(source_ip) AS VARCHAR) IN ($approved_asns),
    true
  )
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
