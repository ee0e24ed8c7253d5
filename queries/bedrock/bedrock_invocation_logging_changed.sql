/*---
id: bedrock_invocation_logging_changed
title: Bedrock model invocation logging set up or moved
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  The log of what models were asked goes to the place named here from now on. A place of a stranger reads along; a
  place nobody reads is as good as none.
false_positives:
  - Setting logging up, by people and pipelines. Stacks of CloudFormation are left out.
respond:
  - See which bucket or log group it goes to and whose it is.
  - Ask the caller.
  - >
    Set it back: `aws bedrock put-model-invocation-logging-configuration`.
references:
  - PutModelInvocationLoggingConfiguration, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_PutModelInvocationLoggingConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name = 'PutModelInvocationLoggingConfiguration'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  -- Without text it is bedrock_invocation_logging_off's.
  AND lower(coalesce(request_parameters -> 'loggingConfig' ->> 'textDataDeliveryEnabled', 'true')) <> 'false'
