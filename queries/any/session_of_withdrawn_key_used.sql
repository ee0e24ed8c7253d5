/*---
id: session_of_withdrawn_key_used
title: Session goes on after its access key was withdrawn
severity: high
status: stable
attack: [T1550.001, T1078.004]
practice: rotate-credentials
description: >
  An access key was switched off or deleted, and a temporary key that had been made with it is still at work.
  Switching a key off doesn't end such sessions; whoever knows that makes one before the theft is noticed. Denied
  calls count.
false_positives:
  - A rotation during which a tool still holds a session for a few hours.
respond:
  - List what the session did, with hunt key_activity on access_key_id.
  - >
    End it: attach a policy that denies everything if aws:TokenIssueTime is before now to the user (for
    GetFederationToken, deny all to the user).
  - If the key was withdrawn because it leaked, treat all since issued_at as the thief's.
references:
  - Revoking temporary credentials, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
entity: [access_key_id, account_id]
window: 1d
lookback: 61h
---*/
-- One finding a session and day, dated at the first use after the withdrawal; a session lasts 36 hours at most.
WITH issued AS (
  SELECT
    access_key_id AS long_term_key,
    response_elements -> 'credentials' ->> 'accessKeyId' AS session_key,
    event_time AS issued_at
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'sts.amazonaws.com'
    AND event_name IN ('GetSessionToken', 'GetFederationToken')
    AND error_code IS NULL
    AND error_message IS NULL
    AND access_key_id LIKE 'AKIA%'
),
withdrawn AS (
  SELECT request_parameters ->> 'accessKeyId' AS withdrawn_key, event_time AS withdrawn_at
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND (
      event_name = 'DeleteAccessKey'
      OR event_name = 'UpdateAccessKey' AND lower(request_parameters ->> 'status') = 'inactive'
    )
    AND error_code IS NULL
    AND error_message IS NULL
),
orphan AS (
  SELECT session_key, long_term_key, issued_at, min(withdrawn_at) AS withdrawn_at
  FROM issued
  JOIN withdrawn ON withdrawn_key = long_term_key AND withdrawn_at >= issued_at
  GROUP BY session_key, long_term_key, issued_at
),
used AS (
  SELECT access_key_id, event_time, event_id, principal, source_ip, coalesce(recipient_account_id, user_account_id) AS account_id
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type IN ('IAMUser', 'FederatedUser')
    AND coalesce(user_invoked_by, '') = ''
),
late AS (
  SELECT
    used.*,
    long_term_key,
    issued_at,
    withdrawn_at,
    min(used.event_time) OVER (
      PARTITION BY used.access_key_id, used.account_id, date_bin($window, used.event_time)
    ) AS first_at
  FROM orphan
  JOIN used ON used.access_key_id = session_key
  WHERE used.event_time > withdrawn_at
    AND used.event_time <= issued_at + INTERVAL '36 hours'
)
SELECT
  first_at AS time,
  max(event_time) AS last_time,
  date_bin($window, first_at) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'session ' || access_key_id || ' went on after its key ' || long_term_key || ' was withdrawn at '
    || CAST(withdrawn_at AS VARCHAR) AS message,
  access_key_id,
  account_id,
  min(principal) AS principal,
  min(source_ip) AS source_ip,
  long_term_key,
  issued_at,
  withdrawn_at
FROM late
GROUP BY access_key_id, account_id, long_term_key, issued_at, withdrawn_at, first_at
