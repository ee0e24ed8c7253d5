/*---
id: console_restriction_changed
title: Restriction on who may sign in to the console set
severity: medium
status: stable
attack: [T1556, T1531]
practice: policy-conditions
description: >
  The account's sign-in policy, which limits from which networks people reach the console, was turned on or got a
  statement. An intruder can let one identity through (excludedPrincipal) or lock everybody else out.
false_positives:
  - The planned introduction of the policy, or a new office.
respond:
  - >
    Read the statement in request_parameters: networks, and who is exempt.
  - Ask the caller; compare with `aws signin list-resource-permission-statements`.
  - >
    If unexplained: delete the statement and revoke the caller's sessions.
references:
  - AWS Sign-In API, https://docs.aws.amazon.com/signin/latest/APIReference/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name IN ('PutConsoleAuthorizationConfiguration', 'PutResourcePermissionStatement')
  AND error_code IS NULL
  AND error_message IS NULL
