/*---
id: bedrock_guardrail_changed
title: Bedrock guardrail deleted, changed or no longer enforced
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  A guardrail keeps a model from answering what it must not, and personal data from leaving it. Without it the model
  does what it is told.
false_positives:
  - Tuning of a guardrail by the team that owns it. Stacks of CloudFormation are left out.
respond:
  - Compare it with the former version (`aws bedrock get-guardrail --guardrail-version`), and restore it.
  - Ask the caller.
  - Look at what the model was asked since then (model invocation log).
references:
  - UpdateGuardrail, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_UpdateGuardrail.html
  - DeleteGuardrail, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteGuardrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'DeleteGuardrail', 'UpdateGuardrail', 'DeleteEnforcedGuardrailConfiguration', 'PutEnforcedGuardrailConfiguration'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
