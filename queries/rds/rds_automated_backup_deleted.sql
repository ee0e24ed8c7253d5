/*---
id: rds_automated_backup_deleted
title: Automated backups of a database deleted, or no longer copied
severity: high
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  Automated backups that outlive their database are there for one reason: to bring it back. They expire by
  themselves, so deleting them by hand has little use but to make a deletion final.
false_positives:
  - A clean-up that saves storage, or that must erase personal data.
respond:
  - Ask the caller at once; find what other copies of the database exist (snapshots, AWS Backup, other regions).
  - Look for deletions of the database and of snapshots by the same principal before.
  - Without an explanation rotate the credentials and deny rds:DeleteDBInstanceAutomatedBackup by an organization
    policy.
references:
  - DeleteDBInstanceAutomatedBackup, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstanceAutomatedBackup.html
  - DeleteDBClusterAutomatedBackup, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBClusterAutomatedBackup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('DeleteDBInstanceAutomatedBackup', 'DeleteDBClusterAutomatedBackup', 'StopDBInstanceAutomatedBackupsReplication')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
