/*---
id: bedrock_invoked_in_many_regions
title: Models invoked in four or more regions within an hour
severity: medium
status: stable
attack: [T1535, T1496.004]
practice: least-privilege
description: >
  Limits of a model apply to each region, so those who sell stolen access go through all of them, whether it works
  or not. Inference profiles that spread calls over regions by themselves are logged where they were called, and
  don't count.
false_positives:
  - Gateways that switch between regions on purpose, on their first day.
respond:
  - See which regions and models (hunt principal_timeline) and what it costs (Cost Explorer by region).
  - Ask the owner of the principal.
  - >
    If nobody knows: deactivate the key or revoke the role's sessions, and deny Bedrock in unused regions by an
    organization policy.
references:
  - runtime_InvokeModel, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
  - runtime_Converse, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
params:
  regions:
    type: int
    default: 4
    description: different regions within an hour
entity: [actor]
window: 1h
lookback: 25h
---*/
-- One finding a principal and clock hour. Regions are counted over the hour before each call; what the principal
-- had used in the 24 hours before that doesn't count, which keeps programs out that ask for the same again and again.
WITH call AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    principal AS actor,
    aws_region AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'bedrock.amazonaws.com'
    AND event_name IN ('InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream')
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
    AND principal IS NOT NULL
),
-- One row for all of an hour that is asked again: only the first of them can be new.
hourly AS (
  SELECT
    actor,
    target,
    min(event_time) AS event_time,
    max(event_time) AS last_time,
    min(event_id) AS event_id,
    min(account_id) AS account_id,
    min(aws_region) AS aws_region,
    min(source_ip) AS source_ip
  FROM call
  GROUP BY actor, target, date_bin($window, event_time)
),
remembered AS (
  SELECT *, lag(last_time) OVER (PARTITION BY actor, target ORDER BY event_time) AS previous FROM hourly
),
counted AS (
  SELECT
    *,
    count(*) OVER last_hour AS targets
  FROM remembered
  WHERE previous IS NULL OR previous < event_time - INTERVAL '24 hours'
  WINDOW last_hour AS (PARTITION BY actor ORDER BY event_time RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW)
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    targets >= $regions AS many,
    max(targets) OVER (
      PARTITION BY actor ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(last_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(targets) FILTER (WHERE many) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' regions in which models were invoked within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $regions
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
