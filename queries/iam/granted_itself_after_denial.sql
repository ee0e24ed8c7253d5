/*---
id: granted_itself_after_denial
title: A principal was denied something, then gave itself rights
severity: high
status: stable
attack: [T1098.003, T1548.005]
practice: least-privilege
description: >
  Within an hour of being denied, the caller attached or wrote a policy for its own user or role, or joined a
  group. Whoever can do that needs no other way up: its rights are whatever it wants.
false_positives:
  - A developer with full IAM rights who fixes the own role; those rights are the finding then.
respond:
  - See which rights were added (second_steps, hunt policy_changes) and take them away again.
  - >
    See what was done with them afterwards: hunt principal_timeline.
  - >
    Nobody but administrators should hold iam:Attach* and iam:Put* on their own identity: use a permissions
    boundary.
references:
  - Permissions boundaries, https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
entity: [actor]
window: 1d
lookback: 25h
---*/
WITH before AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND (
      error_code LIKE '%AccessDenied%' OR error_code LIKE '%Unauthorized%' OR error_code LIKE '%NotAuthorized%'
      OR error_code LIKE 'AuthorizationError%'
    )
    AND user_invoked_by IS NULL
),
after AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('AttachUserPolicy', 'PutUserPolicy', 'AddUserToGroup', 'AttachRolePolicy', 'PutRolePolicy')
    AND (
      lower(request_parameters ->> 'userName') = lower(user_name) AND user_type = 'IAMUser'
      OR lower(request_parameters ->> 'roleName') = lower(session_issuer_user_name)
    )
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
  coalesce(min(after.principal), after.actor) || ' was denied ' || min(before.what)
    || ', then gave itself rights by ' || min(after.what) AS message,
  after.actor,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.actor = after.actor
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '1 hour'
GROUP BY after.actor, after.account_id, date_bin($window, after.event_time)
