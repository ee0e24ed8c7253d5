/*---
id: access_key_deactivated
title: Access key switched off
severity: low
status: stable
attack: [T1531]
practice: rotate-credentials
description: >
  Good practice in a rotation and the right answer to a leak. By the wrong hand it cuts a workload or a defender
  off.
false_positives:
  - Rotation of keys, automatic clean-up of unused ones, an answer to a leak.
respond:
  - Check whether the key was in use until then, with hunt key_activity.
  - Ask the caller, when it isn't the owner of the key.
  - >
    Unexplained: look for others switched off by the same caller, and switch back on what is needed.
references:
  - UpdateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAccessKey'
  AND lower(request_parameters ->> 'status') = 'inactive'
  AND error_code IS NULL
  AND error_message IS NULL
