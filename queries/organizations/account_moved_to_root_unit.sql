/*---
id: account_moved_to_root_unit
title: Account moved out of its unit to the root
severity: medium
status: stable
attack: [T1666, T1562.001]
practice: monitoring
description: >
  Control policies of the unit no longer hold for the account; only those of the root do, which are often none.
false_positives:
  - >
    A step of moving it elsewhere: another MoveAccount follows.
  - Suspended accounts on their way out.
respond:
  - >
    Which policies hold now: `aws organizations list-policies-for-target --target-id ACCOUNT --filter
    SERVICE_CONTROL_POLICY`?
  - >
    Move it back: `aws organizations move-account`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - MoveAccount, https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'MoveAccount'
  AND request_parameters ->> 'destinationParentId' LIKE 'r-%'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
