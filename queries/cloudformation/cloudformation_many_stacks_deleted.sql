/*---
id: cloudformation_many_stacks_deleted
title: Many stacks deleted within an hour
severity: medium
status: stable
attack: [T1485]
practice: least-privilege
description: >
  One principal deleted eight or more stacks, each with all that it made. It is the quickest way to destroy an
  account. Service Catalog and other services are left out.
false_positives:
  - Tearing down test environments by a pipeline; suppress its role or raise the number.
respond:
  - Ask the caller at once; while it goes on, disable the key or revoke the sessions.
  - List what went (`aws cloudformation list-stacks --stack-status-filter DELETE_COMPLETE`).
  - Deploy again from the source; restore data from backups.
references:
  - DeleteStack, https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
params:
  stacks:
    type: int
    default: 8
    description: different stacks within an hour that are a finding
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
    request_parameters ->> 'stackName' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'cloudformation.amazonaws.com'
    AND event_name = 'DeleteStack'
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
  min(event_time) FILTER (WHERE subjects >= $stacks) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' deleted ' || CAST(max(subjects) AS VARCHAR) || ' stacks within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $stacks
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $stacks
