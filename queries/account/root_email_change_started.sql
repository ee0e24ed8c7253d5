/*---
id: root_email_change_started
title: Change of a root e-mail address started
severity: high
status: stable
attack: [T1098, T1531]
practice: avoid-root
description: >
  A one-time code was sent to a new e-mail address that shall become the root user's. Once the code is entered, the
  account belongs to that mailbox: this is the last moment to stop it.
false_positives:
  - A planned move to another mailbox or domain.
respond:
  - Ask the caller and the owner of the account in request_parameters (accountId) whether it is planned.
  - >
    Look for AcceptPrimaryEmailUpdate afterwards (rule root_email_changed) and check `aws account get-primary-email`.
  - >
    If nobody knows of it: revoke the caller's sessions; the pending change lapses when the code isn't entered.
references:
  - StartPrimaryEmailUpdate, https://docs.aws.amazon.com/accounts/latest/reference/API_StartPrimaryEmailUpdate.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'account.amazonaws.com'
  AND event_name = 'StartPrimaryEmailUpdate'
  AND error_code IS NULL
  AND error_message IS NULL
