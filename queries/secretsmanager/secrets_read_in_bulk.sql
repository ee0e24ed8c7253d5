/*---
id: secrets_read_in_bulk
title: Twenty or more secrets read by one principal within a quarter of an hour
severity: medium
status: stable
attack: [T1555.006]
practice: least-privilege
description: >
  An application reads its own few secrets, again and again. Reading many different ones once each is collecting
  them.
false_positives:
  - Operators that copy secrets into a cluster, backup and migration of secrets. Suppress their roles.
respond:
  - List the secrets (hunt secrets_read) and ask the owner of the principal.
  - >
    If nobody knows: deactivate the key or revoke the role's sessions, and change the secrets, the most powerful
    first.
  - Narrow the principal's policy to the secrets it needs.
references:
  - GetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
params:
  secrets:
    type: int
    default: 20
    description: different secrets within a quarter of an hour
entity: [actor]
window: 1h
lookback: 25h
untested:
  "every.event_name = 'GetSecretValue'": it only spares work, what is found is asked for again below
---*/
-- Who comes near the number at all comes first, which is cheap; their calls alone are looked at one by one. Of two
-- quarters of an hour that hold it together one has half.
WITH busy AS (
  SELECT every.principal AS actor
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND every.event_name = 'GetSecretValue'
  GROUP BY every.principal, date_bin(INTERVAL '15 minutes', every.event_time)
  HAVING count(*) * 2 >= $secrets
),
-- One finding a principal and clock hour. Different secrets are counted over the 15 minutes before each call; what the principal
-- had used in the 24 hours before that doesn't count, which keeps programs out that ask for the same again and again.
call AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    source_ip,
    principal AS actor,
    coalesce(request_parameters ->> 'secretId', event_id) AS target
  FROM (SELECT DISTINCT actor FROM busy) AS reader
  JOIN cloudtrail ON principal = reader.actor
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'secretsmanager.amazonaws.com'
    AND event_name = 'GetSecretValue'
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
),
remembered AS (
  SELECT *, lag(event_time) OVER (PARTITION BY actor, target ORDER BY event_time, event_id) AS previous FROM call
),
counted AS (
  SELECT
    *,
    count(*) OVER before AS targets
  FROM remembered
  WHERE previous IS NULL OR previous < event_time - INTERVAL '24 hours'
  WINDOW before AS (PARTITION BY actor ORDER BY event_time RANGE BETWEEN INTERVAL '15 minutes' PRECEDING AND CURRENT ROW)
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
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' different secrets read within minutes by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
