/*---
id: dynamodb_backup_deleted
title: DynamoDB backup deleted
severity: low
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  On-demand backups stay until somebody deletes them. One is housekeeping; all of them are the step before a ransom
  note.
false_positives:
  - Housekeeping of old backups. What AWS Backup deletes by its own plan is left out.
respond:
  - Ask the caller whether it was meant.
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
  - See what backups of the table are left; make one now if there are none.
references:
  - DeleteBackup, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteBackup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'dynamodb.amazonaws.com'
  AND event_name = 'DeleteBackup'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
