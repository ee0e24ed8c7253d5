/*---
id: account_removed_from_organization
title: Account put out of the organization, or the organization deleted
severity: high
status: stable
attack: [T1666, T1562.001]
practice: monitoring
description: >
  The account is on its own: no control policies, no organization trail, no central security services, and its own
  bill. Seen from the management account, this is how guardrails are taken off an account.
false_positives:
  - An account is sold or handed over, with a plan.
respond:
  - >
    Invite the account back: `aws organizations invite-account-to-organization`.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - >
    The management account itself may be in wrong hands: look at who signs in there.
references:
  - RemoveAccountFromOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_RemoveAccountFromOrganization.html
  - DeleteOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeleteOrganization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name IN ('RemoveAccountFromOrganization', 'DeleteOrganization')
  AND error_code IS NULL
  AND error_message IS NULL
