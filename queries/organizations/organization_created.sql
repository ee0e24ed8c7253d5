/*---
id: organization_created
title: Organization created
severity: medium
status: stable
attack: [T1666, T1136.003]
practice: monitoring
description: >
  This account is the management account of a new organization. It happens once in a company's life; in an account
  that was broken into it serves to make or invite further accounts.
false_positives:
  - The beginning of an organization.
respond:
  - Ask the owner of the account.
  - >
    See what is in it: `aws organizations list-accounts`, `list-handshakes-for-organization`.
  - >
    Delete it if nobody wants it: `aws organizations delete-organization`.
references:
  - CreateOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganization.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'CreateOrganization'
  AND error_code IS NULL
  AND error_message IS NULL
