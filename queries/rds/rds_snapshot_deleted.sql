/*---
id: rds_snapshot_deleted
title: Database snapshot deleted
severity: low
status: stable
attack: [T1485, T1490]
practice: monitoring
description: >
  Snapshots are what a database is rebuilt from after an attack. One deleted by hand is housekeeping; many of them,
  or those of a database that is deleted next, are not.
false_positives:
  - Housekeeping of old snapshots by people and scripts. What AWS Backup deletes by its own plan is left out.
respond:
  - Ask the caller whether it was meant.
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
  - See what backups of the database are left; take a snapshot now if there are none.
references:
  - DeleteDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSnapshot.html
  - DeleteDBClusterSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBClusterSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('DeleteDBSnapshot', 'DeleteDBClusterSnapshot')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
