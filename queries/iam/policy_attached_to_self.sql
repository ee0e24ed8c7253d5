/*---
id: policy_attached_to_self
title: A principal attached a policy to itself
severity: medium
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  Whoever may attach policies to itself may do everything, whatever the policy says. A user with a stolen key goes this
  way when it finds a policy of the account that allows more than its own.
false_positives:
  - An administrator of a small account who gives their own user one more right.
respond:
  - >
    Read the policy in request_parameters (policyArn): `aws iam get-policy-version`. Which rights are new?
  - >
    Ask the owner; unexplained: detach it (`aws iam detach-user-policy` or `detach-role-policy`), and deactivate the
    key or revoke the role's sessions.
  - Find the policy that allowed iam:AttachUserPolicy or iam:AttachRolePolicy and narrow it.
references:
  - AttachUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
  - AttachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
---*/
-- Administrator policies are admin_policy_attached_to_self.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachUserPolicy', 'AttachRolePolicy')
  AND NOT regexp_like(
    coalesce(request_parameters ->> 'policyArn', ''),
    ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess|PowerUserAccess|AWSCompromisedKeyQuarantine[^/]*|AWSDenyAll)$'
  )
  AND (
    user_type = 'IAMUser' AND lower(request_parameters ->> 'userName') = lower(user_name)
    OR user_type = 'AssumedRole' AND lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name)
  )
  AND error_code IS NULL
  AND error_message IS NULL
