/*---
id: bedrock_reasoning_policy_changed
title: Automated reasoning policy of Bedrock deleted or changed
severity: medium
status: stable
attack: [T1562.001, T1565.001]
practice: monitoring
description: >
  The policy checks answers of a model against rules. Whoever changes the rules decides what counts as true.
false_positives:
  - The team that owns the policy. Stacks of CloudFormation are left out.
respond:
  - Compare it with the former version (`aws bedrock export-automated-reasoning-policy-version`).
  - Ask the caller.
  - Restore it, and see which guardrails use it.
references:
  - UpdateAutomatedReasoningPolicy, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_UpdateAutomatedReasoningPolicy.html
  - DeleteAutomatedReasoningPolicy, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteAutomatedReasoningPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'DeleteAutomatedReasoningPolicy', 'UpdateAutomatedReasoningPolicy', 'UpdateAutomatedReasoningPolicyAnnotations'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
