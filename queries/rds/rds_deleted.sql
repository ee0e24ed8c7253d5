/*---
id: rds_deleted
title: Database deleted
severity: low
status: stable
attack: [T1485]
practice: monitoring
description: >
  A deleted database is gone except for its snapshots. Single deletions belong to daily work; this is the signal
  that tells what went when it didn't.
false_positives:
  - Databases that are retired, and short-lived ones of tests.
respond:
  - Ask the caller whether it was meant.
  - See whether a final snapshot was made (finalDBSnapshotIdentifier) and restore from it if need be.
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
references:
  - DeleteDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html
  - DeleteDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN (
    'DeleteDBInstance', 'DeleteDBCluster', 'DeleteGlobalCluster', 'DeleteDBShardGroup', 'DeleteTenantDatabase'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Stacks of CloudFormation that are torn down.
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  -- Without a final snapshot it is rds_deleted_without_snapshot's.
  AND lower(coalesce(request_parameters ->> 'skipFinalSnapshot', '')) <> 'true'
