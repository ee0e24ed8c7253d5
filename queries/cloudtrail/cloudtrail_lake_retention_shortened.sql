/*---
id: cloudtrail_lake_retention_shortened
title: Event data store keeps events for a short time
severity: medium
status: stable
attack: [T1070, T1562.008]
practice: monitoring
description: >
  Events older than the retention are deleted from the store for good. A short one wipes the past that an
  investigation needs.
false_positives:
  - A store made for a trial.
respond:
  - >
    Set it back now: `aws cloudtrail update-event-data-store --retention-period`. What trails wrote to buckets is
    still there.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - UpdateEventDataStore, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html
params:
  min_days:
    type: int
    default: 90
    description: fewer days than these are too few
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name = 'UpdateEventDataStore'
  AND error_code IS NULL
  AND error_message IS NULL
  AND TRY_CAST(request_parameters ->> 'retentionPeriod' AS BIGINT) < $min_days
