/*---
id: dynamodb_table_exported_to_other_account
title: DynamoDB table exported to a bucket of another account
severity: medium
status: stable
attack: [T1537]
practice: policy-conditions
description: >
  The whole table is written into a bucket that another account owns. From then on the data is theirs.
false_positives:
  - Exports to a data lake account of the same organization. Name it in trusted_accounts.
respond:
  - Find out whose account s3BucketOwner is.
  - If it is unknown, treat the table as copied; tell those whose data it holds.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - ExportTableToPointInTime, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExportTableToPointInTime.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
-- Medium, as all sharing with accounts that nobody has listed: mostly it is another account of one's own.
SELECT * FROM cloudtrail
WHERE event_source = 'dynamodb.amazonaws.com'
  AND event_name = 'ExportTableToPointInTime'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(request_parameters ->> 's3BucketOwner', recipient_account_id, '') <> coalesce(recipient_account_id, '')
  AND NOT coalesce(array_has($trusted_accounts, request_parameters ->> 's3BucketOwner'), false)
