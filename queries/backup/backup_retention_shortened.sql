/*---
id: backup_retention_shortened
title: Recovery point set to expire within a week
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  Instead of deleting recovery points, which stands out, one can let them expire soon. A week or less is shorter
  than most people need to notice an attack.
false_positives:
  - Copies for a test that shall not stay.
respond:
  - >
    Set a longer retention again while the recovery point exists: `aws backup update-recovery-point-lifecycle`.
  - Look for the same on other recovery points by the same principal.
  - Ask the caller.
references:
  - UpdateRecoveryPointLifecycle, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRecoveryPointLifecycle.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name = 'UpdateRecoveryPointLifecycle'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND regexp_like(request_parameters -> 'lifecycle' ->> 'deleteAfterDays', '^[0-7]$')
