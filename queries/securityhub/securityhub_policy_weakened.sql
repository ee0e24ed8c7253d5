/*---
id: securityhub_policy_weakened
title: Security Hub configuration policy removed or switched off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  One policy turns Security Hub and its controls on in many accounts. Without it, or with one that turns the service
  off, they fall back all at once.
false_positives:
  - A policy that is replaced by another one the same day.
respond:
  - >
    Which accounts and units did it hold? `aws securityhub list-configuration-policy-associations`; associate the
    right policy again.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Check in those accounts that Security Hub is still on.
references:
  - DeleteConfigurationPolicy, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DeleteConfigurationPolicy.html
  - StartConfigurationPolicyDisassociation, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_StartConfigurationPolicyDisassociation.html
  - UpdateConfigurationPolicy, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateConfigurationPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN (
    'DeleteConfigurationPolicy', 'StartConfigurationPolicyDisassociation', 'CreateConfigurationPolicy',
    'UpdateConfigurationPolicy'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    event_name IN ('DeleteConfigurationPolicy', 'StartConfigurationPolicyDisassociation')
    OR regexp_like(coalesce(request_parameters, ''), '(?i)"ServiceEnabled"\s*:\s*"?false')
  )
