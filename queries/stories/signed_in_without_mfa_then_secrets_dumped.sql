/*---
id: signed_in_without_mfa_then_secrets_dumped
title: Sign-in without MFA, then secrets dumped
severity: high
status: stable
attack: [T1078.004, T1555.006]
practice: mfa
description: >
  A user signed in with a password alone and within twelve hours read secrets or parameters in bulk. People read
  one secret at a time; all of them at once is what a stolen password is used for.
false_positives:
  - >
    An administrator without MFA who moves secrets elsewhere. Not counted: sign-ins with MFA, and single reads.
respond:
  - >
    Take the user's password and keys away: `aws iam delete-login-profile`, `aws iam update-access-key --status
    Inactive`.
  - Rotate every secret that was read.
  - >
    See where else the address was: hunt address_activity.
references:
  - Rotating secrets, https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
rules: [console_login_without_mfa, secrets_read_in_bulk, secrets_batch_read_catch_all, ssm_parameters_dumped]
entity: [principal]
window: 1d
lookback: 13h
---*/
WITH entered AS (
  SELECT * FROM findings WHERE rule_id = 'console_login_without_mfa'
),
took AS (
  SELECT *
  FROM findings
  WHERE rule_id IN ('secrets_read_in_bulk', 'secrets_batch_read_catch_all', 'ssm_parameters_dumped')
)
SELECT
  min(took.time) AS time,
  date_bin($window, took.time) AS window_start,
  took.principal,
  min(took.account_id) AS account_id,
  CASE WHEN min(took.source_ip) = max(took.source_ip) THEN min(took.source_ip) END AS source_ip,
  array_concat(array_agg(DISTINCT entered.finding_id), array_agg(DISTINCT took.finding_id)) AS steps,
  took.principal || ' signed in without MFA, then read secrets or parameters in bulk' AS message
FROM entered
JOIN took ON took.principal = entered.principal
  AND took.time >= entered.time
  AND took.time <= entered.time + INTERVAL '12 hours'
GROUP BY took.principal, date_bin($window, took.time)
