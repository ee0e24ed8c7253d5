/*---
id: new_admin_user_came_in
title: New user was made an administrator and came in without MFA
severity: critical
status: stable
attack: [T1136.003, T1098.003, T1078.004]
practice: least-privilege
description: >
  A user was created, given all rights, and within a day of its making signed in without MFA or used its new key
  from another network than its maker. A back door was built and walked through.
false_positives:
  - >
    A first administrator of a new account who has not set up MFA yet. Not counted: sign-ins with MFA, and a key
    that is used where it was made.
respond:
  - >
    Take the new user's access away: `aws iam delete-login-profile`, `aws iam update-access-key --status
    Inactive`.
  - Look into the user or role that made it (first step); it is where the attacker came from.
  - >
    Read what the new user did since: hunt principal_timeline.
references:
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - iam_user_created
  - admin_policy_attached_to_user
  - inline_admin_policy_written
  - console_login_without_mfa
  - new_key_looked_around_elsewhere
entity: [account_id, new_user]
window: 1d
lookback: 25h
---*/
WITH created AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'userName') AS new_user
  FROM findings
  WHERE rule_id = 'iam_user_created'
),
raised AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'userName') AS new_user
  FROM findings
  WHERE rule_id IN ('admin_policy_attached_to_user', 'inline_admin_policy_written')
),
came AS (
  SELECT *, account_id || ' ' || lower(coalesce(details ->> 'key_user', details ->> 'user_name')) AS new_user
  FROM findings
  WHERE rule_id IN ('console_login_without_mfa', 'new_key_looked_around_elsewhere')
)
SELECT
  min(came.time) AS time,
  date_bin($window, came.time) AS window_start,
  came.account_id,
  split_part(created.new_user, ' ', 2) AS new_user,
  min(created.principal) AS principal,
  CASE WHEN min(came.source_ip) = max(came.source_ip) THEN min(came.source_ip) END AS source_ip,
  array_concat(
    array_agg(DISTINCT created.finding_id), array_agg(DISTINCT raised.finding_id), array_agg(DISTINCT came.finding_id)
  ) AS steps,
  coalesce(min(created.principal), 'somebody') || ' created the user ' || split_part(created.new_user, ' ', 2)
    || ' and made it an administrator; then it came in' AS message
FROM created
JOIN raised ON raised.new_user = created.new_user AND raised.time >= created.time
JOIN came ON came.new_user = created.new_user
  AND came.time >= raised.time
  AND came.time <= created.time + INTERVAL '24 hours'
GROUP BY came.account_id, created.new_user, date_bin($window, came.time)
