/*---
id: own_password_changed
title: IAM user changed the own password
severity: info
status: stable
attack: [T1098]
practice: rotate-credentials
description: >
  A user chose a new password, knowing the old one. It is routine, and the first thing an intruder with a stolen
  password does to keep the owner out; a signal beside an unusual sign-in.
false_positives:
  - Passwords that expire; a new user's first sign-in.
respond:
  - Compare the address with the user's sign-ins (`trailhound query -f sign_in_timeline --param user=<name>`).
  - Ask the user if other findings name them.
  - >
    If it wasn't them: set a new password, end the sessions, check MFA devices and keys.
references:
  - ChangePassword, https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'ChangePassword'
  AND error_code IS NULL
  AND error_message IS NULL
