/*---
id: role_trust_opened_to_caller
title: A principal let itself into a role
severity: medium
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  The caller wrote itself into the trust policy of an existing role and can take it now, with all its rights. It is a
  short way from iam:UpdateAssumeRolePolicy to the strongest role of the account.
false_positives:
  - An administrator who opens a role to their own user to try it out.
respond:
  - >
    Look for AssumeRole of that role by the caller since (hunt principal_timeline), and at what the session did.
  - >
    Ask the caller; unexplained: put the old trust policy back (hunt `policy_changes`), deactivate the key and revoke
    the role's sessions.
  - Find the policy that allowed iam:UpdateAssumeRolePolicy and narrow it.
references:
  - UpdateAssumeRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAssumeRolePolicy'
  AND (
    array_has(policy_principals(request_parameters ->> 'policyDocument'), user_arn)
    OR array_has(policy_principals(request_parameters ->> 'policyDocument'), session_issuer_arn)
  )
  AND error_code IS NULL
  AND error_message IS NULL
