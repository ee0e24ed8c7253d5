/*---
id: access_key_reactivated
title: Inactive access key switched on again
severity: medium
status: stable
attack: [T1098.001, T1078.004]
practice: rotate-credentials
description: >
  Keys are switched off because they are unused, old or leaked. Switching one on again undoes that, and an intruder
  who finds an inactive key gets a credential that no one expects to see at work.
false_positives:
  - A rotation that broke a forgotten workload and is taken back for a while.
respond:
  - Find out when and why the key was switched off (UpdateAccessKey with status Inactive, or a quarantine by AWS).
  - See what it does now, with hunt key_activity.
  - >
    Unexplained: switch it off again, delete it, and treat the caller's own credential as stolen.
references:
  - UpdateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateAccessKey'
  AND lower(request_parameters ->> 'status') = 'active'
  AND error_code IS NULL
  AND error_message IS NULL
