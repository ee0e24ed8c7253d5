/*---
id: rds_deleted_without_snapshot
title: Database deleted without a final snapshot
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  The database is deleted and nothing is kept but snapshots that were made before. Who wants to do harm deletes like
  this; so do people who clean up test databases.
false_positives:
  - Test and review databases that are created and deleted by pipelines. Suppress those principals.
  - >
    A member of an Aurora cluster: the data is the cluster's.
respond:
  - Ask the caller at once; look for older snapshots and retained automated backups (`aws rds
    describe-db-instance-automated-backups`).
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
  - Without an explanation rotate the credentials; turn on deletion protection for what is left.
references:
  - DeleteDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html
  - DeleteDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('DeleteDBInstance', 'DeleteDBCluster', 'DeleteTenantDatabase')
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'skipFinalSnapshot') = 'true'
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
