/*---
id: escalation_rights_granted
title: Policy lets its owner give itself more rights
severity: medium
status: stable
attack: [T1098.003, T1548]
practice: least-privilege
description: >
  It allows changing policies, trust, keys or passwords of anybody (iam:PutUserPolicy, iam:CreatePolicyVersion,
  iam:CreateAccessKey and their like on every resource). Whoever has it is an administrator who hasn't done it yet.
false_positives:
  - Policies of pipelines that create roles; give them a permissions boundary and a path.
  - Policies of the team that looks after IAM.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - >
    Find who has it: `aws iam list-entities-for-policy --policy-arn ARN`.
  - Limit it to a path or with the condition iam:PermissionsBoundary.
references:
  - Permissions boundaries, https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
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
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"iam:(\*|(Put|Attach|Create|Update|Add|Set)\*|(Put|Attach)(User|Role|Group)?(Policy|\*)|CreatePolicyVersion|SetDefaultPolicyVersion|UpdateAssumeRolePolicy|CreateAccessKey|(Create|Update)LoginProfile|AddUserToGroup)"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"iam:(\*|(Put|Attach|Create|Update|Add|Set)\*|(Put|Attach)(User|Role|Group)?(Policy|\*)|CreatePolicyVersion|SetDefaultPolicyVersion|UpdateAssumeRolePolicy|CreateAccessKey|(Create|Update)LoginProfile|AddUserToGroup)")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
