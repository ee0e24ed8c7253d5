/*---
id: account_closed
title: AWS account closed
severity: high
status: stable
attack: [T1485, T1531]
practice: monitoring
description: >
  A closed account stops working at once and is deleted with all its data after 90 days. In the wrong hands it is the
  largest possible deletion in one call.
false_positives:
  - A planned closing of an account that is no longer needed.
respond:
  - Ask the owner of the account (accountId in request_parameters; none means the account itself).
  - >
    If it isn't planned: contact AWS Support at once, an account can be reopened within 90 days.
  - >
    Revoke the caller's sessions and look at what else they did (`trailhound query -f principal_timeline --param
    who=<name>`).
references:
  - CloseAccount, https://docs.aws.amazon.com/organizations/latest/APIReference/API_CloseAccount.html
  - Close an AWS account, https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-closing.html
---*/
-- From the management account by Organizations, or by root in the account's own settings.
SELECT * FROM cloudtrail
WHERE event_source IN ('organizations.amazonaws.com', 'account.amazonaws.com')
  AND event_name = 'CloseAccount'
  AND error_code IS NULL
  AND error_message IS NULL
