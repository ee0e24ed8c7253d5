/*---
id: console_login_where_password_was_set
title: User signed in from the address that had set its password
severity: medium
status: stable
attack: [T1098.001, T1078.004]
practice: mfa
description: >
  Somebody set the console password of another user, and within a day that user signed in from the same address.
  Either both sit in one office, or the one who set the password now works in the user's name.
false_positives:
  - A help desk and its users behind one office address; name that address in office_networks.
respond:
  - Ask the user whether they asked for a password and signed in.
  - >
    Compare what the session did with what the user usually does (`trailhound query -f principal_timeline --param
    who=<name>`).
  - >
    If it wasn't the user: end the sessions, set a new password, take care of the identity that set it (set_by).
references:
  - UpdateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
params:
  office_networks:
    type: cidr[]
    default: []
    description: networks behind whose addresses help desk and users sit together
entity: [subject, account_id, source_ip]
window: 1h
lookback: 1d
---*/
WITH setting AS (
  SELECT
    event_time,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    principal,
    request_parameters ->> 'userName' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN ('CreateLoginProfile', 'UpdateLoginProfile')
    AND error_code IS NULL
    AND error_message IS NULL
    -- A session named as the user is taken for the same person.
    AND lower(coalesce(request_parameters ->> 'userName', '')) <> lower(split_part(coalesce(user_arn, ''), '/', -1))
    AND NOT coalesce(ip_in(source_ip, $office_networks), false)
),
login AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    user_name AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND user_type = 'IAMUser'
    AND lower(response_elements ->> 'ConsoleLogin') = 'success'
)
SELECT
  min(login.event_time) AS time,
  max(login.event_time) AS last_time,
  date_bin($window, login.event_time) AS window_start,
  count(DISTINCT login.event_id) AS count,
  array_slice(array_sort(array_agg(DISTINCT login.event_id)), 1, 100) AS event_ids,
  login.subject || ' signed in from ' || login.source_ip || ', from where '
    || coalesce(max(setting.principal), 'somebody') || ' had set the password' AS message,
  login.subject AS subject,
  login.account_id AS account_id,
  login.source_ip AS source_ip,
  max(setting.principal) AS set_by
FROM login
JOIN setting
  ON setting.account_id = login.account_id
  AND setting.subject = login.subject
  AND setting.source_ip = login.source_ip
  AND setting.event_time <= login.event_time
  AND setting.event_time >= login.event_time - INTERVAL '1 day'
GROUP BY login.account_id, login.subject, login.source_ip, date_bin($window, login.event_time)
