/*---
id: ec2_launches_in_many_regions
title: Instances launched in many regions within an hour
severity: high
status: stable
attack: [T1496.001, T1535]
practice: least-privilege
description: >
  One principal tried to launch instances in four or more regions within an hour, with success or without. Hardly
  anybody works like this; miners do, to use up the quota of each region. Services that launch for somebody are
  left out.
false_positives:
  - >
    A global roll-out by one pipeline, or a tool that builds images in every region; raise regions or suppress
    that principal.
respond:
  - >
    Disable the access key or revoke the sessions of the role: it goes on while you read.
  - Terminate the instances in all the regions (hunt principal_timeline shows them).
  - Find how the credentials were lost, and deny the regions you do not use by an organization policy.
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
  - >
    Deny by region,
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
params:
  regions:
    type: int
    default: 4
    description: regions with launches within an hour that are a finding
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
    aws_region AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name IN ('RunInstances', 'RequestSpotInstances', 'CreateFleet', 'RequestSpotFleet')
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
  min(event_time) FILTER (WHERE subjects >= $regions) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' tried to launch instances in ' || CAST(max(subjects) AS VARCHAR) || ' regions within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $regions
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $regions
