/*---
id: dynamodb_protection_off
title: Backup or deletion protection of a DynamoDB table turned off
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  Point-in-time recovery is the only way back after a table was emptied, and what it kept is lost when it is turned
  off. Deletion protection keeps a stolen credential from deleting the table outright.
false_positives:
  - Taking a table down on purpose, by hand or with infrastructure code.
respond:
  - >
    Turn it on again: `aws dynamodb update-continuous-backups` with PointInTimeRecoveryEnabled=true, or
    `update-table --deletion-protection-enabled`.
  - Look for deleted tables and backups, and for many deleted or changed items, by the same principal.
  - Ask the caller; without an explanation rotate the credentials.
references:
  - UpdateContinuousBackups, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
  - UpdateTable, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'dynamodb.amazonaws.com'
  AND event_name IN ('UpdateContinuousBackups', 'UpdateTable')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters -> 'pointInTimeRecoverySpecification' ->> 'pointInTimeRecoveryEnabled') = 'false'
    OR lower(request_parameters ->> 'deletionProtectionEnabled') = 'false'
  )
