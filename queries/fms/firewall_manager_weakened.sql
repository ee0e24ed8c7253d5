/*---
id: firewall_manager_weakened
title: Firewall Manager policy or administrator removed
severity: high
status: stable
attack: [T1562.007, T1562.001]
practice: monitoring
description: >
  Firewall Manager puts WAF, security group, DNS and network firewall rules on all accounts. Without the policy they
  are no longer enforced, and may be deleted everywhere at once.
false_positives:
  - A policy that is replaced by another one, in a planned change.
respond:
  - Was deleteAllPolicyResources true? Then the rules themselves are gone in the member accounts.
  - >
    Put the policy back: `aws fms put-policy`, `associate-admin-account`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeletePolicy, https://docs.aws.amazon.com/fms/2018-01-01/APIReference/API_DeletePolicy.html
  - DisassociateAdminAccount, https://docs.aws.amazon.com/fms/2018-01-01/APIReference/API_DisassociateAdminAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'fms.amazonaws.com'
  AND event_name IN ('DeletePolicy', 'DisassociateAdminAccount')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
