/*---
id: ssm_sessions_to_many_instances
title: One principal opened sessions to many instances
severity: medium
status: stable
attack: [T1021.007, T1651]
practice: least-privilege
description: >
  Within an hour somebody opened shells or tunnels to eight or more instances. That is moving through the network,
  or an administrator on a bad day.
false_positives:
  - Work on a fleet by hand; raise the number if that is usual.
respond:
  - Ask the caller; the targets are in the events.
  - Read the session logs, if they are kept.
  - >
    If unknown, end the sessions (`aws ssm terminate-session`), revoke the caller's, and look at the roles of the
    instances.
references:
  - StartSession, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
params:
  instances:
    type: int
    default: 8
    description: different targets within an hour that are a finding
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
    request_parameters ->> 'target' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ssm.amazonaws.com'
    AND event_name = 'StartSession'
    AND error_code IS NULL
    AND error_message IS NULL
),
counted AS (
  SELECT *, count(DISTINCT subject) OVER last_hour AS subjects
  FROM call
  WINDOW last_hour AS (
    PARTITION BY account_id, principal
    ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    max(subjects) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE subjects >= $instances) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' opened sessions to ' || CAST(max(subjects) AS VARCHAR) || ' instances within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $instances
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $instances
