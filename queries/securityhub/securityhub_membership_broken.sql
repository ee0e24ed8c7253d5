/*---
id: securityhub_membership_broken
title: Security Hub member cut off from its administrator
severity: high
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The administrator account no longer gets the findings of the member. An intruder in a member account cuts this tie
  first, one in the management account dismisses the administrator. Members that the administrator takes out are
  security_members_removed.
false_positives:
  - Accounts that are closed or leave the organization.
  - A planned move to another administrator account.
respond:
  - >
    Find out which accounts and associate them again: `aws securityhub list-members`, `create-members`.
  - Check in each of them that Security Hub and GuardDuty are still on.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DisassociateFromAdministratorAccount, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisassociateFromAdministratorAccount.html
  - DisableOrganizationAdminAccount, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DisableOrganizationAdminAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN (
    'DisassociateFromAdministratorAccount', 'DisassociateFromMasterAccount', 'DisableOrganizationAdminAccount'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
