/*---
id: sqs_queue_shared
title: SQS queue opened to another account
severity: low
status: stable
attack: [T1537, T1098]
practice: policy-conditions
description: >
  The policy of the queue names a principal of another account, which may take messages out or put some in from now
  on.
false_positives:
  - Queues between accounts of an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is and what it may do.
  - Ask the caller.
  - >
    Take the permission back if nobody knows about it: `aws sqs remove-permission` or the former policy.
references:
  - SetQueueAttributes, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
  - AddPermission, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sqs.amazonaws.com'
  AND event_name IN ('SetQueueAttributes', 'CreateQueue', 'AddPermission')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      CASE
        WHEN event_name = 'AddPermission' THEN
          coalesce(request_parameters ->> 'AWSAccountIds', request_parameters ->> 'aWSAccountIds')
        ELSE array_to_string(policy_principals(request_parameters -> 'attributes' ->> 'Policy'), ' ')
      END,
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |"|::)[0-9]{12}'
  )
