/*---
id: console_password_deleted
title: Console password of an IAM user deleted
severity: low
status: stable
attack: [T1531]
practice: monitoring
description: >
  The user can't sign in to the console any more. That is how leavers are shut out, and how an intruder shuts out the
  people who could stop them: several at once are urgent.
false_positives:
  - A person leaves, or moves to single sign-on.
  - Infrastructure code that removes a user.
respond:
  - Ask the caller about the user in request_parameters (userName).
  - >
    Look for more of the same caller: DeleteLoginProfile, DeactivateMFADevice, UpdateAccessKey (`trailhound query -f
    principal_timeline --param who=<name>`).
  - >
    If unexplained: give the user a new password and revoke the caller's sessions.
references:
  - DeleteLoginProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteLoginProfile'
  AND error_code IS NULL
  AND error_message IS NULL
