/*---
id: key_for_other_user_used_by_its_maker
title: An access key made for another user was used from its maker's address
severity: medium
status: stable
attack: [T1098.001, T1078.004]
practice: rotate-credentials
description: >
  Keys are made for others so that they use them, from their own places. A key that signs its first calls from
  the address where it was made is a second identity of its maker: the usual way to keep access after the first
  credential is gone.
false_positives:
  - An administrator who tests the key before handing it over.
  - An office or pipeline behind one address where both maker and user sit.
respond:
  - Ask the maker what the key is for, and the owner of the user if they know of it.
  - >
    See what the key did: `trailhound query -f key_activity --param key=…`.
  - >
    If unexplained: delete the key (`aws iam delete-access-key`) and look into the maker's own credential.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [access_key_id]
window: 1d
lookback: 48h
---*/
WITH created AS (
  SELECT
    response_elements -> 'accessKey' ->> 'accessKeyId' AS access_key_id,
    coalesce(request_parameters ->> 'userName', response_elements -> 'accessKey' ->> 'userName', user_name) AS key_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
    AND error_message IS NULL
    -- without userName in the request the key is the caller's own
    AND (
      lower(coalesce(request_parameters ->> 'userName', response_elements -> 'accessKey' ->> 'userName', user_name))
      IS DISTINCT FROM lower(user_name)
    )
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
)
SELECT
  min(used.event_time) AS time,
  max(used.event_time) AS last_time,
  date_bin($window, used.event_time) AS window_start,
  count(*) AS count,
  array_concat(
    make_array(created.event_id), array_slice(array_agg(used.event_id ORDER BY used.event_time, used.event_id), 1, 99)
  ) AS event_ids,
  coalesce(created.principal, 'somebody') || ' made an access key for ' || created.key_user
    || ', and it was used from the same address' AS message,
  created.access_key_id,
  created.account_id,
  created.principal,
  created.source_ip,
  created.key_user,
  created.event_time AS created_at,
  min(used.source_ip) AS used_from,
  array_to_string(
    array_slice(array_distinct(array_agg(used.event_name ORDER BY used.event_time, used.event_id)), 1, 20), ', '
  ) AS calls
FROM created
JOIN cloudtrail AS used ON used.access_key_id = created.access_key_id
  AND used.source_ip = created.source_ip
  AND used.event_time >= created.event_time
  AND used.event_time <= created.event_time + INTERVAL '24 hours'
WHERE used.event_time >= $lookback_start AND used.event_time < $window_end
GROUP BY
  created.event_id, created.access_key_id, created.account_id, created.event_time, created.principal,
  created.source_ip, created.key_user, date_bin($window, used.event_time)
