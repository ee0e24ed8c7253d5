/*---
id: admin_policy_version_made_default
title: A policy in use was changed to allow everything
severity: high
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  A new version of a managed policy allows every action on every resource and is in force at once for all users,
  roles and groups that have the policy. Nothing was attached, so nobody's list of policies changed.
false_positives:
  - A test account where the team widens its own policy and narrows it again.
respond:
  - >
    Go back: `aws iam set-default-policy-version --policy-arn ARN --version-id OLD`, then delete the new
    version.
  - >
    See who has it: `aws iam list-entities-for-policy --policy-arn ARN`. Is the caller among them?
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - CreatePolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
  - SetDefaultPolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreatePolicyVersion'
  AND lower(request_parameters ->> 'setAsDefault') = 'true'
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
  -- Role sessions and tools of deployment are admin_rights_given_by_role_or_tool.
  AND (user_type IS DISTINCT FROM 'AssumedRole')
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
