/*---
id: pipeline_session_used_elsewhere
title: Session of a pipeline used from another network
severity: medium
status: stable
attack: [T1528, T1078.004, T1550.001]
practice: policy-conditions
description: >
  GitHub Actions or GitLab got a role, and the key of that session turned up in another network. A job lives and
  dies on one machine: somebody took the key out of it, through a poisoned action or a log. Denied calls count.
false_positives:
  - Runners whose traffic leaves by several gateways.
respond:
  - Find the repository and branch in pipeline_subject, and the job that ran then.
  - List what the key did from both addresses, with hunt key_activity.
  - Revoke the role's sessions, stop the workflow, and look at the actions that it uses and at its recent changes.
references:
  - AssumeRoleWithWebIdentity, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
entity: [access_key_id, account_id]
window: 1d
lookback: 37h
---*/
-- One finding a session and day, dated at the first use elsewhere, within the twelve hours that a session can last.
-- /16 of IPv4 and /32 of IPv6 are compared with their like only.
WITH issued AS (
  SELECT
    response_elements -> 'credentials' ->> 'accessKeyId' AS issued_key,
    event_time AS issued_at,
    source_ip AS issued_to,
    user_name AS pipeline_subject,
    request_parameters ->> 'roleArn' AS role_arn
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name = 'AssumeRoleWithWebIdentity'
    AND error_code IS NULL
    AND error_message IS NULL
    AND regexp_like(user_identity_provider, 'token\.actions\.githubusercontent\.com|gitlab')
),
used AS (
  SELECT access_key_id, event_time, event_id, source_ip, coalesce(recipient_account_id, user_account_id) AS account_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type = 'AssumedRole'
    AND coalesce(user_invoked_by, '') = ''
),
elsewhere AS (
  SELECT
    used.*,
    issued_to,
    pipeline_subject,
    role_arn,
    min(used.event_time) OVER (
      PARTITION BY used.access_key_id, used.account_id, date_bin($window, used.event_time)
    ) AS first_at
  FROM issued
  JOIN used ON used.access_key_id = issued.issued_key
  WHERE used.event_time >= issued_at
    AND used.event_time <= issued_at + INTERVAL '12 hours'
    AND NOT coalesce(ip_is_private(used.source_ip), true)
    AND (used.source_ip LIKE '%:%') = (issued_to LIKE '%:%')
    AND (
      ip_block(used.source_ip, CASE WHEN used.source_ip LIKE '%:%' THEN 32 ELSE 16 END)
      IS DISTINCT FROM ip_block(issued_to, CASE WHEN issued_to LIKE '%:%' THEN 32 ELSE 16 END)
    )
)
SELECT
  first_at AS time,
  max(event_time) AS last_time,
  date_bin($window, first_at) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'the session of ' || coalesce(pipeline_subject, 'a pipeline') || ' at ' || issued_to || ' was used from '
    || min(source_ip) AS message,
  access_key_id,
  account_id,
  role_arn AS principal,
  min(source_ip) AS source_ip,
  issued_to,
  pipeline_subject
FROM elsewhere
GROUP BY access_key_id, account_id, role_arn, issued_to, pipeline_subject, first_at
