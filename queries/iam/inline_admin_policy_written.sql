/*---
id: inline_admin_policy_written
title: Inline policy with all rights written
severity: high
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  The policy allows every action on every resource, without a condition. It lies inside the user, role or group, so
  it shows in no list of attached policies: administrators attach the managed one, intruders like this.
false_positives:
  - Old set-up scripts that write their own administrator policy.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it was given to.
  - >
    Delete it if nobody knows: `aws iam delete-user-policy` (or -role-, -group-) with the names in the record.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - PutUserPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
  - PutGroupPolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html
---*/
-- Writing it for oneself is inline_policy_written_for_self.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy')
  -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
  -- empty conditions are gone. Statements that deny are taken out too.
  AND regexp_like(
    regexp_replace(
      regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
      '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
    ),
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?")[^{}]*\}',
    'i'
  )
  AND NOT coalesce(lower(request_parameters ->> 'userName') = lower(user_name), false)
  -- Role sessions and tools of deployment are admin_rights_given_by_role_or_tool.
  AND (user_type IS DISTINCT FROM 'AssumedRole')
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
