/*---
id: iam_call_with_session_token_without_mfa
title: IAM change tried with a user's session token without MFA
severity: medium
status: stable
attack: [T1078.004, T1550.001, T1098]
practice: mfa
description: >
  A user's temporary key, not from the console, was used on IAM without MFA. AWS refuses that, so people with a
  reason don't do it; someone who traded a stolen key for a session token, to outlive the key, runs into it.
  Sessions with MFA are good practice and left out.
false_positives:
  - A script that uses GetSessionToken without knowing this limit.
  - CloudShell, when its session is not marked as one of the console.
respond:
  - Find the GetSessionToken that made the key (hunt session_origin) and the key that signed it.
  - Ask the owner of the user whether it was them, from this address.
  - >
    Unexplained: deactivate the user's keys and deny sessions issued before now (aws:TokenIssueTime).
references:
  - GetSessionToken, https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
  - Temporary credentials, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'CreateUser', 'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AttachUserPolicy',
    'PutUserPolicy', 'AddUserToGroup'
  )
  AND user_type = 'IAMUser'
  AND access_key_id LIKE 'ASIA%'
  AND NOT coalesce(session_mfa_authenticated, false)
  AND NOT coalesce(session_credential_from_console, false)
  -- The console signs with a user's temporary key too. Older records don't say so; its user agent does.
  AND regexp_like(user_agent, '(?i)aws-cli|boto|aws-sdk|python|curl|terraform')
  AND coalesce(user_agent, '') NOT LIKE 'aws-internal%'
  AND lower(coalesce(user_agent, '')) NOT LIKE '%exec-env/cloudshell%'
