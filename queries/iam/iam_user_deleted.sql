/*---
id: iam_user_deleted
title: IAM user deleted
severity: low
status: stable
attack: [T1531, T1070]
practice: monitoring
description: >
  Deleting a user locks somebody out, and also removes the user through which an intruder worked. After an incident
  the name alone may be left of it, in these events.
false_positives:
  - People who leave.
  - Tools that tear down test accounts.
respond:
  - Find who the user was (request_parameters userName) and whether its owner knows.
  - Look at what the deleted user did before, hunt principal_timeline with its ARN.
  - >
    Unexplained: look for other deletions and for users created by the same caller.
references:
  - DeleteUser, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'DeleteUser'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
