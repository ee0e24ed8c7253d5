/*---
id: assume_any_role_granted
title: Policy lets its owner take any role
severity: medium
status: stable
attack: [T1098.003, T1550.001]
practice: least-privilege
description: >
  sts:AssumeRole on every role of every account: each trust policy that names the account as a whole now lets this
  owner in, at home and elsewhere.
false_positives:
  - Hub accounts of tools that look into all accounts; name the role they take there.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - See which roles of all your accounts trust this account (`aws iam list-roles`).
  - Name the roles in Resource.
references:
  - CreatePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
  - Granting a user permission to switch roles, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion')
  -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
  -- empty conditions are gone. Statements that deny are taken out too.
  AND regexp_like(
    regexp_replace(
      regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
      '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
    ),
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"sts:(\*|Assume\*|AssumeRole\*?)"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"(\*|arn:aws[^:"]*:iam::[^:"]*:(role/)?\*)"|"Resource"\s*:\s*(\[[^\]]*)?"(\*|arn:aws[^:"]*:iam::[^:"]*:(role/)?\*)"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"sts:(\*|Assume\*|AssumeRole\*?)")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
