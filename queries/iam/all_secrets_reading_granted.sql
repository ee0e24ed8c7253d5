/*---
id: all_secrets_reading_granted
title: Policy lets its owner read all secrets
severity: low
status: stable
attack: [T1098.003, T1555.006]
practice: least-privilege
description: >
  Secrets, parameters and whatever is encrypted can be read without limit to some of them. One stolen credential of
  this owner opens all the others.
false_positives:
  - Backup and migration tools; give them the names of what they need.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - See which secrets its owner reads (hunt `secrets_read`).
  - Name them in Resource.
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
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"(secretsmanager:(\*|Get\*|GetSecretValue|BatchGetSecretValue)|ssm:(\*|Get\*|GetParameters?\*?|GetParametersByPath)|kms:(\*|Decrypt))"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"(secretsmanager:(\*|Get\*|GetSecretValue|BatchGetSecretValue)|ssm:(\*|Get\*|GetParameters?\*?|GetParametersByPath)|kms:(\*|Decrypt))")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
