/*---
id: ec2_many_instances_launched
title: Many instances launched within an hour
severity: medium
status: stable
attack: [T1496.001, T1578.002]
practice: least-privilege
description: >
  One principal launched twenty or more instances by its own calls, not through Auto Scaling or another service.
  Miners start as many as the quota allows, as soon as they have credentials.
false_positives:
  - Build farms, load tests and clusters started by a tool of your own; set instances above what they need.
respond:
  - Look at types, image, region and key pair of the launches, and ask the caller.
  - If unknown, disable the access key or revoke the sessions first, then terminate the instances.
  - Look at all regions (hunt regions_first_use).
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
params:
  instances:
    type: int
    default: 20
    description: instances launched within an hour that are a finding
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
    coalesce(json_length(response_elements, 'instancesSet', 'items'), 1) AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name = 'RunInstances'
    AND error_code IS NULL
    AND error_message IS NULL
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
counted AS (
  SELECT *, sum(subject) OVER last_hour AS subjects
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
  coalesce(principal, 'somebody') || ' launched ' || CAST(max(subjects) AS VARCHAR) || ' instances within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $instances
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $instances
