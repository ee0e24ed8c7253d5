/*---
id: account_left_organization
title: Account left its organization
severity: critical
status: stable
attack: [T1666, T1562.001]
practice: monitoring
description: >
  Control policies, the organization's trail and central security services no longer reach the account. For an
  intruder it is the way out of every guardrail at once.
false_positives:
  - An account is sold or handed over, with a plan.
respond:
  - >
    Call the owner of the account. Invite it back at once (`aws organizations invite-account-to-organization`);
    somebody must accept in the account.
  - >
    Secure the account's root user: mail address, password, MFA.
  - See what the caller did before, and since (if you still have a trail there).
references:
  - LeaveOrganization, https://docs.aws.amazon.com/organizations/latest/APIReference/API_LeaveOrganization.html
  - Leaving an organization, https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_leave-as-member.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'LeaveOrganization'
  AND error_code IS NULL
  AND error_message IS NULL
