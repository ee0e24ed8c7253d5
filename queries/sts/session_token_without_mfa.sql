/*---
id: session_token_without_mfa
title: User's key traded for a session token without MFA
severity: low
status: stable
attack: [T1550.001, T1078.004]
practice: mfa
description: >
  GetSessionToken makes a temporary key with the user's own rights, for up to 36 hours, that goes on when the
  long-term key is withdrawn. With an MFA code that is good practice and left out; without one there is little
  reason for it.
false_positives:
  - Scripts and tools that ask for a session token by habit.
respond:
  - Look at what the new key did (response_elements credentials accessKeyId), with hunt key_activity.
  - Compare the address of this call with where the user usually works.
  - >
    Unexplained: deactivate the user's keys and deny sessions issued before now (aws:TokenIssueTime).
references:
  - GetSessionToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'GetSessionToken'
  AND user_type = 'IAMUser'
  AND coalesce(request_parameters ->> 'serialNumber', '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') = ''
