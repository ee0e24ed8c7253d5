/*---
id: ec2_stopped_rewritten_started
title: An instance was stopped, given a new startup script and started again
severity: high
status: stable
attack: [T1059, T1578]
practice: least-privilege
description: >
  Within an hour one principal stopped an instance, changed its user data and started it: the script now has run
  as root, and whoever wrote it has the rights of the instance role. Nothing in daily work looks like this.
false_positives:
  - A repair of a startup script by hand, on a machine that could not be replaced.
respond:
  - Isolate the instance (a security group without rules) and keep snapshots of its volumes.
  - >
    Read the script: `aws ec2 describe-instance-attribute --attribute userData`, then base64 -d.
  - >
    Revoke the sessions of the instance role and of the caller, and look at what both did afterwards (hunt
    principal_timeline).
references:
  - >
    ModifyInstanceAttribute,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
  - User data, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
entity: [principal, account_id, instance_id]
window: 1h
lookback: 1h
---*/
-- The finding is dated at the start, when the script runs; stop and change lie in the hour before it.
WITH call AS (
  SELECT
    event_time,
    event_id,
    CASE event_name WHEN 'StopInstances' THEN 'stop' WHEN 'StartInstances' THEN 'start' ELSE 'change' END AS step,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region,
    coalesce(source_ip, source_ip_address) AS source_ip,
    request_parameters,
    request_parameters ->> 'instanceId' AS instance_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name IN ('StopInstances', 'ModifyInstanceAttribute', 'StartInstances')
    AND error_code IS NULL
    AND error_message IS NULL
),
rewritten AS (
  SELECT * FROM call
  WHERE step = 'change'
    AND (json_contains(request_parameters, 'userData') OR request_parameters ->> 'attribute' = 'userData')
),
-- Stop and start name their instances in a list.
matched AS (
  SELECT
    started.event_time AS started_at,
    stopped.event_time AS stopped_at,
    started.event_id AS started_id,
    rewritten.event_id AS rewritten_id,
    stopped.event_id AS stopped_id,
    started.principal,
    started.account_id,
    started.region,
    started.source_ip,
    rewritten.instance_id
  FROM rewritten
  JOIN call AS stopped
    ON stopped.step = 'stop'
    AND stopped.principal = rewritten.principal
    AND stopped.account_id = rewritten.account_id
    AND stopped.event_time <= rewritten.event_time
    AND strpos(stopped.request_parameters, '"' || rewritten.instance_id || '"') > 0
  JOIN call AS started
    ON started.step = 'start'
    AND started.principal = rewritten.principal
    AND started.account_id = rewritten.account_id
    AND started.event_time >= rewritten.event_time
    AND started.event_time <= stopped.event_time + INTERVAL '1 hour'
    AND strpos(started.request_parameters, '"' || rewritten.instance_id || '"') > 0
)
SELECT
  min(started_at) AS time,
  max(started_at) AS last_time,
  date_bin($window, started_at) AS window_start,
  3 AS count,
  array_slice(array_distinct(array_agg(stopped_id) || array_agg(rewritten_id) || array_agg(started_id)), 1, 100) AS event_ids,
  principal || ' stopped ' || instance_id || ', changed its user data and started it' AS message,
  principal,
  account_id,
  instance_id,
  min(region) AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM matched
GROUP BY principal, account_id, instance_id, date_bin($window, started_at)
