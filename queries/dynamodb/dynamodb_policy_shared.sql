/*---
id: dynamodb_policy_shared
title: DynamoDB table policy lets another account in
severity: medium
status: stable
attack: [T1537, T1098]
practice: policy-conditions
description: >
  A resource policy of a table or stream names a principal of another account. It stays after the credential that
  set it is gone.
false_positives:
  - Sharing inside an organization or with a partner. Name those accounts in trusted_accounts.
respond:
  - Find out whose account it is and what it may do.
  - >
    Take it out: `aws dynamodb put-resource-policy` with the former policy, or delete-resource-policy.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - PutResourcePolicy, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutResourcePolicy.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'dynamodb.amazonaws.com'
  AND event_name IN ('PutResourcePolicy', 'CreateTable')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Twelve digits that are neither this account nor trusted.
  AND regexp_like(
    regexp_replace(
      array_to_string(policy_principals(coalesce(request_parameters ->> 'policy', request_parameters ->> 'resourcePolicy')), ' '),
      coalesce(recipient_account_id, user_account_id, '') || '|' || array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '(^| |::)[0-9]{12}'
  )
