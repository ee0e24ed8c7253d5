/*---
id: access_keys_created_for_many_users
title: Access keys created for three or more users within an hour
severity: medium
status: stable
attack: [T1098.001]
practice: rotate-credentials
description: >
  One caller made long-term keys for several users in a row. Somebody who fears to lose one key collects more, each
  with other rights and another name to hide behind.
false_positives:
  - A yearly rotation by a script, or the set-up of service users by Terraform.
respond:
  - List the new keys in event_ids and what they did, with hunt key_activity.
  - Ask the caller; compare its address with where it usually works.
  - >
    Unexplained: deactivate the new keys and the caller's own credential.
references:
  - CreateAccessKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [principal, account_id]
window: 1h
lookback: 2h
---*/
-- A user counts when the caller didn't touch it in the hour before, so each is counted once, if rather too few.
WITH touched AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    source_ip,
    lower(coalesce(request_parameters ->> 'userName', response_elements -> 'accessKey' ->> 'userName', user_name)) AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
hit AS (
  SELECT
    *,
    lag(event_time) OVER (PARTITION BY account_id, principal, target ORDER BY event_time, event_id) AS before
  FROM touched
  WHERE target IS NOT NULL
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN before IS NULL OR before < event_time - INTERVAL '1 hour' THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS targets
  FROM hit
)
SELECT
  min(event_time) FILTER (WHERE targets >= 3) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' made access keys for ' || CAST(max(targets) AS VARCHAR) || ' users within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_slice(array_sort(array_distinct(array_agg(target))), 1, 20) AS targets
FROM counted
GROUP BY account_id, principal, date_bin($window, event_time)
HAVING max(targets) >= 3
