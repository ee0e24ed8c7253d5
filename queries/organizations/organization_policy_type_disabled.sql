/*---
id: organization_policy_type_disabled
title: Control policies of the whole organization turned off
severity: critical
status: stable
attack: [T1562.001, T1484]
practice: monitoring
description: >
  No service or resource control policy holds any more, in any account, and all attachments are lost. Every
  guardrail of the organization is down at once.
false_positives:
  - None in an organization that uses them.
respond:
  - >
    Turn them on again: `aws organizations enable-policy-type --root-id ID --policy-type TYPE`, and attach the
    policies again.
  - >
    The management account is likely in wrong hands: see who signs in, end the session.
  - Look in all accounts for what the policies would have stopped since then.
references:
  - DisablePolicyType, https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'organizations.amazonaws.com'
  AND event_name = 'DisablePolicyType'
  AND request_parameters ->> 'policyType' IN ('SERVICE_CONTROL_POLICY', 'RESOURCE_CONTROL_POLICY')
  AND error_code IS NULL
  AND error_message IS NULL
