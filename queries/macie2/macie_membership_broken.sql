/*---
id: macie_membership_broken
title: Macie member cut off from its administrator
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The administrator account no longer gets the findings of the member, nor governs its settings.
false_positives:
  - Accounts that are closed or leave the organization.
  - A planned move to another administrator account.
respond:
  - >
    Find out which accounts and associate them again: `aws macie2 list-members`, `create-member`.
  - Check in each of them that Macie and GuardDuty are still on.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - Macie API, https://docs.aws.amazon.com/macie/latest/APIReference/welcome.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'macie2.amazonaws.com'
  AND event_name IN (
    'DisassociateFromAdministratorAccount', 'DisassociateFromMasterAccount', 'DisassociateMember', 'DeleteMember',
    'DisableOrganizationAdminAccount'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
