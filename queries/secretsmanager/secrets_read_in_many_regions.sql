/*---
id: secrets_read_in_many_regions
title: Secrets read or listed in four or more regions within an hour
severity: high
status: stable
attack: [T1555.006, T1526]
practice: least-privilege
description: >
  An application reads secrets in its own region. Going through the regions one after another is a script looking
  for whatever there is, whether it finds something or not.
false_positives:
  - Inventory and posture tools that list secrets everywhere. Suppress their roles.
respond:
  - List what was read (hunt secrets_read), in every region.
  - >
    If nobody knows the script: deactivate the key or revoke the role's sessions, and change the secrets.
  - Look for the same walk through the regions in other services (hunt regions_first_use).
references:
  - GetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
  - ListSecrets, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
params:
  regions:
    type: int
    default: 4
    description: different regions within an hour
entity: [actor]
window: 1h
lookback: 25h
untested:
  "every.event_source = 'secretsmanager.amazonaws.com'": it only spares work, what is found is asked for again below
---*/
-- Who comes near the number at all comes first, which is cheap; their calls alone are looked at one by one. An hour that
-- lies across a full hour has half of them on one side of it at least.
WITH busy AS (
  SELECT every.principal AS actor
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND every.event_source = 'secretsmanager.amazonaws.com'
  GROUP BY every.principal, date_bin($window, every.event_time)
  HAVING count(DISTINCT every.aws_region) * 2 >= $regions
),
-- One finding a principal and clock hour. Regions are counted over the hour before each call; what the principal
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
    aws_region AS target
  FROM (SELECT DISTINCT actor FROM busy) AS reader
  JOIN cloudtrail ON principal = reader.actor
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'secretsmanager.amazonaws.com'
    AND event_name IN ('GetSecretValue', 'BatchGetSecretValue', 'ListSecrets')
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
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
  SELECT *, targets >= $regions AS many FROM counted
)
SELECT
  min(event_time) FILTER (WHERE many) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(targets) FILTER (WHERE many) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(targets) FILTER (WHERE many) AS VARCHAR) || ' regions whose secrets were read or listed within an hour by ' || actor AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM judged
GROUP BY actor, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE many) > 0
