/*---
id: admin_policy_attached_to_role_or_group
title: Administrator policy attached to a role or group
severity: medium
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  Everybody who can take the role, or is in the group, can now do everything in the account. Roles with such rights
  are needed now and then; each should be known, and its trust policy narrow.
false_positives:
  - A pipeline or an administrator sets up an account; the caller is a known role and a change request exists.
  - Terraform and similar tools, which call as themselves and not through an AWS service.
respond:
  - >
    Look at who can take the role: `aws iam get-role --role-name NAME`, or who is in the group: `aws iam
    get-group`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Detach the policy if nobody knows, and end the role's sessions.
references:
  - AttachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
  - AttachGroupPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachRolePolicy', 'AttachGroupPolicy')
  AND regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
  -- Attaching it to oneself is admin_policy_attached_to_self.
  AND NOT coalesce(lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name), false)
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
