/*---
id: sign_in_without_mfa_then_defences_off
title: Console sign-in without MFA, then logging or detection switched off
severity: critical
status: stable
attack: [T1078.004, T1562.008, T1562.001]
practice: mfa
description: >
  The user signed in with a password alone and within four hours switched off what watches the account. Each is
  bad, both together are how a stolen password is used.
false_positives:
  - An administrator without MFA who reorganizes logging. The missing MFA is worth a talk then.
respond:
  - Switch logging and detection on again (`aws cloudtrail start-logging`, `aws guardduty create-detector`).
  - >
    Take the password and the keys of the user away: `aws iam delete-login-profile`, `aws iam update-access-key
    --status Inactive`.
  - >
    Read everything the user and the address did: hunts principal_timeline and address_activity.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
entity: [actor]
window: 1d
lookback: 28h
---*/
WITH before AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND lower(response_elements ->> 'ConsoleLogin') = 'success'
    AND lower(additional_event_data ->> 'MFAUsed') = 'no'
    AND user_type IN ('IAMUser', 'Root')
),
after AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_time,
    event_id,
    event_name AS what,
    principal,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN (
      'cloudtrail.amazonaws.com', 'guardduty.amazonaws.com', 'config.amazonaws.com', 'securityhub.amazonaws.com',
      'ec2.amazonaws.com'
    )
    AND event_name IN (
      'StopLogging', 'DeleteTrail', 'DeleteDetector', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder',
      'DeleteDeliveryChannel', 'DisableSecurityHub', 'DeleteFlowLogs'
    )
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  min(after.event_time) AS time,
  max(after.event_time) AS last_time,
  date_bin($window, after.event_time) AS window_start,
  CAST(array_length(array_distinct(array_agg(after.event_id))) AS BIGINT) AS count,
  array_slice(
    array_distinct(
      array_concat(
        array_agg(before.event_id ORDER BY before.event_time, before.event_id),
        array_agg(after.event_id ORDER BY after.event_time, after.event_id)
      )
    ), 1, 100
  ) AS event_ids,
  coalesce(min(after.principal), after.actor) || ' signed in without MFA, then called '
    || min(after.what) AS message,
  after.actor,
  min(after.principal) AS principal,
  after.account_id,
  CASE WHEN min(after.source_ip) = max(after.source_ip) THEN min(after.source_ip) END AS source_ip,
  min(before.event_time) AS began,
  array_to_string(array_distinct(array_agg(before.what ORDER BY before.event_time, before.what)), ', ') AS first_steps,
  array_to_string(array_distinct(array_agg(after.what ORDER BY after.event_time, after.what)), ', ') AS second_steps
FROM after
JOIN before ON before.actor = after.actor
  AND before.account_id = after.account_id
  AND before.event_time <= after.event_time
  AND before.event_time >= after.event_time - INTERVAL '4 hours'
GROUP BY after.actor, after.account_id, date_bin($window, after.event_time)
