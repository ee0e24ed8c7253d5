/*---
id: ssm_commands_to_many_instances
title: Commands were sent to many instances one after the other
severity: medium
status: stable
attack: [T1651, T1059]
practice: least-privilege
description: >
  Within an hour one principal sent commands to eight or more different instances in as many calls. A person or
  tool goes from machine to machine. Commands that services send for somebody are left out.
false_positives:
  - A deployment tool that calls SendCommand once for each instance; suppress its role.
respond:
  - Read the commands while they are kept (`aws ssm list-commands`), and their output.
  - Ask the caller; if unknown, revoke the sessions and isolate the instances.
  - Look at what the roles of the instances did afterwards.
references:
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
params:
  instances:
    type: int
    default: 8
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
    coalesce(
      request_parameters -> 'instanceIds' ->> 0,
      CASE
        WHEN lower(request_parameters -> 'targets' -> 0 ->> 'key') = 'instanceids'
          THEN request_parameters -> 'targets' -> 0 -> 'values' ->> 0
      END
    ) AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ssm.amazonaws.com'
    AND event_name = 'SendCommand'
    AND error_code IS NULL
    AND error_message IS NULL
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
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
  coalesce(principal, 'somebody') || ' sent commands to ' || CAST(max(subjects) AS VARCHAR) || ' instances one by one within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $instances
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $instances
