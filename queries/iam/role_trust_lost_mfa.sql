/*---
id: role_trust_lost_mfa
title: Role that wants MFA no longer asks for it
severity: high
status: stable
attack: [T1556.006, T1098]
practice: mfa
description: >
  These roles are to be assumed with MFA only, and the new trust policy doesn't ask for it. From now on a stolen
  access key of anybody the role trusts is enough.
false_positives:
  - The condition moved to a policy of the organization; then take the role out of mfa_roles.
respond:
  - >
    Read policyDocument in request_parameters and compare with the one before (`trailhound query -f policy_changes`).
  - Put the condition aws:MultiFactorAuthPresent back (`aws iam update-assume-role-policy`).
  - Look who assumed the role since (rule role_assumed_without_mfa) and what the caller did besides.
references:
  - MFA-protected API access, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
params:
  mfa_roles:
    type: text[]
    required: true
    description: ARNs of roles that people shall assume with MFA only
---*/
-- The event names the role without path or account. A document too large to be logged says nothing.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAssumeRolePolicy'
  AND strpos(array_to_string($mfa_roles, ',') || ',', '/' || (request_parameters ->> 'roleName') || ',') > 0
  AND NOT coalesce(lower(request_parameters ->> 'policyDocument') LIKE '%multifactorauth%', true)
  AND error_code IS NULL
  AND error_message IS NULL
