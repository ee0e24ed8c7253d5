/*---
id: guardduty_membership_broken
title: GuardDuty member no longer watched by its administrator
severity: high
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The administrator account no longer sees or governs GuardDuty of the member. An intruder in a member account cuts
  this tie first, one in the administrator account stops the watch over all. Members that the administrator takes out are
  security_members_removed.
false_positives:
  - Accounts that are closed or leave the organization.
  - A planned move to another administrator account.
respond:
  - >
    Find out which accounts: `aws guardduty list-members`, and associate them again.
  - Check in each of them that the detector is still on.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DisassociateFromAdministratorAccount, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisassociateFromAdministratorAccount.html
  - StopMonitoringMembers, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_StopMonitoringMembers.html
  - DisableOrganizationAdminAccount, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisableOrganizationAdminAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN (
    'DisassociateFromAdministratorAccount', 'DisassociateFromMasterAccount', 'StopMonitoringMembers',
    'DisableOrganizationAdminAccount'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
