/*---
id: console_password_created_for_self
title: IAM user gave itself a console password
severity: high
status: stable
attack: [T1098.001, T1078.004]
practice: mfa
description: >
  A user without console password made one for itself with its access key. People who shall use the console get their
  password from an administrator; this is somebody with a stolen key who wants to stay.
false_positives:
  - An administrator with keys only who wants the console and may do so; rare.
respond:
  - >
    Ask the owner of the user; look at where the access key was used (`trailhound query -f key_activity --param
    key=<key>`).
  - Delete the password (`aws iam delete-login-profile`) and deactivate the key.
  - >
    Look for sign-ins and for users, keys and roles made since (`trailhound query -f principal_timeline --param
    who=<name>`).
references:
  - CreateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateLoginProfile'
  AND user_type = 'IAMUser'
  -- no name means the caller
  AND lower(coalesce(request_parameters ->> 'userName', user_name)) = lower(user_name)
  AND error_code IS NULL
  AND error_message IS NULL
