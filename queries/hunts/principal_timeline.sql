/*---
id: principal_timeline
title: What a principal did, in order
description: >
  One line a call of everybody whose principal, ARN or user name contains the text given, case left aside.
params:
  who:
    type: text
    required: true
    description: part of the name or ARN
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  aws_region,
  event_source,
  event_name,
  coalesce(error_code, error_message) AS error,
  source_ip_address,
  access_key_id,
  user_arn,
  user_agent,
  request_parameters,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (
    strpos(lower(principal), lower($who)) > 0
    OR strpos(lower(user_arn), lower($who)) > 0
    OR strpos(lower(user_name), lower($who)) > 0
  )
ORDER BY event_time, event_id
