/*---
id: sign_in_timeline
title: How a user signed in, step by step
description: >
  Sign-in events of one user in order: MFA prompts, logins, role switches, password changes. Failed logins of
  names that do not exist hide the name and are not here.
params:
  user:
    type: text
    required: true
    description: part of the user name or ARN
---*/
SELECT
  event_time,
  event_name,
  coalesce(
    response_elements ->> 'ConsoleLogin', response_elements ->> 'CheckMfa', response_elements ->> 'SwitchRole',
    service_event_details ->> 'CredentialVerification', service_event_details ->> 'UserAuthentication',
    error_code, error_message
  ) AS outcome,
  additional_event_data ->> 'MFAUsed' AS mfa_used,
  coalesce(additional_event_data ->> 'MfaType', additional_event_data ->> 'CredentialType') AS factor,
  source_ip_address,
  user_agent,
  aws_region,
  coalesce(user_arn, user_name, additional_event_data ->> 'UserName', user_type) AS who,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND (event_source = 'signin.amazonaws.com' OR event_source = 'sso.amazonaws.com')
  AND (
    strpos(lower(user_name), lower($user)) > 0
    OR strpos(lower(user_arn), lower($user)) > 0
    OR strpos(lower(additional_event_data ->> 'UserName'), lower($user)) > 0
  )
ORDER BY event_time, event_id
