/*---
id: access_key_created_for_other_user
title: Access key created for another user
severity: medium
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  One IAM user made a long-term key that acts as another. The caller now has that user's rights, under a name that
  hides who is acting, and keeps them when its own key is withdrawn.
false_positives:
  - An administrator who creates keys for service users.
  - A tool for key rotation that runs as an IAM user.
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
  AND user_type = 'IAMUser'
  -- user names are unique whatever their case; without userName in the request the key is the caller's own
  AND (lower(coalesce(request_parameters ->> 'userName', response_elements -> 'accessKey' ->> 'userName', user_name)) IS DISTINCT FROM lower(user_name))
  AND error_code IS NULL
  AND error_message IS NULL
