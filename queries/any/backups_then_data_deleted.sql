/*---
id: backups_then_data_deleted
title: One session deleted backups, then the data
severity: high
status: stable
attack: [T1490, T1485]
practice: monitoring
description: >
  Backups first, so that nothing can be brought back, then databases, file systems or buckets: that is how an account
  is held to ransom. CloudFormation and services that tidy up are left out, volumes too, since jobs tidy them up
  together with their snapshots (disks_deleted_burst).
false_positives:
  - A teardown of an environment by hand or Terraform; it mostly deletes data first and backups last.
respond:
  - >
    Take the credential away at once: deactivate the key, revoke the role's sessions.
  - >
    Look for what is left: final snapshots, backups in other regions and accounts, recycle bin (`aws rbin
    list-rules`, `aws ec2 list-snapshots-in-recycle-bin`).
  - >
    Read what the session did before: hunt principal_timeline.
references:
  - AWS Backup Vault Lock, https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
entity: [actor]
window: 1d
lookback: 30h
---*/
WITH before AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN ('ec2.amazonaws.com', 'rds.amazonaws.com', 'backup.amazonaws.com', 'dynamodb.amazonaws.com')
    AND event_name IN (
      'DeleteSnapshot', 'DeleteDBSnapshot', 'DeleteDBClusterSnapshot', 'DeleteRecoveryPoint', 'DeleteBackupVault',
      'DeleteBackup', 'DeleteDBInstanceAutomatedBackup'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND (user_type IS DISTINCT FROM 'AWSService')
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
),
after AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN (
      'rds.amazonaws.com', 'dynamodb.amazonaws.com', 's3.amazonaws.com', 'elasticfilesystem.amazonaws.com',
      'redshift.amazonaws.com'
    )
    AND event_name IN (
      'DeleteDBInstance', 'DeleteDBCluster', 'DeleteTable', 'DeleteBucket', 'DeleteFileSystem', 'DeleteCluster'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
)
SELECT
  min(after.event_time) AS time,
  max(after.event_time) AS last_time,
  date_bin($window, after.event_time) AS window_start,
  CAST(array_length(array_distinct(array_agg(after.event_id))) AS BIGINT) AS count,
  array_slice(
    array_distinct(
      array_concat(
        array_agg(before.event_id ORDER BY before.event_time, before.event_id),
        array_agg(after.event_id ORDER BY after.event_time, after.event_id)
      )
    ), 1, 100
  ) AS event_ids,
  coalesce(min(after.principal), after.actor) || ' deleted backups (' || min(before.what)
    || '), then data (' || min(after.what) || ')' AS message,
  after.actor,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.actor = after.actor
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '6 hours'
GROUP BY after.actor, after.account_id, date_bin($window, after.event_time)
