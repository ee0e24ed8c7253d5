/*---
id: sns_topic_shared
title: SNS topic opened to another account
severity: low
status: stable
attack: [T1537, T1098]
practice: policy-conditions
description: >
  The policy of the topic names a principal of another account, which may read along or send messages from now on.
false_positives:
  - Notifications between accounts of an organization. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is.
  - List the subscriptions (`aws sns list-subscriptions-by-topic`).
  - >
    Take the permission back if nobody knows about it: `aws sns remove-permission` or the former policy.
references:
  - SetTopicAttributes, https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
  - AddPermission, https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sns.amazonaws.com'
  AND event_name IN ('SetTopicAttributes', 'CreateTopic', 'AddPermission')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      CASE
        WHEN event_name = 'AddPermission' THEN coalesce(
          request_parameters ->> 'aWSAccountId', request_parameters ->> 'AWSAccountId', request_parameters ->> 'aWSAccountIds'
        )
        WHEN event_name = 'CreateTopic' THEN
          array_to_string(policy_principals(request_parameters -> 'attributes' ->> 'Policy'), ' ')
        WHEN request_parameters ->> 'attributeName' = 'Policy' THEN
          array_to_string(policy_principals(request_parameters ->> 'attributeValue'), ' ')
      END,
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |"|::)[0-9]{12}'
  )
