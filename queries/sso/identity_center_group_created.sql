/*---
id: identity_center_group_created
title: Identity Center group created
severity: low
status: stable
attack: [T1136.003, T1098.003]
practice: least-privilege
description: >
  A group is what permission sets are assigned to. A new one that nobody asked for may carry an intruder's access to
  all accounts.
false_positives:
  - A new team, or the company directory that keeps the groups (SCIM).
respond:
  - See who was added to it and what it was assigned (CreateAccountAssignment with its id).
  - Ask the caller what it is for.
  - >
    Unexplained: delete its assignments, then the group.
references:
  - CreateGroup, https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroup.html
  - Identity Center calls in CloudTrail, https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('identitystore.amazonaws.com', 'sso-directory.amazonaws.com')
  AND event_name = 'CreateGroup'
  AND error_code IS NULL
  AND error_message IS NULL
