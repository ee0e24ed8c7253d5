/*---
id: data_copied_out_then_destroyed
title: Data copied to another account, then destroyed here
severity: critical
status: stable
attack: [T1537, T1485, T1490]
practice: least-privilege
description: >
  A principal shared snapshots with another account or everybody and within two days deleted databases, disks or
  backups. The copy outside is then the only one, and has a price.
false_positives:
  - >
    A workload that moves to another account, and is taken down here. Name your accounts as trusted_accounts in
    [params]. Not counted: deletions that leave a final snapshot.
respond:
  - Withdraw the principal's credentials; stop further deletions with a control policy.
  - Take the shares back, and write down the accounts they went to (first step).
  - >
    See what can be brought back: recycle bin, automated backups, vaults with a lock.
references:
  - Sharing a snapshot, https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - ebs_snapshot_shared_externally
  - ebs_snapshot_shared_publicly
  - rds_snapshot_shared
  - rds_snapshot_made_public
  - rds_deleted_without_snapshot
  - data_stores_mass_deleted
  - disks_deleted_burst
  - backup_recovery_point_deleted
entity: [principal]
window: 1d
lookback: 49h
---*/
WITH shared AS (
  SELECT *
  FROM findings
  WHERE rule_id IN (
    'ebs_snapshot_shared_externally', 'ebs_snapshot_shared_publicly', 'rds_snapshot_shared', 'rds_snapshot_made_public'
  )
),
destroyed AS (
  SELECT *
  FROM findings
  WHERE rule_id IN (
    'rds_deleted_without_snapshot', 'data_stores_mass_deleted', 'disks_deleted_burst', 'backup_recovery_point_deleted'
  )
)
SELECT
  min(destroyed.time) AS time,
  date_bin($window, destroyed.time) AS window_start,
  destroyed.principal,
  min(destroyed.account_id) AS account_id,
  CASE WHEN min(destroyed.source_ip) = max(destroyed.source_ip) THEN min(destroyed.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT shared.finding_id), array_agg(DISTINCT destroyed.finding_id)) AS steps,
  destroyed.principal || ' shared copies outside, then destroyed data: ' || min(destroyed.message) AS message
FROM shared
JOIN destroyed ON destroyed.principal = shared.principal
  AND destroyed.time >= shared.time
  AND destroyed.time <= shared.time + INTERVAL '48 hours'
GROUP BY destroyed.principal, date_bin($window, destroyed.time)
