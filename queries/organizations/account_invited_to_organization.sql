/*---
id: account_invited_to_organization
title: Account invited into the organization
severity: medium
status: stable
attack: [T1136.003, T1666]
practice: monitoring
description: >
  If the invitation is accepted, a foreign account's cost is on your bill and it can reach what is shared with the
  whole organization.
false_positives:
  - Accounts of one company are brought together, with a plan.
respond:
  - Whose account is it (target in request_parameters)?
  - >
    Cancel the invitation if nobody knows: `aws organizations cancel-handshake --handshake-id ID`.
  - Look for resources shared with the whole organization (conditions on aws:PrincipalOrgID).
references:
  - InviteAccountToOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_InviteAccountToOrganization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'InviteAccountToOrganization'
  AND error_code IS NULL
  AND error_message IS NULL
