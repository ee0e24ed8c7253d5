/*---
id: users_locked_out_in_bulk
title: Five or more users deleted or deprived of their password within an hour
severity: medium
status: stable
attack: [T1531]
practice: monitoring
description: >
  Many people can't sign in any more. It is what a blackmailer or an angry leaver does to keep the defenders busy;
  planned clean-ups are announced.
false_positives:
  - The end of IAM users after a move to Identity Center, or of a training or test account.
respond:
  - Find another way in, such as Identity Center or the break-glass role, before anything else.
  - Ask the caller; if it is nobody, revoke its sessions and keys at once.
  - >
    See what the caller did besides (hunt principal_timeline), above all to data and backups; then give people their
    access back.
references:
  - DeleteLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
  - DeleteUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
entity: [principal, account_id]
window: 1h
lookback: 2h
---*/
-- A user counts when the caller didn't touch it in the hour before, so each is counted once, if rather too few.
WITH touched AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    source_ip,
    lower(request_parameters ->> 'userName') AS target
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('DeleteUser', 'DeleteLoginProfile')
    AND error_code IS NULL
    AND error_message IS NULL
    -- By a caller, not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
hit AS (
  SELECT
    *,
    lag(event_time) OVER (PARTITION BY account_id, principal, target ORDER BY event_time, event_id) AS before
  FROM touched
  WHERE target IS NOT NULL
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN before IS NULL OR before < event_time - INTERVAL '1 hour' THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS targets
  FROM hit
)
SELECT
  min(event_time) FILTER (WHERE targets >= 5) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' locked out ' || CAST(max(targets) AS VARCHAR) || ' users within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_slice(array_sort(array_distinct(array_agg(target))), 1, 20) AS targets
FROM counted
GROUP BY account_id, principal, date_bin($window, event_time)
HAVING max(targets) >= 5
