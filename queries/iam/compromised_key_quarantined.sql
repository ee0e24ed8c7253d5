/*---
id: compromised_key_quarantined
title: AWS quarantined an access key that leaked
severity: critical
status: stable
attack: [T1552.001, T1078.004]
practice: rotate-credentials
description: >
  AWS found an access key of this user in public, usually in a repository, and attached a policy that denies the
  worst calls. The key still works for everything else, and others found it as fast as AWS did.
false_positives:
  - A test of the quarantine policy by an administrator.
  - A honeypot key.
respond:
  - Deactivate all keys of the user in request_parameters (`aws iam update-access-key --status Inactive`).
  - >
    List what the keys did in the last days, before and after, with hunt key_activity; look for users, keys and
    roles that they created.
  - >
    Replace the key in the workload, remove it from the public place, delete it, and answer the case that AWS
    opened.
references:
  - AWSCompromisedKeyQuarantineV3, https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('AttachUserPolicy', 'PutUserPolicy')
  -- the inline names are those of earlier years
  AND (
    request_parameters ->> 'policyArn' LIKE '%:policy/AWSCompromisedKeyQuarantine%'
    OR request_parameters ->> 'policyName' LIKE 'AWSCompromisedKeyQuarantine%'
    OR request_parameters ->> 'policyName' LIKE 'AWSExposedCredentialPolicy%'
  )
  AND error_code IS NULL
  AND error_message IS NULL
