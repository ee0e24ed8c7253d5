/*---
id: signed_in_without_mfa_raised_rights_stopped_trail
title: Sign-in without MFA, more rights, then the trail stopped
severity: critical
status: stable
attack: [T1078.004, T1098.003, T1562.008]
practice: mfa
description: >
  Within twelve hours a user signed in with a password alone, gave itself or another user the rights of an
  administrator, and stopped or deleted a trail or GuardDuty. That is a take-over from its first to its last
  step.
false_positives:
  - >
    An administrator without MFA who rebuilds an account by hand. Not counted: sessions with MFA.
respond:
  - >
    Switch logging and detection on again (`aws cloudtrail start-logging`, `aws guardduty create-detector`).
  - Take the user's password and keys away, and the rights that the steps name.
  - >
    What was done while nothing was logged shows only in service logs (S3 access logs, VPC flow logs, billing);
    look there.
references:
  - >
    Security practices of CloudTrail,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
rules:
  - console_login_without_mfa
  - admin_policy_attached_to_self
  - inline_policy_written_for_self
  - admin_policy_attached_to_user
  - cloudtrail_stopped
  - cloudtrail_deleted
  - guardduty_disabled
entity: [principal]
window: 1d
lookback: 13h
---*/
WITH entered AS (
  SELECT * FROM findings WHERE rule_id = 'console_login_without_mfa'
),
raised AS (
  SELECT *
  FROM findings
  WHERE rule_id IN ('admin_policy_attached_to_self', 'inline_policy_written_for_self', 'admin_policy_attached_to_user')
),
blinded AS (
  SELECT * FROM findings WHERE rule_id IN ('cloudtrail_stopped', 'cloudtrail_deleted', 'guardduty_disabled')
)
SELECT
  min(blinded.time) AS time,
  date_bin($window, blinded.time) AS window_start,
  blinded.principal,
  min(blinded.account_id) AS account_id,
  CASE WHEN min(blinded.source_ip) = max(blinded.source_ip) THEN min(blinded.source_ip) END AS source_ip,
  array_concat(
    array_agg(DISTINCT entered.finding_id), array_agg(DISTINCT raised.finding_id), array_agg(DISTINCT blinded.finding_id)
  ) AS steps,
  blinded.principal || ' signed in without MFA, gave rights away and called ' || min(blinded.event_names ->> 0) AS message
FROM entered
JOIN raised ON raised.principal = entered.principal AND raised.time >= entered.time
JOIN blinded ON blinded.principal = entered.principal
  AND blinded.time >= raised.time
  AND blinded.time <= entered.time + INTERVAL '12 hours'
GROUP BY blinded.principal, date_bin($window, blinded.time)
