/*---
id: account_tried_to_leave_organization
title: Attempt to take the account out of its organization
severity: medium
status: stable
attack: [T1666, T1562.001]
practice: monitoring
description: >
  The call failed, but there is no good reason to try it unannounced. A control policy that denies it should be
  there, and did its work.
false_positives:
  - An administrator trying out whether the control policy holds.
respond:
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Look at other denied calls of that principal (hunt `denied_by_principal`).
  - Deactivate the key or revoke the session if nobody explains it.
references:
  - LeaveOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'LeaveOrganization'
  AND (error_code IS NOT NULL OR error_message IS NOT NULL)
