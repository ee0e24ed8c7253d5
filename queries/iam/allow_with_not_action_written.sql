/*---
id: allow_with_not_action_written
title: Policy allows all but a few actions
severity: medium
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  Allow with NotAction grants everything that isn't named, services to come included. It is often meant as a denial
  and gives nearly all rights instead.
false_positives:
  - Copies of PowerUserAccess, which is written so.
  - >
    Policies for approved regions that should say Deny and have lost that word: a finding worth having.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - If it was meant to deny, change Effect to Deny; otherwise list what is needed in Action.
  - >
    Find who has it: `aws iam list-entities-for-policy --policy-arn ARN`.
references:
  - NotAction, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
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
    '\{[^{}]*("NotAction"\s*:[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"NotAction"\s*:)[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
