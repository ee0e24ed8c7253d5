/*---
id: bedrock_invocation_logging_off
title: Bedrock model invocation logging turned off
severity: high
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The invocation log is the only record of what models were asked and what they answered. Who uses your models at
  your cost turns it off first, or finds it off.
false_positives:
  - Moving the log to another account or bucket; that is a change, not a removal.
respond:
  - >
    Turn it on again: `aws bedrock put-model-invocation-logging-configuration`, in this region.
  - Find out who called and what that principal invoked before and after (InvokeModel, Converse).
  - Rotate the caller's credentials if nobody knows about it; deny the call by an organization policy.
references:
  - DeleteModelInvocationLoggingConfiguration, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_DeleteModelInvocationLoggingConfiguration.html
  - PutModelInvocationLoggingConfiguration, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN ('DeleteModelInvocationLoggingConfiguration', 'PutModelInvocationLoggingConfiguration')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name = 'DeleteModelInvocationLoggingConfiguration'
    OR lower(request_parameters -> 'loggingConfig' ->> 'textDataDeliveryEnabled') = 'false'
  )
