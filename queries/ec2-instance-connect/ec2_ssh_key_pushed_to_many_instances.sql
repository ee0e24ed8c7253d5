/*---
id: ec2_ssh_key_pushed_to_many_instances
title: An SSH key was pushed to many instances
severity: medium
status: stable
attack: [T1021.004, T1098.004]
practice: least-privilege
description: >
  Within an hour one principal put a key on five or more instances to log in there, or one and the same key on
  three. That is what moving through a network looks like.
false_positives:
  - An administrator who works on a fleet by hand; raise the number if that is usual.
respond:
  - Ask the caller; the instances are in the events (hunt principal_timeline).
  - Look at what the roles of these instances did afterwards.
  - If unknown, revoke the caller's sessions, isolate the instances and keep their disks.
references:
  - >
    SendSSHPublicKey,
    https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html
  - >
    Stratus Red Team,
    https://stratus-red-team.cloud/attack-techniques/AWS/aws.lateral-movement.ec2-instance-connect/
params:
  instances:
    type: int
    default: 5
    description: different instances within an hour that are a finding
entity: [principal, account_id]
window: 1h
lookback: 1h
---*/
-- Counted over the hour before each call, so that a full hour in between hides nothing; one finding a principal and hour.
WITH call AS (
  SELECT
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    aws_region AS region,
    request_parameters ->> 'instanceId' AS subject,
    coalesce(request_parameters ->> 'sSHPublicKey', event_id) AS ssh_key
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2-instance-connect.amazonaws.com'
    AND event_name IN ('SendSSHPublicKey', 'SendSerialConsoleSSHPublicKey')
    AND error_code IS NULL
    AND error_message IS NULL
),
counted AS (
  SELECT
    *,
    count(DISTINCT subject) OVER last_hour AS subjects,
    count(DISTINCT ssh_key) OVER last_hour AS ssh_keys
  FROM call
  WINDOW last_hour AS (
    PARTITION BY account_id, principal
    ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
judged AS (
  -- Clients make a new key for each connection; three instances with one key are a script.
  SELECT *, subjects >= $instances OR subjects - ssh_keys >= 2 AS many FROM counted
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    max(CAST(many AS INT)) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM judged
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' pushed an SSH key to ' || CAST(max(subjects) AS VARCHAR) || ' instances within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most = 1
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
