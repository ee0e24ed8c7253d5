/*---
id: iam_user_added_itself_to_group
title: IAM user added itself to a group
severity: high
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  The caller gave itself the permissions of a group. Whoever administers groups has no need to be put in one by
  himself; a stolen key with iam:AddUserToGroup becomes administrator this way in one call.
false_positives:
  - An administrator of a small account who tidies up their own rights.
respond:
  - See what the group may do, `aws iam list-attached-group-policies` and `list-group-policies`.
  - Ask the owner of the user whether it was them, from this address (source_ip_address).
  - >
    Unexplained: remove the user from the group, deactivate its keys, and list what it did since (hunt
    principal_timeline).
references:
  - AddUserToGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'AddUserToGroup'
  AND user_type = 'IAMUser'
  -- user names are unique whatever their case
  AND lower(request_parameters ->> 'userName') = lower(user_name)
  AND error_code IS NULL
  AND error_message IS NULL
