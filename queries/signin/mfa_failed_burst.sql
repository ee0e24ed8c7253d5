/*---
id: mfa_failed_burst
title: MFA of one user failed four times or more within an hour
severity: medium
status: stable
attack: [T1110.001, T1621]
practice: mfa
description: >
  Again and again somebody came to the second factor of a user and failed. Six digits can be guessed, and a password
  that got so far is most likely known to somebody else. Any hour counts, not only full ones.
false_positives:
  - A device whose clock is off, or a new phone that isn't registered yet.
  - >
    Wrong passwords of a user who has MFA: CloudTrail may write MFAUsed Yes for those too. CheckMfa events just before
    tell that the password was right.
respond:
  - >
    Ask the user by telephone whether it is them; look for CheckMfa and for a success (`trailhound query -f
    sign_in_timeline --param user=<name>`).
  - >
    If it isn't them: change the password, rotate the access keys, keep the MFA device.
  - >
    If a success followed: end the sessions and look at what they did (`trailhound query -f principal_timeline --param
    who=<name>`).
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - MFA in IAM, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
entity: [subject, account_id]
window: 1h
lookback: 1h
---*/
-- What a failed factor looks like: see mfa_failed, which reports each.
WITH failure AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    CASE WHEN user_type = 'Root' THEN 'root' ELSE user_name END AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN ('ConsoleLogin', 'GetSessionToken', 'AssumeRole')
    AND (
      event_source = 'signin.amazonaws.com'
        AND lower(response_elements ->> 'ConsoleLogin') = 'failure'
        AND lower(additional_event_data ->> 'MFAUsed') = 'yes'
      OR event_source = 'sts.amazonaws.com'
        AND lower(error_code) LIKE 'accessdenied%'
        AND (
          lower(error_message) LIKE '%multifactorauthentication failed%invalid mfa%'
          OR lower(error_message) LIKE '%multifactorauthentication failed%unable to validate mfa%'
        )
    )
),
counted AS (
  SELECT
    *,
    count(*) OVER (
      PARTITION BY account_id, subject ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
    ) AS failures
  FROM failure
  WHERE subject IS NOT NULL
)
SELECT
  min(event_time) FILTER (WHERE failures >= 4) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  max(failures) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'MFA of ' || subject || ' failed ' || CAST(max(failures) AS VARCHAR) || ' times within an hour' AS message,
  subject,
  account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM counted
GROUP BY account_id, subject, date_bin($window, event_time)
HAVING max(failures) >= 4
