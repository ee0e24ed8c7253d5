/*---
id: user_taken_over_from_inside
title: Password and MFA of a user taken by somebody, who then signed in as the user
severity: critical
status: stable
attack: [T1098, T1556.006, T1078.004]
practice: mfa
description: >
  Somebody set another user's password and removed the user's MFA device, and within twelve hours the user
  signed in without MFA from that somebody's address. The user's rights were taken over by a person who could
  change users.
false_positives:
  - >
    A helpdesk that sets a user up anew and tries the sign-in on the same machine, or sits behind the same
    address as the user. Look whether a ticket says so. Not counted: sign-ins with MFA or from elsewhere.
respond:
  - >
    Ask the user whether they signed in. If not: delete the password (`aws iam delete-login-profile`).
  - Withdraw the credentials of who changed it (first step).
  - >
    Read what the session did: hunt principal_timeline of the user.
references:
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules: [console_password_taken_over, console_password_reset_by_other, mfa_device_removed, console_login_without_mfa]
entity: [account_id, user_name]
window: 1d
lookback: 13h
---*/
WITH password AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'userName') AS victim
  FROM findings
  WHERE rule_id IN ('console_password_taken_over', 'console_password_reset_by_other')
),
device AS (
  SELECT *, account_id || ' ' || lower(request_parameters ->> 'userName') AS victim
  FROM findings
  WHERE rule_id = 'mfa_device_removed'
),
entered AS (
  SELECT *, account_id || ' ' || lower(details ->> 'user_name') AS victim
  FROM findings
  WHERE rule_id = 'console_login_without_mfa'
)
SELECT
  min(entered.time) AS time,
  date_bin($window, entered.time) AS window_start,
  entered.account_id,
  split_part(entered.victim, ' ', 2) AS user_name,
  min(password.principal) AS principal,
  CASE WHEN min(entered.source_ip) = max(entered.source_ip) THEN min(entered.source_ip) END AS source_ip,
  array_concat(
    array_agg(DISTINCT password.finding_id), array_agg(DISTINCT device.finding_id), array_agg(DISTINCT entered.finding_id)
  ) AS steps,
  coalesce(min(password.principal), 'somebody') || ' set the password and removed the MFA of '
    || split_part(entered.victim, ' ', 2) || ', and signed in from the same address' AS message
FROM entered
JOIN password ON password.victim = entered.victim
  AND password.source_ip = entered.source_ip
  AND password.time <= entered.time
  AND password.time >= entered.time - INTERVAL '12 hours'
JOIN device ON device.victim = entered.victim
  AND device.time <= entered.time
  AND device.time >= entered.time - INTERVAL '12 hours'
GROUP BY entered.account_id, entered.victim, date_bin($window, entered.time)
