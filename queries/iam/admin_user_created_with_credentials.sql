/*---
id: admin_user_created_with_credentials
title: A user was created, made an administrator and given a credential within an hour
severity: high
status: stable
attack: [T1136.003, T1098.003, T1098.001]
practice: least-privilege
description: >
  User, administrator rights and a key or a password, one after the other: that is a way back in, made by hand.
  Deployments through CloudFormation are left out. Membership in a group named Administrators counts as such rights.
false_positives:
  - A new break-glass or administrator user, made as agreed.
  - Terraform that makes a user with administrator rights; better give it less, or a role.
respond:
  - Ask the caller (principal) and whoever is said to be the user.
  - >
    If unexplained: deactivate the key, delete the login profile, detach the policy, then delete the user.
  - >
    Look into the caller's own credential: where did it come from, what else did it do (hunt
    principal_timeline).
references:
  - IAM best practices, https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
entity: [new_user, account_id]
window: 1d
lookback: 25h
---*/
WITH step AS (
  SELECT
    lower(request_parameters ->> 'userName') AS new_user,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    CASE
      WHEN event_name = 'CreateUser' THEN 'user'
      WHEN event_name IN ('CreateAccessKey', 'CreateLoginProfile') THEN 'credential'
      ELSE 'rights'
    END AS kind,
    event_time,
    event_id,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'AttachUserPolicy', 'PutUserPolicy', 'AddUserToGroup'
    )
    AND (
      event_name IN ('CreateUser', 'CreateAccessKey', 'CreateLoginProfile')
      OR regexp_like(request_parameters ->> 'groupName', '(?i)^admin(istrator)?s?$')
      OR regexp_like(request_parameters ->> 'policyArn', ':policy/([^:]*/)?(AdministratorAccess|IAMFullAccess)$')
      -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
      -- empty conditions are gone. Statements that deny are taken out too.
      OR regexp_like(
        regexp_replace(
          regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
          '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
      ),
        '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"\*+(:\*+)?")[^{}]*\}',
        'i'
      )
    )
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
-- Each call belongs to the latest making of the user.
told AS (
  SELECT
    *,
    max(CASE WHEN kind = 'user' THEN event_time END) OVER (PARTITION BY new_user, account_id ORDER BY event_time)
      AS created_at
  FROM step
),
made AS (
  SELECT
    new_user,
    account_id,
    created_at,
    first_value(event_id ORDER BY event_time, event_id) FILTER (WHERE kind = 'user') AS created_id,
    first_value(principal ORDER BY event_time, event_id) FILTER (WHERE kind = 'user') AS principal,
    first_value(source_ip ORDER BY event_time, event_id) FILTER (WHERE kind = 'user') AS source_ip,
    min(event_time) FILTER (WHERE kind = 'rights') AS rights_at,
    first_value(event_id ORDER BY event_time, event_id) FILTER (WHERE kind = 'rights') AS rights_id,
    min(event_time) FILTER (WHERE kind = 'credential') AS credential_at,
    first_value(event_id ORDER BY event_time, event_id) FILTER (WHERE kind = 'credential') AS credential_id
  FROM told
  WHERE event_time <= created_at + INTERVAL '1 hour'
  GROUP BY new_user, account_id, created_at
)
SELECT
  greatest(rights_at, credential_at) AS time,
  greatest(rights_at, credential_at) AS last_time,
  date_bin($window, greatest(rights_at, credential_at)) AS window_start,
  CAST(3 AS BIGINT) AS count,
  CASE
    WHEN rights_at <= credential_at THEN make_array(created_id, rights_id, credential_id)
    ELSE make_array(created_id, credential_id, rights_id)
  END AS event_ids,
  coalesce(principal, 'somebody') || ' created user ' || new_user || ' with administrator rights and a credential'
    AS message,
  new_user,
  account_id,
  principal,
  source_ip,
  rights_at,
  credential_at
FROM made
WHERE rights_at IS NOT NULL AND credential_at IS NOT NULL
