/*---
id: identity_center_group_member_added
title: Identity Center user added to a group
severity: low
status: stable
attack: [T1098.003]
practice: least-privilege
description: >
  A member of an Identity Center group has the group's access to all accounts that it is assigned to. One call may
  open a whole organization.
false_positives:
  - A new colleague, a change of team, or the company directory that keeps the groups (SCIM).
respond:
  - Find user and group by the ids in request_parameters, `aws identitystore describe-user` and `describe-group`.
  - See what the group may do, `aws sso-admin list-account-assignments-for-principal`.
  - >
    Unexplained: `aws identitystore delete-group-membership`, and end the user's sessions.
references:
  - CreateGroupMembership, https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroupMembership.html
  - Identity Center calls in CloudTrail, https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('identitystore.amazonaws.com', 'sso-directory.amazonaws.com')
  AND event_name IN ('AddMemberToGroup', 'CreateGroupMembership')
  AND error_code IS NULL
  AND error_message IS NULL
