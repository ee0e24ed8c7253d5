/*---
id: lambda_many_functions_deleted
title: Many Lambda functions deleted within an hour
severity: medium
status: stable
attack: [T1485, T1489]
practice: least-privilege
description: >
  One principal deleted ten or more functions. What they did stops, and their triggers and logs lose their owner.
  CloudFormation is left out.
false_positives:
  - Tearing down an environment by a tool other than CloudFormation.
respond:
  - Ask the caller at once; if unknown, disable the key or revoke the sessions.
  - Deploy the functions again from their source.
  - Look for other deletions of the same principal.
references:
  - DeleteFunction, https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
params:
  functions:
    type: int
    default: 10
    description: different functions within an hour that are a finding
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
    request_parameters ->> 'functionName' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'lambda.amazonaws.com'
    AND event_name = 'DeleteFunction20150331'
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
  min(event_time) FILTER (WHERE subjects >= $functions) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' deleted ' || CAST(max(subjects) AS VARCHAR) || ' Lambda functions within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $functions
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $functions
