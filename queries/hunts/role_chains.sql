/*---
id: role_chains
title: Roles assumed from roles
description: >
  A role session that assumed another role, with the session key that links both steps. Chains are how an intruder
  gets from a weak role to a strong one; long-lived automation does it too.
---*/
WITH assumed AS (
  SELECT
    event_time,
    principal,
    user_type,
    access_key_id,
    source_ip_address,
    coalesce(error_code, error_message) AS error,
    request_parameters ->> 'roleArn' AS role_arn,
    response_elements -> 'credentials' ->> 'accessKeyId' AS new_key,
    event_id
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND event_source = 'sts.amazonaws.com'
    AND event_name IN ('AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity')
)
SELECT
  second.event_time,
  first.principal AS began_as,
  first.role_arn AS first_role,
  second.role_arn AS second_role,
  second.error,
  second.source_ip_address,
  second.access_key_id AS session_key,
  second.new_key,
  first.event_time AS first_time,
  first.event_id AS first_event,
  second.event_id AS second_event
FROM assumed second
LEFT JOIN assumed first ON first.new_key = second.access_key_id AND first.error IS NULL
WHERE second.user_type = 'AssumedRole'
ORDER BY second.event_time, second.event_id
