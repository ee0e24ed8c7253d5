/*---
id: ec2_launch_quota_hit_repeatedly
title: Launches refused for the quota again and again
severity: medium
status: stable
attack: [T1496.001, T1578.002]
practice: least-privilege
description: >
  Five launches of one principal within an hour were refused because a quota was used up. A miner with stolen
  credentials launches until nothing more is allowed; administrators ask for a higher quota after the first
  refusal.
false_positives:
  - A build farm or cluster tool that keeps trying; services such as Auto Scaling are left out.
respond:
  - Look for launches that did succeed, in all regions (hunt principal_timeline).
  - Look for RequestServiceQuotaIncrease of the same principal.
  - If unknown, disable the access key or revoke the sessions, and terminate what was launched.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
  - EC2 error codes, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
params:
  refusals:
    type: int
    default: 5
    description: launches refused within an hour that are a finding
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
    1 AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name IN ('RunInstances', 'RequestSpotInstances')
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND replace(error_code, 'Client.', '') IN ('VcpuLimitExceeded', 'InstanceLimitExceeded', 'MaxSpotInstanceCountExceeded')
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
  min(event_time) FILTER (WHERE subjects >= $refusals) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' ran into a launch quota ' || CAST(max(subjects) AS VARCHAR) || ' times within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $refusals
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $refusals
