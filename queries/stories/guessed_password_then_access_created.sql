/*---
id: guessed_password_then_access_created
title: Password was guessed, then new access created
severity: critical
status: stable
attack: [T1110, T1078.004, T1098.001, T1136.003]
practice: mfa
description: >
  A user signed in after a row of failures, or from an address that had failed as several others, and within
  twelve hours created a user, an access key or rights of an administrator. A person who mistyped a password
  does not do that.
false_positives:
  - >
    An administrator who mistyped five times and then went about the day's work. Ask; it takes a minute. Not
    counted: a role of the user's name.
respond:
  - >
    Take the password away: `aws iam delete-login-profile`. Switch off the keys that were made (`aws iam
    update-access-key --status Inactive`).
  - Delete what was created, or take its rights away; the steps name it.
  - >
    Ask for MFA in a policy, and see who else signed in from the address: hunt address_activity.
references:
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules:
  - console_login_after_failures
  - console_login_after_spray
  - iam_user_created
  - access_key_created_for_itself
  - access_key_created_for_other_user
  - admin_policy_attached_to_self
entity: [account_id, user_name]
window: 1d
lookback: 13h
---*/
WITH guessed AS (
  SELECT *, account_id || ' ' || lower(details ->> 'subject') AS hand
  FROM findings
  WHERE rule_id IN ('console_login_after_failures', 'console_login_after_spray')
),
created AS (
  SELECT
    *,
    -- A role may have the name of a user.
    CASE WHEN details ->> 'user_type' = 'IAMUser' THEN account_id || ' ' || lower(details ->> 'user_name') END AS hand
  FROM findings
  WHERE rule_id IN (
    'iam_user_created', 'access_key_created_for_itself', 'access_key_created_for_other_user', 'admin_policy_attached_to_self'
  )
)
SELECT
  min(created.time) AS time,
  date_bin($window, created.time) AS window_start,
  created.account_id,
  split_part(created.hand, ' ', 2) AS user_name,
  min(created.principal) AS principal,
  CASE WHEN min(created.source_ip) = max(created.source_ip) THEN min(created.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT guessed.finding_id), array_agg(DISTINCT created.finding_id)) AS steps,
  min(created.principal) || ' signed in with a password that was probably guessed, then called '
    || min(created.event_names ->> 0) AS message
FROM guessed
JOIN created ON created.hand = guessed.hand
  AND created.time >= guessed.time
  AND created.time <= guessed.time + INTERVAL '12 hours'
GROUP BY created.account_id, created.hand, date_bin($window, created.time)
