/*---
id: secret_rotation_stopped
title: Rotation of a secret cancelled or failed
severity: low
status: stable
attack: [T1098]
practice: rotate-credentials
description: >
  A secret that is no longer rotated stays valid for whoever has copied it. When rotation fails it does so silently,
  and again every time.
false_positives:
  - Moving to another way of rotation.
  - A rotation function that is being worked on.
respond:
  - >
    Cancelled: ask the caller; start it again with `aws secretsmanager rotate-secret`.
  - >
    Failed: read the log of the rotation function; the event names the secret in service_event_details or
    additional_event_data.
  - See when the secret was last changed (`aws secretsmanager describe-secret`).
references:
  - CancelRotateSecret, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
  - Secrets Manager events in CloudTrail, https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name IN ('CancelRotateSecret', 'RotationFailed')
  -- RotationFailed is told by the service, with an error.
  AND (event_name = 'RotationFailed' OR error_code IS NULL AND error_message IS NULL)
