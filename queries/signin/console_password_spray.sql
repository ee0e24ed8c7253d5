/*---
id: console_password_spray
title: One address failed to sign in as many users
severity: high
status: stable
attack: [T1110.003]
practice: monitoring
description: >
  Within an hour one address tried ten or more user names and failed. A few passwords tried on many users stay below
  every per-user limit; one weak password among them is enough.
false_positives:
  - A large office behind one address on the morning after passwords expired.
respond:
  - >
    Look for a success from the address (rule console_login_after_spray; `trailhound query -f address_activity --param
    ip=<address>`).
  - Warn the users tried; require MFA for all console users.
  - >
    A stranger's address: deny it by a policy with aws:SourceIp, or better allow only your own networks.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
params:
  users_tried:
    type: int
    default: 10
    description: users that one address has to fail for within an hour
entity: [source_ip]
window: 1h
lookback: 2h
---*/
-- A user counts when not tried by the address in the hour before, so users are counted once, if rather too few. A
-- name that doesn't exist is hidden by CloudTrail: each such failure counts as a user.
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    CASE
      WHEN user_type = 'Root' THEN 'root'
      WHEN user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS' THEN event_id
      ELSE coalesce(user_name, event_id)
    END AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
    AND source_ip_address IS NOT NULL
),
tried AS (
  SELECT
    *,
    lag(event_time) OVER (PARTITION BY source_ip, account_id, target ORDER BY event_time, event_id) AS before
  FROM failure
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN before IS NULL OR before < event_time - INTERVAL '1 hour' THEN 1 ELSE 0 END) OVER (
      PARTITION BY source_ip ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS users
  FROM tried
)
SELECT
  min(event_time) FILTER (WHERE users >= $users_tried) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  source_ip || ' failed to sign in as ' || CAST(max(users) AS VARCHAR) || ' users within an hour' AS message,
  source_ip,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  max(users) AS users
FROM counted
GROUP BY source_ip, date_bin($window, event_time)
HAVING max(users) >= $users_tried
