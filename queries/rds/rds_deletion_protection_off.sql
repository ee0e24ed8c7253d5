/*---
id: rds_deletion_protection_off
title: Deletion protection of a database turned off
severity: medium
status: stable
attack: [T1485, T1490]
practice: monitoring
description: >
  Deletion protection stands between a stolen credential and an empty account. Turning it off is the step before
  deleting; the deletion itself often follows within minutes.
false_positives:
  - Taking a database down on purpose, by hand or with infrastructure code.
respond:
  - >
    Turn it on again: `aws rds modify-db-instance --db-instance-identifier ID --deletion-protection`.
  - Look for deletions of databases and snapshots by the same principal (hunt principal_timeline).
  - Ask the caller; without an explanation rotate the credentials.
references:
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  - ModifyDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBInstance', 'ModifyDBCluster', 'ModifyGlobalCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'deletionProtection') = 'false'
