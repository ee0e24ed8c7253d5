/*---
id: console_password_taken_over
title: Another user's console password set by an API call, to stay
severity: high
status: stable
attack: [T1098, T1078.004]
practice: mfa
description: >
  Somebody set the password of another user from a command line, without asking the user to choose a new one. A help
  desk has it changed at the next sign-in; who wants to sign in as that user does not.
false_positives:
  - A help desk's script that forgets --password-reset-required; better add it.
respond:
  - Ask the caller and the user in request_parameters (userName) at once.
  - >
    Look for a sign-in of that user soon after, from the caller's address (`trailhound query -f sign_in_timeline
    --param user=<name>`).
  - >
    If unexplained: set a new password, end the sessions of both, deactivate the caller's key.
references:
  - UpdateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateLoginProfile'
  AND lower(coalesce(request_parameters ->> 'userName', ''))
    NOT IN ('', lower(split_part(coalesce(user_arn, ''), '/', -1)))
  AND NOT coalesce(session_credential_from_console, false)
  -- the console as it was logged before that member existed
  AND NOT coalesce(regexp_like(user_agent, '(?i)console|signin\.amazonaws\.com|Coral/|AWS Internal|Mozilla/'), false)
  AND lower(coalesce(request_parameters ->> 'passwordResetRequired', 'false')) <> 'true'
  AND error_code IS NULL
  AND error_message IS NULL
