/*---
id: account_created_by_hand
title: Account created in the organization by a caller
severity: low
status: stable
attack: [T1136.003, T1535]
practice: monitoring
description: >
  A new account has no alarms and no eyes on it yet, and its cost is on the organization's bill. Most are made by
  Control Tower or a vending machine; this one was made by a call.
false_positives:
  - An administrator or account factory that calls Organizations itself.
respond:
  - Ask the caller what it is for and who owns it.
  - See that it is in the right unit, with control policies and the organization's trail.
  - >
    Close it if nobody wants it: `aws organizations close-account --account-id ID`.
references:
  - CreateAccount, https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name IN ('CreateAccount', 'CreateGovCloudAccount')
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
