/*---
id: console_login_many_networks
title: One identity signed in to the console from three networks within an hour
severity: medium
status: stable
attack: [T1078.004, T1539]
practice: mfa
description: >
  Three successful sign-ins of one identity within an hour came from three different networks. People change networks
  once, from office to phone; three at a time are a shared password or a thief behind changing proxies.
false_positives:
  - A person on a train or behind a privacy relay that changes addresses.
  - A user shared by several people; give each their own.
respond:
  - Compare browsers and addresses of the sign-ins (`trailhound query -f sign_in_timeline --param user=<name>`).
  - Ask the person.
  - >
    If it wasn't them: end the sessions, change the password, check MFA devices and keys made since.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
entity: [subject, account_id]
window: 1h
lookback: 1h
---*/
-- A network is a /24, or what a provider gives one customer of IPv6 (ip_block).
WITH login AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    ip_block(source_ip) AS network,
    -- of a role's session the ARN with the session's name
    coalesce(user_arn, user_name) AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND lower(response_elements ->> 'ConsoleLogin') = 'success'
),
met AS (
  SELECT
    later.event_time,
    later.event_id,
    later.account_id,
    later.subject,
    count(DISTINCT earlier.network) AS networks
  FROM login AS later
  JOIN login AS earlier
    ON earlier.account_id = later.account_id
    AND earlier.subject = later.subject
    AND earlier.event_time <= later.event_time
    AND earlier.event_time >= later.event_time - INTERVAL '1 hour'
  GROUP BY later.event_time, later.event_id, later.account_id, later.subject
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  subject || ' signed in from ' || CAST(max(networks) AS VARCHAR) || ' networks within an hour' AS message,
  subject,
  account_id,
  max(networks) AS networks
FROM met
WHERE networks >= 3
GROUP BY account_id, subject, date_bin($window, event_time)
