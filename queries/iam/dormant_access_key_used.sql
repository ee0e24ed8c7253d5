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
WITH day_of_use AS (
  SELECT
    "value" AS access_key_id,
    "day",
    min(first_time) AS first_use,
    max(last_time) AS last_use,
    first_value(account_id ORDER BY first_time, account_id) AS account_id,
    first_value(principal ORDER BY first_time, principal) AS principal,
    first_value(first_event_id ORDER BY first_time, first_event_id) AS event_id
  FROM baseline
  WHERE attribute = 'access_key'
    -- the key's own account: elsewhere its owner appears as an account
    AND (principal LIKE '%:user/%' OR principal LIKE '%:root')
  GROUP BY "value", "day"
),
pause AS (
  SELECT *, lag(last_use) OVER (PARTITION BY access_key_id ORDER BY "day") AS quiet_since
  FROM day_of_use
)
SELECT
  first_use AS time,
  first_use AS last_time,
  date_bin($window, first_use) AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  'access key ' || access_key_id || ' of ' || principal || ' was used again; it had been quiet since '
    || CAST(quiet_since AS VARCHAR) AS message,
  access_key_id,
  account_id,
  principal,
  quiet_since
FROM pause
WHERE quiet_since < first_use - CAST($quiet_days || ' days' AS INTERVAL)
  AND quiet_since >= first_use - INTERVAL '399 days'
