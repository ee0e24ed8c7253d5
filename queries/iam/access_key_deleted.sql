/*---
id: access_key_deleted
title: Access key deleted
severity: low
status: stable
attack: [T1070, T1531]
practice: rotate-credentials
description: >
  The last step of a rotation; done by an intruder it removes the key he came with, or cuts a workload off.
false_positives:
  - Rotation of keys and clean-up of unused ones.
respond:
  - Check whether something still used the key (request_parameters accessKeyId), with hunt key_activity.
  - Ask the caller, when it isn't the owner of the key.
  - >
    Unexplained: look at all that the key did before it was deleted.
references:
  - DeleteAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteAccessKey'
  AND error_code IS NULL
  AND error_message IS NULL
