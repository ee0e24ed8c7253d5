/*---
id: iam_changed_with_long_term_key
title: Access rights changed with a long-term key
severity: low
status: stable
attack: [T1078.004, T1098]
practice: rotate-credentials
description: >
  Users, roles or policies were changed with a call signed by a long-term access key: no MFA, and nothing but the
  key needed. Whoever finds that key in a file or repository can do the same. Keys with such power are the first to
  replace by a role.
false_positives:
  - Terraform or a script that still runs as an IAM user.
respond:
  - Find where the key in access_key_id is kept and what uses it, with hunt key_activity.
  - Ask the owner, when the address or program is unusual for the key.
  - Give the workload a role; for people, require MFA for IAM calls by policy (aws:MultiFactorAuthPresent).
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateRole',
    'UpdateAssumeRolePolicy', 'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy',
    'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'AddUserToGroup'
  )
  AND user_type = 'IAMUser'
  AND access_key_id LIKE 'AKIA%'
  AND error_code IS NULL
  AND error_message IS NULL
