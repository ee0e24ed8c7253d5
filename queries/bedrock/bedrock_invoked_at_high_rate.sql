/*---
id: bedrock_invoked_at_high_rate
title: A thousand or more invocations of models within an hour by an access key
severity: medium
status: stable
attack: [T1496.004]
practice: rotate-credentials
description: >
  A long-term access key calls models as fast as a product does. When it was meant for something else, somebody else
  pays with it, or rather you do.
false_positives:
  - A product or batch job that runs with an access key; give it a role, or raise the number.
respond:
  - Ask the owner of the key; see from which addresses it is used (hunt key_activity).
  - Look at the cost by model and region, and at the model invocation log for what is asked.
  - >
    If nobody knows: deactivate the key (`aws iam update-access-key --status Inactive`).
references:
  - runtime_InvokeModel, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
params:
  calls:
    type: int
    default: 1000
    description: invocations in a clock hour
entity: [actor]
window: 1h
lookback: 1h
---*/
-- Clock hours, since exact hours of so many calls cost much and say little more. The time is that of the call that
-- made it too many.
WITH numbered AS (
  SELECT
    event_time,
    event_id,
    principal AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    row_number() OVER (
      PARTITION BY principal, date_bin($window, event_time) ORDER BY event_time, event_id
    ) AS number,
    count(*) OVER (PARTITION BY principal, date_bin($window, event_time)) AS calls
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'bedrock.amazonaws.com'
    AND event_name IN ('InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream')
    AND access_key_id LIKE 'AKIA%'
)
SELECT
  min(event_time) FILTER (WHERE number = $calls) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_agg(event_id ORDER BY event_time, event_id) FILTER (WHERE number <= 100) AS event_ids,
  CAST(count(*) AS VARCHAR) || ' invocations of models within an hour by ' || actor || ' with an access key' AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM numbered
WHERE calls >= $calls
GROUP BY actor, date_bin($window, event_time)
