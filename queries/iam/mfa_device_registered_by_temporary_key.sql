/*---
id: mfa_device_registered_by_temporary_key
title: MFA device registered with a temporary key outside the console
severity: high
status: stable
attack: [T1098.005, T1556.006]
practice: mfa
description: >
  An MFA device was made or enabled by an API call signed with a session's key. People register their phone in the
  console; an intruder with a stolen session registers their own device, and then passes MFA as the user.
false_positives:
  - A script of the help desk that enrols users from a role session.
respond:
  - >
    Ask the user in request_parameters whether the device is theirs; compare `aws iam list-mfa-devices --user-name
    <user>`.
  - Find out where the session came from (`trailhound query -f key_activity --param key=<key>`).
  - >
    If it isn't theirs: deactivate the device, end the sessions, change password and keys.
references:
  - EnableMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html
  - CreateVirtualMFADevice, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('CreateVirtualMFADevice', 'EnableMFADevice')
  AND access_key_id LIKE 'ASIA%'
  AND NOT coalesce(session_credential_from_console, false)
  -- the console as it was logged before that member existed
  AND NOT coalesce(regexp_like(user_agent, '(?i)console|signin\.amazonaws\.com|Coral/|AWS Internal|Mozilla/'), false)
  -- Root is root_mfa_device_registered.
  AND (user_type IS DISTINCT FROM 'Root')
  AND error_code IS NULL
  AND error_message IS NULL
