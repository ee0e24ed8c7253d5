/*---
id: organization_policy_removed
title: Control policy detached or deleted
severity: medium
status: stable
attack: [T1562.001, T1484]
practice: monitoring
description: >
  What the policy forbade or enforced in a unit's accounts is no longer so: leaving the organization, stopping the
  trail, regions, root. It reaches every account below.
false_positives:
  - Policies are merged or replaced; AttachPolicy or UpdatePolicy is near.
respond:
  - >
    Read the policy: `aws organizations describe-policy --policy-id ID` (or the hunt `policy_changes` and the
    earlier UpdatePolicy).
  - >
    Attach it again: `aws organizations attach-policy --policy-id ID --target-id ID`.
  - Look at what was done in the accounts below since then that it would have stopped.
references:
  - DetachPolicy, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
  - DeletePolicy, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name IN ('DetachPolicy', 'DeletePolicy')
  -- Taking FullAWSAccess away narrows.
  AND coalesce(request_parameters ->> 'policyId', '') NOT IN ('p-FullAWSAccess', 'p-RCPFullAWSAccess')
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
