/*---
id: dormant_access_key_used
title: Access key used again after a long silence
severity: medium
status: stable
attack: [T1078.004]
practice: rotate-credentials
description: >
  A long-term key that had been quiet for quiet_days signs calls again. A workload that everybody had forgotten, or
  somebody who found the key where it was forgotten. Use in data events that the trail doesn't record is silence
  here.
false_positives:
  - A key for rare work (a yearly job, an emergency).
respond:
  - Compare address and user agent with those before the silence (quiet_since), with hunt key_activity.
  - Ask the owner of the user whether it was them.
  - >
    Unexplained: `aws iam update-access-key --status Inactive`, and list what the key did since it woke up.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  quiet_days:
    type: int
    default: 90
    description: days without use after which a key counts as dormant, 1 to 365
entity: [access_key_id, account_id]
window: 1d
lookback: 400d
---*/
-- Denied calls are use: somebody held the key. A silence of more than 399 days can't be told from a new key.
-- The days are kept small, with two times each; the calls that ended a silence are few and looked up afterwards.
WITH day_of_use AS (
  SELECT access_key_id AS key_id, event_date, min(event_time) AS first_use, max(event_time) AS last_use
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND access_key_id LIKE 'AKIA%'
    -- the key's own account: elsewhere its owner appears as AWSAccount
    AND user_type IN ('IAMUser', 'Root')
  GROUP BY access_key_id, event_date
),
pause AS (
  SELECT key_id, first_use, lag(last_use) OVER (PARTITION BY key_id ORDER BY event_date) AS quiet_since
  FROM day_of_use
),
woken AS (
  SELECT *
  FROM pause
  WHERE quiet_since < first_use - CAST($quiet_days || ' days' AS INTERVAL)
    AND quiet_since >= first_use - INTERVAL '399 days'
    AND first_use >= $window_start
)
SELECT
  event_time AS time,
  event_time AS last_time,
  date_bin($window, event_time) AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(min(event_id)) AS event_ids,
  'access key ' || access_key_id || ' of ' || coalesce(min(principal), 'an unknown user')
    || ' was used again; it had been quiet since ' || CAST(quiet_since AS VARCHAR) AS message,
  access_key_id,
  min(coalesce(user_account_id, recipient_account_id)) AS account_id,
  min(principal) AS principal,
  min(source_ip) AS source_ip,
  quiet_since,
  min(event_name) AS first_event_name
FROM woken
JOIN cloudtrail ON access_key_id = key_id AND event_time = first_use
WHERE event_time >= $window_start AND event_time < $window_end
GROUP BY access_key_id, event_time, quiet_since
