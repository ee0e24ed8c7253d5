/*---
id: admin_policy_attached_to_self
title: A principal attached an administrator policy to itself
severity: high
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  Whoever needs more rights asks somebody else for them. A user or role that attaches an administrator policy to
  itself has found a hole in its own policies and is now free of them.
false_positives:
  - An administrator who tidies up policies of its own user and attaches before detaching.
respond:
  - >
    Detach the policy: `aws iam detach-user-policy` or `detach-role-policy`, and deactivate the key or revoke
    the role's sessions.
  - >
    Look at what the principal did since (`trailhound query -f principal_timeline`), above all new users, keys
    and roles.
  - Find the policy that allowed it (iam:AttachUserPolicy, iam:AttachRolePolicy) and narrow it.
references:
  - AttachUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
  - AttachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachUserPolicy', 'AttachRolePolicy')
  AND regexp_like(
    request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess|PowerUserAccess)$'
  )
  AND (
    user_type = 'IAMUser' AND lower(request_parameters ->> 'userName') = lower(user_name)
    OR user_type = 'AssumedRole' AND lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name)
  )
  AND error_code IS NULL
  AND error_message IS NULL
