/*---
id: service_wildcard_granted
title: Policy allows everything in a service
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  All actions of a service on all resources, without a condition: reading, deleting, sharing and changing its
  policies. Few jobs need that; the trail says what was really used.
false_positives:
  - Administrators of one service.
  - Early stages of a project; narrow it later.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - >
    See what its owner used: `aws iam generate-service-last-accessed-details --arn ARN --granularity
    ACTION_LEVEL`.
  - Write the actions and resources that are needed in its place.
references:
  - Least privilege, https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
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
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"[a-z0-9-]+:\*"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"[a-z0-9-]+:\*")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
