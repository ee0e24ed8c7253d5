/*---
id: trail_stopped_then_data_destroyed
title: Trail stopped, then data or backups destroyed
severity: critical
status: stable
attack: [T1562.008, T1485, T1490]
practice: monitoring
description: >
  A principal stopped or deleted a trail and within a day destroyed databases, backups or keys. Whoever takes an
  account down for good does not blind it first.
false_positives:
  - >
    An account that is being closed by hand: trail first, then the data. Not counted: trails that CloudFormation
    or Control Tower removes.
respond:
  - Withdraw the principal's credentials at once; the destruction may be going on unseen.
  - >
    Start the trail again (`aws cloudtrail start-logging`), and cancel what waits (`aws kms
    cancel-key-deletion`).
  - >
    See what can be brought back: automated backups, recycle bin, copies in other accounts. Hunt
    principal_timeline has the rest.
references:
  - >
    Security practices of CloudTrail,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
  - >
    Anatomy of a ransomware event targeting data in S3,
    https://aws.amazon.com/blogs/security/anatomy-of-a-ransomware-event-targeting-data-in-amazon-s3/
rules:
  - cloudtrail_stopped
  - cloudtrail_deleted
  - data_stores_mass_deleted
  - rds_deleted_without_snapshot
  - backup_recovery_point_deleted
  - kms_keys_mass_disabled
entity: [principal]
window: 1d
lookback: 25h
---*/
WITH blinded AS (
  SELECT * FROM findings WHERE rule_id IN ('cloudtrail_stopped', 'cloudtrail_deleted')
),
destroyed AS (
  SELECT *
  FROM findings
  WHERE rule_id IN (
    'data_stores_mass_deleted', 'rds_deleted_without_snapshot', 'backup_recovery_point_deleted', 'kms_keys_mass_disabled'
  )
)
SELECT
  min(destroyed.time) AS time,
  date_bin($window, destroyed.time) AS window_start,
  destroyed.principal,
  min(destroyed.account_id) AS account_id,
  CASE WHEN min(destroyed.source_ip) = max(destroyed.source_ip) THEN min(destroyed.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT blinded.finding_id), array_agg(DISTINCT destroyed.finding_id)) AS steps,
  destroyed.principal || ' stopped the trail, then destroyed data: ' || min(destroyed.message) AS message
FROM blinded
JOIN destroyed ON destroyed.principal = blinded.principal
  AND destroyed.time >= blinded.time
  AND destroyed.time <= blinded.time + INTERVAL '24 hours'
GROUP BY destroyed.principal, date_bin($window, destroyed.time)
