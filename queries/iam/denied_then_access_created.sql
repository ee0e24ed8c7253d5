/*---
id: denied_then_access_created
title: A session was denied five actions, then created access
severity: high
status: stable
attack: [T1136.003, T1098.001, T1098.003]
practice: least-privilege
description: >
  Somebody tried what the credential can do, was denied five different actions within two hours, and then found
  what works: a new user, key, password or trust. Calls of the console are left out of the denials, since its pages
  are often denied something; so are tools such as Terraform, which try and create by nature.
false_positives:
  - The first run of a script whose rights were cut too far.
  - An administrator who tries out a new role.
respond:
  - What was created (second_steps, hunts policy_changes and keys_created)? Take it away unless somebody can explain it.
  - Which actions were denied (first_steps)? Many services mean a tool that tries everything.
  - Take the credential of the caller away and find where it was kept.
references:
  - Troubleshooting access denied, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
entity: [actor, account_id]
window: 1d
lookback: 26h
---*/
WITH before AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    event_source || ':' || event_name AS what,
    event_time,
    event_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND (
      error_code LIKE '%AccessDenied%' OR error_code LIKE '%Unauthorized%' OR error_code LIKE '%NotAuthorized%'
      OR error_code LIKE 'AuthorizationError%'
    )
    AND (session_credential_from_console IS DISTINCT FROM true)
    AND user_invoked_by IS NULL
),
after AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_name,
    event_time,
    event_id,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'UpdateAssumeRolePolicy',
      'AttachUserPolicy', 'PutUserPolicy'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
pair AS (
  SELECT
    after.actor,
    after.account_id,
    after.event_name,
    after.event_time,
    after.event_id,
    after.principal,
    after.source_ip,
    array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)) AS tried,
    array_slice(array_agg(before.event_id ORDER BY before.event_time, before.event_id), 1, 50) AS tried_ids
  FROM after
  JOIN before ON before.actor = after.actor
    AND before.event_time <= after.event_time
    AND before.event_time >= after.event_time - INTERVAL '2 hours'
  GROUP BY
    after.actor, after.account_id, after.event_name, after.event_time, after.event_id, after.principal, after.source_ip
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(
    array_distinct(
      array_concat(
        first_value(tried_ids ORDER BY event_time, event_id), array_agg(event_id ORDER BY event_time, event_id)
      )
    ), 1, 100
  ) AS event_ids,
  coalesce(min(principal), actor) || ' was denied ' || CAST(max(array_length(tried)) AS VARCHAR)
    || ' different actions, then called ' || first_value(event_name ORDER BY event_time, event_id) AS message,
  actor,
  account_id,
  min(principal) AS principal,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_to_string(first_value(tried ORDER BY event_time, event_id), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(event_name ORDER BY event_time, event_id)), ', ') AS second_steps
FROM pair
WHERE array_length(tried) >= 5
GROUP BY actor, account_id, date_bin($window, event_time)
