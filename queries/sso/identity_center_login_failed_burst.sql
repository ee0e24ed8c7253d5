/*---
id: identity_center_login_failed_burst
title: Ten or more Identity Center sign-ins from one address failed within an hour
severity: medium
status: stable
attack: [T1110.003, T1110.001]
practice: monitoring
description: >
  One address gave many wrong passwords or codes to Identity Center. Identity Center hides whose they were, so it may
  be one person's password guessed or many users tried. Any hour counts, not only full ones.
false_positives:
  - A large office behind one address on the morning after passwords expired.
respond:
  - >
    Look for a success from the address (UserAuthentication; `trailhound query -f address_activity --param
    ip=<address>`).
  - >
    A known office: ask there. A stranger's: warn the users, check that MFA is required of all.
  - >
    If a success followed: delete that person's sessions in Identity Center and reset the password.
references:
  - IAM Identity Center sign-in events, https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
entity: [source_ip, account_id]
window: 1h
lookback: 1h
---*/
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'CredentialVerification'
    AND lower(service_event_details ->> 'CredentialVerification') = 'failure'
    AND source_ip_address IS NOT NULL
),
counted AS (
  SELECT
    *,
    count(*) OVER (
      PARTITION BY account_id, source_ip ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS failures
  FROM failure
)
SELECT
  min(event_time) FILTER (WHERE failures >= 10) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  CAST(max(failures) AS VARCHAR) || ' sign-ins to Identity Center from ' || source_ip
    || ' failed within an hour' AS message,
  source_ip,
  account_id
FROM counted
GROUP BY account_id, source_ip, date_bin($window, event_time)
HAVING max(failures) >= 10
