/*---
id: data_stores_mass_deleted
title: One principal deleted many databases, backups or keys within an hour
severity: high
status: stable
attack: [T1485, T1490, T1486]
practice: monitoring
description: >
  Ten or more different stores, of at least two kinds, deleted within an hour by one principal: databases,
  snapshots, recovery points, file systems, buckets, secrets, keys. That is what the last hour of an extortion looks
  like. What CloudFormation, Terraform and Pulumi delete is left out, and volumes with their snapshots count as one
  kind, since jobs tidy them up together.
false_positives:
  - Taking down a whole environment with a script; put principals whose work that is into teardown_principals.
respond:
  - >
    Stop the principal first: deactivate the key or revoke the role's sessions, then ask.
  - >
    List what was deleted (hunt principal_timeline) and what can still be restored: keys and secrets within their
    waiting time, databases from what is left.
  - Look for the same principal in other regions, and for how it got its credential.
references:
  - DeleteDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html
  - DeleteRecoveryPoint, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteRecoveryPoint.html
  - ScheduleKeyDeletion, https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
params:
  deletions:
    type: int
    default: 10
    description: different things deleted within an hour
  teardown_principals:
    type: text[]
    default: []
    description: principals that take whole environments down as their work
entity: [actor]
window: 30m
lookback: 90m
untested:
  "count(*) >= $deletions": leaves out early what cannot be enough
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
-- First which pairs of buckets hold enough, then the details of those alone; a join of the few before the many
-- lets the scan leave out the rest.
WITH deleted AS (
  SELECT
    principal AS actor,
    -- Jobs tidy up volumes and their snapshots together.
    CASE WHEN event_source = 'ec2.amazonaws.com' THEN 'disks' ELSE event_name END AS kind,
    date_bin($window, event_time) AS own_bucket,
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    user_agent
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN (
      'rds.amazonaws.com', 'dynamodb.amazonaws.com', 'backup.amazonaws.com', 'elasticfilesystem.amazonaws.com',
      'redshift.amazonaws.com', 'ec2.amazonaws.com', 's3.amazonaws.com', 'secretsmanager.amazonaws.com',
      'kms.amazonaws.com'
    )
    AND event_name IN (
      'DeleteDBInstance', 'DeleteDBCluster', 'DeleteDBSnapshot', 'DeleteDBClusterSnapshot',
      'DeleteDBInstanceAutomatedBackup', 'DeleteDBClusterAutomatedBackup', 'DeleteTable', 'DeleteBackup',
      'DeleteRecoveryPoint', 'DeleteFileSystem', 'DeleteCluster', 'DeleteClusterSnapshot', 'DeleteSnapshot',
      'DeleteVolume', 'DeleteBucket', 'DeleteSecret', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
),
busy AS (
  SELECT actor, bucket
  FROM (
    SELECT actor, kind, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM deleted
  )
  GROUP BY actor, bucket
  HAVING count(*) >= $deletions AND (min(kind) IS DISTINCT FROM max(kind))
),
pair AS (
  SELECT actor, bucket, unnest(make_array(bucket - CAST($window AS INTERVAL), bucket)) AS own_bucket
  FROM busy
),
burst AS (
  SELECT
    actor,
    bucket,
    array_sort(array_agg(event_time))[$deletions] AS time,
    max(event_time) AS last_time,
    count(*) AS calls,
    -- Sorted here as text: ORDER BY within array_agg sorts all rows, which takes much memory.
    array_slice(array_sort(array_agg(CAST(event_time AS VARCHAR) || ' ' || event_id)), 1, 100) AS firsts,
    array_to_string(array_sort(array_distinct(array_agg(kind))), ', ') AS some_calls,
    CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
    CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
  FROM pair
  JOIN deleted USING (actor, own_bucket)
  WHERE NOT coalesce(principal IN ($teardown_principals), false)
    AND NOT regexp_like(coalesce(user_agent, ''), '(?i)terraform|opentofu|pulumi')
  GROUP BY actor, bucket
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  CAST(calls AS VARCHAR) || ' stores of data, backups or keys deleted within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  account_id,
  source_ip,
  some_calls
FROM burst
WHERE time >= bucket
