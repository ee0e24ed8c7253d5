/*---
id: bedrock_api_key_used_for_changes
title: Bedrock API key used to delete or change something
severity: high
status: stable
attack: [T1485, T1562.001, T1078.004]
practice: least-privilege
description: >
  Bedrock API keys are made to invoke models, and end up in code and chat. One that deletes models, guardrails or
  logging, or buys throughput, is in the wrong hands.
false_positives:
  - Scripts whose author took the key for a general credential.
respond:
  - >
    Find the user the key belongs to (userName begins with BedrockAPIKey-) and delete the key: `aws iam
    delete-service-specific-credential`.
  - See what was deleted or changed, and restore it.
  - See from which addresses the key is used (hunt key_activity).
references:
  - Bedrock API keys, https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN (
    'DeleteModelInvocationLoggingConfiguration', 'PutModelInvocationLoggingConfiguration', 'DeleteGuardrail',
    'UpdateGuardrail', 'DeleteEnforcedGuardrailConfiguration', 'DeleteCustomModel', 'DeleteImportedModel',
    'DeleteProvisionedModelThroughput', 'CreateProvisionedModelThroughput', 'DeleteAgent',
    'DeleteKnowledgeBase', 'DeleteDataSource', 'PutResourcePolicy', 'DeleteResourcePolicy'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(additional_event_data ->> 'callWithBearerToken') = 'true'
