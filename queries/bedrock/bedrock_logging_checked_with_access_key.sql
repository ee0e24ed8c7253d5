/*---
id: bedrock_logging_checked_with_access_key
title: Access key asks whether Bedrock invocations are logged
severity: low
status: stable
attack: [T1526, T1562.008]
practice: monitoring
description: >
  Those who sell access to stolen models first look whether somebody would read what is asked. With a long-term
  access key hardly anybody else asks.
false_positives:
  - Inventory and posture tools that run with an access key instead of a role.
respond:
  - Ask the owner of the key; see from which addresses it is used (hunt key_activity).
  - Look for ListFoundationModels and InvokeModel by the same key (rule bedrock_probed_then_invoked).
  - >
    Deactivate the key if nobody knows: `aws iam update-access-key --status Inactive`.
references:
  - GetModelInvocationLoggingConfiguration, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationLoggingConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name = 'GetModelInvocationLoggingConfiguration'
  AND access_key_id LIKE 'AKIA%'
