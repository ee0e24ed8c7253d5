/*---
id: pass_any_role_granted
title: Policy lets its owner pass any role
severity: medium
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  With iam:PassRole on every role, whoever can start a function, an instance, a build or a stack runs code with the
  strongest role of the account. It is the most common hole in policies written in a hurry.
false_positives:
  - AWS examples and old managed policies copied as they are.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - Look at what its owners can start, and at the roles that could be passed.
  - Name the roles in Resource, or add the condition iam:PassedToService.
references:
  - Passing a role, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
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
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"iam:(Pass\*|PassRole)"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"(\*|arn:aws[^:"]*:iam::[^:"]*:(role/)?\*)"|"Resource"\s*:\s*(\[[^\]]*)?"(\*|arn:aws[^:"]*:iam::[^:"]*:(role/)?\*)"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"iam:(Pass\*|PassRole)")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
