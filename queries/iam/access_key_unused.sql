/*---
id: access_key_unused
title: Access key no longer used
severity: medium
status: stable
attack: [T1078.004]
practice: rotate-credentials
description: >
  A long-term key that nobody uses is a credential that nobody misses: if it leaks, no owner notices. The finding
  is dated at the moment the key had been quiet for unused_days. Logs can only tell what they hold: a key that is
  used for data events that the trail doesn't record (S3 objects, for instance) looks unused.
false_positives:
  - A key for rare work (a yearly job, an emergency).
  - Use that the trail doesn't record, data events above all.
  - A key deleted or deactivated in events that aren't in the lake.
respond:
  - Check with `aws iam get-access-key-last-used`, which also knows unlogged use.
  - Deactivate the key and wait for somebody to complain.
  - Delete it after that; give the workload a role instead.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  unused_days:
    type: int
    default: 90
    description: days without use, 1 to 365
entity: [access_key_id, account_id]
lookback: 400d
clock: true
---*/
-- A key's finding falls on last use + unused_days, an instant that lies in exactly one window however the time is
-- cut, and nothing after it is looked at. Denied calls are use: somebody held the key.
WITH day_of_use AS (
  SELECT
    "value" AS access_key_id,
    "day",
    min(first_time) AS first_use,
    max(last_time) AS last_use,
    last_value(account_id ORDER BY last_time, account_id) AS account_id,
    last_value(principal ORDER BY last_time, principal) AS principal,
    last_value(first_event_id ORDER BY last_time, first_event_id) AS event_id
  FROM baseline
  WHERE attribute = 'access_key'
    -- the key's own account: elsewhere its owner appears as an account
    AND (principal LIKE '%:user/%' OR principal LIKE '%:root')
  GROUP BY "value", "day"
),
pause AS (
  SELECT
    *,
    last_use + CAST($unused_days || ' days' AS INTERVAL) AS due,
    lead(first_use) OVER (PARTITION BY access_key_id ORDER BY "day") AS next_use
  FROM day_of_use
),
closed AS (
  SELECT request_parameters ->> 'accessKeyId' AS closed_key, event_time AS closed_at
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND error_code IS NULL
    AND event_name IN ('DeleteAccessKey', 'UpdateAccessKey')
    -- deleted or switched off, not on
    AND coalesce(lower(request_parameters ->> 'status'), '') <> 'active'
)
SELECT
  due AS time,
  due AS last_time,
  last_use AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  'access key ' || access_key_id || ' of ' || principal || ' was last used at ' || CAST(last_use AS VARCHAR) AS message,
  access_key_id,
  account_id,
  principal,
  last_use
FROM pause
WHERE due >= $window_start AND due < $window_end
  AND (next_use IS NULL OR next_use > due)
  AND NOT EXISTS (
    SELECT 1 FROM closed
    WHERE closed.closed_key = pause.access_key_id
      AND closed.closed_at >= pause.last_use AND closed.closed_at <= pause.due
  )
