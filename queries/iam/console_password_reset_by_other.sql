/*---
id: console_password_reset_by_other
title: Another user's console password was reset
severity: medium
status: stable
attack: [T1098, T1531]
practice: mfa
description: >
  Somebody set the console password of another user. Whoever sets it can sign in as that user, with all that user's
  rights and in that user's name.
false_positives:
  - The help desk, for a person who forgot the password.
respond:
  - Ask the caller and the user in request_parameters (userName) whether a reset was asked for.
  - >
    Look for a sign-in of that user soon after, from the caller's address (`trailhound query -f sign_in_timeline
    --param user=<name>`).
  - >
    If unexplained: set a new password, end the user's sessions, look at what both did.
references:
  - UpdateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html
---*/
-- A session named as the user is taken for the same person.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'UpdateLoginProfile'
  AND lower(coalesce(request_parameters ->> 'userName', ''))
    NOT IN ('', lower(split_part(coalesce(user_arn, ''), '/', -1)))
  -- by an API call and without a forced change: console_password_taken_over
  AND (
    coalesce(session_credential_from_console, false)
    -- the console as it was logged before that member existed
    OR regexp_like(user_agent, '(?i)console|signin\.amazonaws\.com|Coral/|AWS Internal|Mozilla/')
    OR lower(request_parameters ->> 'passwordResetRequired') = 'true'
  )
  AND error_code IS NULL
  AND error_message IS NULL
