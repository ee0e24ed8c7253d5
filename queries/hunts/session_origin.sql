/*---
id: session_origin
title: Where a temporary key came from
description: >
  The call that handed out a temporary access key (ASIA), and so who stands behind the session. Keys handed to
  instances and by Identity Center are not recorded this way.
params:
  key:
    type: text
    required: true
    description: the temporary access key id
---*/
SELECT
  event_time,
  event_name,
  principal,
  access_key_id AS signed_with,
  source_ip_address,
  user_agent,
  coalesce(request_parameters ->> 'roleArn', request_parameters ->> 'targetPrincipal', request_parameters ->> 'name') AS for_what,
  request_parameters ->> 'roleSessionName' AS session_name,
  coalesce(request_parameters ->> 'sourceIdentity', session_source_identity) AS source_identity,
  response_elements -> 'credentials' ->> 'expiration' AS expires,
  recipient_account_id AS account_id,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'sts.amazonaws.com'
  -- To look for the key in the text takes less than to parse all of them.
  AND contains(response_elements, $key)
  AND response_elements -> 'credentials' ->> 'accessKeyId' = $key
ORDER BY event_time, event_id
