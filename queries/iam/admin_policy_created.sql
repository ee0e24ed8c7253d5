/*---
id: admin_policy_created
title: Managed policy with all rights created
severity: medium
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  The policy allows every action on every resource under a name that need not say so. It does nothing until it is
  attached or made the default version; that is the moment to stop it.
false_positives:
  - A template that brings its own copy of AdministratorAccess.
respond:
  - >
    Find who has it: `aws iam list-entities-for-policy --policy-arn ARN`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Replace it by a policy of what is needed; Access Analyzer can write one from the trail.
references:
  - CreatePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
  - CreatePolicyVersion, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
---*/
-- A version that is in force at once is admin_policy_version_made_default.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreatePolicy', 'CreatePolicyVersion')
  AND lower(coalesce(request_parameters ->> 'setAsDefault', 'false')) <> 'true'
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
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
