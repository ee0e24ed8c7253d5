/*---
id: iam_user_added_to_group
title: IAM user added to a group
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  A member of a group has all its permissions at once. This is the ordinary way to grant rights, and a quiet one to
  widen them.
false_positives:
  - A new colleague or a change of team.
respond:
  - See what the group may do, `aws iam list-attached-group-policies` and `list-group-policies`.
  - Ask the caller why this user needs it.
  - >
    Unexplained: remove the user from the group and look at what both did since.
references:
  - AddUserToGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'AddUserToGroup'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
