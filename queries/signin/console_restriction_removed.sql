/*---
id: console_restriction_removed
title: Restriction on who may sign in to the console removed
severity: high
status: stable
attack: [T1556, T1562]
practice: policy-conditions
description: >
  The account's sign-in policy limits from which networks people may reach the console. A statement of it was deleted,
  or the policy was turned off: a stolen password works from anywhere again.
false_positives:
  - A planned change of the networks, with a new statement right before or after.
respond:
  - Compare what is left with what should be there (`aws signin list-resource-permission-statements`).
  - Ask the caller; look for PutResourcePermissionStatement around it.
  - >
    If unexplained: put the statement back, revoke the caller's sessions, look at sign-ins since (`trailhound query -f
    logins_by_network`).
references:
  - AWS Sign-In API, https://docs.aws.amazon.com/signin/latest/APIReference/
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name IN ('DeleteConsoleAuthorizationConfiguration', 'DeleteResourcePermissionStatement')
  AND error_code IS NULL
  AND error_message IS NULL
