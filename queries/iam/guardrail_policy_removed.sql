/*---
id: guardrail_policy_removed
title: Policy that limits rights removed
severity: medium
status: stable
attack: [T1098, T1562]
practice: least-privilege
description: >
  By its name the policy denied something: a guardrail, a boundary, a quarantine, the denial that ends stolen
  sessions (AWSRevokeOlderSessions). Without it, its owner can do what somebody thought better forbidden.
false_positives:
  - Policies renamed or moved to an organisation's control policies.
  - The end of an incident, when revoked sessions have run out anyway.
respond:
  - >
    Read what the policy said (hunt `policy_changes`, or `aws iam get-policy-version`), and put it back if it
    still matters.
  - Did the caller lift a limit of its own? Then treat it as an intruder.
  - See what the freed user or role did next (`trailhound query -f principal_timeline`).
references:
  - DetachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html
  - Revoking role sessions, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
---*/
-- AWSCompromisedKeyQuarantine has a rule of its own: key_quarantine_removed.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'DetachUserPolicy', 'DetachRolePolicy', 'DetachGroupPolicy', 'DeleteUserPolicy', 'DeleteRolePolicy',
    'DeleteGroupPolicy', 'DeletePolicy'
  )
  AND regexp_like(
    coalesce(request_parameters ->> 'policyArn', request_parameters ->> 'policyName'),
    '(^|[^a-z])(deny|denies|denied|guard-?rails?|boundary|restrict|quarantine|lockdown)|(Deny|Guardrail|Boundary|Restrict|Quarantine|Lockdown)|AWSRevokeOlderSessions'
  )
  AND coalesce(request_parameters ->> 'policyArn', '') NOT LIKE '%:policy/AWSCompromisedKeyQuarantine%'
  AND coalesce(request_parameters ->> 'policyName', '') NOT LIKE 'AWSCompromisedKeyQuarantine%'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
