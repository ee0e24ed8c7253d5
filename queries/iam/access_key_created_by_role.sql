/*---
id: access_key_created_by_role
title: Access key of a user created by a role session
severity: low
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  A session that ends within hours made a key that never does. It is how a stolen session is turned into lasting
  access; it is also how pipelines and administrators make keys for service users.
false_positives:
  - Terraform, a rotation function or an administrator with an Identity Center role.
respond:
  - Ask the caller and the owner of the user whether the key was wanted.
  - See whether the new key (response_elements accessKey accessKeyId) is in use, from where, with hunt key_activity.
  - >
    Unexplained: `aws iam update-access-key --status Inactive` on it, then treat the caller's own credential as
    stolen.
references:
  - CreateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateAccessKey'
  AND user_type IN ('AssumedRole', 'FederatedUser')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
