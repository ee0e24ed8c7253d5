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
-- The days are kept small, with two times each; the last calls are few and looked up afterwards.
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
  SELECT
    key_id,
    last_use,
    last_use + CAST($unused_days || ' days' AS INTERVAL) AS due,
    lead(first_use) OVER (PARTITION BY key_id ORDER BY event_date) AS next_use
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
),
quiet AS (
  SELECT *
  FROM pause
  WHERE due >= $window_start AND due < $window_end
    AND (next_use IS NULL OR next_use > due)
    AND NOT EXISTS (
      SELECT 1 FROM closed
      WHERE closed.closed_key = pause.key_id
        AND closed.closed_at >= pause.last_use AND closed.closed_at <= pause.due
    )
)
SELECT
  due AS time,
  due AS last_time,
  event_time AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(max(event_id)) AS event_ids,
  'access key ' || access_key_id || ' of ' || coalesce(max(principal), 'an unknown user') || ' was last used at '
    || CAST(event_time AS VARCHAR) AS message,
  access_key_id,
  max(coalesce(user_account_id, recipient_account_id)) AS account_id,
  max(principal) AS principal,
  event_time AS last_use,
  max(source_ip_address) AS last_address,
  max(event_name) AS last_event_name
FROM quiet
JOIN cloudtrail ON access_key_id = key_id AND event_time = last_use
WHERE event_time >= $window_start - CAST($unused_days || ' days' AS INTERVAL)
  AND event_time < $window_end - CAST($unused_days || ' days' AS INTERVAL)
GROUP BY access_key_id, event_time, due
