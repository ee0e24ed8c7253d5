/*---
id: access_key_used_past_its_age
title: Access key still used after its allowed age
severity: medium
status: stable
attack: [T1078.004]
practice: rotate-credentials
description: >
  A long-term key was created more than max_age_days ago and still signs calls. The older a key, the more copies of
  it lie about. The finding is dated at the first call past that age, and comes once a key; keys older than the logs
  are unknown here.
false_positives:
  - A rotation that is due these days.
respond:
  - Find the workload by user agent and address, with hunt key_activity.
  - Give the workload a role instead, or make the user a new key and put it in place.
  - >
    When the old key has been quiet for some days: deactivate it, then delete it.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  max_age_days:
    type: int
    default: 90
    description: days that a key may be in use, 1 to 365
entity: [access_key_id, account_id]
window: 1d
lookback: 400d
untested:
  "attribute = 'access_key'": only keys are like a key; fewer rows are read so
---*/
-- The creation may lie 399 days back at most: every run sees all uses since the key came of age, so that the first one
-- is the same however the time is cut. On the day that it came of age it counts from that moment on.
WITH created AS (
  SELECT
    response_elements -> 'accessKey' ->> 'accessKeyId' AS created_key,
    event_time AS created_at,
    event_time + CAST($max_age_days || ' days' AS INTERVAL) AS due,
    coalesce(response_elements -> 'accessKey' ->> 'userName', request_parameters ->> 'userName', user_name) AS key_user
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
    AND error_message IS NULL
    -- only keys that can be of that age
    AND event_time < $window_end - CAST($max_age_days || ' days' AS INTERVAL)
),
used AS (
  SELECT "value" AS access_key_id, account_id, principal, first_time, last_time, first_event_id
  FROM baseline
  WHERE attribute = 'access_key'
    -- the key's own account: elsewhere its owner appears as an account
    AND (principal LIKE '%:user/%' OR principal LIKE '%:root')
)
SELECT
  min(greatest(first_time, due)) AS time,
  min(greatest(first_time, due)) AS last_time,
  date_bin($window, min(greatest(first_time, due))) AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(first_value(first_event_id ORDER BY first_time, first_event_id)) AS event_ids,
  'access key ' || access_key_id || ' of ' || coalesce(key_user, 'an unknown user') || ', created at '
    || CAST(created_at AS VARCHAR) || ', is still in use' AS message,
  access_key_id,
  account_id,
  first_value(principal ORDER BY first_time, first_event_id) AS principal,
  created_at
FROM created
JOIN used ON used.access_key_id = created.created_key
WHERE used.last_time >= due
GROUP BY access_key_id, account_id, created_at, key_user
HAVING min(greatest(first_time, due)) <= created_at + INTERVAL '399 days'
