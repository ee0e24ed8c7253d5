/*---
id: unapproved_ip
title: Call from an address outside the approved networks
severity: medium
status: stable
attack: [T1078.004]
practice: policy-conditions
description: >
  A stolen access key or session is used where the thief is. When people and pipelines are known to come from
  certain networks, a call signed by one of the account's identities from anywhere else is the best single sign
  of theft, denied calls included: the credential was good.
false_positives:
  - People working from home or travelling without the VPN.
  - Build services and workloads outside the account that assume a role here; add their networks or suppress their roles.
  - Workloads that reach AWS through a NAT gateway or public address that isn't in the list.
respond:
  - List what the address and the credential did (hunts address_activity, key_activity).
  - Ask the owner of the credential; find out where else it is kept.
  - >
    If it is stolen: deactivate the key or revoke the role's sessions, then rotate.
references:
  - aws:SourceIp, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
params:
  approved_networks:
    type: cidr[]
    required: true
    description: networks, IPv4 and IPv6, from which people and workloads call AWS
---*/
SELECT * FROM cloudtrail
-- Service names and 'AWS Internal' are no addresses: source_ip is NULL there, and the rule silent.
WHERE NOT coalesce(ip_in(source_ip, $approved_networks), true)
  -- Private addresses are seen through VPC endpoints only.
  AND NOT coalesce(ip_is_private(source_ip), true)
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
