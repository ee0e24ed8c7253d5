/*---
id: rds_backup_retention_zero
title: Automated backups of a database turned off
severity: high
status: stable
attack: [T1490]
practice: monitoring
description: >
  A retention of zero days turns automated backups off and deletes those that exist, at once. After that a deleted
  or encrypted table can't be brought back.
false_positives:
  - A throw-away test database whose owner saves money.
respond:
  - >
    Set a retention again: `aws rds modify-db-instance --db-instance-identifier ID --backup-retention-period 7
    --apply-immediately`, and take a snapshot now.
  - Look for deletions of snapshots, databases and recovery points by the same principal.
  - Ask the caller; without an explanation rotate the credentials.
references:
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  - Working with automated backups, https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBInstance', 'ModifyDBCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'backupRetentionPeriod' = '0'
