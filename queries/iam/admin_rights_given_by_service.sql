/*---
id: admin_rights_given_by_service
title: Administrator rights given through an AWS service
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  CloudFormation, Control Tower or another service attached or wrote a policy with all rights on behalf of somebody.
  That is how most such roles come to be; it is also a way round one's own limits when the stack runs with a
  stronger role.
false_positives:
  - Stacks, landing zones and blueprints that set up accounts.
respond:
  - Find the stack or product behind it, by the session name and calls of the service around that time.
  - Ask who changed it, and whether that person could have given these rights without it.
  - Narrow the role the service works with.
references:
  - AttachRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
  - PutRolePolicy, https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
  - CloudFormation service role, https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy',
    'CreatePolicy', 'CreatePolicyVersion'
  )
  -- Identity Center writes the roles of permission sets: see permission_set_given_admin.
  AND coalesce(user_invoked_by, 'signin.amazonaws.com') NOT IN ('signin.amazonaws.com', 'sso.amazonaws.com')
  -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
  -- empty conditions are gone. Statements that deny are taken out too.
  AND (
    regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
    OR regexp_like(
      regexp_replace(
      regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
      '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
    ),
      '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?")[^{}]*\}',
      'i'
    )
  )
  AND error_code IS NULL
  AND error_message IS NULL
