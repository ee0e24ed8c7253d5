/*---
id: sqs_queue_purged
title: SQS queue emptied
severity: low
status: stable
attack: [T1485, T1562.008]
practice: monitoring
description: >
  All messages are gone at once: jobs that nobody will do, or notifications about log files and findings that nobody
  will read.
false_positives:
  - Developers who clear a queue after an error.
respond:
  - Ask the caller, and the owner of the queue what was in it.
  - See whether security notifications pass through the queue; then look at what happened in the hour before.
  - Let the senders send again where they can.
references:
  - PurgeQueue, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sqs.amazonaws.com'
  AND event_name = 'PurgeQueue'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
