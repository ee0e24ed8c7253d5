/*---
id: inline_policy_written_for_self
title: A principal wrote a policy for itself
severity: high
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  A user or role that may write its own policies may do everything. Whatever the policy says now, this principal
  gave itself rights that nobody else gave it.
false_positives:
  - An administrator who edits its own user's policy; give such rights by group or role instead.
respond:
  - >
    Read the policy in request_parameters (policyDocument): which rights are new?
  - >
    Delete it (`aws iam delete-user-policy` or `delete-role-policy`) and deactivate the key or revoke the role's
    sessions if nobody knows.
  - Find the policy that allowed iam:PutUserPolicy or iam:PutRolePolicy and narrow it.
references:
  - PutUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPolicy', 'PutRolePolicy')
  -- What only denies takes rights away.
  AND regexp_like(request_parameters ->> 'policyDocument', '"Effect"\s*:\s*"Allow"', 'i')
  AND (
    user_type = 'IAMUser' AND lower(request_parameters ->> 'userName') = lower(user_name)
    OR user_type = 'AssumedRole' AND lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name)
  )
  -- A stack or Terraform that keeps its own role is left out; inline_policy_written still tells of the latter.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  AND error_code IS NULL
  AND error_message IS NULL
