/*---
id: off_hours_secret_read
title: Secret read by a person outside working hours
severity: low
status: stable
attack: [T1555.006, T1078.004]
practice: monitoring
description: >
  A person, not a program, read a secret at night or on a day off. On call that happens; as part of a collection of
  secrets it is an intruder packing.
false_positives:
  - People on call who need a password.
respond:
  - Ask the person which secret and what for (secretId in request_parameters).
  - See which others were read (`trailhound query -f secrets_read`).
  - >
    If it wasn't them: revoke the sessions and rotate every secret that was read.
references:
  - GetSecretValue, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
params:
  work_time_zone:
    type: text
    required: true
    description: time zone of your people, such as Europe/Berlin
  work_from_hour:
    type: int
    default: 7
    description: first working hour, 0 to 23
  work_to_hour:
    type: int
    default: 20
    description: first hour after work, 1 to 24, later than work_from_hour
  work_days:
    type: text[]
    default: [Mon, Tue, Wed, Thu, Fri]
    description: working days, of Mon, Tue, Wed, Thu, Fri, Sat, Sun
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name IN ('BatchGetSecretValue', 'GetSecretValue')
  -- People: Identity Center, sessions of the console, IAM users who gave an MFA code.
  AND (
    session_issuer_arn LIKE '%/aws-reserved/sso.amazonaws.com/%'
    OR session_credential_from_console
    OR user_type = 'IAMUser' AND session_mfa_authenticated
  )
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND error_code IS NULL
  AND error_message IS NULL
  -- outside working hours there, summer time included
  AND (
    date_part('hour', event_time AT TIME ZONE $work_time_zone) < $work_from_hour
    OR date_part('hour', event_time AT TIME ZONE $work_time_zone) >= $work_to_hour
    OR NOT coalesce(to_char(event_time AT TIME ZONE $work_time_zone, '%a') IN ($work_days), true)
  )
