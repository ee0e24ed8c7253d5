/*---
id: rds_restored
title: Database restored from a snapshot, backup or bucket
severity: low
status: stable
attack: [T1578.002, T1074.002]
practice: monitoring
description: >
  Whoever may not log in to a database can restore a copy of it, set a new master password and read everything
  there. A copy that stays inside the account leaves no other trace.
false_positives:
  - Restore tests, copies for development, and recovery after a mistake.
respond:
  - Ask the caller what the copy is for.
  - Look for a changed master password, a public address or another security group on the copy afterwards (hunt
    principal_timeline).
  - Delete a copy nobody needs; rotate the caller's credentials when nobody knows about it.
references:
  - RestoreDBInstanceFromDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
  - RestoreDBClusterFromSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN (
    'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceFromS3', 'RestoreDBInstanceToPointInTime',
    'RestoreDBClusterFromSnapshot', 'RestoreDBClusterFromS3', 'RestoreDBClusterToPointInTime'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Restore tests of AWS Backup and stacks of CloudFormation.
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
