/*---
id: account_contact_read
title: Who owns an account was read
severity: info
status: stable
attack: [T1087.004, T1591]
practice: monitoring
description: >
  Contacts and root e-mail address of an account tell an intruder whose account it is and whom to phish.
  Administrators and the billing console read them too: a signal beside others.
false_positives:
  - The account settings and billing pages of the console.
  - Inventories that read the contacts of all accounts.
respond:
  - See what else the caller read or tried (`trailhound query -f principal_timeline --param who=<name>`).
  - Ask the caller if other findings name them.
  - >
    If unexplained: rotate the credential.
references:
  - GetContactInformation, https://docs.aws.amazon.com/accounts/latest/reference/API_GetContactInformation.html
  - GetPrimaryEmail, https://docs.aws.amazon.com/accounts/latest/reference/API_GetPrimaryEmail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('account.amazonaws.com', 'billingconsole.amazonaws.com', 'organizations.amazonaws.com')
  AND event_name IN ('GetAlternateContact', 'GetContactInformation', 'GetPrimaryEmail', 'DescribeAccount')
  -- services that look after the organization
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND error_code IS NULL
  AND error_message IS NULL
