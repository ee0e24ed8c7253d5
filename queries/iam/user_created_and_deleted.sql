/*---
id: user_created_and_deleted
title: An IAM user was created and deleted within a day
severity: low
status: stable
attack: [T1136.003, T1070]
practice: rotate-credentials
description: >
  A user that lives for hours is made for one thing. Intruders make one to act under another name and remove it
  so that it isn't found.
false_positives:
  - Tests of pipelines and training environments.
  - A user made by mistake.
respond:
  - >
    See what the user did in between: hunt key_activity for its keys, sign_in_timeline for its password.
  - Ask whoever created it.
  - >
    If unexplained: look into the credential of the creator.
references:
  - CreateUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
entity: [new_user, account_id]
window: 1d
lookback: 48h
---*/
WITH before AS (
  SELECT
    request_parameters ->> 'userName' AS new_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'CreateUser'
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
after AS (
  SELECT
    request_parameters ->> 'userName' AS new_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'DeleteUser'
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  min(after.event_time) AS time,
  max(after.event_time) AS last_time,
  date_bin($window, after.event_time) AS window_start,
  CAST(array_length(array_distinct(array_agg(after.event_id))) AS BIGINT) AS count,
  array_slice(
    array_distinct(
      array_concat(
        array_agg(before.event_id ORDER BY before.event_time, before.event_id),
        array_agg(after.event_id ORDER BY after.event_time, after.event_id)
      )
    ), 1, 100
  ) AS event_ids,
  'user ' || after.new_user || ' was created by ' || coalesce(min(before.principal), 'somebody')
    || ' and deleted within a day' AS message,
  after.new_user,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.new_user = after.new_user
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '24 hours'
GROUP BY after.new_user, after.account_id, date_bin($window, after.event_time)
