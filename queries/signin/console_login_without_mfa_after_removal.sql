/*---
id: console_login_without_mfa_after_removal
title: User signed in without MFA after its device was removed
severity: medium
status: stable
attack: [T1556.006, T1078.004]
practice: mfa
description: >
  A user's MFA device was removed and within a day somebody signed in as that user with the password alone. That is
  what the removal was for: nobody enrolled a new device in between.
false_positives:
  - >
    A lost phone: the help desk removes the device, the user signs in and registers a new one at once.
respond:
  - Ask the user whether it was them, and the one who removed the device (removed_by) why.
  - Compare the addresses of removal and sign-in (`trailhound query -f sign_in_timeline --param user=<name>`).
  - >
    If it wasn't the user: end the sessions, change the password, register the device again, look at what both did.
references:
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
  - DeactivateMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
entity: [subject, account_id]
window: 1h
lookback: 1d
---*/
WITH removal AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    principal,
    -- Root is named so; a caller who names nobody is the user.
    CASE
      WHEN upper(request_parameters ->> 'userName') = 'AWS ROOT USER' THEN 'root'
      WHEN coalesce(request_parameters ->> 'userName', '') <> '' THEN request_parameters ->> 'userName'
      WHEN user_type = 'Root' THEN 'root'
      ELSE user_name
    END AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name = 'DeactivateMFADevice'
    AND error_code IS NULL
    AND error_message IS NULL
),
login AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    CASE WHEN user_type = 'Root' THEN 'root' ELSE user_name END AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'signin.amazonaws.com'
    AND event_name = 'ConsoleLogin'
    AND user_type IN ('IAMUser', 'Root')
    AND lower(response_elements ->> 'ConsoleLogin') = 'success'
    AND lower(coalesce(additional_event_data ->> 'MFAUsed', '')) <> 'yes'
)
SELECT
  min(login.event_time) AS time,
  max(login.event_time) AS last_time,
  date_bin($window, login.event_time) AS window_start,
  count(DISTINCT login.event_id) AS count,
  array_slice(array_sort(array_agg(DISTINCT login.event_id)), 1, 100) AS event_ids,
  login.subject || ' signed in without MFA after ' || coalesce(max(removal.principal), 'somebody')
    || ' had removed the device' AS message,
  login.subject AS subject,
  login.account_id AS account_id,
  CASE WHEN min(login.source_ip) = max(login.source_ip) THEN min(login.source_ip) END AS source_ip,
  max(removal.principal) AS removed_by
FROM login
JOIN removal
  ON removal.account_id = login.account_id
  AND removal.subject = login.subject
  AND removal.event_time <= login.event_time
  AND removal.event_time >= login.event_time - INTERVAL '1 day'
GROUP BY login.account_id, login.subject, date_bin($window, login.event_time)
