/*---
id: console_login_after_failures
title: Console login succeeded after many failures of the same user
severity: medium
status: stable
attack: [T1110.001, T1078.004]
practice: mfa
description: >
  Five or more sign-ins of a user failed, and within the hour one succeeded. Either somebody remembered the password
  at last, or somebody guessed it.
false_positives:
  - A person who forgot the password and had it reset, or at last remembered.
respond:
  - Compare the addresses of failures and success (`trailhound query -f sign_in_timeline --param user=<name>`).
  - Ask the user.
  - >
    If it wasn't them: end the sessions, change the password, check MFA devices and access keys made since.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
entity: [subject, account_id]
window: 1h
lookback: 1h
---*/
WITH login AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    CASE WHEN user_type = 'Root' THEN 'root' ELSE user_name END AS subject,
    lower(response_elements ->> 'ConsoleLogin') AS outcome
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND user_type IN ('IAMUser', 'Root')
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN outcome = 'failure' THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, subject ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS failures
  FROM login
  WHERE subject IS NOT NULL
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  subject || ' signed in after ' || CAST(max(failures) AS VARCHAR) || ' failures within an hour' AS message,
  subject,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM counted
WHERE failures >= 5
  AND outcome = 'success'
GROUP BY account_id, subject, date_bin($window, event_time)
