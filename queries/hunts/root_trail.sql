/*---
id: root_trail
title: Everything root did
description: >
  Sign-ins and calls of the root user, those made for it by AWS included, in order.
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  aws_region,
  event_source,
  event_name,
  coalesce(response_elements ->> 'ConsoleLogin', error_code, error_message, 'ok') AS outcome,
  CASE
    WHEN access_key_id LIKE 'AKIA%' THEN 'long-term key'
    WHEN session_assumed_root THEN 'assumed root'
    WHEN access_key_id LIKE 'ASIA%' THEN 'session'
    ELSE 'none'
  END AS credential,
  access_key_id,
  session_mfa_authenticated,
  user_invoked_by,
  source_ip_address,
  user_agent,
  request_parameters,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND user_type = 'Root'
ORDER BY event_time, event_id
