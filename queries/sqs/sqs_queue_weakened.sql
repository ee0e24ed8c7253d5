/*---
id: sqs_queue_weakened
title: Encryption or dead-letter queue of an SQS queue taken away
severity: low
status: stable
attack: [T1562.001, T1070]
practice: monitoring
description: >
  Without encryption by a key, whoever may read the queue may read the messages; without a dead-letter queue,
  messages that fail vanish.
false_positives:
  - Changes while an application is being built. Stacks of CloudFormation are left out.
respond:
  - See which attribute was set in request_parameters and ask the caller.
  - >
    Put it back: `aws sqs set-queue-attributes`.
  - Look for a changed policy of the same queue.
references:
  - SetQueueAttributes, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sqs.amazonaws.com'
  AND event_name = 'SetQueueAttributes'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (
    lower(request_parameters -> 'attributes' ->> 'SqsManagedSseEnabled') = 'false'
      -- The console sends false with the key that takes its place.
      AND coalesce(request_parameters -> 'attributes' ->> 'KmsMasterKeyId', '') = ''
    OR request_parameters -> 'attributes' ->> 'KmsMasterKeyId' = ''
      AND lower(coalesce(request_parameters -> 'attributes' ->> 'SqsManagedSseEnabled', '')) <> 'true'
    OR request_parameters -> 'attributes' ->> 'RedrivePolicy' = ''
  )
