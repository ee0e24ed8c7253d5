/*---
id: console_login_after_spray
title: Console login succeeded from an address that had failed as many other users
severity: high
status: stable
attack: [T1110.003, T1078.004]
practice: mfa
description: >
  An address failed to sign in as five or more users and within the hour succeeded as another one. That is a password
  spray that found its weak password.
false_positives:
  - A large office behind one address on the morning after passwords expired.
respond:
  - End the sessions of the user and change the password now, ask after that.
  - >
    See what the session did (`trailhound query -f principal_timeline --param who=<name>`) and what else the address
    did (`trailhound query -f address_activity --param ip=<address>`).
  - Check MFA devices and access keys made since; require MFA for all console users.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
entity: [subject, account_id, source_ip]
window: 1h
lookback: 1h
---*/
WITH login AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    -- A name that doesn't exist is hidden by CloudTrail: each such failure counts as a user.
    CASE
      WHEN user_type = 'Root' THEN 'root'
      WHEN user_name = 'HIDDEN_DUE_TO_SECURITY_REASONS' THEN event_id
      ELSE coalesce(user_name, event_id)
    END AS subject,
    lower(response_elements ->> 'ConsoleLogin') AS outcome
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND user_type IN ('IAMUser', 'Root')
),
sprayed AS (
  SELECT
    inside.event_time,
    inside.event_id,
    inside.account_id,
    inside.source_ip,
    inside.subject,
    count(DISTINCT outside.subject) AS users
  FROM login AS inside
  JOIN login AS outside
    ON outside.source_ip = inside.source_ip
    AND outside.outcome = 'failure'
    AND (outside.subject IS DISTINCT FROM inside.subject)
    AND outside.event_time <= inside.event_time
    AND outside.event_time >= inside.event_time - INTERVAL '1 hour'
  WHERE inside.outcome = 'success'
  GROUP BY inside.event_time, inside.event_id, inside.account_id, inside.source_ip, inside.subject
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  subject || ' signed in from ' || source_ip || ', which had failed as ' || CAST(max(users) AS VARCHAR)
    || ' other users within the hour' AS message,
  subject,
  account_id,
  source_ip,
  max(users) AS users
FROM sprayed
WHERE users >= 5
GROUP BY source_ip, account_id, subject, date_bin($window, event_time)
