/*---
id: identity_center_user_created
title: Identity Center user created
severity: low
status: stable
attack: [T1136.003]
practice: least-privilege
description: >
  A user made by hand in Identity Center signs in with a password of its own and outlives the company directory's
  checks. Where the directory comes from outside, nobody needs one.
false_positives:
  - A new colleague, where Identity Center is the directory.
  - The company directory that provisions users (SCIM); its calls come from the directory's own addresses.
respond:
  - Find the user by the id in response_elements, `aws identitystore describe-user`.
  - See which groups and accounts it got (identity_center_group_member_added, CreateAccountAssignment).
  - >
    Unexplained: disable the user in the console and delete it.
references:
  - CreateUser, https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html
  - Identity Center calls in CloudTrail, https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('identitystore.amazonaws.com', 'sso-directory.amazonaws.com')
  AND event_name = 'CreateUser'
  AND error_code IS NULL
  AND error_message IS NULL
