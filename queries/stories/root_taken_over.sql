/*---
id: root_taken_over
title: Root recovered or guessed, signed in, then made its own
severity: critical
status: stable
attack: [T1110, T1078.004, T1098.001, T1531]
practice: avoid-root
description: >
  The root password was reset through the mailbox, or guessed at, then root signed in, and within a day made an
  access key, changed its MFA device or its e-mail address. Whoever holds the mailbox takes the account this
  way, and the owner is out.
false_positives:
  - >
    An owner who recovers a root user that nobody used for years, and sets it up anew. Expected then, and known
    beforehand. Not counted: recoveries without a change afterwards.
respond:
  - Call the owner of the root mailbox; do not write to it.
  - >
    Contact AWS Support about the account at once, from the management account if there is one. Close root off
    with a control policy or central root access.
  - Delete root's keys and devices that the steps name, once you are in again.
references:
  - Root user best practices, https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
  - >
    CloudTrail console sign-in events,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
rules:
  - root_password_recovered
  - root_login_failed_burst
  - root_console_login
  - root_access_key_created
  - root_mfa_device_registered
  - root_mfa_device_removed
  - root_email_changed
entity: [account_id]
window: 1d
lookback: 25h
---*/
WITH forced AS (
  SELECT * FROM findings WHERE rule_id IN ('root_password_recovered', 'root_login_failed_burst')
),
entered AS (
  SELECT * FROM findings WHERE rule_id = 'root_console_login'
),
kept AS (
  SELECT *
  FROM findings
  WHERE rule_id IN (
    'root_access_key_created', 'root_mfa_device_registered', 'root_mfa_device_removed', 'root_email_changed'
  )
)
SELECT
  min(kept.time) AS time,
  date_bin($window, kept.time) AS window_start,
  kept.account_id,
  min(kept.principal) AS principal,
  CASE WHEN min(kept.source_ip) = max(kept.source_ip) THEN min(kept.source_ip) END AS source_ip,
  array_concat(
    array_agg(DISTINCT forced.finding_id), array_agg(DISTINCT entered.finding_id), array_agg(DISTINCT kept.finding_id)
  ) AS steps,
  'root of account ' || kept.account_id || ' was recovered or guessed, signed in, and called '
    || min(kept.event_names ->> 0) AS message
FROM forced
JOIN entered ON entered.account_id = forced.account_id AND entered.time >= forced.time
JOIN kept ON kept.account_id = forced.account_id
  AND kept.time >= entered.time
  AND kept.time <= forced.time + INTERVAL '24 hours'
GROUP BY kept.account_id, date_bin($window, kept.time)
