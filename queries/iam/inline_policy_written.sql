/*---
id: inline_policy_written
title: Inline policy written by a caller
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  Rights were given inside a user, role or group, where no list of attached policies shows them and no version is
  kept. Managed policies are easier to look after; intruders prefer these.
false_positives:
  - Terraform and administrators; most code writes inline policies for roles of one purpose.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it was given to.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - >
    Take it away if nobody knows: `aws iam delete-user-policy` (or -role-, -group-).
references:
  - PutUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
  - PutGroupPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy')
  -- What only denies takes rights away.
  AND regexp_like(request_parameters ->> 'policyDocument', '"Effect"\s*:\s*"Allow"', 'i')
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
