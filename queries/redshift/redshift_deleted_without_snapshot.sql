/*---
id: redshift_deleted_without_snapshot
title: Redshift cluster deleted without a final snapshot
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  The warehouse is gone, and so are its automated snapshots; only snapshots that were made by hand are left. Who wants
  to do harm deletes like this; so do people who clean up tests.
false_positives:
  - Short-lived clusters of tests. Stacks of CloudFormation are left out.
respond:
  - Ask the caller at once; look for older snapshots (`aws redshift describe-cluster-snapshots`).
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
  - Without an explanation rotate the credentials.
references:
  - DeleteCluster, https://docs.aws.amazon.com/redshift/latest/APIReference/API_DeleteCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'redshift.amazonaws.com'
  AND event_name = 'DeleteCluster'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(request_parameters ->> 'skipFinalClusterSnapshot') = 'true'
