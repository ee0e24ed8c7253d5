/*---
id: keys_created
title: Access keys created, by whom and for whom
description: >
  Long-term keys created, with the creator, the user they are for, and their first use within the time asked for.
  A key that its creator made for another user deserves a question.
---*/
WITH made AS (
  SELECT
    event_time,
    recipient_account_id AS account_id,
    principal AS created_by,
    user_name AS creator_name,
    source_ip_address,
    coalesce(response_elements -> 'accessKey' ->> 'userName', request_parameters ->> 'userName', user_name) AS for_user,
    response_elements -> 'accessKey' ->> 'accessKeyId' AS new_key,
    event_id
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND event_name = 'CreateAccessKey'
    AND error_code IS NULL
),
used AS (
  SELECT access_key_id, min(event_time) AS first_use, max(event_time) AS last_use, count(*) AS calls
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND access_key_id LIKE 'AKIA%'
  GROUP BY access_key_id
)
SELECT
  made.event_time,
  made.account_id,
  made.created_by,
  made.for_user,
  (made.creator_name IS DISTINCT FROM made.for_user) AS for_another,
  made.new_key,
  made.source_ip_address,
  used.first_use,
  used.last_use,
  coalesce(used.calls, 0) AS calls,
  made.event_id
FROM made
LEFT JOIN used ON used.access_key_id = made.new_key
ORDER BY made.event_time, made.event_id
