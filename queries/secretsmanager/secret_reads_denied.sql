/*---
id: secret_reads_denied
title: Reading ten or more secrets denied within an hour
severity: medium
status: stable
attack: [T1555.006]
practice: least-privilege
description: >
  A program that lacks a permission is refused for the same secret again and again. Being refused for several
  different ones is somebody trying what opens.
false_positives:
  - An application that moved to another role and lost its permissions.
respond:
  - See which secrets were tried, and which reads succeeded (hunt secrets_read).
  - Ask the owner of the principal.
  - >
    If nobody knows: deactivate the key or revoke the role's sessions.
references:
  - GetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
params:
  secrets:
    type: int
    default: 10
    description: different secrets within an hour
entity: [actor]
window: 1h
lookback: 25h
---*/
-- One finding a principal and clock hour. Different secrets are counted over the hour before each call; what the principal
-- had used in the 24 hours before that doesn't count, which keeps programs out that ask for the same again and again.
WITH call AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    principal AS actor,
    coalesce(request_parameters ->> 'secretId', error_message, event_id) AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'secretsmanager.amazonaws.com'
    AND event_name = 'GetSecretValue'
    AND (
      lower(error_code) LIKE '%accessdenied%'
      OR lower(error_code) LIKE '%unauthorized%'
      OR lower(error_message) LIKE '%is not authorized to perform%'
    )
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND principal IS NOT NULL
),
remembered AS (
  SELECT *, lag(event_time) OVER (PARTITION BY actor, target ORDER BY event_time, event_id) AS previous FROM call
),
counted AS (
  SELECT
    *,
    count(*) OVER last_hour AS targets
  FROM remembered
  WHERE previous IS NULL OR previous < event_time - INTERVAL '24 hours'
  WINDOW last_hour AS (PARTITION BY actor ORDER BY event_time RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW)
),
judged AS (
  SELECT *, targets >= $secrets AS many FROM counted
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(targets) FILTER (WHERE many) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' different secrets denied within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
