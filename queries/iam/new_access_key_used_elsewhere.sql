/*---
id: new_access_key_used_elsewhere
title: New access key first used in another network within a day
severity: low
status: stable
attack: [T1098.001, T1078.004]
practice: rotate-credentials
description: >
  A key was made in one network and at work in another within a day. That is how keys get to servers, and how a key
  that an intruder made, or somebody sent by chat, gets to where it shouldn't be.
false_positives:
  - A key that is made by a person for a server.
respond:
  - Ask the creator (created_by) where the key went, and compare with source_ip.
  - Look at what it did there, with hunt key_activity.
  - >
    Unexplained: `aws iam update-access-key --status Inactive`, and look at the creator's credential too.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [access_key_id, account_id]
window: 1d
lookback: 49h
---*/
-- /16 of IPv4 and /32 of IPv6 are compared with their like only.
WITH created AS (
  SELECT
    response_elements -> 'accessKey' ->> 'accessKeyId' AS created_key,
    event_time AS created_at,
    source_ip AS created_from,
    principal AS created_by
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
    AND error_message IS NULL
),
used AS (
  SELECT access_key_id, event_time, event_id, principal, source_ip, coalesce(recipient_account_id, user_account_id) AS account_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type = 'IAMUser'
    AND coalesce(user_invoked_by, '') = ''
),
elsewhere AS (
  SELECT
    used.*,
    created_from,
    created_by,
    row_number() OVER (
      PARTITION BY used.access_key_id, used.account_id, date_bin($window, used.event_time)
      ORDER BY used.event_time, used.event_id, created_at, created_from
    ) AS place
  FROM created
  JOIN used ON used.access_key_id = created.created_key
  WHERE used.event_time >= created_at
    -- worded with both sides so that it is asked of the few calls of new keys only
    AND NOT coalesce(ip_is_private(CASE WHEN created_from IS NOT NULL THEN used.source_ip END), true)
    AND used.event_time <= created_at + INTERVAL '1 day'
    AND (used.source_ip LIKE '%:%') = (created_from LIKE '%:%')
    AND (
      ip_block(used.source_ip, CASE WHEN used.source_ip LIKE '%:%' THEN 32 ELSE 16 END)
      IS DISTINCT FROM ip_block(created_from, CASE WHEN created_from LIKE '%:%' THEN 32 ELSE 16 END)
    )
)
SELECT
  event_time AS time,
  event_time AS last_time,
  date_bin($window, event_time) AS window_start,
  CAST(1 AS BIGINT) AS count,
  make_array(event_id) AS event_ids,
  'access key ' || access_key_id || ', made at ' || created_from || ', was used from ' || source_ip AS message,
  access_key_id,
  account_id,
  principal,
  source_ip,
  created_from,
  created_by
FROM elsewhere
WHERE place = 1
