/*---
id: root_login_failed_burst
title: Five or more sign-ins as root failed within an hour
severity: high
status: stable
attack: [T1110.001, T1078.004]
practice: avoid-root
description: >
  Somebody is guessing the root password or root's MFA codes, and knows the account's e-mail address. The keeper of
  the root credentials mistypes once or twice, not five times. Any hour counts, not only full ones.
false_positives:
  - The keeper of the root credentials with a wrong note of the password.
respond:
  - Ask the keeper of the root credentials whether it was them.
  - Look for a success of root during or after the burst (`trailhound query -f root_trail`).
  - >
    If it wasn't them: make sure that root has MFA and a long password of its own, and secure the mailbox.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
entity: [account_id]
window: 1h
lookback: 1h
---*/
-- console_login_failed_burst says so of every user, at less severity.
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND user_type = 'Root'
    AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
),
counted AS (
  SELECT
    *,
    count(*) OVER (
      PARTITION BY account_id ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS failures
  FROM failure
)
SELECT
  min(event_time) FILTER (WHERE failures >= 5) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(failures) AS VARCHAR) || ' sign-ins as root of account ' || account_id
    || ' failed within an hour' AS message,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM counted
GROUP BY account_id, date_bin($window, event_time)
HAVING max(failures) >= 5
