/*---
id: account_contact_changed
title: Contact or name of an account changed
severity: low
status: stable
attack: [T1098]
practice: monitoring
description: >
  The contacts and the name of an account are how AWS proves who owns it and where bills and warnings go. A change
  that nobody announced may prepare a take-over of the account.
false_positives:
  - Ordinary housekeeping.
respond:
  - Ask the caller whether it was planned.
  - Compare with `aws account get-contact-information` and `get-alternate-contact`.
  - >
    If unexplained: put the old values back and look for root_email_changed.
references:
  - PutContactInformation, https://docs.aws.amazon.com/accounts/latest/reference/API_PutContactInformation.html
  - PutAlternateContact, https://docs.aws.amazon.com/accounts/latest/reference/API_PutAlternateContact.html
  - PutAccountName, https://docs.aws.amazon.com/accounts/latest/reference/API_PutAccountName.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'account.amazonaws.com'
  AND event_name IN ('DeleteAlternateContact', 'PutAccountName', 'PutAlternateContact', 'PutContactInformation')
  -- the security contact is security_contact_changed
  AND upper(coalesce(request_parameters ->> 'alternateContactType', '')) <> 'SECURITY'
  AND error_code IS NULL
  AND error_message IS NULL
