/*---
id: assume_role_denied_many
title: Five or more roles refused to one caller within an hour
severity: medium
status: stable
attack: [T1078.004, T1087.004, T1548]
practice: monitoring
description: >
  Somebody tries one role after the other to see which lets them in. Tools do this with lists of common names, in
  this account or in others.
false_positives:
  - A deployment whose role lost its rights to many accounts at once.
respond:
  - Look at the roles in targets; names that don't exist show that somebody guesses.
  - Look for the AssumeRole of the same principal that succeeded, with hunt failed_then_succeeded.
  - >
    Ask the owner of the credential; unexplained: withdraw it.
references:
  - AssumeRole, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
entity: [principal, account_id]
window: 1h
lookback: 1h
---*/
-- One finding a principal and clock hour, dated at the fifth role.
WITH touched AS (
  SELECT
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    date_bin($window, event_time) AS bucket,
    coalesce(request_parameters ->> 'roleArn', regexp_match(error_message, 'on resource: (arn:[^ ]+)')[1]) AS target,
    min(event_time) AS at,
    max(event_time) AS last_at,
    count(*) AS calls,
    first_value(event_id ORDER BY event_time, event_id) AS event_id,
    min(source_ip) AS source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name = 'AssumeRole'
    AND lower(error_code) LIKE 'accessdenied%'
    AND user_type IN ('IAMUser', 'AssumedRole', 'FederatedUser', 'Root', 'AWSAccount')
    AND coalesce(user_invoked_by, '') = ''
  GROUP BY principal, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time), coalesce(request_parameters ->> 'roleArn', regexp_match(error_message, 'on resource: (arn:[^ ]+)')[1])
),
ranked AS (
  SELECT *, row_number() OVER (PARTITION BY principal, account_id, bucket ORDER BY at, target) AS place
  FROM touched
  WHERE target IS NOT NULL
)
SELECT
  min(at) FILTER (WHERE place >= 5) AS time,
  max(last_at) AS last_time,
  bucket AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY at, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' was refused ' || CAST(max(place) AS VARCHAR) || ' roles within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_slice(array_agg(target ORDER BY at, target), 1, 20) AS targets
FROM ranked
GROUP BY principal, account_id, bucket
HAVING max(place) >= 5
