/*---
id: rds_restored_then_password_set
title: Database restored from a copy and its master password changed within a day
severity: medium
status: stable
attack: [T1578.002, T1098.001, T1074.002]
practice: monitoring
description: >
  Whoever may not log in to a database restores a copy of it, sets a password of their own and reads everything there.
  Neither step needs the old password, and the database itself sees nothing.
false_positives:
  - Pipelines that refresh a test database from a copy of the real one; suppress their role.
respond:
  - Ask the caller what the copy is for; see its security groups and whether it has a public address.
  - If nobody knows about it, set another password, delete the copy, and treat the data as read.
  - Find out how the credentials were lost (hunts key_activity, session_origin).
references:
  - RestoreDBInstanceFromDBSnapshot, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
entity: [database, account_id, region]
window: 1d
lookback: 1d
---*/
WITH step AS (
  SELECT
    event_time, event_id, event_name, principal, source_ip, aws_region AS region,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    lower(coalesce(
      request_parameters ->> 'targetDBInstanceIdentifier', request_parameters ->> 'dBInstanceIdentifier',
      request_parameters ->> 'dBClusterIdentifier'
    )) AS database,
    coalesce(request_parameters ->> 'masterUserPassword', '') <> '' AS password_set
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'rds.amazonaws.com'
    AND event_name IN (
      'RestoreDBInstanceFromDBSnapshot', 'RestoreDBInstanceToPointInTime', 'RestoreDBClusterFromSnapshot',
      'RestoreDBClusterToPointInTime', 'ModifyDBInstance', 'ModifyDBCluster'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
),
judged AS (
  SELECT
    *,
    last_value(CASE WHEN event_name LIKE 'Restore%' THEN event_id END) IGNORE NULLS OVER (
      PARTITION BY account_id, region, database ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW
    ) AS restored
  FROM step
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(DISTINCT restored) + count(*) AS count,
  array_slice(array_concat(
    array_agg(DISTINCT restored ORDER BY restored), array_agg(event_id ORDER BY event_time, event_id)
  ), 1, 100) AS event_ids,
  min(principal) || ' set a new master password on ' || database || ', a copy that was restored shortly before' AS message,
  database, account_id, region,
  min(principal) AS principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
WHERE restored IS NOT NULL
  AND event_name LIKE 'Modify%'
  AND password_set
GROUP BY database, account_id, region, date_bin($window, event_time)
