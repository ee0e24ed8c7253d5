/*---
id: console_password_created
title: Console password given to an IAM user
severity: medium
status: stable
attack: [T1098.001, T1078.004]
practice: mfa
description: >
  A user that could only use access keys, or nobody at all, can now sign in to the console with a password. Intruders
  give one to an existing user to come back as somebody who belongs here.
false_positives:
  - A new colleague, where people are IAM users.
  - Infrastructure code that makes console users.
respond:
  - Ask the caller who the user in request_parameters (userName) is.
  - Look for a sign-in of that user and from where (`trailhound query -f sign_in_timeline --param user=<name>`).
  - >
    If unexplained: `aws iam delete-login-profile`, and look at what the caller did before.
references:
  - CreateLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
---*/
-- Root's own password is root_password_created; a user's own is console_password_created_for_self.
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'CreateLoginProfile'
  AND coalesce(request_parameters ->> 'userName', '') NOT IN ('', 'AWS ROOT USER')
  AND NOT coalesce(user_type = 'IAMUser' AND lower(request_parameters ->> 'userName') = lower(user_name), false)
  AND error_code IS NULL
  AND error_message IS NULL
