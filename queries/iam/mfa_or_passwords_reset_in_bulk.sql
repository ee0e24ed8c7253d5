/*---
id: mfa_or_passwords_reset_in_bulk
title: MFA devices or passwords of five or more users taken or reset within an hour
severity: high
status: stable
attack: [T1531, T1556.006]
practice: mfa
description: >
  One identity took off the MFA devices or reset the passwords of at least five users within an hour. It is how an
  intruder takes over many users at once, or locks out those who could stop an extortion.
false_positives:
  - A planned change of all passwords after an incident.
  - The move of all users to single sign-on or to other MFA devices, announced beforehand.
respond:
  - Ask the caller now; if nobody knows of it, revoke the caller's sessions or deactivate its key first.
  - >
    Look for sign-ins of these users since (`trailhound query -f sign_in_timeline --param user=<name>`) and at what
    else the caller did (`trailhound query -f principal_timeline --param who=<name>`).
  - Give the users new passwords and devices; keep root and the break-glass user at hand.
references:
  - DeactivateMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
  - UpdateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
params:
  users_hit:
    type: int
    default: 5
    description: users whose MFA device or password has to be touched within an hour
entity: [principal, account_id]
window: 1h
lookback: 2h
---*/
-- A user counts when not hit by the caller in the hour before, so users are counted once, if rather too few.
WITH taken AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    coalesce(source_ip, source_ip_address) AS source_ip,
    request_parameters ->> 'userName' AS victim
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('DeactivateMFADevice', 'UpdateLoginProfile')
    AND error_code IS NULL
    AND error_message IS NULL
),
hit AS (
  SELECT
    *,
    lag(event_time) OVER (PARTITION BY account_id, principal, victim ORDER BY event_time, event_id) AS before
  FROM taken
  WHERE victim IS NOT NULL
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN before IS NULL OR before < event_time - INTERVAL '1 hour' THEN 1 ELSE 0 END) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS users
  FROM hit
)
SELECT
  min(event_time) FILTER (WHERE users >= $users_hit) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' took MFA devices or reset passwords of ' || CAST(max(users) AS VARCHAR)
    || ' users within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  max(users) AS users
FROM counted
GROUP BY account_id, principal, date_bin($window, event_time)
HAVING max(users) >= $users_hit
