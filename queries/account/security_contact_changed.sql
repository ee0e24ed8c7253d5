/*---
id: security_contact_changed
title: Security contact of an account changed or deleted
severity: medium
status: stable
attack: [T1562, T1531]
practice: monitoring
description: >
  AWS writes to the security contact when it sees abuse or a leaked key. An intruder who moves or deletes that address
  is not disturbed by such mails.
false_positives:
  - A planned change of the contact, mostly for all accounts of the organization at once.
respond:
  - Ask the caller; compare with `aws account get-alternate-contact --alternate-contact-type SECURITY`.
  - Put the right contact back.
  - >
    If unexplained: look at what else the caller did (`trailhound query -f principal_timeline --param who=<name>`) and
    revoke the sessions.
references:
  - PutAlternateContact, https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html
  - DeleteAlternateContact, https://docs.aws.amazon.com/accounts/latest/reference/API_DeleteAlternateContact.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'account.amazonaws.com'
  AND event_name IN ('DeleteAlternateContact', 'PutAlternateContact')
  AND upper(request_parameters ->> 'alternateContactType') = 'SECURITY'
  AND error_code IS NULL
  AND error_message IS NULL
