/*---
id: access_key_never_used
title: Access key created and never used
severity: low
status: stable
attack: [T1078.004, T1098.001]
practice: rotate-credentials
description: >
  A key that was created and then never signed a call is either forgotten or kept for later by somebody who
  wanted a way back in. The finding is dated unused_days after the creation. Logs can only tell what they hold:
  use in data events that the trail doesn't record (S3 objects, for instance) is invisible.
false_positives:
  - A key made in advance for a system that isn't live yet.
  - Use that the trail doesn't record, data events above all.
respond:
  - Ask who created it (created_by) and for what.
  - Check with `aws iam get-access-key-last-used`, which also knows unlogged use.
  - Deactivate the key, then delete it.
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
-- The finding falls on creation + unused_days, an instant that lies in exactly one window however the time is cut,
-- and nothing after it is looked at.
WITH created AS (
  SELECT
    event_time AS created_at,
    event_time + CAST($unused_days || ' days' AS INTERVAL) AS due,
    event_id,
    response_elements -> 'accessKey' ->> 'accessKeyId' AS access_key_id,
    coalesce(response_elements -> 'accessKey' ->> 'userName', request_parameters ->> 'userName', user_name) AS key_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
),
touched AS (
  SELECT "value" AS touched_key, first_time AS touched_at
  FROM baseline
  WHERE attribute = 'access_key'
  UNION ALL
  SELECT request_parameters ->> 'accessKeyId' AS touched_key, event_time AS touched_at
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
  created_at AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  'access key ' || access_key_id || ' of user ' || coalesce(key_user, 'unknown') || ', created at '
    || CAST(created_at AS VARCHAR) || ', was never used' AS message,
  access_key_id,
  account_id,
  key_user,
  created_at,
  principal AS created_by,
  source_ip
FROM created
WHERE due >= $window_start AND due < $window_end
  -- a refused call has no key
  AND access_key_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM touched
    WHERE touched.touched_key = created.access_key_id
      AND touched.touched_at <= created.due
  )
