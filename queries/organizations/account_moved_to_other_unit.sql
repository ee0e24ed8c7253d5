/*---
id: account_moved_to_other_unit
title: Account moved to another unit of the organization
severity: low
status: stable
attack: [T1666]
practice: monitoring
description: >
  Other control policies hold for the account now. Whether they are weaker depends on the units.
false_positives:
  - Reorganization; sandboxes that become production.
respond:
  - Compare the policies of both units (`aws organizations list-policies-for-target`).
  - >
    Move it back if it wasn't meant: `aws organizations move-account`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - MoveAccount, https://docs.aws.amazon.com/organizations/latest/APIReference/API_MoveAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'MoveAccount'
  AND request_parameters ->> 'destinationParentId' LIKE 'ou-%'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
