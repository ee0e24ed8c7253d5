/*---
id: iam_group_deleted
title: IAM group deleted or a user taken out of it
severity: low
status: stable
attack: [T1531]
practice: monitoring
description: >
  People lose the permissions that they have through the group. An intruder does this to keep the defenders out, or
  to clean up behind himself.
false_positives:
  - A person who changes team or leaves.
  - A clean-up of unused groups.
respond:
  - Check who was in the group and whether they still can work.
  - Look for other removals by the same caller, hunt principal_timeline.
  - >
    Unexplained: restore the membership and treat the caller as stolen.
references:
  - DeleteGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
  - RemoveUserFromGroup, https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('DeleteGroup', 'RemoveUserFromGroup')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
