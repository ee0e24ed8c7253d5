/*---
id: config_history_shortened
title: AWS Config history is kept for a short time
severity: medium
status: stable
attack: [T1070, T1562.008]
practice: monitoring
description: >
  Config deletes what is older than the retention period. A short one wipes the history of resources that a later
  investigation needs; without a setting it is seven years.
false_positives:
  - A test account that need not keep anything.
respond:
  - >
    Set it back: `aws configservice put-retention-configuration --retention-period-in-days 2557`. What is deleted is
    gone, but copies lie in the delivery bucket.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - PutRetentionConfiguration, https://docs.aws.amazon.com/config/latest/APIReference/API_PutRetentionConfiguration.html
params:
  min_days:
    type: int
    default: 365
    description: fewer days than these are too few
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name = 'PutRetentionConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  AND TRY_CAST(request_parameters ->> 'retentionPeriodInDays' AS BIGINT) < $min_days
